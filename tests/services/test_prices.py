"""Prices of a quote's lines: tiers by the whole quote, slabs line by line, books by whom they are for."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.models.records import Product
from desktop.models.store import Store
from desktop.rules.money import to_decimal
from desktop.services import commands, drafts
from tests.stores import NOON, customer, firm, product, quote

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def book(store: Store, machine: Product, *tiers: tuple[str, str], kind: str = "range", **of: object) -> None:
    values = {"name": "2026", **of}
    made = run(store, "price_book.new", values=values)
    for quantity, price in tiers:
        entry = {
            "book_id": made.id,
            "product_id": machine.id,
            "min_quantity": D(quantity),
            "price": D(price),
            "tier": kind,
        }
        run(store, "price_entry.new", values=entry)


@pytest.fixture
def machine(store: Store) -> Product:
    firm(store)
    return product(store, "M-1", "100")


SLABS = (("0", "100"), ("10", "90.01"), ("20", "79.99"))


def test_slabs_are_carried_exactly_from_line_to_line(store: Store, machine: Product) -> None:
    book(store, machine, *SLABS, kind="slab")
    made = quote(store, (machine.id, "15"), (machine.id, "10"))
    draft = drafts.load(store, made.id)
    parts = [[(each["quantity"], each["unit_price"]) for each in line.slabs] for line in draft.lines]
    assert parts == [[("10", "100"), ("5", "90.01")], [("5", "90.01"), ("5", "79.99")]]
    result = draft.totals()
    assert [to_decimal(line.gross, 2) for line in result.lines] == [D("1450.05"), D("850.00")]
    assert draft.lines[0].unit_price == D("96.67")


def test_a_moved_or_removed_line_lets_the_others_fill_the_slabs(store: Store, machine: Product) -> None:
    book(store, machine, *SLABS, kind="slab")
    made = quote(store, (machine.id, "15"), (machine.id, "10"))
    first, second = drafts.load(store, made.id).lines
    run(store, "quote.move_line", made.id, line_id=second.id, after=None)
    draft = drafts.load(store, made.id)
    assert [line.id for line in draft.lines] == [second.id, first.id]
    assert [len(line.slabs) for line in draft.lines] == [1, 2]
    assert to_decimal(draft.totals().payable, 2) == D("2300.05")
    run(store, "quote.remove_line", made.id, line_id=second.id)
    assert to_decimal(drafts.load(store, made.id).totals().payable, 2) == D("1450.05")


def test_a_price_typed_by_hand_ends_the_slabs_of_its_line(store: Store, machine: Product) -> None:
    book(store, machine, *SLABS, kind="slab")
    made = quote(store, (machine.id, "15"))
    [line] = drafts.load(store, made.id).lines
    run(store, "quote.set_line", made.id, line_id=line.id, values={"unit_price": D(80)})
    draft = drafts.load(store, made.id)
    assert draft.lines[0].slabs == []
    assert to_decimal(draft.totals().payable, 2) == D(1200)
    run(store, "quote.set_line", made.id, line_id=line.id, values={"quantity": D(16)})
    assert to_decimal(drafts.load(store, made.id).totals().payable, 2) == D(1280)


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_the_paper_shows_each_part_and_adds_up(store: Store, machine: Product, language: str) -> None:
    book(store, machine, *SLABS, kind="slab")
    made = quote(store, (machine.id, "25.5"), (machine.id, "3"))
    [line, _] = drafts.load(store, made.id).lines
    run(store, "quote.discount", made.id, line_id=line.id, value=D("-3"))
    snapshot = drafts.load(store, made.id).snapshot()
    assert [each["quantity"] for each in snapshot["lines"][0]["slabs"]] == ["10", "10", "5.5"]
    assert "slabs" not in snapshot["lines"][1]
    calculator_test(quote_pdf(snapshot, language=language), snapshot, language=language)


def test_an_issued_quote_and_its_revision_keep_the_slabs(store: Store, machine: Product) -> None:
    book(store, machine, *SLABS, kind="slab")
    made = quote(store, (machine.id, "15"))
    run(store, "quote.issue", made.id)
    before = drafts.load(store, made.id)
    run(store, "quote.revise", made.id)
    after = drafts.load(store, made.id)
    assert after.revision.id != before.revision.id
    assert after.lines[0].slabs == before.lines[0].slabs != []
    assert after.totals().payable == before.totals().payable == 145005


def test_a_block_is_one_price_for_all_of_it(store: Store, machine: Product) -> None:
    book(store, machine, ("0", "500"), ("10", "800"), kind="block")
    made = quote(store, (machine.id, "12"))
    assert to_decimal(drafts.load(store, made.id).totals().payable, 2) == D(800)


def test_a_customer_is_named_in_a_book_by_name_or_by_id(store: Store, machine: Product) -> None:
    buyer, other = customer(store, "甲公司"), customer(store, "乙公司")
    book(store, machine, ("0", "90"), scope="customer", scope_value="甲公司")
    book(store, machine, ("0", "70"), scope="contract", scope_value=str(other.id))
    book(store, machine, ("0", "1"), scope="customer")
    for to, price in ((buyer, 90), (other, 70), (customer(store, "丙公司"), 100)):
        [line] = drafts.load(store, quote(store, (machine.id, "1"), to=to).id).lines
        assert line.unit_price == price


def test_the_list_price_holds_where_the_standard_book_has_run_out(store: Store, machine: Product) -> None:
    book(store, machine, ("0", "1"), valid_until=(NOON - timedelta(days=9)).date())
    book(store, machine, ("50", "2"))
    made = quote(store, (machine.id, "1"))
    assert drafts.load(store, made.id).lines[0].unit_price == 100


def test_a_quote_in_another_currency_asks_for_a_price_in_it(store: Store, machine: Product) -> None:
    values = {"customer_id": customer(store).id, "currency": "EUR"}
    made = run(store, "quote.new", values=values)
    run(store, "quote.add_line", made.id, product_id=machine.id)
    draft = drafts.load(store, made.id)
    assert draft.quote.currency == "EUR"
    assert draft.lines[0].unit_price is None
    book(store, machine, ("0", "13.5"), currency="EUR")
    run(
        store,
        "quote.set_line",
        made.id,
        line_id=draft.lines[0].id,
        values={"quantity": D(2), "unit_price": D(1)},
    )
    run(store, "quote.add_line", made.id, product_id=machine.id)
    assert [line.unit_price for line in drafts.load(store, made.id).lines] == [D(1), D("13.5")]


def test_a_line_keeps_its_price_when_its_product_leaves_the_catalogue(store: Store, machine: Product) -> None:
    made = quote(store, (machine.id, "1"))
    run(store, "product.delete", machine.id)
    [line] = drafts.load(store, made.id).lines
    run(store, "quote.set_line", made.id, line_id=line.id, values={"quantity": D(3)})
    assert to_decimal(drafts.load(store, made.id).totals().payable, 2) == D(300)


PRICED = ("rank", "sku", "quantity", "unit_price", "base_quantity", "slabs", "price_trace")
"""What the price of a line is made of."""


def test_a_quote_composed_at_once_is_the_one_that_was_written_line_by_line(
    store: Store, machine: Product
) -> None:
    """Each product is priced once, by all its lines; before, by each line that was added."""
    chance = Random(11)
    listed, bought = product(store, "M-2", "7.77"), product(store, "M-3", "300")
    book(store, machine, *SLABS, kind="slab")
    book(store, bought, ("0", "299"), ("12", "250"), ("40", "199.99"))
    for count in (2, 9):
        lines = [
            (chance.choice((machine, listed, bought)).id, D(chance.randint(1, 90)) / chance.choice((1, 4)))
            for _ in range(count)
        ]
        at_once = quote(store, *((each, str(quantity)) for each, quantity in lines))
        one_by_one = quote(store)
        for each, quantity in lines:
            run(store, "quote.add_line", one_by_one.id, product_id=each, quantity=quantity)
        drawn = [drafts.load(store, made.id) for made in (at_once, one_by_one)]
        here, there = ([[getattr(line, name) for name in PRICED] for line in draft.lines] for draft in drawn)
        assert here == there
        assert drawn[0].totals().payable == drawn[1].totals().payable > 0
