"""The pad on which a customer signs: strokes of a pen, a finger or the mouse, with their times."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEventPoint,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.rules import ink
from desktop.rules.ink import HUNDREDTHS, Ink, Point, Stroke
from desktop.views.look import Look
from desktop.words import msg

HIGH: Final = 240
LOWEST: Final = 150
_BASE: Final = 0.78
"""How far down the line to sign on is."""


class InkPad(QWidget):
    """White in every theme, as paper is. While it is `fixed` it takes no more ink."""

    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.pointer = ""
        self.fixed = False
        self._strokes: list[Stroke] = []
        self._paths: list[QPainterPath] = []
        self._now: list[Point] = []
        self._finger = -1
        self._pad = (0, 0)
        self._clock = QElapsedTimer()
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.bind(self.setAccessibleName, msg("Sign here"))

    def ink(self) -> Ink:
        """What was written so far."""
        width, height = self._pad if self._strokes else self._size()
        return Ink(width, height, tuple(self._strokes))

    def take(self, written: Ink) -> None:
        """Show ink that was written before, in place of what is there."""
        self._pad = (written.width, written.height)
        self._strokes = list(written.strokes)
        self._paths = [self._path(stroke) for stroke in self._strokes]
        self._tell()

    def clear(self) -> None:
        """An empty pad again."""
        self._strokes, self._paths, self._now, self._pad = [], [], [], (0, 0)
        self._clock.invalidate()
        self._tell()

    def undo(self) -> None:
        """Without the last stroke."""
        if self._strokes:
            self._strokes.pop()
            self._paths.pop()
            self._tell()

    def sizeHint(self) -> QSize:
        """What a name needs; where there is more room it takes it, up to `HIGH`."""
        return QSize(self._look.px(520), self._look.px(LOWEST))

    def minimumSizeHint(self) -> QSize:
        """The least that a name needs."""
        return QSize(self._look.px(280), self._look.px(LOWEST))

    # Writing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pen touches the pad."""
        self._touch(event.position(), 0, "mouse")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It goes on."""
        self._move(event.position(), 0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It is lifted."""
        self._lift()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen, with its pressure."""
        force = max(1, round(event.pressure() * ink.FULL))
        if event.type() == QEvent.Type.TabletPress:
            self._touch(event.position(), force, "pen")
        elif event.type() == QEvent.Type.TabletMove:
            self._move(event.position(), force)
        else:
            self._lift()
        event.accept()  # else it comes again as the mouse

    def event(self, event: QEvent) -> bool:
        """A finger: the first one writes, until it is lifted; a hand that rests beside it does not."""
        if not isinstance(event, QTouchEvent) or event.deviceType() == QPointingDevice.DeviceType.TouchPad:
            return super().event(event)
        if event.type() in (QEvent.Type.TouchBegin, QEvent.Type.TouchCancel):
            self._lift()
            self._finger = -1
        for point in event.points():
            if self._finger < 0 and point.state() == QEventPoint.State.Pressed:
                self._finger = point.id()
            if self._finger == point.id():
                self._follow(point)
        event.accept()
        return True

    def _follow(self, point: QEventPoint) -> None:
        if point.state() == QEventPoint.State.Pressed:
            self._touch(point.position(), 0, "touch")
        elif point.state() == QEventPoint.State.Released:
            self._lift()
            self._finger = -1
        else:
            self._move(point.position(), 0)

    def _touch(self, at: QPointF, force: int, pointer: str) -> None:
        if self.fixed or len(self._strokes) >= ink.MOST_STROKES or self._count() >= ink.MOST_POINTS:
            return
        if not self._strokes:
            self._pad = self._size()
            self._clock.start()
        self.pointer = pointer
        self._now = [self._point(at, force)]
        self.update()

    def _move(self, at: QPointF, force: int) -> None:
        if not self._now or self.fixed or self._count() >= ink.MOST_POINTS:
            return
        point = self._point(at, force)
        if point[:2] != self._now[-1][:2]:
            self._now.append(point)
            self.update()

    def _lift(self) -> None:
        if not self._now:
            return
        stroke = tuple(self._now)
        self._now = []
        if self.fixed:
            return  # what is being signed grows no more
        self._strokes.append(stroke)
        self._paths.append(self._path(stroke))
        self._tell()

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    def _count(self) -> int:
        return len(self._now) + sum(map(len, self._strokes))

    def _size(self) -> tuple[int, int]:
        return max(self.width(), 1) * HUNDREDTHS, max(self.height(), 1) * HUNDREDTHS

    def _point(self, at: QPointF, force: int) -> Point:
        grow = self._pad[0] / HUNDREDTHS / max(self.width(), 1)
        x, y = round(at.x() * grow * HUNDREDTHS), round(at.y() * grow * HUNDREDTHS)
        return x, y, int(self._clock.elapsed()), min(force, ink.FULL)

    # Showing

    def _path(self, stroke: Stroke) -> QPainterPath:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for polygon in ink.outlines(stroke, self._pad[1]):
            path.addPolygon([QPointF(x / HUNDREDTHS, y / HUNDREDTHS) for x, y in polygon])
            path.closeSubpath()
        return path

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line to sign on, and the ink; a pad of another size shows it as large as it was written."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("line_control"), 1))
        painter.setBrush(look.colour("paper"))
        radius = look.t.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        base, edge = self.height() * _BASE, look.px(20)
        faint = look.t.faded("signature", 0.35)
        painter.setPen(QPen(faint, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(edge * 1.6, base), QPointF(self.width() - edge, base))
        painter.drawPixmap(
            edge // 2, round(base) - look.t.icon("small"), look.pixmap("x", faint, look.t.icon("small"))
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("signature"))
        if self._pad[0]:
            grow = self.width() * HUNDREDTHS / self._pad[0]
            painter.scale(grow, grow)
        for path in (*self._paths, *([self._path(tuple(self._now))] if self._now else [])):
            painter.drawPath(path)
