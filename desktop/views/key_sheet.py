"""The sheet of all keys, over the window: what each does, by where it works; any key closes it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views import keymap, paint
from desktop.views.buttons import Button
from desktop.views.compose import Keys, Line, clear, column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Scrim
from desktop.words import Message, msg

WIDTH = 720


class KeySheet(QWidget):
    """Two columns: what can be changed in the settings, and what is the same everywhere."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._came_from: QWidget | None = None
        self._scrim = Scrim(look, window)
        self._scrim.pressed.connect(self.dismiss)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        head = row(
            look, label(look, msg("All keys"), size="title", strong=True), None, close, edge=(20, 12, 12, 12)
        )
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for side in (self._left, self._right):
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(0)
        across = row(look, self._left, self._right, gap=32, edge=(20, 12, 20, 16))
        across.setStretch(0, 1)
        across.setStretch(1, 1)
        hint = label(look, msg("Other keys can be chosen in the settings."), size="small", ink="ink_3")
        foot = row(look, hint, None, edge=(20, 8, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), holding(across), Line(look), foot, gap=0, edge=ring))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("All keys"))
        self._said: list[tuple[str, str]] = []
        self.hide()

    def open(self) -> None:
        """Show it with the keys as they are now."""
        self._came_from = self._window.window().focusWidget()
        self._fill()
        self._scrim.cover()
        self.setFixedWidth(min(self._look.px(WIDTH), self._window.width() - 40))
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.width(), min(self.sizeHint().height(), self._window.height() - 40))
        left, top = (self._window.width() - self.width()) // 2, (self._window.height() - self.height()) // 3
        self.move(left, max(20, top))
        self.show()
        self.raise_()
        self.setFocus()

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        self._scrim.hide()
        self.hide()
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
            if fixed.where != where:
                self._head(self._right, fixed.where)
                where = fixed.where
            self._line(self._right, fixed.words, fixed.keys, fixed.keys)
        self._left.addStretch(1)
        self._right.addStretch(1)

    def _head(self, into: QVBoxLayout, words: Message) -> None:
        made = label(self._look, words, size="small", ink="ink_3")
        made.setContentsMargins(0, self._look.px(8), 0, self._look.px(4))
        into.addWidget(made)

    def _line(self, into: QVBoxLayout, words: Message, came: str, keys: str) -> None:
        look = self._look
        caps: QWidget = Keys(look, came) if keys else label(look, "—", ink="ink_3")
        into.addWidget(holding(row(look, label(look, words), None, caps, gap=8, edge=(0, 2, 0, 2))))
        self._said.append((look.text(words), keys))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key closes it."""
        self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
