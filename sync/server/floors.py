"""Floor prices: worked out at the office from costs that most laptops never see, and sent in their place."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from desktop.models.records import Organisation, PriceEntry
from desktop.rules.floors import LEADS, floor_in
from sync.server.batch import OFFICE, Batch, Held
from sync.server.rows import shape

FLOOR: Final = "floor_price"


def follow(batch: Batch) -> None:
    """Give every price whose floor follows from what this push changed its new floor."""
    changed = {kind: list(_changed(batch, kind)) for kind in LEADS}
    if not any(changed.values()):
        return
    firm = _firm(batch)
    entries = {held.id for held in changed["price_entry"]}
    dialect = batch.conn.dialect.name
    form = shape("price_entry", dialect)
    for link, kind in (("product_id", "product"), ("book_id", "price_book")):
        entries.update(form.read_children(batch.conn, link, [held.id for held in changed[kind]]))
    if changed["organisation"]:
        entries.update(row.id.hex for row in batch.conn.execute(select(PriceEntry.id)))
    batch.load(("price_entry", entry) for entry in entries)
    priced = [held for entry in sorted(entries) if (held := batch.get("price_entry", entry)) is not None]
    batch.load(("product", held.row["product_id"]) for held in priced if held.row["product_id"])
    batch.begin()
    for held in priced:
        floor = _floor(batch, held, firm)
        if floor != held.row[FLOOR]:
            batch.change(held, FLOOR, floor, by=OFFICE)


def _changed(batch: Batch, kind: str) -> Iterable[Held]:
    for held in batch.held(kind):
        if held.home is None or held.changed & LEADS[kind]:
            yield held


def _firm(batch: Batch) -> Mapping[str, Any]:
    """The organisation as this push leaves it."""
    query = select(Organisation.id).where(Organisation.deleted_at.is_(None)).order_by(Organisation.id)
    found = batch.conn.execute(query.limit(1)).scalar_one_or_none()
    if found is not None:
        batch.load([("organisation", found.hex)])
    firm = next(iter(batch.held("organisation")), None) if found is None else None
    held = firm if found is None else batch.get("organisation", found.hex)
    return held.row if held is not None else {}


def _floor(batch: Batch, entry: Held, firm: Mapping[str, Any]) -> str | None:
    product = batch.get("product", entry.row["product_id"])
    book = batch.get("price_book", entry.row["book_id"])
    if product is None or book is None:
        return None
    floor = floor_in(
        cost=_number(product.row["cost"]),
        tax=_number(product.row["tax_percent"]),
        currency=book.row["currency"],
        mode=book.row["tax_mode"],
        margin=_number(firm.get("least_margin")),
        home=firm.get("currency"),
    )
    return None if floor is None else PriceEntry.fields()[FLOOR].kind.to_wire(floor)


def _number(wire: str | None) -> Decimal | None:
    return None if wire is None else Decimal(wire)
