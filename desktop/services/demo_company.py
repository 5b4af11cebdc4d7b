"""The demo company of the first run: its terms, a price book, customers, and a year that leads to today."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import catalog, commands, demo_past, imports
from desktop.words import RESOURCES

PARTS = (("products.csv", "products"), ("customers_zh.csv", "customers"), ("contacts.vcf", "contacts"))


def found(store: Store) -> None:
    """Bring it into an empty vault: a day on which there is something to do."""
    folder = RESOURCES / "demo"
    firm = json.loads((folder / "company.json").read_text(encoding="utf-8"))
    me = store.me()
    commands.run(store, me, "organisation.new", values=firm["organisation"])
    for name, kind in PARTS:
        imports.carry_out(store, me, imports.plan((folder / name).read_bytes(), kind))
    demo_past.live(store, firm)
    for each in firm["running_out"]:
        _quote(store, each)


def _quote(store: Store, each: Mapping[str, Any]) -> None:
    """A quote that was issued and runs out in some days."""
    me = store.me()
    with store.reading() as session:
        named = Customer.name.contains(each["brand"])
        customer = session.scalars(select(Customer).where(named, Customer.deleted_at.is_(None))).first()
    if customer is None:
        return
    until = (store.clock() + timedelta(days=each["days"])).date()
    values = {"customer_id": customer.id, "name": each["name"]}
    quote = commands.run(store, me, "quote.new", values=values).value
    commands.run(store, me, "quote_revision.edit", quote.revision_id, values={"valid_until": until})
    for sku, count in each["lines"]:
        product = catalog.product_by_sku(store, sku)
        commands.run(
            store, me, "quote.add_line", quote.id, product_id=product.id, quantity=Decimal(count), values={}
        )
    commands.run(store, me, "quote.issue", quote.id)
