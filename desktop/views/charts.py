"""A chart on the screen: the draw list painted with QPainter; a press, or Enter, on a part opens its rows."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.documents.chart_marks import Area, Bar, Build, Dot, Drawing, Frame, Hit, Mark, Stroke, Text, inks
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import Message

_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


def frame(look: Look, width: float, height: float) -> Frame:
    """The frame of a chart in the window."""
    return Frame(
        width,
        height,
        look.language,
        lambda text, size, strong: look.t.width(text, size, strong=strong),
        look.t.scale / 100,
    )


class Chart(QWidget):
    """One chart; made anew when its size, its values, the language or the theme change."""

    opened = Signal(object)  # Rows

    def __init__(self, look: Look, name: Message, build: Build | None = None, *, height: int = 200) -> None:
        super().__init__()
        self._look, self._name, self._build, self._height = look, name, build, height
        self._drawing: Drawing | None = None
        self._at = -1
        self._keyed = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        look.changed.connect(self._renew)
        look.bind(self.setAccessibleName, name)

    def show_chart(self, build: Build) -> None:
        """Other values."""
        self._build = build
        self._at = -1
        self._renew()

    def drawing(self) -> Drawing | None:
        """The chart as it is painted now."""
        if self._drawing is None and self._build is not None:
            self._drawing = self._build(frame(self._look, self.width(), self.height()))
            self.setAccessibleDescription(self._drawing.summary)
            opens = any(hit.rows is not None for hit in self._drawing.hits)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus if opens else Qt.FocusPolicy.NoFocus)
        return self._drawing

    def _renew(self) -> None:
        self._drawing = None
        if self.isVisible():
            self.drawing()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self._look.px(240), self._look.px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Smaller than this nothing can be read."""
        return QSize(self._look.px(160), self._look.px(min(self._height, 150)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size is another chart."""
        super().resizeEvent(event)
        self._drawing = None

    # What can be pressed

    def hits(self) -> list[Hit]:
        """The parts that open something."""
        drawing = self.drawing()
        return [hit for hit in drawing.hits if hit.rows is not None] if drawing else []

    def _hit_at(self, point: QPointF) -> int:
        for place, hit in enumerate(self.hits()):
            left, top, right, bottom = hit.box
            if left <= point.x() < right and top <= point.y() < bottom:
                return place
        return -1

    def _go(self, place: int) -> None:
        if place != self._at:
            self._at = place
            hits = self.hits()
            if 0 <= place < len(hits):
                self.setAccessibleDescription(hits[place].words)
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def open(self, place: int) -> None:
        """Open the rows of a part."""
        hits = self.hits()
        if 0 <= place < len(hits):
            self.opened.emit(hits[place].rows)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The part under the pointer."""
        self._keyed = False
        self._go(self._hit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """No part under the pointer."""
        super().leaveEvent(event)
        self._go(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open what was pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.open(self._hit_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from part to part, Enter opens the rows."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and self.hits():
            self._keyed = True
            self._go(max(0, min(self._at + step, len(self.hits()) - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """By key one begins at the first part."""
        super().focusInEvent(event)
        self._keyed = True
        if self._at < 0 and self.hits():
            self._go(0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No part is marked any more."""
        super().focusOutEvent(event)
        self._keyed = False
        self._go(-1)

    def event(self, event: QEvent) -> bool:
        """The tooltip says the figure in full."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            drawing = self.drawing()
            point = event.pos()
            for hit in drawing.hits if drawing else ():
                left, top, right, bottom = hit.box
                if left <= point.x() < right and top <= point.y() < bottom:
                    QToolTip.showText(event.globalPos(), hit.words, self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Every mark, then what is pointed at."""
        drawing = self.drawing()
        if drawing is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hits = self.hits()
        if 0 <= self._at < len(hits):
            left, top, right, bottom = hits[self._at].box
            box = QRectF(left, top, right - left, bottom - top)
            painter.fillRect(box, self._look.colour("hover"))
            if self._keyed and self.hasFocus():
                painter.setPen(QPen(self._look.colour("focus"), 2))
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
        for mark in drawing.marks:
            paint_mark(painter, self._look, mark)


def paint_mark(painter: QPainter, look: Look, mark: Mark) -> None:
    """One mark in the colours of the theme."""
    if isinstance(mark, Text):
        _text(painter, look, mark)
    elif isinstance(mark, Stroke):
        _stroke(painter, look, mark)
    elif isinstance(mark, Dot):
        ink = _colour(look, mark.ink)
        painter.setPen(QPen(ink, look.px(2)) if mark.hollow else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("surface") if mark.hollow else ink)
        painter.drawEllipse(QPointF(mark.x, mark.y), mark.radius, mark.radius)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(look, mark.ink, mark.alpha))
        if isinstance(mark, Bar):
            radius = min(mark.radius, mark.width / 2, mark.height / 2)
            painter.drawRoundedRect(QRectF(mark.x, mark.y, mark.width, mark.height), radius, radius)
        elif isinstance(mark, Area):
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in mark.points]))


def _text(painter: QPainter, look: Look, mark: Text) -> None:
    painter.setFont(look.font(mark.size, strong=mark.strong))
    painter.setPen(_colour(look, mark.ink))
    said = veil_text(look, mark.text)
    wide = look.t.width(said, mark.size, strong=mark.strong) + 1.0
    left = mark.x - wide * {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.align]
    high = look.t.line(mark.size)
    flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
    painter.drawText(QRectF(left, mark.y - high / 2, wide, high), flags, said)


def _stroke(painter: QPainter, look: Look, mark: Stroke) -> None:
    pen = QPen(_colour(look, mark.ink), mark.width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    flat = mark.width == 1 and len({round(y, 3) for _, y in mark.points}) == 1
    if mark.dash:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([step / mark.width for step in mark.dash])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, not flat)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in mark.points]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _colour(look: Look, ink: str, alpha: float = 1.0) -> QColor:
    made = QColor(inks(look.theme_name)[ink])
    if alpha < 1:
        made.setAlphaF(alpha)
    return made
