"""Letters of a code in boxes: typed one by one, pasted or dictated, in two groups."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from desktop.views import paint
from desktop.views.look import Look
from desktop.words import Message

BOX, HIGH, GAP, MIDDLE = 26, 34, 4, 16
_MEANT = str.maketrans({"0": "O", "1": "I", "8": "B"})


class Letters(QLineEdit):
    """A line of so many letters; what is no letter of a code falls away as one types."""

    def __init__(self, look: Look, count: int, name: Message) -> None:
        super().__init__()
        self._look, self.count = look, count
        self._wrong = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setInputMethodHints(Qt.InputMethodHint.ImhUppercaseOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.textChanged.connect(self._tidy)
        look.bind(self.setAccessibleName, name)
        look.changed.connect(self.updateGeometry)

    @property
    def whole(self) -> bool:
        """Whether all letters are there."""
        return len(self.text()) == self.count

    def complain(self, *, wrong: bool) -> None:
        """The boxes say that it was not right."""
        self._wrong = wrong
        self.update()

    def _tidy(self, text: str) -> None:
        plain = "".join(one for one in text.upper().translate(_MEANT) if one.isascii() and one.isalnum())
        plain = "".join(one for one in plain if one not in "9")[: self.count]
        if plain != text:
            self.setText(plain)
            return
        self._wrong = False
        self.update()

    def sizeHint(self) -> QSize:
        """All boxes and the gap in their middle."""
        look = self._look
        wide = self.count * BOX + (self.count - 2) * GAP + MIDDLE
        return QSize(look.px(wide), look.px(HIGH))

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box a letter; the one that comes next is lit."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, half = self.text(), self.count // 2
        at, radius = 0, look.t.radius("chip")
        for place in range(self.count):
            if place == half:
                at += look.px(MIDDLE - GAP)
                dash = QRect(at - look.px(MIDDLE - 2), 0, look.px(MIDDLE - 4), self.height())
                paint.paint_text(painter, look, dash, "–", ink="ink_3", align=paint.CENTRE)
            box = QRectF(at + 0.5, 0.5, look.px(BOX) - 1, self.height() - 1)
            now = self.hasFocus() and place == min(len(text), self.count - 1)
            edge = "bad" if self._wrong else "accent" if now else "line_strong"
            painter.setPen(QPen(look.colour(edge), 2 if now else 1))
            painter.setBrush(look.colour("surface"))
            painter.drawRoundedRect(box, radius, radius)
            if place < len(text):
                said = text[place]
                paint.paint_text(
                    painter, look, box.toRect(), said, size="title", strong=True, align=paint.CENTRE
                )
            at += look.px(BOX + GAP)
