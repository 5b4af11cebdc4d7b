"""Orders from the command line: made from a quote, submitted, sent, taken over, invoiced, paid."""

import argparse
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.cli import order_papers
from desktop.cli.console import Console
from desktop.errors import NotFound, Refused
from desktop.models.kinds import Day, Number
from desktop.models.records import Contract, Delivery, InvoiceRequest, Order, Quote
from desktop.rules.money import ZERO, currency_digits, number, plain
from desktop.rules.order_figures import lines_of
from desktop.services import (
    commands,
    drafts,
    order_chain,
    order_files,
    order_queues,
    order_work,
    orders,
    records,
)
from desktop.words import Message, msg

Run = Callable[[Console, argparse.Namespace], None]
assert orders.WRITES


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser(
        "order", help="list, show, submit, acknowledge, ship, deliver, accept, invoice, pay"
    )
    kinds = area.add_subparsers(metavar="ACTION", required=True)
    listed = kinds.add_parser("list", help="orders; late ones; what waits for shipping or finance")
    listed.add_argument("--queue", choices=sorted(order_queues.QUEUES), default="")
    listed.add_argument("--most", type=int, default=order_queues.PAGE, metavar="N", help="so many at once")
    listed.add_argument(
        "--before", default="", metavar="ID", help="without a queue: those made before this one"
    )
    listed.set_defaults(run=list_orders)
    made = kinds.add_parser("new", help="from a contract: all that is left of it")
    made.add_argument("--contract", required=True, metavar="ID")
    made.add_argument("--line", action="append", metavar="SKU*QTY")
    made.set_defaults(run=of_contract)
    _actions(kinds)


def _actions(kinds: Any) -> None:
    """The actions on one order, each with its options."""
    lines, on = ("--line", "SKU*QTY"), ("--on", "DAY")
    actions: tuple[tuple[Any, ...], ...] = (
        ("show", show, "with what is open"),
        ("submit", _stage("order.submit", msg("Submitted; it leaves with the next sync.")), "to the office"),
        ("acknowledge", _stage("order.acknowledge", msg("Acknowledged.")), "the office takes it on"),
        ("cancel", _stage("order.cancel", msg("Cancelled.")), "while nothing was sent"),
        ("send-back", send_back, "the office wants it otherwise", ("--reason", "TEXT")),
        ("ship", ship, "a batch goes out", lines, on, *_of("carrier", "tracking"), ("--expected", "DAY")),
        ("deliver", deliver, "a batch arrived", ("--batch", "N"), on),
        ("accept", accept, "the customer takes a batch over", lines, *_of("batch"), ("--by", "NAME"), on),
        ("return", take_back, "goods came back", lines, *_of("reason", "outcome"), on),
        ("invoice", invoice, "ask finance for an invoice", lines, ("--due", "DAY")),
        ("credit", credit, "ask finance for a credit note", lines),
        ("invoiced", invoiced, "finance has written it", *_of("request", "number"), on),
        ("withdraw", withdraw, "an invoice request that nobody has answered", *_of("request")),
        ("data", data, "an invoice request as EN 16931 data", *_of("request", "country", "to")),
        ("cii", data, "the same", *_of("request", "country", "to")),
        ("orderx", order_papers.orderx, "the order as Order-X data", *_of("country", "to")),
        (
            "pdf",
            order_papers.pdf,
            "its papers",
            *_of("paper", "batch", "paper-language", "to"),
            ("--seal", ""),
        ),
        ("pay", pay, "money came in", *_of("amount", "request", "step", "reference"), on),
    )
    for name, run, text, *options in actions:
        area = kinds.add_parser(name, help=text)
        area.add_argument("id", metavar="ID")
        for option, meta in options:
            if option == "--line":
                area.add_argument(option, action="append", metavar=meta)
            elif not meta:
                area.add_argument(option, action="store_true")
            else:
                area.add_argument(option, default="", metavar=meta)
        area.set_defaults(run=run)


def _of(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"--{name}", name.upper()) for name in names)


def of_quote(kinds: Any) -> None:
    """Add `quote order` to the subcommands of quotes."""
    area = kinds.add_parser("order", help="order all that is left of it, or these lines")
    area.add_argument("id", metavar="ID")
    area.add_argument("--line", action="append", metavar="SKU*QTY")
    area.add_argument("--revision", type=int, metavar="N", help="refused unless it is the newest")
    area.add_argument("--promised", default="", metavar="DAY")
    area.add_argument("--reference", default="", metavar="TEXT", help="the customer's order number")
    area.set_defaults(run=order_quote)


