"""A vault without an office derives its own floor prices; where there is an office, the office's count."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.models.records import PriceEntry
from desktop.models.store import Store
from desktop.services import commands, undo
from tests.stores import opened


class Firm:
    """A vault with one product in one price book."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.firm = self.new("organisation", name="Firm", least_margin=Decimal(20), currency="CNY")
        self.book = self.new("price_book", name="List", currency="CNY", tax_mode="included")
        self.product = self.new("product", name="Motor", sku="M-1", cost=Decimal(80), tax_percent=Decimal(13))
        self.entry = self.new("price_entry", book_id=self.book, product_id=self.product, price=Decimal(150))

    def new(self, kind: str, **values: Any) -> UUID:
        made = commands.run(self.store, self.store.me(), f"{kind}.new", values=values).value
        return made if isinstance(made, UUID) else made.id

    def edit(self, kind: str, record: UUID, **values: Any) -> None:
        commands.run(self.store, self.store.me(), f"{kind}.edit", record, values=values)

    def floor(self, entry: UUID | None = None) -> Decimal | None:
        with self.store.reading() as session:
            found = session.get(PriceEntry, entry or self.entry)
            assert found is not None
            return found.floor_price


def test_floors_follow_costs_books_and_the_least_margin(tmp_path: Path) -> None:
    """The figures of `test_floor_prices_follow_costs_and_come_in_their_place`: the office says the same."""
    with opened(tmp_path) as store:
        firm = Firm(store)
        foreign = firm.new("price_book", name="Export", currency="USD")
        other = firm.new("price_entry", book_id=foreign, product_id=firm.product, price=Decimal(20))
        assert (firm.floor(), firm.floor(other)) == (Decimal(113), None)
        firm.edit("product", firm.product, cost=Decimal(90))
        assert firm.floor() == Decimal("127.13")
        firm.edit("organisation", firm.firm, least_margin=Decimal(50))
        assert firm.floor() == Decimal("203.4")
        firm.edit("price_book", firm.book, tax_mode="excluded")
        assert firm.floor() == Decimal(180)
        firm.edit("price_entry", other, book_id=firm.book)
        assert firm.floor(other) == Decimal(180)
        firm.edit("product", firm.product, cost=None)
        assert (firm.floor(), firm.floor(other)) == (None, None)
        undo.undo(store, store.me())
        assert firm.floor() == Decimal(180)


def test_who_watches_a_price_is_told_of_its_new_floor(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        firm = Firm(store)
        told: set[tuple[str, UUID]] = set()
        store.listeners.append(lambda changed: told.update(changed.records))
        firm.edit("product", firm.product, cost=Decimal(90))
        assert told == {("product", firm.product), ("price_entry", firm.entry)}
        told.clear()
        firm.edit("product", firm.product, name="Engine")
        assert told == {("product", firm.product)}


def test_a_floor_is_derived_and_never_sent(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        firm = Firm(store)
        firm.edit("product", firm.product, cost=Decimal(90))
        with store.reader.connect() as connection:
            logged = connection.exec_driver_sql("SELECT body FROM change").scalars().all()
        assert logged
        assert not any("floor_price" in body for body in logged)


def test_with_an_office_its_floors_count(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        firm = Firm(store)
        store.set_local("office", {"server": "0" * 32, "url": "https://office.example"})
        firm.edit("product", firm.product, cost=Decimal(90))
        assert firm.floor() == Decimal(113)


def test_many_prices_get_their_floor_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.models import floors as here

    monkeypatch.setattr(here, "SLICE", 2)
    with opened(tmp_path) as store:
        firm = Firm(store)
        more = [
            firm.new("price_entry", book_id=firm.book, product_id=firm.product, price=Decimal(place))
            for place in range(5)
        ]
        firm.edit("organisation", firm.firm, least_margin=Decimal(0))
        assert {firm.floor(one) for one in (firm.entry, *more)} == {Decimal("90.4")}
