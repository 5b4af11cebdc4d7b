"""The limits of common invoicing software in China: a quote that breaks them cannot become one invoice.

Tax of a line within 0.06 of its amount times its rate, and all differences of a document within 1.27.
"""

from fractions import Fraction
from typing import Final

from desktop.rules.totals import Document, Totals
from desktop.words import Message, msg

LINE_LIMIT: Final = Fraction(6, 100)
DOCUMENT_LIMIT: Final = Fraction(127, 100)


def faults(document: Document, totals: Totals) -> tuple[Message, ...]:
    """What the invoicing software would refuse, as sentences; empty when all is well."""
    scale = 10**totals.digits
    found: list[Message] = []
    together = Fraction(0)
    for place, (line, result) in enumerate(zip(document.lines, totals.lines, strict=True), start=1):
        if not result.counts:
            continue
        base = result.final - (result.tax if document.tax_mode == "included" else 0)
        difference = abs(result.tax - base * line.tax.whole) / scale
        together += difference
        if difference > LINE_LIMIT:
            found.append(
                msg("Line {place}: its tax is more than 0.06 from amount times rate").of(place=place)
            )
    if together > DOCUMENT_LIMIT:
        found.append(msg("The tax differences of the lines add up to more than 1.27"))
    return tuple(found)
