"""Sync without a network, from the command line: a bundle out, a bundle in, what is carried for others."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desktop.cli.console import Console
from desktop.errors import NotFound, Refused
from desktop.models import profile
from desktop.services import inbox
from desktop.words import msg

if TYPE_CHECKING:
    from sync.client.carried import Carried
    from sync.client.lan import Traded

UNASKED: Final = msg(
    "This bundle answers one that this vault did not write, perhaps before a backup was put back:"
    " nothing changed. Write another for the office."
)
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
    keep = verbs.add_parser("carry", help="take somebody else's bundle along, sealed as it is")
    keep.add_argument("file", type=Path, metavar="FILE")
    keep.set_defaults(run=carry)
    hand = verbs.add_parser("hand", help="put every bundle that is carried for the office into a folder")
    hand.add_argument("folder", type=Path, metavar="DIR")
    hand.set_defaults(run=hand_over)
    lan = areas.add_parser("lan", help="two laptops on one network exchange bundles: share, join CODE")
    sides = lan.add_subparsers(metavar="SIDE", required=True)
    share = sides.add_parser("share", help="show a code and wait for the other laptop")
    share.add_argument("--seconds", type=float, default=300.0, help="how long the code lives")
    share.set_defaults(run=show_code)
    join = sides.add_parser("join", help="type the code that the other laptop shows")
    join.add_argument("code", metavar="CODE", nargs="+")
    join.set_defaults(run=type_code)


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
    if took.counts == "unasked":
        console.result(told, UNASKED)
        return
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


# ---------------------------------------------------------------- for others, and with others


def carry(console: Console, chosen: argparse.Namespace) -> None:
    """Keep a sealed bundle until it can be handed over."""
    found = _carried(console).add(read(chosen.file))
    text = msg("Taken along for the office.") if found.kind == "letter" else msg("Taken along for a laptop.")
    console.result({"kind": found.kind, "to": found.to}, text)


def hand_over(console: Console, chosen: argparse.Namespace) -> None:
    """Everything for the office goes into a folder, such as that of a USB stick."""
    from desktop.models.remote import Remote

    if not chosen.folder.is_dir():
        raise NotFound(msg("There is no folder {path}.").of(path=chosen.folder))
    count = _carried(console).hand_over(chosen.folder, Remote(console.store).identity().server)
    console.result({"count": count}, msg("{count} bundles for the office.").of(count=count))


def show_code(console: Console, chosen: argparse.Namespace) -> None:
    """Show a code; who types it on another laptop gets a sealed line."""
    from sync.client import lan

    trader, code = lan.Trader(console.store, _carried(console)), lan.new_code()
    console.result({"code": code}, msg("Code: {code}").of(code=lan.shown(code)))
    sys.stdout.flush()
    _tell(console, lan.share(trader, code, seconds=chosen.seconds))


def type_code(console: Console, chosen: argparse.Namespace) -> None:
    """Find the laptop that shows the code."""
    from sync.client import lan

    code = lan.read_code("".join(chosen.code))
    _tell(console, lan.join(lan.Trader(console.store, _carried(console)), code))


def _tell(console: Console, traded: "Traded") -> None:
    told = {
        "given": traded.given,
        "carried": traded.carried,
        "replies": traded.replies,
        "answered": traded.answered,
        "ignored": traded.ignored,
    }
    text = msg("{given} bundles given, {carried} taken along for the office, {replies} answers taken in.")
    console.result(told, text.of(given=traded.given, carried=traded.carried, replies=traded.replies))


def _carried(console: Console) -> "Carried":
    from sync.client.carried import Carried

    return Carried(console.profile / "carried")
