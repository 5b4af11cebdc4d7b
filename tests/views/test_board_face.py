"""The board as a face of a list: columns of cards that share the list's query and its selection."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.rules.filters import Condition, every
from desktop.services import commands, figures
from desktop.views.board.board import Board
from desktop.views.board.cards import FIRST
from desktop.views.board.column import CARD
from desktop.views.tables import PAGE
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import as_board, key, press_row, settle, stored, the_list


@pytest.fixture
def board(window: Window, qtbot: QtBot) -> Board:
    """The opportunities as a board."""
    return as_board(window, qtbot, "opportunity")


def titles(board: Board, key: str) -> list[str]:
    return [row.record.title for row in board.columns[key].list.cards.rows]


def test_each_column_counts_and_sums_its_cards(board: Board) -> None:
    for column in board.columns.values():
        rows: list[Any] = [row.record for row in column.list.cards.rows]
        assert column.head.count == len(rows)
        assert sum(each.total for each in column.head.sums) == sum(row.amount or 0 for row in rows)


def test_a_board_of_deals_says_what_they_come_to_by_the_chance_of_each(
    board: Board, window: Window, qtbot: QtBot, firm: Firm
) -> None:
    own: dict[str, Any] = {"amount": 10_000_000, "stage": "negotiation", "probability": Decimal(35)}
    firm.new("opportunity", customer_id=firm.customers[0], name="空压站改造", **own)
    window.resize(1440, 900)
    board.show_query()
    settle(window, qtbot)
    assert board.likely is not None
    rows: list[Any] = [row.record for each in board.columns.values() for row in each.list.cards.rows]
    under_way = [row for row in rows if row.stage in figures.UNDER_WAY]
    likely = sum(round(row.amount * figures.chance(row.probability, row.stage)) for row in under_way)
    usual = sum(round(row.amount * figures.chance(None, row.stage)) for row in under_way)
    assert f"¥{likely // 100:,}" in board.likely.accessibleName()
    assert likely != usual
    assert board.likely.isVisible()
    abroad: dict[str, Any] = {"amount": 4_000_000, "stage": "signing", "probability": Decimal(50)}
    ids = [
        firm.new("opportunity", customer_id=firm.customers[0], name=code, currency=code, **abroad)
        for code in ("EUR", "CNY")
    ]
    board.show_query()
    settle(window, qtbot)
    more = f"¥{(likely + 2_000_000) // 100:,} + €20,000"
    assert more in board.likely.accessibleName()
    for language, of in (("en", "of ¥"), ("zh", "共 ¥")):
        board.likely._look.switch(language=language)  # noqa: SLF001
        assert of in board.likely.accessibleName()
    board.let_go()
    cards = board.columns["signing"].list
    cards.mark([cards.cards.place_of(one) for one in ids])
    with qtbot.waitSignal(the_list(window).figures) as told:
        the_list(window).sums.tell()
    assert told.args is not None
    assert told.args[0][1][1] == "¥40,000 + €40,000"
    board.likely.fit(300)
    assert board.likely.isHidden()


def test_brackets_move_a_card_with_its_chance_and_the_card_stays_chosen(
    board: Board, window: Window, qtbot: QtBot, store: Store
) -> None:
    row = board.columns["negotiation"].list.cards.rows[0]
    board.select(row.id)
    key(qtbot, board.columns["negotiation"].list, Qt.Key.Key_BracketRight)
    settle(window, qtbot)
    moved = stored(store, "opportunity", row.id)
    assert (moved.stage, moved.probability) == ("signing", Decimal(90))
    current = board.current()
    assert current is not None
    assert current.id == row.id
    assert row.record.title in titles(board, "signing")
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "opportunity", row.id).stage == "negotiation"


def test_a_dropped_card_says_what_changes_and_moves_by_the_same_command(
    board: Board, window: Window, qtbot: QtBot, store: Store
) -> None:
    row = board.columns["proposal"].list.cards.rows[0]
    data = QMimeData()
    data.setData(CARD, json.dumps([row.id.hex]).encode())
    target, move = board.columns["won"].list, Qt.DropAction.MoveAction
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    target.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), move, data, left, none))
    assert target._coming is not None  # noqa: SLF001
    assert target._coming.in_language("en") == "To “Won”: 50 % becomes 100 %"  # noqa: SLF001
    target.dropEvent(QDropEvent(QPointF(5, 5), move, data, left, none))
    settle(window, qtbot)
    assert stored(store, "opportunity", row.id).stage == "won"
    with store.reader.connect() as connection:
        names = connection.exec_driver_sql("SELECT command FROM change ORDER BY seq DESC LIMIT 1").scalar()
    assert names == "opportunity.edit"


def test_several_cards_move_as_one_step(board: Board, window: Window, qtbot: QtBot, store: Store) -> None:
    ids = [row.id for row in board.columns["lead"].list.cards.rows]
    assert len(ids) > 1
    board.move_to(ids, "qualify")
    settle(window, qtbot)
    assert {stored(store, "opportunity", each).stage for each in ids} == {"qualify"}
    window.desk.undo()
    settle(window, qtbot)
    assert {stored(store, "opportunity", each).stage for each in ids} == {"lead"}


def test_arrows_walk_the_columns_and_enter_opens(board: Board, window: Window, qtbot: QtBot) -> None:
    page = the_list(window)
    board.columns["lead"].list.choose(0)
    key(qtbot, board.columns["lead"].list, Qt.Key.Key_Right)
    assert board.columns["qualify"].list.hasFocus()
    current = page.current()
    assert current is not None
    assert page.chosen() == [current]
    assert page.panel.isHidden()
    key(qtbot, board.columns["qualify"].list, Qt.Key.Key_Space)
    assert page.panel.isVisible()
    shown = page.panel.row()
    assert shown is not None
    assert shown.id == current.id


def test_the_board_shows_what_the_list_is_filtered_by_and_keeps_the_selection(
    window: Window, qtbot: QtBot
) -> None:
    window.go("opportunity")
    page = the_list(window)
    page.show_otherwise(where=every(Condition("stage", "one_of", ("lead", "qualify"))))
    settle(window, qtbot)
    press_row(qtbot, page, 2)
    chosen = page.current()
    assert chosen is not None
    page.views.show_face("board")
    settle(window, qtbot)
    board = page.face()
    assert isinstance(board, Board)
    there = {key for key, column in board.columns.items() if column.list.cards.rows}
    assert there == {"lead", "qualify"}
    assert [row.id for row in page.chosen()] == [chosen.id]
    page.views.show_face("list")
    settle(window, qtbot)
    back = page.current()
    assert back is not None
    assert back.id == chosen.id


def test_thousands_of_cards_come_by_pages(
    window_on: Callable[[Store], Window], empty_store: Store, qtbot: QtBot
) -> None:
    me = empty_store.me()
    for number in range(PAGE + 30):
        commands.run(empty_store, me, "task.new", values={"name": f"No. {number:03}", "priority": "high"})
    window = window_on(empty_store)
    board = as_board(window, qtbot, "task")
    column = board.columns["high"]
    assert (column.head.count, len(column.list.cards.rows)) == (PAGE + 30, FIRST)
    column.list.scrollToBottom()
    qtbot.waitUntil(lambda: len(column.list.cards.rows) == PAGE + 30)
