"""What is issued subject to approval, on paper: the clause that says so, and the page that confirms it later.

The paper that a customer holds is never made again: its confirmation is a page of its own that names it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from desktop.documents.draw import Block, Cover, Line, paint
from desktop.documents.finish import About, finish
from desktop.documents.fonts import STRONG, check_text
from desktop.documents.letterhead import (
    Flow,
    Identity,
    facts,
    footer,
    letterhead,
    paragraph,
    parties,
    places_to_sign,
    running_head,
    second_type,
    signatures,
)
from desktop.documents.paginator import Frame, paginate
from desktop.documents.seal_form import Form, add_form
from desktop.documents.theme import paper
from desktop.documents.voice import Voice, money, short_hash
from desktop.rules.canonical import canonical, hash_of
from desktop.words import Message, msg

CONFIRMATION: Final = msg("Confirmation of approval", "paper")
CLAUSE: Final = msg(
    "Subject to approval until {day}: this offer binds us only once we have confirmed it by then, on a page"
    " of its own that names the content check below.",
    "paper",
)
CONFIRMED: Final = msg(
    "Our quotation {number} R{revision} of {issued}, issued subject to approval until {until}, was approved"
    " on {day}. It binds us as it was issued; not a word of it is changed by this page.",
    "paper",
)
SIGNED: Final = (msg("Supplier (seal)", "paper"), msg("Received by the customer", "paper"))
RECEIVED: Final = msg("Name, date", "paper")
WHOLE_CHECK: Final = msg("Content check of the quotation (SHA-256)", "paper")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who approved it, and on which day; in which entry."""

    by: str
    day: str
    entry: str


def clause(voice: Voice, snapshot: Mapping[str, Any]) -> list[Block]:
    """The sentence over the lines of what was issued subject to approval; nothing on any other paper."""
    condition = snapshot.get("approval")
    if not isinstance(condition, Mapping):
        return []
    page = paper()
    block = Block()
    flow = Flow(block, 24.0 - page.body.leading)
    said = voice.say(CLAUSE.of(day=str(condition.get("until") or "")))
    block.add(Line(0, page.width, 10.0, page.hair, page.accent))
    flow.write(said.first, page.body, page.ink, 0, page.width, STRONG)
    if said.second:
        flow.write(said.second, second_type(page.body, page), page.ink_3, 0, page.width)
    block.add(Line(0, page.width, flow.y + 6.0, page.hair, page.accent))
    block.height = flow.y + 7.0
    return [block]


def content_of(snapshot: Mapping[str, Any], confirmed: Confirmed) -> bytes:
    """What the page says, to be hashed and to travel in it."""
    sealed = hash_of(canonical(dict(snapshot)))
    return canonical({"schema": 1, "kind": "confirmation", "content": sealed, **asdict(confirmed)})


def confirmation_pdf(
    snapshot: Mapping[str, Any], confirmed: Confirmed, *, language: str | None = None, sealed_by: str = ""
) -> bytes:
    """The page as PDF bytes: the same content and entry, the same bytes. Raises Refused as `quote_pdf`.

    For whom is about to seal it (`sealed_by`) it has the places for seal and signature.
    """
    check_text(confirmed.by + sealed_by)
    voice = Voice(language or snapshot["language"])
    sealed, data = hash_of(canonical(dict(snapshot))), content_of(snapshot, confirmed)
    digest = hash_of(data)
    seller = voice.text(snapshot["seller"].get("name"))
    number = f"{snapshot['number']} R{snapshot['revision']}"
    content = f"satchel:confirmation/{snapshot['number']}/R{snapshot['revision']}?h={digest[:32]}"
    logo = snapshot["seller"].get("logo")
    identity = Identity(CONFIRMATION, number, short_hash(digest), seller, logo, content)
    page, title = paper(), f"{voice.say(CONFIRMATION).joined()} {number}"
    about = About(title, seller.first, voice.language, confirmed.day, digest, data)
    frame = Frame(page.top, page.bottom + 0.6)
    blocks = _blocks(voice, identity, snapshot, confirmed, sealed)
    pages = paginate(blocks, frame, _Furniture(voice, identity))
    painted = paint(pages, page.left, page.ink, Cover(title))
    if not sealed_by:
        return finish(painted, about)
    top = next(top for top, block in pages[0].placed if block is blocks[-1])
    form = Form(0, top, *places_to_sign(), voice, seller, sealed_by, confirmed.day)
    return finish(painted, about, partial(add_form, form=form))


def _blocks(
    voice: Voice, identity: Identity, snapshot: Mapping[str, Any], confirmed: Confirmed, sealed: str
) -> list[Block]:
    until = str((snapshot.get("approval") or {}).get("until") or "")
    total = money(snapshot["totals"]["payable"], snapshot["currency"], snapshot["digits"])
    pairs: list[tuple[Message, str]] = [
        (msg("Quote no.", "paper"), str(snapshot["number"])),
        (msg("Revision", "paper"), f"R{snapshot['revision']}"),
        (msg("Date", "paper"), str(snapshot["issued_on"])),
        (msg("Total", "paper"), total),
        (msg("Approved on", "paper"), confirmed.day),
        (msg("Approved by", "paper"), confirmed.by),
    ]
    sides = (
        (msg("Customer", "paper"), snapshot["customer"]),
        (msg("Supplier", "paper"), snapshot["seller"]),
    )
    said = CONFIRMED.of(
        number=snapshot["number"],
        revision=snapshot["revision"],
        issued=snapshot["issued_on"],
        until=until,
        day=confirmed.day,
    )
    check = Block()
    page, flow = paper(), Flow(check, 14.0)
    flow.write(voice.say(WHOLE_CHECK).joined(), page.small, page.ink_3)
    flow.write(sealed, page.body, page.ink)
    check.height = flow.y + 6.0
    return [
        letterhead(voice, CONFIRMATION, snapshot["seller"]),
        facts(voice, pairs),
        parties(voice, sides),
        paragraph(voice, voice.say(said), 26.0),
        check,
        Block(height=16.0),
        signatures(voice, identity, SIGNED, (confirmed.by, voice.say(RECEIVED).joined())),
    ]


class _Furniture:
    """Head and foot of a page; nothing is carried over."""

    def __init__(self, voice: Voice, identity: Identity) -> None:
        self._voice, self._identity = voice, identity

    def head(self) -> Block:
        return running_head(self._voice, self._identity)

    def table_head(self) -> Block:
        return Block()

    def carried(self, amount: int) -> Block:
        return Block()

    def brought(self, amount: int) -> Block:
        return Block()

    def footer(self, page: int, pages: int) -> Block:
        return footer(self._voice, self._identity, page, pages)
