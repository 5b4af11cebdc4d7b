"""One clause as one reads it: what was put in, what was left out of the standard, what was filled in."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.rules.clauses import OURS, STANDARD, Piece
from desktop.views import paint
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

LEFT: Final = 56
"""Where the text begins; before it stands the number."""
RIGHT: Final = 56
BAR: Final = 3
CHANGED: Final = msg("Not the standard text")
FIXED: Final = msg("Stands in every contract as it is")


class ClauseView(QAbstractButton):
    """Painted text that is as high as it needs; a press or Enter words it otherwise."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._number, self._heading, self._icon = "", "", ""
        self._pieces: list[Piece] = []
        self._changed = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.changed.connect(self.updateGeometry)

    def show_clause(
        self, number: int, heading: str, pieces: Sequence[Piece], *, changed: bool, fixed: bool
    ) -> None:
        """Another clause, or another wording of it."""
        look = self._look
        self._number, self._heading, self._changed = str(number), heading, changed
        self._pieces = [
            Piece(one.kind, veil_text(look, one.text), one.place, one.open) if one.place else one
            for one in pieces
        ]
        self._icon = "git-merge" if changed else "lock" if fixed else ""
        why: Message | None = CHANGED if changed else FIXED if fixed else None
        marks = f", {look.text(why)}" if why is not None else ""
        self.setAccessibleName(f"{number} {heading}{marks}")
        said = "".join(one.text for one in self._pieces if one.kind != STANDARD)
        self.setAccessibleDescription(said)
        self.setToolTip(look.text(why) if why is not None else "")
        self.updateGeometry()
        self.update()

    def _laid(self, width: int) -> tuple[QTextLayout, int]:
        """The lines of the text at a width, and how high they are."""
        look = self._look
        text = "".join(one.text for one in self._pieces)
        text = text.replace("\n", "\u2028").replace(" %", "\u00a0%")  # a figure keeps its sign
        layout = QTextLayout(text, look.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._ranges())
        step, high = look.t.line("body") + look.px(4), 0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width, 1))
            line.setPosition(QPointF(0, high))
            high += step
        layout.endLayout()
        return layout, high

    def _ranges(self) -> list[QTextLayout.FormatRange]:
        """How each piece looks; places are counted as Qt counts characters."""
        found, at = [], 0
        for one in self._pieces:
            length = len(one.text.encode("utf-16-le")) // 2
            shape = self._shape(one)
            if shape is not None:
                stretch = QTextLayout.FormatRange()
                stretch.start, stretch.length, stretch.format = at, length, shape
                found.append(stretch)
            at += length
        return found

    def _shape(self, one: Piece) -> QTextCharFormat | None:
        look, shape = self._look, QTextCharFormat()
        if one.open:
            shape.setForeground(look.colour("warn"))
            shape.setBackground(look.colour("warn_soft"))
            shape.setFontWeight(QFont.Weight.DemiBold)
        elif one.kind == OURS:
            shape.setForeground(look.colour("good"))
            shape.setBackground(look.colour("good_soft"))
            shape.setFontUnderline(True)
        elif one.kind == STANDARD:
            shape.setForeground(look.colour("bad"))
            shape.setBackground(look.colour("bad_soft"))
            shape.setFontStrikeOut(True)
        elif one.place:
            shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            shape.setUnderlineColor(look.colour("ink_3"))
        else:
            return None
        return shape

    def _room(self, width: int) -> int:
        return width - self._look.px(LEFT + RIGHT)

    def heightForWidth(self, width: int) -> int:
        """The heading, the lines, and air around them."""
        return self._laid(self._room(width))[1] + self._look.t.line("body") + self._look.px(18)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """It wraps."""
        return True

    def sizeHint(self) -> QSize:
        """As it would be in the middle of a page."""
        width = max(self.width(), self._look.px(320))
        return QSize(width, self.heightForWidth(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower than it was measured for, as beside a scroll bar that just came: it asks for its lines."""
        super().resizeEvent(event)
        if self.height() < self.heightForWidth(self.width()):
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """It yields in width alone."""
        return QSize(self._look.px(240), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, heading, text; a bar and an icon beside what is not the standard text."""
        look, painter = self._look, QPainter(self)
        if self.underMouse():
            painter.fillRect(self.rect(), look.colour("hover"))
        if self._changed:
            painter.fillRect(QRect(0, 0, look.px(BAR), self.height()), look.colour("warn_mark"))
        if self.hasFocus():
            painter.fillRect(QRect(0, 0, 2, self.height()), look.colour("focus"))
        left, top, line = look.px(LEFT), look.px(7), look.t.line("body")
        place = QRect(0, top, left - look.px(12), line)
        paint.paint_text(painter, look, place, self._number, ink="ink_3", align=paint.RIGHT)
        head = QRect(left, top, self._room(self.width()), line)
        paint.paint_text(painter, look, head, self._heading, strong=True)
        if self._icon:
            ink = "warn" if self._changed else "ink_3"
            paint.paint_icon(
                painter, look, self.width() - look.px(38), head.center().y() + 1, self._icon, ink
            )
        layout, _ = self._laid(self._room(self.width()))
        painter.setPen(look.colour("ink"))
        layout.draw(painter, QPointF(left, top + line + look.px(2)))


class Sample(QWidget):
    """A word of the legend in the colours that it explains."""

    def __init__(self, look: Look, words: Message, ink: str, ground: str) -> None:
        super().__init__()
        self._look, self._words, self._ink, self._ground = look, words, ink, ground
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, words)

    def sizeHint(self) -> QSize:
        """The word and a little ground around it."""
        look = self._look
        return QSize(look.t.width(look.text(self._words), "small") + look.px(8), look.t.line("small") + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underlined, struck out, or with dots below, as in the text."""
        look, painter = self._look, QPainter(self)
        if self._ground:
            painter.fillRect(self.rect(), look.colour(self._ground))
        box = self.rect().adjusted(look.px(4), 0, -look.px(4), 0)
        paint.paint_text(painter, look, box, look.text(self._words), ink=self._ink, size="small")
        y = box.center().y() if self._ink == "bad" else box.bottom() - 1
        style = Qt.PenStyle.SolidLine if self._ground else Qt.PenStyle.DotLine
        painter.setPen(QPen(look.colour(self._ink), 1, style))
        painter.drawLine(box.left(), y, box.right(), y)
