"""Tiles of files: a picture, a name and where the bytes are; as many side by side as fit."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.rules import attachments as rules
from desktop.services.attachments import Shown
from desktop.views import paint
from desktop.views.file_viewer import paint_placeholder
from desktop.views.look import Look
from desktop.views.privacy import DOTS, veil_text
from desktop.views.removable import Removable
from desktop.words import Message, msg

THUMB: Final = 132
"""Logical px of a picture in a tile, at least."""
GAP: Final = 8
REMOVE: Final = msg("Delete removes this file")


class Tile(Removable):
    """One file: its picture, its name, and where its bytes are. Enter opens, Delete removes."""

    def __init__(self, look: Look, shown: Shown, *, office: bool) -> None:
        super().__init__()
        self._look, self.shown, self._office = look, shown, office
        self.thumb: QImage | None = None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(shown, office=office)
        look.changed.connect(self._again)

    def _again(self) -> None:
        self.show_state(self.shown, office=self._office)

    def show_state(self, shown: Shown, *, office: bool) -> None:
        """The same file, further on its way."""
        self.shown, self._office = shown, office
        said, name = self._look.text(self.whereabouts()), called(self._look, shown.record.name)
        self.setText(name)
        self.setAccessibleName(f"{name}, {said}")
        self.setToolTip(f"{name}\n{said}")
        self.setAccessibleDescription(self._look.text(REMOVE))
        self.update()

    def whereabouts(self) -> Message | str:
        """Where the bytes are, in few words."""
        one = self.shown
        if one.here and one.waits and self._office:
            return msg("{done} % sent").of(done=one.done) if one.done else msg("Waits for the network")
        if one.here:
            return bytes_of(one.record.size or 0)
        if one.done:
            return msg("{done} % here").of(done=one.done)
        wanted = one.state is not None and one.state.wanted
        return msg("Comes with the next sync") if wanted else msg("Fetch now")

    def show_thumb(self, picture: QImage) -> None:
        """The picture has been made."""
        self.thumb = picture
        self.update()

    def sizeHint(self) -> QSize:
        """A picture and two lines."""
        look = self._look
        return QSize(look.px(THUMB), tile_height(look, look.px(THUMB)))

    def cross(self) -> QRect:
        """Where a press removes the file."""
        size = self._look.t.control("target_min")
        return QRect(self.width() - size, 0, size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture on its ground, the name, and where it is."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(0, 0, self.width(), self.width() * 3 // 4)
        radius = look.t.radius("control")
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(edge, look.colour("hover" if self.underMouse() else "sunken"))
        painter.save()
        painter.setClipPath(edge)
        if self.thumb is not None and not self.thumb.isNull() and not look.private:
            self._paint_picture(painter, box)
        else:
            icon = "file-text" if self.shown.here else "download"
            paint_placeholder(painter, look, box, icon, rules.ending(self.shown.record.name))
        painter.restore()
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.drawPath(edge)
        if self.underMouse() or self.hasFocus():
            self._paint_cross(painter)
        if 0 < self.shown.done < 100:
            bar = QRect(box.left() + 8, box.bottom() - 10, box.width() - 16, 4)
            paint.paint_progress(painter, look, bar, self.shown.done / 100)
        under = QRect(0, box.bottom() + 2, self.width(), look.t.line("body"))
        paint.paint_text(painter, look, under, self.text())
        below = QRect(0, under.bottom(), self.width(), look.t.line("small"))
        link = not self.shown.here and not self.shown.done
        ink = "accent_ink" if link else "ink_3"
        paint.paint_text(painter, look, below, look.text(self.whereabouts()), ink=ink, size="small")
        if self.hasFocus():
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_cross(self, painter: QPainter) -> None:
        look, corner = self._look, self.cross().adjusted(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("raised"))
        painter.drawEllipse(corner)
        size = look.t.icon("small")
        left = corner.center().x() - size // 2 + 1
        painter.drawPixmap(left, corner.center().y() - size // 2 + 1, look.pixmap("x", "ink", size))

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        if self.thumb is None:
            return
        size = self.thumb.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        left = box.left() - (size.width() - box.width()) // 2
        painter.drawImage(QRect(QPoint(left, box.top()), size), self.thumb)


class Grid(QWidget):
    """Tiles in rows, as many side by side as fit."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.tiles: list[Tile] = []

    def place(self) -> None:
        """Put every tile where it belongs; the height follows."""
        look = self._look
        gap, least = look.px(GAP), look.px(THUMB)
        across = max(1, (self.width() + gap) // (least + gap))
        width = max(least, (self.width() + gap) // across - gap)
        height = tile_height(look, width)
        for number, tile in enumerate(self.tiles):
            line, place = divmod(number, across)
            tile.setGeometry(place * (width + gap), line * (height + gap), width, height)
            tile.show()
        lines = -(-len(self.tiles) // across)
        self.setFixedHeight(lines * (height + gap))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tiles flow."""
        super().resizeEvent(event)
        self.place()


def called(look: Look, name: str) -> str:
    """What a file is called: while names are hidden what kind of file it is."""
    ending = rules.ending(name)
    return f"{DOTS}.{ending}" if look.private and ending else veil_text(look, name)


def tile_height(look: Look, width: int) -> int:
    """A picture of 4 by 3 and two lines below it."""
    return width * 3 // 4 + look.t.line("body") + look.t.line("small") + 4


def bytes_of(size: int) -> str:
    """A size as it is read.

    >>> bytes_of(900), bytes_of(20480), bytes_of(3 * 1024 * 1024)
    ('900 B', '20 KB', '3.0 MB')
    """
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size // 1024} KB"
    return f"{size / 1024 / 1024:.1f} MB"
