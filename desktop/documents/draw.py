"""Marks on a page as plain values, and the one place that paints them with reportlab.

A composer makes blocks of marks (y runs down from the block's top); the paginator places them; `paint` draws.
Text is text: nothing here reads markup.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfgen.canvas import Canvas

from desktop.documents.fonts import STRONG, TEXT, faces, runs, width
from desktop.documents.theme import A4

_LEFT, _CENTRE, _RIGHT = 0.0, 0.5, 1.0
_ESCAPED: Final = {
    code: f"\\{code:03o}" if code in b"()\\" or not 0x20 <= code < 0x7F else chr(code) for code in range(256)
}
"""Each byte of a string as PDF writes it between brackets."""
ALIGN: Final = {"left": _LEFT, "centre": _CENTRE, "right": _RIGHT}


class Text(NamedTuple):
    """One line of text with its baseline at y; `spacing` widens the gaps between characters."""

    x: float
    y: float
    text: str
    size: float
    ink: str
    strong: bool = TEXT
    align: str = "left"
    spacing: float = 0.0


class Line(NamedTuple):
    """A horizontal rule."""

    x0: float
    x1: float
    y: float
    thickness: float
    ink: str


class Box(NamedTuple):
    """A rectangle with its upper edge at y; an empty `fill` or `edge` is not drawn."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    edge: str = ""
    thickness: float = 0.6
    radius: float = 0.0


class Shape(NamedTuple):
    """Filled polygons in one ink; as a stroke where `thickness` is given."""

    polygons: tuple[tuple[tuple[float, float], ...], ...]
    ink: str
    thickness: float = 0.0


class Squares(NamedTuple):
    """Filled rectangles in one ink: x, the upper edge, width and height of each."""

    boxes: tuple[tuple[float, float, float, float], ...]
    ink: str


class Picture(NamedTuple):
    """A PNG, transparent where it is, with its upper edge at y."""

    x: float
    y: float
    width: float
    height: float
    png: bytes


Mark = Text | Line | Box | Shape | Squares | Picture
Pieces = dict[tuple[str, bool], list[tuple[str, float, str]]]
"""How the texts of one document are written: units, rates and article numbers come again and again."""


@dataclass(slots=True)
class Block:
    """Marks that stay together, and how far down the page they reach."""

    height: float = 0.0
    marks: list[Mark] = field(default_factory=list)
    keep: int = 0
    """How many of the blocks after it must be on the same page."""
    turn: bool = False
    """Whether it begins a new page."""

    def add(self, *marks: Mark) -> None:
        """Draw these, too."""
        self.marks.extend(marks)


@dataclass(slots=True)
class Page:
    """Blocks with the places they were given, and a word that lies under the text."""

    placed: list[tuple[float, Block]] = field(default_factory=list)


class Cover(NamedTuple):
    """What the file says about itself before finishing."""

    title: str
    watermark: str = ""
    watermark_alpha: float = 0.045


def text_width(text: str, size: float, strong: bool = TEXT, spacing: float = 0.0) -> float:
    """How wide `text` is in points."""
    return width(text, strong) * size + spacing * max(len(text) - 1, 0)


def fitted(text: str, size: float, room: float, strong: bool = TEXT) -> float:
    """The size, made smaller where a figure would not fit its room otherwise."""
    needed = text_width(text, size, strong)
    return size if needed <= room else size * room / needed


def paint(pages: Iterable[Page], left: float, ink: str, cover: Cover) -> bytes:
    """The pages as PDF bytes, before finishing; the same pages give the same bytes."""
    first = faces(TEXT)[0].name
    faces(STRONG)
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer, pagesize=A4, invariant=1, pageCompression=0, initialFontName=first, pdfVersion=(1, 7)
    )
    canvas.setTitle(cover.title)
    pieces: Pieces = {}
    for page in pages:
        if cover.watermark:
            _watermark(canvas, cover, ink)
        canvas.translate(left, A4[1])
        _page(canvas, page, pieces)
        canvas.showPage()
        done = canvas._doc.Pages.pages[-1]  # noqa: SLF001  as text each character would be looked up in a table
        done.stream = done.stream.encode("ascii")
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, page: Page, pieces: Pieces) -> None:
    writer = _Writer(canvas, pieces)
    for top, block in page.placed:
        for mark in block.marks:
            if isinstance(mark, Text):
                continue
            _PAINT[type(mark)](canvas, top, mark)
    for top, block in page.placed:
        for mark in block.marks:
            if isinstance(mark, Text):
                writer.write(top, mark)
    writer.done()


