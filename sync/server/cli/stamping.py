"""`satchel-server timestamps`: which authority stamps the receipts of what was issued, and how many wait."""

import argparse
from typing import Any

from desktop.errors import Refused
from desktop.words import msg
from sync.server import timestamps
from sync.server.cli.console import Console, command
from sync.server.cli.customer_links import is_address

NO_URL = msg("“{address}” is no address; one looks like https://tsa.example.com/tsr")
NONE = msg("No authority stamps what was issued; the office's own receipts count.")
SOME = msg("{address} stamps what was issued; {count} receipts wait for it.")


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command of this area."""
    area = command(commands, shared, "timestamps", "an authority (RFC 3161) that stamps receipts", show)
    area.add_argument("--url", metavar="URL", help="from now on this one; empty: none")


def show(console: Console, chosen: argparse.Namespace) -> None:
    """Set the authority where one is given, and say how it stands. Raises Refused for no address."""
    store = console.office.store
    if chosen.url is not None:
        wanted = chosen.url.strip()
        if wanted and not is_address(wanted):
            raise Refused(NO_URL.of(address=chosen.url))
        store.write(lambda conn: timestamps.set_address(conn, wanted))
    with store.read() as conn:
        found, waiting = timestamps.address(conn), timestamps.count(conn)
    words = SOME.of(address=found, count=waiting) if found else NONE
    console.result({"url": found, "waiting": waiting}, words)
