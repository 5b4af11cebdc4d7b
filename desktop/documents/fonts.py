"""The faces that paper is set in: which face prints which character, and how wide it is.

Noto Sans SC prints almost everything. Source Sans 3, whose Latin it contains at 1.117 of the size, lends the
narrow “ ” ’ … · × → of English text and the letters of other European languages; HanaMin lends rare names.
"""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from desktop.errors import Refused
from desktop.words import RESOURCES, msg

TEXT: Final = False
STRONG: Final = True
SUBSETS: Final = 8
"""Subsets of one face that are remembered, each of some ten thousand bytes."""

_NARROW_IN_ENGLISH: Final = frozenset("“”‘’…")
_NARROW_AMONG_LATIN: Final = frozenset("·×→•≤≥≈≠±")
CHANGING: Final = _NARROW_IN_ENGLISH | _NARROW_AMONG_LATIN
"""Marks that are as wide as the text around them wants."""
_INVISIBLE: Final = dict.fromkeys(
    (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
_COMPOSED: Final = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
"""Everything but compatibility ideographs, which composition would turn into other characters."""
_SPACES: Final = {
    **_INVISIBLE,
    0x09: " ",
    0x2009: " ",
    0x202F: "\u00a0",
    0x2028: "\n",
    0x2029: "\n",
    0x0B: "\n",
}
_WIDE: Final = (
    (0x1100, 0x115F),
    (0x2460, 0x24FF),
    (0x2E80, 0xA4CF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F000, 0x3FFFF),
)


class Run(NamedTuple):
    """A piece of text in one face; `scale` brings that face to the size of the text around it."""

    face: str
    scale: float
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """One font file as reportlab knows it; `widths` are in thousandths of the size."""

    name: str
    scale: float
    widths: dict[int, float]


_FILES: Final = {
    TEXT: (("NotoSansSC-Regular", 1.0), ("SourceSans3-Regular", 1.117), ("HanaMinRare", 1.0)),
    STRONG: (("NotoSansSC-SemiBold", 1.0), ("SourceSans3-SemiBold", 1.117), ("HanaMinRare", 1.0)),
}
_loading = threading.Lock()


@lru_cache(maxsize=2)
def faces(strong: bool) -> tuple[Face, ...]:
    """The faces of one weight in the order in which they are asked; parsed once in a process."""
    return tuple(Face(name, scale, _widths(name)) for name, scale in _FILES[strong])


def _widths(name: str) -> dict[int, float]:
    with _loading:
        if name not in pdfmetrics.getRegisteredFontNames():
            path = RESOURCES / "fonts" / f"{name}.ttf"
            font = TTFont(name, str(path), asciiReadable=name.startswith("Noto"), shapable=False)
            _remember(font.face)
            pdfmetrics.registerFont(font)
        widths: dict[int, float] = pdfmetrics.getFont(name).face.charWidths
    return widths


def _remember(face: Any) -> None:
    """Let a face remember the subsets it cut last: paper that is drawn again while one types has the same.

    The widths of characters it remembers as they are written, which is all that they are asked for.
    """
    cut = lru_cache(maxsize=SUBSETS)(lambda codes, cut=face.makeSubset: cut(list(codes)))
    face.makeSubset = lambda codes: cut(tuple(codes))
    widths, blank = face.charWidths, face.defaultWidth
    face.getCharWidth = lru_cache(maxsize=None)(lambda code: f"{widths.get(code, blank):g}".encode())


def is_wide(character: str) -> bool:
    """Whether a line may break on either side of it: a Chinese character or its punctuation."""
    code = ord(character)
    return code >= 0x1100 and any(low <= code <= high for low, high in _WIDE)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """The text as it is printed: composed letters, plain spaces, nothing invisible. Never markup."""
    if text.isascii() and "\r" not in text and "\t" not in text:
        return text
    lines = _COMPOSED.sub(lambda part: unicodedata.normalize("NFC", part[0]), text)
    lines = lines.replace("\r\n", "\n").replace("\r", "\n")
    return lines.translate(_SPACES)


@lru_cache(maxsize=65536)
def runs(text: str, strong: bool) -> tuple[Run, ...]:
    """`text` cut into pieces of one face each. A character that no face has takes the first face's blank."""
    order = faces(strong)
    if text.isascii():
        return (Run(order[0].name, order[0].scale, text),) if text else ()
    pieces: list[tuple[Face, list[str]]] = []
    chinese = any(map(is_wide, text))
    for place, character in enumerate(text):
        face = _face_of(order, text, place, character, chinese)
        if pieces and pieces[-1][0] is face:
            pieces[-1][1].append(character)
        else:
            pieces.append((face, [character]))
    return tuple(Run(face.name, face.scale, "".join(characters)) for face, characters in pieces)


def _face_of(order: tuple[Face, ...], text: str, place: int, character: str, chinese: bool) -> Face:
    if _is_narrow(text, place, character, chinese):
        return order[1]
    code = ord(character)
    for face in order:
        if code in face.widths:
            return face
    return order[0]


def _is_narrow(text: str, place: int, character: str, chinese: bool) -> bool:
    if character in _NARROW_AMONG_LATIN:
        before, after = text[:place].rstrip()[-1:], text[place + 1 :].lstrip()[:1]
        return not any(map(is_wide, before + after))
    if character not in _NARROW_IN_ENGLISH:
        return False
    inside_a_word = (
        character == "’" and text[place - 1 : place].isascii() and text[place + 1 : place + 2].isascii()
    )
    return not chinese or (inside_a_word and 0 < place < len(text) - 1)


@lru_cache(maxsize=65536)
def width(text: str, strong: bool = TEXT) -> float:
    """How wide `text` is at size 1, in the same unit as the size."""
    known = {face.name: face.widths for face in faces(strong)}
    total = 0.0
    for run in runs(text, strong):
        widths = known[run.face]
        blank = widths.get(0x20, 0.0)
        total += run.scale * sum([widths.get(code, blank) for code in map(ord, run.text)])
    return total / 1000


@lru_cache(maxsize=1)
def _printed() -> frozenset[int]:
    """The code of every character that some face can print, and of the end of a line."""
    return frozenset().union(*(face.widths for face in faces(TEXT))).difference(range(0x20)) | {0x0A}


@lru_cache(maxsize=1)
def _harmless() -> frozenset[str]:
    """What is printed, made a space or left out as it stands, where nothing is to be composed."""
    return frozenset(map(chr, _printed() | _SPACES.keys() | {0x0D}))


def missing(text: str) -> list[str]:
    """The characters of `text` that no face can print, each once, in order."""
    if unicodedata.is_normalized("NFC", text) and _harmless().issuperset(text):
        return []
    printed = plain(text)
    known = _printed()
    if known.issuperset(map(ord, printed)):
        return []
    return list(dict.fromkeys(character for character in printed if ord(character) not in known))


def check_text(text: str) -> None:
    """Raise Refused, naming the character, where `text` cannot be printed whole."""
    unknown = missing(text)
    if unknown:
        character = unknown[0]
        raise Refused(
            msg("“{character}” (U+{code}) in “{text}” cannot be printed; write it another way").of(
                character=character,
                code=f"{ord(character):04X}",
                text=text if len(text) <= 40 else f"{text[:40]}…",
            )
        )
