"""Links to records from the command line: `satchel link customer 星河精密` prints one."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.rules import deeplinks
from desktop.services import records


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    area = areas.add_parser("link", help="a satchel:// link to a record, which opens it in the window")
    area.add_argument("record", metavar="RECORD")
    area.add_argument("id", metavar="ID")
    area.set_defaults(run=show_link)


def show_link(console: Console, chosen: argparse.Namespace) -> None:
    """Print the link of a record named by id, name or number."""
    cls = records.record_type(chosen.record)
    found = records.find(console.store, cls, chosen.id)
    link = deeplinks.link(cls.__tablename__, found.id)
    console.result({"link": link}, link)
