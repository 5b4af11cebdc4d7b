"""What is asked before something is done with an order: quantities by line, days, names; in a card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.kinds import Choice, Day, Kind, Number, Short
from desktop.models.record import Field
from desktop.models.records.orders import RETURN_ENDS
from desktop.rules.money import ZERO, currency_digits, number
from desktop.rules.order_figures import Figures
from desktop.services.naming import Called
from desktop.services.order_chain import Chain
from desktop.views import errors
from desktop.views.buttons import Button
from desktop.views.card import Body, Card
from desktop.views.compose import Line, clear, column, holding, label, row
from desktop.views.editors import AnyEditor, editor_for, focus
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.views.reason import Reason
from desktop.words import Message, msg, verbatim

WIDTH: Final = 560
Do = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: the argument of the command, its kind and words, and what stands there at first."""

    name: str
    kind: Kind
    words: Message
    first: Any = None


def asked_of(command: str, chain: Chain) -> tuple[Asked, ...]:
    """What a command needs to know besides quantities; nothing: it is done at once."""
    on = Day()
    open_batches = tuple(
        (one.id.hex, msg("Batch {batch}").of(batch=one.batch))
        for one in chain.deliveries
        if chain.waiting(one)
    )
    waiting = tuple((one.id.hex, verbatim(one.number)) for one in chain.requests if one.state == "requested")
    named = (Choice(open_batches), Choice(waiting))
    digits = currency_digits(chain.order.currency)
    due = Decimal(chain.asked_for - chain.paid - (chain.order.prepaid or 0)).scaleb(-digits)
    step = next_step(chain)
    request = Asked("request_id", named[1], msg("Invoice request"), waiting[0][0] if waiting else "")
    found: Mapping[str, tuple[Asked, ...]] = {
        "order.send_back": (Asked("reason", Short(), msg("Reason")),),
        "order.ship": (
            Asked("carrier", Short(), msg("Carrier")),
            Asked("tracking", Short(), msg("Tracking number")),
            Asked("shipped_on", on, msg("Shipped on")),
            Asked("expected_on", on, msg("Expected on")),
        ),
        "order.take_back": (
            Asked("reason", Short(), msg("Reason")),
            Asked("outcome", Choice(RETURN_ENDS), msg("What came back"), "replaced"),
            Asked("returned_on", on, msg("Came back on")),
        ),
        "order.take_over": (
            Asked(
                "delivery_id", named[0], msg("Delivery", "goods"), open_batches[0][0] if open_batches else ""
            ),
            Asked("signer", Short(), msg("Accepted by")),
            Asked("accepted_on", on, msg("Accepted on")),
        ),
        "order.invoice": (Asked("due_on", on, msg("Due on")),),
        "order.invoiced": (
            request,
            Asked("number", Short(), msg("Invoice number")),
            Asked("invoiced_on", on, msg("Invoiced on")),
        ),
        "order.withdraw_request": (request,),
        "order.pay": (
            Asked("amount", Number(digits), msg("Amount"), due if step is None else step[1]),
            Asked("milestone", Short(), msg("Payment step"), "" if step is None else step[0]),
            Asked("received_on", on, msg("Received on")),
            Asked("reference", Short(), msg("Bank reference")),
        ),
    }
    return found.get(command, ())


def next_step(chain: Chain) -> tuple[str, Decimal] | None:
    """The payment step that is due next: its name and what is missing of it."""
    digits = currency_digits(chain.order.currency)
    for step, there in chain.steps():
        if there < step["amount"]:
            return str(step["name"]["zh"]), Decimal(step["amount"] - there).scaleb(-digits)
    return None


def left_of(command: str, chain: Chain) -> list[tuple[UUID, Message, Decimal]]:
    """The lines of which a quantity is asked: id, name, what is left or, of a return, what was sent."""
    counts = _counts(command, chain)
    found: list[tuple[UUID, Message, Decimal]] = []
    for line in chain.lines:
        left = counts.get(line.id.hex, ZERO)
        if left:
            zh = line.name or line.sku or ""
            found.append((line.id, Called(zh, "verbatim", english=line.name_en or zh), left))
    return found


def _counts(command: str, chain: Chain) -> Mapping[str, Decimal]:
    """How many of each line there are for a command."""
    if command == "order.ship":
        gone = chain.gone()
        return {
            line.id.hex: (line.quantity or ZERO) - gone.get(line.id.hex, Figures()).quantity
            for line in chain.lines
        }
    if command == "order.take_over":
        waiting = [one for one in map(chain.waiting, chain.deliveries) if one]
        return waiting[0] if len(waiting) == 1 else {}
    found: Mapping[str, Callable[[], Mapping[str, Decimal]]] = {
        "order.invoice": chain.to_invoice,
        "order.credit": chain.creditable,
        "order.take_back": lambda: {name: part.quantity for name, part in chain.sent().items()},
    }
    return found[command]() if command in found else {}


