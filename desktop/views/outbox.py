"""What waits to be sent: each change with its reason, oldest first, in a popover above the status bar."""

from collections.abc import Callable
from dataclasses import replace
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
from desktop.services import outbox
from desktop.services.outbox import Card
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phrases import sentence
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex
CHANGE: Final = Qt.ItemDataRole.UserRole
SHOWN: Final = 9


MARKS: Final = {
    "sending": ("cloud-upload", "ink_2"),
    "row": ("circle-check", "good"),
    "refused": ("circle-alert", "bad"),
    "parked": ("git-merge", "bad"),
}


def became(card: Card, look: Look) -> str:
    """The first field of a change, old → new, and how many more there are."""
    if not card.steps:
        return ""
    step = card.steps[0]
    old, new = (step.shown(value, look.language) or cells.NOTHING for value in (step.old, step.new))
    more = f" +{len(card.steps) - 1}" if len(card.steps) > 1 else ""
    if step.old is None:
        return f"{look.text(step.label)} {new}{more}"
    return f"{look.text(step.label)} {old} \N{RIGHTWARDS ARROW} {new}{more}"


class _Changes(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.changes: list[Card] = []

    def show_changes(self, changes: list[Card]) -> None:
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
        change: Card = index.data(CHANGE)
        rect: QRect = option.rect
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(rect, look.colour("hover"))
        paint.paint_hairline(painter, look, rect)
        icon = LISTS[change.type].icon if change.type in LISTS else "file-text"
        middle = rect.center().y() + 1
        left = paint.paint_icon(painter, look, rect.left() + look.px(16), middle, icon, "ink_2") + look.px(12)
        right = rect.right() - look.px(16)
        state = look.text(change.why)
        mark, tone = MARKS.get(change.state, ("clock", "ink_2"))
        wide = min(look.t.width(state, "small"), look.px(220)) + look.t.icon("small") + look.px(6)
        place = right - wide
        paint.paint_icon(painter, look, place, middle, mark, tone, "small")
        words = QRect(place + look.t.icon("small") + look.px(6), rect.top(), wide, rect.height())
        paint.paint_text(painter, look, words, state, ink=tone, size="small")
        half = rect.height() // 2
        upper = QRect(left, rect.top() + look.px(5), place - left - look.px(16), half - look.px(5))
        lower = upper.translated(0, half - look.px(5))
        paint.paint_text(painter, look, upper, look.text(sentence(change.label)))
        noun = RECORDS[change.type].__label__ if change.type in RECORDS else None
        when = look.text(dates.moment(change.at, look.language, cells.now().astimezone().date()))
        name = change.title or (look.text(noun) if noun else "")
        facts = [fact for fact in (name, became(change, look), when) if fact]
        paint.paint_facts(painter, look, lower, facts, ink="ink_2")


class Outbox(Popover):
    """The popover behind the network chip."""

    opened = Signal(str, object)
    sync_wanted = Signal()
    inbox_wanted = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        self._anchor: QWidget = window
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
        self.rows.clicked.connect(self._chosen)
        self.rows.activated.connect(self.open_change)
        self.inside.addWidget(self.rows)
        self.take_back = Button(look, msg("Take back"), icon="undo-2")
        self.retry = Button(look, msg("Try once more"), icon="refresh-cw")
        self.open = Button(look, msg("Open"), icon="external-link")
        self.take_back.clicked.connect(self._take_back)
        self.retry.clicked.connect(self._retry)
        self.open.clicked.connect(lambda: self.open_change(self.rows.currentIndex()))
        self._detail = label(look, size="small", ink="ink_2", wrap=True)
        actions = row(look, self._detail, self.open, self.retry, self.take_back, edge=(16, 8, 16, 8))
        actions.setStretch(0, 1)
        self._actions = holding(actions)
        self._actions.hide()
        self.inside.addWidget(self._actions)
        self._more = label(look, size="small", ink="ink_2")
        self._marks = _Marks(look)
        foot = row(look, self._more, None, self._marks, edge=(16, 8, 16, 10))
        self.inside.addLayout(foot)

    def show_above(self, anchor: QWidget) -> None:
        """Fill it and show it above the chip."""
        look = self._look
        self._anchor = anchor
        changes = outbox.cards(self._desk.store, 200)
        self._actions.hide()
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
        self._place()

    def _place(self) -> None:
        """Just above the chip, however high it is now."""
        look, anchor = self._look, self._anchor
        self.adjustSize()
        corner = anchor.mapTo(self._window, QPoint(0, 0))
        self.pop(QPoint(look.px(8), corner.y() - self.height() + RING * 2 - look.px(6)))

    def titles(self) -> list[str]:
        """What the rows are about, for tests."""
        return [change.title for change in self._changes.changes]

    def card(self) -> Card | None:
        """The change that is chosen."""
        index = self.rows.currentIndex()
        return self._changes.changes[index.row()] if index.isValid() else None

    def _chosen(self, _index: Index) -> None:
        """Say all of the chosen change, and what can be done with it."""
        card = self.card()
        if card is None:
            return
        look = self._look
        kept = outbox.kept(self._desk.store, card)
        self.take_back.setEnabled(kept is None)
        self.take_back.setToolTip(look.text(kept) if kept is not None else "")
        self.take_back.setVisible(card.entry is None)
        self.retry.setVisible(card.state == "refused")
        said = [became(replace(card, steps=(step,)), look) for step in card.steps]
        for other in card.others:
            said.append(look.text(msg("Also changed by {who}").of(who=other.who)))
        self._detail.setText("\n".join(said[:6]))
        self._actions.show()
        self._place()
        self.rows.setFocus()

    def _take_back(self) -> None:
        if (card := self.card()) is not None:
            self._do(lambda: outbox.take_back(self._desk.store, card.tx), msg("Taken back: {what}"), card)

    def _retry(self) -> None:
        if (card := self.card()) is not None:
            self._do(lambda: outbox.retry(self._desk.store, card), msg("It goes once more: {what}"), card)

    def _do(self, work: Callable[[], object], told: Message, card: Card) -> None:
        def finish(_value: object) -> None:
            self._desk.saved.emit(self._desk.store.clock())
            self._desk.told.emit(told.of(what=card.label), False)
            if self.isVisible():
                self.show_above(self._anchor)

        self._desk.runner.write(work, done=finish, failed=self._desk.refused.emit)

    def open_change(self, index: Index) -> None:
        """The record of a change; what was parked is decided in the inbox."""
        if not index.isValid():
            return
        change = self._changes.changes[index.row()]
        self.dismiss()
        if change.state == "parked":
            self.inbox_wanted.emit()
        elif change.type in LISTS:
            self.opened.emit(change.type, change.record)


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
