"""Small parts of the customer's screen: the firm's mark, a tick with its sentence, a line of text, steps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import Message, msg

TALL: Final = "height_customer_screen"
_INKS: Final = {"accent": "accent", "accent_deep": "accent_pressed", "ink": "ink"}
_FLAGS: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class Mark(QWidget):
    """The seller's logo as the paper draws it; no wider than the drawing."""

    def __init__(self, look: Look, logo: Mapping[str, Any]) -> None:
        super().__init__()
        self._look, self._logo = look, logo
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as a line of large type."""
        high = self._look.px(22)
        return QSize(round(high * int(self._logo["width"]) / int(self._logo["height"])), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Its polygons."""
        painter, look = QPainter(self), self._look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        scale = self.height() / int(self._logo["height"])
        for shape in self._logo["shapes"]:
            painter.setBrush(look.colour(_INKS.get(shape["fill"], "accent")))
            painter.drawPolygon(QPolygonF([QPointF(x * scale, y * scale) for x, y in shape["points"]]))


class Tick(QAbstractButton):
    """A box to tick with a sentence beside it, large enough for a finger; only shown where it is `fixed`."""

    def __init__(self, look: Look, words: Message | str = "", *, fixed: bool = False) -> None:
        super().__init__()
        self._look, self._fixed = look, fixed
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if fixed else Qt.FocusPolicy.StrongFocus)
        if not fixed:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(words)

    def say(self, words: Message | str) -> None:
        """The sentence."""
        for setter in (self.setText, self.setAccessibleName):
            self._look.bind(setter, words) if isinstance(words, Message) else setter(words)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """The sentence wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The lines of the sentence, and never less than a finger needs."""
        look = self._look
        room = QRect(0, 0, max(width - self._indent(), 40), 10_000)
        high = look.t.metrics("title").boundingRect(QRectF(room), int(_FLAGS), self.text()).height()
        return max(round(high) + look.px(12), look.t.control(TALL))

    def sizeHint(self) -> QSize:
        """At a middling width."""
        return QSize(self._look.px(420), self.heightForWidth(self._look.px(420)))

    def minimumSizeHint(self) -> QSize:
        """It may become narrow."""
        return QSize(self._look.px(200), self._look.t.control(TALL))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """What is only shown is not pressed."""
        if not self._fixed:
            super().mousePressEvent(event)

    def _indent(self) -> int:
        return self._look.t.control("check_box_customer_screen") + self._look.px(12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box beside the first line."""
        look, painter = self._look, QPainter(self)
        side = look.t.control("check_box_customer_screen")
        top = (self.height() - (self.heightForWidth(self.width()) - look.px(12))) / 2
        top = (
            max(top, look.px(6))
            if self.heightForWidth(self.width()) > look.t.control(TALL)
            else (self.height() - look.t.line("title")) / 2
        )
        paint_box(painter, look, QPointF(0, top + (look.t.line("title") - side) / 2), on=self.isChecked())
        painter.setFont(look.font("title"))
        painter.setPen(look.colour("ink"))
        box = QRectF(self._indent(), top, self.width() - self._indent(), self.height())
        painter.drawText(box, int(_FLAGS), self.text())
        if self.hasFocus() and not self._fixed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("focus"), 2))
            around = QRectF(1, top + (look.t.line("title") - side) / 2, side, side).adjusted(-1, -2, 3, 2)
            painter.drawRoundedRect(around, look.t.radius("chip"), look.t.radius("chip"))


def paint_box(painter: QPainter, look: Look, at: QPointF, *, on: bool) -> None:
    """A box, ticked or not."""
    side = look.t.control("check_box_customer_screen")
    box = QRectF(at.x() + 0.5, at.y() + 0.5, side - 1, side - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen if on else QPen(look.colour("line_control"), 1))
    painter.setBrush(look.colour("accent" if on else "surface"))
    painter.drawRoundedRect(box, look.t.radius("chip"), look.t.radius("chip"))
    painter.restore()
    if on:
        size = look.t.icon("small")
        place = box.center() - QPointF(size / 2, size / 2)
        painter.drawPixmap(place, look.pixmap("check", "on_accent", size))


class OptionRow(QWidget):
    """An option of the document: whether it was chosen, and its amount; it is read, not changed."""

    def __init__(self, look: Look, chosen: bool, words: str, amount: str) -> None:
        super().__init__()
        self._look, self._chosen, self._words, self._amount = look, chosen, words, amount
        state = msg("included in the total") if chosen else msg("not chosen")
        look.bind(self.setAccessibleName, lambda: f"{words} {amount} {look.text(state)}")
        look.bind(self.setFixedHeight, lambda: look.t.control(TALL))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, name, amount, and a hairline below."""
        look, painter = self._look, QPainter(self)
        side = look.t.control("check_box_customer_screen")
        paint_box(painter, look, QPointF(0, (self.height() - side) / 2), on=self._chosen)
        ink = "ink" if self._chosen else "ink_2"
        wide = look.t.width(self._amount, "title")
        left = side + look.px(12)
        room = self.width() - left - wide - look.px(16)
        box = QRect(left, 0, room, self.height())
        right = paint.paint_text(painter, look, box, self._words, ink=ink, size="title")
        state = look.text(msg("included in the total") if self._chosen else msg("not chosen"))
        box.setLeft(right + look.px(8))
        if look.t.width(state) <= box.width():
            paint.paint_text(painter, look, box, state, ink="ink_2")
        amount = QRect(self.width() - wide, 0, wide, self.height())
        paint.paint_text(painter, look, amount, self._amount, ink=ink, size="title")
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), look.colour("line"))


