"""Links from the command line: `satchel link customer 星河精密` prints one to a record; `make`, `list` and
`revoke` are about those for customers.
"""

import argparse
from typing import Any

from desktop.cli import customer_links
from desktop.cli.console import Console
from desktop.errors import Usage
from desktop.rules import deeplinks
from desktop.services import records
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    area = areas.add_parser(
        "link", help="a satchel:// link to a record; links for customers: make QUOTE, list, revoke ID"
    )
    area.add_argument("record", metavar="RECORD|make|list|revoke")
    area.add_argument("id", metavar="ID", nargs="?")
    area.add_argument("--until", metavar="DAY", help="make: its last day, no later than the quote's")
    area.set_defaults(run=show_link)


def show_link(console: Console, chosen: argparse.Namespace) -> None:
    """Print the link of a record named by id, name or number."""
    if chosen.record in customer_links.WAYS:
        customer_links.act(console, chosen)
        return
    if not chosen.id:
        raise Usage(msg("Say which: satchel link {way} …").of(way=chosen.record))
    cls = records.record_type(chosen.record)
    found = records.find(console.store, cls, chosen.id)
    link = deeplinks.link(cls.__tablename__, found.id)
    console.result({"link": link}, link)
