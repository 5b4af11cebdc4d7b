"""A customer declines in the quote's window: a reason and their words, or neither."""

from decimal import Decimal

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands, drafts
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, the_quote


def test_why_a_customer_declines_is_asked_and_may_be_skipped(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    me, lines = store.me(), [(next(iter(firm.products.values())), Decimal(1))]
    for skipped in (False, True):
        made = commands.run(*(store, me, "quote.compose"), customer_id=firm.customers[2], lines=lines).value
        commands.run(store, me, "quote.issue", made.id)
        window.open_record("quote", made.id)
        settle(window, qtbot)
        page = the_quote(window)
        page.ask_decline()
        box = page.declining
        assert not box.isHidden()
        press(qtbot, box.chips["timing"])
        press(qtbot, box.chips["price"])
        if skipped:
            press(qtbot, box.skip)
        else:
            box.entry.setText("比别家贵")
            key(qtbot, box.entry, Qt.Key.Key_Return)
        settle(window, qtbot)
        quote = drafts.load(store, made.id).quote
        said = ("", "") if skipped else ("price", "比别家贵")
        assert (quote.stage, quote.declined_for, quote.declined_words) == ("declined", *said)
        assert box.isHidden()
