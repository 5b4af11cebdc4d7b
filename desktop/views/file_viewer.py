"""A file seen in the window: a picture or the pages of a PDF, from memory: no file is made for it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.rules import attachments as rules
from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, holding, label, region, row, scrolling
from desktop.views.look import Look
from desktop.views.popover import RING, Popover, Scrim
from desktop.views.privacy import veil_text
from desktop.words import msg

EDGE: Final = 24
LARGEST_EDGE: Final = 4096
"""Pixels of the longer edge to which a picture is unpacked at most."""


def picture_of(data: bytes, longest: int) -> QImage:
    """A picture no larger than needed, upright; a null image for what cannot be read.

    Its first bytes say what it is; nothing but photographs is unpacked, since a drawing may ask for files.
    """
    kind = rules.IMAGES.get(rules.media_type("", data))
    if kind is None:
        return QImage()
    store = QByteArray(data)
    device = QBuffer(store)
    device.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(device, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    longest = min(longest, LARGEST_EDGE)
    if size.isValid() and max(size.width(), size.height()) > longest:
        reader.setScaledSize(size.scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class _Sheets(QWidget):
    """Pictures under each other, as wide as there is room."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.images: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_images(self, shown: Sequence[QImage]) -> None:
        self.images = list(shown)
        self.setFixedHeight(max(self._places()[1], 1))
        self.update()

    def _places(self) -> tuple[list[QRect], int]:
        look, top, boxes = self._look, self._look.px(12), []
        room = max(self.width() - 2 * look.px(12), 50)
        for image in self.images:
            width = min(room, image.width())
            height = round(image.height() * width / max(image.width(), 1))
            boxes.append(QRect((self.width() - width) // 2, top, width, height))
            top += height + look.px(12)
        return boxes, top

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The height follows the width."""
        super().resizeEvent(event)
        self.setFixedHeight(max(self._places()[1], 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for box, image in zip(self._places()[0], self.images, strict=True):
            painter.drawImage(box, image)


class FileViewer(Popover):
    """One file over the window; Escape closes it."""

    copy_wanted = Signal()
    link_wanted = Signal()
    tells = True

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        self._scrim = Scrim(look, window)
        self._scrim.pressed.connect(self.dismiss)
        self.closed.connect(self._scrim.hide)
        self._name = label(look, strong=True)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.copy_button = Button(look, msg("Save a copy…"), kind="flat", icon="download")
        self.copy_button.clicked.connect(self.copy_wanted)
        self.link_button = Button(look, msg("Copy link"), kind="flat", icon="copy")
        self.link_button.clicked.connect(self.link_wanted)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.sheets = _Sheets(look)
        head = row(look, self._name, self.link_button, self.copy_button, close, gap=8, edge=(16, 8, 8, 8))
        head.setStretch(0, 1)
        area = scrolling(self.sheets)
        desk = holding(column(look, area, gap=0), region("desk"))  # paper stands out from it
        body = column(look, head, Line(look), desk, gap=0, edge=(0, 0, 0, 8))
        body.setStretch(2, 1)
        self.inside.addWidget(holding(body))

    def show_file(self, name: str, shown: Sequence[QImage]) -> None:
        """Show these pictures under a name, as large as the window allows."""
        window = self._window
        for say in (self._name.setText, self._name.setToolTip, self.setAccessibleName):
            self._look.bind(say, lambda: veil_text(self._look, name))
        edge = self._look.px(EDGE)
        room = QSize(window.width() - 2 * edge, window.height() - 2 * edge)
        widest = max((image.width() for image in shown), default=0) + self._look.px(24) + 2 * RING + 16
        width = min(room.width(), max(widest, self._look.px(480)))
        self.setFixedSize(width, room.height())
        self._scrim.cover()
        self.pop(self._window.rect().center() - self.rect().center())
        self.sheets.show_images(shown)

    def dismiss(self) -> None:
        """Close it and forget what was shown."""
        super().dismiss()
        self.sheets.show_images([])


def paint_placeholder(painter: QPainter, look: Look, box: QRect, icon: str, ending: str) -> None:
    """What stands in the place of a picture: a sheet with the ending of the file's name."""
    size = look.t.icon("empty_state")
    top = box.top() + (box.height() - size - look.t.line("small")) // 2
    painter.drawPixmap(box.left() + (box.width() - size) // 2, top, look.pixmap(icon, "ink_3", size))
    below = QRect(box.left(), top + size, box.width(), look.t.line("small"))
    paint.paint_text(
        painter, look, below, ending.upper(), ink="ink_3", size="small", align=Qt.AlignmentFlag.AlignCenter
    )
