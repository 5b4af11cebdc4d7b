"""What runs longer than a moment can be stopped, and then nothing of it is left."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.errors import Refused
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands, exports, imports, undo
from desktop.views import card_files, desk
from desktop.views.coming_back import come_back
from desktop.views.importing.page import ImportPage
from desktop.views.running import Running
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.sample import Firm
from tests.views.pages import settle, stored, the_list, the_record


def stop_after(moves: int) -> Callable[[Running], None]:
    """Press Cancel when so much of it has been told."""

    def begin(running: Running) -> None:
        told = running.progress

        def progress(done: int, total: int) -> bool:
            if done >= moves:
                running.stop()
            return told(done, total)

        running.progress = progress  # type: ignore[method-assign]

    return begin


def test_an_export_that_is_stopped_leaves_the_file_from_before(
    window: Window, qtbot: QtBot, firm: Firm, tmp_path: Path
) -> None:
    page, path = the_list(window), tmp_path / "seen.csv"
    path.write_text("from before", "utf-8")
    window.desk.begun.connect(stop_after(1))
    for export in (
        lambda: page.edits.export(path),
        lambda: window.desk.export("customer", path, "zh"),
    ):
        told: list[str] = []
        window.desk.told.connect(lambda words, _undo, told=told: told.append(words.text))
        export()
        settle(window, qtbot)
        assert told == [exports.STOPPED.text]
        assert path.read_text("utf-8") == "from before"
    assert [each.name for each in tmp_path.glob(".seen*")] == []
    assert window.doing.tray.running == []


def test_an_export_that_goes_on_takes_the_place_of_the_file(
    window: Window, qtbot: QtBot, firm: Firm, tmp_path: Path
) -> None:
    path = tmp_path / "seen.csv"
    path.write_text("from before", "utf-8")
    begun: list[Running] = []
    window.desk.begun.connect(begun.append)
    the_list(window).edits.export(path)
    settle(window, qtbot)
    total = the_list(window).total()
    assert [(each.done, each.total) for each in begun] == [(total, total)]
    assert len(path.read_text("utf-8-sig").splitlines()) == total + 1


def test_a_deletion_of_many_that_is_stopped_brings_all_back(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    total = page.total()
    window.desk.begun.connect(stop_after(3))
    window.desk.delete_all(page.table.records()[:5])
    settle(window, qtbot)
    assert the_list(window).total() == total
    assert window.doing.tray.running == []


def test_a_deletion_of_many_comes_wholly_or_not_at_all_and_needs_nothing_that_is_gone(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = the_list(window)
    total, chosen = page.total(), page.table.records()[:3]
    done = iter((commands.run, commands.run, refused))
    monkeypatch.setattr(desk, "run", lambda *asked, **more: next(done)(*asked, **more))
    window.desk.delete_all(chosen)
    settle(window, qtbot)
    assert the_list(window).total() == total
    monkeypatch.undo()
    commands.run(store, store.me(), "customer.delete", chosen[1].id)
    window.desk.delete_all(chosen)
    settle(window, qtbot)
    assert the_list(window).total() == total - 3


def refused(*_asked: Any, **_more: Any) -> None:
    raise Refused(msg("Nothing"))


class Beside:
    """An import of which the second slice waits until the test lets go."""

    def __init__(self, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
        monkeypatch.setattr(imports, "SLICE", 5)
        lines = "\n".join(f"Beside {n:02d}" for n in range(15))
        file.write_text(f"name\n{lines}\n", encoding="utf-8")
        self.begun, self.go_on, self.stopped = threading.Event(), threading.Event(), False
        self.done: list[int] = []
        window.desk.begun.connect(self._begin)
        window.desk.bring_in(file)
        page = window.page()
        assert isinstance(page, ImportPage)
        qtbot.waitUntil(lambda: page.ahead is not None)
        page.carry_out()

    def _begin(self, running: Running) -> None:
        told = running.progress

        def progress(done: int, total: int) -> bool:
            self.done.append(done)
            self.begun.set()
            assert self.go_on.wait(90), "nobody lets the import go on"
            return told(done, total) and not self.stopped

        running.progress = progress  # type: ignore[method-assign]


def names(store: Store) -> set[str]:
    with store.reading() as session:
        living = session.query(Customer).filter(Customer.deleted_at.is_(None))
        return {each.name for each in living if each.name.startswith(("Beside", "Mine"))}


@pytest.mark.parametrize("stopped", [False, True])
def test_what_a_person_saves_goes_between_the_slices_of_an_import(
    window: Window, qtbot: QtBot, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    told: list[str] = []
    window.desk.told.connect(lambda words, _undo: told.append(words.in_language("en")))
    heard: set[Any] = set()
    window.desk.changed.connect(heard.update)
    beside = Beside(window, qtbot, monkeypatch, tmp_path / "beside.csv")
    qtbot.waitUntil(beside.begun.is_set)
    made: list[Customer] = []
    window.desk.create("customer", {"name": "Mine"}, done=made.append)
    window.desk.create("customer", {"name": "Mine for a moment"})
    qtbot.waitUntil(lambda: len(told) == 2)
    assert (beside.done, names(store) > {"Mine", "Mine for a moment"}) == ([5], True)
    assert ("customer", made[0].id) in heard, "it is told, though the import is not yet"
    window.desk.undo()
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told[-1].startswith("Undone")
    assert (beside.done, len(names(store))) == ([5], 6), "one's own last step, not what is being written"
    beside.stopped = stopped
    beside.go_on.set()
    settle(window, qtbot)
    assert len(names(store)) == (1 if stopped else 16)
    if not stopped:
        window.desk.undo()
        settle(window, qtbot)
    assert names(store) == {"Mine"}
    assert store.under_way == set()


def test_a_long_undo_lets_people_save_and_takes_no_step_twice(
    window: Window, qtbot: QtBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = imports.plan("\n".join(["name", *(f"Beside {n}" for n in range(9))]).encode(), "customers")
    monkeypatch.setattr(undo, "SLICE", 4)
    window.desk.create("customer", {"name": "Mine before"})
    settle(window, qtbot)
    imports.carry_out(store, store.me(), made)
    begun, go_on = threading.Event(), threading.Event()
    take = undo.undo_step

    def slowly(*asked: Any) -> undo.Undone:
        begun.set()
        assert go_on.wait(90), "nobody lets the undo go on"
        return take(*asked)

    monkeypatch.setattr(undo, "undo_step", slowly)
    window.desk.undo()
    qtbot.waitUntil(begun.is_set)
    window.desk.create("customer", {"name": "Mine"})
    qtbot.waitUntil(lambda: "Mine" in names(store))
    window.desk.undo()
    window.desk.undo()
    qtbot.waitUntil(lambda: not {"Mine", "Mine before"} & names(store))
    assert len(names(store)) == 9
    go_on.set()
    settle(window, qtbot)
    assert (names(store), store.under_way) == (set(), set())


def test_the_people_of_a_list_or_a_record_go_out_as_cards(
    window: Window, qtbot: QtBot, firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_beside: object, _title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / f"{len(asked)}.vcf"), kinds.split(";;")[-1]

    monkeypatch.setattr(card_files.QFileDialog, "getSaveFileName", choose)
    for kind in ("contact", "customer"):
        window.go(kind)
        settle(window, qtbot)
        offered = {item.title: item for item in window._answer("vCard")}  # noqa: SLF001
        run = offered["Save as vCard"].run
        assert run is not None
        run()
        settle(window, qtbot)
    assert (tmp_path / "1.vcf").read_text("utf-8").count("VERSION:4.0") > 1
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    the_record(window).save_cards()
    settle(window, qtbot)
    cards = (tmp_path / "3.vcf").read_text("utf-8").replace("\n ", "")
    assert stored(window.desk.store, "customer", firm.customers[0]).name in cards
    assert asked[0] == "Contacts.vcf"
    assert asked[2].endswith(".vcf")


def test_an_import_that_was_cut_off_is_taken_back_when_the_window_comes_and_it_is_said(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    made = imports.plan("\n".join(["name", *(f"Beside {n}" for n in range(4))]).encode(), "customers")
    batch = imports.carry_out(store, store.me(), made).batch
    store.set_local(undo.BEGUN, [batch.hex])
    come_back(window)
    settle(window, qtbot)
    assert names(store) == set()
    assert "was cut off" in window.toast.words()
    assert store.local(undo.BEGUN) == []
