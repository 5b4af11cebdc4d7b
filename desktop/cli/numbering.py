"""`satchel numbers`: what became of every number that this laptop was lent or counted itself."""

import argparse
from dataclasses import asdict
from typing import Any

from desktop.cli.console import Console
from desktop.models import numbers
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    area = areas.add_parser("numbers", help="document numbers of this laptop: issued, void, left")
    area.set_defaults(run=show)


def show(console: Console, _chosen: argparse.Namespace) -> None:
    """One line for each series; issued, void and left are all that there were."""
    with console.store.reader.connect() as connection:
        found = numbers.report(connection)
    console.result([asdict(one) for one in found], "\n".join(_line(console, one) for one in found))


def _line(console: Console, used: numbers.Used) -> str:
    series = f"{used.series}-{used.year % 100:02d}-{used.code}" if used.code else used.series
    said = msg("{series}: {lent} numbers, {issued} issued, {void} void, {left} left")
    issued, void, left = (numbers.many(part) for part in (used.issued, used.void, used.left))
    return console.say(said.of(series=series, lent=used.lent, issued=issued, void=void, left=left))