def order_quote(console: Console, chosen: argparse.Namespace) -> None:
    """Make an order from an issued quote."""
    quote = records.find(console.store, Quote, chosen.id)
    values = {"promised_on": Day().parse(chosen.promised), "reference": chosen.reference}
    done = commands.run(
        *(console.store, console.actor, "quote.order", quote.id),
        quantities=_of_quote(console, quote.id, chosen.line),
        revision=chosen.revision,
        values={name: value for name, value in values.items() if value},
    )
    _tell(console, done.value.id, msg("Order made; submit it when it is right."))


def of_contract(console: Console, chosen: argparse.Namespace) -> None:
    """Make an order from an issued contract."""
    contract = records.find(console.store, Contract, chosen.contract)
    quote_id = getattr(contract, "quote_id", None)
    wanted = _of_quote(console, quote_id, chosen.line) if quote_id is not None else None
    done = commands.run(console.store, console.actor, "contract.order", contract.id, quantities=wanted)
    _tell(console, done.value.id, msg("Order made; submit it when it is right."))


def _of_quote(console: Console, quote_id: UUID, typed: Sequence[str] | None) -> dict[UUID, Decimal] | None:
    if not typed:
        return None
    known = lines_of(drafts.load(console.store, quote_id).snapshot())
    wanted: dict[UUID, Decimal] = {}
    for sku, count in map(_typed, typed):
        found = [line for line in known if sku in (line.words["sku"], line.words["name"])]
        if len(found) != 1:
            raise Refused(msg("No single line of it is called “{name}”.").of(name=sku), field="line")
        wanted[UUID(hex=found[0].id)] = count
    return wanted


def _typed(text: str) -> tuple[str, Decimal]:
    """`SKU*QTY` as it was typed."""
    name, _star, count = text.replace("×", "*").rpartition("*")
    wanted = Number(4).parse(count)
    if not name or wanted is None or wanted <= 0:
        raise Refused(msg("Say how many: SKU*2."), field="quantity")
    return name.strip(), wanted


def _lines(chain: order_chain.Chain, typed: Sequence[str] | None) -> dict[UUID, Decimal] | None:
    if not typed:
        return None
    return {order_work.line_named(chain.lines, sku).id: count for sku, count in map(_typed, typed)}


def _chain(console: Console, chosen: argparse.Namespace) -> order_chain.Chain:
    return order_chain.load(console.store, records.find(console.store, Order, chosen.id).id)


def _do(console: Console, name: str, order: UUID, **values: Any) -> Any:
    return commands.run(console.store, console.actor, name, order, **values).value


def _stage(name: str, said: Message) -> Run:
    def run(console: Console, chosen: argparse.Namespace) -> None:
        order = records.find(console.store, Order, chosen.id)
        _do(console, name, order.id)
        _tell(console, order.id, said)

    return run


def send_back(console: Console, chosen: argparse.Namespace) -> None:
    """Say why it cannot be taken on."""
    order = records.find(console.store, Order, chosen.id)
    _do(console, "order.send_back", order.id, reason=chosen.reason)
    _tell(console, order.id, msg("Sent back."))


def ship(console: Console, chosen: argparse.Namespace) -> None:
    """Write a batch down; prints the draft of a message to the customer."""
    chain = _chain(console, chosen)
    made = _do(
        *(console, "order.ship", chain.order.id),
        quantities=_lines(chain, chosen.line),
        carrier=chosen.carrier,
        tracking=chosen.tracking,
        shipped_on=Day().parse(chosen.on),
        expected_on=Day().parse(chosen.expected),
    )
    draft = order_work.message(order_chain.load(console.store, chain.order.id), made)
    _tell(console, chain.order.id, draft, batch=made.batch, message=console.say(draft))


def _delivery(chain: order_chain.Chain, typed: str) -> Delivery:
    """The batch with this number, or the newest one."""
    goods = [one for one in chain.deliveries if one.kind == "goods"]
    found = [one for one in goods if typed in ("", str(one.batch))]
    if not found:
        raise NotFound(msg("This order has no such delivery."))
    return found[-1]


