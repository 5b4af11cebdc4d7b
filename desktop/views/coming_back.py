"""After a crash, a kill or a lock: the window opens where somebody was typing, with what was typed."""

from uuid import UUID

from desktop.services import matters
from desktop.services.unfinished import Unfinished
from desktop.views import unfinished
from desktop.views.further import PLACE
from desktop.views.inbox import InboxPage
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.views.settings_page import SettingsPage
from desktop.views.window import Window
from desktop.words import msg


def come_back(window: Window) -> bool:
    """Open what was being typed last; says whether there was anything. What was cut off is taken back."""
    window.desk.take_back_left()
    draft = window.desk.unfinished.last()
    if draft is None:
        return False
    there = _go_on(window, draft)
    window.doing.covers.cover_again()
    if there:
        window.toast.tell(msg("What you were typing is here again"), can_undo=False, good=False)
    return there


def _go_on_within(window: Window, draft: Unfinished) -> bool:
    """On a page of the program itself, where it is still open."""
    desk = window.desk
    if draft.place == "join":
        is_open = not desk.store.local("office")
    else:
        is_open = any(one.key == UUID(hex=draft.record) for one in matters.matters(desk.store))
    if not is_open:
        desk.unfinished.let_go(draft.key)  # it is joined, or decided
        return False
    window.go("settings" if draft.place == "join" else "inbox")
    page = window.page()
    there = isinstance(page, InboxPage) and page.come_back(UUID(hex=draft.record))
    return there or (isinstance(page, SettingsPage) and page.come_back())


def joined(window: Window) -> None:
    """The address and the code were used."""
    for page in window.findChildren(SettingsPage):
        if page.typed is not None:
            page.typed.let_go()
    window.desk.unfinished.let_go(Unfinished("join", "settings").key)


def _go_on(window: Window, draft: Unfinished) -> bool:
    if draft.place == "new":
        window.new.go_on(draft)
        return True
    if draft.place in ("join", "matter"):
        return _go_on_within(window, draft)
    record = UUID(hex=draft.record)
    if window.desk.row(draft.type, record) is None:
        return False  # it is kept: the record may come back
    window.open_record(draft.type, record)
    page = window.page()
    if isinstance(page, QuotePage):
        return page.foot_drafts.come_back() if draft.place == "foot" else page.cells.come_back()
    if not isinstance(page, RecordPage):
        return False
    if draft.place.startswith(PLACE):
        return page.further.go_on(draft)
    if draft.place == "comment":
        page.which.choose("comments")
        page.note.turn("comment")
    if draft.place in ("note", "comment"):
        unfinished.put_cursor(page.note, draft.cursor)
    elif draft.focus in page.facts.facts:
        page.facts.facts[draft.focus].go_on(draft)
    return True
