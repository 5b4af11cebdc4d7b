"""Coupons on a quote: put on by their code, asked again at issue, and noted there for the office to count."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.records import Adjustment, Coupon, CouponUse, Quote
from desktop.models.store import Store, Work
from desktop.rules import coupons as rule
from desktop.rules.coupons import Case
from desktop.rules.money import ZERO, to_decimal
from desktop.services import drafts, quote_copies
from desktop.services import quote_sense as of
from desktop.services.commands import command
from desktop.services.drafts import QuoteDraft
from desktop.services.naming import Called
from desktop.services.quote_prices import today
from desktop.words import Message, msg

RANK: Final = "e"
"""After what promotions give, before what is discounted by hand."""
THERE: Final = msg("Coupon {code} is on this quote already.")
NOT_THERE: Final = msg("Coupon {code} is not on this quote.")
TWICE: Final = msg("Coupon {code} stands twice on this quote. Take it off with -!{code} and put it on again.")
CHANGED: Final = msg(
    "Coupon {code} takes off something else now. Take it off with -!{code} and put it on again."
)
TAKE_OFF: Final = msg("{why} Add lines, or take it off with -!{code}.")
TOO_MUCH: Final = msg("This takes away more than the quote is worth.")


@command(
    "quote.use_coupon", label=msg("Use coupon"), on=Quote, when=of.can_change, icon="percent", writes=of.LINES
)
def use_coupon(work: Work, quote: Quote, *, code: str) -> Adjustment:
    """Take off what a coupon gives, under its name. Raises Refused with the reason where it does not hold."""
    work.flush()
    draft = drafts.draft_of(work.session, quote)
    found = named(work.session, code)
    if not found:
        raise Refused(rule.UNKNOWN.of(code=code.strip()), field="code")
    on = today(work)
    refused = [(each, _refusal(work.session, draft, each, on)) for each in found]
    coupon, reason = next((one for one in refused if one[1] is None), refused[0])
    if any(one.coupon_id == coupon.id for one in draft.document_adjustments):
        raise Refused(THERE.of(code=coupon.code), field="code")
    if reason is not None:
        raise Refused(reason, field="code")
    kind, value = said(coupon).takes
    made = Adjustment(
        quote_id=quote.id,
        revision_id=quote.revision_id,
        kind=kind,
        rank=RANK,
        value=value,
        label=coupon.name,
        label_en=coupon.name_en,
        coupon_id=coupon.id,
    )
    quote_copies.belongs(work, quote, made)
    work.flush()
    _worth(drafts.draft_of(work.session, quote))
    return made


@command("quote.drop_coupon", label=msg("Take coupon off"), on=Quote, when=of.can_change, writes=of.LINES)
def drop_coupon(work: Work, quote: Quote, *, code: str) -> None:
    """Take a coupon off a quote again. Raises Refused where it is not on it."""
    wanted, gone = rule.normal(code), False
    for row in drafts.draft_of(work.session, quote).document_adjustments:
        coupon = work.session.get(Coupon, row.coupon_id) if row.coupon_id is not None else None
        if coupon is not None and rule.normal(coupon.code) == wanted:
            work.delete(row)
            gone = True
    if not gone:
        raise Refused(NOT_THERE.of(code=code.strip()), field="code")


def drop_spent(work: Work, quote: Quote) -> None:
    """Take off what does not hold any more: a quote written once more brings no coupon that is used up."""
    draft, on = drafts.draft_of(work.session, quote), today(work)
    for row in draft.document_adjustments:
        coupon = work.session.get(Coupon, row.coupon_id) if row.coupon_id is not None else None
        if coupon is not None and _refusal(work.session, draft, coupon, on) is not None:
            work.delete(row)


def named(session: Session, code: str) -> list[Coupon]:
    """The living coupons with this code, the newest first."""
    wanted = rule.normal(code)
    query = select(Coupon.id, Coupon.code).where(Coupon.deleted_at.is_(None)).order_by(Coupon.id.desc())
    same = [each for each, known in session.execute(query) if wanted and rule.normal(known or "") == wanted]
    return [coupon for each in same if (coupon := session.get(Coupon, each)) is not None]


def said(coupon: Coupon) -> rule.Coupon:
    """A coupon as the rule reads it."""
    return rule.Coupon(
        code=coupon.code,
        percent=coupon.percent or ZERO,
        amount=coupon.amount or ZERO,
        currency=coupon.currency or "",
        threshold=coupon.threshold or ZERO,
        customer=coupon.customer_id.hex if coupon.customer_id is not None else "",
        uses=coupon.uses,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
        active=coupon.active is not False and coupon.deleted_at is None,
    )


def used(session: Session, coupon: Coupon) -> int:
    """How often it was used as far as this laptop knows: by the office's count, and here since.

    A quote that was declined gives it back, also before the office has heard of it.
    """
    mine = (CouponUse.coupon_id == coupon.id, CouponUse.deleted_at.is_(None))
    given_back = select(CouponUse.id).join(Quote, Quote.id == CouponUse.quote_id).where(*mine, _GIVEN_BACK)
    waiting = select(func.count()).where(*mine, CouponUse.verdict == "", CouponUse.id.not_in(given_back))
    back = select(func.count(CouponUse.quote_id.distinct())).where(
        *mine, CouponUse.verdict == "kept", CouponUse.id.in_(given_back)
    )
    return max(0, (coupon.used or 0) - int(session.scalar(back) or 0)) + int(session.scalar(waiting) or 0)


_GIVEN_BACK: Final = or_(Quote.stage == "declined", CouponUse.used_at <= Quote.declined_at)


def _held(session: Session, quote: Quote, coupon_id: UUID) -> bool:
    """Whether this quote was issued with it before; not where it was used up, or was given back since."""
    query = (
        select(CouponUse.id)
        .join(Quote, Quote.id == CouponUse.quote_id)
        .where(
            CouponUse.quote_id == quote.id,
            CouponUse.coupon_id == coupon_id,
            CouponUse.verdict.not_in(("breach", "released")),
            func.coalesce(_GIVEN_BACK, False).is_(False),
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def no_earlier(work: Work, quote: Quote) -> datetime:
    """Now, but not before what was noted of this quote's coupons, whatever the clocks say."""
    query = select(func.max(CouponUse.used_at)).where(CouponUse.quote_id == quote.id)
    return max(work.now, work.session.scalar(query) or work.now)


