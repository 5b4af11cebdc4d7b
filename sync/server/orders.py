"""The office's side of orders: what a laptop ordered, sent or asked to be invoiced is worked out again.

Two laptops that order the same remainder cannot both be right: whoever comes second is told so. Figures come
from what was issued by the same rule as on the laptop, over everything that the office holds by now.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import (
    Acceptance,
    Delivery,
    InvoiceRequest,
    Order,
    OrderLine,
    Organisation,
    Payment,
    QuoteRevision,
)
from desktop.rules import order_figures as figures
from desktop.rules import order_progress, roles
from desktop.rules.order_figures import Figures
from desktop.services import order_chain, order_sense, order_work
from desktop.words import Message, msg
from sync.protocol.ops import Op
from sync.server.batch import OFFICE, Batch, Held
from sync.server.guards import NOT_YOURS
from sync.server.permission import NOT_ALLOWED, Rejected
from sync.server.scope import Scope

OTHER_FIGURES: Final = msg(
    "The figures are not those of what was issued, as far as others have it; make it again."
)
NOT_ITS_OWN: Final = msg("This belongs to another order.")
TAKEN_OVER: Final = msg("This delivery was taken over already.")
BELOW: Final = msg("More money went back than came in.")
KINDS: Final = frozenset(
    cls.__tablename__ for cls in (Order, OrderLine, Delivery, Acceptance, InvoiceRequest, Payment)
)
_COPIED: Final = {
    "order": frozenset(
        {
            *("customer_id", "quote_id", "revision_id", "contract_id", "currency", "tax_mode"),
            *("net", "tax", "rounding", "prepaid", "payable", "schedule"),
        }
    ),
    "delivery": frozenset({"order_id", "kind", "batch", "lines", "amount", "outcome"}),
    "invoice_request": frozenset(
        {"order_id", "lines", "groups", "buyer", "net", "tax", "rounding", "payable", "currency"}
    ),
    **{kind: order_sense.LED[kind] for kind in ("order_line", "acceptance", "payment")},
}
"""What is copied when a record is made, and never changes again."""
_SAID_BY: Final = {
    "acknowledged": "order.acknowledge",
    "draft": "order.send_back",
    "invoiced": "order.invoiced",
}
"""Whose command leads to a stage, whatever the operation is called."""
_ANSWER: Final = frozenset({"invoice_number", "invoiced_on"})
LARGEST: Final = Decimal(10) ** 13
"""Above every quantity that a line holds."""
R = TypeVar("R", bound=Record)


def hold(batch: Batch, scope: Scope, ops: Sequence[Op]) -> None:
    """Raises Rejected where a judged transaction orders, sends or invoices what may not be."""
    mine = [op for op in ops if op.type in KINDS and op.kind != "void"]
    if not mine:
        return
    made = {op.record for op in mine if op.kind in ("create", "append")}
    for op in mine:
        held = batch.get(op.type, op.record)
        if held is None:
            continue
        if op.kind in ("delete", "restore"):
            raise Rejected("frozen", order_sense.KEPT)
        if op.record in made and held.home is None:
            _made(batch, scope, held, made)
            if op.type == "order":
                _in_time(batch, held, op.at)
        elif _rewrites(op, held):
            raise Rejected("frozen", order_sense.FOLLOWS)
        elif op.type in ("order", "invoice_request"):
            _stepped(batch, scope, held, op)


def _made(batch: Batch, scope: Scope, held: Held, made: Container[str]) -> None:
    """A new record is as the rules make it; lines come with their order and never after it."""
    if held.type == "order_line":
        if held.row["order_id"] not in made:
            raise Rejected("frozen", order_sense.FOLLOWS)
        return
    _CHECKS[held.type](batch, held)
    if held.type == "order":
        quote = batch.get("quote", held.row["quote_id"])
        theirs = quote is not None and (
            scope.may_write(quote.type, quote.row) or batch.device in quote.devices
        )
        if not theirs:
            raise Rejected("not_allowed", NOT_YOURS)


def _in_time(batch: Batch, held: Held, at: int) -> None:
    """Raises Rejected for an offer that had ended when it was ordered, unless the customer stood by it."""
    quote, edition, contract = (
        batch.get(kind, held.row[f"{name}_id"])
        for kind, name in (("quote", "quote"), ("quote_revision", "revision"), ("contract", "contract"))
    )
    signed = contract is not None and contract.row["stage"] in order_sense.SIGNED
    if quote is None or edition is None or signed:
        return
    zone = batch.conn.scalar(select(Organisation.table().c.time_zone).limit(1)) or "Asia/Shanghai"
    until = (edition.row["snapshot"] or {}).get("valid_until")
    on = datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date()
    late = order_sense.expired(quote.row["stage"], date.fromisoformat(until) if until else None, on)
    if late is not None:
        raise Rejected("state", late)


def _rewrites(op: Op, held: Held) -> bool:
    """Whether an operation writes over what was copied; a restored laptop may say the same again."""
    copied = _COPIED[op.type].intersection(op.body)
    again = op.kind in ("create", "append") and all(held.row[name] == op.body[name] for name in copied)
    return bool(copied) and not again


def follow(batch: Batch) -> None:
    """Bring the stage of each order in line with what several people did meanwhile; laptops hear of it."""
    batch.begin()
    touched: dict[str, Held] = {}
    for kind in sorted(KINDS):
        for held in batch.held(kind):
            root = held if kind == "order" else batch.root_of(held)
            if root is not None and (held.home is None or held.changed):
                touched[root.id] = root
    for root in touched.values():
        if root.deleted or root.row["stage"] not in order_sense.OPEN:
            continue
        stage = order_progress.stage(root.row["stage"], _all_of(batch, root).progress())
        if stage != root.row["stage"]:
            batch.change(root, "stage", stage, by=OFFICE)


def _stepped(batch: Batch, scope: Scope, held: Held, op: Op) -> None:
    """What an order becomes is said by who may say so, and a superseded revision is not submitted.

    A request is answered once, and an order is not cancelled over an invoice or over money.
    """
    name = "stage" if held.type == "order" else "state"
    before, to = batch.before(held), str(held.row[name])
    moved = before is not None and before.row[name] != to
    needed = _SAID_BY.get(to) if moved else None
    if not _ANSWER.isdisjoint(op.body):
        needed = _SAID_BY["invoiced"]
    if needed and not (scope.role or roles.named(scope.person.role)).may(needed):
        raise Rejected("not_allowed", NOT_ALLOWED)
    if before is None or not moved:
        return
    if held.type == "invoice_request" and before.row[name] != "requested":
        raise Rejected("state", order_sense.ANSWERED)
    if to == "submitted":
        _current(batch, held)
    if to == "cancelled" and held.type == "order" and _all_of(batch, held).bound:
        raise Rejected("state", order_sense.BOUND)


# ---------------------------------------------------------------- orders


def _order(batch: Batch, held: Held) -> None:
    order = _record(Order, held.row)
    if order.stage != "draft" or order.revision_id is None:
        raise Rejected("invalid", order_sense.FOLLOWS)
    links = (("contract", "contract_id"), ("quote", "quote_id"), ("quote_revision", "revision_id"))
    batch.load([(kind, held.row[name]) for kind, name in links if held.row[name]])
    snapshot = _current(batch, held)
    _of_one_edition(batch, held)
    mine = [_record(OrderLine, one.row) for one in _fresh(batch, "order_line", held.id)]
    wanted = {line.source_id.hex: line.quantity for line in mine if line.source_id and line.quantity}
    taken = _ordered(batch, order.revision_id, but=held.id)
    known = _worked_out(lambda: figures.lines_of(snapshot), told=False)
    parts = _worked_out(lambda: figures.parts(known, taken, wanted), told=bool(taken))
    said = {line.source_id.hex: order_chain.as_line(line).whole for line in mine if line.source_id}
    foot = figures.sums(parts.values(), included=snapshot.get("tax_mode") == "included")
    head = tuple(getattr(order, name) for name in figures.Sums._fields if name != "total")
    whole = tuple(getattr(foot, name) for name in figures.Sums._fields if name != "total")
    basis = (order.currency, order.tax_mode) == (snapshot.get("currency"), snapshot.get("tax_mode"))
    words = {line.id: line.words for line in known}
    same = all(_bears(line, words.get(line.source_id.hex, {})) for line in mine if line.source_id)
    steps = _worked_out(lambda: figures.schedule(snapshot, foot.payable), told=False)
    planned = not order.schedule or order.schedule == steps
    if said != parts or len(mine) != len(parts) or head != whole or not (basis and same and planned):
        raise Rejected("limit", OTHER_FIGURES)


def _bears(line: OrderLine, words: Mapping[str, Any]) -> bool:
    """Whether a line says of itself what the paper says: name, unit, price, and above all its tax."""
    return all((getattr(line, name) or None) == (value or None) for name, value in words.items())


def _of_one_edition(batch: Batch, held: Held) -> None:
    """Raises Rejected where another edition was ordered, or customer or contract are not the quote's."""
    row = held.row
    quote = batch.get("quote", row["quote_id"])
    contract = batch.get("contract", row["contract_id"])
    agreed = not row["contract_id"] or (contract is not None and contract.row["quote_id"] == row["quote_id"])
    if quote is None or quote.row["customer_id"] != row["customer_id"] or not agreed:
        raise Rejected("limit", OTHER_FIGURES)
    orders, editions = Order.table(), QuoteRevision.table()
    stored = batch.conn.execute(
        select(orders.c.id, orders.c.number, orders.c.stage, editions.c.revision)
        .join(editions, editions.c.id == orders.c.revision_id)
        .where(
            orders.c.quote_id == UUID(hex=row["quote_id"]),
            orders.c.revision_id != UUID(hex=row["revision_id"]),
            orders.c.deleted_at.is_(None),
        )
    )
    for one, number, stage, revision in stored:
        now = batch.get("order", one.hex)
        if (now.row["stage"] if now is not None else stage) != "cancelled":
            number = number or Order.__label__
            raise Rejected("state", order_sense.ORDERED_BEFORE.of(old=f"R{revision}", number=number))
    for other in batch.held("order"):
        same = other.row["quote_id"] == row["quote_id"] and other.row["revision_id"] != row["revision_id"]
        if other.home is None and same and other.row["stage"] != "cancelled":
            number = other.row["number"] or Order.__label__
            raise Rejected("state", order_sense.ORDERED_BEFORE.of(old="", number=number))


