"""The recovery sheet: one page for the safe with the code that opens the vault if the passphrase is lost."""

import os
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from desktop.errors import Refused
from desktop.views.look import Look
from desktop.views.theme import Tokens
from desktop.words import Message, msg, verbatim

_DPI: Final = 288
_PX: Final = _DPI / 96
"""Device px for one of the sheet's: its sizes are those of the screen at 100 %."""
_EDGE: Final = 22  # mm
_STEPS: Final = (
    msg("Start Satchel and choose “Use the recovery sheet”."),
    msg("Type the code. Small letters will do; O is read as 0, I and L as 1."),
    msg(
        "Then choose a new passphrase in the settings, under Safety: the code takes the place of the old one."
    ),
)


def write_sheet(look: Look, path: str, code: str, name: str) -> None:
    """Write the sheet as a PDF in the current language. Raises Refused where it cannot be written."""
    paper = QBuffer()
    paper.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(paper)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(_EDGE, _EDGE, _EDGE, _EDGE), QPageLayout.Unit.Millimeter)
    writer.setResolution(_DPI)
    writer.setTitle(look.text(msg("Recovery sheet")))
    painter = QPainter(writer)
    painter.scale(_PX, _PX)
    _Sheet(look, painter, writer.width() / _PX).draw(code, name)
    painter.end()
    try:
        with Path(path).open("wb") as file:
            file.write(paper.data().data())
            file.flush()
            os.fsync(file.fileno())  # the old sheet may be worth nothing from here on
    except OSError as error:
        words = msg("The recovery sheet was not written: {why}")
        raise Refused(words.of(why=error.strerror or "")) from error


class _Sheet:
    """One page, from the top: whose it is, the code in a frame, how it is used, how it is kept."""

    def __init__(self, look: Look, painter: QPainter, width: float) -> None:
        self._look, self._painter, self._width = look, painter, width
        self._t = Tokens("light", latin=look.language == "en")  # paper is light, and has one size
        self._top = 0.0

    def draw(self, code: str, name: str) -> None:
        """All of it."""
        day = verbatim(date.today().isoformat())  # noqa: DTZ011
        self._say(msg("Satchel"), "title", strong=True, stay=True)
        self._say(day, "title", "ink_3", align=Qt.AlignmentFlag.AlignRight)
        self._line(10, 36)
        self._say(msg("Recovery sheet"), "display", strong=True)
        self._say(verbatim(name), "title", "ink_2", below=20)
        why = msg(
            "This code opens the vault if the passphrase is lost. Whoever holds it can read everything."
        )
        self._say(why, "body", below=18)
        self._frame(code)
        self._say(msg("How it is used"), "body", strong=True, below=8)
        for number, step in enumerate(_STEPS, 1):
            self._say(verbatim(f"{number}."), "body", "ink_3", stay=True)
            self._say(step, "body", left=24, below=6)
        self._line(14, 14)
        self._say(
            msg("Keep it in a safe, not beside the laptop, and take no picture of it."), "body", below=4
        )
        self._say(msg("Once a newer sheet is written, this one opens nothing."), "body", "ink_2")

    def _font(self, size: str, *, strong: bool) -> QFont:
        """Without the figures that the font keeps for Latin words: copied out of a PDF they are nothing."""
        font = QFont(self._t.font(size, strong=strong))
        font.setFeature(QFont.Tag("locl"), 0)
        return font

    def _say(
        self,
        words: Message,
        size: str,
        ink: str = "ink",
        *,
        strong: bool = False,
        left: float = 0,
        below: float = 0,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        stay: bool = False,
    ) -> None:
        """Words in as many lines as they need; `stay`: what comes next stands beside them."""
        self._painter.setFont(self._font(size, strong=strong))
        self._painter.setPen(self._t.colour(ink))
        room = QRectF(left, self._top, self._width - left, 200)
        flags = int(align | Qt.TextFlag.TextWordWrap)
        text = self._look.text(words)
        high = self._painter.boundingRect(room, flags, text).height()
        self._painter.drawText(room, flags, text)
        self._top += 0 if stay else high + below

    def _line(self, above: float, below: float) -> None:
        self._top += above
        self._painter.setPen(QPen(self._t.colour("line_strong"), 0.75))
        self._painter.drawLine(QPointF(0, self._top), QPointF(self._width, self._top))
        self._top += below

    def _frame(self, code: str) -> None:
        box = QRectF(0.5, self._top, self._width - 1, 84)
        self._painter.setPen(QPen(self._t.colour("line_control"), 1))
        self._painter.drawRoundedRect(box, 6, 6)
        self._painter.setFont(self._font("display", strong=True))
        self._painter.setPen(self._t.colour("ink"))
        self._painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), code)
        self._top = box.bottom() + 26
