"""The recovery sheet: one page for the safe with the code that opens the vault if the passphrase is lost."""

import os
from datetime import date
from pathlib import Path

from PySide6.QtCore import QBuffer, QRectF, Qt
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from desktop.errors import Refused
from desktop.views.look import Look
from desktop.words import Message, msg

_DPI = 144


def write_sheet(look: Look, path: str, code: str, name: str) -> None:
    """Write the sheet as a PDF in the current language. Raises Refused where it cannot be written."""
    paper = QBuffer()
    paper.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(paper)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setResolution(_DPI)
    writer.setTitle(look.text(msg("Recovery sheet")))
    painter = QPainter(writer)
    width = float(writer.width())
    lines: list[tuple[Message | str, str, bool, int]] = [
        (msg("Recovery sheet"), "display", True, 60),
        (name, "title", False, 40),
        (
            msg("This code opens the vault if the passphrase is lost. Whoever holds it can read everything."),
            "body",
            False,
            60,
        ),
        (code, "figure", True, 70),
        (msg("Keep it in a safe, not beside the laptop, and take no picture of it."), "body", False, 36),
        (date.today().isoformat(), "body", False, 36),  # noqa: DTZ011
    ]
    top = 20.0
    for words, size, strong, height in lines:
        painter.setFont(look.font(size, strong=strong))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(0, top, width, height * 2), flags, look.text(words))
        top += height
    painter.end()
    try:
        with Path(path).open("wb") as file:
            file.write(paper.data().data())
            file.flush()
            os.fsync(file.fileno())  # the old sheet may be worth nothing from here on
    except OSError as error:
        words = msg("The recovery sheet was not written: {why}")
        raise Refused(words.of(why=error.strerror or "")) from error
