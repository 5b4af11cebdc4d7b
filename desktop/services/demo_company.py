"""The demo company of the first run: its terms, a price book, customers, and a year that leads to today."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import catalog, commands, contract_clauses, contract_drafts, demo_past, imports
from desktop.words import RESOURCES

assert contract_clauses.WORDS  # its commands are registered
PARTS = (("products.csv", "products"), ("customers_zh.csv", "customers"), ("contacts.vcf", "contacts"))


def found(store: Store) -> None:
    """Bring it into an empty vault: a day on which there is something to do."""
    folder = RESOURCES / "demo"
    firm = json.loads((folder / "company.json").read_text(encoding="utf-8"))
    me = store.me()
    commands.run(store, me, "organisation.new", values=firm["organisation"])
    for name, kind in PARTS:
        imports.carry_out(store, me, imports.plan((folder / name).read_bytes(), kind))
    for each in firm["bundles"]:
        _bundle(store, each)
    for each in firm["coupons"]:
        _coupon(store, each)
    demo_past.live(store, firm)
    for each in firm["running_out"]:
        _quote(store, each)
    for each in firm["agreed"]:
        _contract(store, each)


def _bundle(store: Store, each: Mapping[str, Any]) -> None:
    """A product that consists of others, some of them always, some by choice."""
    me, values = store.me(), dict(each["product"])
    values |= {name: Decimal(values[name]) for name in ("price", "tax_percent")}
    whole = commands.run(store, me, "product.new", values=values).value
    for sku, count, inclusion, pricing in each["parts"]:
        part = catalog.product_by_sku(store, sku)
        said = {"quantity": Decimal(count), "inclusion": inclusion, "pricing": pricing}
        named = {"product_id": whole.id, "part_id": part.id, **said}
        commands.run(store, me, "bundle_part.new", values=named)


def _coupon(store: Store, each: Mapping[str, Any]) -> None:
    """A code that is good from today on, for some weeks."""
    today, values = store.clock().date(), dict(each)
    days = {"valid_from": today, "valid_until": today + timedelta(days=values.pop("days"))}
    values |= {name: Decimal(values[name]) for name in ("percent", "threshold")}
    commands.run(store, store.me(), "coupon.new", values={**values, **days})


def _contract(store: Store, each: Mapping[str, Any]) -> None:
    """A contract that both sides have signed, with a clause worded otherwise; its next payment comes soon."""
    me, quote_id, today = store.me(), _quote(store, each), store.clock().date()
    if quote_id is None:
        return
    days = {"valid_from": today, "valid_until": today + timedelta(days=365)}
    values = {"quote_id": quote_id, "renew_on": today + timedelta(days=335), **days}
    made = commands.run(store, me, "contract.new", values=values).value
    draft = contract_drafts.load(store, made.id)
    clause = next(one for one in draft.clauses if one.code == each["clause"])
    worded = {name: getattr(clause, name).replace(*each[name]) for name in ("body", "body_en")}
    commands.run(
        *(store, me, "contract.set_clause", made.id),
        clause_id=clause.id,
        values={**worded, "why": each["why"]},
    )
    commands.run(store, me, "contract.issue", made.id)
    commands.run(store, me, "contract.sign", made.id)
    for milestone, after in zip(draft.milestones, each["due"], strict=False):
        due = {"due_on": today + timedelta(days=after)}
        commands.run(store, me, "milestone.edit", milestone.id, values=due)


def _quote(store: Store, each: Mapping[str, Any]) -> UUID | None:
    """A quote that was issued and runs out in some days."""
    me = store.me()
    with store.reading() as session:
        named = Customer.name.contains(each["brand"])
        customer = session.scalars(select(Customer).where(named, Customer.deleted_at.is_(None))).first()
    if customer is None:
        return None
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
    found: UUID = quote.id
    return found
