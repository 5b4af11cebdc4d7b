"""The program's start: a subcommand goes to the command line, nothing opens the window."""

import gc
import sys
from collections.abc import Sequence

from desktop import settings

GLOBAL = {"--profile": 1, "--passphrase-file": 1, "--language": 1, "--json": 0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Satchel; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    given, link = _link_of(given)
    profile, window = _for_window(given)
    if window and settings.has_display():
        gc.disable()  # nothing that is loaded is garbage, and looking for it is a tenth of a start
        from desktop.app import run

        return run(profile, link)
    from desktop import cli

    return cli.main(given) if not window else cli.report(cli.no_display(), cli.read_options(given)[0])


def _link_of(given: Sequence[str]) -> tuple[list[str], str]:
    """A link to open (`satchel://customer/…`, as the system hands it over), and the arguments without it."""
    links = [word for word in given if word.startswith("satchel://")]
    return [word for word in given if word not in links], links[-1] if links else ""


def _for_window(given: Sequence[str]) -> tuple[str, bool]:
    """The profile named, and whether there is no subcommand: told without the weight of the command line."""
    profile, place = "", 0
    while place < len(given):
        name, equals, value = given[place].partition("=")
        if name not in GLOBAL:
            return profile, False
        if GLOBAL[name] and not equals:
            place += 1
            value = given[place] if place < len(given) else ""
        if name == "--profile":
            profile = value
        place += 1
    return profile, True


if __name__ == "__main__":
    sys.exit(main())
