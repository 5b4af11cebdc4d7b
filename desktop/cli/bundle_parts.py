"""The parts of a quote's bundles from the command line: quote parts."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.errors import NotFound
from desktop.models.records import Quote, QuoteLine
from desktop.rules.money import ONE, number
from desktop.services import bundles, catalog, commands, drafts, records
from desktop.words import msg


def of_quote(kinds: Any) -> None:
    """Add `parts` to the actions of a quote."""
    area = kinds.add_parser("parts", help="what a bundle in it has and offers; choose with --take")
    area.add_argument("id", metavar="ID")
    area.add_argument("--bundle", metavar="SKU", default="", help="which bundle; without it the first one")
    area.add_argument("--take", nargs="*", metavar="SKU", help="exactly these, and what is always in it")
    area.set_defaults(run=parts)


def parts(console: Console, chosen: argparse.Namespace) -> None:
    """Show the parts of a bundle; with --take they are chosen."""
    store = console.store
    quote = records.find(store, Quote, chosen.id)
    line = _bundle(console, quote, chosen.bundle)
    if chosen.take is not None:
        taken = [catalog.product_by_sku(store, sku).id for sku in chosen.take]
        commands.run(store, console.actor, "quote.choose_parts", quote.id, line_id=line.id, product_ids=taken)
    below = {
        one.product_id: number(one.quantity or ONE)
        for one in drafts.load(store, quote.id).lines
        if one.bundle_id == line.id
    }
    found = [
        {
            "sku": one.product.sku,
            "name": one.part.name,
            "included": one.part.inclusion,
            "group": one.part.group,
            "choose": one.part.choose,
            "quantity": below.get(one.product.id),
        }
        for one in bundles.offered(store, line)
    ]
    told = [f"{one['quantity'] or '–':>8}  {one['sku']}  {one['name']}  {one['group']}" for one in found]
    console.result({"id": quote.id.hex, "bundle": line.sku, "parts": found}, "\n".join(told))


def _bundle(console: Console, quote: Any, sku: str) -> QuoteLine:
    """The line of the bundle that is meant."""
    for line in drafts.load(console.store, quote.id).lines:
        if (not sku or line.sku == sku) and bundles.offered(console.store, line):
            return line
    raise NotFound(msg("There is no bundle with parts in this quote."))