def deliver(console: Console, chosen: argparse.Namespace) -> None:
    """A batch arrived."""
    chain = _chain(console, chosen)
    batch = _delivery(chain, chosen.batch)
    _do(console, "order.arrive", chain.order.id, delivery_id=batch.id, arrived_on=Day().parse(chosen.on))
    _tell(console, chain.order.id, msg("Noted."))


def accept(console: Console, chosen: argparse.Namespace) -> None:
    """The customer takes a batch over."""
    chain = _chain(console, chosen)
    on = Day().parse(chosen.on)
    batch = _delivery(chain, chosen.batch)
    _do(
        *(console, "order.take_over", chain.order.id),
        delivery_id=batch.id,
        signer=chosen.by,
        quantities=_lines(chain, chosen.line),
        accepted_on=on,
    )
    _tell(console, chain.order.id, msg("Noted."))


def take_back(console: Console, chosen: argparse.Namespace) -> None:
    """Goods came back."""
    chain = _chain(console, chosen)
    wanted, on = _lines(chain, chosen.line) or {}, Day().parse(chosen.on)
    said = {"reason": chosen.reason, "outcome": chosen.outcome or "replaced"}
    _do(console, "order.take_back", chain.order.id, quantities=wanted, returned_on=on, **said)
    _tell(console, chain.order.id, msg("Noted."))


def invoice(console: Console, chosen: argparse.Namespace) -> None:
    """Ask finance for an invoice."""
    chain = _chain(console, chosen)
    made = _do(
        *(console, "order.invoice", chain.order.id),
        quantities=_lines(chain, chosen.line),
        due_on=Day().parse(chosen.due),
    )
    _tell(console, chain.order.id, msg("Asked for {number}.").of(number=made.number), request=made.number)


def credit(console: Console, chosen: argparse.Namespace) -> None:
    """Ask finance to take an invoice back."""
    chain = _chain(console, chosen)
    made = _do(console, "order.credit", chain.order.id, quantities=_lines(chain, chosen.line))
    _tell(console, chain.order.id, msg("Asked for {number}.").of(number=made.number), request=made.number)


def _request(chain: order_chain.Chain, typed: str) -> InvoiceRequest | None:
    """The request with this number; without one the newest that counts, if there is any."""
    found = [one for one in chain.living_requests() if typed in ("", one.number)]
    if typed and not found:
        raise NotFound(msg("This order has no such invoice request."))
    return found[-1] if found else None


def invoiced(console: Console, chosen: argparse.Namespace) -> None:
    """Finance has written the invoice."""
    chain = _chain(console, chosen)
    request = _request(chain, chosen.request)
    if request is None:
        raise NotFound(msg("This order has no such invoice request."))
    on = Day().parse(chosen.on)
    given = {"request_id": request.id, "number": chosen.number, "invoiced_on": on}
    _do(console, "order.invoiced", chain.order.id, **given)
    _tell(console, chain.order.id, msg("Noted."))


def withdraw(console: Console, chosen: argparse.Namespace) -> None:
    """Take an invoice request back; what it asked for may be asked for again."""
    chain = _chain(console, chosen)
    request = _request(chain, chosen.request)
    if request is None:
        raise NotFound(msg("This order has no such invoice request."))
    _do(console, "order.withdraw_request", chain.order.id, request_id=request.id)
    _tell(console, chain.order.id, msg("Noted."))


def data(console: Console, chosen: argparse.Namespace) -> None:
    """Write an invoice request as EN 16931 data."""
    request = _request(_chain(console, chosen), chosen.request)
    if request is None:
        raise NotFound(msg("This order has no such invoice request."))
    written = order_files.invoice_data(console.store, request.id, country=chosen.country or order_files.CHINA)
    target = order_papers.write(chosen.to or f"{request.number}.xml", written)
    console.result({"request": request.number, "file": str(target)}, str(target))


def pay(console: Console, chosen: argparse.Namespace) -> None:
    """Money came in."""
    chain = _chain(console, chosen)
    request = _request(chain, chosen.request) if chosen.request else None
    made = _do(
        *(console, "order.pay", chain.order.id),
        amount=Number(6).parse(chosen.amount) or Decimal(0),
        request_id=request.id if request is not None else None,
        milestone=chosen.step,
        received_on=Day().parse(chosen.on),
        reference=chosen.reference,
    )
    _tell(console, chain.order.id, msg("Noted."), paid=_money(chain, made.amount))


