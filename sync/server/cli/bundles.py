"""`satchel-server bundle in FILE --out FILE`: what a laptop wrote without a network, and the answer to it."""

import argparse
from pathlib import Path
from typing import Any, Final

from desktop.errors import Refused
from desktop.models import profile
from desktop.words import msg
from sync.server.cli.console import Console, command, group

NOT_OURS: Final = msg("{path} is there already and is no bundle; choose another name.")


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    verbs = group(commands, shared, "bundle", "sync by a file: take a laptop's in, write the answer")
    added = command(verbs, shared, "in", "take in a laptop's bundle and answer it", take_in)
    added.add_argument("file", type=Path, metavar="FILE")
    added.add_argument("--out", type=Path, metavar="FILE", required=True, help="where the answer goes")


def take_in(console: Console, chosen: argparse.Namespace) -> None:
    """Take in a letter; the answer is for that laptop alone."""
    from sync.protocol.bundle import MAGIC, MAX_FILE
    from sync.server import bundle
    from sync.server.problems import Refusal

    if chosen.out.exists():
        with chosen.out.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise Refused(NOT_OURS.of(path=chosen.out))
    with chosen.file.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    try:
        took = bundle.take_in(console.office, data)
    except Refusal as refusal:
        raise Refused(refusal.message) from refusal
    profile.write_durably(chosen.out, took.reply)
    told = {
        "device": took.device,
        "status": took.status,
        "again": took.again,
        "verdicts": dict(took.verdicts),
        "out": str(chosen.out),
        "more": took.more,
    }
    text = msg("{count} changes taken in; the answer for laptop {device} is in {out}.")
    count = sum(took.verdicts.values())
    console.result(told, text.of(count=count, device=took.device, out=chosen.out))
