"""A PDF on the window: whose it is, and whether a byte differs."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands, rebuilding
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle


def said(window: Window) -> str:
    return " ".join(each.text() for each in window.bar.findChildren(QLabel)) if window.bar.isVisible() else ""


def test_a_pdf_is_dropped_and_told_to_be_ours_or_changed(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path
) -> None:
    paper = commands.run(store, store.me(), "quote.issue", firm.quote).value
    for name, data, words in (
        ("ours.pdf", paper, "not a byte differs"),
        ("changed.PDF", paper.replace(b"/Rect", b"/Recx", 1), "was altered"),
        ("longer.pdf", paper + b"\n%", "appended after the seal"),
        ("other.pdf", b"%PDF-1.7\nnonsense", "no seal of Satchel"),
        ("none.pdf", b"hello", "no PDF"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        data_of_it = QMimeData()
        data_of_it.setUrls([QUrl.fromLocalFile(str(path))])
        plain = Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(
            QPoint(5, 5), Qt.DropAction.CopyAction, data_of_it, Qt.MouseButton.LeftButton, plain
        )
        window.dragEnterEvent(entering)
        assert entering.isAccepted()
        assert name in said(window)
        window.desk.bring_in(path)
        settle(window, qtbot)
        assert words in said(window)


def test_a_pdf_is_chosen_by_a_command_and_one_that_is_gone_is_said_to_be(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "gone.pdf"), ""))
    [item] = [each for each in window.doing.items() if each.title.startswith("Check a PDF")]
    assert item.run is not None
    item.run()
    settle(window, qtbot)
    assert "There is no file" in said(window)


def test_a_quote_is_rebuilt_from_a_dropped_pdf_and_taken_back(
    window: Window,
    qtbot: QtBot,
    firm: Firm,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "ours.pdf"
    path.write_bytes(commands.run(store, store.me(), "quote.issue", firm.quote).value)
    window.desk.bring_in(path)
    settle(window, qtbot)
    window.bar.act.click()  # the very quote is here: it is opened
    settle(window, qtbot)
    assert window.desk.is_here("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    assert page.draft.quote.id == firm.quote
    monkeypatch.setattr(rebuilding, "known_here", lambda *_: None)  # as where it is not
    window.desk.bring_in(path)
    settle(window, qtbot)
    assert window.bar.act.text() == "Rebuild as a draft"
    assert "In it: " in said(window)
    window.bar.act.click()
    settle(window, qtbot)
    rebuilt = window.page()
    assert isinstance(rebuilt, QuotePage)
    assert (rebuilt.draft.quote.stage, rebuilt.draft.quote.id == firm.quote) == ("draft", False)
    window.desk.undo()
    settle(window, qtbot)
    assert not window.desk.is_here("quote", rebuilt.draft.quote.id)
