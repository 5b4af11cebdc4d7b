"""The page of an order: figures, the chain with what is open, where each cent went; facts stand aside."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget
from sqlalchemy import select

from desktop.models.records import Contract, Order, Quote
from desktop.rules import stages
from desktop.services import approval_papers, order_chain, order_queues, order_work
from desktop.views.approvals.papers import WATCHED, AskPaper
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Chip, Line, Stack, column, holding, region, row, scrolling, tab_through
from desktop.views.desk import Desk
from desktop.views.header_parts import park, want
from desktop.views.look import Look
from desktop.views.orders.chain import ChainView
from desktop.views.orders.form import OrderForm, asked_of, left_of
from desktop.views.orders.papers import OrderPapers
from desktop.views.orders.shares import Shares
from desktop.views.orders.steps import EVERY, Around, doable, steps, tiles
from desktop.views.record_page import RecordPage
from desktop.views.tiles import TileStrip
from desktop.words import Message, msg

FOLLOWING: Final = frozenset({"order", "order_line", "delivery", "acceptance", "invoice_request", "payment"})
CROWDED: Final = 900
"""A page narrower than that shows its second action as an icon."""
_TONES: Final = {"completed": "good", "accepted": "good", "delivered": "good", "cancelled": "bad"}
_WORDS: Final[dict[str, Message]] = {name: words for name, words, _icon in EVERY}
_ICONS: Final = {name: icon for name, _words, icon in EVERY}


class OrderPage(RecordPage):
    """One order; its facts and what happened stand behind the second tab."""

    def __init__(self, look: Look, desk: Desk, kind: str, record_id: UUID) -> None:
        self.chain = order_chain.load(desk.store, record_id)
        self.face = Segments(
            look,
            [("chain", msg("Chain")), ("facts", msg("Facts")), ("papers", msg("Papers"))],
            current="chain",
            name=msg("What is shown"),
        )
        self.sums = TileStrip(look)
        self.steps = ChainView(look)
        self.shares = Shares(look)
        self.stage = Chip(look)
        self.first = Button(look, kind="primary")
        self.second = Button(look)
        self.more = Button(look, icon="ellipsis", name=msg("More"))
        self.asking = AskPaper(look, desk, "order", lambda: self.record_id)
        self._offered: list[str] = []
        self._faces = Stack()
        self._form: OrderForm | None = None
        self._papers: OrderPapers | None = None
        super().__init__(look, desk, kind, record_id)
        self.first.clicked.connect(lambda: self.start(self._offered[0]))
        self.second.clicked.connect(lambda: self.start(self._offered[1]))
        self.more.clicked.connect(self._open_more)
        self.face.chosen.connect(self.turn)
        self.steps.opened.connect(self.opened)

    def _compose(self) -> None:
        super()._compose()
        look = self._look
        facts = QWidget()
        inside = self.layout()
        if inside is not None:
            facts.setLayout(inside)
        above, below = region("surface"), region("surface")
        above.setLayout(column(look, self.sums, gap=0))
        below.setLayout(column(look, self.shares, None, gap=0))
        whole = column(look, above, self.steps, Line(look), below, gap=0)
        whole.setStretch(3, 1)
        ground = holding(whole)
        for made in (scrolling(ground), facts):
            self._faces.addWidget(made)
        bar = region("surface")
        bar.setLayout(row(look, self.face, None, gap=0, edge=(20, 8, 16, 8)))
        every = column(look, bar, Line(look), self._faces, gap=0)
        every.setStretch(2, 1)
        self.setLayout(every)
        for part in (self.stage, self.first, self.second, self.more, self.asking):
            park(part, self)

    def turn(self, key: str) -> None:
        """The chain, the facts, or the papers."""
        if key == "papers":
            self.papers.show_chain(self.chain)
        self._faces.setCurrentIndex(("chain", "facts", "papers").index(key))

    @property
    def papers(self) -> OrderPapers:
        """What is printed of it; made when it is first wanted."""
        if self._papers is None:
            self._papers = OrderPapers(self._look, self._desk)
            self._papers.message_wanted.connect(self.copy_message)
            self._papers.closed.connect(self._back)
            self._faces.addWidget(self._papers)
        return self._papers

    def _back(self) -> None:
        self.face.choose("chain")
        self.turn("chain")

    def show_record(self, record_id: UUID) -> None:
        """Another order on the same page."""
        self.chain = order_chain.load(self._desk.store, record_id)
        self.face.choose("chain")
        self.turn("chain")
        super().show_record(record_id)

    # Showing

    def header_parts(self) -> list[QWidget]:
        """Which order of whom, and how far it is."""
        icon, title, *rest = super().header_parts()[1:]
        return [icon, title, self.stage, *rest]

    def header_actions(self) -> list[QWidget]:
        """What is usually next, and everything else that makes sense."""
        return [self.more, self.asking, self.second, self.first]

    def _allow(self) -> None:
        """The next steps; what this person may not do is grey, with the reason."""
        self._offered = doable(self.chain)
        found = approval_papers.now_standing(self._desk.store, self.chain.order)
        want(self.asking, self.asking.wanted(found))
        for place, button in enumerate((self.first, self.second)):
            there = place < len(self._offered)
            want(button, there)
            if there:
                name = self._offered[place]
                button.rename(_WORDS[name], _WORDS[name])
                button.show_icon(_ICONS[name])
                asked = found.refusal if found is not None and name == "order.submit" else None
                button.refuse(self._desk.refusal(name, self.chain.order) or asked)
        want(self.more, len(self._offered) > 2 or bool(self.chain.deliveries))
        self._fit_actions()

    def _fit_actions(self) -> None:
        self.second.shrink(self.width() < self._look.px(CROWDED))

    def _fill(self) -> None:
        self.chain = order_chain.load(self._desk.store, self.record_id)
        super()._fill()
        chain, today = self.chain, order_queues.day_of(self._desk.store)
        self.stage.show_words(
            stages.ORDER.find(chain.order.stage).label, _TONES.get(chain.order.stage, "neutral")
        )
        self.sums.show_tiles([] if self._look.private else tiles(chain, today))
        self.steps.show_steps(steps(chain, self._around(), today))
        self.shares.show_chain(chain)
        if self._papers is not None and self._faces.currentWidget() is self._papers:
            self._papers.show_chain(chain)

    def _around(self) -> Around:
        order = self.chain.order
        with self._desk.store.reading() as session:
            quote = session.get(Quote, order.quote_id) if order.quote_id else None
            contract = session.get(Contract, order.contract_id) if order.contract_id else None
            query = select(Order).where(
                Order.revision_id == order.revision_id,
                Order.stage != "cancelled",
                Order.deleted_at.is_(None),
            )
            return Around(quote, contract, tuple(session.scalars(query.order_by(Order.id))))

    def _order(self) -> None:
        """Tab goes from the tabs to the cards, or through the facts as on any record."""
        super()._order()
        tab_through([self, *self.face.buttons(), *self.steps.cards])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A word less where it is narrow."""
        super().resizeEvent(event)
        self._fit_actions()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if not self._resting and any(kind in FOLLOWING or kind in WATCHED for kind, _ in keys):
            keys = keys | {(self.kind, self.record_id)}
        super()._changed(keys)

    # Doing

    @property
    def form(self) -> OrderForm:
        """The card over the window; made when it is first wanted."""
        if self._form is None:
            self._form = OrderForm(self._look, self.window())
        return self._form

    def start(self, name: str) -> None:
        """Ask what a step needs, or do it at once."""
        asked, lines = asked_of(name, self.chain), left_of(name, self.chain)
        if not asked and not lines:
            self._do(name, {})
            return
        whole = name not in ("order.take_back", "order.credit")
        self.form.ask(_WORDS[name], asked, lines, partial(self._do, name), all_at_first=whole)

    def _do(self, name: str, values: dict[str, Any]) -> None:
        self._desk.do(
            name,
            self.record_id,
            told=_WORDS[name],
            done=lambda _made: self.form.dismiss(),
            failed=self._refused,
            **values,
        )

    def _refused(self, error: Any) -> None:
        if self.form.isVisible():
            self.form.refuse(error)
        else:
            self._desk.refused.emit(error)

    def _open_more(self) -> None:
        """Everything else, and the message to the customer."""
        look, menu = self._look, QMenu(self)
        for name in self._offered[2:]:
            action = menu.addAction(look.text(_WORDS[name]))
            refusal = self._desk.refusal(name, self.chain.order)
            action.setEnabled(refusal is None)
            action.setToolTip(look.text(refusal) if refusal is not None else "")
            action.triggered.connect(partial(self._start_later, name))
        goods = [one for one in self.chain.deliveries if one.kind == "goods"]
        if goods:
            menu.addAction(look.text(msg("Copy a message to the customer"))).triggered.connect(
                lambda: self.copy_message()
            )
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _start_later(self, name: str, _checked: bool = False) -> None:
        self.start(name)

    def copy_message(self) -> None:
        """What tells the customer that the newest batch is on its way, on the clipboard."""
        from PySide6.QtGui import QGuiApplication

        goods = [one for one in self.chain.deliveries if one.kind == "goods"]
        if not goods:
            self._desk.told.emit(msg("Nothing was sent yet."), False)
            return
        text = self._look.text(order_work.message(self.chain, goods[-1]))
        QGuiApplication.clipboard().setText(text)
        self._desk.told.emit(msg("Copied; paste it into a mail or a chat."), False)