def _current(batch: Batch, held: Held) -> Mapping[str, Any]:
    """The issued content that is ordered. Raises Rejected where the customer holds a newer one, or none."""
    revision, quote_id = held.row["revision_id"], held.row["quote_id"]
    batch.load([(kind, one) for kind, one in (("quote", quote_id), ("quote_revision", revision)) if one])
    quote, edition = batch.get("quote", quote_id), batch.get("quote_revision", revision)
    if quote is None or edition is None or quote.deleted or edition.row["quote_id"] != quote.id:
        raise Rejected("invalid", figures.UNREADABLE)
    newest = quote.row["revision_id"]
    if newest != edition.id:
        batch.load([("quote_revision", newest)] if newest else [])
        by = batch.get("quote_revision", newest)
        new = f"R{by.row['revision']}" if by is not None else ""
        raise Rejected("state", order_sense.SUPERSEDED.of(old=f"R{edition.row['revision']}", new=new))
    if quote.row["stage"] not in ("issued", "accepted") or not edition.row["content_hash"]:
        raise Rejected("state", order_sense.NOT_ISSUED.of(stage=quote.row["stage"]))
    snapshot: Mapping[str, Any] = edition.row["snapshot"] or {}
    return snapshot


def _ordered(batch: Batch, revision: UUID, *, but: str) -> dict[str, Figures]:
    """What all other orders of this revision take, those of this push as they stand now."""
    lines, orders = OrderLine.table(), Order.table()
    stored = batch.conn.execute(
        select(lines, orders.c.stage.label("stage_of_order"))
        .join(orders, orders.c.id == lines.c.order_id)
        .where(orders.c.revision_id == revision, orders.c.deleted_at.is_(None), lines.c.deleted_at.is_(None))
    ).mappings()
    found: list[tuple[str, Figures]] = []
    for row in stored:
        now = batch.get("order", row["order_id"].hex)
        if (now.row["stage"] if now is not None else row["stage_of_order"]) != "cancelled":
            line = OrderLine(**{name: row[name] for name in OrderLine.fields()})
            if line.source_id is not None:
                found.append((line.source_id.hex, order_chain.as_line(line).whole))
    for held in batch.held("order"):
        if held.home is None and held.id != but and held.row["revision_id"] == revision.hex:
            fresh = [_record(OrderLine, one.row) for one in _fresh(batch, "order_line", held.id)]
            alive = held.row["stage"] != "cancelled"
            found += [
                (line.source_id.hex, order_chain.as_line(line).whole)
                for line in fresh
                if line.source_id and alive
            ]
    return figures.summed(found)