def _refusal(session: Session, draft: QuoteDraft, coupon: Coupon, on: date) -> Message | None:
    buyer = draft.quote.customer_id
    case = Case(
        customer=buyer.hex if buyer is not None else "",
        currency=draft.quote.currency or "",
        net=_net(draft),
        on=on,
        used=used(session, coupon),
        held=_held(session, draft.quote, coupon.id),
    )
    return rule.refusal(said(coupon), case)


def _net(draft: QuoteDraft) -> Decimal:
    """What the lines that count come to, before discounts on the whole."""
    own = [one for one in draft.adjustments if one.line_id is not None]
    result = replace(draft, adjustments=own).totals()
    return sum((to_decimal(one.net, result.digits) for one in result.lines if one.counts), ZERO)


def _worth(draft: QuoteDraft) -> None:
    if draft.totals().payable < 0:
        raise Refused(TOO_MUCH, field="code")


def broken(store: Store, revision: UUID) -> Message | None:
    """What the office says of a coupon with which this edition was issued after it was used up elsewhere."""
    query = select(CouponUse).where(CouponUse.revision_id == revision, CouponUse.verdict == "breach")
    with store.reading() as session:
        use = session.scalars(query.order_by(CouponUse.id).limit(1)).first()
    told = (use.reason or {}) if use is not None else {}
    return Called(told.get("zh", "—"), "verbatim", english=told.get("en", "—")) if use is not None else None


def redeem(work: Work, draft: QuoteDraft, on: date) -> None:
    """Ask again whether each coupon holds, and note that it is used. Raises Refused where one does not."""
    rows = [one for one in draft.document_adjustments if one.coupon_id is not None]
    for coupon in _of(work.session, rows):
        reason = _refusal(work.session, draft, coupon, on)
        if reason is not None:
            below = reason.text == rule.BELOW.text
            raise Refused(TAKE_OFF.of(why=reason, code=coupon.code) if below else reason)
        if not _held(work.session, draft.quote, coupon.id):
            noted = CouponUse(
                quote_id=draft.quote.id,
                coupon_id=coupon.id,
                revision_id=draft.revision.id,
                code=coupon.code,
                used_at=_noted_at(work, draft.quote),
            )
            quote_copies.belongs(work, draft.quote, noted)
    if rows:
        _worth(draft)


def _noted_at(work: Work, quote: Quote) -> datetime:
    """Now, but after the customer said no the last time, whatever the clocks say."""
    declined = quote.declined_at
    return work.now if declined is None else max(work.now, declined + timedelta(milliseconds=1))


def _of(session: Session, rows: Iterable[Adjustment]) -> list[Coupon]:
    """The coupons of these discounts. Raises Refused where one stands twice, or is another one by now."""
    found: dict[UUID, Coupon] = {}
    for row in rows:
        coupon = session.get(Coupon, row.coupon_id)
        if coupon is None:
            raise Refused(rule.UNKNOWN.of(code=row.label or ""))
        if coupon.id in found:
            raise Refused(TWICE.of(code=coupon.code))
        if (row.kind, row.value) != said(coupon).takes:
            raise Refused(CHANGED.of(code=coupon.code))
        found[coupon.id] = coupon
    return list(found.values())
