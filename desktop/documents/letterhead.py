"""The parts that every document shares: letterhead, facts, parties, running head, footer, signatures, QR."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any, Final, NamedTuple

import segno

from desktop.documents.draw import Block, Line, Shape, Squares, Text, fitted, text_width
from desktop.documents.fonts import STRONG
from desktop.documents.theme import Paper, Type, paper
from desktop.documents.typography import lines_of
from desktop.documents.voice import Said, Voice
from desktop.words import Message, msg

PEAKS: Final[dict[str, Any]] = {
    "width": 37,
    "height": 27,
    "shapes": [
        {"fill": "accent", "points": [[0, 27], [13, 0], [20, 13], [27, 7], [37, 27]]},
        {"fill": "accent_deep", "points": [[13, 0], [20, 13], [15, 19], [11, 13], [8, 11]]},
    ],
}
"""The sample company's logo, and the form of `seller.logo`: whole numbers, y down, a token or #RRGGBB."""


_FACTS: Final = 6
SIGNING_LINE: Final = 101.7
"""How far down the lines for signatures are within their block."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What each page says about its document."""

    kind: Message
    number: str
    check: str
    seller: Said
    logo: Mapping[str, Any] | None
    qr: str


class Place(NamedTuple):
    """A rectangle within a block; y runs down."""

    x: float
    y: float
    width: float
    height: float


class Flow:
    """Writes lines one under the other into a block."""

    def __init__(self, block: Block, y: float = 0.0) -> None:
        self.block = block
        self.y = y

    def write(
        self, text: str, kind: Type, ink: str, x: float = 0.0, room: float = 1e6, strong: bool = False
    ) -> None:
        """`text` broken to `room`, each line a step further down."""
        for line in lines_of(text, room, kind.size, strong):
            self.y += kind.leading
            if line:
                self.block.add(Text(x, self.y, line, kind.size, ink, strong))


def second_type(kind: Type, page: Paper) -> Type:
    """The type of the second language under a line of `kind`."""
    return Type(kind.size * page.second, kind.leading * page.second + 0.6)


def draw_logo(block: Block, logo: Mapping[str, Any], x: float, y: float, height: float) -> float:
    """Draw a vector logo with its upper left corner there; returns its width."""
    page = paper()
    inks = {"accent": page.accent, "accent_deep": page.accent_deep, "ink": page.ink}
    scale = height / int(logo["height"])
    for shape in logo["shapes"]:
        points = tuple((x + int(px) * scale, y + int(py) * scale) for px, py in shape["points"])
        block.add(Shape((points,), inks.get(shape["fill"], shape["fill"])))
    return int(logo["width"]) * scale


def letterhead(voice: Voice, kind: Message, seller: Mapping[str, Any]) -> Block:
    """Logo, company and tagline on the left, the document's name on the right, and the accent rule."""
    page = paper()
    block = Block()
    title = voice.say(kind)
    spacing = page.title.size * (0.12 if voice.primary == "zh" else 0.0)
    title_width = text_width(title.first, page.title.size, STRONG, spacing)
    block.add(
        Text(page.width - title_width, 20.6, title.first, page.title.size, page.ink, STRONG, "left", spacing)
    )
    low = 20.6
    if title.second:
        low = 31.4
        text, size = title.second.upper(), page.small.size
        block.add(
            Text(
                page.width - text_width(text, size, spacing=1.0),
                low,
                text,
                size,
                page.ink_3,
                False,
                "left",
                1.0,
            )
        )
    x = 0.0
    logo = seller.get("logo")
    if logo:
        x = 2 + draw_logo(block, logo, 2, 5.4, 17.7) + 10
    name, tagline = voice.text(seller.get("name")), voice.text(seller.get("tagline"))
    room = page.width - title_width - x - 24
    flow = Flow(block, 11.2 - page.company.leading)
    flow.write(name.first, page.company, page.ink, x, room, STRONG)
    flow.y -= page.small.leading * 0.14
    under = name.second or tagline.first
    for line in (under,) if under else ():
        flow.write(line, Type(page.small.size, 12.6), page.ink_3, x, room)
    low = max(low, flow.y, 23.1)
    drop = 12.8 if title.second else 15.2
    block.add(Line(0, page.width, low + drop, page.accent_rule, page.accent))
    block.height = low + drop
    return block


