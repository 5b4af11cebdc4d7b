"""Totals from the command line: of any document on standard input, and how those of a quote came about."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any

from desktop.cli.console import Console
from desktop.errors import NotFound, SatchelError, Usage
from desktop.models.records import Quote
from desktop.rules import cn_invoice, derivation
from desktop.rules.derivation import Row
from desktop.rules.money import plain, printed
from desktop.rules.totals_json import compute
from desktop.services import drafts, records
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommand."""
    totals = areas.add_parser("totals", help="compute a document read from standard input")
    totals.add_argument("--lines", action="store_true", help="one document a line, one result a line")
    totals.set_defaults(run=show_totals)


def show_totals(console: Console, chosen: argparse.Namespace) -> int:
    """The totals of a document (docs/money.md), or of one a line: what is wrong is said in its place."""
    source = sys.stdin.buffer
    if chosen.lines:
        return max([_answer(console, line) for line in source if line.strip()], default=0)
    text = source.read()
    if not text.strip():
        raise NotFound(msg("There is no document on standard input."))
    console.emit(compute(_document(text)))
    return 0


def _answer(console: Console, text: bytes) -> int:
    try:
        console.emit(compute(_document(text)))
    except SatchelError as error:
        console.emit(console.fault(error))
        return 1
    return 0


def _document(text: bytes) -> Any:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Usage(msg("This is not valid JSON: {why}.").of(why=error)) from None
    if not isinstance(document, dict):
        raise Usage(msg("A document is a JSON object."))
    return document


def of_quote(console: Console, chosen: argparse.Namespace) -> None:
    """How the totals of a quote came about, row by row; and what invoicing software would not take."""
    quote = records.find(console.store, Quote, chosen.id)
    draft = drafts.load(console.store, quote.id)
    document, result = draft.document(), draft.totals()
    digits = result.digits
    whole = derivation.explain(document, result)
    parts = [
        (line.name or line.sku or "", derivation.explain_line(document, result, place))
        for place, line in enumerate(draft.lines)
        if result.lines[place].counts
    ]
    faults = cn_invoice.faults(document, result) if draft.quote.currency == "CNY" else ()

    def shown(rows: Iterable[Row]) -> list[dict[str, str]]:
        return [{"label": console.say(row.label), "amount": plain(row.amount, digits)} for row in rows]

    if console.options.json:
        console.emit(
            {
                "id": quote.id.hex,
                "currency": draft.quote.currency,
                "payable": plain(result.payable, digits),
                "rows": shown(whole),
                "lines": [{"name": name, "rows": shown(rows)} for name, rows in parts],
                "faults": [console.say(fault) for fault in faults],
            }
        )
        return
    for name, rows in (*parts, ("", whole)):
        console.line(name)
        for row in rows:
            console.line(f"{printed(row.amount, digits):>18}  {console.say(row.label)}")
    for fault in faults:
        console.line(console.say(fault))
