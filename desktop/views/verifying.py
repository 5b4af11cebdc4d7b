"""A PDF dropped on the window, or chosen: whose it is, whether a byte differs, and the quote in it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from desktop.services import attachments, rebuilding, receipts
from desktop.services.rebuilding import Found
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.window import Window

CHECK = msg("Check a PDF: is it ours, and whole?")
_BOTH = msg("{verdict} {inside}")
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
    """Say what its seal says of it, and offer its quote; it is read beside the window's thread."""
    desk = window.desk

    def look() -> tuple[Found, Message]:
        found = rebuilding.examine(attachments.read_file(path), desk.store)
        return found, receipts.with_verdict(desk.store, found.verdict)

    def tell(looked: tuple[Found, Message]) -> None:
        found, said = looked
        verdict = found.verdict
        tone = "ink_2" if verdict.reliable else "bad" if verdict.state in _BAD else "warn"
        inside = found.offer() if found.known is None else None
        words = said if inside is None else _BOTH.of(verdict=said, inside=inside)
        window.bar.tell(words, tone=tone, offer=_offer(window, found))

    desk.runner.read(
        window,
        "pdf",
        look,
        tell,
        failed=desk.refused.emit,
    )


def _offer(window: "Window", found: Found) -> tuple[Message, Callable[[], object]] | None:
    """The quote in a whole file: opened where it is here, else built as a draft that one undo takes back."""
    known = found.known
    if known is not None:
        return msg("Open this quote"), lambda: window.open_record("quote", known)
    if found.content is None or window.desk.refusal("quote.rebuild", None) is not None:
        return None

    def build() -> None:
        window.desk.do("quote.rebuild", content=found.content, told=msg("Quote rebuilt from its PDF"))

    return msg("Rebuild as a draft"), build
