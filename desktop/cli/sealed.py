"""Sealed paper from the command line: verify-pdf."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli.console import Console
from desktop.models import keys
from desktop.services import attachments, sealed


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
    console.result({**found, "message": console.say(verdict.message)}, verdict.message)
    return 0 if verdict.reliable else 1
