"""The rows of the outbox: what each change does, why it waits, and what a press on its end does."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.services import outbox
from desktop.services.outbox import Card
from desktop.views import cells, dates, paint
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.phrases import sentence
from desktop.views.privacy import veil, veil_text
from desktop.words import Message, msg, verbatim

Index = QModelIndex | QPersistentModelIndex
CHANGE: Final = Qt.ItemDataRole.UserRole
TEXTS: Final = 48
"""Where the words of head, rows and details begin."""
EDGE: Final = 16
MARKS: Final = {
    "sending": ("cloud-upload", "ink_2"),
    "row": ("circle-check", "good"),
    "refused": ("circle-alert", "bad"),
    "parked": ("git-merge", "bad"),
    "aside": ("git-merge", "warn"),
}


class Deed(NamedTuple):
    """What a press on the end of a row does; one that is not `due` is shown to who points at the row."""

    words: Message
    due: bool


class Told(NamedTuple):
    """What the rows ask of the popover: why a card waits, its deed, the widths of both columns in pixels."""

    why: Callable[[Card], Message]
    deed: Callable[[Card], Deed | None]
    widths: Callable[[], tuple[int, int]]


def became(card: Card, look: Look) -> str:
    """The first field of a change, old → new, and how many more there are."""
    if not card.steps:
        return ""
    step = card.steps[0]
    more = f" +{len(card.steps) - 1}" if len(card.steps) > 1 else ""
    return " ".join(f"{look.text(step.label)} {turned(step, look)}{more}".split())  # on one line


def turned(step: outbox.Step, look: Look) -> str:
    """Old → new, or the new value alone."""
    old, new = (step.shown(value, look.language) or cells.NOTHING for value in (step.old, step.new))
    return new if step.old is None else f"{old} \N{RIGHTWARDS ARROW} {new}"


class Changes(QAbstractListModel):
    """The cards that were read; `wanted` asks for those behind a number."""

    wanted = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.read: list[Card] = []
        self.changes: list[Card] = []
        """Those of them that are shown."""
        self._only = ""
        self._after: int | None = None

    def show_page(self, page: outbox.Page, after: int) -> None:
        """The first page, or one more behind a number."""
        if not after:
            self.read, self._after = list(page.cards), page.after
            self.show_only(self._only)
            return
        if self._after is not None or not page.cards:
            self._after = page.after
            return
        first, more = len(self.changes), [card for card in page.cards if self._fits(card)]
        self.beginInsertRows(QModelIndex(), first, first + len(more) - 1)
        self.read += page.cards
        self.changes += more
        self._after = page.after
        self.endInsertRows()

    def show_only(self, which: str) -> None:
        """All of them, or what is to be `decided` by a person, or what goes by itself (`waits`)."""
        self.beginResetModel()
        self._only = which
        self.changes = [card for card in self.read if self._fits(card)]
        self.endResetModel()

    def _fits(self, card: Card) -> bool:
        return not self._only or (self._only == "decided") == (card.state in outbox.DECIDED_HERE)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._after is not None and self._only != "decided"

    def fetchMore(self, parent: Index) -> None:
        after, self._after = self._after, None
        if after is not None:
            self.wanted.emit(after)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.changes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        change = self.changes[index.row()]
        return change if role == CHANGE else change.title if role == Qt.ItemDataRole.DisplayRole else None


class ChangeDelegate(QStyledItemDelegate):
    """What, whose and when from the left; why it waits and the deed in columns on the right."""

    def __init__(self, look: Look, told: Told, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._told = look, told

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._look.px(100), self._look.t.row("two_line"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, rect = self._look, QRect(option.rect)
        change: Card = index.data(CHANGE)
        pointed = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        elif pointed:
            painter.fillRect(rect, look.colour("hover"))
        paint.paint_hairline(painter, look, rect)
        deed = self._told.deed(change)
        if deed is not None and (deed.due or pointed):
            ink = "accent_ink" if deed.due else "ink_2"
            room = self.deed_room(rect)
            paint.paint_text(painter, look, room, look.text(deed.words), ink=ink, align=paint.RIGHT)
        place = self._paint_state(painter, rect, change)
        icon = LISTS[change.type].icon if change.type in LISTS else "file-text"
        middle = rect.center().y() + 1
        paint.paint_icon(painter, look, rect.left() + look.px(18), middle, icon, "ink_2")
        left = rect.left() + look.px(TEXTS)
        self._paint_words(painter, QRect(left, rect.top(), place - left - look.px(16), rect.height()), change)

    def deed_room(self, rect: QRect) -> QRect:
        """Where the deed of a row is, for the eye and for the press."""
        wide = self._told.widths()[1]
        return QRect(
            rect.right() - self._look.px(EDGE) - wide, rect.top(), wide + self._look.px(2), rect.height()
        )

    def _paint_state(self, painter: QPainter, rect: QRect, change: Card) -> int:
        """Why it waits; where its icon begins."""
        look, (wide, _) = self._look, self._told.widths()
        mark, tone = MARKS.get(change.state, ("clock", "ink_2"))
        behind = look.t.icon("small") + look.px(6)
        place = self.deed_room(rect).left() - look.px(16) - wide - behind
        paint.paint_icon(painter, look, place, rect.center().y() + 1, mark, tone, "small")
        words = QRect(place + behind, rect.top(), wide, rect.height())
        paint.paint_text(painter, look, words, look.text(self._told.why(change)), ink=tone, size="small")
        return place

    def _paint_words(self, painter: QPainter, room: QRect, change: Card) -> None:
        look, half = self._look, room.height() // 2
        upper = QRect(room.left(), room.top() + look.px(5), room.width(), half - look.px(5))
        lower = upper.translated(0, half - look.px(5))
        said = sentence(change.label)
        if change.title:
            said = msg("{what}: {title}").of(what=said, title=veil(look, verbatim(look.text(change.title))))
        paint.paint_text(painter, look, upper, look.text(said))
        when = look.text(dates.moment(change.at, look.language, cells.now().astimezone().date()))
        facts = [veil_text(look, change.of), when] if change.of else [when]
        left = paint.paint_facts(painter, look, lower, facts, ink="ink_2")
        made = all(step.old is None for step in change.steps)
        if not made or len(change.steps) == 1:
            paint.paint_disc(
                painter, look, QPointF(left + look.px(6.5), lower.center().y() + 1), "ink_disabled"
            )
            lower.setLeft(left + look.px(13))
            told = veil_text(look, became(change, look))
            paint.paint_text(painter, look, lower, told, ink="ink_2", size="small")


class Rows(QListView):
    """Becomes lower beside what is said of the chosen change, which stays in sight.

    `done` is a press on the deed of a row.
    """

    done = Signal(QModelIndex)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press on the end of a row does what stands there; elsewhere it chooses the row."""
        super().mouseReleaseEvent(event)
        index, deeds = self.indexAt(event.position().toPoint()), self.itemDelegate()
        if index.isValid() and isinstance(deeds, ChangeDelegate):
            room = deeds.deed_room(self.visualRect(index))
            if room.contains(event.position().toPoint()):
                self.done.emit(index)
