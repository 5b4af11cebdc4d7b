"""Charts on paper: the draw list painted with reportlab, a sheet of several as PDF, and its pages as PNG."""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from desktop.documents import preview
from desktop.documents.chart_marks import (
    Area,
    Bar,
    Dot,
    Drawing,
    Frame,
    Mark,
    Part,
    Stroke,
    Text,
    Words,
    inks,
    type_sizes,
)
from desktop.documents.draw import colour
from desktop.documents.fonts import STRONG, TEXT, faces, runs, width
from desktop.documents.theme import A4, paper

SCALE: Final = 0.72
"""Points for one px of the tokens: small words become 8.6 pt."""
_MIDDLE: Final = 0.36
"""How far under the middle of a line its baseline lies, in sizes."""
THEME: Final = "light"


def frame(wide: float, high: float, language: str) -> Frame:
    """The frame of a chart on paper, in points."""
    return Frame(wide, high, language, _measure, SCALE)


def _measure(text: str, size: str, strong: bool) -> float:
    return width(text, strong) * type_sizes()[size]["px"] * SCALE


def sheet(title: Words, note: Words, parts: Sequence[Part], language: str) -> bytes:
    """The charts under each other on A4, a new page where one does not fit; the same gives the same bytes."""
    look, out = paper(), io.BytesIO()
    first = faces(TEXT)[0].name
    canvas = Canvas(out, pagesize=A4, invariant=1, initialFontName=first, pdfVersion=(1, 7))
    wide = look.right - look.left
    place = frame(wide, A4[1], language)
    canvas.setTitle(place.say(title))
    y = A4[1] - look.top
    _write(canvas, Text(look.left, y - 12, place.say(title), "ink", "figure", STRONG))
    _write(canvas, Text(look.left, y - 32, place.say(note), "ink_2"))
    y -= 52
    for part in parts:
        if y - part.height - 34 < A4[1] - look.bottom:
            canvas.showPage()
            y = A4[1] - look.top
        drawing = part.build(frame(wide, part.height, language))
        head = Text(look.left, y - 8, place.say(part.title), "ink", "body", STRONG)
        _write(canvas, head)
        beside = look.left + place.wide(head.text, "body", strong=STRONG) + 8
        told = " ".join(text for text in (place.say(part.note), place.say(drawing.unit)) if text)
        _write(canvas, Text(beside, y - 8, told, "ink_3"))
        paint(canvas, drawing, look.left, y - 24)
        y -= part.height + 44
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def pictures(pdf: bytes, scale: float = 2.0) -> list[bytes]:
    """The pages of a sheet as PNG files."""
    found = []
    for page in preview.page_pictures(pdf, scale):
        image = Image.frombytes("RGB", (page.width, page.height), page.pixels, "raw", "BGRX")
        out = io.BytesIO()
        image.save(out, "PNG")
        found.append(out.getvalue())
    return found


def paint(canvas: Canvas, drawing: Drawing, left: float, top: float) -> None:
    """The draw list with its upper left corner at (left, top) of the page."""
    canvas.saveState()
    canvas.translate(left, top)
    for mark in drawing.marks:
        _paint(canvas, mark)
    canvas.restoreState()


def _paint(canvas: Canvas, mark: Mark) -> None:
    if isinstance(mark, Text):
        _write(canvas, mark, turned=True)
        return
    canvas.saveState()
    if isinstance(mark, Bar):
        _fill(canvas, mark.ink, mark.alpha)
        radius = min(mark.radius, mark.width / 2, mark.height / 2)
        canvas.roundRect(mark.x, -mark.y - mark.height, mark.width, mark.height, radius, stroke=0, fill=1)
    elif isinstance(mark, Dot):
        _disc(canvas, mark)
    else:
        _path(canvas, mark)
    canvas.restoreState()


def _fill(canvas: Canvas, ink: str, alpha: float) -> None:
    canvas.setFillColor(colour(inks(THEME)[ink]))
    if alpha < 1:
        canvas.setFillAlpha(alpha)


def _disc(canvas: Canvas, dot: Dot) -> None:
    canvas.setStrokeColor(colour(inks(THEME)[dot.ink]))
    canvas.setLineWidth(2 * SCALE)
    _fill(canvas, "surface" if dot.hollow else dot.ink, 1.0)
    canvas.circle(dot.x, -dot.y, dot.radius, stroke=int(dot.hollow), fill=1)


def _path(canvas: Canvas, mark: Stroke | Area) -> None:
    path = canvas.beginPath()
    path.moveTo(mark.points[0][0], -mark.points[0][1])
    for x, y in mark.points[1:]:
        path.lineTo(x, -y)
    if isinstance(mark, Area):
        path.close()
        _fill(canvas, mark.ink, mark.alpha)
        canvas.drawPath(path, stroke=0, fill=1)
        return
    canvas.setStrokeColor(colour(inks(THEME)[mark.ink]))
    canvas.setLineWidth(mark.width * SCALE if mark.width == 1 else mark.width)
    canvas.setLineJoin(1)
    canvas.setDash(list(mark.dash))
    canvas.drawPath(path, stroke=1, fill=0)


def _write(canvas: Canvas, mark: Text, *, turned: bool = False) -> None:
    """Words with their middle at y; `turned` where y runs down from the corner of a chart."""
    size = type_sizes()[mark.size]["px"] * SCALE
    wide = width(mark.text, mark.strong) * size
    x = mark.x - wide * {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.align]
    y = (-mark.y if turned else mark.y) - size * _MIDDLE
    canvas.setFillColor(colour(inks(THEME)[mark.ink]))
    out = canvas.beginText(x, y)
    for run in runs(mark.text, mark.strong):
        out.setFont(run.face, size * run.scale)
        out.textOut(run.text)
    canvas.drawText(out)
