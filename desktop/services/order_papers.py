"""The papers of an order: confirmation, delivery notes, acceptance, account; printed, or sealed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from desktop.documents.order import order_pdf
from desktop.documents.preview import Picture, page_pictures
from desktop.documents.voice import money as with_sign
from desktop.errors import NotFound, Refused
from desktop.models.records import (
    Attachment,
    Contract,
    Delivery,
    Order,
    OrderLine,
    QuoteRevision,
)
from desktop.models.store import Store, Work
from desktop.rules import money
from desktop.rules import order_figures as figures
from desktop.rules.canonical import content_hash
from desktop.services import order_chain, order_files, order_sense, sealed
from desktop.services.commands import Asking, command, every
from desktop.services.contract_drafts import zone_of
from desktop.services.drafts import said, text
from desktop.services.order_chain import Chain
from desktop.services.papers import A4_POINTS
from desktop.words import Message, msg

KINDS: Final[Mapping[str, Message]] = {
    "order": msg("Confirmation"),
    "delivery_note": msg("Delivery note"),
    "acceptance": msg("Acceptance"),
    "statement": msg("Statement of account"),
}
"""Which papers there are; one of a batch is asked for with its number."""
SEALED: Final = ("order", "acceptance")
"""Those that are sealed, and carry the order as data."""
NO_QUOTE: Final = msg("The quote of this order is not on this laptop.")
NO_BATCH: Final = msg("This order has no such delivery.")
_RECEIVED: Final = msg("{due} received {amount}", "paper")
_TO_COME: Final = msg("Not invoiced yet: {amount}.", "paper")


def can_seal(order: Order, _asking: Asking) -> Message | None:
    """What the office has acknowledged is confirmed."""
    return order_sense.closed(order.stage)


@command(
    "order.seal",
    label=msg("Seal the paper"),
    on=Order,
    when=can_seal,
    writes=every(Attachment),
    undoable=False,
    icon="file-check-2",
)
def seal(work: Work, order: Order, *, kind: str = "order", of_batch: int | None = None) -> bytes:
    """Seal the confirmation, or the certificate of acceptance, and keep it as a file of the order.

    Where this laptop keeps no sealed paper it is returned without a seal.
    """
    if kind not in SEALED:
        raise Refused(msg("This paper is printed, not sealed."))
    content = _content(work.session, order, kind, of_batch, work.now)
    paper = order_pdf(
        content, state=order.stage, sealed_by=sealed.holder(work), orderx=_data(work.session, order)
    )
    return sealed.keep_paper(work, order, content["number"], content, content_hash(content), paper)


def paper(
    store: Store,
    order_id: UUID,
    kind: str = "order",
    *,
    batch: int | None = None,
    language: str | None = None,
) -> bytes:
    """A paper as PDF: the sealed one, as long as it says what is so; else printed now. Raises NotFound."""
    with store.reading() as session:
        order = session.get(Order, order_id)
        if order is None or order.deleted_at is not None:
            raise NotFound(msg("This order is not on this laptop."))
        content = _content(session, order, kind, batch, store.clock())
        data = _data(session, order) if kind in SEALED and order.stage in order_sense.OPEN else b""
    if kind in SEALED and order.stage in order_sense.OPEN and language in (None, content["language"]):
        kept = sealed.copy_of(store, order.id, content_hash(content), of=Order.__tablename__)
        if kept is not None:
            return kept
    return order_pdf(content, state=order.stage, language=language, orderx=data)


def pictures(
    store: Store, order_id: UUID, kind: str, batch: int | None, language: str, width: int
) -> list[Picture]:
    """The pages of a paper, `width` pixels wide."""
    made = paper(store, order_id, kind, batch=batch, language=language)
    return page_pictures(made, width / A4_POINTS)


def language_of(store: Store, order_id: UUID) -> str:
    """The language that the papers of an order speak by themselves: that of its quote."""
    with store.reading() as session:
        order = session.get(Order, order_id)
        return str(_issued(session, order)["language"]) if order is not None else "zh"


def batches(chain: Chain) -> list[int]:
    """The numbers of what went out."""
    return [one.batch or 0 for one in chain.deliveries if one.kind == "goods"]


def _data(session: Session, order: Order) -> bytes:
    """The order as data; nothing where the standard has no code for it, or a party no name."""
    try:
        return order_files.order_data_of(session, order)
    except Refused:
        return b""


# ---------------------------------------------------------------- what they say


def _issued(session: Session, order: Order) -> Mapping[str, Any]:
    """What the customer holds. Raises NotFound."""
    edition = session.get(QuoteRevision, order.revision_id) if order.revision_id else None
    if edition is None or not edition.snapshot:
        raise NotFound(NO_QUOTE)
    return edition.snapshot


def _content(session: Session, order: Order, kind: str, batch: int | None, now: datetime) -> dict[str, Any]:
    issued, chain = _issued(session, order), order_chain.chain_of(session, order)
    zone = zone_of(session)
    ordered = order.submitted_at.astimezone(zone).date() if order.submitted_at is not None else None
    contract = session.get(Contract, order.contract_id) if order.contract_id else None
    common = {
        "schema": 1,
        "kind": kind,
        "number": order.number or "",
        "language": issued["language"],
        "issued_on": _day(ordered),
        "currency": order.currency,
        "digits": issued["digits"],
        "seller": issued["seller"],
        "customer": issued["customer"],
    }
    facts = {
        "number": order.number or "—",
        "date": _day(ordered),
        "quote": f"{issued['number']} R{issued['revision']}",
        "contract": (contract.number or "") if contract is not None else "",
        "reference": order.reference or "",
        "ship_to": order.ship_to or "",
    }
    if kind == "order":
        return {**common, **_agreed(chain, issued), "facts": {**facts, "promised": _day(order.promised_on)}}
    if kind == "statement":
        today = now.astimezone(zone).date()
        return {**common, "issued_on": _day(today), **_account(chain, facts, today)}
    return {**common, **_goods(chain, kind, batch, facts)}


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _agreed(chain: Chain, issued: Mapping[str, Any]) -> dict[str, Any]:
    """Lines, totals, payment steps and terms, as the paper of a quote has them."""
    order, digits = chain.order, int(issued["digits"])
    rows = {row["id"]: row for row in issued["lines"]}
    whole = figures.invoice(chain.known(), [], None, included=chain.included)

    def plain(minor: int | None) -> str:
        return money.plain(minor or 0, digits)

    return {
        "tax_mode": order.tax_mode,
        "lines": [
            _line(line, rows.get(line.source_id.hex if line.source_id else "", {}), digits)
            for line in chain.lines
        ],
        "adjustments": [],
        "prepaid": plain(order.prepaid),
        "totals": {
            "net": plain(order.net),
            "tax": plain(order.tax),
            "rounding": plain(order.rounding),
            "payable": plain(order.payable),
            "groups": [
                {
                    "category": one.category,
                    "rates": list(one.rates),
                    "base": plain(one.base),
                    "taxes": [plain(one.tax)],
                }
                for one in whole.groups
            ],
        },
        "milestones": [{**step, "amount": plain(step["amount"])} for step in order.schedule or ()],
        "terms": issued.get("terms") or [],
    }


def _line(line: OrderLine, row: Mapping[str, Any], digits: int) -> dict[str, Any]:
    """A line as it was quoted; what discounts took off it stands beside its price."""
    quantity, price = line.quantity or money.ZERO, line.unit_price or money.ZERO
    per = Decimal(str(row.get("base_quantity") or 1)) or Decimal(1)
    exact = Fraction(quantity) * Fraction(price) / Fraction(per) * 10**digits
    off = (line.amount or 0) - money.rounded(exact.numerator, exact.denominator)
    rates = list(line.tax_rates or ())
    return {
        "id": line.id.hex,
        "kind": "item",
        "group": "",
        "chosen": False,
        "sku": line.sku or "",
        "name": text(line.name, line.name_en),
        "detail": row.get("detail") or text(""),
        "quantity": money.number(quantity),
        "unit": text(line.unit, line.unit_en),
        "unit_price": money.number(price),
        "base_quantity": money.number(per),
        "adjustments": [{"kind": "amount", "value": money.plain(off, digits)}] if off else [],
        "tax": {"category": line.tax_category or "S", "rates": rates, "compound": [False] * len(rates)},
        "net": money.plain(line.amount or 0, digits),
    }


def _goods(chain: Chain, kind: str, batch: int | None, facts: Mapping[str, str]) -> dict[str, Any]:
    """What a batch brought, or all of them; of an acceptance also what was taken over, and by whom."""
    goods = [one for one in chain.deliveries if one.kind == "goods" and batch in (None, one.batch)]
    if not goods or (kind == "delivery_note" and batch is None and len(goods) > 1):
        if not goods:
            raise NotFound(NO_BATCH)
        goods = goods[-1:]
    one = goods[0] if len(goods) == 1 else None
    whole = one is None and batch is None
    sent = chain.sent() if whole else chain.sent(goods)
    accepted = _accepted(chain, goods, whole=whole)
    last = next(
        (each for each in reversed(chain.acceptances) if each.delivery_id in {g.id for g in goods}), None
    )
    lines = [
        {
            "sku": line.sku or "",
            "name": text(line.name, line.name_en),
            "unit": text(line.unit, line.unit_en),
            "ordered": money.number(line.quantity or money.ZERO),
            "quantity": money.number(sent[line.id.hex].quantity),
            "accepted": money.number(accepted[line.id.hex]) if accepted.get(line.id.hex) else "",
        }
        for line in chain.lines
        if line.id.hex in sent and sent[line.id.hex].quantity
    ]
    said_of = _batch_facts(one) if one is not None else {}
    if kind == "acceptance" and last is not None:
        said_of |= {"signer": last.signer or "", "accepted": _day(last.accepted_on)}
    number = f"{chain.order.number or ''}-{one.batch}" if one is not None else chain.order.number or ""
    issued_on = _day(one.shipped_on) if one is not None else facts["date"]
    if kind == "acceptance" and last is not None:
        issued_on = _day(last.accepted_on)
    return {"number": number, "issued_on": issued_on, "lines": lines, "facts": {**facts, **said_of}}


def _accepted(chain: Chain, goods: Iterable[Delivery], *, whole: bool) -> Mapping[str, Decimal]:
    if whole:
        return chain.progress().taken_over
    found: dict[str, Decimal] = {}
    for one in goods:
        for name, count in chain.taken_of(one).items():
            found[name] = found.get(name, money.ZERO) + count
    return found


def _batch_facts(one: Delivery) -> dict[str, str]:
    return {
        "batch": str(one.batch or ""),
        "shipped": _day(one.shipped_on),
        "expected": _day(one.expected_on) if one.arrived_on is None else "",
        "arrived": _day(one.arrived_on),
        "carrier": one.carrier or "",
        "tracking": one.tracking or "",
    }


def _account(chain: Chain, facts: Mapping[str, str], today: date) -> dict[str, Any]:
    """What was invoiced and what came in, oldest first, with the balance after each."""
    order, digits = chain.order, money.currency_digits(chain.order.currency)

    def plain(minor: int) -> str:
        return money.plain(minor, digits)

    def shown(minor: int) -> str:
        return with_sign(plain(minor), order.currency, digits)

    entries: list[dict[str, str]] = []
    balance = 0
    moves = _moves(chain)
    for move in sorted(moves, key=lambda one: one.on or today):
        balance += move.charged - move.received
        entries.append(
            {
                "on": _day(move.on),
                "what": move.what,
                "reference": move.reference,
                "charged": plain(move.charged) if move.charged else "",
                "received": plain(move.received) if move.received else "",
                "balance": plain(balance),
            }
        )
    charged, received = sum(one.charged for one in moves), sum(one.received for one in moves)
    open_ = chain.asked_for - charged
    return {
        "entries": entries,
        "foot": {"charged": plain(charged), "received": plain(received), "balance": plain(balance)},
        "milestones": [
            {**step, "amount": plain(step["amount"]), "due": _due(step["due"], money.printed(there, digits))}
            for step, there in chain.steps()
        ],
        "note": said(_TO_COME.of(amount=shown(open_))) if open_ else None,
        "facts": {
            **{name: facts[name] for name in ("number", "quote", "contract", "reference")},
            "date": _day(today),
            "payable": shown(chain.asked_for),
            "due": shown(balance),
        },
    }


def _due(due: Mapping[str, str], received: str) -> dict[str, str]:
    return {
        language: _RECEIVED.of(due=due.get(language) or "", amount=received).in_language(language).strip()
        for language in ("zh", "en")
    }


class _Move(NamedTuple):
    """An invoice that was written, or a payment."""

    on: date | None
    what: str
    reference: str
    charged: int
    received: int


def _moves(chain: Chain) -> list[_Move]:
    """Each invoice and each payment of an order."""
    found: list[_Move] = []
    submitted = chain.order.submitted_at
    if chain.order.prepaid:
        on = submitted.date() if submitted is not None else None
        found.append(_Move(on, "prepaid", "", 0, chain.order.prepaid))
    for one in chain.living_requests():
        if one.state == "invoiced":
            what = "credit" if chain.is_credit(one) else "invoice"
            number = one.invoice_number or one.number or ""
            found.append(_Move(one.invoiced_on, what, number, one.payable or 0, 0))
    for paid in chain.payments:
        amount = paid.amount or 0
        what = "payment" if amount > 0 else "refund"
        found.append(_Move(paid.received_on, what, paid.reference or paid.milestone or "", 0, amount))
    return found
