"""The last step of every PDF: its language, dates, metadata, colour profile and the data it was printed from.

Nothing of the day, the machine or the process goes in, so the same snapshot gives the same bytes.
"""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, String

from desktop.words import RESOURCES

ATTACHMENT: Final = "satchel.json"
NAMESPACE: Final = "urn:satchel:paper:1.0#"
_XMP: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:satchel="{namespace}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>Satchel</pdf:Producer>
<xmp:CreatorTool>Satchel</xmp:CreatorTool>{dates}
<satchel:contentHash>{digest}</satchel:contentHash>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
"""
pikepdf.settings.set_flate_compression_level(4)  # a hundredth larger than 6, for two thirds of the work
_LANGUAGES: Final = {"zh": "zh-CN", "en": "en", "both": "zh-CN"}
_ENTRY: Final = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,6})>")


@dataclass(frozen=True, slots=True)
class About:
    """What the file says about itself."""

    title: str
    author: str
    language: str
    issued_on: str
    digest: str
    data: bytes
    """The canonical JSON that it was printed from."""

    @property
    def stamp(self) -> str:
        """The day of issue as PDF writes moments; nothing for a draft without one."""
        return f"D:{self.issued_on.replace('-', '')}000000Z" if self.issued_on else ""


def finish(painted: bytes, about: About, more: Callable[[Pdf], None] | None = None) -> bytes:
    """The finished PDF; `more` is done to it last."""
    with Pdf.open(io.BytesIO(painted)) as pdf:
        mend_fonts(pdf)
        pdf.Root.Lang = String(_LANGUAGES[about.language])
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.Root.OutputIntents = Array([_srgb(pdf)])
        _describe(pdf, about)
        _attach(pdf, about)
        if more is not None:
            more(pdf)
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def read_data(pdf: bytes) -> bytes:
    """The canonical JSON that a finished PDF carries. Raises KeyError where it carries none."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return opened.attachments[ATTACHMENT].get_file().read_bytes()


def _describe(pdf: Pdf, about: About) -> None:
    info = Dictionary(
        Title=String(about.title),
        Author=String(about.author),
        Producer=String("Satchel"),
        Creator=String("Satchel"),
    )
    if about.stamp:
        info.CreationDate = info.ModDate = String(about.stamp)
    pdf.docinfo = pdf.make_indirect(info)
    pdf.Root.Metadata = pdf.make_stream(_packet(about), Type=Name.Metadata, Subtype=Name.XML)


def _packet(about: About) -> bytes:
    """The same for readers of XMP (ISO 16684)."""
    moment = f"{about.issued_on}T00:00:00Z"
    dates = f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>"
    return _XMP.format(
        title=escape(about.title),
        author=escape(about.author),
        language=_LANGUAGES[about.language],
        dates=dates if about.stamp else "",
        namespace=NAMESPACE,
        digest=about.digest,
    ).encode()


def _attach(pdf: Pdf, about: About) -> None:
    spec = AttachedFileSpec(
        pdf,
        about.data,
        description="The data this document was printed from",
        filename=ATTACHMENT,
        mime_type="application/json",
        creation_date=about.stamp,
        mod_date=about.stamp,
    )
    spec.relationship = Name.Source
    pdf.attachments[ATTACHMENT] = spec
    pdf.Root.AF = Array([spec.obj])


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return (RESOURCES / "fonts" / "srgb.icc").read_bytes()


def _srgb(pdf: Pdf) -> pikepdf.Object:
    profile = pdf.make_stream(_profile(), N=3)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
            Info=String("sRGB IEC61966-2.1"),
            DestOutputProfile=profile,
        )
    )


def mend_fonts(pdf: Pdf) -> None:
    """Pack the fonts, and rewrite their tables of characters: UTF-16 pairs, a hundred entries a block."""
    fonts = (font for page in pdf.pages for font in page.Resources.get("/Font", Dictionary()).values())
    for font in {font.objgen: font for font in fonts}.values():
        table = font.get("/ToUnicode")
        if table is not None:
            table.write(_mended(table.read_bytes()))
            file = font.FontDescriptor.FontFile2
            file.write(_packed(file.read_raw_bytes()), filter=Name.FlateDecode)


@lru_cache(maxsize=16)
def _packed(file: bytes) -> bytes:
    """A font's bytes compressed; the same subset comes again while one types."""
    return zlib.compress(file)


@lru_cache(maxsize=64)
def _mended(table: bytes) -> bytes:
    entries = [
        b"<%s> <%s>" % (code, chr(int(character, 16)).encode("utf-16-be").hex().upper().encode())
        for code, character in _ENTRY.findall(table)
        if int(character, 16)
    ]
    head, _, rest = table.partition(b"endcodespacerange\n")
    tail = rest[rest.index(b"endbfchar\n") + len(b"endbfchar\n") :]
    blocks = [entries[place : place + 100] for place in range(0, len(entries), 100)]
    middle = b"".join(
        b"%d beginbfchar\n%s\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks
    )
    return head + b"endcodespacerange\n" + middle + tail
