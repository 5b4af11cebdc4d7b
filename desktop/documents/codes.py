"""What the camera of a telephone reads from the screen: a QR symbol as squares, dark or not."""

import segno

Squares = tuple[tuple[bool, ...], ...]
QUIET = 4
"""Squares of white that a reader needs around it (ISO/IEC 18004)."""


def squares(text: str) -> Squares:
    """The symbol for a text, level M, row by row."""
    made = segno.make(text, error="m", micro=False)
    return tuple(tuple(bool(dark) for dark in row) for row in made.matrix)
