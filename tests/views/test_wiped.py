"""The office's order in the window: what is shown goes, then what is there, and one calm page says so."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import app, settings
from desktop.models import vault, wiping
from desktop.views.first_run import FirstRun
from desktop.views.wiped import WipedPage, words_of
from sync.client.farewell import Parting
from sync.client.syncer import State
from sync.protocol.wiping import WipeOrder
from tests.vaults import CHEAP
from tests.views.pages import press
from tests.views.test_program import first_run, page_of

ORDER = WipeOrder("0" * 32, "1" * 32, "衡岳", 1_800_000_000_000, False, "")


@pytest.fixture
def program(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[app.Program]:
    """The program on a profile that is not there yet."""
    monkeypatch.setattr(vault, "create_vault", partial(vault.create_vault, kdf=CHEAP))
    made = app.Program(app.application(), tmp_path / "profile", settings.Settings(language="en"))
    yield made
    made.end()
    made.front.deleteLater()


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_window_goes_while_changes_still_go_and_then_everything(
    program: app.Program, qtbot: QtBot
) -> None:
    first_run(program, qtbot, lambda page: page.start_page.choose("empty"))
    assert program.session is not None
    window = program.session.window
    program.session.network.emit(State("stopped", reason="wipe"))
    qtbot.waitUntil(lambda: not window.isVisible())
    page = page_of(program, WipedPage)
    assert isinstance(page, WipedPage)
    assert page.note is None
    assert (program.folder / "vault.json").exists(), "nothing is erased before the last word"
    parting = Parting(ORDER, sent=1, lost={"customer": 2}, files=1)
    program.session.network.emit(State("wiped", reason="wipe", parting=parting))
    qtbot.waitUntil(lambda: program.session is None)
    assert left(program.folder) == ["lock", "wiped.json"]
    page = page_of(program, WipedPage)
    assert isinstance(page, WipedPage)
    assert page.note == parting.note()
    program.lock()
    assert isinstance(program.front.currentWidget(), WipedPage), "there is nothing to lock"
    assert page.begin is not None
    press(qtbot, page.begin)
    assert isinstance(program.front.currentWidget(), FirstRun)


def test_a_laptop_that_was_wiped_says_so_when_it_starts_again(program: app.Program) -> None:
    program.folder.mkdir(parents=True)
    wiping.erase(program.folder, Parting(ORDER).note())
    program.start()
    page = page_of(program, WipedPage)
    assert isinstance(page, WipedPage)
    said = words_of(page.note or {}).in_language("en")
    assert "衡岳" in said
    assert "Nothing that was done here was lost" in said


def test_a_wipe_that_was_cut_off_is_finished_at_the_next_start(program: app.Program) -> None:
    made, _code = vault.create_vault(program.folder, "correct horse battery")
    made.close()
    (program.folder / wiping.NOTE).write_text('{"office": "衡岳", "at": 0}', encoding="utf-8")
    assert (program.folder / "vault.db").exists()
    program.start()
    assert isinstance(program.front.currentWidget(), WipedPage)
    assert left(program.folder) == ["lock", "wiped.json"]
