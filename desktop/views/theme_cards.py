"""The themes to choose from, each as a small window painted in its own tokens."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from desktop.views import paint, theme
from desktop.views.compose import row
from desktop.views.look import Look
from desktop.views.theme import Tokens
from desktop.words import Message

WIDE, HIGH, LEAST = 124, 78, 78
ROWS = 4


class ThemeCards(QWidget):
    """Cards side by side, one of them on."""

    chosen = Signal(str)

    def __init__(
        self, look: Look, choices: Sequence[tuple[str, Message]], *, current: str, name: Message
    ) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._cards: dict[str, _Card] = {}
        for key, words in choices:
            card = self._cards[key] = _Card(look, key, words)
            card.clicked.connect(self._tell)
            self._group.addButton(card)
        self.setLayout(row(look, *self._cards.values(), None, gap=8))
        look.bind(self.setAccessibleName, name)
        self.choose(current)

    def _tell(self) -> None:
        self.chosen.emit(self.current())

    def choose(self, key: str) -> None:
        """Show `key` as the one that is on, without telling."""
        if key in self._cards:
            self._cards[key].setChecked(True)

    def button(self, key: str) -> QAbstractButton:
        """The card of a theme."""
        return self._cards[key]

    def current(self) -> str:
        """The theme that is on."""
        return next((key for key, card in self._cards.items() if card.isChecked()), "")


class _Card(QAbstractButton):
    def __init__(self, look: Look, key: str, words: Message) -> None:
        super().__init__()
        self._look, self._key = look, key
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.bind(self.setText, words)
        look.bind(self.setMaximumWidth, lambda: look.px(WIDE))
        look.bind(self.setMinimumWidth, lambda: look.px(LEAST))

    def sizeHint(self) -> QSize:
        """The small window, its name below."""
        return QSize(self._look.px(WIDE), self._look.px(HIGH) + self._look.px(6) + self._look.t.line("small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Both themes cut across where it follows the system's."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(1, 1, self.width() - 2, look.px(HIGH) - 2)
        inner = frame.adjusted(3, 3, -3, -3)
        radius = look.t.radius("control")
        path = QPainterPath()
        path.addRoundedRect(inner, radius - 2, radius - 2)
        painter.save()
        painter.setClipPath(path)
        whole = self._key if self._key in theme.THEMES else "light"
        _paint_window(painter, Tokens(whole), inner)
        if whole != self._key:
            half = QPainterPath()
            half.addPolygon(QPolygonF([inner.topRight(), inner.bottomRight(), QPointF(inner.bottomLeft())]))
            painter.setClipPath(path.intersected(half))
            _paint_window(painter, Tokens("dark"), inner)
        painter.restore()
        on = self.isChecked()
        colour = "focus" if self.hasFocus() else "accent_mark" if on else "line_strong"
        painter.setPen(QPen(look.colour(colour), 2 if on or self.hasFocus() else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, radius, radius)
        if self.hasFocus():  # the chosen one has the same edge: its name is framed, too
            name = QRectF(
                1, frame.bottom() + look.px(3), self.width() - 2, self.height() - frame.bottom() - 6
            )
            painter.drawRoundedRect(name, look.t.radius("chip"), look.t.radius("chip"))
        top = look.px(HIGH) + look.px(5)
        below = QRect(0, top, self.width(), self.height() - top)
        paint.paint_text(
            painter, look, below, self.text(), ink="ink" if on else "ink_2", size="small", strong=on,
            align=paint.CENTRE,
        )  # fmt: skip


def _paint_window(painter: QPainter, tokens: Tokens, box: QRectF) -> None:
    """Rail, a title, a button and rows of a list, without words."""
    rail = box.width() * 0.24
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(box, tokens.colour("surface"))
    painter.fillRect(QRectF(box.left(), box.top(), rail, box.height()), tokens.colour("ground"))
    painter.fillRect(QRectF(box.left() + rail, box.top(), 1, box.height()), tokens.colour("line"))
    step = box.height() / (ROWS + 0.2)
    for place in range(ROWS):
        middle = box.top() + step * (place + 0.6)
        left = box.left() + rail + box.width() * 0.08
        if place < ROWS - 1:
            colour = "accent_mark" if place == 1 else "ink_3"
            _bar(painter, tokens, QRectF(box.left() + rail * 0.22, middle - 2, rail * 0.56, 4), colour)
        if place:
            under = QRectF(box.left() + rail, middle - step / 2, box.width() - rail, 1)
            painter.fillRect(under, tokens.colour("line"))
        long, end = box.width() * (0.2 if not place else 0.3), box.width() * 0.16
        _bar(painter, tokens, QRectF(left, middle - 2, long, 4), "ink" if not place else "ink_2")
        right = box.right() - box.width() * 0.06 - end
        high = 8 if not place else 4
        colour = "accent" if not place else "ink_3"
        _bar(painter, tokens, QRectF(right, middle - high / 2, end, high), colour)


def _bar(painter: QPainter, tokens: Tokens, box: QRectF, colour: str) -> None:
    painter.setBrush(tokens.colour(colour))
    painter.drawRoundedRect(box, 2, 2)
