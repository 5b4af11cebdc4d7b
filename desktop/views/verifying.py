"""A PDF dropped on the window, or chosen: whose it is and whether a byte differs, in one line of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from desktop.services import attachments, sealed
from desktop.services.sealed import Verdict
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.window import Window

CHECK = msg("Check a PDF: is it ours, and whole?")
_BAD = ("altered", "appended", "rolled_back")


def drop_words(paths: Sequence[Path]) -> Message | None:
    """What letting go of one PDF will do; None for anything else."""
    if len(paths) != 1 or paths[0].suffix.lower() != ".pdf":
        return None
    return msg("Let go to check whether {file} is ours, and whole").of(file=paths[0].name)


def ask(window: "Window", title: str) -> None:
    """Choose a PDF and examine it."""
    path, _ = QFileDialog.getOpenFileName(window, title, "", "*.pdf")
    if path:
        examine(window, Path(path))


def examine(window: "Window", path: Path) -> None:
    """Say what its seal says of it; it is read beside the window's thread and kept nowhere."""
    desk = window.desk

    def tell(verdict: Verdict) -> None:
        tone = "ink_2" if verdict.reliable else "bad" if verdict.state in _BAD else "warn"
        window.bar.tell(verdict.message, tone=tone)

    desk.runner.read(
        window,
        "pdf",
        lambda: sealed.examine(attachments.read_file(path), desk.store),
        tell,
        failed=desk.refused.emit,
    )
