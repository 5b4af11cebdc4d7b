"""What the camera of a telephone reads from the screen: a QR symbol as squares, dark or not."""

import segno

from desktop.errors import Refused
from desktop.words import msg

Squares = tuple[tuple[bool, ...], ...]
QUIET = 4
"""Squares of white that a reader needs around it (ISO/IEC 18004)."""


def squares(text: str) -> Squares:
    """The symbol for a text, level M, row by row. Raises Refused where it does not fit.

    Always in UTF-8: left alone the maker writes `é` in Latin-1, which a telephone has to guess.
    """
    try:
        made = segno.make(text, error="m", micro=False, encoding="utf-8")
    except segno.DataOverflowError as error:
        raise Refused(msg("This is more than a QR code holds.")) from error
    return tuple(tuple(bool(dark) for dark in row) for row in made.matrix)
