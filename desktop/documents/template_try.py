"""A template on trial: paper of a stress sample is made, read back and added up; nothing leaves the page."""

from collections.abc import Mapping
from typing import Any, Final

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test, printed_texts
from desktop.documents.theme import A4, look_of, paper, wearing
from desktop.errors import Refused
from desktop.rules.templates import Finding
from desktop.words import msg

_EDGE: Final = 1.5
"""Points that the blank beside a glyph may reach over the margin."""
OUTSIDE: Final = msg("On page {page} “{text}” does not fit between the margins.")


def tried(snapshot: Mapping[str, Any], language: str) -> Finding | None:
    """What is wrong with the paper of this snapshot, or None."""
    try:
        pdf = quote_pdf(snapshot, language=language)
        calculator_test(pdf, snapshot, language=language)
    except Refused as refused:
        return Finding("", refused.message)
    with wearing(look_of(snapshot)):
        width = paper().width
        for text in printed_texts(pdf):
            over = text.x0 < -_EDGE or text.x1 > width + _EDGE or not 0 < text.y < A4[1]
            if over:
                return Finding("", OUTSIDE.of(page=text.page + 1, text=text.text[:40]))
    return None
