"""The office from the command line: join it, sync one round, settle conflicts."""

import argparse
from contextlib import closing
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from desktop.cli.console import Console
from desktop.errors import NotAllowed, Refused, Usage
from desktop.services import inbox
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.models.roots import Roots
    from sync.engine.actions import Report
    from sync.engine.asking import WipeOrdered


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    enrol = areas.add_parser("enrol", help="join an office with its address and your code")
    enrol.add_argument("url", metavar="URL")
    enrol.add_argument("code", metavar="CODE")
    enrol.set_defaults(run=join)
    once = areas.add_parser("sync", help="one round: everything up, everything down")
    once.add_argument(
        "--accept-deletions", action="store_true", help="first remove what others deleted and was held back"
    )
    once.set_defaults(run=sync)


def join(console: Console, chosen: argparse.Namespace) -> None:
    """Enrol this laptop."""
    from sync.client.driver import enrol
    from sync.client.transport import HttpTransport

    if not is_address(chosen.url):
        raise Usage(msg("An office's address is written like this: https://crm.example.com"))
    with closing(HttpTransport(chosen.url)) as transport:
        enrol(console.store, transport, chosen.code)
    me = console.actor
    console.result(
        {"url": chosen.url, "user": me.id.hex, "name": me.name, "role": me.role},
        msg("Joined as {name}.").of(name=me.name),
    )


def is_address(typed: str) -> bool:
    """Whether this is the address of a server."""
    try:
        parts = urlsplit(typed)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def sync(console: Console, chosen: argparse.Namespace) -> None:
    """One round; prints what moved."""
    from desktop.models import fuse
    from desktop.models.remote import Remote

    accepted = fuse.accept(Remote(console.store)) if chosen.accept_deletions else 0
    report = with_office(console)
    moved = {
        "sent": report.pushed,
        "received": report.pulled,
        "removed": report.removed,
        "verdicts": report.verdicts,
        "requests": report.requests,
        "bytes_up": report.bytes_up,
        "bytes_down": report.bytes_down,
        "inbox": inbox.waiting(console.store),
        "waiting": Remote(console.store).waiting(),
        "accepted": accepted,
        "held": report.held,
        "files": {"sent": report.files_up, "received": report.files_down, "waiting": report.files_waiting},
    }
    if report.held and not console.options.json:
        console.line(console.say(fuse.message(report.held)))
        console.line(console.say(msg("To agree: satchel sync --accept-deletions")))
    console.result(
        moved,
        msg("{sent} up, {received} down, {inbox} to decide.").of(
            sent=moved["sent"], received=moved["received"], inbox=moved["inbox"]
        ),
    )


def with_office(console: Console, *, compare: bool = False) -> "Report":
    """One round with the office; `compare` looks at every stream. Raises Refused before a laptop joined."""
    from desktop.cli import progress
    from desktop.models import repairs
    from desktop.models.remote import Remote
    from sync.client.blobs import carry_files, then_files
    from sync.client.driver import sync_once
    from sync.client.transport import HttpTransport
    from sync.engine.asking import WipeOrdered

    url = Remote(console.store).identity().url
    if not url:
        raise Refused(msg("This laptop has not joined an office yet: satchel enrol URL CODE."))
    if compare:
        repairs.compare_soon(console.store)
    line = progress.Line(console.language)
    try:
        with closing(HttpTransport(url)) as transport:
            report = sync_once(console.store, transport, tell=line.tell)
            carried = carry_files(console.store, transport, tell=line.tell)
    except WipeOrdered as ordered:
        obey(console, url, ordered)
    finally:
        line.end()
    if carried is not None:
        then_files(report, carried)
    return report


def obey(console: Console, url: str, ordered: "WipeOrdered") -> NoReturn:
    """The office ordered this laptop to be wiped: last words, then nothing is left. Raises NotAllowed."""
    from desktop.models import wiping
    from sync.client import farewell
    from sync.client.transport import HttpTransport

    with closing(HttpTransport(url)) as transport:
        parting = farewell.part(console.store, transport, ordered)
    console.vault.erase(parting.note())
    wiped = NotAllowed(wiping.WIPED.of(office=parting.order.office))
    wiped.facts = {"sent": parting.sent, "lost": parting.lost, "files": parting.files}
    raise wiped


def office_log(console: Console) -> "Roots":
    """The daily roots of the office's log that this laptop was given."""
    from desktop.models import roots

    with console.store.reader.connect() as connection:
        return roots.read(connection)
