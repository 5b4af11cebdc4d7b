"""Others deleted much at once: a calm line above the page, the list of what would go, and the two ways."""

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.record import RECORDS
from desktop.services import held
from desktop.views import paint
from desktop.views.buttons import Button
from desktop.views.card import MARGIN, Card
from desktop.views.compose import Line, Picture, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole
WIDTH, SHOWN = 560, 10
GONE: Final = msg("{count} records were removed here, too")
BACK: Final = msg("{count} records stay, and come back to everybody")


class HeldLine(QWidget):
    """One line; it is there as long as deletions wait for a person."""

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self.list = HeldList(look, desk, window)
        self._words = label(look)
        self.see = Button(look, msg("See what would go"), kind="link")
        self.see.clicked.connect(self.list.ask)
        inner = region("panel", "bottom")
        mark = Picture(look, "trash-2", "warn")
        inner.setLayout(row(look, mark, self._words, self.see, None, gap=8, edge=(20, 6, 12, 6)))
        self.setLayout(row(look, inner, gap=0))
        self.hide()
        desk.changed.connect(self.refresh)
        self.list.decided.connect(self.refresh)

    def refresh(self) -> None:
        """Count again, off this thread."""
        store = self._desk.store
        self._desk.runner.read(self, "held", lambda: held.count(store), self._show)

    def _show(self, count: int) -> None:
        words = msg("Others deleted {count} records of yours; nothing was removed here yet.")
        self._look.bind(self._words.setText, words.of(count=f"{count:,}"))
        self.setVisible(count > 0)

    def words(self) -> str:
        """What it says now."""
        return "" if self.isHidden() else self._words.text()


class _Rows(QAbstractListModel):
    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: list[tuple[str, UUID, Message]] = []

    def show_rows(self, rows: list[tuple[str, UUID, Message]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        kind, _record, name = self.rows[index.row()]
        if role == ROW:
            return self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._look.text(RECORDS[kind].__label__)}: {self._look.text(name)}"
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(120), self._look.t.row("list"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        rect: QRect = option.rect
        kind, _record, name = index.data(ROW)
        paint.paint_hairline(painter, look, rect)
        icon = LISTS[kind].icon if kind in LISTS else "file-text"
        paint.paint_icon(painter, look, rect.left() + look.px(20), rect.center().y() + 1, icon, "ink_2")
        what = look.text(RECORDS[kind].__label__)
        wide = look.t.width(what, "small") + look.px(4)
        left, right = rect.left() + look.px(48), rect.right() - look.px(20)
        title = QRect(left, rect.top(), right - wide - look.px(12) - left, rect.height())
        paint.paint_text(painter, look, title, look.text(name))
        beside = QRect(right - wide, rect.top(), wide, rect.height())
        paint.paint_text(painter, look, beside, what, ink="ink_3", size="small", align=paint.RIGHT)


class HeldList(Card):
    """The card: every record that would go, and both ways on."""

    decided = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self._title = label(look, size="title", strong=True)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self._model = _Rows(look, self)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Delegate(look, self))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QListView.SelectionMode.NoSelection)
        look.bind(self.view.setAccessibleName, msg("What would go"))
        self.let_go = Button(look, msg("Remove them here, too"), icon="trash-2")
        self.put_back = Button(look, msg("Put all back"), kind="primary", icon="undo-2")
        later = Button(look, msg("Decide later"), kind="flat", keys="Esc")
        self.let_go.clicked.connect(lambda: self._decide(accepts=True))
        self.put_back.clicked.connect(lambda: self._decide(accepts=False))
        later.clicked.connect(self.dismiss)
        why = msg(
            "So much at once may be a mistake. Putting back restores it at the office and for everybody."
        )
        head = row(look, self._title, None, close, edge=(20, 12, 12, 12))
        below = holding(row(look, label(look, why, ink="ink_2", wrap=True), edge=(20, 10, 20, 10)))
        foot = row(look, later, None, self.let_go, self.put_back, gap=8, edge=(12, 12, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        parts = (head, Line(look), below, Line(look), self.view, Line(look), foot)
        self.setLayout(column(look, *parts, gap=0, edge=ring))

    def ask(self) -> None:
        """Read the list off this thread and show it."""
        store = self._desk.store
        self._desk.runner.read(self, "held", lambda: held.listed(store), self._show)

    def _show(self, rows: list[tuple[str, UUID, Message]]) -> None:
        look = self._look
        self._model.show_rows(rows)
        words = msg("{count} records that others deleted").of(count=f"{len(rows):,}")
        look.bind(self._title.setText, words)
        look.bind(self.setAccessibleName, words)
        self.put_back.refuse(self._desk.refusal("deletions.put_back", None))
        self.lift()
        self.put_back.setFocus()

    def fit(self) -> None:
        """Ten rows at most, and as many as the window has room for; the rest is scrolled to."""
        rows, high, layout = (
            min(max(self._model.rowCount(), 1), SHOWN),
            self._look.t.row("list"),
            self.layout(),
        )
        self.view.setFixedHeight(high * rows)
        if layout is not None:
            layout.activate()
            over = layout.totalHeightForWidth(self.width()) - (self._window.height() - 2 * MARGIN)
            if over > 0:
                self.view.setFixedHeight(high * max(2, rows - -(-over // high)))

    def names(self) -> list[str]:
        """What the list says, for tests."""
        return [str(self._model.data(self._model.index(n, 0))) for n in range(self._model.rowCount())]

    def _decide(self, *, accepts: bool) -> None:
        desk = self._desk

        def done(count: int) -> None:
            desk.saved.emit(desk.store.clock())
            desk.told.emit((GONE if accepts else BACK).of(count=f"{count:,}"), not accepts)
            self.decided.emit()

        self.dismiss()
        work = held.accept if accepts else held.put_back
        desk.runner.write(lambda: work(desk.store), done=done, failed=desk.refused.emit)
