"""The office counts where coupons were used, in the order in which it hears of it; laptops go by its count.

Issued paper is never touched: who used one too many is told, by a verdict on the fact and by a task. A quote
that the customer declined gives its coupons back, and takes them again where the decline is taken back.
"""

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select

from desktop.models.records import CouponUse
from desktop.rules import coupons as rule
from desktop.words import LANGUAGES, Message, msg
from sync.server import permission
from sync.server.batch import OFFICE, Batch, Held
from sync.server.scope import Scope

KEPT, BROKEN, RELEASED = "kept", "breach", "released"
DECLINED: Final = "declined"
ELSEWHERE: Final = msg("Coupon {code} was used elsewhere first; it is used up.")
UNKNOWN: Final = msg("The office does not know coupon {code}.")
_USE: Final = CouponUse.table()


def follow(batch: Batch, scope: Scope) -> None:
    """Settle what a push that was judged says of coupons."""
    for quote in batch.held("quote"):
        if quote.changed & {"stage", "declined_at"}:
            _follow(batch, scope, quote)
    for use in batch.held("coupon_use"):
        if use.home is None and not use.row["verdict"]:
            _settle(batch, scope, use)


def _follow(batch: Batch, scope: Scope, quote: Held) -> None:
    """The customer said no, so another quote may use what this one used; or that was taken back."""
    for use in batch.load_children("quote", [quote.id]):
        if use.type != "coupon_use" or use.deleted:
            continue
        given, verdict = _given_back(quote, use), use.row["verdict"]
        coupon = _coupon(batch, use)
        if coupon is not None and given and verdict == KEPT:
            batch.change(use, "verdict", RELEASED, by=OFFICE)
            _count(batch, coupon)
        elif coupon is not None and not given and verdict == RELEASED:
            _settle(batch, scope, use)


def _given_back(quote: Held, use: Held) -> bool:
    declined = quote.row["declined_at"]
    return quote.row["stage"] == DECLINED or bool(declined and use.row["used_at"] <= declined)


def _count(batch: Batch, coupon: Held) -> None:
    used = len(_kept(batch, coupon))
    if used != (coupon.row["used"] or 0):
        batch.change(coupon, "used", used, by=OFFICE)


def _coupon(batch: Batch, use: Held) -> Held | None:
    named = use.row["coupon_id"]
    batch.load([("coupon", named)] if named else [])
    return batch.get("coupon", named)


def _settle(batch: Batch, scope: Scope, use: Held) -> None:
    coupon, quote = _coupon(batch, use), batch.root_of(use)
    if coupon is None:
        _decide(batch, scope, use, UNKNOWN.of(code=use.row["code"] or ""))
        return
    if quote is not None and _given_back(quote, use):
        batch.change(use, "verdict", RELEASED, by=OFFICE)
        return
    quotes = _kept(batch, coupon)
    if use.row["quote_id"] in quotes:  # one more revision, or a second paper, of the same quote
        _decide(batch, scope, use, None)
    elif rule.left(coupon.row["uses"], len(quotes)):
        batch.change(coupon, "used", len(quotes) + 1, by=OFFICE)
        _decide(batch, scope, use, None)
    else:
        _decide(batch, scope, use, ELSEWHERE.of(code=coupon.row["code"] or ""))


def _kept(batch: Batch, coupon: Held) -> set[str]:
    """The quotes that it was used on, as far as the office has heard, this push included."""
    query = select(_USE.c.id, _USE.c.quote_id).where(
        _USE.c.coupon_id == UUID(hex=coupon.id), _USE.c.verdict == KEPT, _USE.c.deleted_at.is_(None)
    )
    here = {one.id: one.row for one in batch.held("coupon_use")}
    return {
        *(
            row.quote_id.hex
            for row in batch.conn.execute(query)
            if row.quote_id is not None and row.id.hex not in here
        ),
        *(
            row["quote_id"]
            for row in here.values()
            if row["coupon_id"] == coupon.id and row["verdict"] == KEPT
        ),
    }


def used_on(batch: Batch, quote: Held) -> dict[str, tuple[str, Decimal]]:
    """The coupons whose use on this quote was noted, with the discount that each is; its parts are loaded."""
    found: dict[str, tuple[str, Decimal]] = {}
    for use in batch.held("coupon_use"):
        named = use.row["coupon_id"]
        if not named or use.row["quote_id"] != quote.id or use.row["verdict"] == RELEASED:
            continue
        batch.load([("coupon", named)])
        coupon = batch.get("coupon", named)
        if coupon is not None:
            percent, amount = (Decimal(coupon.row[name] or 0) for name in ("percent", "amount"))
            found[named] = rule.Coupon("", percent, amount).takes
    return found


def _decide(batch: Batch, scope: Scope, use: Held, why: Message | None) -> None:
    """Write the verdict down, and tell whoever has to look."""
    batch.change(use, "verdict", BROKEN if why is not None else KEPT, by=OFFICE)
    if why is None:
        return
    batch.change(use, "reason", {one: why.in_language(one) for one in LANGUAGES}, by=OFFICE)
    quote = batch.root_of(use)
    if quote is not None:
        permission.tell(batch, scope, quote, why)
