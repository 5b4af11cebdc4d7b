"""What needs approval before a quote is issued, what a delegation covers, and what is left to give."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import NotAllowed, Refused
from desktop.models import delegations as signed
from desktop.models.records import Approval, Delegation, PriceEntry, Quote
from desktop.models.store import Actor, Store
from desktop.services import approvals, commands, drafts, margins, quotes
from tests.stores import NOON, customer, firm, opened, product, quote

OFFICE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
assert quotes.PRICED


class Desk:
    """A rep's laptop with a firm, a product at 100 and a quote of ten."""

    def __init__(self, store: Store) -> None:
        self.store = store
        firm(store)
        self.product = product(store, "A", "100")
        self.buyer = customer(store)
        self.quote = quote(store, (self.product.id, "10"), to=self.buyer)
        me = store.me()
        self.rep = Actor(me.id, "Li", "rep", None)
        self.moment = NOON
        store.set_local(signed.KEYS, {"sign": OFFICE.public_key().public_bytes_raw().hex(), "box": ""})

    def rule(self, kind: str, threshold: str, role: str = "manager", **values: Any) -> None:
        given = {"name": kind, "kind": kind, "threshold": Decimal(threshold), "role": role, **values}
        commands.run(self.store, self.store.me(), "approval_rule.new", values=given)

    def discount(self, percent: str, quote: Quote | None = None) -> None:
        self.do("quote.discount", quote, value=Decimal(percent))

    def do(self, command: str, about: Quote | None = None, **arguments: Any) -> Any:
        return commands.run(self.store, self.rep, command, (about or self.quote).id, **arguments).value

    def standing(self, about: Quote | None = None) -> approvals.Standing:
        draft = drafts.load(self.store, (about or self.quote).id)
        with self.store.reading() as session:
            at = int(self.store.clock().timestamp() * 1000)
            found = approvals.standing(
                session,
                draft,
                draft.totals(),
                self.rep,
                device=self.store.device,
                on=self.store.clock().date(),
                at=at,
            )
        assert found is not None
        return found

    def delegated(self, **values: Any) -> Delegation:
        """A delegation of up to 15 % on the whole, signed by the office as it would be at a sync."""
        given = {
            "owner_id": self.rep.id,
            "device_id": self.store.device,
            "valid_from": date(2026, 11, 1),
            "valid_until": date(2026, 12, 1),
            "most": 2,
            "exposure": Decimal(5000),
            "document_discount": Decimal(15),
            **values,
        }
        made: Delegation = commands.run(self.store, self.store.me(), "delegation.new", values=given).value
        with self.store.work(self.store.me(), "test") as work:
            kept = work.get(Delegation, made.id)
            kept.granted_as, kept.granted_by_id = "manager", self.rep.id
            kept.granted_at = int((NOON - timedelta(days=3)).timestamp() * 1000)
            kept.signature = signed.sign(OFFICE, signed.wire(kept), kept.granted_at)
        return made

    def approvals(self) -> list[Approval]:
        with self.store.reading() as session:
            return list(session.query(Approval).order_by(Approval.id))


