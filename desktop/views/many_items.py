"""What the palette offers for the rows of a list, those that are selected in it, and the record of a page."""

from PySide6.QtWidgets import QWidget

from desktop.views.card_files import SAVE, offered
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.views.record_page import RecordPage
from desktop.words import msg


def many_items(look: Look, page: QWidget | None) -> list[Item]:
    """The change of a field, with its reason where it cannot be done; cards of people."""
    if isinstance(page, RecordPage) and offered(page.kind):
        return [Item(look.text(SAVE), icon="contact-round", run=page.save_cards)]
    if not isinstance(page, ListPage):
        return []
    reason = page.many.refusal()
    words = look.text(msg("Change a field of what is selected"))
    detail = look.text(reason) if reason else ""
    run = None if reason else page.many.change
    found = [Item(words, detail, keys="Ctrl+E", icon="pencil", run=run)]
    if offered(page.kind):
        found.append(Item(look.text(SAVE), icon="contact-round", run=page.edits.ask_cards))
    return found
