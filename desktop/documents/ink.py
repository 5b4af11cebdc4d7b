"""The customer's ink as it stands in their field on paper: a page of its own, with who signed and when."""

import io
from typing import Final

from pikepdf import Array, ObjectStreamMode, Pdf

from desktop.documents.draw import Block, Cover, Page, Shape, Text, fitted, paint
from desktop.documents.finish import mend_fonts
from desktop.documents.theme import A4, paper
from desktop.rules import ink as rules
from desktop.rules.ink import Ink

_PAD: Final = 2.0
_LINE: Final = 9.0
"""Points for the line under the ink."""


def ink_page(ink: Ink, line: str, width: float, height: float) -> bytes:
    """A PDF of one page of this size; the same ink and line give the same bytes."""
    look = paper()
    room, size = width - 2 * _PAD, look.small.size
    strokes = rules.fitted(ink, room, height - _LINE - 2 * _PAD)
    moved = tuple(tuple((x + _PAD, y + _PAD) for x, y in polygon) for polygon in strokes)
    block = Block(height=height)
    block.add(Shape(moved, look.signature))
    block.add(Text(_PAD, height - _PAD, line, fitted(line, size, room), look.ink))
    painted = paint([Page([(0.0, block)])], 0.0, look.ink, Cover("Signature"))
    buffer = io.BytesIO()
    with Pdf.open(io.BytesIO(painted)) as pdf:
        mend_fonts(pdf)
        pdf.pages[0].mediabox = Array([0, round(A4[1] - height, 2), round(width, 2), round(A4[1], 2)])
        pdf.save(
            buffer, deterministic_id=True, compress_streams=True, object_stream_mode=ObjectStreamMode.disable
        )
    return buffer.getvalue()
