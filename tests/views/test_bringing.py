"""The page of imports in a real window: columns said by key, rows looked at, done in one step, asked of."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import asides, commands, outbox
from desktop.views.importing.page import ImportPage
from desktop.views.look import Look
from desktop.views.privacy import DOTS
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored

HEAD = "客户名称,城市"


def table(folder: Path, *rows: str, head: str = HEAD, name: str = "客户.csv") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join((head, *rows)).encode("utf-8-sig"))
    return path


def opened(window: Window, qtbot: QtBot, path: Path) -> ImportPage:
    """The page, once a file is looked at."""
    window.desk.bring_in(path)
    page = window.page()
    assert isinstance(page, ImportPage)
    looked(page, window, qtbot)
    return page


def looked(page: ImportPage, window: Window, qtbot: QtBot) -> None:
    """Until it was looked ahead again."""
    qtbot.waitUntil(lambda: not page._soon.isActive())  # noqa: SLF001
    settle(window, qtbot)
    assert page.ahead is not None


def brought(window: Window, qtbot: QtBot, firm: Firm, folder: Path, how: str = "update") -> ImportPage:
    """A table that says that the first customer has moved, and names one who is not here."""
    first: Any = stored(window.desk.store, "customer", firm.customers[0])
    page = opened(window, qtbot, table(folder, f"{first.name},镇江", "新来的公司,苏州"))
    press(qtbot, page.beside.hows.button(how))
    looked(page, window, qtbot)
    return page


def said(page: ImportPage) -> list[str]:
    """What the preview says of each row."""
    rows = page.rows.rows
    return [str(rows.data(rows.index(place, 0))) for place in range(rows.rowCount())]


def test_what_is_here_gets_the_newer_value_and_what_is_new_is_added_in_one_undo(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    before = stored(store, "customer", firm.customers[0]).city
    page = brought(window, qtbot, firm, tmp_path)
    assert page.ahead is not None
    assert page.ahead.counts() == {"new": 1, "update": 1, "skip": 0, "same": 0, "fault": 0}
    assert said(page)[0].endswith("Update: City")
    assert said(page)[1] == "Row 3. 新来的公司, 苏州. New"
    assert stored(store, "customer", firm.customers[0]).city == before, "nothing is written by looking"
    key(qtbot, page, Qt.Key.Key_Return, control=True)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).city == "镇江"
    assert (page.steps.step, "1 changed, 1 added" in window.toast.words()) == (2, True)
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).city == before
    assert [hit.title for hit in window.desk.search("新来的公司", ["customer"], 5)] == []


def test_rows_that_are_here_fill_what_is_empty_are_skipped_or_come_once_more_and_escape_does_nothing(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    waiting = outbox.count(store)
    page = brought(window, qtbot, firm, tmp_path, "fill")
    found = {}
    for how in ("update", "all", "new", "fill"):
        press(qtbot, page.beside.hows.button(how))
        looked(page, window, qtbot)
        assert page.ahead is not None
        found[how] = (len(page.ahead.update.records()), len(page.ahead.update.added))
    assert found == {"update": (1, 1), "all": (0, 2), "new": (0, 1), "fill": (0, 1)}
    assert page.beside.keys is None or not page.beside.keys.isVisible(), "there is one column to know them by"
    key(qtbot, page, Qt.Key.Key_Escape)
    assert page.ahead is None
    assert outbox.count(store) == waiting
    page = brought(window, qtbot, firm, tmp_path, "new")
    press(qtbot, page.go)
    settle(window, qtbot)
    assert stored(store, "customer", firm.customers[0]).city != "镇江"
    assert len(window.desk.search("新来的公司", ["customer"], 5)) == 1


def test_what_changed_after_the_preview_is_shown_side_by_side_and_mine_is_one_press(
    window: Window, look: Look, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    page = brought(window, qtbot, firm, tmp_path)
    first = firm.customers[0]
    commands.run(store, store.me(), "customer.edit", first, values={"city": "常州"})
    press(qtbot, page.go)
    window.go("customer")
    settle(window, qtbot)
    assert window.page() is page, "who is elsewhere is called back"
    clash = page.meanwhile.page
    assert clash is not None
    assert clash.isVisible()
    assert stored(store, "customer", first).city == "常州"
    mine, current = clash.options[first]
    assert ("City: 镇江" in mine.accessibleName(), "City: 常州" in current.accessibleName()) == (True, True)
    look.switch(language="zh")
    qtbot.wait(10)
    assert page.meanwhile.page is not None
    assert "城市：镇江" in page.meanwhile.page.options[first][0].accessibleName()
    press(qtbot, page.meanwhile.page.save)
    settle(window, qtbot)
    assert stored(store, "customer", first).city == "镇江"
    assert page.steps.step == 2
    assert asides.find(store) == []


def test_a_column_is_said_by_key_its_rows_are_read_anew_and_it_is_remembered_for_these_heads(
    window: Window, qtbot: QtBot, store: Store, tmp_path: Path
) -> None:
    head, row = "公司全称,X栏,信用额度", "从没见过的公司,0512-62888899,3"
    page = opened(window, qtbot, table(tmp_path, row, head=head))
    choice = page.columns.choices[2]
    assert choice.currentText() == "Credit limit"
    page.columns.choices[1].setFocus()
    assert page.columns.current == 1, "what one is on is shown beside"
    choice.setFocus()
    place = choice.findText("Remark")
    step = Qt.Key.Key_Down if place > choice.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(place - choice.currentIndex())):
        key(qtbot, choice, step)
    looked(page, window, qtbot)
    assert page._opened is not None  # noqa: SLF001
    assert [each.key for each in page._opened.columns] == ["name", "phone", "remark"]  # noqa: SLF001
    key(qtbot, page, Qt.Key.Key_Return, control=True)
    settle(window, qtbot)
    (hit,) = window.desk.search("从没见过的公司", ["customer"], 5)
    again = opened(window, qtbot, table(tmp_path, "另一家公司,,4", head=head, name="再来.csv"))
    assert [choice.currentText() for choice in again.columns.choices] == ["Name", "Phone", "Remark"]
    assert again.again.isVisible()
    press(qtbot, again.again)
    looked(again, window, qtbot)
    assert again.columns.choices[2].currentText() == "Credit limit"
    assert hit.title == "从没见过的公司"


def test_faults_stand_under_their_rows_and_can_be_saved_as_a_table(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    rows = ("甲公司,1380616227,", ",,只有备注", "乙公司,0512-62888899,")
    page = opened(window, qtbot, table(tmp_path, *rows, head="客户名称,电话,备注"))
    assert [line.split(". ", 2)[-1] for line in said(page)[:2]] == [
        "New. “1380616227” does not look like a telephone number; it was kept as typed.",
        "Stays out. Neither a name nor a phone number.",
    ]
    assert page.filters["odd"].isVisible()
    press(qtbot, page.filters["odd"])
    assert len(said(page)) == 2
    page.write_odd(tmp_path / "odd.csv")
    settle(window, qtbot)
    lines = (tmp_path / "odd.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "客户名称,电话,备注,What is wrong"
    assert [line.split(",")[0] for line in lines[1:]] == ["甲公司", ""]


def test_files_dropped_together_are_looked_at_one_after_the_other_and_what_is_no_table_is_refused(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot, table(tmp_path, "甲公司,苏州", name="1.csv"))
    for each in (table(tmp_path, "乙公司,苏州", name="2.csv"), tmp_path / "gone.csv"):
        window.desk.bring_in(each)
    assert page.header_parts()[0].text() == "1.csv"  # type: ignore[attr-defined]
    press(qtbot, page.go)
    qtbot.waitUntil(lambda: page.ahead is not None)
    settle(window, qtbot)
    assert page.header_parts()[0].text() == "2.csv"  # type: ignore[attr-defined]
    key(qtbot, page, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert "gone.csv cannot be read" in window.bar.words()
    assert page.steps.step == 0
    assert [len(window.desk.search(name, ["customer"], 5)) for name in ("甲公司", "乙公司")] == [1, 0]


def test_what_is_said_before_the_last_look_has_ended_counts_too(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot, table(tmp_path, "甲公司,苏州", name="1.csv"))
    page.columns.said.emit(1, "remark")
    page._look_again()  # noqa: SLF001  # its answer has not come home when the next is said
    page.beside.how_said.emit("all")
    looked(page, window, qtbot)
    assert page.ahead is not None
    assert [each.remark for each in page.ahead.made.rows[0].records] == ["苏州"]  # type: ignore[attr-defined]
    page.kinds.chosen.emit("products")
    page.beside.how_said.emit("all")
    looked(page, window, qtbot)
    assert page.ahead.made.kind == "products"
    key(qtbot, page, Qt.Key.Key_Escape)
    window.desk.bring_in(table(tmp_path, "乙公司,苏州", name="2.csv"))
    page.beside.how_said.emit("all")
    looked(page, window, qtbot)
    assert page.go.isEnabled()


def test_a_file_that_is_looked_at_waits_behind_the_rows_that_clashed(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    page = brought(window, qtbot, firm, tmp_path)
    commands.run(store, store.me(), "customer.edit", firm.customers[0], values={"city": "常州"})
    window.desk.bring_in(table(tmp_path, "乙公司,苏州", name="2.csv"))
    press(qtbot, page.go)
    qtbot.waitUntil(lambda: page.meanwhile.page is not None and page.ahead is not None)
    settle(window, qtbot)
    assert page.meanwhile.page is not None
    press(qtbot, page.meanwhile.page.later)
    assert (page.go.isVisible(), page.go.isEnabled()) == (True, True)
    assert page.header_parts()[0].text() == "2.csv"  # type: ignore[attr-defined]


def test_what_an_amount_becomes_is_hidden_with_the_names(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened(window, qtbot, table(tmp_path, "甲公司,3", head="客户名称,信用额度"))
    page.columns.look_at(1)
    option = page.beside.scales.button(10_000)
    assert option.value() == "30,000"
    window._look.turn_private()  # noqa: SLF001
    assert option.value() == DOTS
