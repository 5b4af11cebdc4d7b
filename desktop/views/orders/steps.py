"""What stands on the page of an order: its figures, the cards of its chain, and what can be done next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Final
from uuid import UUID

from desktop.models.records import Contract, Delivery, InvoiceRequest, Order, OrderLine, Quote
from desktop.rules import stages
from desktop.rules.money import ZERO, currency_digits, number, printed, symbol
from desktop.rules.order_figures import Figures, share
from desktop.rules.order_progress import days_late
from desktop.services import order_chain, order_queues
from desktop.services.days import day_words
from desktop.services.figures import Tile
from desktop.services.naming import Called
from desktop.services.order_chain import Chain
from desktop.words import Message, msg, verbatim

COLUMNS: Final = (
    msg("Agreed"),
    msg("Order"),
    msg("Delivery", "goods"),
    msg("Acceptance"),
    msg("Invoice request"),
)
_IN_SIGHT: Final = 1.5
"""The row that the order stands in at most, so that a long chain begins where one looks first."""
EVERY: Final = (
    ("order.submit", msg("Submit order"), "upload"),
    ("order.acknowledge", msg("Acknowledge order"), "circle-check"),
    ("order.send_back", msg("Send back"), "undo-2"),
    ("order.ship", msg("Record a delivery"), "truck"),
    ("order.take_over", msg("Customer takes over"), "clipboard-check"),
    ("order.invoice", msg("Ask for an invoice"), "receipt-text"),
    ("order.invoiced", msg("Invoice was written"), "file-check"),
    ("order.pay", msg("Record a payment"), "wallet"),
    ("order.take_back", msg("Record a return"), "undo-2"),
    ("order.credit", msg("Ask for a credit note"), "receipt-text"),
    ("order.withdraw_request", msg("Withdraw the invoice request"), "circle-x"),
    ("order.cancel", msg("Cancel order"), "circle-x"),
)
"""What can be done with an order, in the order in which it is usually done: command, words, icon."""


@dataclass(frozen=True, slots=True)
class Step:
    """One card of the chain; `row` is where it stands in its column, `after` the cards that lead to it."""

    column: int
    row: float
    title: Message
    amount: str
    note: Message
    icon: str
    tone: str = ""
    kind: str = ""
    record: UUID | None = None
    open: bool = False
    """Not done yet: a dashed edge."""
    here: bool = False
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What an order came of, and its siblings."""

    quote: Quote | None
    contract: Contract | None
    siblings: tuple[Order, ...] = ()


def amount(chain: Chain, minor: int | None) -> str:
    """An amount of this order as people read it, without its currency."""
    return printed(minor or 0, currency_digits(chain.order.currency))


def with_sign(chain: Chain, minor: int | None) -> str:
    """The same with its currency."""
    return f"{symbol(chain.order.currency)}{amount(chain, minor)}"


def doable(chain: Chain) -> list[str]:
    """The commands that make sense now, what is usually next first."""
    order, progress = chain.order, chain.progress()
    early = {
        "draft": ["order.submit", "order.cancel"],
        "submitted": ["order.acknowledge", "order.send_back", "order.cancel"],
        "cancelled": [],
    }
    if order.stage in early:
        return early[order.stage]
    sent = any(one.kind == "goods" for one in chain.deliveries)
    waiting = any(chain.waiting(one) for one in chain.deliveries)
    asked = any(one.state == "requested" for one in chain.requests)
    found = {
        "order.ship": not progress.all_of(progress.sent),
        "order.take_over": waiting,
        "order.invoice": bool(chain.to_invoice()),
        "order.invoiced": asked,
        "order.pay": progress.paid < progress.payable,
        "order.take_back": sent,
        "order.withdraw_request": asked,
        "order.cancel": not sent and order.stage == "acknowledged" and not chain.bound,
    }
    made = [name for name, offered in found.items() if offered]
    if chain.creditable():
        made.insert(0 if chain.to_credit() else len(made), "order.credit")
    return made


# ---------------------------------------------------------------- figures above


def tiles(chain: Chain, today: date) -> list[Tile]:
    """What it comes to, and how much of it was sent, taken over, invoiced and paid."""
    order, progress = chain.order, chain.progress()
    whole = sum(line.amount or 0 for line in chain.lines)
    sent = sum(one.amount or 0 for one in chain.deliveries)
    accepted = _taken(chain)
    late = order_queues.days(chain, today)
    lines = msg("1 line") if len(chain.lines) == 1 else msg("{count} lines").of(count=len(chain.lines))
    tax = msg("of which tax {amount}").of(amount=amount(chain, sum(one.tax or 0 for one in chain.requests)))
    left = msg("open {amount}")
    due = chain.order.promised_on
    promised = msg("promised by {day}").of(day=day_of_year(due, today)) if due is not None else lines
    return [
        Tile(msg("Order"), verbatim(with_sign(chain, order.payable)), lines),
        Tile(
            msg("Sent"),
            verbatim(_percent(sent, whole)),
            _late(late) if late else promised,
            tone="bad" if late else "",
        ),
        Tile(msg("Taken over"), verbatim(_percent(accepted, whole)), _batches(chain)),
        Tile(msg("Invoiced"), verbatim(with_sign(chain, progress.invoiced)), tax),
        Tile(
            msg("Received"),
            verbatim(with_sign(chain, progress.paid)),
            _next(chain) or left.of(amount=amount(chain, progress.payable - progress.paid)),
        ),
    ]


