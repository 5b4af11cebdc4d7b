"""A card over the window with the veil behind it: in the middle, as high as its content needs."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from desktop.views import paint
from desktop.views.compose import settle
from desktop.views.look import Look
from desktop.views.popover import Scrim

MARGIN: Final = 20
"""What a card leaves free on every side of the window."""
LEAST: Final = 64
"""Pixels of a body that one can still scroll in."""


class Body(QScrollArea):
    """The middle of a card: as high as what it holds, and scrolled where the window has no room for that."""

    grew = Signal()

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        inner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What it holds wants another height, such as for a reason under a field."""
        if watched is self._inner and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self.grew.emit()
        return super().eventFilter(watched, event)

    def heightForWidth(self, width: int) -> int:
        """What it holds needs this much."""
        layout = self._inner.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return self._inner.sizeHint().height()

    def sizeHint(self) -> QSize:
        """As wide as what it holds would like."""
        wide = self._inner.sizeHint().width()
        return QSize(wide, self.heightForWidth(max(self.width(), wide)))

    def minimumSizeHint(self) -> QSize:
        """A few lines."""
        return QSize(self._inner.minimumSizeHint().width(), LEAST)


class Card(QWidget):
    """Escape, or a press beside it, dismisses it. It keeps its place when window or text size change."""

    def __init__(self, look: Look, window: QWidget, width: int) -> None:
        super().__init__(window)
        self._look, self._window, self._width = look, window, width
        self._scrim = Scrim(look, window)
        self._scrim.pressed.connect(self.dismiss)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._place_again)
        look.changed.connect(self._place_again)
        look.changed.connect(self._later.start)  # once more when what it holds was told
        window.installEventFilter(self)
        self.hide()

    def lift(self) -> None:
        """Show it above everything else."""
        self.place()
        self._scrim.cover()
        self.show()
        self.raise_()

    def place(self) -> None:
        """In the middle of the window, a little above; never larger than the window."""
        window, layout = self._window, self.layout()
        wide = min(self._look.px(self._width), window.width() - 2 * MARGIN)
        self.setFixedWidth(wide)
        settle(self)
        self.fit()
        high = self.sizeHint().height()
        if layout is not None:
            layout.activate()
            wraps = layout.hasHeightForWidth()
            high = layout.totalHeightForWidth(wide) if wraps else layout.totalSizeHint().height()
        self.resize(wide, min(high, window.height() - 2 * MARGIN))
        self.move((window.width() - wide) // 2, max(MARGIN, (window.height() - self.height()) // 3))

    def fit(self) -> None:
        """What must be measured anew when the width or the text size is another; nothing here."""

    def dismiss(self) -> None:
        """Close it."""
        self._scrim.hide()
        self.hide()

    def _place_again(self) -> None:
        if self.isVisibleTo(self._window):
            self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size."""
        if event.type() == QEvent.Type.Resize and self.isVisibleTo(self._window):
            self._scrim.cover()
            self.place()
            self.raise_()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
