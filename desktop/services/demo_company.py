"""The demo company of the first run: its name and terms, a price book, customers and contacts."""

import json

from desktop.models.store import Store
from desktop.services import commands, imports
from desktop.words import RESOURCES

PARTS = (("products.csv", "products"), ("customers_zh.csv", "customers"), ("contacts.vcf", "contacts"))


def found(store: Store) -> None:
    """Bring it into an empty vault."""
    folder = RESOURCES / "demo"
    firm = json.loads((folder / "company.json").read_text(encoding="utf-8"))
    me = store.me()
    commands.run(store, me, "organisation.new", values=firm["organisation"])
    for name, kind in PARTS:
        imports.carry_out(store, me, imports.plan((folder / name).read_bytes(), kind))
