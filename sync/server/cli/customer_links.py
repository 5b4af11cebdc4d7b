"""`satchel-server links`: at which address customers reach the office, where laptops use another one."""

import argparse
from typing import Any
from urllib.parse import urlsplit

from desktop.errors import Refused
from desktop.words import msg
from sync.server import links
from sync.server.cli.console import Console, command

NO_ADDRESS = msg("“{address}” is no address; one looks like https://quotes.example.com")
OWN = msg("Links for customers begin with the address that the laptop uses.")
OTHER = msg("Links for customers begin with {address} from now on.")


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command of this area."""
    area = command(commands, shared, "links", "at which address customers open their links", show)
    area.add_argument("--address", metavar="URL", help="from now on this one; empty: that of the laptops")


def show(console: Console, chosen: argparse.Namespace) -> None:
    """Set the address where one is given, and say which it is. Raises Refused for none."""
    store = console.office.store
    if chosen.address is not None:
        wanted = chosen.address.strip().rstrip("/")
        if wanted and not is_address(wanted):
            raise Refused(NO_ADDRESS.of(address=chosen.address))
        store.write(lambda conn: links.set_address(conn, wanted))
    with store.read() as conn:
        found = links.address(conn)
    console.result({"address": found}, OTHER.of(address=found) if found else OWN)


def is_address(text: str) -> bool:
    """Whether this is an address of the web, and nothing but that."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain
