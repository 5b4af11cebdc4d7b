"""Words in two languages: lazy messages over gettext catalogues, with no global language.

A message is made where it is meant (`msg("Quote")`) and becomes text where it is read
(`message.in_language("zh")`). The English text is the key; Chinese lives in `resources/locale`.
"""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh", "en")
RESOURCES: Final = Path(__file__).resolve().parent.parent / "resources"
LOCALE: Final = RESOURCES / "locale"
_FOLDERS: Final = {"zh": "zh_CN"}
_ORDERS: Final = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}
"""How a compiled catalogue begins whose numbers are written with the small or with the large end first."""
_CONTEXT_ENDS: Final = "\x04"


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be shown later; `values` fill its `{name}` places and may themselves be messages."""

    text: str
    context: str = ""
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def of(self, **values: object) -> "Message":
        """The same message with its places filled."""
        return replace(self, values={**self.values, **values})

    def in_language(self, language: str) -> str:
        """The text in `zh` or `en`."""
        template = translate(self.text, self.context, language)
        if not self.values:
            return template
        return template.format(
            **{
                name: value.in_language(language) if isinstance(value, Message) else value
                for name, value in self.values.items()
            }
        )


def msg(text: str, context: str = "") -> Message:
    """Mark `text` for translation; `context` tells two meanings of one English word apart."""
    return Message(text, context)


def verbatim(text: str) -> Message:
    """A text that is the same in every language, such as a name that a person typed."""
    return Message("{text}", values={"text": text}) if "{" in text else Message(text, "verbatim")


def translate(text: str, context: str, language: str) -> str:
    """`text` in `language`, or itself where the language is English or has no word for it."""
    return text if language not in _FOLDERS or context == "verbatim" else _found(text, context, language)


@lru_cache(maxsize=8192)
def _found(text: str, context: str, language: str) -> str:
    key = f"{context}{_CONTEXT_ENDS}{text}" if context else text
    found = _catalogue(language).get(key.encode())
    return found.decode() if found else text


@lru_cache(maxsize=4)
def _catalogue(language: str) -> Mapping[bytes, bytes]:
    """Every text as its file holds it, decoded where it is asked for: a start shows twenty of thousands."""
    folder = LOCALE / _FOLDERS[language] / "LC_MESSAGES"
    found: dict[bytes, bytes] = {}
    for source in sorted(folder.glob("*.po")):
        try:
            found |= _texts(_compiled(source))
        except (ValueError, struct.error):  # the file beside it was cut off or is none
            found |= _texts(_made(source))
    found.pop(b"", None)  # what a catalogue says of itself
    return found


def _texts(file: bytes) -> dict[bytes, bytes]:
    """The texts of a compiled catalogue: two tables say how long each is and where it begins.

    Raises ValueError or struct.error for what is none, or not all of one.
    """
    order = _ORDERS.get(file[:4])
    if order is None:
        raise ValueError(file[:4])
    count, *tables = struct.unpack_from(f"{order}3I", file, 8)
    keys, values = (_cut_out(file, f"{order}2I", at, count) for at in tables)
    return dict(zip(keys, values, strict=True))


def _cut_out(file: bytes, form: str, at: int, count: int) -> list[bytes]:
    places = list(struct.iter_unpack(form, file[at : at + 8 * count]))
    if len(places) < count or (places and sum(places[-1]) > len(file)):
        raise ValueError(count)
    return [file[start : start + length] for length, start in places]


def _compiled(source: Path) -> bytes:
    """The catalogue in its binary form: the file beside it, or made now where that is older."""
    ready = source.with_suffix(".mo")
    if ready.exists() and ready.stat().st_mtime >= source.stat().st_mtime:
        return ready.read_bytes()
    return _made(source)


def _made(source: Path) -> bytes:
    """The same, compiled now."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    with source.open(encoding="utf-8") as file:
        write_mo(buffer, read_po(file))
    return buffer.getvalue()
