"""The clauses of a contract by name, with a mark beside those that are not the standard text.

Where a contract is a draft, a clause is dragged to another place.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QVBoxLayout, QWidget

from desktop.views import paint
from desktop.views.compose import Line, column, holding, label, scrolling
from desktop.views.look import Look
from desktop.words import msg

WIDTH: Final = 224


class _Entry(QAbstractButton):
    pulled = Signal(QPoint)  # over where, in the window, it is dragged
    dropped = Signal(QPoint)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._began: QPoint | None = None
        self.movable = self._pulling = False
        self._number, self._changed = "", False
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_clause(self, number: int, heading: str, *, changed: bool) -> None:
        """Another clause."""
        self._number, self._changed = str(number), changed
        self.setText(heading)
        mark = self._look.text(msg("Not the standard text")) if changed else ""
        self.setAccessibleName(", ".join(filter(None, (f"{number} {heading}", mark))))
        self.setToolTip(mark)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps it is dragged from here."""
        super().mousePressEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        self._began = event.globalPosition().toPoint() if left and self.movable else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Far enough from there it is."""
        if self._began is None:
            super().mouseMoveEvent(event)
            return
        at = event.globalPosition().toPoint()
        far = (at - self._began).manhattanLength() >= QApplication.startDragDistance()
        if far or self._pulling:
            self._pulling = True
            self.pulled.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Dropped here, or it was a click."""
        pulling, self._pulling, self._began = self._pulling, False, None
        if pulling:
            self.setDown(False)
            self.dropped.emit(event.globalPosition().toPoint())
        else:
            super().mouseReleaseEvent(event)

    def sizeHint(self) -> QSize:
        """A row of the rail's height."""
        return QSize(self._look.px(120), self._look.t.row("rail"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, heading, mark."""
        look, painter = self._look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setPen(look.colour("focus") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("selected" if self.isChecked() else "hover"))
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, look.t.radius("control"), look.t.radius("control"))
        number = QRect(0, 0, look.px(26), self.height())
        paint.paint_text(painter, look, number, self._number, ink="ink_3", align=paint.RIGHT)
        room = QRect(look.px(34), 0, self.width() - look.px(34 + 34), self.height())
        on = self.isChecked()
        ink = "ink" if on else "ink_2"
        paint.paint_text(painter, look, room, self.text(), ink=ink, strong=on)
        if self._changed:
            left, middle = self.width() - look.px(26), self.height() // 2
            paint.paint_icon(painter, look, left, middle, "git-merge", "warn")


class ClauseIndex(QWidget):
    """`chosen` tells the place of the clause that is to be seen, `moved` from where to where one goes."""

    chosen = Signal(int)
    moved = Signal(int, int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._entries: list[_Entry] = []
        self._count = 0
        self._mark = _Mark(look, self)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(1)
        self.edition = label(look, size="small", ink="ink_3", wrap=True)
        self.counted = label(look, size="small", ink="ink_3", wrap=True)
        foot = column(look, Line(look), 4, self.edition, self.counted, gap=2, edge=(8, 6, 8, 12))
        inner = holding(column(look, self._rows, foot, None, gap=4, edge=(8, 8, 8, 8)))
        self.setLayout(column(look, scrolling(inner), gap=0))
        look.bind(self.setFixedWidth, lambda: look.px(WIDTH))
        look.bind(self.setAccessibleName, msg("Clauses"))

    def show_clauses(self, clauses: Sequence[tuple[str, bool]], *, movable: bool = False) -> None:
        """Headings, and whether each is not the standard text."""
        self._mark.hide()
        self._count = len(clauses)
        while len(self._entries) < len(clauses):
            made = _Entry(self._look)
            made.clicked.connect(partial(self._choose, len(self._entries)))
            made.pulled.connect(self._show_gap)
            made.dropped.connect(partial(self._drop, len(self._entries)))
            self._entries.append(made)
            self._rows.addWidget(made)
        for place, entry in enumerate(self._entries):
            entry.setVisible(place < len(clauses))
            entry.movable = movable
            if place < len(clauses):
                heading, changed = clauses[place]
                entry.show_clause(place + 1, heading, changed=changed)

    def _gap(self, at: QPoint) -> int:
        """Before which clause the pointer is; as many as there are: after the last."""
        tops = [entry.mapToGlobal(QPoint(0, entry.height() // 2)).y() for entry in self._entries]
        return sum(top < at.y() for top in tops[: self._count])

    def _show_gap(self, at: QPoint) -> None:
        gap = self._gap(at)
        entry = self._entries[min(gap, self._count - 1)]
        there = entry.mapTo(self, QPoint(0, 0 if gap < self._count else entry.height()))
        self._mark.put(there, entry.width())

    def _drop(self, place: int, at: QPoint) -> None:
        self._mark.hide()
        gap = self._gap(at)
        to = gap - 1 if gap > place else gap
        if to != place:
            self.moved.emit(place, to)

    def _choose(self, place: int, _on: bool = False) -> None:
        self.show_place(place)
        self.chosen.emit(place)

    def show_place(self, place: int) -> None:
        """Mark where one is, without telling."""
        for each, entry in enumerate(self._entries):
            entry.setChecked(each == place)


class _Mark(QWidget):
    """Where a clause that is dragged would go."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def put(self, at: QPoint, wide: int) -> None:
        """Between two clauses."""
        high = self._look.px(2)
        self.setGeometry(at.x(), max(at.y() - high // 2, 0), wide, high)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line."""
        QPainter(self).fillRect(event.rect(), self._look.colour("accent_mark"))