def facts(voice: Voice, pairs: Sequence[tuple[Message, str]]) -> Block:
    """Labelled values under the letterhead, six to a row, the first strong; a long one takes more places."""
    page = paper()
    block = Block()
    step = page.width / _FACTS
    y, slot = 0.0, 0
    for place, (label, value) in enumerate(pairs):
        strong = place == 0
        needed = min(ceil((text_width(value, page.body.size, strong) + 6) / step), _FACTS)
        if slot + needed > _FACTS:
            y, slot = y + 31, 0
        x, room = step * slot, step * needed - 6
        slot += needed
        said = voice.say(label).joined()
        block.add(Text(x, y + 16.7, said, fitted(said, page.small.size, room), page.ink_3))
        block.add(Text(x, y + 29.7, value, fitted(value, page.body.size, room, strong), page.ink, strong))
    block.height = y + 40.3
    block.add(Line(0, page.width, block.height, page.hair, page.line))
    return block


def parties(voice: Voice, sides: Sequence[tuple[Message, Mapping[str, Any]]]) -> Block:
    """The two parties side by side."""
    page = paper()
    block = Block()
    column = page.width / 2 + 11.6
    room = page.width / 2 - 14
    for place, (label, side) in enumerate(sides):
        x = column * place
        flow = Flow(block, 19.6 - page.small.leading)
        flow.write(voice.say(label).joined(), page.small, page.ink_3, x, room)
        name = Type(page.party.size, page.party.leading)
        _two(flow, voice.text(side.get("name")), name, x, room, STRONG)
        _two(flow, voice.text(side.get("address")), page.body, x, room)
        person = voice.text(side.get("person"))
        phone = str(side.get("phone") or "")
        first = "\u00a0\u00a0\u00a0\u00a0".join(part for part in (person.first, phone) if part)
        _two(flow, Said(first, person.second), page.body, x, room)
        if side.get("email"):
            flow.write(str(side["email"]), page.small, page.ink_3, x, room)
        if side.get("tax_id"):
            tax = f"{voice.say(msg('Tax no.', 'paper')).joined()} {side['tax_id']}"
            flow.write(tax, Type(page.small.size, 12.5), page.ink_3, x, room)
        block.height = max(block.height, flow.y)
    block.height += 1.5
    return block


def _two(flow: Flow, said: Said, kind: Type, x: float, room: float, strong: bool = False) -> None:
    page = paper()
    if said.first:
        flow.write(said.first, kind, page.ink, x, room, strong)
    if said.second:
        flow.write(said.second, Type(page.body.size * page.second, 10.4), page.ink_3, x, room)


def paragraph(voice: Voice, said: Said, before: float) -> Block:
    """A paragraph across the page, the second language under the first."""
    page = paper()
    block = Block()
    flow = Flow(block, before - page.body.leading)
    flow.write(said.first, page.body, page.ink, 0, page.width)
    if said.second:
        flow.write(said.second, second_type(page.body, page), page.ink_3, 0, page.width)
    block.height = flow.y
    return block


def running_head(voice: Voice, identity: Identity) -> Block:
    """The slim head of the pages after the first."""
    page = paper()
    block = Block(height=20.4)
    x = 0.0
    if identity.logo:
        x = 1 + draw_logo(block, identity.logo, 1, 4.0, 9.8) + 9
    right = f"{voice.say(identity.kind).joined()} {identity.number}"
    room = page.width - text_width(right, page.small.size) - x - 12
    whole = identity.seller.joined("\u00a0\u00a0 ")
    name = whole if text_width(whole, page.small.size) <= room else identity.seller.first
    found = lines_of(name, room - page.small.size, page.small.size)
    name = name if len(found) == 1 else f"{found[0]}…"
    block.add(Text(x, 11.2, name, page.small.size, page.ink))
    block.add(Text(page.width, 11.2, right, page.small.size, page.ink_3, align="right"))
    block.add(Line(0, page.width, block.height, page.accent_rule, page.accent))
    return block


