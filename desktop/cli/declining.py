"""A customer who said no, from the command line: that they did, and why."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.models.records import Quote
from desktop.models.records.quotes import DECLINES
from desktop.services import commands, records
from desktop.words import msg


def of_quote(kinds: Any) -> None:
    """Add `quote decline` to the subcommands of quotes."""
    area = kinds.add_parser("decline", help="the customer declined, and why")
    area.add_argument("id", metavar="ID")
    area.add_argument("--reason", default="", choices=("", *(code for code, _ in DECLINES)), metavar="REASON")
    area.add_argument("--words", default="", metavar="TEXT", help="what the customer said")
    area.set_defaults(run=decline)


def decline(console: Console, chosen: argparse.Namespace) -> None:
    """Record that the customer declined; coupons of the quote may be used again."""
    quote = records.find(console.store, Quote, chosen.id)
    said = {"reason": chosen.reason, "words": chosen.words}
    commands.run(console.store, console.actor, "quote.decline", quote.id, **said)
    console.result({"id": quote.id.hex, "stage": "declined", **said}, msg("Customer declined"))
