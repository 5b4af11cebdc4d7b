"""Each card of the inbox in a real window: what it says, its buttons pressed, its keys, and the undo."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.models import fuse
from desktop.models.records import Opportunity, Proposal, Quote, QuoteLine
from desktop.models.store import Store
from desktop.services import matters
from desktop.services import undo as taking_back
from desktop.views.buttons import Button
from desktop.views.inbox import InboxPage
from desktop.views.inbox_cards import TextBox, Texts
from desktop.views.window import Window
from tests.screens import matters as sample
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored

Opened = Callable[[str], tuple[Window, InboxPage]]


@pytest.fixture
def card(window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot) -> Opened:
    """Opens the inbox with one matter of a kind in it."""

    def open_it(kind: str) -> tuple[Window, InboxPage]:
        sample.ONE_OF_EACH[kind](store, firm)
        window = window_on(store)
        settle(window, qtbot)
        page = sample.look_at(window, kind)
        settle(window, qtbot)
        assert page.open_count() == 1
        assert page.matter is not None
        assert page.matter.kind == kind
        return window, page

    return open_it


def decide(qtbot: QtBot, page: InboxPage, way: str) -> None:
    """Choose a way, where there are several, and press the button."""
    assert page.choices is not None
    if len(page.choices.rows) > 1:
        press(qtbot, page.choice(way))
    assert page.primary is not None
    assert page.primary.text() == page.choice(way).text()
    press(qtbot, page.primary)
    qtbot.waitUntil(lambda: page.open_count() == 0)


def undo(qtbot: QtBot, window: Window, page: InboxPage) -> None:
    """Ctrl+Z on the page."""
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.open_count() == 1)
    settle(window, qtbot)


def words(page: InboxPage) -> str:
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def test_a_price_speaks_of_money_and_is_kept_twice(card: Opened, store: Store, qtbot: QtBot) -> None:
    window, page = card("conflict")
    assert "¥341,058.96" in page.choice("mine").text()
    assert page.choices is not None
    assert [row.way.name for row in page.choices.rows] == ["mine", "theirs", "split"]
    decide(qtbot, page, "split")
    with store.reading() as session:
        found = session.scalars(select(Quote).where(Quote.deleted_at.is_(None)))
        assert len({one.payable for one in found}) == 2
    taking_back.undo(store, store.me())
    page.enter()
    assert page.open_count() == 1
    settle(window, qtbot)


@pytest.mark.parametrize(("way", "left"), [("both", 4), ("mine", 3), ("theirs", 3)])
def test_two_texts_stand_beside_each_other_and_become_one(
    card: Opened, store: Store, firm: Firm, qtbot: QtBot, way: str, left: int
) -> None:
    window, page = card("text")
    assert page.findChildren(Texts)
    assert {"许菁周三在厂里，带样本", "许菁改到周五，先发邮件"} <= set(words(page).split("\n"))
    decide(qtbot, page, way)
    text = stored(store, "customer", firm.customers[1]).remark
    assert "【" not in text
    assert len(text.split("\n")) == left
    assert ("许菁改到周五，先发邮件" in text) == (way != "theirs")
    undo(qtbot, window, page)
    assert "【1】" in stored(store, "customer", firm.customers[1]).remark


def test_a_third_text_is_written_in_place(card: Opened, store: Store, firm: Firm, qtbot: QtBot) -> None:
    window, page = card("text")
    (box,) = page.findChildren(TextBox)
    box.setPlainText("许菁周五在厂里，带样本")
    [use] = [one for one in page.findChildren(Button) if one.text() == "Use what I wrote"]
    press(qtbot, use)
    qtbot.waitUntil(lambda: page.open_count() == 0)
    assert stored(store, "customer", firm.customers[1]).remark == "许菁周五在厂里，带样本"
    settle(window, qtbot)


def test_a_deletion_that_met_a_change_says_what_the_quote_comes_to(
    card: Opened, store: Store, qtbot: QtBot
) -> None:
    window, page = card("delete")
    assert page.choices is not None
    assert page.choices.way.name == "theirs"
    assert "¥313,734.96" in page.choice("mine").text()
    decide(qtbot, page, "mine")
    with store.reading() as session:
        assert session.get(QuoteLine, sample.line_of(store)).deleted_at is not None  # type: ignore[union-attr]
    settle(window, qtbot)


def test_what_others_deleted_comes_back_with_ones_own_value(
    card: Opened, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    with store.work(store.me(), "customer.delete") as work:
        work.delete(work.get(type(stored(store, "customer", firm.customers[3])), firm.customers[3]))
    window, page = card("deleted")
    key(qtbot, page, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: page.open_count() == 0)
    back = stored(store, "customer", firm.customers[3])
    assert (back.deleted_at, back.next_step) == (None, "下周二送样机")
    settle(window, qtbot)


def test_a_stage_without_a_way_offers_none(card: Opened, store: Store, firm: Firm, qtbot: QtBot) -> None:
    with store.work(store.me(), "quote.decline") as work:
        work.get(Quote, firm.quote).stage = "declined"
    window, page = card("stage")
    assert page.choices is not None
    assert [row.way.name for row in page.choices.rows] == ["theirs"]
    assert not page.choices.isVisible()  # nothing to choose: a sentence beside the button
    assert "From there no step leads to yours any more." in words(page)
    decide(qtbot, page, "theirs")
    undo(qtbot, window, page)


def test_a_refusal_says_what_to_do_and_takes_another_value(
    card: Opened, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    window, page = card("refused")
    assert "Ask whoever has the record" in words(page)
    field = page.findChildren(QLineEdit)[-1]
    key(qtbot, page, Qt.Key.Key_3)
    assert field.hasFocus()
    qtbot.keyClicks(field, "C")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.open_count() == 0)
    assert stored(store, "customer", firm.customers[4]).grade == "c"
    undo(qtbot, window, page)


def test_what_became_of_a_proposal_is_told_and_goes_off_the_list(card: Opened, qtbot: QtBot) -> None:
    window, page = card("proposed")
    assert "高洁" in words(page)
    key(qtbot, page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.open_count() == 0)
    undo(qtbot, window, page)


def test_a_total_is_looked_at_and_confirmed(card: Opened, store: Store, firm: Firm, qtbot: QtBot) -> None:
    window, page = card("review")
    assert "DRY-15A" in words(page)
    decide(qtbot, page, "confirm")
    assert stored(store, "quote", firm.quote).needs_review is False
    taking_back.undo(store, store.me())
    page.enter()
    assert page.open_count() == 1
    settle(window, qtbot)


@pytest.mark.parametrize(
    ("way", "state", "amount"), [("accept", "accepted", 38_500_000), ("refuse", "refused", 0)]
)
def test_a_proposal_is_accepted_or_refused(
    card: Opened, store: Store, qtbot: QtBot, way: str, state: str, amount: int
) -> None:
    window, page = card("proposal")
    deal: UUID = page.matter.record if page.matter is not None else UUID(int=0)
    before = stored(store, "opportunity", deal).amount
    decide(qtbot, page, way)
    with store.reading() as session:
        assert [one.state for one in session.scalars(select(Proposal))] == [state]
        assert session.get(Opportunity, deal).amount == (amount or before)  # type: ignore[union-attr]
    settle(window, qtbot)


def held_here(store: Store) -> int:
    with store.reader.connect() as connection:
        return fuse.held(connection)


def test_held_deletions_are_put_back_from_the_card(
    card: Opened, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    window, page = card("held")
    assert "20" in words(page)
    decide(qtbot, page, "back")
    assert held_here(store) == 0
    assert stored(store, "customer", firm.customers[0]).deleted_at is None
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM change WHERE kind = 'restore'").scalar_one()
    assert rows == 20
    settle(window, qtbot)


def test_held_deletions_are_let_in_from_the_card_and_an_undo_brings_them_back(
    card: Opened, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    window, page = card("held")
    press(qtbot, page.choice("accept"))
    key(qtbot, page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.open_count() == 0)
    with store.reading() as session:
        record = session.get(type(stored(store, "customer", firm.customers[0])), firm.customers[0])
        assert record is not None
        assert record.deleted_at is not None
    settle(window, qtbot)
    window.activateWindow()
    qtbot.waitActive(window)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).deleted_at is None)
    settle(window, qtbot)


def test_the_list_counts_what_is_there(store: Store, firm: Firm) -> None:
    for kind in ("text", "proposal", "held"):
        sample.ONE_OF_EACH[kind](store, firm)
    assert matters.count(store) == len(matters.matters(store)) == 3
