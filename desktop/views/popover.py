"""What floats over the window: a popover beside what it explains, and the scrim under a modal layer."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views import paint
from desktop.views.compose import settle
from desktop.views.look import Look

RING = 4


class Popover(QWidget):
    """A frameless child of the window with edge, radius 8 and two rings; Escape or a press outside closes."""

    closed = Signal()
    tells = False
    """Whether it shows names or amounts as they are: what is open when hiding begins closes; a later one was
    asked for."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._private = look.private
        self._came_from: QWidget | None = None
        self._scale = look.t.scale
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab: nothing shows it
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(RING + 1, RING + 1, RING + 1, RING + 1)
        self.inside.setSpacing(0)
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(0)
        self._refit.timeout.connect(self.fit)
        look.changed.connect(self._refit.start)
        look.changed.connect(self._hide_names)
        self.hide()

    def _hide_names(self) -> None:
        begins, self._private = self._look.private and not self._private, self._look.private
        if begins and self.tells:
            self.dismiss()

    def fit(self) -> None:
        """As large as its content wants now, and inside the window: the text size or the window changed."""
        if self.isHidden():
            return
        room = self._window.size()
        low = self.geometry().bottom() >= room.height() / 2 and self.y() > RING
        bottom = self.geometry().bottom()
        self._grow()
        self._give_way()
        if self.height() > room.height() or self.width() > room.width():
            self.resize(self.size().boundedTo(room))
        top = bottom - self.height() + 1 if low else self.y()
        left = max(RING, min(self.x(), room.width() - self.width()))
        self.move(left, max(RING, min(top, room.height() - self.height())))

    yields: QWidget | None = None
    """What becomes lower, down to two rows, where the window has no room for all."""

    def _give_way(self) -> None:
        self._take_height()
        over = self.height() - (self._window.height() - 2 * RING)
        if self.yields is not None and over > 0 and not self.yields.isHidden():
            row = self._look.t.row("two_line")
            rows = max(2, (self.yields.height() - over) // row)  # whole ones: none is cut in its middle
            self.yields.setFixedHeight(rows * row)
            self._take_height()

    def _take_height(self) -> None:
        """As high as the texts need that wrap at this width, not at the one they would like."""
        settle(self)
        self.adjustSize()
        if self.inside.hasHeightForWidth():
            self.resize(self.width(), self.inside.totalHeightForWidth(self.width()))

    def _grow(self) -> None:
        """A width that was fixed for another text size becomes the one for this."""
        before, self._scale = self._scale, self._look.t.scale
        if before != self._scale and self.minimumWidth() == self.maximumWidth():
            wide = (self.width() - 2 * RING) * self._scale // before + 2 * RING
            self.setFixedWidth(min(wide, self._window.width() - 2 * RING))

    def pop(self, left_top: QPoint) -> None:
        """Show it with its visible corner at a place of the window, kept inside the window."""
        window = self._window
        self._came_from = window.window().focusWidget()
        self._scale = self._look.t.scale
        self._give_way()
        left = max(4, min(left_top.x() - RING, window.width() - self.width()))
        top = max(4, min(left_top.y() - RING, window.height() - self.height()))
        self.move(left, top)
        self.show()
        self.raise_()
        self.setFocus()
        window.window().installEventFilter(self)

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        if self.isHidden():
            return
        self._window.window().removeEventFilter(self)
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus()
            self._came_from = None
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press outside closes it; in another window size it finds its place anew."""
        if event.type() == QEvent.Type.Resize:
            self._refit.start()
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            here = self.mapFromGlobal(event.globalPosition().toPoint())
            if not self.rect().contains(here):
                self.dismiss()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Edge and rings."""
        paint.paint_float(QPainter(self), self._look, self.rect())


class Scrim(QWidget):
    """The veil under a modal layer; a press on it asks to close.

    What changes its size with each key asks for a `still` one: the window behind is painted once, as it was
    when it was covered, and not again for each strip of it that comes and goes.
    """

    pressed = Signal()

    def __init__(self, look: Look, window: QWidget, *, still: bool = False) -> None:
        super().__init__(window)
        self._look, self._window, self._still = look, window, still
        self._behind: QPixmap | None = None
        look.changed.connect(self._see_through)
        self.hide()

    def cover(self) -> None:
        """Lie over the whole window; where it has another size now, what is behind is seen as it is."""
        self.setGeometry(self._window.rect())
        if self._still and not self.isVisible():
            self._behind = self._window.grab()
            self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        else:
            self._see_through()
        self.show()
        self.raise_()

    def _see_through(self) -> None:
        """Show what is behind as it is now: it looks otherwise, it hides names, or the veil is lifted."""
        self._behind = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, on=False)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """No picture is kept."""
        self._see_through()
        super().hideEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell that somebody pressed outside."""
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """An alpha fill."""
        painter = QPainter(self)
        if self._behind is not None:
            painter.drawPixmap(0, 0, self._behind)
        painter.fillRect(self.rect(), self._look.t.faded("scrim", self._look.t.alpha("scrim_alpha")))