# ---------------------------------------------------------------- what follows


def _chain(batch: Batch, held: Held) -> order_chain.Chain:
    """The order of a new part with everything else that the office holds of it."""
    root = batch.root_of(held)
    reason = order_sense.closed(root.row["stage"]) if root is not None else order_sense.NOT_ACKNOWLEDGED
    if root is None or reason is not None:
        raise Rejected("state", reason or order_sense.NOT_ACKNOWLEDGED)
    return _all_of(batch, root, but=held.id)


def _all_of(batch: Batch, root: Held, *, but: str = "") -> order_chain.Chain:
    parts: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    types = {cls.__tablename__: cls for cls in (OrderLine, Delivery, Acceptance, InvoiceRequest, Payment)}
    for part in sorted(batch.load_children("order", [root.id]), key=lambda one: one.id):
        if part.type in types and part.id != but and not part.deleted:
            parts[part.type].append(_record(types[part.type], part.row))
    return order_chain.Chain(
        _record(Order, root.row),
        *(parts[kind] for kind in ("order_line", "delivery", "acceptance", "invoice_request", "payment")),
    )


def _delivery(batch: Batch, held: Held) -> None:
    chain, new = _chain(batch, held), _record(Delivery, held.row)
    said = _said(new.lines)
    wanted = {name: part.quantity for name, part in said.items()}
    back = new.kind == "return"
    before = chain.sent() if back else chain.gone()
    parts = _worked_out(lambda: figures.parts(chain.known(), before, wanted), told=True)
    if any((part.quantity < 0) != back for part in parts.values()):
        raise Rejected("invalid", order_sense.FOLLOWS)
    amounts = {name: part.amount for name, part in parts.items()}
    if {name: part.amount for name, part in said.items()} != amounts or new.amount != sum(amounts.values()):
        raise Rejected("limit", OTHER_FIGURES)


