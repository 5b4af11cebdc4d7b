"""The pages of the document on the customer's screen, and how long each of them was in view."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScroller, QSizePolicy, QWidget

from desktop.views.compose import column, region, scrolling
from desktop.views.look import Look
from desktop.words import msg

EDGE: Final = 28
PART: Final = 0.5
"""How much of the room a page takes, or of a page is seen, before it counts as looked at."""


class Sheets(QWidget):
    """The pages under each other, as wide as there is room."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.images: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_images(self, shown: Sequence[QImage]) -> None:
        """Other pages."""
        self.images = list(shown)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(self.places()[1], 1))
        self.update()

    def places(self) -> tuple[list[QRect], int]:
        """Where each page is, and how high they are together."""
        edge = self._look.px(EDGE)
        top, wide, boxes = edge, max(self.width() - 2 * edge, 100), []
        for image in self.images:
            high = round(image.height() * wide / max(image.width(), 1))
            boxes.append(QRect(edge, top, wide, high))
            top += high + edge
        return boxes, top

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width makes other heights."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def sizeHint(self) -> QSize:
        """As high as the pages are."""
        return QSize(self._look.px(480), self.places()[1])

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pages on the desk."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for box, image in zip(self.places()[0], self.images, strict=True):
            if box.intersects(event.rect()):
                painter.drawImage(box, image)


class Pages(QWidget):
    """The document to read. `seen` are the milliseconds of each page."""

    looked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.seen: list[int] = []
        self.sheets = Sheets(look)
        self.area = scrolling(self.sheets)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.area.setAccessibleName, msg("The document"))
        QScroller.grabGesture(self.area.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.area.verticalScrollBar().valueChanged.connect(lambda _value: self.look_on(1))
        desk = region("desk", "right")
        desk.setLayout(column(look, self.area, gap=0))
        self.setLayout(column(look, desk, gap=0))

    def show_images(self, shown: Sequence[QImage]) -> None:
        """The pages of this document; the place stays."""
        if len(shown) != len(self.seen):
            self.seen = [0] * len(shown)
        self.sheets.show_images(shown)

    def width_wanted(self) -> int:
        """The width of a page in device pixels."""
        wide = max(self.area.viewport().width() - 2 * self._look.px(EDGE), 100)
        return round(wide * self.devicePixelRatioF())

    def look_on(self, milliseconds: int) -> None:
        """So much time went by in front of what is in view."""
        view = QRect(0, self.area.verticalScrollBar().value(), 1, self.area.viewport().height())
        for place, box in enumerate(self.sheets.places()[0]):
            top, low = max(box.top(), view.top()), min(box.bottom(), view.bottom())
            if low - top >= PART * min(box.height(), view.height()):
                self.seen[place] += milliseconds
        self.looked.emit()

    def unread(self) -> int:
        """The first page that nobody looked at, from 1; 0 when all were."""
        return next((place for place, spent in enumerate(self.seen, 1) if not spent), 0)
