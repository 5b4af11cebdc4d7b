"""What waits to be sent: each change with its reason, oldest first, in a popover above the status bar."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.models.record import RECORDS
from desktop.services import outbox
from desktop.services.outbox import Card
from desktop.views import cells, dates
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Line, Picture, clear, column, holding, label, region, row
from desktop.views.desk import Desk
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.network import DEEDS, GOES, STANDS, Network, saying, why, word
from desktop.views.outbox_marks import Marks
from desktop.views.outbox_rows import EDGE, TEXTS, ChangeDelegate, Changes, Deed, Index, Rows, Told, turned
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg, verbatim

SHOWN: Final = 9
WIDTH: Final = 680
STATE: Final = 220
"""How wide the column of states is at most."""
MOST_SAID: Final = 5
KEYS: Final = 104
EDITED: Final = frozenset(LISTS) | {"quote_line"}
BESIDE: Final = frozenset({"refused", "parked", "row"})
"""States of what the office has answered: such cards are not among those that wait to be sent."""
TAKE_BACK, CHANGE_IT, DECIDE = msg("Take back"), msg("Change it"), msg("Decide")
KINDS: Final = (
    ("", msg("All {count}")),
    ("waits", msg("To be sent {count}")),
    ("decided", msg("For you to decide {count}")),
)
PAGE: Final = 100
"""Operations read at once; more are read when the list is scrolled to its end."""


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
        self.state_width = self.deed_width = 0
        self._total = -1  # not read yet
        self._now = Button(look, msg("Try now"), icon="refresh-cw")
        self._now.clicked.connect(self._act)
        texts = column(look, self._title, self._below, gap=1)
        self._icon = Picture(look, "cloud-off", "warn", "large")
        head = row(look, self._icon, holding(texts), self._now, gap=12, edge=(16, 12, 16, 12))
        head.setStretch(1, 1)
        self.inside.addLayout(head)
        self.inside.addWidget(self._made_kinds())
        self.inside.addWidget(Line(look))
        self._changes = Changes(self)
        self._changes.wanted.connect(self._read)
        self.rows = Rows()
        self.yields = self.rows
        self.rows.setModel(self._changes)
        self.rows.setItemDelegate(
            ChangeDelegate(look, Told(self.why, self.deed, lambda: (self.state_width, self.deed_width)), self)
        )
        self.rows.setFrameShape(QFrame.Shape.NoFrame)
        self.rows.setMouseTracking(True)
        self.rows.setUniformItemSizes(True)
        look.bind(self.rows.setAccessibleName, msg("What waits to be sent"))
        self.rows.clicked.connect(self._chosen)
        self.rows.activated.connect(self.open_change)
        self.rows.done.connect(self._do_deed)
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
        self._marks = Marks(look)
        self.without = Button(look, msg("Without the internet…"), kind="link")
        self.without.clicked.connect(self._hand_over)
        foot = row(look, self.without, self._more, None, self._marks, gap=14, edge=(16, 8, 16, 10))
        self.inside.addLayout(foot)

    def _made_kinds(self) -> QWidget:
        """All of it, what goes by itself, what only a person ends: with how many each has."""
        look = self._look
        self.kinds = Segments(look, KINDS, current="", name=msg("Which changes are shown"))
        self.kinds.chosen.connect(self._show_only)
        said = label(look, msg("sent in this order"), size="small", ink="ink_3")
        self._kinds = holding(row(look, self.kinds, None, said, edge=(EDGE, 0, EDGE, 12)))
        self._kinds.hide()
        return self._kinds

    def _show_only(self, which: str) -> None:
        self._changes.show_only(which)
        self._actions.hide()
        self._show_rows()
        self._place()

    def _made_actions(self) -> QWidget:
        look = self._look
        self.take_back = Button(look, TAKE_BACK, icon="undo-2")
        self.retry = Button(look, msg("Try once more"), icon="refresh-cw")
        self.change = Button(look, CHANGE_IT, icon="pencil")
        self.decide = Button(look, DECIDE, kind="primary", icon="git-merge")
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
        found = self._changes.read
        self._total = total
        self._say_count()
        self._empty.setVisible(not found)
        decide = sum(card.state in outbox.DECIDED_HERE for card in found)
        counts = {"": total, "waits": max(total - decide, 0), "decided": decide}
        self._kinds.setVisible(decide > 0)
        for which, words in KINDS:
            self.kinds.say(which, words.of(count=f"{counts[which]:,}"))
        if not decide and self.kinds.current():
            self.kinds.choose("")
            self._changes.show_only("")
        waiting = sum(card.state not in BESIDE for card in found)
        beyond = max(total - waiting, 0) + max(len(found) - SHOWN, 0)
        look.bind(self._more.setText, msg("{count} more").of(count=f"{beyond:,}"))
        self._more.setVisible(beyond > 0)
        self._show_rows()
        self._place()

    def _show_rows(self) -> None:
        """As many as there is room for, with columns as wide as what is said in them."""
        shown = self._changes.changes
        self.rows.setVisible(bool(shown))
        self._measure()
        self.rows.setFixedHeight(self._look.t.row("two_line") * min(len(shown), SHOWN))

    def _say_count(self) -> None:
        if self._total < 0:
            return
        revoked = self._network.key == "revoked"
        words = msg("{count} changes were not sent") if revoked else msg("{count} changes wait")
        if not self._changes.read:
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
        """How wide the columns of states and deeds are: as the longest of them."""
        look = self._look
        said = {look.text(self.why(card)) for card in self._changes.changes}
        widest = max((look.t.width(words, "small") for words in said), default=0)
        self.state_width = min(widest, look.px(STATE))
        deeds = {deed.words for card in self._changes.changes if (deed := self.deed(card)) is not None}
        self.deed_width = max((look.t.width(look.text(words)) for words in deeds), default=0)

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

    def deed(self, card: Card) -> Deed | None:
        """What the end of its row offers: to a person's decision at once, else to take it back."""
        if card.state == "parked":
            return Deed(DECIDE, due=True)
        if card.state in outbox.DECIDED_HERE:
            return Deed(CHANGE_IT, due=True) if self._field(card) else None
        return None if card.state in ("row", "sending") else Deed(TAKE_BACK, due=False)

    def _do_deed(self, index: Index) -> None:
        """As the button of the same name below; what cannot be done is said there."""
        card, buttons = self.card(), {DECIDE: self.decide, CHANGE_IT: self.change, TAKE_BACK: self.take_back}
        deed = self.deed(card) if card is not None and self.rows.currentIndex() == index else None
        if deed is not None:
            buttons[deed.words].click()

    def why_text(self) -> str:
        """What is said of the network."""
        return self._below.text()

    def _act(self) -> None:
        deeds = {"stop": self.stop_wanted, "portal": self.portal_wanted}
        deeds.get(saying(self._network).deed, self.sync_wanted).emit()

    def _place(self) -> None:
        """Just above the chip, however high it is now."""
        look, anchor = self._look, self._anchor
        others = [each for each in (self.without, self._more) if not each.isHidden()]
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
        self.take_back.say(msg("Let it go") if decided else TAKE_BACK)
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
