"""Lines as they are typed or pasted into a quote: many at once, wholly or not at all, one step of undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from desktop.errors import Refused
from desktop.models.record import new_id
from desktop.models.records import Quote, QuoteLine
from desktop.models.store import Work
from desktop.rules.line_typing import TypedLine
from desktop.services import quote_sense as of
from desktop.services import quotes
from desktop.services.commands import command
from desktop.services.quote_prices import lines_of
from desktop.words import msg

MOST: Final = 1000
TOO_MANY: Final = msg("A quote takes {most} lines at once.").of(most=MOST)
UNKNOWN: Final = msg(
    "There is no product “{what}” on this laptop. With a price it becomes a line of its own: {what}*1 @500"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A typed line with the product that it names, if it names one."""

    line: TypedLine
    product_id: UUID | None = None


@command("quote.type_lines", label=msg("Add lines"), on=Quote, when=of.can_change, writes=of.LINES)
def type_lines(
    work: Work, quote: Quote, *, wanted: Sequence[Wanted], after: UUID | None = None
) -> list[QuoteLine]:
    """Add these lines in their order. Raises Refused for one that is no product and has no price."""
    if len(wanted) > MOST:
        raise Refused(TOO_MANY)
    made: list[QuoteLine] = []
    for each in wanted:
        line = _add(work, quote, each, made[-1].id if made else after)
        if each.line.percent:
            quotes.discount(work, quote, kind="percent", value=each.line.percent, line_id=line.id)
        made.append(line)
    return made


def _add(work: Work, quote: Quote, each: Wanted, after: UUID | None) -> QuoteLine:
    typed = each.line
    values: dict[str, Any] = {"kind": typed.kind}
    if typed.kind not in of.PRICED:
        return quotes.add_line(work, quote, values={**values, "name": typed.text}, after=after)
    if each.product_id is None and typed.price is None:
        raise Refused(UNKNOWN.of(what=typed.text))
    if typed.price is not None:
        values["unit_price"] = typed.price
    if each.product_id is None:
        values |= {"name": typed.text, "tax_rates": _usual_tax(work, quote, after)}
    if typed.kind != "item":
        values |= _choice(work, quote, typed.kind, after)
    return quotes.add_line(
        work, quote, product_id=each.product_id, quantity=typed.quantity, values=values, after=after
    )


def _usual_tax(work: Work, quote: Quote, after: UUID | None) -> list[str]:
    """The rates of the last line above that has any: a free line is taxed as what stands above it."""
    lines = lines_of(work, quote)
    place = next((n for n, line in enumerate(lines) if line.id == after), len(lines) - 1)
    above = [line for line in lines[: place + 1] if line.tax_rates]
    taxed = above[-1:] or [line for line in lines if line.tax_rates][:1]
    return list(taxed[0].tax_rates or ()) if taxed else []


def _choice(work: Work, quote: Quote, kind: str, after: UUID | None) -> dict[str, Any]:
    """An option waits to be chosen; of alternatives that follow each other the first is chosen."""
    if kind == "option":
        return {"chosen": False}
    lines = lines_of(work, quote)
    above = next((line for line in lines if line.id == after), lines[-1] if lines else None)
    joins = above is not None and above.kind == "alternative" and above.group
    return {"group": above.group if above is not None and joins else new_id().hex, "chosen": not joins}
