"""Promotions between two laptops: what both found counts once, and an agreement for both."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.models.records import Adjustment, ExchangeRate, PriceEntry, Promotion
from desktop.models.store import Store
from desktop.services import commands, drafts, lists
from tests.stores import NOON
from tests.sync.pair import pairs

D = Decimal


def new(store: Store, kind: str, /, **values: Any) -> UUID:
    record: UUID = commands.run(store, store.me(), f"{kind}.new", values=values).value.id
    return record


def test_what_both_laptops_found_counts_once_when_its_total_is_confirmed(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        save = {"name": "满减", "kind": "spend", "threshold": D(50), "saving": D(30)}
        new(pair.ann, "promotion", **save)
        cup = pair.products[1].id
        new(pair.ann, "promotion", name="赠", kind="gift", gift_id=cup, threshold=D(50))
        new(pair.ann, "exchange_rate", base_currency="EUR", rate=D("7.8"), rated_on=NOON.date())
        pair.meet()
        assert len(pair.all(pair.bob, Promotion)) == 2
        assert [each.rate for each in pair.all(pair.bob, ExchangeRate)] == [D("7.8")]
        for store in (pair.ann, pair.bob):
            pair.do(store, "quote.add_line", product_id=pair.products[0].id)
        pair.meet()
        pair.meet()
        both = [pair.draft(store) for store in (pair.ann, pair.bob)]
        assert [len(draft.document_adjustments) for draft in both] == [2, 2]
        assert all(draft.quote.needs_review for draft in both)
        pair.do(pair.ann, "quote.confirm")
        pair.meet()
        both = [pair.draft(store) for store in (pair.ann, pair.bob)]
        assert [[each.value for each in draft.document_adjustments] for draft in both] == [[D(-30)]] * 2
        assert [len([line for line in draft.lines if line.unit_price == 0]) for draft in both] == [1, 1]
        assert both[0].totals().payable == both[1].totals().payable == both[0].quote.payable
        assert {each.promotion_id for each in pair.all(pair.bob, Adjustment)} == {
            each.promotion_id for each in pair.all(pair.ann, Adjustment)
        }
        pair.do(pair.bob, "quote.issue")
        pair.meet()
        assert pair.draft(pair.ann).frozen


def test_what_one_laptop_sold_uses_up_the_agreement_on_the_other(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        buyer = pair.draft(pair.ann).quote.customer_id
        goods = pair.products[0].id
        book = new(pair.ann, "price_book", name="框架", scope="contract", customer_id=buyer)
        entry = new(
            pair.ann, "price_entry", book_id=book, product_id=goods, price=D(60), agreed_quantity=D(9)
        )
        pair.meet()
        bought = [(goods, D(6))]
        made = commands.run(pair.bob, pair.bob.me(), "quote.compose", customer_id=buyer, lines=bought).value
        for step in ("quote.issue", "quote.accept"):
            commands.run(pair.bob, pair.bob.me(), step, made.id)
        pair.meet()
        assert drafts.load(pair.ann, made.id).lines[0].unit_price == 60
        with pair.ann.reading() as session:
            assert lists.living(session, PriceEntry, [entry])[0].figures["used_quantity"] == 6
        again = commands.run(pair.ann, pair.ann.me(), "quote.compose", customer_id=buyer, lines=bought).value
        assert drafts.load(pair.ann, again.id).lines[0].unit_price == 100
