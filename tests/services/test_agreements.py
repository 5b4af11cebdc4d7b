"""Framework agreements: a customer's prices hold within their days, until what was agreed is used up."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from desktop.models.records import Customer, PriceBook, PriceEntry, Product, Quote
from desktop.models.store import Store
from desktop.services import commands, drafts, lists
from tests.stores import NOON, customer, firm, product, quote

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def agreed(store: Store, buyer: Customer, **of: Any) -> PriceBook:
    values = {"name": "2026 年框架", "scope": "contract", "customer_id": buyer.id, "number": "FA-7", **of}
    made = run(store, "price_book.new", values=values)
    assert isinstance(made, PriceBook)
    return made


def price(store: Store, book: PriceBook, machine: Product, each: str, **of: Any) -> PriceEntry:
    values = {"book_id": book.id, "product_id": machine.id, "price": D(each), **of}
    made = run(store, "price_entry.new", values=values)
    assert isinstance(made, PriceEntry)
    return made


def offered(store: Store, buyer: Customer, machine: Product, quantity: str) -> tuple[UUID, Decimal]:
    """A quote of so many, and the price it got."""
    made = quote(store, (machine.id, quantity), to=buyer)
    line = drafts.load(store, made.id).lines[0]
    assert line.unit_price is not None
    return made.id, line.unit_price


def accept(store: Store, quote_id: UUID) -> None:
    with store.work(store.me(), "test") as work:
        work.get(Quote, quote_id).stage = "accepted"


def figure(store: Store, record: PriceBook | PriceEntry, name: str) -> Any:
    with store.reading() as session:
        return lists.living(session, type(record), [record.id])[0].figures[name]


@pytest.fixture
def buyer(store: Store) -> Customer:
    firm(store)
    return customer(store, "甲公司")


def test_the_agreed_price_is_the_customers_alone_and_holds_in_its_days(store: Store, buyer: Customer) -> None:
    machine = product(store, "M-1", "100")
    price(store, agreed(store, buyer, valid_until=NOON.date()), machine, "80")
    price(store, agreed(store, buyer, valid_until=(NOON - timedelta(days=1)).date()), machine, "70")
    assert offered(store, buyer, machine, "5")[1] == 80
    assert offered(store, customer(store, "乙公司"), machine, "5")[1] == 100


def test_what_was_accepted_uses_the_quantity_up_and_then_the_next_book_answers(
    store: Store, buyer: Customer
) -> None:
    machine, other = product(store, "M-1", "100"), product(store, "M-2", "50")
    book = agreed(store, buyer)
    entry = price(store, book, machine, "80", agreed_quantity=D(20))
    price(store, book, other, "40")
    first, _ = offered(store, buyer, machine, "12")
    assert figure(store, entry, "used_quantity") == 0
    accept(store, first)
    assert figure(store, entry, "used_quantity") == 12
    assert offered(store, buyer, machine, "8")[1] == 80
    again, unit = offered(store, buyer, machine, "9")
    assert unit == 100
    line = drafts.load(store, again).lines[0]
    told = next(step for step in line.price_trace if step["step"] == "used_up")
    assert told == {
        "step": "used_up",
        "price": None,
        "book": "2026 年框架 1",
        "of": "quantity",
        "left": "8",
        "agreed": "20",
    }
    assert offered(store, buyer, other, "999")[1] == 40
    snapshot = drafts.load(store, again).snapshot()
    calculator_test(quote_pdf(snapshot), snapshot)


def test_an_amount_is_used_up_by_all_products_of_the_agreement(store: Store, buyer: Customer) -> None:
    machine, other = product(store, "M-1", "100"), product(store, "M-2", "50")
    book = agreed(store, buyer, agreed_amount=100_000)
    price(store, book, machine, "80")
    price(store, book, other, "39.995")
    accept(store, offered(store, buyer, machine, "10")[0])
    assert figure(store, book, "used_amount") == 80_000
    assert offered(store, buyer, other, "5.0005")[1] == D("39.995")
    assert offered(store, buyer, other, "5.001")[1] == 50
    accept(store, offered(store, buyer, other, "5")[0])
    assert figure(store, book, "used_amount") == 99_998


def test_what_was_typed_by_hand_revised_or_not_chosen_uses_nothing_up(store: Store, buyer: Customer) -> None:
    machine = product(store, "M-1", "100")
    entry = price(store, agreed(store, buyer), machine, "80", agreed_quantity=D(20))
    typed, revised, optional = (offered(store, buyer, machine, "3")[0] for _ in range(3))
    [line] = drafts.load(store, typed).lines
    run(store, "quote.set_line", typed, line_id=line.id, values={"unit_price": D(79)})
    [line] = drafts.load(store, optional).lines
    run(store, "quote.set_line", optional, line_id=line.id, values={"kind": "option", "chosen": False})
    for made in (typed, revised, optional):
        accept(store, made)
    assert figure(store, entry, "used_quantity") == 3
    run(store, "quote.revise", revised)
    assert figure(store, entry, "used_quantity") == 0


def test_what_is_agreed_is_above_zero(store: Store, buyer: Customer) -> None:
    book = agreed(store, buyer)
    machine = product(store, "M-1", "100")
    with pytest.raises(Refused) as refused:
        price(store, book, machine, "80", agreed_quantity=D(0))
    assert refused.value.field == "agreed_quantity"
    with pytest.raises(Refused) as refused:
        agreed(store, buyer, agreed_amount=0)
    assert refused.value.field == "agreed_amount"


def test_an_amount_that_is_large_is_counted_to_the_cent(store: Store, buyer: Customer) -> None:
    machine = product(store, "M-1", "2500000")
    book = agreed(store, buyer, agreed_amount=10**14)
    price(store, book, machine, "1999999.999999")
    accept(store, offered(store, buyer, machine, "9000.5")[0])
    assert figure(store, book, "used_amount") == 1_800_099_999_999