def _next(chain: Chain) -> Message | None:
    """The payment step that is due next, and what is missing of it."""
    due = next(((step, there) for step, there in chain.steps() if there < step["amount"]), None)
    if due is None:
        return None
    name = due[0]["name"]
    words = Called(name["zh"], "verbatim", english=name["en"] or name["zh"])
    return msg("{step} open {amount}").of(step=words, amount=amount(chain, due[0]["amount"] - due[1]))


def _taken(chain: Chain) -> int:
    """What was taken over and kept, as a share of each line's amount."""
    taken = chain.progress().taken_over
    return sum(
        share(line.amount or 0, line.quantity, taken.get(line.id.hex, ZERO), 0)
        for line in chain.lines
        if line.quantity
    )


def _percent(part: int, whole: int) -> str:
    return f"{Decimal(100 * part) / whole:.1f} %".replace(".0 %", " %") if whole else "—"


def _batches(chain: Chain) -> Message:
    count = sum(one.kind == "goods" for one in chain.deliveries)
    return msg("1 batch") if count == 1 else msg("{count} batches").of(count=count)


# ---------------------------------------------------------------- the chain


def steps(chain: Chain, around: Around, today: date) -> list[Step]:
    """The cards, column by column; what is still open stands dashed behind what was done."""
    batches = _deliveries(chain, today)
    asked = _requests(chain, batches, today)
    middle = min((len(batches) - 1) / 2, _IN_SIGHT)
    others = [one for one in around.siblings if one.id != chain.order.id]
    order_row = middle if not others else 0.0
    found = [Step(0, 0, *_agreed(chain, around))]
    found.append(
        Step(
            *(1, order_row, verbatim(chain.order.title or "—"), amount(chain, chain.order.payable)),
            Order.__label__ if not chain.order.number else _stage(chain.order),
            "package",
            here=True,
            after=(0,),
        )
    )
    for place, one in enumerate(others):
        row = max(place + 1.0, order_row + place + 1)
        said = amount(chain, one.payable)
        title = verbatim(one.title or "—")
        found.append(
            Step(1, row, title, said, _stage(one), "package", kind="order", record=one.id, after=(0,))
        )
    rows = [one.row for one in found if one.column == 1]
    found[0] = replace(found[0], row=sum(rows) / len(rows))
    first = len(found)
    found += [replace(one, after=(1,)) for one in batches]
    found += [_accepted(chain, one, first + place, today) for place, one in enumerate(batches)]
    taken = first + len(batches)
    found += [replace(one, after=tuple(taken + place for place in one.after)) for one in asked]
    return found


def _stage(order: Order) -> Message:
    return stages.ORDER.find(order.stage).label


def _agreed(chain: Chain, around: Around) -> tuple[Message, str, Message, str, str, str, UUID | None]:
    whole: Contract | Quote | None = around.contract or around.quote
    if whole is None:
        return msg("Quote"), "", msg("not on this laptop"), "file-text", "", "", None
    said = amount(chain, whole.payable)
    kind = whole.__tablename__
    words = Quote.__label__ if kind == "quote" else Contract.__label__
    return verbatim(whole.title), said, words, "file-text", "", kind, whole.id


def _deliveries(chain: Chain, today: date) -> list[Step]:
    units = {line.id.hex: line for line in chain.lines}
    found = [
        _delivery(chain, one, place, today, _goods(units, dict(order_chain.parts_of(one.lines))))
        for place, one in enumerate(chain.deliveries)
    ]
    sent = chain.gone()
    rest = {
        line.id.hex: Figures((line.quantity or ZERO) - sent.get(line.id.hex, Figures()).quantity)
        for line in chain.lines
    }
    if any(part.quantity for part in rest.values()) and chain.order.stage != "cancelled":
        left = sum(line.amount or 0 for line in chain.lines) - sum(part.amount for part in sent.values())
        due = chain.order.promised_on
        late = days_late(due, None, today)
        title = (
            msg("To be sent by {day}").of(day=day_of_year(due, today))
            if due is not None
            else msg("To be sent")
        )
        goods = _goods(units, rest)
        note = msg("{goods}, {late}").of(goods=goods, late=_late(late)) if late else goods
        tone = "bad" if late else ""
        found.append(Step(2, len(found), title, amount(chain, left), note, "truck", tone, open=True))
    return found


def _late(days: int) -> Message:
    return order_queues.LATE_ONE if days == 1 else order_queues.LATE.of(count=days)


def _goods(units: Mapping[str, OrderLine], parts: Mapping[str, Figures]) -> Message:
    """`1 台、3 组`: how many of each unit."""
    said: Message | None = None
    for name, part in parts.items():
        if not part.quantity or name not in units:
            continue
        many, line = number(part.quantity), units[name]
        zh = f"{many} {line.unit or ''}".strip()
        one = Called(zh, "verbatim", english=f"{many} {line.unit_en or line.unit or ''}".strip())
        said = one if said is None else msg("{first}, {rest}").of(first=said, rest=one)
    return said or verbatim("")


