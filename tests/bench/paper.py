"""The PDF of a quote with 20 and with 500 lines, beside a bare canvas that draws as many texts."""

import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from desktop.documents import fonts
from desktop.documents.quote import quote_pdf
from tests.bench.report import Figure
from tests.documents.sample import item, quote, settled, text


def measure() -> Iterator[Figure]:
    """CPU time, fonts loaded."""
    quote_pdf(long_snapshot(3))
    for lines in (20, 500):
        snapshot = long_snapshot(lines)
        ours, raw = _cpu(partial(quote_pdf, snapshot)), _cpu(partial(bare, lines))
        yield Figure(f"quote PDF, {lines} lines (CPU)", ours, raw, "bare canvas, same texts", "≤ 1.5 ×")


def long_snapshot(lines: int) -> dict[str, Any]:
    """A quote with so many lines, all figures computed."""
    snapshot = quote()
    unit = text("台", "unit")
    snapshot["lines"] = [
        item(
            text(f"永磁变频螺杆空压机 {place}", f"Compressor {place}"),
            f"SAT-{place}",
            text("75 kW，13.2 m³/min，0.8 MPa", "75 kW, 13.2 m³/min"),
            str(place % 7 + 1),
            unit,
            f"{1000 + place}.50",
        )
        for place in range(lines)
    ]
    snapshot["adjustments"] = []
    return settled(snapshot)


def _cpu(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best * 1000


def bare(lines: int) -> bytes:
    """Ten texts a line on a canvas, nothing measured and nothing broken."""
    face = fonts.faces(False)[0].name
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1, initialFontName=face)
    for place in range(lines):
        if place % 24 == 0 and place:
            canvas.showPage()
        canvas.setFont(face, 9)
        for column in range(10):
            canvas.drawString(40 + column * 50, 780 - place % 24 * 30, f"第{place}行 SAT-{column} 12,345.67")
    canvas.save()
    return target.getvalue()
