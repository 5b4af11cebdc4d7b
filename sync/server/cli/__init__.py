"""The command line of the office. Every command works beside a server that runs on the same data.

Exit codes as the laptop's: 0 done, 1 refused, 2 usage, 3 not found, 4 offline, 5 in use.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from sqlalchemy.exc import ArgumentError, DBAPIError

from desktop.errors import Refused, SatchelError, Usage
from desktop.words import msg
from sync.server.cli import (
    bundles,
    customer_links,
    keeping,
    laptops,
    machine,
    numbering,
    people,
    roles,
    serving,
    stamping,
)
from sync.server.cli.console import Console

DATABASE_URL: Final = "SATCHEL_DATABASE_URL"
"""In place of --database-url, whose password every list of processes would show."""
AREAS: Final = (
    serving,
    people,
    roles,
    laptops,
    bundles,
    numbering,
    customer_links,
    stamping,
    keeping,
    machine,
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong through the same door as every other refusal."""

    def error(self, message: str) -> NoReturn:
        """A wrong call, with the usage line."""
        raise Usage(
            msg("This call makes no sense: {why}\n{usage}").of(why=message, usage=self.format_usage().strip())
        )


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; returns the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    console = Console(json="--json" in words)
    try:
        defaults = argparse.Namespace(data=None, database_url=None, json=False)
        chosen = parser().parse_args(words, defaults)
        url = chosen.database_url or os.environ.get(DATABASE_URL)
        console = Console(data=chosen.data, database_url=url, json=chosen.json)
        with console:
            chosen.act(console, chosen)
    except SatchelError as error:
        return console.report(error)
    except BrokenPipeError:
        return 0
    except (OSError, ArgumentError, DBAPIError) as error:
        return console.report(_trouble(error))
    return 0


def _trouble(error: OSError | ArgumentError | DBAPIError) -> SatchelError:
    """What the operating system or the database said, as a refusal."""
    if isinstance(error, OSError):
        return Refused(
            msg("{path} cannot be used: {why}.").of(path=error.filename or "?", why=error.strerror or error)
        )
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return Refused(msg("The database does not answer: {why}").of(why=said[0] if said else "?"))


def parser() -> argparse.ArgumentParser:
    """The words of the command line; every area adds its own."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--data", type=Path, metavar="DIR", help="folder of the office's encrypted database")
    shared.add_argument("--database-url", metavar="URL", help="another database, such as postgresql://…")
    shared.add_argument("--json", action="store_true", help="print JSON")
    top = Parser(prog="satchel-server", description="The office that laptops sync with.", parents=[shared])
    commands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for area in AREAS:
        area.register(commands, shared)
    return top
