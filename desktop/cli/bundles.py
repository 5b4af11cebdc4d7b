"""Sync without a network, from the command line: a bundle out, a bundle in, what is carried for others."""

import argparse
from pathlib import Path
from typing import Any, Final

from desktop.cli.console import Console
from desktop.errors import Refused
from desktop.models import profile
from desktop.services import inbox
from desktop.words import msg

NOT_OURS: Final = msg("{path} is there already and is no bundle; choose another name.")


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("bundle", help="sync by a file: out FILE, in FILE")
    verbs = area.add_subparsers(metavar="VERB", required=True)
    out = verbs.add_parser("out", help="write what waits here into a file that only the office can open")
    out.add_argument("file", type=Path, metavar="FILE")
    out.set_defaults(run=write)
    into = verbs.add_parser("in", help="take in the office's answer")
    into.add_argument("file", type=Path, metavar="FILE")
    into.set_defaults(run=take_in)


def write(console: Console, chosen: argparse.Namespace) -> None:
    """A letter for the office."""
    from sync.client import bundle

    if chosen.file.exists():
        refuse_others(chosen.file)
    written = bundle.write(console.store)
    profile.write_durably(chosen.file, written.data)
    console.result(
        {"file": str(chosen.file), "changes": written.ops, "left": written.left, "bytes": len(written.data)},
        msg("{file}: {count} changes for the office, {left} more for the next bundle.").of(
            file=chosen.file, count=written.ops, left=written.left
        ),
    )


def take_in(console: Console, chosen: argparse.Namespace) -> None:
    """The office's answer."""
    from sync.client import bundle

    took = bundle.take_in(console.store, read(chosen.file))
    told = {
        "counts": took.counts,
        "answered": took.answered,
        "received": took.rows,
        "removed": took.removed,
        "more": took.more,
        "waiting": took.waiting,
        "inbox": inbox.waiting(console.store),
    }
    if took.counts == "old" and not took.answered:
        console.result(told, msg("This bundle was taken in before, or something newer was: nothing changed."))
        return
    text = msg("{answered} changes answered, {received} rows received, {inbox} to decide.")
    console.result(told, text.of(answered=took.answered, received=took.rows, inbox=told["inbox"]))
    if took.more:
        console.line(console.say(msg("There is more: write another bundle for the office.")))


def read(path: Path) -> bytes:
    """A bundle's bytes; of a file that is far too large only as many as show that."""
    from sync.protocol.bundle import MAX_FILE

    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def refuse_others(path: Path) -> None:
    """Raises Refused where a file that is no bundle would be lost."""
    from sync.protocol.bundle import MAGIC

    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise Refused(NOT_OURS.of(path=path))
