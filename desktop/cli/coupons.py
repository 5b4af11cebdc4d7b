"""Coupons on a quote from the command line: put on by their code, taken off again."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.models.records import Quote
from desktop.rules.money import plain
from desktop.services import commands, drafts, records
from desktop.words import msg


def of_quote(kinds: Any) -> None:
    """Add `quote coupon` to the subcommands of quotes."""
    area = kinds.add_parser("coupon", help="use a coupon by its code; --off takes it off again")
    area.add_argument("id", metavar="ID")
    area.add_argument("code", metavar="CODE")
    area.add_argument("--off", action="store_true", help="take it off the quote")
    area.set_defaults(run=use)


def use(console: Console, chosen: argparse.Namespace) -> None:
    """Put a coupon on a quote, or take it off; prints what is to be paid then."""
    quote = records.find(console.store, Quote, chosen.id)
    name = "quote.drop_coupon" if chosen.off else "quote.use_coupon"
    commands.run(console.store, console.actor, name, quote.id, code=chosen.code)
    draft = drafts.load(console.store, quote.id)
    result = draft.totals()
    payable = plain(result.payable, result.digits)
    said = msg("Quote {id}: {payable} {currency}")
    console.result(
        {"id": quote.id.hex, "code": chosen.code, "used": not chosen.off, "payable": payable},
        said.of(id=quote.id.hex, payable=payable, currency=draft.quote.currency),
    )