class OrderForm(Card):
    """The card. Enter goes on, Ctrl+Enter does it, Escape gives up."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self.editors: dict[str, AnyEditor] = {}
        self.counts: dict[UUID, AnyEditor] = {}
        self._asked: tuple[Asked, ...] = ()
        self._do: Do = _nothing
        self._title = label(look, size="title", strong=True)
        self._why = Reason(look)
        self._grid = QGridLayout()
        look.bind(self._grid.setHorizontalSpacing, lambda: look.px(24))
        look.bind(self._grid.setVerticalSpacing, lambda: look.px(4))
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.go = Button(look, msg("Save"), kind="primary", keys="Ctrl+Enter", height="height_large")
        self.go.clicked.connect(self.finish)
        cancel = Button(look, msg("Cancel"), kind="flat", height="height_large")
        cancel.clicked.connect(self.dismiss)
        head = row(look, self._title, None, close, edge=(20, 12, 12, 12))
        foot = row(look, self._why, None, cancel, self.go, gap=8, edge=(20, 12, 20, 12))
        foot.setStretch(0, 1)
        body = Body(holding(column(look, self._grid, gap=0, edge=(20, 14, 20, 16))))
        body.grew.connect(self._later.start)
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), body, Line(look), foot, gap=0, edge=ring))

    def ask(
        self,
        title: Message,
        asked: tuple[Asked, ...],
        lines: Sequence[tuple[UUID, Message, Decimal]],
        do: Do,
        *,
        all_at_first: bool = True,
    ) -> None:
        """Show the card; `do` gets what was typed, with `quantities` where lines were asked."""
        look = self._look
        clear(self._grid)
        self.editors, self.counts, self._asked, self._do = {}, {}, asked, do
        look.bind(self._title.setText, title)
        look.bind(self._why.setText, verbatim(""))
        at = 0
        for line_id, name, left in lines:
            first = left if all_at_first else None
            editor = self._editor(Number(4), name, first)
            words = msg("{line}, at most {left}").of(line=name, left=number(left))
            self._grid.addWidget(label(look, words, wrap=True), at, 0)
            self._grid.addWidget(editor, at, 1)
            self.counts[line_id] = editor
            at += 1
        for place, one in enumerate(asked):
            made: QLabel = label(look, one.words, ink="ink_2")
            editor = self.editors[one.name] = self._editor(one.kind, one.words, one.first)
            self._grid.addWidget(made, at + place // 2 * 2, place % 2)
            self._grid.addWidget(editor, at + place // 2 * 2 + 1, place % 2)
        for side in (0, 1):
            self._grid.setColumnStretch(side, 1)
        self.lift()
        for each in (*self.editors.values(), *self.counts.values()):
            focus(each) if not hasattr(each, "showPopup") else each.setFocus()
            break

    def _editor(self, kind: Kind, words: Message, first: Any) -> AnyEditor:
        return editor_for(self._look, Field(kind, words, "critical"), first, "", lambda _kind, _text: ())

    def finish(self) -> None:
        """Read what was typed and do it; what makes no sense is said at the foot."""
        try:
            values: dict[str, Any] = {one.name: self._read(one) for one in self._asked}
            if self.counts:
                counts = {name: Number(4).parse(each.typed()) for name, each in self.counts.items()}
                values["quantities"] = {name: count for name, count in counts.items() if count}
        except Refused as refused:
            self.refuse(refused)
            return
        self._do({name: value for name, value in values.items() if value not in (None, "")})

    def _read(self, one: Asked) -> Any:
        typed = self.editors[one.name].typed()
        if isinstance(one.kind, Choice) and one.name.endswith("_id"):
            return UUID(hex=typed) if typed else None
        return typed if isinstance(one.kind, Choice) else one.kind.parse(typed)

    def refuse(self, error: SatchelError) -> None:
        """Say why it cannot be done."""
        self._look.bind(self._why.setText, errors.shown(error).words)
        self.place()

    def said(self) -> str:
        """What is said at the foot."""
        return self._why.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter does it, Enter goes on, Escape gives up."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finish()
        elif enter:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)


def _nothing(_values: dict[str, Any]) -> None:
    """Before anything was asked."""
