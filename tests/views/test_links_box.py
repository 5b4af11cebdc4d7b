"""The link for a customer in the window: asked for, shown as a code, copied, revoked; grey without office."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import drafts, links
from desktop.views.links_box import acts
from desktop.views.look import Look
from desktop.views.window import Window
from tests.screens.link_shots import TOKEN, answer, issued, open_box
from tests.screens.sample import Firm
from tests.views.pages import press, settle, the_quote


def test_a_link_is_made_shown_copied_and_revoked(
    look: Look, window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    draft = drafts.load(store, firm.quote)
    page_of_draft = acts(look, window.desk, draft, window)
    assert bool(page_of_draft) == (draft.quote.stage != "draft")
    quote = issued(store, firm)
    window.open_record("quote", quote)
    settle(window, qtbot)
    assert the_quote(window).shown.id == quote
    box = open_box(look, window, quote)
    assert box.said() == []
    press(qtbot, box.make)
    qtbot.waitUntil(lambda: box.said() == ["Waits for the office"])
    settle(window, qtbot)
    [link] = links.of_quote(store, quote)
    assert not box.copies[link.id].isEnabled()
    assert box.shown_code is None
    answer(store, link.id)
    window.desk.changed.emit(frozenset({("customer_link", link.id)}))
    assert box.said() == ["Waits for the customer"]
    assert box.shown_code is not None
    press(qtbot, box.copies[link.id])
    assert QGuiApplication.clipboard().text() == f"https://office.example/q/{TOKEN}"
    press(qtbot, box.ends[link.id])
    qtbot.waitUntil(lambda: box.said() == ["Revoked"])
    settle(window, qtbot)
    assert box.ends == {}
    box.dismiss()


def test_without_an_office_it_is_grey_and_says_why(
    look: Look, window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    quote = issued(store, firm)
    store.set_local("office", None)
    window.open_record("quote", quote)
    settle(window, qtbot)
    box = open_box(look, window, quote)
    assert not box.make.isEnabled()
    assert links.NO_OFFICE.in_language("en") in box.make.toolTip()
    box.dismiss()
