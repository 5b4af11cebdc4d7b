"""A file of which rows are here already: looked at in a real window, done in one step, asked about."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import asides, commands, outbox
from desktop.views.bringing import Bringing
from desktop.views.look import Look
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored


def table(folder: Path, *rows: str) -> Path:
    path = folder / "客户.csv"
    path.write_bytes("\r\n".join(("客户名称,城市", *rows)).encode("utf-8-sig"))
    return path


def brought(window: Window, qtbot: QtBot, firm: Firm, folder: Path, *more: str) -> Bringing:
    """A table that says that the first customer has moved, and names one who is not here."""
    first: Any = stored(window.desk.store, "customer", firm.customers[0])
    window.desk.bring_in(table(folder, f"{first.name},镇江", "新来的公司,苏州", *more))
    settle(window, qtbot)
    card = window.doing.bringing
    assert card is not None
    assert card.isVisible()
    qtbot.waitUntil(lambda: card.plan is not None)
    return card


def test_what_is_here_gets_the_newer_value_and_what_is_new_is_added_in_one_undo(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    before = stored(store, "customer", firm.customers[0]).city
    card = brought(window, qtbot, firm, tmp_path)
    assert card.plan is not None
    assert (len(card.plan.records()), len(card.plan.added)) == (1, 1)
    shown = [card.preview.rows.data(card.preview.rows.index(place, 0)) for place in range(2)]
    assert any(each.endswith("→ 镇江") for each in shown)
    assert any(each.startswith("新来的公司") and each.endswith("→ new") for each in shown)
    assert stored(store, "customer", firm.customers[0]).city == before, "nothing is written by looking"
    key(qtbot, card, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: stored(store, "customer", firm.customers[0]).city == "镇江")
    settle(window, qtbot)
    assert card.isHidden()
    assert "1 changed, 1 added" in window.toast.words()
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).city == before
    assert [hit.title for hit in window.desk.search("新来的公司", ["customer"], 5)] == []


def test_only_new_rows_or_every_row_can_be_chosen_and_escape_does_nothing(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    waiting = outbox.count(store)
    card = brought(window, qtbot, firm, tmp_path)
    for how, changed, added in (("all", 0, 2), ("new", 0, 1)):
        press(qtbot, card.how.button(how))
        qtbot.waitUntil(lambda: card.plan is not None)
        assert card.plan is not None
        assert (len(card.plan.records()), len(card.plan.added)) == (changed, added)
        assert card.keys is not None
        assert card.keys.isVisible() == (how != "all")
    key(qtbot, card, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert outbox.count(store) == waiting
    card = brought(window, qtbot, firm, tmp_path)
    press(qtbot, card.how.button("new"))
    qtbot.waitUntil(lambda: card.plan is not None)
    press(qtbot, card.go)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).city != "镇江"
    assert len(window.desk.search("新来的公司", ["customer"], 5)) == 1


def test_what_changed_after_the_preview_is_shown_side_by_side_and_mine_is_one_press(
    window: Window, look: Look, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    card = brought(window, qtbot, firm, tmp_path)
    first = firm.customers[0]
    commands.run(store, store.me(), "customer.edit", first, values={"city": "常州"})
    press(qtbot, card.go)
    settle(window, qtbot)
    clash = card.meanwhile.page
    assert clash is not None
    assert clash.isVisible()
    assert stored(store, "customer", first).city == "常州"
    mine, current = clash.options[first]
    assert ("City: 镇江" in mine.accessibleName(), "City: 常州" in current.accessibleName()) == (True, True)
    look.switch(language="zh")
    qtbot.wait(10)
    assert card.meanwhile.page is not None
    assert "城市：镇江" in card.meanwhile.page.options[first][0].accessibleName()
    press(qtbot, card.meanwhile.page.save)
    settle(window, qtbot)
    assert (stored(store, "customer", first).city, card.isHidden()) == ("镇江", True)
    assert asides.find(store) == []


def test_a_file_of_strangers_comes_in_without_a_question(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.desk.bring_in(table(tmp_path, "从没见过的公司,苏州"))
    settle(window, qtbot)
    assert window.doing.bringing is None
    assert len(window.desk.search("从没见过的公司", ["customer"], 5)) == 1