def _acceptance(batch: Batch, held: Held) -> None:
    chain, new = _chain(batch, held), _record(Acceptance, held.row)
    delivery = next((one for one in chain.deliveries if one.id == new.delivery_id), None)
    if delivery is None or delivery.kind != "goods":
        raise Rejected("invalid", NOT_ITS_OWN)
    waiting = chain.waiting(delivery)
    if not waiting:
        raise Rejected("state", TAKEN_OVER)
    if new.lines:  # a laptop from before takes the whole batch over, and names no parts
        said = _said(new.lines)
        wanted = {name: part.quantity for name, part in said.items()}
        parts = _worked_out(lambda: order_work.accepted_parts(chain, delivery, wanted), told=True)
        if said != parts:
            raise Rejected("limit", OTHER_FIGURES)


def _invoice_request(batch: Batch, held: Held) -> None:
    chain, new = _chain(batch, held), _record(InvoiceRequest, held.row)
    said = order_chain.as_invoice(_readable(new))
    wanted = {name: part.quantity for name, part in said.lines.items()}
    made = _worked_out(
        lambda: figures.invoice(chain.known(), chain.invoices(), wanted, included=chain.included), told=True
    )
    _worked_out(lambda: order_chain.check_invoice(chain, wanted), told=True)
    if said != made or new.payable != made.payable or new.state != "requested":
        raise Rejected("limit", OTHER_FIGURES)


def _payment(batch: Batch, held: Held) -> None:
    chain, new = _chain(batch, held), _record(Payment, held.row)
    if not new.amount or new.currency != chain.order.currency:
        raise Rejected("invalid", order_sense.FOLLOWS)
    if new.request_id is not None and new.request_id not in {one.id for one in chain.requests}:
        raise Rejected("invalid", NOT_ITS_OWN)
    if chain.paid + new.amount < 0:
        raise Rejected("limit", BELOW)


def _readable(request: InvoiceRequest) -> InvoiceRequest:
    """Raises Rejected where its parts are no parts."""
    _said(request.lines)
    try:
        order_chain.as_invoice(request)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise Rejected("invalid", order_sense.FOLLOWS) from None
    return request


def _said(lines: Any) -> dict[str, Figures]:
    """The parts that a record says it is made of. Raises Rejected where they are none."""
    try:
        found = dict(order_chain.parts_of(lines))
        small = all(abs(part.quantity) < LARGEST and _places(part) for part in found.values())
        if small and order_chain.kept(found) == lines:
            return found
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        pass
    raise Rejected("invalid", order_sense.FOLLOWS)


def _places(part: Figures) -> bool:
    """Whether a quantity has four places at most, as every quantity."""
    exponent = part.quantity.as_tuple().exponent
    return isinstance(exponent, int) and -4 <= exponent <= 12


def _worked_out(work: Callable[[], Any], *, told: bool) -> Any:
    """What a rule makes of it; its refusal is the office's, with the reason."""
    try:
        return work()
    except Refused as refused:
        reason: Message = order_sense.NO_LONGER.of(reason=refused.message) if told else refused.message
        raise Rejected("limit", reason) from None


def _fresh(batch: Batch, kind: str, order: str) -> Iterable[Held]:
    return [one for one in batch.held(kind) if one.home is None and one.row["order_id"] == order]


def _record(cls: type[R], row: Mapping[str, Any]) -> R:
    """A record of a row in wire form. Raises Rejected where it holds what nobody can read."""
    try:
        values = {name: described.kind.from_wire(row[name]) for name, described in cls.fields().items()}
        return cls(id=UUID(hex=row["id"]), **values)
    except (ArithmeticError, TypeError, ValueError):
        raise Rejected("invalid", order_sense.FOLLOWS) from None


_CHECKS: Final[Mapping[str, Callable[[Batch, Held], None]]] = {
    "order": _order,
    "delivery": _delivery,
    "acceptance": _acceptance,
    "invoice_request": _invoice_request,
    "payment": _payment,
}
