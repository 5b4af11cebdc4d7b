"""A value that changed while somebody typed: the card with mine, current and original in a real window."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import asides, commands, drafts
from desktop.views.clash import ClashCard, SeveralCard, lines_of
from desktop.views.editors import LineEditor, LongEditor
from desktop.views.form import Fact
from desktop.views.quote_table import DISCOUNT, QUANTITY, QuoteTable
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import LEFT, key, press, settle, stored, the_record, type_in
from tests.views.test_quotes import edit_cell, opened, row_of

QUOTED = date(2027, 2, 1)


def clashing(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> tuple[Fact, ClashCard]:
    """Type into a field that somebody changes before Enter is pressed."""
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["website"]
    press(qtbot, fact.value)
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    commands.run(store, store.me(), "customer.edit", customer, values={"website": "theirs.example"})
    settle(window, qtbot)
    type_in(qtbot, editor, "mine.example")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fact.card is not None)
    assert fact.card is not None
    assert stored(store, "customer", customer).website == "theirs.example"
    return fact, fact.card


@pytest.mark.parametrize(("side", "left"), [("mine", "mine.example"), ("current", "theirs.example")])
def test_the_card_shows_the_three_values_and_writes_what_is_chosen(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, side: str, left: str
) -> None:
    fact, card = clashing(window, qtbot, firm, store)
    assert (card.clash.mine, card.clash.current) == ("mine.example", "theirs.example")
    press(qtbot, card.mine if side == "mine" else card.current)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).website == left)
    settle(window, qtbot)
    assert fact.card is None
    assert fact.value.text() == left


def test_enter_takes_mine_and_escape_goes_on_typing(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    fact, card = clashing(window, qtbot, firm, store)
    key(qtbot, card, Qt.Key.Key_Escape)
    assert fact.card is None
    editor = fact.findChild(LineEditor)
    assert isinstance(editor, LineEditor)
    assert editor.text() == "mine.example"
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).website == "mine.example")
    settle(window, qtbot)


def test_what_is_not_used_stays_kept(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    _fact, card = clashing(window, qtbot, firm, store)
    press(qtbot, card.current)
    settle(window, qtbot)
    assert "mine.example" in window.toast.words()
    (one,) = asides.find(store)
    assert one.mine == "mine.example"


def elsewhere(store: Store, firm: Firm, line: Any, **values: object) -> None:
    """Somebody else, while a cell is open here."""
    commands.run(store, store.me(), "quote.set_line", firm.quote, line_id=line, values=values)


def cell_clash(page: QuotePage, qtbot: QtBot, firm: Firm, store: Store, column: int = QUANTITY) -> ClashCard:
    """Type 100 into a cell that somebody changes to 70 before Enter."""
    row = row_of(page, "PIP-AL80")
    line = page.table.rows[row].line.id
    editor = edit_cell(qtbot, page, row, column)
    type_in(qtbot, editor, "10")
    elsewhere(store, firm, line, quantity=Decimal(70), name="theirs")
    qtbot.wait(50)
    assert editor.text() == "10", "what arrives does not write over what is typed"
    qtbot.keyClicks(editor, "0")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(page.clash.box.card, ClashCard) and page.clash.box.isVisible())
    card = page.clash.box.card
    assert isinstance(card, ClashCard)
    return card


def quantity(store: Store, firm: Firm, row: int) -> Decimal | None:
    return drafts.load(store, firm.quote).lines[row].quantity


def test_a_cell_is_seen_when_its_editor_opens_and_enter_uses_mine(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "PIP-AL80")
    card = cell_clash(page, qtbot, firm, store)
    clash = card.clash
    assert (clash.original, clash.current, clash.mine) == (Decimal(64), Decimal(70), Decimal(100))
    assert clash.who == store.me().name
    assert quantity(store, firm, row) == 70
    key(qtbot, card, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: quantity(store, firm, row) == 100)
    settle(window, qtbot)
    assert page.clash.box.isHidden()
    assert page.table.rows[row].line.name == "theirs", "the rest of what arrived is shown now"
    assert asides.find(store) == []


def test_escape_goes_back_into_the_cell_with_what_was_typed(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "PIP-AL80")
    key(qtbot, cell_clash(page, qtbot, firm, store), Qt.Key.Key_Escape)
    index = page.table.index(row, QUANTITY)
    editor = page.grid.indexWidget(index)
    assert editor is not None
    assert editor.text() == "100"  # type: ignore[attr-defined]
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: quantity(store, firm, row) == 100)
    settle(window, qtbot)


def test_a_cell_that_is_given_up_shows_what_arrived(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "PIP-AL80")
    editor = edit_cell(qtbot, page, row, QUANTITY)
    type_in(qtbot, editor, "999")
    elsewhere(store, firm, page.table.rows[row].line.id, quantity=Decimal(70))
    qtbot.wait(50)
    key(qtbot, editor, Qt.Key.Key_Escape)
    settle(window, qtbot)
    table: QuoteTable = page.table
    assert table.text(table.rows[row], QUANTITY) == "70"


def test_a_discount_of_a_line_is_asked_about_at_its_cell(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "PIP-AL80")
    line = page.table.rows[row].line.id
    editor = edit_cell(qtbot, page, row, DISCOUNT)
    type_in(qtbot, editor, "3")
    given: dict[str, Any] = {"kind": "percent", "value": Decimal(-8), "line_id": line}
    commands.run(store, store.me(), "quote.discount", firm.quote, **given)
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(page.clash.box.isVisible)
    card = page.clash.box.card
    assert isinstance(card, ClashCard)
    assert (card.clash.current, card.clash.mine) == (Decimal(-8), Decimal(-3))
    press(qtbot, card.mine)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: page.table.rows[row].discount == Decimal(-3))


def test_the_total_wanted_goes_back_into_its_box(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    entry = page.foot.target
    type_in(qtbot, entry, "400000")
    commands.run(store, store.me(), "quote.discount", firm.quote, kind="target", value=Decimal(390000))
    settle(window, qtbot)
    assert entry.text() == "400000"
    key(qtbot, entry, Qt.Key.Key_Return)
    qtbot.waitUntil(page.clash.box.isVisible)
    assert isinstance(page.clash.box.card, ClashCard)
    key(qtbot, page.clash.box.card, Qt.Key.Key_Escape)
    assert entry.text() == "400000"
    key(qtbot, entry, Qt.Key.Key_Return)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: Decimal(400000) in {one.value for one in page.draft.document_adjustments})


def test_the_validity_that_somebody_changed_is_asked_about_in_the_middle(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    press(qtbot, page._facts["valid_until"])  # noqa: SLF001
    type_in(qtbot, page.confirm.entry, "2027-01-15")
    revision = page.draft.revision.id
    theirs = {"valid_until": QUOTED}
    commands.run(store, store.me(), "quote_revision.edit", revision, values=theirs)
    settle(window, qtbot)
    press(qtbot, page.confirm.yes)
    qtbot.waitUntil(window.clash.isVisible)
    card = window.clash.card
    assert isinstance(card, ClashCard)
    assert card.clash.current == QUOTED
    assert card.go_on.text() == "Decide later"
    press(qtbot, card.mine)
    settle(window, qtbot)
    assert str(stored(store, "quote_revision", revision).valid_until) == "2027-01-15"


def several(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> SeveralCard:
    customer = firm.customers[0]
    before = stored(store, "customer", customer)
    seen = {name: getattr(before, name) for name in ("website", "city", "remark")}
    theirs = {"website": "theirs.example", "city": "无锡", "remark": "theirs"}
    commands.run(store, store.me(), "customer.edit", customer, values=theirs)
    typed = {"website": "mine.example", "city": "常州", "remark": "mine"}
    window.desk.edit("customer", customer, typed, parsed=True, seen=seen)
    qtbot.waitUntil(window.clash.isVisible)
    assert isinstance(window.clash.card, SeveralCard)
    return window.clash.card


def test_several_fields_are_chosen_one_by_one(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    card = several(window, qtbot, firm, store)
    option = card.options["city"]["current"]
    qtbot.mouseClick(option, LEFT, pos=QPoint(10, 10))
    key(qtbot, window.clash, Qt.Key.Key_Return)
    settle(window, qtbot)
    record = stored(store, "customer", firm.customers[0])
    assert (record.website, record.city) == ("mine.example", "无锡")
    assert [one.field for one in asides.find(store)] == ["city"]


@pytest.mark.parametrize(("press_mine", "left"), [(True, "mine.example"), (False, "theirs.example")])
def test_all_mine_and_all_current(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, press_mine: bool, left: str
) -> None:
    card = several(window, qtbot, firm, store)
    press(qtbot, card.all_mine if press_mine else card.all_current)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).website == left
    assert len(asides.find(store)) == (0 if press_mine else 3)


def test_both_versions_of_a_line_of_text_are_used(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    commands.run(store, store.me(), "customer.edit", customer, values={"remark": "one\ntwo"})
    window.open_record("customer", customer)
    settle(window, qtbot)
    fact = the_record(window).facts.facts["remark"]
    fact.edit()
    editor = fact.findChild(LongEditor)
    assert isinstance(editor, LongEditor)
    commands.run(store, store.me(), "customer.edit", customer, values={"remark": "one theirs\ntwo"})
    editor.setPlainText("one mine\ntwo\nthree")
    key(qtbot, editor, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: fact.card is not None)
    assert fact.card is not None
    assert lines_of(fact.card.clash, "mine", "customer", "en")[0] == ("one mine", True)
    press(qtbot, fact.card.both)
    settle(window, qtbot)
    assert stored(store, "customer", customer).remark == "one theirs\none mine\ntwo\nthree"
