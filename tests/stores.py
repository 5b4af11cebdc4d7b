"""Stores for tests: real SQLCipher under a raw key, so that no test but the vault's own pays for Argon2."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from desktop.models import migrations
from desktop.models.blobs import Blobs
from desktop.models.engines import OFFICE_SETTINGS, Keyring, engine_of
from desktop.models.profile import create_private
from desktop.models.record import Base
from desktop.models.records import Customer, Organisation, Product, Quote
from desktop.models.store import Store
from desktop.services import commands
from desktop.services import quotes as _quotes  # registers the commands of quotes

KEY = bytes(range(32))
KEYS: Final = (("satchel.db", KEY), ("blobs.db", KEY[::-1]))
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
assert _quotes.PRICED


def shape() -> frozenset[str]:
    """Which tables and columns there are now: a test may have declared a record type of its own."""
    return frozenset(f"{name} {table.c.keys()}" for name, table in Base.metadata.tables.items())


@lru_cache(maxsize=8)
def blank(_shape: frozenset[str]) -> list[bytes]:
    """The files of a store that nobody has opened: its tables are made once, and who it is in each copy."""
    with tempfile.TemporaryDirectory() as folder:
        keys = keyrings(Path(folder))
        engines = [engine_of(key) for key in keys]
        with engines[0].begin() as connection:
            migrations.migrate(connection)
        Blobs(engines[1])
        for engine in engines:
            engine.dispose()
        assert {path.name for path in Path(folder).iterdir()} == {name for name, _ in KEYS}
        return [key.path.read_bytes() for key in keys]


def keyrings(folder: Path) -> list[Keyring]:
    """The keys of both databases of a store."""
    return [Keyring(folder / name, key, create=True, settings=OFFICE_SETTINGS) for name, key in KEYS]


@contextmanager
def opened(folder: Path, *, clock: Callable[[], datetime] | None = None) -> Iterator[Store]:
    """The store in `folder`, made if absent; once closed, it refuses whoever still holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    for (name, _), made in zip(KEYS, blank(shape()), strict=True):
        if not (folder / name).exists():
            create_private(folder / name)
            (folder / name).write_bytes(made)
    rows, bytes_ = keyrings(folder)
    engine, reader = engine_of(rows), engine_of(rows, read_only=True)
    files, seen = engine_of(bytes_), engine_of(bytes_, read_only=True)
    try:
        yield Store(engine, reader=reader, clock=clock or (lambda: NOON), blobs=Blobs(files, reader=seen))
    finally:
        for each in (reader, engine, seen, files):
            each.dispose()
        rows.wipe()
        bytes_.wipe()


def customer(store: Store, name: str = "苏州星河精密机械有限公司", **values: object) -> Customer:
    """A customer made by its command."""
    made = commands.run(store, store.me(), "customer.new", values={"name": name, **values})
    assert isinstance(made.value, Customer)
    return made.value


def firm(store: Store) -> Organisation:
    """The firm that sells, with terms and a payment schedule."""
    values = {
        "name": "苏州衡岳工业装备有限公司",
        "name_en": "Suzhou Hengyue Industrial Equipment Co., Ltd.",
        "terms": [{"zh": "交货期：25 个工作日。", "en": "Delivery: 25 working days."}],
        "milestones": [
            {"name": "预付款", "name_en": "Down payment", "percent": "30"},
            {"name": "发货款", "name_en": "Before shipment", "percent": "70"},
        ],
    }
    made = commands.run(store, store.me(), "organisation.new", values=values).value
    assert isinstance(made, Organisation)
    return made


def product(store: Store, sku: str = "SAT-75V", price: str = "98600", **values: object) -> Product:
    """A product at a list price with 13 % tax."""
    given = {
        "sku": sku,
        "name": f"产品 {sku}",
        "name_en": f"Product {sku}",
        "unit": "台",
        "price": Decimal(price),
        "tax_percent": Decimal(13),
        **values,
    }
    made = commands.run(store, store.me(), "product.new", values=given).value
    assert isinstance(made, Product)
    return made


def quote(store: Store, *lines: tuple[UUID, str], to: Customer | None = None) -> Quote:
    """A quote with these products and quantities."""
    buyer = to or customer(store)
    made = commands.run(
        store,
        store.me(),
        "quote.compose",
        customer_id=buyer.id,
        lines=[(product_id, Decimal(quantity)) for product_id, quantity in lines],
    ).value
    assert isinstance(made, Quote)
    return made