class PlainLine(QLineEdit):
    """A line to type in that takes nothing from the clipboard of whose laptop this is, and offers no menu."""

    def __init__(self, look: Look, name: Message) -> None:
        super().__init__()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)
        self.setMaxLength(60)
        look.bind(self.setFont, lambda: look.font("title"))
        look.bind(self.setPlaceholderText, name)
        look.bind(self.setAccessibleName, name)
        look.bind(self.setMinimumHeight, lambda: look.t.control(TALL))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typing, without what would bring something from elsewhere or take it there."""
        foreign = (
            QKeySequence.StandardKey.Paste,
            QKeySequence.StandardKey.Copy,
            QKeySequence.StandardKey.Cut,
        )
        if any(event.matches(each) for each in foreign):
            event.accept()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """No paste by the middle button."""
        if event.button() != Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """No menu."""
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Nothing is dropped here."""
        event.ignore()


class Steps(QWidget):
    """Read, then sign: what is done has a tick, what is to be done stands out."""

    def __init__(self, look: Look, words: Sequence[Message]) -> None:
        super().__init__()
        self._look, self._words, self._now = look, words, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, self._said)

    def show_step(self, now: int) -> None:
        """Where the customer is; past the last one all is done."""
        self._now = now
        self.setAccessibleName(self._said())
        self.updateGeometry()
        self.update()

    def _said(self) -> str:
        place = min(self._now, len(self._words) - 1)
        return self._look.text(self._words[place])

    def _wide(self, place: int) -> int:
        look = self._look
        text = look.t.width(look.text(self._words[place]), "body", strong=place == self._now)
        return text + (look.t.icon("small") + look.px(6) if place < self._now else look.px(20))

    def sizeHint(self) -> QSize:
        """All of them with the dashes between."""
        look = self._look
        gaps = (len(self._words) - 1) * look.px(76)
        return QSize(sum(map(self._wide, range(len(self._words)))) + gaps + 2, look.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """From the left."""
        look, painter, left, high = self._look, QPainter(self), 0, self.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, words in enumerate(self._words):
            if place:
                painter.fillRect(
                    QRect(left + look.px(24), high // 2, look.px(28), 1), look.colour("line_strong")
                )
                left += look.px(76)
            wide, text = self._wide(place), look.text(words)
            box = QRect(left, 0, wide, high)
            if place < self._now:
                paint.paint_icon(painter, look, left, high // 2, "check", "good", "small")
                box.setLeft(left + look.t.icon("small") + look.px(6))
                paint.paint_text(painter, look, box, text, ink="good")
            elif place == self._now:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.colour("accent_soft"))
                painter.drawRoundedRect(QRectF(box), look.t.radius("chip"), look.t.radius("chip"))
                box.setLeft(left + look.px(10))
                paint.paint_text(painter, look, box, text, ink="accent_ink", strong=True)
            else:
                box.setLeft(left + look.px(10))
                paint.paint_text(painter, look, box, text, ink="ink_3")
            left += wide
