"""`satchel-server numbers`: which numbers documents bear, which are void, which are still lent."""

import argparse
from typing import Any

from desktop.models.numbers import many
from desktop.words import msg
from sync.server import numbers
from sync.server.cli.console import Console, command


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command of this area."""
    command(commands, shared, "numbers", "document numbers: issued, void, still lent", show)


def show(console: Console, _chosen: argparse.Namespace) -> None:
    """Every series by laptop; with --json also the sums, which add up."""
    with console.office.store.read() as conn:
        report = numbers.report(conn)
    if console.json:
        console.result(report.wire(), "")
        return
    rows: list[dict[str, Any]] = [
        {"series": one.series, "lent": one.lent, "still lent": many(one.still_lent), **_row(one)}
        for one in report.lent
    ]
    own = console.say(msg("own series"))
    rows += [
        {"series": f"{one.series} {one.year}", "lent": own, "still lent": "", **_row(one)}
        for one in report.own
    ]
    console.table(rows, "series", "laptop", "lent", "issued", "void", "still lent", "which are void")


def _row(one: numbers.Lent | numbers.Own) -> dict[str, Any]:
    which = " ".join(str(first) if first == last else f"{first}–{last}" for first, last in one.void)
    return {"laptop": one.code, "issued": one.issued, "void": many(one.void), "which are void": which}