# ---------------------------------------------------------------- looking


def list_orders(console: Console, chosen: argparse.Namespace) -> None:
    """Orders, newest first; of a queue what has waited longest first."""
    before = records.find(console.store, Order, chosen.before).id if chosen.before else None
    found = order_queues.queue(console.store, chosen.queue, most=chosen.most, before=before)
    if console.options.json:
        console.emit([_told(console, chain) for chain in found])
        return
    for chain in found:
        told = _told(console, chain)
        shown = (told["id"], told["number"] or "—", told["customer"], told["stage_word"], told["payable"])
        console.line("  ".join(shown) + ("  " + told["late"] if told["late"] else ""))
    if not found:
        console.line(console.say(msg("No orders.")))


def show(console: Console, chosen: argparse.Namespace) -> None:
    """One order with its chain and what is open of each line."""
    chain = _chain(console, chosen)
    told = {**_told(console, chain), **_followed(console, chain)}
    if console.options.json:
        console.emit(told)
        return
    console.line(
        f"{told['number'] or told['id']}  {told['customer']}  {told['stage_word']}  {told['payable']}"
    )
    for line in told["lines"]:
        console.line(
            f"  {line['sku']} {line['name']}  {line['quantity']}  {line['amount']}  → {line['open']}"
        )
    for part in ("deliveries", "requests", "payments", "schedule"):
        for one in told[part]:
            console.line("  " + " · ".join(str(value) for value in one.values() if value not in ("", None)))


def _tell(console: Console, order: UUID, said: Message, **more: Any) -> None:
    chain = order_chain.load(console.store, order)
    console.result({**_told(console, chain), **more}, said)


def _money(chain: order_chain.Chain, minor: int | None) -> str:
    return plain(minor or 0, currency_digits(chain.order.currency))


def _told(console: Console, chain: order_chain.Chain) -> dict[str, Any]:
    order = chain.order
    late = order_queues.late(console.store, chain)
    return {
        "id": order.id.hex,
        "number": order.number or "",
        "customer": order_queues.customer_of(console.store, order),
        "stage": order.stage,
        "stage_word": Order.fields()["stage"].kind.format(order.stage, console.language),
        "payable": _money(chain, order.payable),
        "invoiced": _money(chain, sum(one.payable or 0 for one in chain.living_requests())),
        "paid": _money(chain, chain.paid),
        "late": console.say(late) if late is not None else "",
        "returned": order.returned or "",
    }


def _followed(console: Console, chain: order_chain.Chain) -> dict[str, Any]:
    sent = chain.sent()
    return {
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": number(line.quantity or ZERO),
                "amount": _money(chain, line.amount),
                "open": number((line.quantity or ZERO) - (sent[key].quantity if key in sent else ZERO)),
            }
            for line, key in ((line, line.id.hex) for line in chain.lines)
        ],
        "deliveries": [_batch(chain, one) for one in chain.deliveries],
        "requests": [
            {
                "number": one.number,
                "net": _money(chain, one.net),
                "tax": _money(chain, one.tax),
                "payable": _money(chain, one.payable),
                "state": one.state,
                "invoice": one.invoice_number or "",
            }
            for one in chain.requests
        ],
        "payments": [
            {"on": str(one.received_on), "amount": _money(chain, one.amount), "step": one.milestone or ""}
            for one in chain.payments
        ],
        "schedule": [
            {
                "step": step["name"]["zh"],
                "amount": _money(chain, step["amount"]),
                "received": _money(chain, received),
            }
            for step, received in chain.steps()
        ],
    }


def _batch(chain: order_chain.Chain, one: Delivery) -> dict[str, Any]:
    accepted = chain.accepted(one)
    return {
        "batch": one.batch,
        "kind": one.kind,
        "amount": _money(chain, one.amount),
        "carrier": one.carrier or "",
        "tracking": one.tracking or "",
        "shipped": str(one.shipped_on or ""),
        "arrived": str(one.arrived_on or ""),
        "accepted_by": accepted.signer if accepted is not None else "",
        "reason": one.reason or "",
        **({"outcome": one.outcome or "replaced"} if one.kind == "return" else {}),
    }
