"""The two places to sign on paper: our electronic seal with what it shows, and the customer's field.

Both are there before the seal is made: a field that came later would break it.
"""

import io
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from desktop.documents.draw import Block, Box, Cover, Page, Text, fitted, paint
from desktop.documents.finish import mend_fonts
from desktop.documents.letterhead import Place
from desktop.documents.theme import A4, paper
from desktop.documents.voice import Said, Voice
from desktop.words import msg

SEAL: Final = "Seal"
CUSTOMER: Final = "Customer"
"""The names of the fields."""
_SIGNED: Final = 3
"""Of the form: signatures exist, and whoever saves the file must append (ISO 32000, SigFlags)."""
_PRINTED_AND_FIXED: Final = 4 | 128
_PAD: Final = 5.0


@dataclass(frozen=True, slots=True)
class Form:
    """Where the places are, and what the seal shows; pages count from 0, `top` is where the block begins."""

    page: int
    top: float
    seal: Place
    customer: Place
    voice: Voice
    seller: Said
    holder: str
    issued_on: str
    moved: float = 0.0
    """How far the text stands further to the left than on other paper."""


def add_form(pdf: Pdf, form: Form) -> None:
    """Give the document its two signature fields; the same form gives the same bytes."""
    page = pdf.pages[form.page]
    shown = _shown(pdf, form)
    blank = pdf.make_stream(b"")
    blank.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, form.customer.width, form.customer.height])
    )
    widgets = [
        _widget(pdf, page, form, form.seal, SEAL, shown),
        _widget(pdf, page, form, form.customer, CUSTOMER, blank),
    ]
    page.obj.Annots = Array(widgets)
    pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array(widgets), SigFlags=_SIGNED))


def customer_place(paper: bytes) -> tuple[float, float]:
    """How wide and high the customer's field is on a paper. Raises KeyError where there is none."""
    with Pdf.open(io.BytesIO(paper)) as pdf:
        for field in pdf.Root.AcroForm.Fields if "/AcroForm" in pdf.Root else ():
            if str(field.T) == CUSTOMER:
                left, low, right, high = map(float, field.Rect)
                return right - left, high - low
    raise KeyError(CUSTOMER)


def _widget(
    pdf: Pdf, page: pikepdf.Page, form: Form, place: Place, name: str, shown: pikepdf.Object
) -> pikepdf.Object:
    left, top = paper().left - form.moved + place.x, A4[1] - form.top - place.y
    rect = [left, top - place.height, left + place.width, top]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            F=_PRINTED_AND_FIXED,
            Rect=Array([round(edge, 2) for edge in rect]),
            P=page.obj,
            AP=Dictionary(N=shown),
        )
    )


def _shown(pdf: Pdf, form: Form) -> pikepdf.Object:
    """What the seal shows: a page of its own, cut to size, as a form of this document."""
    look = paper()
    painted = paint([Page([(0.0, _block(form))])], 0.0, look.ink, Cover(SEAL))
    with Pdf.open(io.BytesIO(painted)) as drawn:
        mend_fonts(drawn)
        sheet = drawn.pages[0]
        sheet.mediabox = Array(
            [0, round(A4[1] - form.seal.height, 2), round(form.seal.width, 2), round(A4[1], 2)]
        )
        return pdf.copy_foreign(sheet.as_form_xobject())


def _block(form: Form) -> Block:
    look, place = paper(), form.seal
    size = look.footer.size
    said = form.voice.say(msg("Sealed electronically", "paper")).joined(" ")
    lines = (
        said,
        form.seller.first,
        "\u00a0\u00a0 ".join(part for part in (form.holder, form.issued_on) if part),
    )
    room = place.width - 2 * _PAD
    block = Block(height=place.height)
    block.add(Box(0.3, 0.3, place.width - 0.6, place.height - 0.6, "", look.accent_line, 0.6, 1.5))
    for number, line in enumerate(lines):
        ink = look.accent_deep if not number else look.ink_2
        block.add(Text(_PAD, 8.4 + 7.9 * number, line, fitted(line, size, room), ink))
    return block
