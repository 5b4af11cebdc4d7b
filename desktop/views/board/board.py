"""The board: the query of its list, one column for each option; cards are moved by hand or key."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.models.kinds import Choice
from desktop.models.record import RECORDS
from desktop.rules import stages
from desktop.services import lists
from desktop.services.lists import Bucket
from desktop.services.pasting import Cell
from desktop.views.board.cards import Cards, card_of
from desktop.views.board.column import CardList, Column, ColumnHead
from desktop.views.board.likely import Likely
from desktop.views.cells import Row
from desktop.views.compose import column, holding, row
from desktop.views.look import Look
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage


class Board(QWidget):
    """A face of a list page."""

    picked = Signal(object)  # Row or None
    opened = Signal(object)  # Row
    peeked = Signal()  # the panel is wanted, or not any more

    def __init__(self, look: Look, page: "ListPage") -> None:
        super().__init__()
        self._look, self._page = look, page
        self._kind, self._by = page.kind, page.spec.board
        described = RECORDS[self._kind].fields()[self._by]
        assert isinstance(described.kind, Choice)
        self._options = dict(described.kind.options)
        self._spec = card_of(page.spec)
        self._amounts = tuple(
            lists.amounts_of(RECORDS[self._kind], [self._spec.amount] if self._spec.amount else [])
        )
        self._keep: UUID | None = None
        self._kept: list[UUID] = []
        self._reading = False
        self.columns: dict[str, Column] = {}
        for key, words in self._options.items():
            self.columns[key] = self._column(key, words)
        heads = [each.head for each in self.columns.values()]
        for head in heads:
            head.beside = heads
        line = row(look, *self.columns.values(), gap=0)
        for place in range(len(self.columns)):
            line.setStretch(place, 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(holding(line))
        self.likely = Likely(look) if (self._kind, self._by) == ("opportunity", "stage") else None
        whole = column(look, *([self.likely] if self.likely is not None else []), self._area, gap=0)
        whole.setStretch(whole.count() - 1, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What the deals come to is said where there is room."""
        super().resizeEvent(event)
        if self.likely is not None:
            self.likely.fit(event.size().height())

    def _column(self, key: str, words: Message) -> Column:
        cards = Cards(self._look, self._page.source, self._by, key, self)
        made = CardList(self._look, cards, self._spec, self._promise)
        cards.modelAboutToBeReset.connect(self._leave)
        cards.modelReset.connect(self._arrive)
        self._look.bind(made.setAccessibleName, words)
        made.moved.connect(self.move_to)
        made.stepped.connect(partial(self._step, key))
        made.shifted.connect(partial(self._shift, key))
        made.opened.connect(self.opened)
        made.peeked.connect(self.peeked)
        made.entered.connect(partial(self._entered, key))
        made.selectionModel().selectionChanged.connect(lambda _now, _before: self._picked())
        head = ColumnHead(self._look, self._kind, key, words, ringed=self._by == "stage")
        return Column(self._look, head, made)

    # Showing

    def show_query(self) -> None:
        """Read all columns anew."""
        self._kept = [self._keep] if self._keep is not None else [each.id for each in self.chosen()]
        self._reading, quick = True, True
        for each in self.columns.values():
            quick = each.list.cards.refresh(quick=quick)
        self._page.source.groups_of(self._by, self._amounts, self._count)
        if self.likely is not None:
            self._page.source.likely(self.likely.show_shares)
        self._reading = False
        self._renew()
        self._keep = None

    def _leave(self) -> None:
        """A column that was read elsewhere is put in: its selection goes with its cards."""
        if not self._reading and (chosen := self.chosen()):
            self._kept = [each.id for each in chosen]

    def _arrive(self) -> None:
        if not self._reading:
            self._renew()

    def _renew(self) -> None:
        """The selection is the one of before; that others are selected, or it is gone, is told."""
        if {each.id for each in self.chosen()} != set(self._kept):
            self._reading = True
            self._mark_again(self._kept)
            self._reading = False
        if self._keep is not None or {each.id for each in self.chosen()} != set(self._kept):
            self._picked()
        else:
            self._page.sums.tell()

    def _mark_again(self, ids: Sequence[UUID]) -> None:
        """The selection stays; the keys do not come here from where somebody types."""
        held = self.window().focusWidget()
        here = self._keep is not None or (held is not None and self.isAncestorOf(held))
        for key, each in self.columns.items():
            places = [place for one in ids if (place := each.list.cards.place_of(one)) >= 0]
            if places:
                if here:
                    self.select(ids[0])
                each.list.mark(places)
                self._entered(key)
                return

    def _count(self, buckets: Sequence[Bucket]) -> None:
        found = {bucket.key: bucket for bucket in buckets}
        for key, each in self.columns.items():
            bucket = found.get(key, Bucket(key))
            sums = tuple(amount for name in self._amounts for amount in bucket.sums.get(name, ()))
            each.head.of = next(iter(self._amounts), "")
            each.head.show_figures(bucket.count, sums)
            each.be_slim(not bucket.count)

    def is_empty(self) -> bool:
        """Whether there is no card at all."""
        return not any(each.list.cards.rows for each in self.columns.values())

    # Selection

    def current(self) -> Row | None:
        """The card one is on."""
        chosen = self.chosen()
        return chosen[0] if chosen else None

    def chosen(self) -> list[Row]:
        """The selected cards."""
        return [row for each in self.columns.values() for row in each.list.chosen()]

    def select(self, record_id: UUID) -> None:
        """Put the selection on a record's card."""
        for each in self.columns.values():
            place = each.list.cards.place_of(record_id)
            if place >= 0:
                each.list.choose(place)
                if not self._area.visibleRegion().isEmpty():
                    self._area.ensureWidgetVisible(each, 0, 0)
                return

    def let_go(self) -> None:
        """Nothing is selected."""
        for each in self.columns.values():
            each.list.clearSelection()

    def begin(self) -> None:
        """The focus on a card: the one that is selected, else the first."""
        if self.current() is None:
            first = next((each for each in self.columns.values() if each.list.cards.rows), None)
            if first is not None:
                first.list.choose(0)
        else:
            for each in self.columns.values():
                if each.list.chosen():
                    each.list.setFocus()

    def _entered(self, key: str) -> None:
        for each, other in self.columns.items():
            if each != key:
                other.list.clearSelection()

    def _picked(self) -> None:
        if not self._reading:
            self.picked.emit(self.current())

    def _step(self, key: str, side: int) -> None:
        keys = list(self.columns)
        place = self.columns[key].list.currentIndex().row()
        following = keys.index(key) + side
        while 0 <= following < len(keys):
            other = self.columns[keys[following]]
            if other.list.cards.rows:
                other.list.choose(place)
                self._area.ensureWidgetVisible(other, 0, 0)
                return
            following += side

    # Moving

    def _shift(self, key: str, side: int) -> None:
        keys = list(self.columns)
        target = keys.index(key) + side
        if 0 <= target < len(keys):
            self.move_to([each.id for each in self.columns[key].list.chosen()], keys[target])

    def move_to(self, ids: Sequence[UUID], key: str) -> None:
        """Move cards to another column: the same command as typing the choice into the list."""
        rows = [found for each in ids if (found := self._row(each)) is not None]
        moving = [each for each in rows if each.value(self._by) != key]
        if not moving:
            return
        self._keep = moving[0].id
        if len(moving) == 1:
            self._page.edits.type_in(moving[0], self._by, key)
            return
        cells = [Cell(each.id, self._by, each.value(self._by), key) for each in moving]
        self._page.edits.write(cells)

    def _row(self, record_id: UUID) -> Row | None:
        for each in self.columns.values():
            place = each.list.cards.place_of(record_id)
            if place >= 0:
                return each.list.cards.rows[place]
        return None

    def _promise(self, ids: Sequence[UUID], key: str) -> Message:
        """What a move will change, in one sentence."""
        words = self._options[key]
        row = self._row(ids[0])
        if self._kind != "opportunity" or self._by != "stage" or row is None or len(ids) > 1:
            return msg("To “{column}”").of(column=words)
        old = RECORDS[self._kind].fields()["probability"].kind.format(row.value("probability"), "en") or "0 %"
        new = f"{stages.OPPORTUNITY.find(key).percent} %"
        if old == new:
            return msg("To “{column}”").of(column=words)
        return msg("To “{column}”: {old} becomes {new}").of(column=words, old=old, new=new)

    def promise(self, record_id: UUID, key: str) -> None:
        """Show a card in mid-move, as the mouse would."""
        for each in self.columns.values():
            each.list.take_in_hand((record_id,))
        self.columns[key].list.show_coming(self._promise([record_id], key))

    def changed(self) -> None:
        """Records are others than before; soon, for several changes come together."""
        QTimer.singleShot(0, self, self.show_query)