@contextmanager
def desks(folder: Path) -> Iterator[Desk]:
    made: list[Desk] = []
    with opened(folder, clock=lambda: made[0].moment if made else NOON) as store:
        made.append(Desk(store))
        yield made[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desks(tmp_path) as made:
        yield made


def refused(desk: Desk, about: Quote | None = None) -> str:
    with pytest.raises(Refused) as caught:
        desk.do("quote.issue", about)
    return caught.value.message.in_language("en")


def test_without_rules_nothing_asks(desk: Desk) -> None:
    desk.discount("-90")
    assert desk.do("quote.issue")
    assert not desk.approvals()


def test_a_rule_refuses_the_issue_with_reason_and_what_to_do(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.discount("-10.01")
    said = refused(desk)
    assert "10.01 %" in said
    assert "10 %" in said
    assert "Manager" in said
    with desk.store.reading() as session:
        left = session.get_one(Quote, desk.quote.id)
    assert (left.stage, left.number) == ("draft", "")


def test_a_manager_needs_nobody_and_exactly_the_limit_asks_nobody(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.discount("-10")
    assert desk.standing().asks == ()
    desk.discount("-30")
    assert commands.run(desk.store, desk.store.me(), "quote.issue", desk.quote.id).value


def test_the_light_says_what_may_still_be_given(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    found = desk.standing()
    assert (found.left, found.light.tone) == (10000, "good")
    assert "100.00" in found.light.words.in_language("en")
    desk.discount("-9.5")
    found = desk.standing()
    assert (found.left, found.light.tone) == (500, "warn")
    desk.discount("-11")
    found = desk.standing()
    assert (found.left, found.light.tone) == (0, "bad")


def test_a_price_typed_below_the_books_is_a_discount_of_its_line(desk: Desk) -> None:
    desk.rule("line_discount", "5")
    [line] = drafts.load(desk.store, desk.quote.id).lines
    desk.do("quote.set_line", line_id=line.id, values={"unit_price": Decimal(95)})
    assert desk.standing().asks == ()
    desk.do("quote.set_line", line_id=line.id, values={"unit_price": Decimal("94.99")})
    [ask] = desk.standing().asks
    assert ask.found == "5.01"


def test_a_delegation_covers_up_to_its_limit_and_is_counted(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    given = desk.delegated()
    desk.discount("-15")
    found = desk.standing()
    assert found.light.tone == "good"
    assert given.code in found.light.words.in_language("en")
    desk.do("quote.issue")
    [note] = desk.approvals()
    assert (note.source_id, note.exposure, note.currency) == (given.id, Decimal(850), "CNY")
    assert note.asked[0]["kind"] == "document_discount"


def test_sixteen_percent_under_fifteen_is_refused(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    given = desk.delegated()
    desk.discount("-16")
    said = refused(desk)
    assert f"{given.code} goes up to 15" in said
    assert not desk.approvals()


def test_a_delegation_that_ended_or_has_not_begun_is_refused(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.discount("-12")
    desk.delegated(valid_until=date(2026, 11, 23))
    assert "ended on 2026-11-23" in refused(desk)
    desk.delegated(valid_from=date(2026, 11, 25), valid_until=date(2026, 11, 30))
    assert desk.standing().source is None


def test_a_delegation_that_is_used_up_is_refused(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.delegated(most=1)
    desk.discount("-12")
    second = quote(desk.store, (desk.product.id, "1"), to=desk.buyer)
    desk.discount("-12", second)
    desk.do("quote.issue")
    assert "used up" in refused(desk, second)


def test_the_exposure_of_a_delegation_is_the_sum_of_what_is_issued(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.delegated(exposure=Decimal(1000))
    desk.discount("-12")
    second = quote(desk.store, (desk.product.id, "2"), to=desk.buyer)
    desk.discount("-12", second)
    desk.do("quote.issue")
    assert "has 120 CNY left; this quote comes to 176.00" in refused(desk, second)


def test_one_byte_changed_in_a_delegation_and_it_does_not_count(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    given = desk.delegated()
    desk.discount("-12")
    with desk.store.work(desk.store.me(), "test") as work:
        work.get(Delegation, given.id).document_discount = Decimal(25)
    assert "not as the office signed it" in refused(desk)
    with desk.store.work(desk.store.me(), "test") as work:
        kept = work.get(Delegation, given.id)
        kept.document_discount = Decimal(15)
        kept.signature = ("0" if kept.signature[0] != "0" else "1") + kept.signature[1:]
    assert "not as the office signed it" in refused(desk)


def test_a_delegation_that_no_office_has_signed_does_not_count(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    given = desk.delegated()
    with desk.store.work(desk.store.me(), "test") as work:
        work.get(Delegation, given.id).signature = ""
    desk.discount("-12")
    assert "not signed by this laptop's office yet" in refused(desk)


def test_a_clock_that_was_set_back_is_refused(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.delegated()
    desk.discount("-12")
    desk.moment = NOON - timedelta(minutes=6)
    assert "set back" in refused(desk)
    desk.moment = NOON - timedelta(minutes=4)
    assert desk.do("quote.issue")


def test_a_delegation_is_for_one_person_laptop_and_customer(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.discount("-12")
    other = customer(desk.store, "苏州另一家有限公司")
    desk.delegated(customer_id=other.id)
    assert "another customer" in refused(desk)
    desk.delegated(device_id=other.id)
    assert desk.standing().source is None


def test_whoever_may_not_approve_cannot_delegate(desk: Desk) -> None:
    desk.rule("document_discount", "10", role="admin")
    given = desk.delegated()
    desk.discount("-12")
    assert f"granted delegation {given.code} may not approve" in refused(desk)


def test_a_rep_makes_neither_rules_nor_delegations(desk: Desk) -> None:
    for command, values in (("approval_rule.new", {"name": "x"}), ("delegation.new", {"most": 1})):
        with pytest.raises(NotAllowed):
            commands.run(desk.store, desk.rep, command, values=values)


def test_what_a_quote_was_issued_under_stays_as_it_was_noted(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    desk.delegated()
    desk.discount("-12")
    desk.do("quote.issue")
    [note] = desk.approvals()
    with pytest.raises(Refused):
        commands.run(desk.store, desk.store.me(), "approval.edit", note.id, values={"currency": "USD"})
    with pytest.raises(Refused):
        commands.run(desk.store, desk.store.me(), "approval.delete", note.id)


def test_terms_validity_payment_and_gifts_ask_too(desk: Desk) -> None:
    for kind, limit in (("clause", "0"), ("validity", "20"), ("gift", "50"), ("total", "500")):
        desk.rule(kind, limit, currency="CNY")
    found = {ask.rule.kind: ask.found for ask in desk.standing().asks}
    assert found == {"validity": "30", "total": "1,000.00"}
    [line] = drafts.load(desk.store, desk.quote.id).lines
    desk.do("quote.discount", line_id=line.id, value=Decimal(-100))
    found = {ask.rule.kind: ask.found for ask in desk.standing().asks}
    assert found == {"validity": "30", "gift": "1,000.00"}


def test_what_a_promotion_of_the_firm_gives_needs_nobody(desk: Desk) -> None:
    desk.rule("document_discount", "0")
    values = {"name": "满 500 减 50", "kind": "spend", "threshold": Decimal(500), "saving": Decimal(50)}
    commands.run(desk.store, desk.store.me(), "promotion.new", values=values)
    made = quote(desk.store, (desk.product.id, "10"), to=desk.buyer)
    found = desk.standing(made)
    assert (found.facts.payable, found.facts.given, found.asks) == (95000, 0, ())
    desk.discount("-1", made)
    assert [ask.rule.kind for ask in desk.standing(made).asks] == ["document_discount"]


def test_no_way_of_typing_a_price_hides_what_the_books_say(desk: Desk) -> None:
    desk.rule("line_discount", "5")
    [line] = drafts.load(desk.store, desk.quote.id).lines
    desk.do("quote.set_line", line_id=line.id, values={"base_quantity": Decimal(1000)})
    assert [ask.found for ask in desk.standing().asks] == ["99.9"]

    typed = quote(desk.store, to=desk.buyer)
    values = {"unit_price": Decimal(50)}
    desk.do("quote.add_line", typed, product_id=desk.product.id, values=values)
    assert [ask.found for ask in desk.standing(typed).asks] == ["50"]


def test_a_price_typed_for_many_is_not_the_price_of_few(desk: Desk) -> None:
    me, book = desk.store.me(), {"name": "Book", "currency": "CNY", "tax_mode": "included"}
    made = commands.run(desk.store, me, "price_book.new", values=book).value
    for least, each in (("0", "100"), ("1000", "50")):
        values = {
            "book_id": made.id,
            "product_id": desk.product.id,
            "min_quantity": Decimal(least),
            "price": Decimal(each),
        }
        commands.run(desk.store, me, "price_entry.new", values=values)
    desk.rule("line_discount", "5")
    [line] = drafts.load(desk.store, desk.quote.id).lines
    for values in ({"quantity": Decimal(1000)}, {"unit_price": Decimal(50)}, {"quantity": Decimal(10)}):
        desk.do("quote.set_line", line_id=line.id, values=values)
    assert [ask.found for ask in desk.standing().asks] == ["50"]


def test_a_floor_is_that_of_one_item_however_the_price_is_said(desk: Desk) -> None:
    me, book = desk.store.me(), {"name": "Book", "currency": "CNY", "tax_mode": "included"}
    made = commands.run(desk.store, me, "price_book.new", values=book).value
    values = {"book_id": made.id, "product_id": desk.product.id, "price": Decimal(100)}
    entry = commands.run(desk.store, me, "price_entry.new", values=values).value
    with desk.store.work(me, "test") as work:
        work.get(PriceEntry, entry.id).floor_price = Decimal(90)
    desk.rule("floor", "0")
    [line] = drafts.load(desk.store, desk.quote.id).lines
    desk.do("quote.set_line", line_id=line.id, values={"quantity": Decimal(10)})
    assert desk.standing().asks == ()
    desk.do("quote.set_line", line_id=line.id, values={"base_quantity": Decimal(2)})
    assert [ask.found for ask in desk.standing().asks] == ["44.45"]
    draft = drafts.load(desk.store, desk.quote.id)
    shown = margins.light(desk.store, draft, draft.totals(), 0)
    assert shown is not None
    assert shown.tone == "bad"


def test_what_a_promotion_takes_off_is_not_typed_over(desk: Desk) -> None:
    values = {"name": "满 500 减 50", "kind": "spend", "threshold": Decimal(500), "saving": Decimal(50)}
    commands.run(desk.store, desk.store.me(), "promotion.new", values=values)
    made = quote(desk.store, (desk.product.id, "10"), to=desk.buyer)
    [row] = drafts.load(desk.store, made.id).adjustments
    with pytest.raises(Refused):
        commands.run(desk.store, desk.rep, "adjustment.edit", row.id, values={"value": Decimal(-900)})
    commands.run(desk.store, desk.rep, "adjustment.edit", row.id, values={"reason": "Spring"})
    commands.run(desk.store, desk.rep, "adjustment.delete", row.id)
    with pytest.raises(Refused):
        commands.run(desk.store, desk.rep, "adjustment.restore", id=row.id)


def test_a_gift_typed_over_is_given_for_nothing(desk: Desk) -> None:
    values = {"name": "买十赠一", "kind": "gift", "every": 10, "gift_id": desk.product.id}
    commands.run(desk.store, desk.store.me(), "promotion.new", values=values)
    made = quote(desk.store, (desk.product.id, "10"), to=desk.buyer)
    desk.rule("gift", "50", currency="CNY")
    assert desk.standing(made).asks == ()
    gift = next(line for line in drafts.load(desk.store, made.id).lines if line.unit_price == 0)
    for change in ({"unit_price": Decimal(0)}, {"quantity": Decimal(9)}):
        desk.do("quote.set_line", made, line_id=gift.id, values=change)
    assert [ask.found for ask in desk.standing(made).asks] == ["900.00"]


def test_a_line_below_zero_is_a_discount_on_the_whole(desk: Desk) -> None:
    desk.rule("document_discount", "10")
    values = {"name": "Rebate", "unit_price": Decimal(-100), "tax_rates": ["13"]}
    line = desk.do("quote.add_line", values=values)
    assert (desk.standing().asks, desk.standing().left) == ((), 0)
    desk.do("quote.set_line", line_id=line.id, values={"unit_price": Decimal("-100.01")})
    assert [ask.found for ask in desk.standing().asks] == ["10.01"]


def test_another_customer_or_currency_takes_no_price_along(desk: Desk) -> None:
    me, book = desk.store.me(), {"name": "FA", "scope": "contract", "customer_id": desk.buyer.id}
    made = commands.run(desk.store, me, "price_book.new", values=book).value
    values = {"book_id": made.id, "product_id": desk.product.id, "price": Decimal(50)}
    commands.run(desk.store, me, "price_entry.new", values=values)
    rate = {"base_currency": "CNY", "quote_currency": "JPY", "rate": Decimal(20), "rated_on": NOON.date()}
    commands.run(desk.store, me, "exchange_rate.new", values=rate)
    desk.rule("line_discount", "5")
    agreed = quote(desk.store, (desk.product.id, "10"), to=desk.buyer)
    assert (desk.standing(agreed).asks, desk.standing(agreed).facts.payable) == ((), 50000)
    desk.do("quote.edit", agreed, values={"customer_id": customer(desk.store, "Other").id})
    assert [ask.found for ask in desk.standing(agreed).asks] == ["50"]
    assert desk.standing().asks == ()
    desk.do("quote.edit", values={"currency": "JPY"})
    assert [ask.found for ask in desk.standing().asks] == ["90"]


def test_lines_without_a_product_have_a_limit_of_their_own(desk: Desk) -> None:
    desk.rule("free", "100", currency="CNY")
    assert desk.standing().asks == ()
    desk.do("quote.add_line", values={"name": "Crane", "unit_price": Decimal(101), "tax_rates": ["13"]})
    [ask] = desk.standing().asks
    assert ask.found == "101.00"
    assert "without a product" in refused(desk)


def test_the_light_of_a_line_knows_the_rules_about_lines(desk: Desk) -> None:
    desk.rule("line_discount", "5")
    [line] = drafts.load(desk.store, desk.quote.id).lines
    desk.do("quote.set_line", line_id=line.id, values={"unit_price": Decimal(80)})
    draft = drafts.load(desk.store, desk.quote.id)
    assert margins.light(desk.store, draft, draft.totals(), 0) is None, "an administrator needs nobody"
    me = desk.store.me()
    desk.store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})
    shown = margins.light(desk.store, draft, draft.totals(), 0)
    assert shown is not None
    assert (shown.tone, "20 %" in shown.words.in_language("en")) == ("warn", True)
