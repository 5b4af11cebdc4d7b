"""The same program without a window: one subcommand for each thing, JSON for scripts, clear exit codes.

Exit codes: 0 done, 1 refused, 2 usage, 3 not found, 4 offline, 5 in use, 6 wrong passphrase.
"""

import argparse
import io
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from desktop.cli import (
    approving,
    attachments,
    bulk,
    bundles,
    contracts,
    deciding,
    demo,
    files,
    links,
    mail,
    numbering,
    orders,
    outbox,
    quotes,
    records,
    sealed,
    seals,
    sharing,
    syncing,
    templates,
    totals,
    vaults,
)
from desktop.cli.console import Console, Options
from desktop.errors import Refused, SatchelError, Usage
from desktop.words import Message, msg

_SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))
AREAS = (
    vaults,
    records,
    links,
    bulk,
    sharing,
    files,
    attachments,
    quotes,
    contracts,
    seals,
    orders,
    approving,
    sealed,
    templates,
    totals,
    syncing,
    deciding,
    bundles,
    outbox,
    mail,
    numbering,
    demo,
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong through the same door as every other refusal."""

    def error(self, message: str) -> NoReturn:
        """A wrong call, with the usage line."""
        raise Usage(
            msg("This call makes no sense: {why}\n{usage}").of(why=message, usage=self.format_usage().strip())
        )


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; returns the exit code."""
    options = Options(json="--json" in arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        options, rest = read_options(arguments)
        refuse_no_text(arguments)
        chosen = parser().parse_args(reductions_kept(rest))
        with Console(options) as console:
            return chosen.run(console, chosen) or 0
    except SatchelError as error:
        return report(error, options)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return report(_file_trouble(error), options)
    except Exception as error:  # noqa: BLE001 - the last door: a person never meets a traceback
        return report(SatchelError(_own_mistake(error)), options)


def _file_trouble(error: OSError) -> Refused:
    """What the operating system said of a file or folder."""
    return Refused(msg("{path} cannot be used: {why}.").of(path=error.filename or "?", why=error.strerror))


def refuse_no_text(arguments: Sequence[str]) -> None:
    """Refuse words that are no text, such as Chinese of another character set; a file may be called so."""
    for word in arguments:
        if "\0" in word or (not _SURROGATES.isdisjoint(word) and not Path(word).exists()):
            raise Usage(msg("“{word}” is no text that can be kept.").of(word=ascii(word)))


def _own_mistake(error: Exception) -> Message:
    """What is said of a mistake of the program's own: where it happened, and nothing of what was typed."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    return msg("Satchel made a mistake of its own ({kind} in {place}). This command changed nothing.").of(
        kind=type(error).__name__, place=place
    )


def reductions_kept(arguments: Sequence[str]) -> list[str]:
    """`--discount -5%` as one word: argparse would take a reduction for an option of its own."""
    kept: list[str] = []
    for word in arguments:
        if kept and kept[-1] in {"--discount", "--target"} and word[:1] == "-" and word[1:2].isdigit():
            kept[-1] = f"{kept[-1]}={word}"
        else:
            kept.append(word)
    return kept


def read_options(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """The global options, wherever they stand, and what is left."""
    found, rest = global_parser().parse_known_args(list(arguments))
    return Options(found.profile, found.passphrase_file, found.json, found.language), rest


def global_parser() -> argparse.ArgumentParser:
    """The options that every subcommand knows."""
    shared = Parser(add_help=False, allow_abbrev=False)
    shared.add_argument("--profile", metavar="DIR")
    shared.add_argument("--passphrase-file", metavar="FILE")
    shared.add_argument("--json", action="store_true")
    shared.add_argument("--language", choices=("zh", "en"), default="")
    return shared


def parser() -> argparse.ArgumentParser:
    """All subcommands."""
    top = Parser(
        prog="satchel",
        allow_abbrev=False,
        description="Satchel: customers, opportunities and quotes, encrypted and offline.",
        epilog="Everywhere: --profile DIR, --passphrase-file FILE (or SATCHEL_PASSPHRASE), --json, "
        "--language zh|en. Without a subcommand the window opens.",
    )
    areas = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for area in AREAS:
        area.register(areas)
    return top


def no_display() -> Refused:
    """Why no window opens on a machine without a display."""
    return Refused(msg("There is no display here for the window. “satchel --help” lists what works without."))


def report(error: SatchelError, options: Options) -> int:
    """Say what went wrong and what to do; with --json also as an object on standard output."""
    console = Console(options)
    if options.json:
        console.emit(console.fault(error))
    sys.stderr.write(f"{console.say(error.message)}\n")
    return error.exit_code
