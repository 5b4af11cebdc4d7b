"""Promotions in a quote: off its prices, off the whole, and gifts, kept in line with each change of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from desktop.models.records import Product, Promotion, Quote
from desktop.models.store import Store
from desktop.services import commands, drafts
from desktop.services.drafts import QuoteDraft
from tests.stores import NOON, customer, firm, product, quote

D = Decimal
TODAY = NOON.date()


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def offer(store: Store, kind: str, name: str = "双十一", **of: Any) -> Promotion:
    made = run(store, "promotion.new", values={"name": name, "name_en": "Singles' Day", "kind": kind, **of})
    assert isinstance(made, Promotion)
    return made


def printed(draft: QuoteDraft) -> int:
    """What the paper says is to be paid, once it was read back and recomputed."""
    snapshot = draft.snapshot()
    for language in ("zh", "en"):
        calculator_test(quote_pdf(snapshot, language=language), snapshot, language=language)
    return draft.totals().payable


@pytest.fixture
def machine(store: Store) -> Product:
    firm(store)
    return product(store, "M-1", "100", category="整机")


def test_a_discount_and_a_cheaper_second_item_change_the_price_and_say_so(
    store: Store, machine: Product
) -> None:
    offer(store, "discount", percent=D(10), valid_until=TODAY)
    offer(store, "discount", "过期", percent=D(50), valid_until=TODAY - timedelta(days=1))
    offer(store, "nth", "第二台半价", percent=D(50), every=2, category="整机")
    made = quote(store, (machine.id, "3"))
    draft = drafts.load(store, made.id)
    [line] = draft.lines
    assert [(each["quantity"], each["unit_price"]) for each in line.slabs] == [("2", "90"), ("1", "45")]
    assert [step["name"] for step in line.price_trace if step["step"] == "promotion"] == [
        "第二台半价",
        "双十一",
    ]
    assert printed(draft) == 22_500
    run(store, "quote.set_line", made.id, line_id=line.id, values={"unit_price": D(80)})
    assert drafts.load(store, made.id).totals().payable == 24_000


def test_spend_and_save_follows_the_lines_and_stands_under_its_name(store: Store, machine: Product) -> None:
    made_by = offer(store, "spend", threshold=D(250), saving=D(30), repeats=True, category="整机")
    made = quote(store, (machine.id, "2"))
    assert drafts.load(store, made.id).adjustments == []
    line = run(store, "quote.add_line", made.id, product_id=machine.id, quantity=D(3))
    draft = drafts.load(store, made.id)
    [row] = draft.document_adjustments
    assert (row.kind, row.value, row.label, row.label_en) == ("amount", D(-60), "双十一", "Singles' Day")
    assert row.promotion_id == made_by.id
    assert printed(draft) == 44_000
    run(store, "quote.discount", made.id, line_id=line.id, value=D(-50))
    assert drafts.load(store, made.id).document_adjustments[0].value == D(-30)
    run(store, "quote.discount", made.id, kind="amount", value=D(-5))
    rows = drafts.load(store, made.id).document_adjustments
    assert [(each.value, each.promotion_id is None) for each in rows] == [(D(-30), False), (D(-5), True)]
    run(store, "quote.discount", made.id, kind="amount", value=None)
    run(store, "quote.remove_line", made.id, line_id=line.id)
    assert drafts.load(store, made.id).document_adjustments == []


def test_a_gift_is_a_line_that_costs_nothing_and_goes_with_its_reason(store: Store, machine: Product) -> None:
    cup = product(store, "CUP", "20")
    offer(store, "gift", gift_id=cup.id, every=2, repeats=True, product_id=machine.id)
    made = quote(store, (machine.id, "5"))
    draft = drafts.load(store, made.id)
    bought, gift = draft.lines
    assert (gift.product_id, gift.quantity, gift.unit_price, gift.list_price) == (cup.id, D(2), D(0), D(20))
    assert printed(draft) == 50_000
    run(store, "quote.add_line", made.id, product_id=cup.id)
    assert drafts.load(store, made.id).lines[1].unit_price == 0
    assert drafts.load(store, made.id).totals().payable == 52_000
    for quantity, gifts in (("1", []), ("3", [1])):
        run(store, "quote.set_line", made.id, line_id=bought.id, values={"quantity": D(quantity)})
        assert [one.quantity for one in drafts.load(store, made.id).lines if one.unit_price == 0] == gifts


def test_a_gift_that_a_person_took_out_stays_out_and_one_typed_over_stays_so(
    store: Store, machine: Product
) -> None:
    cup, pen = product(store, "CUP", "20"), product(store, "PEN", "3")
    for gift in (cup, pen):
        offer(store, "gift", gift_id=gift.id, threshold=D(100))
    made = quote(store, (machine.id, "1"))
    bought, *gifts = drafts.load(store, made.id).lines
    run(store, "quote.remove_line", made.id, line_id=next(one.id for one in gifts if one.sku == "CUP"))
    kept = next(one.id for one in gifts if one.sku == "PEN")
    run(store, "quote.set_line", made.id, line_id=kept, values={"unit_price": D(1), "quantity": D(7)})
    run(store, "quote.set_line", made.id, line_id=bought.id, values={"quantity": D(2)})
    lines = drafts.load(store, made.id).lines
    assert [(one.sku, one.quantity, one.unit_price) for one in lines] == [("M-1", 2, 100), ("PEN", 7, 1)]


def test_only_who_is_meant_gets_it_and_an_exclusive_one_stands_alone(store: Store, machine: Product) -> None:
    vip, local = customer(store, "甲", grade="vip"), customer(store, "乙", city="苏州")
    offer(store, "discount", "贵宾", percent=D(20), scope="segment", scope_value="vip", exclusive=True)
    offer(store, "discount", "本地", percent=D(5), scope="region", scope_value="苏州")
    offer(store, "discount", "甲的", percent=D(7), scope="customer", customer_id=vip.id)
    offer(store, "spend", "满减", threshold=D(10), saving=D(9))
    for to, payable in ((vip, 8000), (local, 8600), (customer(store, "丙"), 9100)):
        assert drafts.load(store, quote(store, (machine.id, "1"), to=to).id).totals().payable == payable


def test_a_promotion_that_two_people_found_counts_once_when_the_total_is_confirmed(
    store: Store, machine: Product
) -> None:
    offer(store, "spend", threshold=D(10), saving=D(9))
    made = quote(store, (machine.id, "1"))
    with store.work(store.me(), "arrived") as work:
        [row] = drafts.draft_of(work.session, work.get(Quote, made.id)).adjustments
        twin = type(row)(**{name: getattr(row, name) for name in type(row).fields()})
        work.add(twin)
        work.get(Quote, made.id).needs_review = True
    assert drafts.load(store, made.id).totals().payable == 8200
    run(store, "quote.confirm", made.id)
    assert drafts.load(store, made.id).totals().payable == 9100


def test_a_revision_and_the_paper_keep_what_was_promised(store: Store, machine: Product) -> None:
    cup = product(store, "CUP", "20")
    gone = offer(store, "spend", threshold=D(10), saving=D(9))
    offer(store, "gift", gift_id=cup.id, threshold=D(10))
    made = quote(store, (machine.id, "1"))
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    run(store, "promotion.edit", gone.id, values={"active": False})
    draft = drafts.load(store, made.id)
    assert draft.totals().payable == 9100
    run(store, "quote.set_line", made.id, line_id=draft.lines[0].id, values={"quantity": D(2)})
    draft = drafts.load(store, made.id)
    assert [line.sku for line in draft.lines] == ["M-1", "CUP"]
    assert draft.totals().payable == 20_000


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "discount"}, "percent"),
        ({"kind": "discount", "percent": D(101)}, "percent"),
        ({"kind": "nth", "percent": D(50)}, "every"),
        ({"kind": "spend", "saving": D(5)}, "threshold"),
        ({"kind": "spend", "threshold": D(5)}, "saving"),
        ({"kind": "gift", "threshold": D(5)}, "gift_id"),
        ({"percent": D(5), "valid_from": TODAY, "valid_until": TODAY - timedelta(days=1)}, "valid_until"),
    ],
)
def test_an_offer_that_says_nothing_is_refused_under_its_field(
    store: Store, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        run(store, "promotion.new", values={"name": "x", **values})
    assert refused.value.field == field


def test_the_last_line_leaves_a_quote_that_has_an_offer_and_a_target(store: Store, machine: Product) -> None:
    offer(store, "spend", threshold=D(50), saving=D(5))
    made = quote(store, (machine.id, "1"))
    run(store, "quote.discount", made.id, kind="target", value=D(90))
    draft = drafts.load(store, made.id)
    assert len(draft.adjustments) == 2
    run(store, "quote.remove_line", made.id, line_id=draft.lines[0].id)
    left = drafts.load(store, made.id)
    assert (left.lines, [one.kind for one in left.adjustments]) == ([], ["target"])
    run(store, "quote.add_line", made.id, product_id=machine.id)
    assert drafts.load(store, made.id).totals().payable == 9000