def footer(voice: Voice, identity: Identity, number: int, pages: int) -> Block:
    """Number and revision, the content check, and the page of how many."""
    page = paper()
    block = Block()
    size, ink = page.footer.size, page.ink_3
    block.add(Line(0, page.width, 10.6, page.hair, page.line))
    y = 20.6
    check = f"{voice.say(msg('Content check', 'paper')).joined()} {identity.check}"
    place = voice.say(msg("Page {number} of {pages}", "paper").of(number=number, pages=pages)).joined(
        "\u00a0\u00a0 "
    )
    block.add(
        Text(0, y, identity.number, size, ink),
        Text(page.width / 2, y, check, size, ink, align="centre"),
        Text(page.width, y, place, size, ink, align="right"),
    )
    return block


def signatures(
    voice: Voice, identity: Identity, labels: tuple[Message, Message], under: tuple[str, str]
) -> Block:
    """The two places to sign and seal, and the QR that leads back to this document."""
    page = paper()
    block = Block(height=117.5)
    block.add(Line(0, page.width, 11.0, page.rule, page.ink))
    qr_x, room = _signing_columns(page)
    for x, message, line in zip((0.0, room + 20), labels, under, strict=True):
        label = voice.say(message)
        block.add(Text(x, 27.7, label.first, page.body.size, page.ink))
        if label.second:
            block.add(Text(x, 39.0, label.second, page.body.size * page.second, page.ink_3))
        block.add(Line(x, x + room, SIGNING_LINE, 0.6, page.ink_2))
        block.add(Text(x, 114.5, line, fitted(line, page.small.size, room), page.ink_3))
    block.add(qr_code(identity.qr, qr_x, 18.7, page.qr))
    y = 18.7 + page.qr + 10.5
    for line in (*_present(voice.say(msg("Scan to verify", "paper"))), identity.check):
        block.add(Text(qr_x, y, line, page.small.size, page.ink_3))
        y += page.small.leading
    block.height = max(block.height, y - page.small.leading + 3)
    return block


def places_to_sign() -> tuple[Place, Place]:
    """Within that block: where our electronic seal stands, and where the customer signs."""
    _, room = _signing_columns(paper())
    return Place(0.0, 72.0, room, 27.0), Place(room + 20, 43.0, room, 56.0)


def _signing_columns(page: Paper) -> tuple[float, float]:
    """Where the QR begins, and how wide each of the two places before it is."""
    qr_x = page.width - page.qr - 5
    return qr_x, (qr_x - 40) / 2


def _present(said: Said) -> tuple[str, ...]:
    return (said.first, said.second) if said.second else (said.first,)


@lru_cache(maxsize=64)
def qr_code(content: str, x: float, y: float, size: float) -> Squares:
    """A QR symbol, level M, as horizontal runs."""
    rows = segno.make(content, error="m", micro=False, boost_error=False).matrix
    unit = size / len(rows)
    runs = [
        (x + run.start() * unit, y + line * unit, len(run[0]) * unit, unit)
        for line, row in enumerate(rows)
        for run in re.finditer(b"\x01+", bytes(row))
    ]
    return Squares(tuple(runs), paper().ink)


def name_of(person: Said) -> str:
    """The name alone, without the title after it: 林一鸣 客户经理 or Lin Yiming, Account Manager."""
    if re.match(r"[\u3400-\u9fff]", person.first):
        return person.first.split()[0]
    return re.split(r"\s*[,，]", person.first, maxsplit=1)[0]
