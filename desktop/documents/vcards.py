"""Contacts in and out as vCards: a tolerant reader of 2.1, 3.0 and 4.0, and a writer of the last two.

What a card holds beyond the fields of `Card` stays in `rest`, property by property, so that nothing a person
exported from a telephone is lost here.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from desktop.errors import Damaged, Refused
from desktop.words import msg

Version = Literal["3.0", "4.0"]
MOST_BYTES: Final = 64 * 1024 * 1024
MOST_CARDS: Final = 100_000

_SEPARATOR: Final = re.compile(rb"\r*\n|\r")
_HEAD: Final = re.compile(r'(?:([\w-]+)\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):', re.ASCII)
_PARAMETER: Final = re.compile(r';((?:"[^"]*"|[^";])*)')
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}\s*")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_OLD_BACKSLASH: Final = re.compile(r"\\(?![;,:\\])")
_APPLE_LABEL: Final = re.compile(r"^_\$!<(.*)>!\$_$", re.DOTALL)
_BIRTHDAY: Final = re.compile(r"(\d{4}|--)-?(\d\d)-?(\d\d)(?:T.*)?")
_NO_YEAR: Final = "1604"  # what Apple writes where the year of birth is not known
_BARE_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
_KINDS: Final = (
    ("cell", "mobile"), ("iphone", "mobile"), ("pager", "pager"), ("fax", "fax"), ("work", "work"),
    ("home", "home"), ("main", "main"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card: `value` is its text as 3.0 escapes it, `text` the same as a person reads it."""

    name: str
    value: str
    params: dict[str, list[str]] = field(default_factory=dict)
    group: str = ""

    @property
    def text(self) -> str:
        """The value without escapes."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)

    def parts(self, separator: str = ";") -> list[str]:
        """The components of a structured value, each without escapes."""
        pieces = re.findall(rf"(?:\\.|[^\\{separator}])+|{separator}", self.value, re.DOTALL)
        parts = [""]
        for piece in pieces:
            if piece == separator:
                parts.append("")
            else:
                parts[-1] += Property(self.name, piece).text.strip()
        return parts


class Labelled(NamedTuple):
    """A number or address with its label (mobile, work, home, fax, pager, or the person's own word)."""

    label: str
    value: str
    types: tuple[str, ...] = ()


class Address(NamedTuple):
    """A postal address in the order of the standard."""

    label: str
    po_box: str
    extended: str
    street: str
    city: str
    region: str
    code: str
    country: str


@dataclass(slots=True)
class Card:
    """A person or company on one vCard. `birthday` is ISO, `--02-03` where the year is not known."""

    full_name: str = ""
    family: str = ""
    given: str = ""
    additional: str = ""
    prefix: str = ""
    suffix: str = ""
    nickname: str = ""
    organisation: str = ""
    department: str = ""
    title: str = ""
    role: str = ""
    phones: list[Labelled] = field(default_factory=list)
    emails: list[Labelled] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    urls: list[Labelled] = field(default_factory=list)
    birthday: str = ""
    note: str = ""
    photo: bytes = b""
    categories: list[str] = field(default_factory=list)
    uid: str = ""
    rest: list[Property] = field(default_factory=list)

    @property
    def shown_name(self) -> str:
        """What to call this card: the full name, else name parts, company, mail address or number."""
        parts = " ".join(part for part in (self.given, self.family) if part)
        if parts and not parts.isascii():
            parts = self.family + self.given
        reachable = [entry.value for entry in (*self.emails, *self.phones)]
        return self.full_name or parts or self.organisation or next(iter(reachable), "")


def read_vcards(data: bytes) -> list[Card]:
    """Every card in a file, in its order; broken lines end up in `rest`.

    Raises Refused beyond the limits, Damaged if there is no card at all.
    """
    if len(data) > MOST_BYTES:
        raise Refused(msg("This file is larger than {limit} MB. Split it first.").of(limit=MOST_BYTES >> 20))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode()
    cards = []
    for number, lines in enumerate(_cards(_unfolded(data.removeprefix(b"\xef\xbb\xbf")))):
        if number >= MOST_CARDS:
            raise Refused(msg("This file holds more than {limit} contacts.").of(limit=MOST_CARDS))
        cards.append(_card([_property(line) for line in lines]))
    if not cards:
        raise Damaged(msg("There is no vCard in this file."))
    return cards


# ---- lines ------------------------------------------------------------------------------------------------


def _unfolded(data: bytes) -> Iterator[bytes]:
    """Whole properties: folded lines, soft breaks of quoted-printable and bare base64 lines put together."""
    current = b""
    for line in _SEPARATOR.split(data):
        if current and _goes_on(current, line):
            current = _joined(current, line)
        else:
            if current:
                yield current
            current = line
    if current:
        yield current


def _goes_on(current: bytes, line: bytes) -> bool:
    if current.strip().upper() in (b"BEGIN:VCARD", b"END:VCARD"):
        return False
    if line[:1] in (b" ", b"\t"):
        return True
    head = current.split(b":", 1)[0].upper()
    if b"QUOTED-PRINTABLE" in head:
        return current.endswith(b"=") and not line.upper().startswith(b"END:VCARD")
    return b"BASE64" in head and bool(_BASE64_LINE.fullmatch(line))


def _joined(current: bytes, line: bytes) -> bytes:
    if current.endswith(b"=") and b"QUOTED-PRINTABLE" in current.split(b":", 1)[0].upper():
        return current[:-1] + line.removeprefix(b" ").removeprefix(b"\t")
    return current + (line[1:] if line[:1] in (b" ", b"\t") else line)


def _cards(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of each card; a card within a card (AGENT of 2.1) stays with the outer one as one line."""
    inner: list[list[bytes]] = []
    for line in lines:
        mark = line.strip().upper().replace(b" ", b"")
        if mark == b"BEGIN:VCARD":
            inner.append([])
        elif mark == b"END:VCARD" and inner:
            done = inner.pop()
            if inner:
                inner[-1].append(b"X-INNER-CARD:" + rb"\n".join(done))
            else:
                yield done
        elif inner and mark:
            inner[-1].append(line)
    if inner:  # cut off in the middle: what is there is there
        yield inner[0]


def _property(line: bytes) -> Property:
    raw = line.decode("latin-1")
    found = _HEAD.match(raw)
    if not found:
        return Property("X-UNREADABLE", _escape(_decoded(line, "")))
    group, name, parameters = found.groups()
    params = _parameters(parameters)
    value = line[found.end() :]
    encoding = "".join(params.get("ENCODING", [""])).upper()
    charset = "".join(params.get("CHARSET", [""]))
    if encoding in ("BASE64", "B"):
        text = re.sub(r"\s+", "", value.decode("latin-1"))
    elif encoding == "QUOTED-PRINTABLE":
        text = _decoded(quopri.decodestring(value), charset)
    else:
        text = _decoded(value, charset)
    return Property(name.upper(), text, params, group or "")


def _parameters(text: str) -> dict[str, list[str]]:
    params: dict[str, list[str]] = {}
    for part in _PARAMETER.findall(text):
        name, equals, value = part.partition("=")
        if not equals:
            name, value = ("ENCODING" if name.strip().upper() in _BARE_ENCODINGS else "TYPE"), name
        values = [piece.strip() for piece in value.replace('"', "").split(",") if piece.strip()]
        params.setdefault(name.strip().upper(), []).extend(values)
    return params


def _decoded(value: bytes, charset: str) -> str:
    """Text in its declared character set, else UTF-8, else as Chinese telephones write it."""
    for name in (charset, "utf-8", "gb18030"):
        try:
            return value.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return value.decode("utf-8", errors="backslashreplace")


def _escape(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return re.sub(r"\r\n|\r|\n", r"\\n", text)


# ---- reading one card -------------------------------------------------------------------------------------


def _card(properties: list[Property]) -> Card:
    old = any(item.name == "VERSION" and item.value.strip().startswith("2") for item in properties)
    labels = {item.group: item for item in properties if item.group and item.name == "X-ABLABEL"}
    card = Card()
    used: set[str] = set()
    for item in properties:
        if item.name == "VERSION" or (item.name == "X-ABLABEL" and item.group):
            continue
        item = _modern(item) if old else item
        own = labels.get(item.group)
        take = _FIELDS.get(item.name)
        if take and take(card, item, _APPLE_LABEL.sub(r"\1", own.text) if own else _label(_types(item))):
            used.add(item.group)
        else:
            card.rest.append(item)
    card.rest += [item for group, item in labels.items() if group not in used]
    return card


def _modern(item: Property) -> Property:
    """A property of 2.1, where a backslash is a backslash and a line break a real one, as 3.0 writes it."""
    value = _OLD_BACKSLASH.sub(r"\\\\", item.value)
    value = re.sub(r"\r\n|\r|\n", r"\\n", value)
    return Property(item.name, value, item.params, item.group)


def _label(types: Iterable[str]) -> str:
    known = set(types)
    if "fax" in known and known & {"work", "home"}:
        return "work fax" if "work" in known else "home fax"
    return next((label for kind, label in _KINDS if kind in known), "")


def _types(item: Property) -> tuple[str, ...]:
    preferred = ["pref"] if item.params.get("PREF") else []
    return tuple(dict.fromkeys([*(value.lower() for value in item.params.get("TYPE", [])), *preferred]))


_Take = Callable[[Card, Property, str], bool]


def _text_field(name: str) -> _Take:
    """Fill a single text once; another such property stays in the rest."""

    def take(card: Card, item: Property, label: str) -> bool:
        if getattr(card, name) or not item.text.strip():
            return False
        setattr(card, name, item.text.strip())
        return True

    return take


def _take_name(card: Card, item: Property, label: str) -> bool:
    if card.family or card.given:
        return False
    parts = [*item.parts(), "", "", "", "", ""]
    card.family, card.given, card.additional, card.prefix, card.suffix = parts[:5]
    return not any(parts[5:])


def _take_organisation(card: Card, item: Property, label: str) -> bool:
    if card.organisation or not item.value.strip():
        return False
    card.organisation, *units = item.parts()
    card.department = " / ".join(unit for unit in units if unit)
    return True


def _take_note(card: Card, item: Property, label: str) -> bool:
    card.note = "\n".join(text for text in (card.note, item.text.strip()) if text)
    return True


def _take_phone(card: Card, item: Property, label: str) -> bool:
    value = re.sub(r"^tel:", "", item.text.strip(), flags=re.IGNORECASE)
    value = re.sub(r";ext=", " ext. ", value, flags=re.IGNORECASE)
    card.phones.append(Labelled(label, value, _types(item)))
    return True


def _take_email(card: Card, item: Property, label: str) -> bool:
    card.emails.append(Labelled(label, item.text.strip(), _types(item)))
    return True


def _take_url(card: Card, item: Property, label: str) -> bool:
    card.urls.append(Labelled(label, item.text.strip(), _types(item)))
    return True


def _take_address(card: Card, item: Property, label: str) -> bool:
    parts = [*item.parts(), *[""] * 7]
    if not any(parts):
        return False
    card.addresses.append(Address(label, *parts[:7]))
    return not any(parts[7:])


def _take_birthday(card: Card, item: Property, label: str) -> bool:
    text = item.text.strip()
    if card.birthday or not text:
        return False
    found = _BIRTHDAY.fullmatch(text)
    if found:
        year, month, day = found.groups()
        text = f"--{month}-{day}" if year in ("--", _NO_YEAR) else f"{year}-{month}-{day}"
    card.birthday = text
    return True


def _take_photo(card: Card, item: Property, label: str) -> bool:
    encoded = item.text
    if "ENCODING" not in item.params:
        head, _, encoded = encoded.partition(",")
        if not head.startswith("data:"):
            return False
    try:
        picture = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    if card.photo or not picture:
        return False
    card.photo = picture
    return True


def _take_categories(card: Card, item: Property, label: str) -> bool:
    card.categories += [part for part in item.parts(",") if part and part not in card.categories]
    return True


_FIELDS: Final[dict[str, _Take]] = {
    "FN": _text_field("full_name"),
    "N": _take_name,
    "NICKNAME": _text_field("nickname"),
    "ORG": _take_organisation,
    "TITLE": _text_field("title"),
    "ROLE": _text_field("role"),
    "TEL": _take_phone,
    "EMAIL": _take_email,
    "ADR": _take_address,
    "URL": _take_url,
    "BDAY": _take_birthday,
    "NOTE": _take_note,
    "PHOTO": _take_photo,
    "CATEGORIES": _take_categories,
    "UID": _text_field("uid"),
}


# ---- writing ----------------------------------------------------------------------------------------------


def write_vcards(cards: Iterable[Card], version: Version = "3.0") -> bytes:
    """The cards in UTF-8; 3.0 is read by telephones and mail programs of the last twenty years."""
    return b"".join(_fold(line) for card in cards for line in _lines(card, version))


def _lines(card: Card, version: Version) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    names = (card.family, card.given, card.additional, card.prefix, card.suffix)
    yield f"N:{_structured(names)}"
    yield f"FN:{_escape(card.shown_name)}"
    singles = (
        ("NICKNAME", card.nickname), ("TITLE", card.title), ("ROLE", card.role),
        ("BDAY", _day(card.birthday, version)), ("NOTE", card.note), ("UID", card.uid),
    )  # fmt: skip
    yield from (f"{name}:{_escape(value)}" for name, value in singles if value)
    if card.organisation or card.department:
        yield f"ORG:{_structured([card.organisation, *filter(None, card.department.split(' / '))])}"
    yield from _labelled_lines(card, version)
    if card.categories:
        yield "CATEGORIES:" + ",".join(map(_escape, card.categories))
    if card.photo:
        kind = "PNG" if card.photo.startswith(b"\x89PNG") else "JPEG"
        head = (
            f"PHOTO:data:image/{kind.lower()};base64,"
            if version == "4.0"
            else f"PHOTO;ENCODING=b;TYPE={kind}:"
        )
        yield head + base64.b64encode(card.photo).decode()
    yield from map(_rest_line, card.rest)
    yield "END:VCARD"


def _day(text: str, version: Version) -> str:
    """A day as the version writes it: 4.0 has no hyphens but those of a year that is not known."""
    return re.sub(r"(?<=\d)-(?=\d)", "", text) if version == "4.0" and _BIRTHDAY.fullmatch(text) else text


def _marks(kinds: Iterable[str], version: Version) -> str:
    if version == "3.0":
        return "".join(f";TYPE={kind.upper()}" for kind in kinds)
    return "".join(";PREF=1" if kind == "pref" else f";TYPE={_parameter(kind)}" for kind in kinds)


def _labelled_lines(card: Card, version: Version) -> Iterator[str]:
    groups = (("TEL", card.phones), ("EMAIL", card.emails), ("URL", card.urls))
    own = 0
    for name, entries in groups:
        for entry in entries:
            kinds = entry.types or _types_of(entry.label)
            types = _marks(kinds, version)
            value = entry.value if name == "URL" else _escape(entry.value)
            if entry.label != _label(kinds):
                own += 1
                yield f"label{own}.{name}{types}:{value}"
                yield f"label{own}.X-ABLabel:{_escape(entry.label)}"
            else:
                yield f"{name}{types}:{value}"
    for address in card.addresses:
        types = _marks(_types_of(address.label), version)
        yield f"ADR{types}:{_structured(address[1:])}"


def _types_of(label: str) -> tuple[str, ...]:
    known = {"mobile": ("cell",), "work fax": ("work", "fax"), "home fax": ("home", "fax")}
    return known.get(label, (label,) if label in ("work", "home", "fax", "pager", "main") else ())


def _rest_line(item: Property) -> str:
    """A property as it came, but no longer quoted-printable or in another character set."""
    params = "".join(
        f";{name}={','.join(map(_parameter, values))}"
        for name, values in item.params.items()
        if name != "CHARSET" and [value.upper() for value in values] != ["QUOTED-PRINTABLE"]
    )
    return f"{item.group + '.' if item.group else ''}{item.name}{params}:{item.value}"


def _parameter(value: str) -> str:
    return f'"{value}"' if re.search(r"[:;,]", value) else value


def _structured(parts: Iterable[str]) -> str:
    return ";".join(map(_escape, parts))


def _fold(line: str) -> bytes:
    """A line of at most 75 bytes, continued after a blank, never within a character."""
    pieces: list[bytes] = []
    current = b""
    for letter in line.replace("\r", "").replace("\n", "\\n"):
        encoded = letter.encode("utf-8", errors="replace")
        if len(current) + len(encoded) > (75 if not pieces else 74):
            pieces.append(current)
            current = b""
        current += encoded
    return b"\r\n ".join([*pieces, current]) + b"\r\n"