def day_of_year(day: date | None, today: date) -> Message:
    """A day as it stands on a card: without its year where that is this one."""
    return verbatim("—") if day is None else day_words(day, today)


def _delivery(chain: Chain, one: Delivery, place: int, today: date, goods: Message) -> Step:
    title = msg("Batch {batch}, {day}").of(batch=one.batch, day=day_of_year(one.shipped_on, today))
    tone, note = "", goods
    if one.kind == "return":
        title = msg("Return {batch}, {day}").of(batch=one.batch, day=day_of_year(one.shipped_on, today))
        end = msg("refunded") if one.outcome == "refunded" else msg("is replaced")
        tone, note = "warn", msg("{goods}, {why}, {end}").of(goods=goods, why=one.reason or "", end=end)
    elif one.arrived_on is not None:
        tone, note = (
            "good",
            msg("{goods}, arrived {day}").of(goods=goods, day=day_of_year(one.arrived_on, today)),
        )
    elif late := days_late(one.expected_on, None, today):
        tone, note = "bad", msg("{goods}, {late}").of(goods=goods, late=_late(late))
    elif one.carrier:
        note = msg("{goods}, {carrier}").of(goods=goods, carrier=one.carrier)
    return Step(2, place, title, amount(chain, one.amount), note, "truck", tone, "delivery", one.id)


def _accepted(chain: Chain, batch: Step, before: int, today: date) -> Step:
    found = next((one for one in chain.acceptances if one.delivery_id == batch.record), None)
    delivery = next((one for one in chain.deliveries if one.id == batch.record), None)
    part = delivery is not None and bool(chain.waiting(delivery))
    if found is not None:
        taken = msg("Part taken over {day}") if part else msg("Taken over {day}")
        title = taken.of(day=day_of_year(found.accepted_on, today))
        note = msg("signed by {name}").of(name=found.signer)
        icon = "clipboard-check"
        said = batch.amount if not part else amount(chain, _parts_taken(chain, found.delivery_id))
        return Step(3, batch.row, title, said, note, icon, "warn" if part else "good", after=(before,))
    back = batch.tone == "warn"
    title = msg("Nothing to take over") if back else msg("Waits to be taken over")
    said = "" if back else batch.amount
    note = msg("came back") if back else msg("after it has arrived")
    return Step(3, batch.row, title, said, note, "clipboard-check", open=True, after=(before,))


def _parts_taken(chain: Chain, delivery: UUID | None) -> int:
    mine = (one for one in chain.acceptances if one.delivery_id == delivery)
    return sum(part.amount for one in mine for _, part in order_chain.parts_of(one.lines))


def _requests(chain: Chain, batches: Sequence[Step], today: date) -> list[Step]:
    """The invoice requests, each beside the batches that its amount reaches; the rest is open."""
    found: list[Step] = []
    living = chain.living_requests()
    reach = [0, *accumulate(sum(part.amount for part in one.lines.values()) for one in chain.invoices())]
    whole = sum(line.amount or 0 for line in chain.lines)
    for place, (one, (low, high)) in enumerate(zip(living, pairwise(reach), strict=True)):
        done = one.state == "invoiced"
        note = (
            msg("invoiced {day}").of(day=day_of_year(one.invoiced_on, today))
            if done
            else msg("waits for finance")
        )
        after = tuple(_reached(chain, batches, low, high))
        row = max(float(place), _middle(after, place), found[-1].row + 1 if found else 0)
        found.append(
            Step(
                *(4, row, _called(chain, one), amount(chain, one.payable), note, "receipt-text"),
                tone="good" if done else "",
                after=after,
            )
        )
    if chain.to_invoice() and chain.order.stage != "cancelled":
        after = tuple(_reached(chain, batches, reach[-1], whole))
        row = max(_middle(after, len(found)), found[-1].row + 1 if found else 0)
        left = chain.asked_for - sum(one.payable or 0 for one in living)
        note = msg("once it was taken over")
        title = msg("Still to be invoiced")
        found.append(Step(4, row, title, amount(chain, left), note, "receipt-text", open=True, after=after))
    return found


def _called(chain: Chain, one: InvoiceRequest) -> Message:
    number_of = verbatim(one.number or "—")
    return msg("Credit note {number}").of(number=number_of) if chain.is_credit(one) else number_of


def _middle(places: tuple[int, ...], otherwise: float) -> float:
    return sum(places) / len(places) if places else float(otherwise)


def _reached(chain: Chain, batches: Sequence[Step], low: int, high: int) -> Iterable[int]:
    """The batches whose share of the order lies between these amounts."""
    sent = [one.amount or 0 for one in chain.deliveries]
    sent += [sum(line.amount or 0 for line in chain.lines) - sum(sent)] * (len(batches) - len(sent))
    for place, (start, end) in enumerate(pairwise([0, *accumulate(sent)])):
        if start < high and end > low:
            yield place
