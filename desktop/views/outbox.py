"""What waits to be sent: each change with its reason, oldest first, in a popover above the status bar."""

from collections.abc import Callable
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
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.record import RECORDS
from desktop.services import outbox
from desktop.services.outbox import Card
from desktop.views import cells, dates, paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, clear, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.network import DEEDS, GOES, STANDS, Network, saying, why, word
from desktop.views.outbox_marks import Marks
from desktop.views.phrases import sentence
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil, veil_text
from desktop.words import Message, msg, verbatim

Index = QModelIndex | QPersistentModelIndex
CHANGE: Final = Qt.ItemDataRole.UserRole
SHOWN: Final = 9
WIDTH: Final = 640
TEXTS: Final = 48
"""Where the words of head, rows and details begin."""
STATE: Final = 220
"""How wide the column of states is at most."""
MOST_SAID: Final = 5
KEYS: Final = 104
EDITED: Final = frozenset(LISTS) | {"quote_line"}
BESIDE: Final = frozenset({"refused", "parked", "row"})
"""States of what the office has answered: such cards are not among those that wait to be sent."""
MARKS: Final = {
    "sending": ("cloud-upload", "ink_2"),
    "row": ("circle-check", "good"),
    "refused": ("circle-alert", "bad"),
    "parked": ("git-merge", "bad"),
    "aside": ("git-merge", "warn"),
}
PAGE: Final = 100
"""Operations read at once; more are read when the list is scrolled to its end."""


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


class _Changes(QAbstractListModel):
    wanted = Signal(int)  # the cards behind this number

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.changes: list[Card] = []
        self._after: int | None = None

    def show_page(self, page: outbox.Page, after: int) -> None:
        """The first page, or one more behind a number."""
        if after:
            if self._after is not None or not page.cards:
                self._after = page.after
                return
            first = len(self.changes)
            self.beginInsertRows(QModelIndex(), first, first + len(page.cards) - 1)
            self.changes += page.cards
            self._after = page.after
            self.endInsertRows()
            return
        self.beginResetModel()
        self.changes, self._after = list(page.cards), page.after
        self.endResetModel()

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._after is not None

    def fetchMore(self, parent: Index) -> None:
        after, self._after = self._after, None
        if after is not None:
            self.wanted.emit(after)

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
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), look.colour("accent_mark"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look.colour("hover"))
        paint.paint_hairline(painter, look, rect)
        icon = LISTS[change.type].icon if change.type in LISTS else "file-text"
        middle = rect.center().y() + 1
        paint.paint_icon(painter, look, rect.left() + look.px(18), middle, icon, "ink_2")
        left = rect.left() + look.px(TEXTS)
        right = rect.right() - look.px(16)
        state = look.text(self._outbox.why(change))
        mark, tone = MARKS.get(change.state, ("clock", "ink_2"))
        wide = self._outbox.state_width
        place = right - wide - look.t.icon("small") - look.px(6)
        paint.paint_icon(painter, look, place, middle, mark, tone, "small")
        words = QRect(place + look.t.icon("small") + look.px(6), rect.top(), wide, rect.height())
        paint.paint_text(painter, look, words, state, ink=tone, size="small")
        half = rect.height() // 2
        upper = QRect(left, rect.top() + look.px(5), place - left - look.px(16), half - look.px(5))
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


