"""What waits to be sent: each change with its reason, oldest first, in a popover above the status bar."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.record import RECORDS
from desktop.services.undo import label_of
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, column, holding, label, row
from desktop.views.desk import Desk, Waiting
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phrases import sentence
from desktop.views.popover import RING, Popover
from desktop.words import msg

Index = QModelIndex | QPersistentModelIndex
CHANGE: Final = Qt.ItemDataRole.UserRole
SHOWN: Final = 9


class _Changes(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.changes: list[Waiting] = []

    def show_changes(self, changes: list[Waiting]) -> None:
        self.beginResetModel()
        self.changes = changes
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.changes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        change = self.changes[index.row()]
        return change if role == CHANGE else change.title if role == Qt.ItemDataRole.DisplayRole else None


class _ChangeDelegate(QStyledItemDelegate):
    def __init__(self, look: Look, parent: "Outbox") -> None:
        super().__init__(parent)
        self._look, self._outbox = look, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(100), self._look.t.row("two_line"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = self._look
        change: Waiting = index.data(CHANGE)
        rect: QRect = option.rect
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(rect, look.colour("hover"))
        paint.paint_hairline(painter, look, rect)
        icon = LISTS[change.kind].icon if change.kind in LISTS else "file-text"
        middle = rect.center().y() + 1
        left = paint.paint_icon(painter, look, rect.left() + look.px(16), middle, icon, "ink_2") + look.px(12)
        right = rect.right() - look.px(16)
        state = look.text(self._outbox.why())
        wide = look.t.width(state, "small") + look.t.icon("small") + look.px(6)
        place = right - wide
        paint.paint_icon(painter, look, place, middle, "clock", "ink_2", "small")
        words = QRect(place + look.t.icon("small") + look.px(6), rect.top(), wide, rect.height())
        paint.paint_text(painter, look, words, state, ink="ink_2", size="small")
        half = rect.height() // 2
        upper = QRect(left, rect.top() + look.px(5), place - left - look.px(16), half - look.px(5))
        lower = upper.translated(0, half - look.px(5))
        paint.paint_text(painter, look, upper, look.text(sentence(label_of(change.command))))
        noun = RECORDS[change.kind].__label__ if change.kind in RECORDS else None
        when = look.text(dates.moment(change.at, look.language, cells.now().astimezone().date()))
        facts = [fact for fact in (change.title or (look.text(noun) if noun else ""), when) if fact]
        paint.paint_facts(painter, look, lower, facts, ink="ink_2")


class Outbox(Popover):
    """The popover behind the network chip."""

    opened = Signal(str, object)
    sync_wanted = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        look.bind(self.setAccessibleName, msg("What waits to be sent"))
        self._title = label(look, strong=True)
        self._below = label(look, size="small", ink="ink_2")
        self._now = Button(look, msg("Try now"), icon="refresh-cw")
        self._now.clicked.connect(self.sync_wanted)
        texts = column(look, self._title, self._below, gap=1)
        self._icon = Picture(look, "cloud-off", "warn", "large")
        head = row(look, self._icon, holding(texts), self._now, gap=12, edge=(16, 12, 16, 12))
        head.setStretch(1, 1)
        self.inside.addLayout(head)
        self.inside.addWidget(Line(look))
        self._changes = _Changes(self)
        self.rows = QListView()
        self.rows.setModel(self._changes)
        self.rows.setItemDelegate(_ChangeDelegate(look, self))
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setMouseTracking(True)
        self.rows.setUniformItemSizes(True)
        look.bind(self.rows.setAccessibleName, msg("What waits to be sent"))
        self.rows.clicked.connect(self._open)
        self.inside.addWidget(self.rows)
        self._more = label(look, size="small", ink="ink_2")
        self._marks = _Marks(look)
        foot = row(look, self._more, None, self._marks, edge=(16, 8, 16, 10))
        self.inside.addLayout(foot)

    def why(self) -> Any:
        """Why the changes wait."""
        return msg("Waits for the network") if self._desk.has_office() else msg("No office joined")

    def show_above(self, anchor: QWidget) -> None:
        """Fill it and show it above the chip."""
        look = self._look
        changes = self._desk.waiting(200)
        total = self._desk.waiting_count()
        office = self._desk.has_office()
        self._icon.show_icon("cloud-off" if office else "shield-check", "warn" if office else "ink_2")
        count = msg("{count} changes wait").of(count=f"{total:,}")
        look.bind(self._title.setText, count if total else msg("Everything was sent"))
        kept = msg("All saved on this laptop; they go when there is a network.")
        alone = msg("All saved on this laptop. Join a company to share them.")
        look.bind(self._below.setText, kept if office else alone)
        self._now.setVisible(office)
        self._changes.show_changes(changes)
        shown = min(len(changes), SHOWN)
        self.rows.setFixedHeight(look.t.row("two_line") * shown)
        left = total - shown
        look.bind(self._more.setText, msg("{count} more").of(count=f"{max(left, 0):,}"))
        self._more.setVisible(left > 0)
        self.setFixedWidth(look.px(620) + 2 * RING)
        self.adjustSize()
        corner = anchor.mapTo(self._window, QPoint(0, 0))
        self.pop(QPoint(look.px(8), corner.y() - self.height() + RING * 2 - look.px(6)))

    def titles(self) -> list[str]:
        """What the rows are about, for tests."""
        return [change.title for change in self._changes.changes]

    def _open(self, index: Index) -> None:
        change = self._changes.changes[index.row()]
        self.dismiss()
        if change.kind in LISTS:
            self.opened.emit(change.kind, change.record)


class _Marks(QWidget):
    """What the three marks mean: saved here, sent, confirmed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.bind(self.setFixedSize, lambda: (look.px(300), look.px(20)))

    def paintEvent(self, event: Any) -> None:
        """Three icons with their words, from the right."""
        look = self._look
        painter = QPainter(self)
        right = self.width()
        marks = (
            ("circle-check", "good", msg("Confirmed")),
            ("cloud-upload", "ink_2", msg("On its way")),
            ("check", "ink_2", msg("Saved here")),
        )
        for icon, colour, words in marks:
            text = look.text(words)
            width = look.t.width(text, "small")
            box = QRect(right - width, 0, width + 1, self.height())
            paint.paint_text(painter, look, box, text, ink=colour, size="small")
            left = right - width - look.px(6) - look.t.icon("small")
            paint.paint_icon(painter, look, left, self.height() // 2, icon, colour, "small")
            right = left - look.px(16)
        paint.paint_disc(painter, look, QPointF(-10, -10))
