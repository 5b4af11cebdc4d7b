"""The rail: where one can go, painted by a delegate; slim on a crowded screen, with a dot for what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.compose import column, region
from desktop.views.look import Look
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail; a place that opens a group stands further down."""

    key: str
    words: Message
    icon: str
    opens_group: bool = False


class _Places(QAbstractListModel):
    def __init__(self, look: Look, places: Sequence[Place], parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.places = list(places)
        self.counts: dict[str, int] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """How many places."""
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words, also for the screen reader."""
        place = self.places[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._look.text(place.words)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._look.text(place.words)
        return place if role == Qt.ItemDataRole.UserRole else None


class _PlaceDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, rail: "Rail") -> None:
        super().__init__(rail)
        self._look, self._rail = look, rail

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """32 px, and 12 more where a group opens; less of both where the window is low."""
        place: Place = index.data(Qt.ItemDataRole.UserRole)
        high, gap = self._rail.shape
        return QSize(self._look.px(40), high + gap * place.opens_group)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, icon, words, count."""
        look = self._look
        place: Place = index.data(Qt.ItemDataRole.UserRole)
        state: Any = option.state
        rect: QRect = option.rect
        on = bool(state & QStyle.StateFlag.State_Selected)
        box = rect.adjusted(look.px(8), self._rail.shape[1] * place.opens_group, -look.px(8), -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if on or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(look.colour("selected" if on else "pressed"))
            painter.drawRoundedRect(QRectF(box), look.t.radius("control"), look.t.radius("control"))
        if state & QStyle.StateFlag.State_HasFocus and self._rail.keyed:
            painter.setPen(look.colour("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        ink = "accent_ink" if on else "ink_2"
        middle = box.center().y() + 1
        left = box.left() + (look.px(8) if not self._rail.slim else (box.width() - look.t.icon()) // 2)
        right = paint.paint_icon(painter, look, left, middle, place.icon, ink)
        count = self._rail.count(place.key)
        if self._rail.slim:
            if count:
                paint.paint_badge(painter, look, QPointF(right + 1, middle - look.px(7)))
        else:
            self._paint_words(painter, box, right, index, place, count, on=on)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, box: QRect, left: int, index: Index, place: Place, count: int, *, on: bool
    ) -> None:
        look = self._look
        words = box.adjusted(0, 0, -look.px(8), 0)
        words.setLeft(left + look.px(10))
        if count:
            shown = str(count) if count < 1000 else "999+"
            paint.paint_text(painter, look, words, shown, ink="ink_2", size="small", align=paint.RIGHT)
            words.setRight(words.right() - look.t.width(shown, "small") - look.px(6))
        paint.paint_text(painter, look, words, str(index.data()), ink="ink" if on else "ink_2", strong=on)


class Rail(QListView):
    """The places; `gone` names the one that was chosen."""

    gone = Signal(str)

    def __init__(self, look: Look, places: Sequence[Place]) -> None:
        super().__init__()
        self._look = look
        self.slim = False
        self.keyed = False
        self.shape = (look.t.row("rail") + look.px(1), look.px(12))
        """The height of a row, and the room before a group."""
        self._places = _Places(look, places, self)
        self.setModel(self._places)
        self.setItemDelegate(_PlaceDelegate(look, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        look.bind(self.setAccessibleName, msg("Places"))
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        self.setMinimumHeight(1)  # it gives way to what stands below

    def fit(self, room: int) -> bool:
        """Rows as high as the room allows, not lower than their icon and a press need; whether all fit."""
        look, count = self._look, len(self._places.places)
        groups = sum(place.opens_group for place in self._places.places)
        high, gap = look.t.row("rail") + look.px(1), look.px(12)
        if count * high + groups * gap > room:
            gap, least = 4, max(look.t.icon() + 6, 24)  # what a press needs does not grow with the text
            high = min(max((room - groups * gap) // max(count, 1), least), high)
        self.shape = (high, gap)
        self.scheduleDelayedItemsLayout()
        return count * high + groups * gap <= room

    def _go(self, index: Index) -> None:
        self.gone.emit(self._places.places[index.row()].key)

    def count(self, key: str) -> int:
        """What waits at a place."""
        return self._places.counts.get(key, 0)

    def show_counts(self, counts: dict[str, int]) -> None:
        """New figures; the other places keep theirs."""
        self._places.counts.update(counts)
        self.viewport().update()

    def show_count(self, key: str, count: int) -> None:
        """A new figure of one place."""
        self.show_counts({key: count})

    def show_place(self, key: str) -> None:
        """Mark where one is, without telling."""
        for number, place in enumerate(self._places.places):
            if place.key == key:
                self.setCurrentIndex(self._places.index(number))
                return
        self.clearSelection()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """No focus ring after a press."""
        self.keyed = False
        super().mousePressEvent(event)


class _Head(QWidget):
    """The mark and the name of the program."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.slim = False
        look.bind(self.setFixedHeight, lambda: look.t.bar("header"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The satchel, and its name where there is room."""
        look = self._look
        painter = QPainter(self)
        size = look.px(22)
        left = (self.width() - size) // 2 if self.slim else look.px(15)
        painter.drawPixmap(left, (self.height() - size) // 2, look.pixmap("satchel", "accent_mark", size))
        if not self.slim:
            box = QRect(left + size + look.px(9), 0, self.width(), self.height())
            paint.paint_text(painter, look, box, look.text(msg("Satchel")), size="title", strong=True)


class _Person(QWidget):
    """Who works here, at the foot."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look, self._name = look, name
        self.slim = False
        look.bind(self.setFixedHeight, lambda: look.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline, the avatar in the colour that the locked page knows too, the name."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(QRect(look.px(8), 0, self.width() - look.px(16), 1), look.colour("line"))
        size = look.t.avatar_size("list")
        left = (self.width() - size) // 2 if self.slim else look.px(14)
        box = QRect(left, (self.height() - size) // 2, size, size)
        paint.paint_avatar(painter, look, box, self._name, self._name, person=True)
        if not self.slim:
            words = QRect(
                box.right() + look.px(11), 0, self.width() - box.right() - look.px(20), self.height()
            )
            paint.paint_text(painter, look, words, self._name)


class Side(QWidget):
    """The whole left column: head, places, settings, person."""

    def __init__(self, look: Look, places: Sequence[Place], below: Sequence[Place], name: str) -> None:
        super().__init__()
        self._look = look
        self._head, self._person = _Head(look), _Person(look, name)
        self.places, self.below = Rail(look, places), Rail(look, below)
        self._up = self._step("chevron-up", msg("Places further up"), -1)
        self._down = self._step("chevron-down", msg("Places further down"), 1)
        ground = region("ground", "right")
        look.bind(
            self.below.setFixedHeight, lambda: (look.t.row("rail") + look.px(1)) * len(below) + look.px(8)
        )
        parts = column(look, self._head, self._up, self.places, self._down, self.below, self._person, gap=0)
        parts.setStretch(2, 1)
        ground.setLayout(parts)
        self.setLayout(column(look, ground, gap=0))
        look.changed.connect(self._widen)
        look.changed.connect(self._fit)
        self._bar = self.places.verticalScrollBar()
        self._bar.valueChanged.connect(self._mark)
        self._bar.rangeChanged.connect(self._mark)
        self._widen()

    def _step(self, icon: str, name: Message, way: int) -> Button:
        """A press brings the places that the window has no room for."""
        made = Button(self._look, kind="flat", icon=icon, name=name)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # arrow keys reach every place without it
        made.clicked.connect(lambda: self._bar.setValue(self._bar.value() + way * self._bar.pageStep()))
        made.hide()
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A lower window has lower rows; only where that is not enough one scrolls, and sees that one can."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        others = self._head.height() + self.below.height() + self._person.height()
        fits = self.places.fit(self.height() - others)
        self._up.setVisible(not fits)
        self._down.setVisible(not fits)

    def _mark(self) -> None:
        self._up.setEnabled(self._bar.value() > self._bar.minimum())
        self._down.setEnabled(self._bar.value() < self._bar.maximum())

    def be_slim(self, slim: bool) -> None:
        """Icons alone, or icons and words."""
        for part in (self.places, self.below, self._head, self._person):
            part.slim = slim
            part.update()
        for rail in (self.places, self.below):
            rail.viewport().update()
        self._widen()

    def _widen(self) -> None:
        self.setFixedWidth(self._look.t.column("rail_slim" if self.places.slim else "rail"))

    def show_place(self, key: str) -> None:
        """Mark where one is."""
        self.places.show_place(key)
        self.below.show_place(key)
