"""Pages of a PDF as pictures, without Qt: for the preview beside the editor, thumbnails and tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

import pypdfium2
from pypdfium2 import raw

_one_at_a_time: Final = Lock()
"""PDFium may not be used from two threads at once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as pixels: rows of blue, green, red and an unused byte (Qt's `Format_RGB32`)."""

    width: int
    height: int
    pixels: bytes


@contextmanager
def opened(pdf: bytes, *, fields: bool = False) -> Iterator[pypdfium2.PdfDocument]:
    """The document, for as long as the block lasts; other threads wait. A seal is one of its `fields`."""
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if fields and document.get_formtype():
                document.init_forms()
            yield document
        finally:
            document.close()


def page_count(pdf: bytes) -> int:
    """How many pages the document has."""
    with opened(pdf) as document:
        return len(document)


def page_pictures(pdf: bytes, scale: float, pages: range | None = None) -> list[Picture]:
    """The pages (all of them, or those asked for) at `scale` pixels a point."""
    with opened(pdf, fields=True) as document:
        return [_picture(document[place], scale) for place in pages or range(len(document))]


def fitted(pdf: bytes, width: int, most: int) -> list[Picture]:
    """The first `most` pages, each `width` pixels wide or as high as four times that, whatever its size."""
    with opened(pdf, fields=True) as document:
        found = []
        for place in range(min(len(document), most)):
            page = document[place]
            wide, high = page.get_size()
            found.append(_picture(page, min(width / max(wide, 1.0), 4 * width / max(high, 1.0))))
        return found


def _picture(page: pypdfium2.PdfPage, scale: float) -> Picture:
    bitmap = page.render(scale=scale, force_bitmap_format=raw.FPDFBitmap_BGRx)
    try:
        step = bitmap.width * 4
        rows = bytes(bitmap.buffer)
        if bitmap.stride != step:
            rows = b"".join(rows[row * bitmap.stride :][:step] for row in range(bitmap.height))
        return Picture(bitmap.width, bitmap.height, rows)
    finally:
        bitmap.close()
        page.close()