class _Writer:
    """Writes the text of one page into one text object, changing face and ink only where they change.

    The operators are written here and not by reportlab's text object, which measures every piece again.
    """

    def __init__(self, canvas: Canvas, pieces: Pieces) -> None:
        self._canvas = canvas
        self._document = canvas._doc  # noqa: SLF001  reportlab has no other door to the subsets of a font
        self._pieces = pieces
        self._code = ["BT"]
        self._font: tuple[str, float] = ("", 0.0)
        self._ink = ""
        self._spacing = 0.0

    def write(self, top: float, mark: Text) -> None:
        add = self._code.append
        x, y, text, size, ink, strong, align, spacing = mark
        if align != "left":
            x -= ALIGN[align] * text_width(text, size, strong, spacing)
        if ink != self._ink:
            self._ink = ink
            add(filling(ink))
        if spacing != self._spacing:
            self._spacing = spacing
            add(f"{number(spacing)} Tc")
        add(f"1 0 0 1 {number(x)} {number(-top - y)} Tm")
        found = self._pieces.get((text, strong))
        if found is None:
            found = self._pieces[text, strong] = list(self._cut(text, strong))
        for name, scale, code in found:
            if self._font != (font := (name, size * scale)):
                self._font = font
                add(f"{name} {number(font[1])} Tf")
            add(code)

    def _cut(self, text: str, strong: bool) -> Iterator[tuple[str, float, str]]:
        """Font, scale and operator of each piece of a text that lies in one subset of one face."""
        for run in runs(text, strong):
            face = getFont(run.face)
            for subset, codes in face.splitString(run.text, self._document):
                name = face.getSubsetInternalName(subset, self._document)
                yield name, run.scale, f"({codes.decode('latin-1').translate(_ESCAPED)}) Tj"

    def done(self) -> None:
        self._code.append("ET")
        self._canvas.addLiteral("\n".join(self._code))


@lru_cache(maxsize=8192)
def number(value: float) -> str:
    """A coordinate as PDF writes it: thousandths of a point and no more."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=64)
def filling(ink: str) -> str:
    """The operator that fills in a token's colour."""
    return f"{_parts(ink)} rg"


def _parts(ink: str) -> str:
    made = colour(ink)
    return " ".join(number(part) for part in (made.red, made.green, made.blue))


def _line(canvas: Canvas, top: float, line: Line) -> None:
    low = -top - line.y - line.thickness / 2
    canvas.addLiteral(
        f"{filling(line.ink)} {number(line.x0)} {number(low)} {number(line.x1 - line.x0)}"
        f" {number(line.thickness)} re f"
    )


def _box(canvas: Canvas, top: float, box: Box) -> None:
    if box.fill:
        canvas.setFillColor(colour(box.fill))
    if box.edge:
        canvas.setStrokeColor(colour(box.edge))
        canvas.setLineWidth(box.thickness)
    low = -top - box.y - box.height
    draw = (int(bool(box.edge)), int(bool(box.fill)))
    if box.radius:
        canvas.roundRect(box.x, low, box.width, box.height, box.radius, stroke=draw[0], fill=draw[1])
    else:
        canvas.rect(box.x, low, box.width, box.height, stroke=draw[0], fill=draw[1])


def _shape(canvas: Canvas, top: float, shape: Shape) -> None:
    code = [
        "q",
        f"{_parts(shape.ink)} RG {number(shape.thickness)} w" if shape.thickness else filling(shape.ink),
    ]
    for polygon in shape.polygons:
        places = [f"{number(x)} {number(-top - y)}" for x, y in polygon]
        code.append(f"{places[0]} m")
        code += [f"{place} l" for place in places[1:]]
        if not shape.thickness:
            code.append("h")
    code.append("S Q" if shape.thickness else "f Q")
    canvas.addLiteral("\n".join(code))


def _squares(canvas: Canvas, top: float, squares: Squares) -> None:
    code = [filling(squares.ink)]
    for x, y, wide, high in squares.boxes:
        code.append(f"{number(x)} {number(-top - y - high)} {number(wide)} {number(high)} re")
    canvas.addLiteral("\n".join([*code, "f"]))


def _picture(canvas: Canvas, top: float, picture: Picture) -> None:
    low = -top - picture.y - picture.height
    image = ImageReader(io.BytesIO(picture.png))
    canvas.drawImage(image, picture.x, low, picture.width, picture.height, mask="auto")


_PAINT: Final[dict[type, Any]] = {Line: _line, Box: _box, Shape: _shape, Squares: _squares, Picture: _picture}


def _watermark(canvas: Canvas, cover: Cover, ink: str) -> None:
    """A word across the page under everything, as wide as the page allows."""
    size = min(150.0, 470 / max(width(cover.watermark, STRONG), 0.1))
    canvas.saveState()
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(24)
    canvas.setFillColor(colour(ink))
    canvas.setFillAlpha(cover.watermark_alpha)
    out = canvas.beginText(-text_width(cover.watermark, size, STRONG) / 2, -size * 0.35)
    for run in runs(cover.watermark, STRONG):
        out.setFont(run.face, size * run.scale)
        out.textOut(run.text)
    canvas.drawText(out)
    canvas.restoreState()


@lru_cache(maxsize=64)
def colour(value: str) -> Color:
    """A token's colour as reportlab takes it."""
    return Color(*(int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)))
