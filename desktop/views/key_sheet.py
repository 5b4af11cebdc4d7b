"""The sheet of all keys, over the window: what each does, by where it works; any key closes it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QBoxLayout, QVBoxLayout, QWidget

from desktop.views import keymap
from desktop.views.buttons import Button
from desktop.views.card import Body, Card
from desktop.views.compose import Keys, Line, clear, column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.words import Message, msg

WIDTH: Final = 824
_MOVES: Final = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}
"""Keys that scroll the sheet where the window has no room for all of it."""


class KeySheet(Card):
    """Two columns: what can be changed in the settings, and what is the same everywhere."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._came_from: QWidget | None = None
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        head = row(
            look, label(look, msg("All keys"), size="title", strong=True), None, close, edge=(20, 12, 12, 12)
        )
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for side in (self._left, self._right):
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(0)
        across = self._across = row(look, self._left, self._right, gap=32, edge=(20, 12, 20, 16))
        across.setStretch(0, 1)
        across.setStretch(1, 1)
        hint = label(look, msg("Other keys can be chosen in the settings."), size="small", ink="ink_3")
        foot = row(look, hint, None, edge=(20, 8, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self._body = Body(holding(across))
        self.setLayout(column(look, head, Line(look), self._body, Line(look), foot, gap=0, edge=ring))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("All keys"))
        self._said: list[tuple[str, str]] = []

    def fit(self) -> None:
        """Both columns stand below each other where the window has no room for them."""
        ways, slim = QBoxLayout.Direction, self.width() < self._look.px(WIDTH)
        self._across.setDirection(ways.TopToBottom if slim else ways.LeftToRight)
        self._across.setSpacing(self._look.px(8 if slim else 32))

    def open(self) -> None:
        """Show it with the keys as they are now."""
        self._came_from = self._window.window().focusWidget()
        self._fill()
        self.lift()
        self.setFocus()

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        super().dismiss()
        if self._came_from is not None:
            self._came_from.setFocus()
            self._came_from = None

    def words(self) -> list[tuple[str, str]]:
        """Each line: what, and by which keys."""
        return self._said

    def _fill(self) -> None:
        clear(self._left)
        clear(self._right)
        self._said = []
        keys = keymap.all_keys()
        self._head(self._left, msg("From every screen"))
        for action in keymap.ACTIONS:
            self._line(self._left, action.words, action.keys, keys[action.name])
        where = None
        for fixed in keymap.FIXED:
            side = self._left if fixed.where == keymap.LISTS else self._right  # both about as long
            if fixed.where != where:
                self._head(side, fixed.where)
                where = fixed.where
            self._line(side, fixed.words, fixed.keys, fixed.keys)
        self._left.addStretch(1)
        self._right.addStretch(1)

    def _head(self, into: QVBoxLayout, words: Message) -> None:
        made = label(self._look, words, size="small", ink="ink_3")
        look = self._look
        look.bind(made.setContentsMargins, lambda: (0, look.px(8), 0, look.px(4)))
        into.addWidget(made)

    def _line(self, into: QVBoxLayout, words: Message, came: str, keys: str) -> None:
        look = self._look
        caps: QWidget = Keys(look, came) if keys else label(look, "—", ink="ink_3")
        into.addWidget(holding(row(look, label(look, words), None, caps, gap=8, edge=(0, 2, 0, 2))))
        self._said.append((look.text(words), keys))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key closes it, but for those that scroll to what is further down."""
        bar, move = self._body.verticalScrollBar(), _MOVES.get(Qt.Key(event.key()))
        if move is not None and bar.maximum() > 0:
            bar.triggerAction(move)
        else:
            self.dismiss()
