"""What each side of a decision means in money: line, total and tax, and what the customer holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import NotFound, Refused
from desktop.models.inbox import Entry
from desktop.models.records import Adjustment, QuoteLine, QuoteRevision, Signature
from desktop.models.store import Store
from desktop.rules import money
from desktop.rules.floors import Light
from desktop.services import drafts, margins

if TYPE_CHECKING:
    from desktop.models.record import Record

COUNTED: Final = {
    "quote_line": ("quantity", "unit_price", "chosen", "base_quantity", "tax_rates"),
    "adjustment": ("value",),
    "quote_revision": ("prepaid", "tax_mode"),
}
"""The fields whose value moves the total of a quote."""
PRICED: Final = {"quote_line": ("unit_price",), "adjustment": ("value",)}
"""Those of them that give something away or take it back."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What one value makes of a quote; `line` where the decision is about one. Printed numbers."""

    payable: str
    tax: str
    line: str | None = None
    difference: str | None = None
    """From the total that both sides started from, where that is known."""
    minor: int = 0
    """The total in minor units, and `digits` how many of its digits stand behind the point."""
    digits: int = 2
    light: Light | None = None
    """How the price stands to cost or floor, for who may see one of them."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What left the house: the revision that was issued, with its total, and who signed it."""

    number: str
    revision: int
    total: str
    issued_at: datetime | None
    signer: str = ""
    signed_at: datetime | None = None

    def holds(self, weight: Weight | None) -> bool:
        """Whether the paper says the total of this side."""
        return weight is not None and weight.payable == self.total


@dataclass(frozen=True, slots=True)
class Consequences:
    """Of one decision: by side (`before`, `mine`, `theirs`) what it weighs, and the paper that is out."""

    currency: str
    weights: Mapping[str, Weight]
    paper: Paper | None

    @property
    def held(self) -> str:
        """The side that the customer's paper says; empty where it says neither or there is none."""
        if self.paper is None:
            return ""
        return next((side for side in ("mine", "theirs") if self.paper.holds(self.weights.get(side))), "")


def quote_of(store: Store, entry: Entry) -> UUID | None:
    """The quote that a decision is about."""
    if entry.type == "quote":
        return entry.record
    cls = {"quote_line": QuoteLine, "adjustment": Adjustment, "quote_revision": QuoteRevision}.get(entry.type)
    if cls is None:
        return None
    with store.reading() as session:
        found: Any = session.get(cls, entry.record)
        return found.quote_id if found is not None else None


def consequences(store: Store, entry: Entry, values: Mapping[str, Any]) -> Consequences | None:
    """What the values (wire form, by side) mean; None: the decision is not about a quote."""
    quote_id = quote_of(store, entry)
    if quote_id is None:
        return None
    try:
        draft = drafts.load(store, quote_id)
    except NotFound:
        return None
    weights = _weigh(store, draft, entry, values) if entry.field in COUNTED.get(entry.type, ()) else {}
    if entry.field == "deleted_at":
        weights = _weigh_deletion(draft, entry)
    return Consequences(draft.quote.currency or "CNY", weights, _paper(store, quote_id))


def _weigh(
    store: Store, draft: drafts.QuoteDraft, entry: Entry, values: Mapping[str, Any]
) -> dict[str, Weight]:
    parts: Sequence[Record] = [*draft.lines, *draft.adjustments, draft.revision]
    part = next((one for one in parts if one.id == entry.record), None)
    if part is None:
        return {}
    kind = type(part).fields()[entry.field].kind
    about = part.line_id if isinstance(part, Adjustment) else part.id
    place = next((n for n, line in enumerate(draft.lines) if line.id == about), None)
    found: dict[str, Weight] = {}
    base: int | None = None
    for side in ("before", "mine", "theirs"):
        if side not in values:
            continue
        setattr(part, entry.field, kind.from_wire(values[side]))
        try:
            total = draft.totals()
        except Refused:
            return {}
        digits = total.digits
        base = total.payable if side == "before" else base
        found[side] = Weight(
            money.printed(total.payable, digits),
            money.printed(total.tax, digits),
            money.printed(total.lines[place].net, digits) if place is not None else None,
            money.printed(total.payable - base, digits) if base is not None and side != "before" else None,
            total.payable,
            digits,
            margins.light(store, draft, total, place) if entry.field in PRICED.get(entry.type, ()) else None,
        )
    return found


def _weigh_deletion(draft: drafts.QuoteDraft, entry: Entry) -> dict[str, Weight]:
    """With the line or discount (theirs) and without it (mine)."""
    found: dict[str, Weight] = {}
    if entry.type not in ("quote_line", "adjustment"):
        return found
    for side in ("theirs", "mine"):
        if side == "mine":
            draft.lines = [line for line in draft.lines if line.id != entry.record]
            draft.adjustments = [
                one for one in draft.adjustments if entry.record not in (one.id, one.line_id)
            ]
        try:
            total = draft.totals()
        except Refused:
            return {}
        payable, tax = (money.printed(amount, total.digits) for amount in (total.payable, total.tax))
        found[side] = Weight(payable, tax, minor=total.payable, digits=total.digits)
    return found


def _paper(store: Store, quote_id: UUID) -> Paper | None:
    """The newest edition that was issued, a signed one before all others."""
    with store.reading() as session:
        issued = select(QuoteRevision).where(
            QuoteRevision.quote_id == quote_id,
            QuoteRevision.issued_at.is_not(None),
            QuoteRevision.deleted_at.is_(None),
        )
        editions = list(session.scalars(issued.order_by(QuoteRevision.issued_at.desc())))
        signed = {
            one.revision_id: one
            for one in session.scalars(select(Signature).where(Signature.quote_id == quote_id))
        }
    if not editions:
        return None
    edition = next((one for one in editions if one.id in signed), editions[0])
    signature, snapshot = signed.get(edition.id), edition.snapshot or {}
    digits = int(snapshot.get("digits", 2))
    payable = (snapshot.get("totals") or {}).get("payable", "0")
    return Paper(
        str(snapshot.get("number", "")),
        edition.revision or 1,
        money.printed(money.to_minor(money.decimal(str(payable)), digits), digits),
        edition.issued_at,
        signature.signer if signature else "",
        signature.signed_at if signature else None,
    )
