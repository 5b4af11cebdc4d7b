"""Filter chips: each says its condition as a sentence; a press edits it, the cross takes it away."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.rules.filters import Condition, Filter
from desktop.services import filter_words
from desktop.services.filter_words import Titles
from desktop.views import paint
from desktop.views.compose import clear_children
from desktop.views.look import Look
from desktop.views.privacy import veil_words
from desktop.views.removable import Removable
from desktop.words import Message, msg

WIDEST = 340
MORE, ALL_OF_THEM = msg("{count} more"), msg("{count} filters")


class FilterChip(Removable):
    """One part of a filter: the field in ink 3, what is asked of it, and a cross."""

    def __init__(self, look: Look, field: Message | None, asked: Message, *, active: bool = False) -> None:
        super().__init__()
        self._look, self._field, self._asked, self._active = look, field, asked, active
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        look.bind(self.setText, self._words)
        look.bind(self.setAccessibleName, self._words)
        look.bind(self.setToolTip, self._tip)

    def _words(self) -> str:
        field = self._look.text(self._field) + " " if self._field is not None else ""
        return field + self._said()

    def _said(self) -> str:
        """What is asked; while names are hidden, how it is asked."""
        return self._look.text(veil_words(self._look, self._asked))

    def _tip(self) -> str:
        return self._look.text(
            msg("{filter} — press to change it, Delete takes it away").of(filter=self._words())
        )

    def sizeHint(self) -> QSize:
        """Words, gaps and the cross; very long ones are cut."""
        look = self._look
        width = look.t.width(self._said(), "small") + look.px(8 + 6 + 14 + 6)
        if self._field is not None:
            width += look.t.width(look.text(self._field), "small") + look.px(6)
        return QSize(min(width, look.px(WIDEST)), look.t.control("filter"))

    def minimumSizeHint(self) -> QSize:
        """A chip is never squeezed."""
        return self.sizeHint()

    def cross(self) -> QRect:
        """At its end."""
        return QRect(self.width() - self._look.px(24), 0, self._look.px(24), self.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The cross lights up under the pointer."""
        self.update()
        super().mouseMoveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Edge, words, cross."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.t.radius("chip")
        painter.setPen(QPen(look.colour("accent_line" if self._active else "line_strong"), 1))
        ground = "selected" if self._active else "hover" if self.underMouse() else "surface"
        painter.setBrush(look.colour(ground))
        painter.drawRoundedRect(box, radius, radius)
        ink = "accent_ink" if self._active else "ink"
        left, middle, end = look.px(8), self.height() // 2, self.width() - look.px(24)
        if self._field is not None:
            room = QRect(left, 0, end - left, self.height())
            field_ink = "accent_ink" if self._active else "ink_3"
            left = paint.paint_text(painter, look, room, look.text(self._field), ink=field_ink, size="small")
            left += look.px(6)
        room = QRect(left, 0, max(end - left, 0), self.height())
        paint.paint_text(painter, look, room, self._said(), ink=ink, size="small")
        paint.paint_icon(
            painter, look, end + look.px(4), middle, "x", "accent_ink" if self._active else "ink_3", "inline"
        )
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("focus"), 2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class ChipRow(QWidget):
    """The parts of a filter side by side; those that find no room stand behind one chip that counts them."""

    edit_wanted = Signal(int)  # which part; beyond the last: all of them
    changed = Signal(object)  # the parts that are left

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._parts: tuple[Filter, ...] = ()
        self.chips: list[FilterChip] = []
        self.rest = FilterChip(look, None, MORE.of(count=0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setFixedHeight, lambda: look.t.control("filter"))
        look.changed.connect(self._lay_out)

    def show_parts(self, kind: str, parts: Sequence[Filter], own: Sequence[Filter], titles: Titles) -> None:
        """The chips of these parts; those that are not among the view's `own` are marked."""
        self._parts = tuple(parts)
        clear_children(self)
        self.chips = []
        for place, part in enumerate(self._parts):
            if isinstance(part, Condition):
                field: Message | None = filter_words.label(kind, part.field)
                asked = filter_words.said(kind, part, titles)
            else:
                field, asked = None, filter_words.sentence(kind, part, titles)
            chip = FilterChip(self._look, field, asked, active=part not in own)
            chip.setParent(self)
            chip.clicked.connect(self._teller(place))
            chip.removed.connect(self._remover(place))
            self.chips.append(chip)
        self._lay_out()

    def _teller(self, place: int) -> Callable[[], None]:
        return lambda: self.edit_wanted.emit(place)

    def _remover(self, place: int) -> Callable[[], None]:
        return lambda: self.changed.emit(self._parts[:place] + self._parts[place + 1 :])

    def needed(self) -> int:
        """The width of all chips."""
        gap = self._look.px(6)
        return sum(chip.sizeHint().width() + gap for chip in self.chips)

    def used(self, room: int) -> int:
        """How much of a room the chips take: less where some of them stand behind the one that counts."""
        gap, left = self._look.px(6), 0
        if self.needed() <= room + gap:
            return self.needed()
        for chip in self.chips:
            wide = chip.sizeHint().width()
            if left + wide + self._keep() > room + gap:
                break
            left += wide + gap
        return min(left + self._keep(), room)

    def _keep(self) -> int:
        """What the chip that counts takes at most."""
        texts = [self._look.text(words.of(count=len(self._parts))) for words in (MORE, ALL_OF_THEM)]
        return max(self._look.t.width(text, "small") for text in texts) + self._look.px(8 + 6 + 14 + 6)

    def sizeHint(self) -> QSize:
        """As wide as the chips."""
        return QSize(self.needed(), self._look.t.control("filter"))

    def minimumSizeHint(self) -> QSize:
        """They yield behind the one that counts."""
        least = min(self.needed(), self._keep())
        return QSize(least, self._look.t.control("filter"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        gap, left, hidden = self._look.px(6), 0, 0
        keep = 0 if self.needed() <= self.width() + gap else self._keep()
        for chip in self.chips:
            size = chip.sizeHint()
            fits = left + size.width() + keep <= self.width() + gap and not hidden
            chip.setVisible(fits)
            hidden += not fits
            if fits:
                chip.setGeometry(QRect(left, 0, size.width(), size.height()))
                left += size.width() + gap
        self._show_rest(hidden, left)

    def _show_rest(self, hidden: int, left: int) -> None:
        self.rest.hide()
        self.rest.deleteLater()
        shown = len(self._parts) - hidden
        words = MORE if shown else ALL_OF_THEM
        self.rest = FilterChip(self._look, None, words.of(count=hidden), active=not shown)
        self.rest.setParent(self)
        self.rest.hide()
        self.rest.clicked.connect(lambda: self.edit_wanted.emit(shown))
        self.rest.removed.connect(lambda: self.changed.emit(self._parts[:shown]))
        if hidden:
            size = self.rest.sizeHint()
            self.rest.setGeometry(QRect(left, 0, size.width(), size.height()))
            self.rest.show()


class Rule(QWidget):
    """The line at the left of a group of conditions."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.bind(self.setFixedWidth, lambda: look.px(12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two pixels of the accent."""
        painter = QPainter(self)
        painter.setPen(QPen(self._look.colour("accent_line"), 2))
        painter.drawLine(QPointF(2, 2), QPointF(2, self.height() - 2))
