"""Ctrl+K: one box for records and commands; what is typed is answered at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.rules import marked
from desktop.views import paint
from desktop.views.compose import Keys, Line, Picture, column, holding, label, region, row
from desktop.views.look import Look
from desktop.views.popover import RING, Scrim
from desktop.words import msg

Index = QModelIndex | QPersistentModelIndex
ITEM: Final = Qt.ItemDataRole.UserRole
MOST: Final = 24
QUICK: Final = 9
"""Answers behind the first that have a key of their own: Ctrl with a digit."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row: a heading, a record or a command; `run` is what Enter does."""

    title: str
    detail: str = ""
    right: str = ""
    keys: str = ""
    icon: str = ""
    avatar: tuple[str, object, bool] | None = None
    ring: tuple[float, str] | None = None
    run: Callable[[], object] | None = None
    heading: bool = False
    record: bool = False
    quick: str = ""
    """The key that opens a record while it is not the chosen one."""


Ask = Callable[[str], Sequence[Item]]


class _Items(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.items: list[Item] = []

    def show_items(self, items: Sequence[Item]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.items[index.row()]
        return item if role == ITEM else item.title if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.items[index.row()].heading:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _ItemDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.typed = ""
        """What is marked in the answers."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        item: Item = index.data(ITEM)
        return QSize(self._look.px(100), self._look.px(30) if item.heading else self._look.t.row("palette"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        item: Item = index.data(ITEM)
        rect: QRect = option.rect
        edge = look.px(16)
        if item.heading:
            paint.paint_text(
                painter,
                look,
                rect.adjusted(edge, look.px(8), -edge, 0),
                item.title,
                ink="ink_2",
                size="small",
            )
            return
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        if on:
            painter.fillRect(rect, look.colour("selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        middle = rect.center().y() + 1
        size = look.t.avatar_size("list")
        box = QRect(rect.left() + edge, middle - size // 2, size, size)
        self._paint_mark(painter, box, item, on=on)
        right = rect.right() - edge
        keys = item.keys or ("Enter" if on else item.quick)
        if keys:
            width = paint.keys_width(look, keys)
            paint.paint_keys(painter, look, right - width, middle, keys)
        right -= look.px(108)
        words = QRect(box.right() + look.px(12), rect.top(), right - box.right() - look.px(12), rect.height())
        if item.right:
            paint.paint_text(painter, look, words, item.right, align=paint.RIGHT)
            words.setRight(right - look.t.width(item.right) - look.px(12))
        after = self._paint_marked(painter, words, item.title, "ink", "body")
        if item.detail:
            words.setLeft(after + look.px(10))
            if look.t.width(item.detail, "small") <= words.width():
                self._paint_marked(painter, words, item.detail, "ink_2", "small")

    def _paint_marked(self, painter: QPainter, box: QRect, text: str, ink: str, size: str) -> int:
        """A text with what was typed in it in the accent; returns the right edge of what was drawn."""
        look, parts, at = self._look, [], 0
        for begin, end in marked.where(text, self.typed) if self.typed else ():
            parts += [(text[at:begin], False), (text[begin:end], True)]
            at = end
        parts.append((text[at:], False))
        wide = sum(look.t.advance(words, size, strong=on) for words, on in parts)
        if wide > box.width():
            return paint.paint_text(painter, look, box, text, ink=ink, size=size)
        rest = QRect(box)
        for words, on in parts:
            if words:
                shown = "accent_ink" if on else ink
                rest.setLeft(paint.paint_text(painter, look, rest, words, ink=shown, size=size, strong=on))
        return rest.left()

    def _paint_mark(self, painter: QPainter, box: QRect, item: Item, *, on: bool) -> None:
        look = self._look
        if item.avatar is not None:
            name, key, person = item.avatar
            paint.paint_avatar(painter, look, box, name, key, person=person, on_tint=on)
        elif item.ring is not None:
            centre = QPointF(box.center().x() + 1, box.center().y() + 1)
            paint.paint_stage_ring(painter, look, centre, item.ring[0], end=item.ring[1])
        elif item.icon:
            left = box.left() + (box.width() - look.t.icon()) // 2
            paint.paint_icon(painter, look, left, box.center().y() + 1, item.icon, "ink_2")


class Palette(QWidget):
    """The box with its rows, over the window."""

    def __init__(self, look: Look, window: QWidget, ask: Ask) -> None:
        super().__init__(window)
        self._look, self._window, self._ask = look, window, ask
        self.scrim = Scrim(look, window, still=True)
        self.scrim.pressed.connect(self.dismiss)
        self._came_from: QWidget | None = None
        self.entry = QLineEdit()
        self.entry.setProperty("bare", True)
        look.bind(self.entry.setFont, lambda: look.font("title"))
        look.bind(self.entry.setPlaceholderText, msg("Search or command"))
        look.bind(self.entry.setAccessibleName, msg("Search or command"))
        self.entry.textChanged.connect(self._answer)
        self._items = _Items(self)
        self.rows = QListView()
        self.rows.setProperty("ground", "raised")
        self.rows.setModel(self._items)
        self._painter = _ItemDelegate(look, self)
        self.rows.setItemDelegate(self._painter)
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setMouseTracking(True)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        look.bind(self.rows.setAccessibleName, msg("Answers"))
        self.rows.clicked.connect(self._run)
        look.changed.connect(self._refit)
        self._took = label(look, size="small", ink="ink_3")
        look.bind(self._took.setContentsMargins, lambda: (look.px(12), 0, 0, 0))
        head = row(look, Picture(look, "search"), self.entry, gap=12, edge=(18, 14, 16, 14))
        foot = region("ground", "top")
        known = msg("Chinese, pinyin, initials, last digits, quote number")
        hints = row(
            look,
            Keys(look, "↑+↓"),
            label(look, msg("Choose"), size="small", ink="ink_2"),
            6,
            Keys(look, "Enter"),
            label(look, msg("Open"), size="small", ink="ink_2"),
            None,
            label(look, known, size="small", ink="ink_2"),
            self._took,
            gap=6,
            edge=(16, 0, 16, 0),
        )
        foot.setLayout(hints)
        look.bind(foot.setFixedHeight, lambda: look.px(36))
        edge = RING + 1
        whole = column(
            look, holding(head), Line(look), 6, self.rows, foot, gap=0, edge=(edge, edge, edge, edge)
        )
        self.setLayout(whole)
        self.hide()

    def pop(self) -> None:
        """Show it with nothing typed."""
        self._came_from = self._window.window().focusWidget()
        self.scrim.cover()
        self.entry.clear()
        self._answer("")
        self.show()
        self.raise_()
        self.entry.setFocus()
        self._window.installEventFilter(self)

    def dismiss(self) -> None:
        """Close it and give the focus back."""
        self._window.removeEventFilter(self)
        self.scrim.hide()
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus()
            self._came_from = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size."""
        if event.type() == QEvent.Type.Resize:
            self.scrim.cover()
            self.raise_()
            self._fit()
        return super().eventFilter(watched, event)

    def titles(self) -> list[str]:
        """What can be chosen now, for tests."""
        return [item.title for item in self._items.items if not item.heading]

    def _answer(self, text: str) -> None:
        begun = perf_counter()
        self._painter.typed = text.strip()
        found = list(self._ask(text.strip()))[:MOST]
        items = with_keys(found) if text.strip() else found
        if not any(not item.heading for item in items):
            items = [Item(self._look.text(msg("Nothing matches")), heading=True)]
        self._items.show_items(items)
        took = round((perf_counter() - begun) * 1000)
        self._took.setText(self._look.text(msg("{count} ms").of(count=took)))
        self._took.setVisible(bool(text.strip()))
        self._choose(next((n for n, item in enumerate(items) if not item.heading), -1))
        self._fit()

    def _refit(self) -> None:
        if self.isVisible():
            self._answer(self.entry.text())

    def _fit(self) -> None:
        high = sum(
            self.rows.sizeHintForIndex(self._items.index(n)).height() for n in range(len(self._items.items))
        )
        below = 6 if self.titles() else 14
        self.rows.setFixedHeight(min(high + self._look.px(below), self._look.px(440)))
        self.setFixedWidth(min(self._look.t.column("dialog"), self._window.width() - 40))
        self.adjustSize()
        self.move((self._window.width() - self.width()) // 2, self._look.px(108))

    def _choose(self, place: int) -> None:
        if place >= 0:
            self.rows.setCurrentIndex(self._items.index(place))

    def _step(self, way: int) -> None:
        place = self.rows.currentIndex().row() + way
        while 0 <= place < len(self._items.items):
            if not self._items.items[place].heading:
                self._choose(place)
                return
            place += way

    def _run(self, index: Index) -> None:
        if not index.isValid():
            return
        item = self._items.items[index.row()]
        if item.run is not None:
            self.dismiss()
            item.run()

    def _run_quick(self, keys: str) -> None:
        place = next((n for n, item in enumerate(self._items.items) if item.quick == keys), -1)
        if place >= 0:
            self._run(self._items.index(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter opens, Ctrl with a digit opens one further down, Escape closes."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.rows.currentIndex())
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._run_quick(f"Ctrl+{key - Qt.Key.Key_0}")
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())


def with_keys(items: Sequence[Item]) -> list[Item]:
    """Records behind the first answer get Ctrl with a digit."""
    runs = [item for item in items if not item.heading]
    quick = [item for item in runs[1:] if item.record][:QUICK]
    numbers = {id(item): f"Ctrl+{place}" for place, item in enumerate(quick, 1)}
    return [replace(item, quick=numbers.get(id(item), "")) for item in items]
