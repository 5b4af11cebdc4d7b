"""Coupons on a quote: put on by code, asked again at issue, used once however often it is revised."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from desktop.models.records import Coupon, CouponUse, Product, Quote
from desktop.models.store import Store
from desktop.rules import approvals as rules_of
from desktop.services import approvals, commands, coupons, drafts, renewals
from tests.stores import NOON, customer, firm, product, quote

D = Decimal
TODAY = NOON.date()
assert renewals.repeat  # its commands are registered


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def coupon(store: Store, **of: Any) -> Coupon:
    values = {"code": "XH-2026", "name": "展会券", "name_en": "Fair coupon", **of}
    if "percent" not in of:
        values.setdefault("amount", D(30))
    made = run(store, "coupon.new", values=values)
    assert isinstance(made, Coupon)
    return made


def uses(store: Store) -> list[CouponUse]:
    with store.reading() as session:
        return session.query(CouponUse).order_by(CouponUse.id).all()


def payable(store: Store, made: Quote) -> int:
    return drafts.load(store, made.id).totals().payable


@pytest.fixture
def machine(store: Store) -> Product:
    firm(store)
    return product(store, "M-1", "100")


@pytest.fixture
def offer(store: Store, machine: Product) -> Quote:
    return quote(store, (machine.id, "2"))


def refused(store: Store, made: Quote, name: str = "quote.use_coupon", **arguments: Any) -> str:
    with pytest.raises(Refused) as caught:
        run(store, name, made.id, **arguments)
    return str(caught.value.message.text)


def test_a_coupon_comes_off_under_its_name_and_stands_on_the_paper(store: Store, offer: Quote) -> None:
    of = coupon(store)
    row = run(store, "quote.use_coupon", offer.id, code="xh 2026")
    assert (row.kind, row.value, row.label, row.label_en) == ("amount", D(-30), "展会券", "Fair coupon")
    assert row.coupon_id == of.id
    assert payable(store, offer) == 17_000
    snapshot = drafts.load(store, offer.id).snapshot()
    for language in ("zh", "en"):
        calculator_test(quote_pdf(snapshot, language=language), snapshot, language=language)
    run(store, "quote.discount", offer.id, kind="amount", value=D(-5))
    assert payable(store, offer) == 16_500
    run(store, "quote.discount", offer.id, kind="amount", value=None)
    assert payable(store, offer) == 17_000
    run(store, "quote.drop_coupon", offer.id, code="XH2026")
    assert payable(store, offer) == 20_000
    assert refused(store, offer, "quote.drop_coupon", code="XH2026") == coupons.NOT_THERE.text


def test_a_percentage_is_of_what_promotions_leave(store: Store, offer: Quote) -> None:
    values = {"name": "满减", "kind": "spend", "threshold": D(200), "saving": D(50)}
    run(store, "promotion.new", values=values)
    coupon(store, percent=D(10))
    line = drafts.load(store, offer.id).lines[0]
    run(store, "quote.set_line", offer.id, line_id=line.id, values={"quantity": D(3)})
    run(store, "quote.use_coupon", offer.id, code="XH2026")
    assert payable(store, offer) == 22_500


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"code": "OTHER"}, "There is no coupon “{code}” on this laptop."),
        ({"active": False}, "Coupon {code} is not given out any more."),
        ({"valid_from": TODAY + timedelta(days=1)}, "Coupon {code} counts from {day} on."),
        ({"valid_until": TODAY - timedelta(days=1)}, "Coupon {code} was good until {day}."),
        ({"currency": "EUR"}, "Coupon {code} is in {currency}; this quote is not."),
        (
            {"threshold": D("200.01")},
            "Coupon {code} counts from {amount} {currency} on; the lines come to {net}.",
        ),
    ],
)
def test_why_not_is_said_and_nothing_is_taken_off(
    store: Store, offer: Quote, values: dict[str, Any], reason: str
) -> None:
    coupon(store, **values)
    assert refused(store, offer, code="XH-2026") == reason
    assert payable(store, offer) == 20_000


def test_it_is_for_one_customer_and_once_on_a_quote_and_never_more_than_the_quote(
    store: Store, machine: Product
) -> None:
    mine, other = customer(store, "甲"), customer(store, "乙")
    coupon(store, customer_id=mine.id)
    coupon(store, code="BIG", amount=D(180))
    first, second = (quote(store, (machine.id, "2"), to=to) for to in (mine, other))
    assert "another customer" in refused(store, second, code="XH-2026")
    run(store, "quote.use_coupon", first.id, code="XH-2026")
    assert refused(store, first, code="xh-2026") == coupons.THERE.text
    assert refused(store, first, code="big") == coupons.TOO_MUCH.text
    assert payable(store, first) == 17_000


def test_issue_notes_the_use_and_a_revision_is_no_second_one(store: Store, offer: Quote) -> None:
    of = coupon(store, valid_until=TODAY)
    run(store, "quote.use_coupon", offer.id, code="XH-2026")
    assert uses(store) == []
    run(store, "quote.issue", offer.id)
    [noted] = uses(store)
    issued = drafts.load(store, offer.id)
    assert (noted.quote_id, noted.coupon_id, noted.code) == (offer.id, of.id, "XH-2026")
    assert (noted.revision_id, noted.used_at, noted.verdict) == (issued.revision.id, NOON, "")
    run(store, "coupon.edit", of.id, values={"active": False})
    run(store, "quote.revise", offer.id)
    assert payable(store, offer) == 17_000
    run(store, "quote.issue", offer.id)
    assert len(uses(store)) == 1


def test_used_up_on_this_laptop_is_said_before_and_at_issue(store: Store, machine: Product) -> None:
    coupon(store, uses=2)
    made = [quote(store, (machine.id, "2")) for _ in range(4)]
    for one in made[:3]:
        run(store, "quote.use_coupon", one.id, code="XH-2026")
    for one in made[:2]:
        run(store, "quote.issue", one.id)
    assert refused(store, made[2], "quote.issue") == "Coupon {code} is used up."
    assert drafts.load(store, made[2].id).quote.number == ""
    assert refused(store, made[3], code="XH-2026") == "Coupon {code} is used up."
    run(store, "quote.drop_coupon", made[2].id, code="XH-2026")
    run(store, "quote.issue", made[2].id)
    assert len(uses(store)) == 2


def test_issue_asks_again_for_what_changed_meanwhile(store: Store, offer: Quote) -> None:
    of = coupon(store, threshold=D(150))
    run(store, "quote.use_coupon", offer.id, code="XH-2026")
    line = drafts.load(store, offer.id).lines[0]
    run(store, "quote.set_line", offer.id, line_id=line.id, values={"quantity": D(1)})
    assert refused(store, offer, "quote.issue") == coupons.TAKE_OFF.text
    run(store, "quote.set_line", offer.id, line_id=line.id, values={"quantity": D(2)})
    run(store, "coupon.edit", of.id, values={"amount": D(10)})
    assert refused(store, offer, "quote.issue") == coupons.CHANGED.text
    with store.work(store.me(), "arrived") as work:
        [row] = drafts.draft_of(work.session, work.get(Quote, offer.id)).adjustments
        twin = type(row)(**{name: getattr(row, name) for name in type(row).fields()})
        work.add(twin)
    run(store, "coupon.edit", of.id, values={"amount": D(30)})
    assert refused(store, offer, "quote.issue") == coupons.TWICE.text
    run(store, "quote.drop_coupon", offer.id, code="XH-2026")
    run(store, "quote.use_coupon", offer.id, code="XH-2026")
    run(store, "quote.issue", offer.id)
    assert len(uses(store)) == 1


def test_nobody_types_what_a_coupon_says_or_that_it_was_used(store: Store, offer: Quote) -> None:
    of = coupon(store)
    row = run(store, "quote.use_coupon", offer.id, code="XH-2026")
    with pytest.raises(Refused):
        run(store, "adjustment.edit", row.id, values={"value": D(-90)})
    with pytest.raises(Refused):
        run(store, "coupon.edit", of.id, values={"used": 0})
    with pytest.raises(Refused):
        run(store, "coupon_use.new", values={"quote_id": offer.id, "coupon_id": of.id})
    run(store, "quote.issue", offer.id)
    with pytest.raises(Refused), store.work(store.me(), "forged") as work:
        work.session.execute(text("DELETE FROM coupon_use"))


def test_what_a_coupon_gives_asks_nobody_and_what_is_given_beside_it_does(store: Store, offer: Quote) -> None:
    rep = run(store, "user.new", values={"name": "Rep", "role": "rep"})
    rule = {"name": "折扣", "kind": "document_discount", "threshold": D(5), "role": "manager"}
    run(store, "approval_rule.new", values=rule)
    assert rep.role == "rep"
    coupon(store, percent=D(20))
    run(store, "quote.use_coupon", offer.id, code="XH-2026")
    rules = [rules_of.Rule("r", "document_discount", D(5), "manager", "")]
    draft = drafts.load(store, offer.id)
    with store.reading() as session:
        facts = approvals.facts_of(session, draft, draft.totals(), rules, TODAY)
    assert rules_of.asks(rules, facts) == ()
    run(store, "quote.discount", offer.id, value=D(-10))
    draft = drafts.load(store, offer.id)
    with store.reading() as session:
        facts = approvals.facts_of(session, draft, draft.totals(), rules, TODAY)
    assert len(rules_of.asks(rules, facts)) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "percent"),
        ({"percent": D(5), "amount": D(5)}, "percent"),
        ({"percent": D(101)}, "percent"),
        ({"amount": D(-5)}, "percent"),
        ({"amount": D(5), "uses": 0}, "uses"),
        ({"amount": D(5), "threshold": D(-1)}, "threshold"),
        ({"amount": D(5), "code": "--"}, "code"),
        ({"amount": D(5), "valid_from": TODAY, "valid_until": TODAY - timedelta(days=1)}, "valid_until"),
    ],
)
def test_a_coupon_that_says_nothing_is_refused_under_its_field(
    store: Store, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        run(store, "coupon.new", values={"code": "X1", "name": "x", **values})
    assert caught.value.field == field


def test_a_quote_written_once_more_brings_no_coupon_that_is_used_up(store: Store, offer: Quote) -> None:
    coupon(store)
    coupon(store, code="ALWAYS", amount=D(10), uses=None)
    for code in ("XH-2026", "always"):
        run(store, "quote.use_coupon", offer.id, code=code)
    run(store, "quote.issue", offer.id)
    again = run(store, "quote.repeat", offer.id)
    assert payable(store, again) == 19_000
    run(store, "quote.issue", again.id)
