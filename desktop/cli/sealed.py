"""Sealed paper from the command line: verify-pdf, and quote rebuild."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.models import keys
from desktop.rules.money import plain
from desktop.services import attachments, commands, drafts, rebuilding, receipts, sealed
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    check = areas.add_parser("verify-pdf", help="whether a PDF is what was sealed, and by whom; offline")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=verify)


def verify(console: Console, chosen: argparse.Namespace) -> int:
    """Say what the seal on a PDF says of it; exit code 1 where it cannot be relied on.

    Without a vault in the profile nobody is known: then it is said whether the seal is whole.
    """
    pdf = attachments.read_file(Path(chosen.file))
    known = (console.profile / keys.ENVELOPE).exists()
    verdict = sealed.examine(pdf, console.store if known else None)
    found = {"state": verdict.state, "reliable": verdict.reliable, **verdict.facts}
    said = receipts.beside(console.store, verdict) if known else None
    facts = said.facts if said is not None else {}
    console.result({**found, **facts, "message": console.say(verdict.message)}, verdict.message)
    if said is not None and not console.options.json:
        console.line(console.say(said.words))
    return 0 if verdict.reliable else 1


def of_quote(kinds: Any) -> None:
    """Add `quote rebuild` to the subcommands of quotes."""
    area = kinds.add_parser("rebuild", help="a draft that says what a sealed PDF of a quote says")
    area.add_argument("file", metavar="FILE")
    area.add_argument("--anew", action="store_true", help="a draft also where that quote is here already")
    area.set_defaults(run=rebuild)


def rebuild(console: Console, chosen: argparse.Namespace) -> None:
    """Examine the PDF and build its quote; one that is here already is named, and nothing built."""
    found = rebuilding.examine(attachments.read_file(Path(chosen.file)), console.store)
    if found.content is None:
        raise Refused(found.why or rebuilding.NOTHING)
    said = {"state": found.verdict.state, "number": found.content["number"]}
    if found.known is not None and not chosen.anew:
        told = msg("This quote is here already: {id}. With --anew a draft is made of it.")
        console.result({**said, "id": found.known.hex, "known": True}, told.of(id=found.known.hex))
        return
    made = commands.run(console.store, console.actor, "quote.rebuild", content=found.content).value
    draft = drafts.load(console.store, made.id)
    payable = plain(draft.totals().payable, draft.totals().digits)
    built = msg("Quote {id}: {payable} {currency}").of(
        id=made.id.hex, payable=payable, currency=made.currency
    )
    console.result(
        {**said, "id": made.id.hex, "known": False, "payable": payable, "lines": len(draft.lines)},
        f"{console.say(found.verdict.message)}\n{console.say(built)}",
    )
