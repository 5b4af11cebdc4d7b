"""Texts that no label holds, in rows, boards, calendars, charts and chips: recorded as they are painted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPaintDevice, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

SLACK = 1.5  # px that letters may miss by rounding


@dataclass(frozen=True, slots=True)
class Painted:
    """One text: where its letters stand on the screen, and what they were cut to."""

    text: str
    ink: str
    letters: QRectF
    cut: str
    """What is missing of it, in words; empty: it is whole."""
    device: QPaintDevice
    origin: QPointF

    @property
    def box(self) -> QRect:
        """The letters in whole pixels."""
        return self.letters.toAlignedRect()


@contextmanager
def recorded(sharp: int) -> Iterator[list[Painted]]:
    """Every text that is painted meanwhile, but for shadows, and pictures of their own such as avatars."""
    own, found = QPainter.drawText, list[Painted]()

    def draw(painter: QPainter, *arguments: Any) -> Any:
        solid = painter.opacity() >= 1  # what is in hand leaves a shadow of itself
        if solid and not isinstance(painter.device(), QPixmap | QImage):
            found.extend(_note(painter, sharp, arguments))
        return own(painter, *arguments)

    QPainter.drawText = draw  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        QPainter.drawText = own  # type: ignore[method-assign]


def _note(painter: QPainter, sharp: int, arguments: tuple[Any, ...]) -> Iterator[Painted]:
    box, flags, text = arguments
    if not text.strip():
        return
    room, flags = QRectF(box), int(flags)
    metrics = QFontMetricsF(painter.font(), painter.device())
    laid = metrics.boundingRect(room, flags, text)
    here, there = painter.worldTransform(), painter.deviceTransform()
    origin = QPointF(there.m31() / sharp - here.m31(), there.m32() / sharp - here.m32())
    device = painter.device()
    clips = not flags & Qt.TextFlag.TextDontClip
    edge = QRectF(device.rect()) if isinstance(device, QWidget) else None
    cut = _cut(metrics, room, laid, text) if clips else ""
    if edge is not None and not cut:
        cut = _cut(metrics, edge.translated(-here.dx(), -here.dy()), laid, text)
    letters = here.mapRect(laid).translated(origin)
    yield Painted(text, painter.pen().color().name(), letters, cut, painter.device(), origin)


def _cut(metrics: QFontMetricsF, room: QRectF, laid: QRectF, text: str) -> str:
    """What of a text does not fit into the box that it was painted into."""
    if laid.width() > room.width() + SLACK:
        return f"{laid.width():.0f} px wide in {room.width():.0f}"
    if laid.height() > 1.5 * metrics.height():  # several lines
        return (
            f"{laid.height():.0f} px high in {room.height():.0f}"
            if laid.height() > room.height() + SLACK
            else ""
        )
    ink = metrics.tightBoundingRect(text)
    base = laid.top() + metrics.ascent()
    over = max(room.top() - (base + ink.top()), base + ink.bottom() - room.bottom())
    return f"letters stand out by {over:.1f} px" if over > SLACK else ""


def in_front(screen: QWidget, one: Painted) -> bool:
    """Whether the widget that painted a text is what is seen at its middle and its corners."""
    box = one.box
    if not screen.rect().contains(box):
        return False
    places = (box.center(), box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    return all(_paints(screen, screen.childAt(place) or screen, one) for place in places)


def _paints(screen: QWidget, front: QWidget, one: Painted) -> bool:
    if isinstance(one.device, QWidget):
        return front is one.device
    origin = front.mapTo(screen, QPoint(0, 0)) if front is not screen else QPoint(0, 0)
    return isinstance(front.parentWidget(), QAbstractScrollArea) and QPointF(origin) == one.origin


def picture(screen: QWidget, sharp: int) -> tuple[Image.Image, list[Painted]]:
    """The screen as pixels, and the texts that were painted on it and can be seen."""
    made = QImage(screen.size() * sharp, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(sharp)
    with recorded(sharp) as found:
        screen.render(made)
    raw = bytes(made.constBits())
    image = Image.frombytes("RGB", (made.width(), made.height()), raw, "raw", "BGRX", made.bytesPerLine())
    return image, [one for one in found if in_front(screen, one)]
