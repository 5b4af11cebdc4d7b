"""A customer declines: why is kept until the quote is written on, and its coupon may be used again."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Refused
from desktop.models.records import Product, Quote
from desktop.models.store import Store
from desktop.services import commands, history
from tests.stores import firm, product, quote

D = Decimal


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


@pytest.fixture
def machine(store: Store) -> Product:
    firm(store)
    return product(store, "M-1", "100")


def now(store: Store, made: Quote) -> tuple[str, str, str]:
    with store.reading() as session:
        found = session.get(Quote, made.id)
        assert found is not None
        return found.stage, found.declined_for, found.declined_words


def test_why_is_kept_with_the_quote_until_it_is_written_on(store: Store, machine: Product) -> None:
    offer = quote(store, (machine.id, "1"))
    run(store, "quote.issue", offer.id)
    with pytest.raises(Refused, match="not one of the choices"):
        run(store, "quote.decline", offer.id, reason="whim")
    assert now(store, offer) == ("issued", "", "")
    run(store, "quote.decline", offer.id, reason="price", words=" 贵了两成 ")
    assert now(store, offer) == ("declined", "price", "贵了两成")
    told = history.history(store, Quote, offer.id, "declined_for")
    assert [(entry.command, entry.new) for entry in told][:1] == [("quote.decline", "price")]
    run(store, "quote.revise", offer.id)
    assert now(store, offer) == ("draft", "", "")


def test_why_may_be_left_open_and_is_typed_by_no_other_way(store: Store, machine: Product) -> None:
    offer = quote(store, (machine.id, "1"))
    run(store, "quote.issue", offer.id)
    with pytest.raises(Refused):
        run(store, "quote.edit", offer.id, values={"declined_for": "price"})
    run(store, "quote.decline", offer.id)
    assert now(store, offer) == ("declined", "", "")


def test_a_declined_quote_gives_its_coupon_back_at_once(store: Store, machine: Product) -> None:
    run(store, "coupon.new", values={"code": "ONCE", "name": "券", "amount": D(30)})
    first, second = (quote(store, (machine.id, "1")) for _ in "ab")
    run(store, "quote.use_coupon", first.id, code="ONCE")
    run(store, "quote.issue", first.id)
    with pytest.raises(Refused, match="used up"):
        run(store, "quote.use_coupon", second.id, code="ONCE")
    run(store, "quote.decline", first.id, reason="competitor")
    run(store, "quote.use_coupon", second.id, code="ONCE")
    run(store, "quote.issue", second.id)
    run(store, "quote.revise", first.id)
    run(store, "quote.drop_coupon", first.id, code="ONCE")
    with pytest.raises(Refused, match="used up"):
        run(store, "quote.use_coupon", first.id, code="ONCE")
