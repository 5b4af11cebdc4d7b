"""What runs longer than a moment can be stopped, and then nothing of it is left."""

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import exports
from desktop.views.running import Running
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_list


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
