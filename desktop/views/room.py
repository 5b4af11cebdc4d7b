"""The room of a page in its window: where the page needs more than there is, it scrolls; the window fits."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

from desktop.views.compose import holding


class Room(QScrollArea):
    """Holds a widget at the size of this place, or at its smallest where that is larger.

    Qt's own way goes by the height that texts would like as well.
    """

    def __init__(self, inside: QLayout) -> None:
        super().__init__()
        self.inner = holding(inside)
        self.setViewport(QWidget())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self.inner)
        self.inner.setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The widget follows."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in the widget wants another room."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.inner:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        room, least = self.maximumViewportSize(), self.inner.minimumSizeHint()
        bars = self.horizontalScrollBar().sizeHint().height(), self.verticalScrollBar().sizeHint().width()
        if least.width() > room.width():
            room.setHeight(room.height() - bars[0])
        if least.height() > room.height():
            room.setWidth(room.width() - bars[1])
        self.inner.resize(room.expandedTo(least))