class _Rows(QListView):
    """Becomes lower beside what is said of the chosen change, which stays in sight."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())


class Outbox(Popover):
    """The popover behind the network chip."""

    opened = Signal(str, object)
    edited = Signal(str, object, str, object)  # record type, id, field, what was typed and not saved
    sync_wanted = Signal()
    stop_wanted = Signal()
    portal_wanted = Signal()
    inbox_wanted = Signal()
    handover_wanted = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        self._anchor: QWidget = window
        look.bind(self.setAccessibleName, msg("What waits to be sent"))
        self._title = label(look, msg("What waits to be sent"), strong=True)
        self._below = label(look, size="small", ink="ink_2", wrap=True)
        self._network = Network()
        self.state_width = 0
        self._total = -1  # not read yet
        self._now = Button(look, msg("Try now"), icon="refresh-cw")
        self._now.clicked.connect(self._act)
        texts = column(look, self._title, self._below, gap=1)
        self._icon = Picture(look, "cloud-off", "warn", "large")
        head = row(look, self._icon, holding(texts), self._now, gap=12, edge=(16, 12, 16, 12))
        head.setStretch(1, 1)
        self.inside.addLayout(head)
        self.inside.addWidget(Line(look))
        self._changes = _Changes(self)
        self._changes.wanted.connect(self._read)
        self.rows = _Rows()
        self.yields = self.rows
        self.rows.setModel(self._changes)
        self.rows.setItemDelegate(_ChangeDelegate(look, self))
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setMouseTracking(True)
        self.rows.setUniformItemSizes(True)
        look.bind(self.rows.setAccessibleName, msg("What waits to be sent"))
        self.rows.clicked.connect(self._chosen)
        self.rows.activated.connect(self.open_change)
        self.rows.hide()  # until they are read
        self.inside.addWidget(self.rows)
        self._empty = label(
            look, msg("Nothing waits on this laptop: all of it is at the office."), ink="ink_2", centre=True
        )
        look.bind(self._empty.setFixedHeight, lambda: look.px(96))
        self._empty.hide()
        self.inside.addWidget(self._empty)
        self._actions = self._made_actions()
        self._actions.hide()
        self.inside.addWidget(self._actions)
        self._more = label(look, size="small", ink="ink_2")
        self._decide = label(look, size="small", ink="bad")
        self._marks = Marks(look)
        self.without = Button(look, msg("Without the internet…"), kind="link")
        self.without.clicked.connect(self._hand_over)
        foot = row(
            look, self.without, self._more, self._decide, None, self._marks, gap=14, edge=(16, 8, 16, 10)
        )
        self.inside.addLayout(foot)

    def _made_actions(self) -> QWidget:
        look = self._look
        self.take_back = Button(look, msg("Take back"), icon="undo-2")
        self.retry = Button(look, msg("Try once more"), icon="refresh-cw")
        self.change = Button(look, msg("Change it"), icon="pencil")
        self.decide = Button(look, msg("Decide"), kind="primary", icon="git-merge")
        self.open = Button(look, msg("Open"), icon="external-link")
        self.take_back.clicked.connect(self._take_back)
        self.retry.clicked.connect(self._retry)
        self.change.clicked.connect(lambda: self._go(self.edited))
        for button in (self.open, self.decide):
            button.clicked.connect(lambda: self.open_change(self.rows.currentIndex()))
        self._said = column(look, gap=2)
        buttons = row(look, self.decide, self.retry, self.change, self.take_back, None, self.open, gap=8)
        return holding(
            column(look, self._said, buttons, gap=8, edge=(TEXTS, 10, 16, 10)), region("panel", "top")
        )

    def show_above(self, anchor: QWidget) -> None:
        """Show it above the chip, and read what waits off this thread."""
        self._anchor = anchor
        self._actions.hide()
        self._show_why()
        self.setFixedWidth(self._wide() + 2 * RING)
        self._place()
        self._read(0)

    def _wide(self) -> int:
        """Its width, and no more than the window has."""
        return min(self._look.px(WIDTH), self._window.width() - 4 * RING)

    def _read(self, after: int) -> None:
        store = self._desk.store

        def work() -> tuple[outbox.Page, int]:
            return outbox.page(store, PAGE, after), outbox.count(store)

        self._desk.runner.read(self, "outbox", work, lambda found: self._fill(*found, after))

    def _fill(self, page: outbox.Page, total: int, after: int) -> None:
        look = self._look
        self._changes.show_page(page, after)
        shown = self._changes.changes
        self._total = total
        self._say_count()
        self._empty.setVisible(not shown)
        self.rows.setVisible(bool(shown))
        self._measure()
        self.rows.setFixedHeight(look.t.row("two_line") * min(len(shown), SHOWN))
        waiting = sum(card.state not in BESIDE for card in shown)
        beyond = max(total - waiting, 0) + max(len(shown) - SHOWN, 0)
        look.bind(self._more.setText, msg("{count} more").of(count=f"{beyond:,}"))
        self._more.setVisible(beyond > 0)
        decide = sum(card.state in outbox.DECIDED_HERE for card in shown)
        look.bind(self._decide.setText, msg("{count} for you to decide").of(count=decide))
        self._decide.setVisible(decide > 0)
        self._place()

    def _say_count(self) -> None:
        if self._total < 0:
            return
        revoked = self._network.key == "revoked"
        words = msg("{count} changes were not sent") if revoked else msg("{count} changes wait")
        if not self._changes.changes:
            words = msg("Everything was sent")
        self._look.bind(self._title.setText, words.of(count=f"{self._total:,}"))

    def show_network(self, network: Network) -> None:
        """How it stands with the office; said at once where the popover is open."""
        self._network = network
        if self.isVisible():
            self._show_why()
            self._say_count()

    def fit(self) -> None:
        """In another text size the sentence takes its room anew."""
        if not self.isHidden():
            self._show_why()
            if (card := self.card()) is not None and not self._actions.isHidden():
                self._say_chosen(card)
        super().fit()

    def _show_why(self) -> None:
        network = self._network
        if network.key == "alone" and self._desk.has_office():
            network = Network("offline")
        said = saying(network)
        self._icon.show_icon(said.icon, said.colour)
        self._look.bind(self._below.setText, msg("{state}. {why}").of(state=word(network), why=why(network)))
        self._now.setVisible(bool(said.deed))
        room = self._wide() - self._look.px(TEXTS + 16)
        if said.deed:
            icon, words = DEEDS[said.deed]
            self._now.show_icon(icon)
            self._now.say(words)
            room -= self._now.sizeHint().width() + self._look.px(20)
        self._below.setMinimumHeight(0)  # or the height of what was said before stays
        self._below.setFixedWidth(room)
        self._below.setFixedHeight(self._below.heightForWidth(room))
        self._measure()

    def _measure(self) -> None:
        """How wide the column of states is: as the longest of them."""
        look = self._look
        said = {look.text(self.why(card)) for card in self._changes.changes}
        widest = max((look.t.width(words, "small") for words in said), default=0)
        self.state_width = min(widest, look.px(STATE))

    def why(self, card: Card) -> Message:
        """Why a change waits; where the office put it off, until when."""
        network = self._network
        if card.state == "refused":
            return outbox.WHY["refused"]
        if card.state in ("waiting", "follows"):
            if network.key in STANDS:
                return STANDS[network.key]
            if network.until is not None and network.key != "offline":  # then the head says it for all
                return msg("Waits until {time}").of(time=f"{network.until:%H:%M}")
        if card.state == "waiting":
            return GOES.get(network.key, card.why)
        return card.why

    def why_text(self) -> str:
        """What is said of the network."""
        return self._below.text()

    def _act(self) -> None:
        deeds = {"stop": self.stop_wanted, "portal": self.portal_wanted}
        deeds.get(saying(self._network).deed, self.sync_wanted).emit()

    def _place(self) -> None:
        """Just above the chip, however high it is now."""
        look, anchor = self._look, self._anchor
        others = [each for each in (self.without, self._more, self._decide) if not each.isHidden()]
        used = sum(each.sizeHint().width() + look.px(14) for each in others) + look.px(16 + 16)
        self._marks.setVisible(used + self._marks.wide() <= self._wide())  # what explains leaves, whole
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
        self._say_chosen(card)
        self._actions.show()
        self._place()
        self.rows.setFocus()

    def _say_chosen(self, card: Card) -> None:
        """Its values, who else changed it, and the buttons for what can be done."""
        look, decided = self._look, card.state in outbox.DECIDED_HERE
        kept = outbox.kept(self._desk.store, card)
        self.take_back.refuse(kept)
        self.take_back.say(msg("Let it go") if decided else msg("Take back"))
        self.take_back.setVisible(card.state not in ("row", "parked"))
        self.retry.setVisible(card.state in ("refused", "aside"))
        self.retry.say(msg("Use mine") if card.state == "aside" else msg("Try once more"))
        self.decide.setVisible(card.state == "parked")
        self.change.setVisible(card.state not in ("row", "parked") and bool(self._field(card)))
        clear(self._said)
        for step in card.steps[:MOST_SAID]:
            key = label(look, step.label, size="small", ink="ink_3")
            look.bind(key.setFixedWidth, lambda: look.px(KEYS))
            key.setAlignment(Qt.AlignmentFlag.AlignTop)
            value = label(look, verbatim(turned(step, look)), size="small", wrap=True)
            line = row(look, key, value, gap=8)
            line.setStretch(1, 1)
            self._tell(holding(line))
        for words, ink in self._words(card, kept):
            self._tell(label(look, verbatim(words), size="small", ink=ink, wrap=True))

    def _tell(self, said: QWidget) -> None:
        """One more line, shown at once: what is hidden has no height."""
        self._said.addWidget(said)
        said.show()

    def _words(self, card: Card, kept: Message | None) -> list[tuple[str, str]]:
        look = self._look
        said: list[tuple[str, str]] = []
        if len(card.steps) > MOST_SAID:
            said.append((look.text(msg("{count} more").of(count=len(card.steps) - MOST_SAID)), "ink_3"))
        today = cells.now().astimezone().date()
        for other in card.others[:MOST_SAID]:
            field = RECORDS[card.type].fields().get(other.field)
            facts = {
                "who": other.who or msg("the office"),
                "field": field.label if field else "",
                "when": other.at,
            }
            facts["when"] = dates.moment(other.at, look.language, today)
            said.append((look.text(msg("Also changed by {who}: {field}, {when}").of(**facts)), "warn"))
        if card.state == "refused":
            said.append((look.text(card.why), "bad"))
        elif kept is not None and card.state != "row":
            said.append((look.text(kept), "ink_3"))
        return said

    def _field(self, card: Card) -> str:
        """The field whose editor is opened: the first one that a person may type."""
        command = self._desk.command(f"{card.type}.edit")
        if command is None or card.type not in EDITED:
            return ""
        return next((step.field for step in card.steps if step.record == card.record and step.described), "")

    def _hand_over(self) -> None:
        self.dismiss()
        self.handover_wanted.emit()

    def _take_back(self) -> None:
        if (card := self.card()) is not None:
            self._do(lambda: outbox.take_back(self._desk.store, card), msg("Taken back: {what}"), card)

    def _retry(self) -> None:
        if (card := self.card()) is not None:
            told = msg("Saved: {what}") if card.state == "aside" else msg("It goes once more: {what}")
            self._do(lambda: outbox.retry(self._desk.store, card), told, card)

    def _go(self, signal: Any) -> None:
        """To the record, or into the field that a change wrote."""
        if (card := self.card()) is None:
            return
        kind, record = outbox.place_of(self._desk.store, card)
        self.dismiss()
        if signal is self.edited:
            mine = card.steps[0].value(card.steps[0].new) if card.state in outbox.DECIDED_HERE else None
            self.edited.emit(card.type, card.record, self._field(card), mine)
        elif kind in LISTS:
            self.opened.emit(kind, record)

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
        self.rows.setCurrentIndex(index)
        card = self._changes.changes[index.row()]
        if card.state == "parked":
            self.dismiss()
            self.inbox_wanted.emit()
        else:
            self._go(self.opened)
