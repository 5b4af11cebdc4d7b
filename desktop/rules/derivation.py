"""Totals that explain themselves: the rows from first price to amount payable, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.rules.lines import Adjustment, Line
from desktop.rules.money import number, printed
from desktop.rules.totals import AdjustmentTotals, Document, GroupTotals, Totals
from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Row:
    """What an amount is, and the amount in minor units."""

    label: Message
    amount: int


def explain(document: Document, totals: Totals) -> tuple[Row, ...]:
    """How the totals of the document came about, top to bottom as on paper."""
    return tuple(_document_rows(document, totals))


def explain_line(document: Document, totals: Totals, place: int) -> tuple[Row, ...]:
    """How one line came about: gross, each of its adjustments, its share of the document's, its tax."""
    line, result = document.lines[place], totals.lines[place]
    rows = [Row(_gross_label(line), result.gross)]
    for adjustment, amount in zip(line.adjustments, result.adjustments, strict=True):
        rows.append(Row(_label(adjustment), amount))
    rows.append(Row(msg("Line amount"), result.net))
    for adjustment, whole in zip(document.adjustments, totals.adjustments, strict=True):
        if whole.shares[place]:
            rows.append(Row(msg("Share of: {what}").of(what=_label(adjustment)), whole.shares[place]))
    rows.append(Row(msg("Tax {rates}").of(rates=str(line.tax) or line.tax.category), result.tax))
    return tuple(rows)


def _document_rows(document: Document, totals: Totals) -> Iterator[Row]:
    yield Row(msg("Sum of the lines"), totals.subtotal)
    for adjustment, whole in zip(document.adjustments, totals.adjustments, strict=True):
        yield Row(_of_base(adjustment, whole, totals.digits), whole.amount)
    if document.tax_mode == "included":
        yield Row(msg("Total including tax"), totals.total)
    for group in totals.groups:
        yield from _group_rows(group, totals.digits)
    if document.tax_mode == "excluded":
        yield Row(msg("Total including tax"), totals.total)
    if totals.rounding:
        yield Row(msg("Rounding"), totals.rounding)
    if totals.prepaid:
        yield Row(msg("Already paid"), -totals.prepaid)
    yield Row(msg("Amount payable"), totals.payable)


def _group_rows(group: GroupTotals, digits: int) -> Iterator[Row]:
    name = str(group.tax) or group.tax.category
    yield Row(msg("Amount before tax at {rates}").of(rates=name), group.base)
    for rate, amount in zip(group.tax.rates, group.taxes, strict=True):
        if rate.per_unit:
            yield Row(msg("Tax of {rate} per unit").of(rate=number(rate.value)), amount)
        else:
            said = msg("Tax {percent} % on {base}")
            yield Row(said.of(percent=number(rate.value), base=printed(group.base, digits)), amount)


def _gross_label(line: Line) -> Message:
    if line.slabs:
        return msg("Each part of {quantity} at the price of its tier").of(quantity=number(line.quantity))
    said = msg("{quantity} × {price}") if line.base_quantity == 1 else msg("{quantity} × {price} for {base}")
    return said.of(
        quantity=number(line.quantity), price=number(line.unit_price), base=number(line.base_quantity)
    )


def _label(adjustment: Adjustment) -> Message:
    value = number(adjustment.value).replace("-", "\u2212")
    if adjustment.kind == "percent":
        return msg("{percent} %").of(percent=value)
    said = msg("Fixed amount {value}") if adjustment.kind == "amount" else msg("To reach {value}")
    return said.of(value=value)


def _of_base(adjustment: Adjustment, whole: AdjustmentTotals, digits: int) -> Message:
    if adjustment.kind == "percent":
        said = msg("{percent} of {base}")
        return said.of(percent=_label(adjustment), base=printed(whole.base, digits))
    return _label(adjustment)
