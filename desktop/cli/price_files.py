"""Price lists and rates from the command line: `import prices FILE --book NAME`, `import rates FILE`."""

import argparse
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from desktop.cli.console import Console
from desktop.errors import Usage
from desktop.models.kinds import Day
from desktop.models.records import PriceBook
from desktop.services import imports, price_lists, rate_lists, records
from desktop.services.price_lists import Done, PriceRow
from desktop.services.rate_lists import RateRow
from desktop.words import msg

MOST_SHOWN: Final = 40
NOTHING: Final = "\N{EM DASH}"


def of_import(bring: Any) -> None:
    """The options of both."""
    bring.add_argument("--book", metavar="NAME|ID", help="of prices: into which price book")
    bring.add_argument("--from", dest="day", metavar="DAY", help="the day of rows that name none")


def only(chosen: argparse.Namespace) -> str:
    """The one file of another import, which says what it holds."""
    if len(chosen.file) != 1 or chosen.kind is None:
        raise Usage(
            msg("Say which file and what it holds: import FILE --as customers, or: prices, or: rates.")
        )
    return str(chosen.file[0])


def bring_in(console: Console, chosen: argparse.Namespace) -> bool:
    """Import prices or rates; False where something else is to be imported."""
    if len(chosen.file) != 2 or chosen.kind is not None:
        return False
    ways = {"prices": _prices, "rates": _rates}
    way = ways.get(chosen.file[0])
    if way is None:
        return False
    way(console, chosen, Path(chosen.file[1]))
    return True


def _prices(console: Console, chosen: argparse.Namespace, path: Path) -> None:
    if not chosen.book:
        raise Usage(msg("Say into which price book: --book NAME."))
    store, actor = console.store, console.actor
    book, day = records.find(store, PriceBook, chosen.book), Day().parse(chosen.day or "")
    made = price_lists.plan(store, imports.read(path), book.id, valid_from=day)
    counts = made.counts()
    done = None if chosen.dry_run else price_lists.carry_out(store, actor, made)
    for row in made.of("new", "changed")[:MOST_SHOWN] if chosen.dry_run else ():
        console.line(f"{row.sku}: {_change(row.old, row.new, row.percent)}")
    _tell(console, made.of("unknown", "fault"), done)
    text = msg("{changed} prices change, {new} are new, {same} are so already, {aside} were kept aside.")
    aside = counts["unknown"] + counts["fault"]
    said = {"changed": counts["changed"], "new": counts["new"], "same": counts["same"]}
    facts: dict[str, Any] = {
        "book": book.title,
        **{str(kind): count for kind, count in counts.items()},
        "rows": [_price_facts(console, row) for row in made.rows],
    }
    console.result(_with(facts, done), text.of(**said, aside=aside))


def _price_facts(console: Console, row: PriceRow) -> dict[str, Any]:
    return {
        "sku": row.sku,
        "from_quantity": str(row.quantity),
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        **_facts(console, row),
    }


def _facts(console: Console, row: PriceRow | RateRow) -> dict[str, Any]:
    return {
        "row": row.number,
        "kind": row.kind,
        "old": _said(row.old),
        "new": _said(row.new),
        "percent": _said(row.percent),
        "why": console.say(row.why) if row.why is not None else "",
    }


def _rates(console: Console, chosen: argparse.Namespace, path: Path) -> None:
    store, actor = console.store, console.actor
    currency, now = rate_lists.usual(store)
    on = Day().parse(chosen.day or "") or now
    rows = rate_lists.plan(store, imports.read(path), on=on, quote=currency, source=path.name)
    done = None if chosen.dry_run else rate_lists.carry_out(store, actor, rows)
    for row in [row for row in rows if row.kind in ("new", "changed")][:MOST_SHOWN] if chosen.dry_run else ():
        console.line(f"{row.base}/{row.quote} {row.day}: {_change(row.old, row.new, row.percent)}")
    faults = [row for row in rows if row.kind == "fault"]
    _tell(console, faults, done)
    kinds: tuple[rate_lists.Kind, ...] = ("changed", "new", "same")
    counts: dict[str, int] = {kind: sum(row.kind == kind for row in rows) for kind in kinds}
    facts = {
        **counts,
        "fault": len(faults),
        "rows": [
            {"pair": f"{row.base}/{row.quote}", "day": str(row.day or ""), **_facts(console, row)}
            for row in rows
        ],
    }
    text = msg("{changed} rates change, {new} are new, {same} are so already, {aside} were kept aside.")
    console.result(_with(facts, done), text.of(**counts, aside=len(faults)))


def _tell(console: Console, rows: Sequence[PriceRow | RateRow], done: Done | None) -> None:
    for row in rows:
        if row.why is not None:
            console.line(console.say(msg("Row {number}: {reason}").of(number=row.number, reason=row.why)))
    for number in done.left if done is not None else ():
        said = msg("Row {number}: {reason}").of(number=number, reason=price_lists.MEANWHILE)
        console.line(console.say(said))


def _with(facts: dict[str, Any], done: Done | None) -> dict[str, Any]:
    if done is None:
        return {**facts, "dry_run": True}
    return {**facts, "imported": done.count, "left": list(done.left), "batch": done.batch.hex}


def _said(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _change(old: Decimal | None, new: Decimal | None, percent: Decimal | None) -> str:
    more = f" ({percent:+f} %)" if percent is not None else ""
    return f"{_said(old) or NOTHING} → {_said(new)}{more}"
