"""Bundles in a quote: their parts come with them, follow them, are priced and printed as the bundle says."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.message import quote_text
from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused, SatchelError
from desktop.models.records import BundlePart, Product, Quote
from desktop.models.store import Store
from desktop.services import bundles, commands, drafts, margins, undo
from desktop.services.drafts import QuoteDraft
from tests.stores import firm, product, quote

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def part(store: Store, bundle: Product, of: Product, **said: Any) -> BundlePart:
    made = run(store, "bundle_part.new", values={"product_id": bundle.id, "part_id": of.id, **said})
    assert isinstance(made, BundlePart)
    return made


def lines(store: Store, made: Quote) -> list[tuple[Any, ...]]:
    return [(line.sku, line.quantity, line.unit_price) for line in drafts.load(store, made.id).lines]


def printed(draft: QuoteDraft) -> int:
    """What the paper says is to be paid, once it was read back and recomputed."""
    snapshot = draft.snapshot()
    for language in ("zh", "en", "both"):
        calculator_test(quote_pdf(snapshot, language=language), snapshot, language=language)
    return draft.totals().payable


class Shop:
    """A bundle with a pump, two filters in its price, a hose at 10 % off, and one of two covers."""

    def __init__(self, store: Store) -> None:
        firm(store)
        self.set = product(store, "SET", "1000", kind="bundle")
        self.pump = product(store, "PUMP", "800")
        self.filter = product(store, "FILTER", "50", tax_percent=D(6))
        self.hose = product(store, "HOSE", "100")
        self.red, self.blue = product(store, "RED", "30"), product(store, "BLUE", "40")
        part(store, self.set, self.pump)
        part(store, self.set, self.filter, quantity=D(2))
        part(store, self.set, self.hose, inclusion="default", pricing="percent", percent=D(10))
        cover = {"inclusion": "optional", "pricing": "own", "group": "Cover", "choose": 1}
        part(store, self.set, self.red, **cover)
        part(store, self.set, self.blue, **cover)


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


def test_a_bundle_brings_its_parts_and_they_follow_it(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.set.id, "2"), (shop.hose.id, "1"))
    assert lines(store, made) == [
        ("SET", 2, 1000),
        ("PUMP", 2, 0),
        ("FILTER", 4, 0),
        ("HOSE", 2, 90),
        ("HOSE", 1, 100),
    ]
    whole = drafts.load(store, made.id).lines[0]
    run(store, "quote.set_line", made.id, line_id=whole.id, values={"quantity": D(3)})
    assert lines(store, made)[1:4] == [("PUMP", 3, 0), ("FILTER", 6, 0), ("HOSE", 3, 90)]
    assert drafts.load(store, made.id).totals().payable == 337_000


def test_paper_and_message_say_what_is_in_the_price(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.set.id, "2"), (shop.hose.id, "1"))
    draft = drafts.load(store, made.id)
    assert printed(draft) == 228_000
    snapshot = draft.snapshot()
    assert ["of" in line for line in snapshot["lines"]] == [False, True, True, True, False]
    said = quote_text(snapshot, language="en")
    assert "– Product FILTER × 4 台: included" in said
    assert "2. Product HOSE × 1" in said
    assert "已含" in quote_text(snapshot, language="zh")
    assert quote_pdf(snapshot) == quote_pdf(draft.snapshot())


def test_one_undo_takes_the_bundle_with_its_parts(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.pump.id, "1"))
    run(store, "quote.add_line", made.id, product_id=shop.set.id, quantity=D(1))
    assert len(lines(store, made)) == 5
    undo.undo(store, store.me())
    assert lines(store, made) == [("PUMP", 1, 800)]
    run(store, "quote.add_line", made.id, product_id=shop.set.id, quantity=D(1))
    whole = drafts.load(store, made.id).lines[1]
    run(store, "quote.remove_line", made.id, line_id=whole.id)
    assert lines(store, made) == [("PUMP", 1, 800)]
    undo.undo(store, store.me())
    assert [sku for sku, _, _ in lines(store, made)] == ["PUMP", "SET", "PUMP", "FILTER", "HOSE"]


def choose(store: Store, made: Quote, *products: Product) -> list[str]:
    whole = drafts.load(store, made.id).lines[0]
    run(store, "quote.choose_parts", made.id, line_id=whole.id, product_ids=[one.id for one in products])
    return [sku for sku, _, _ in lines(store, made)][1:]


def test_what_is_chosen_is_what_the_bundle_allows(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.set.id, "2"))
    with pytest.raises(Refused, match="Choose 1 of the 2 in the group “Cover”"):
        run(store, "quote.issue", made.id)
    with pytest.raises(Refused, match="no more than 1"):
        choose(store, made, shop.red, shop.blue)
    other = product(store, "OTHER", "1")
    with pytest.raises(SatchelError):
        choose(store, made, other)
    assert choose(store, made, shop.blue) == ["PUMP", "FILTER", "BLUE"]
    assert choose(store, made, shop.hose, shop.red) == ["PUMP", "FILTER", "HOSE", "RED"]
    assert lines(store, made)[3:] == [("HOSE", 2, 90), ("RED", 2, 30)]
    assert {
        one.product.sku: one.chosen for one in bundles.offered(store, drafts.load(store, made.id).lines[0])
    } == {
        "PUMP": True,
        "FILTER": True,
        "HOSE": True,
        "RED": True,
        "BLUE": False,
    }
    run(store, "quote.issue", made.id)
    issued = drafts.load(store, made.id)
    assert printed(issued) == 224_000
    run(store, "quote.revise", made.id)
    again = drafts.load(store, made.id)
    assert {line.bundle_id for line in again.lines[1:]} == {again.lines[0].id} != {issued.lines[0].id}
    values = {"quantity": D(1)}
    run(store, "quote.set_line", made.id, line_id=again.lines[0].id, values=values)
    assert drafts.load(store, made.id).totals().payable == 112_000
    assert drafts.load(store, made.id, issued.revision.id).snapshot() == issued.snapshot()


def test_parts_stay_with_their_bundle(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.set.id, "1"), (shop.pump.id, "1"))
    whole, pump, filters, hose, single = drafts.load(store, made.id).lines
    for line, values in ((pump, {"quantity": D(5)}), (whole, {"product_id": shop.pump.id})):
        with pytest.raises(Refused):
            run(store, "quote.set_line", made.id, line_id=line.id, values=values)
    with pytest.raises(Refused, match="always belongs"):
        run(store, "quote.remove_line", made.id, line_id=pump.id)
    with pytest.raises(Refused, match="stays below"):
        run(store, "quote.move_line", made.id, line_id=pump.id, after=single.id)
    run(store, "quote.move_line", made.id, line_id=pump.id, after=hose.id)
    assert [sku for sku, _, _ in lines(store, made)] == ["SET", "FILTER", "HOSE", "PUMP", "PUMP"]
    run(store, "quote.move_line", made.id, line_id=whole.id, after=single.id)
    assert [sku for sku, _, _ in lines(store, made)] == ["PUMP", "SET", "FILTER", "HOSE", "PUMP"]
    run(store, "quote.add_line", made.id, product_id=shop.red.id, after=whole.id)
    run(store, "quote.move_line", made.id, line_id=single.id, after=filters.id)
    assert [sku for sku, _, _ in lines(store, made)] == ["SET", "FILTER", "HOSE", "PUMP", "PUMP", "RED"]
    run(store, "quote.move_line", made.id, line_id=whole.id, after=None)
    run(store, "quote.remove_line", made.id, line_id=hose.id)
    assert [sku for sku, _, _ in lines(store, made)] == ["SET", "FILTER", "PUMP", "PUMP", "RED"]


def test_a_bundle_on_request_takes_its_parts_out_of_the_total(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.pump.id, "1"))
    values = {"kind": "option", "chosen": False}
    run(store, "quote.add_line", made.id, product_id=shop.set.id, values=values)
    assert printed(drafts.load(store, made.id)) == 80_000
    whole = drafts.load(store, made.id).lines[1]
    run(store, "quote.set_line", made.id, line_id=whole.id, values={"chosen": True})
    assert printed(drafts.load(store, made.id)) == 189_000


def test_a_part_with_a_price_typed_by_hand_is_not_included_any_more(store: Store, shop: Shop) -> None:
    made = quote(store, (shop.set.id, "1"))
    pump = drafts.load(store, made.id).lines[1]
    run(store, "quote.set_line", made.id, line_id=pump.id, values={"unit_price": D(5)})
    run(store, "quote.reprice", made.id)
    assert lines(store, made)[1] == ("PUMP", 1, 5)
    assert printed(drafts.load(store, made.id)) == 109_500


@pytest.mark.parametrize(
    "said",
    [
        {"quantity": D(0)},
        {"quantity": D(-1)},
        {"pricing": "percent"},
        {"pricing": "percent", "percent": D(101)},
        {"choose": 1},
        {"choose": 0, "group": "G"},
    ],
)
def test_a_part_that_makes_no_sense_is_refused(store: Store, shop: Shop, said: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        part(store, shop.set, shop.hose, **said)
    with pytest.raises(Refused):
        part(store, shop.set, shop.set)


def test_the_margin_of_a_bundle_is_that_of_what_is_in_its_price(store: Store) -> None:
    firm(store)
    whole = product(store, "SET", "226", kind="bundle", tax_percent=D(13))
    pump = product(store, "PUMP", "300", cost=D(60), tax_percent=D(13))
    part(store, whole, pump, quantity=D(2))
    draft = drafts.load(store, quote(store, (whole.id, "3")).id)
    total = draft.totals()
    with store.reading() as session:
        assert margins.share(session, draft, total) == D(40)
    assert margins.light(store, draft, total, 1) is None
    worst = margins.light(store, draft, total, None)
    assert worst is not None
    assert worst.tone == "good"
    run(store, "product.edit", whole.id, values={"cost": D(150)})  # with a cost of its own that one counts
    with store.reading() as session:
        assert margins.share(session, draft, total) == D(25)
