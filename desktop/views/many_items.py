"""What the palette offers for the rows that are selected in a list."""

from PySide6.QtWidgets import QWidget

from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.words import msg


def many_items(look: Look, page: QWidget | None) -> list[Item]:
    """The change of a field, with its reason where it cannot be done; nothing on other pages."""
    if not isinstance(page, ListPage):
        return []
    reason = page.many.refusal()
    words = look.text(msg("Change a field of what is selected"))
    detail = look.text(reason) if reason else ""
    run = None if reason else page.many.change
    return [Item(words, detail, keys="Ctrl+E", icon="pencil", run=run)]
