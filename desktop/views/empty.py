"""The empty states: an icon, one sentence why, one button; each kind of nothing says what it is."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.words import Message

UNBOUND: Final = 16_777_215
WIDEST: Final = 324
"""px at 100 % of the sentence."""


class _Disc(QWidget):
    def __init__(self, look: Look, icon: str) -> None:
        super().__init__()
        self._look, self._icon = look, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A disc of 56 px."""
        return QSize(self._look.px(56), self._look.px(56))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon on a sunken disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("sunken"))
        painter.drawEllipse(QRectF(self.rect()))
        size = self._look.t.icon("empty_state")
        at = (self.width() - size) // 2
        painter.drawPixmap(at, at, self._look.pixmap(self._icon, "ink_2", size))


class Empty(QWidget):
    """What a place says when it holds nothing."""

    def __init__(
        self,
        look: Look,
        icon: str,
        title: Message,
        why: Message,
        *,
        button: Message | None = None,
        on_click: Callable[[], object] | None = None,
        button_icon: str = "plus",
        primary: bool = False,
        hint: Message | None = None,
    ) -> None:
        super().__init__()
        self._look = look
        words = self._words = label(look, why, ink="ink_2", wrap=True, centre=True)
        look.changed.connect(self._balance)
        self._balance()
        parts: list[QWidget | int | None] = [
            _Disc(look, icon),
            8,
            label(look, title, size="title", strong=True),
            words,
        ]
        self.button: Button | None = None
        if button is not None:
            self.button = Button(look, button, icon=button_icon, kind="primary" if primary else "plain")
            if on_click is not None:
                self.button.clicked.connect(on_click)
            parts += [12, self.button]
        if hint is not None:
            parts += [6, label(look, hint, size="small", ink="ink_3")]
        inner = column(look, gap=4)
        for part in parts:
            if isinstance(part, QWidget):
                inner.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
            elif part is not None:
                inner.addSpacing(look.px(part))
        self.setLayout(column(look, None, row(look, None, holding(inner), None), None, gap=0))

    def say(self, why: Message) -> None:
        """Another reason."""
        self._look.bind(self._words.setText, why)
        self._balance()

    def _balance(self) -> None:
        """Lines of about one length: as narrow as it can be without one more of them."""
        words, most = self._words, self._look.px(WIDEST)
        words.ensurePolished()
        words.setMinimumSize(0, 0)  # or the size of before would be measured
        words.setMaximumSize(UNBOUND, UNBOUND)
        least = words.heightForWidth(most)
        narrow = next((w for w in range(most // 2, most, 4) if words.heightForWidth(w) <= least), most)
        words.setFixedSize(narrow, least)
