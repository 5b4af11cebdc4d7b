"""The quote as paper: composes the snapshot's blocks, paginates, paints and finishes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from desktop.documents.condition import clause
from desktop.documents.draw import Block, Cover, Page, paint
from desktop.documents.finish import About, finish
from desktop.documents.fonts import check_text, missing
from desktop.documents.letterhead import (
    Identity,
    facts,
    footer,
    letterhead,
    name_of,
    paragraph,
    parties,
    places_to_sign,
    running_head,
    signatures,
)
from desktop.documents.linetable import LineTable
from desktop.documents.paginator import Frame, paginate
from desktop.documents.seal_form import Form, add_form
from desktop.documents.summary import totals
from desktop.documents.template import Look, add_foot, below, opening_text, with_logo
from desktop.documents.theme import look_of, paper, wearing
from desktop.documents.voice import Said, Voice, short_hash
from desktop.rules.canonical import canonical, hash_of
from desktop.words import Message, msg

NOTHING: Final = Said("")
NAME_AND_DATE: Final = msg("Name, date", "paper")
CARRIED: Final = msg("Subtotal, carried forward", "paper")
BROUGHT: Final = msg("Subtotal, brought forward", "paper")
QUOTATION: Final = msg("Quotation", "paper")
_ESCAPED: Final = re.compile(r"\\[bfu]")
"""What JSON writes in place of a character that nobody sees."""
WATERMARKS: Final = {
    "draft": msg("DRAFT", "paper"),
    "pending": msg("PENDING APPROVAL", "paper"),
    "conditional": msg("SUBJECT TO APPROVAL", "paper"),
    "expired": msg("EXPIRED", "paper"),
    "superseded": msg("SUPERSEDED", "paper"),
    "declined": msg("DECLINED", "paper"),
    "withdrawn": msg("WITHDRAWN", "paper"),
    "terminated": msg("TERMINATED", "paper"),
}


def quote_pdf(
    snapshot: Mapping[str, Any], *, state: str = "issued", language: str | None = None, sealed_by: str = ""
) -> bytes:
    """The quote as PDF bytes: the same snapshot, state and language give the same bytes everywhere.

    `state` puts a word under the text of what is not (or no longer) a valid offer; `language` overrides the
    snapshot's own. For whom is about to seal it (`sealed_by`) it has the places for seal and signature.
    Raises Refused, naming it, where a character cannot be printed.
    """
    with wearing(look_of(snapshot)):
        return _pdf(snapshot, state, language, sealed_by)


def _pdf(snapshot: Mapping[str, Any], state: str, language: str | None, sealed_by: str) -> bytes:
    check_text(sealed_by)
    data = canonical(dict(snapshot))
    check_glyphs(snapshot, data.decode())
    voice = Voice(language or snapshot["language"])
    digest = hash_of(data)
    identity = identify(voice, QUOTATION, snapshot, digest)
    table = LineTable(voice, snapshot)
    look = Look(voice, snapshot)
    blocks = _blocks(voice, identity, snapshot, table)
    pages = paginate(blocks, look.frame(frame()), Furnishings(voice, identity, table, look.foot))
    page = paper()
    title = f"{voice.say(QUOTATION).joined()} {identity.number}"
    cover = Cover(title, watermark(voice, marked(snapshot, state)), page.watermark_alpha)
    about = About(
        title=title,
        author=identity.seller.first,
        language=voice.language,
        issued_on=str(snapshot["issued_on"] or ""),
        digest=digest,
        data=data,
    )
    if not sealed_by:
        return finish(paint(pages, page.left, page.ink, cover), about)
    number, top = where_stands(pages, blocks[-1])
    form = Form(number, top, *places_to_sign(), voice, identity.seller, sealed_by, about.issued_on)
    return finish(paint(pages, page.left, page.ink, cover), about, partial(add_form, form=form))


def where_stands(pages: list[Page], block: Block) -> tuple[int, float]:
    """The page that a block came to stand on, from 0, and how far down."""
    return next(
        (number, top) for number, page in enumerate(pages) for top, placed in page.placed if placed is block
    )


def check_glyphs(snapshot: Any, written: str = "") -> None:
    """Raise Refused, naming the character, where any text of the snapshot cannot be printed whole.

    `written` is the same as JSON, where that is there already.
    """
    whole = written or json.dumps(snapshot, ensure_ascii=False, default=dict)
    if _ESCAPED.search(whole) or missing(whole):  # seldom: only then is it asked which text it is
        texts: list[str] = []
        _gather(snapshot, texts)
        for text in texts:
            check_text(text)


def _gather(value: Any, into: list[str]) -> None:
    if isinstance(value, str):
        into.append(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            _gather(each, into)
    elif isinstance(value, list | tuple):
        for each in value:
            _gather(each, into)


def frame() -> Frame:
    """Where blocks may stand, and where the footer begins."""
    page = paper()
    return Frame(page.top, page.bottom + 0.6)


def watermark(voice: Voice, state: str) -> str:
    """The word under the text, or nothing for a document in force."""
    return voice.say(WATERMARKS[state]).first if state in WATERMARKS else ""


def marked(snapshot: Mapping[str, Any], state: str) -> str:
    """The state that the paper shows: what was issued subject to approval says so for good."""
    return "conditional" if state == "issued" and snapshot.get("approval") else state


def identify(voice: Voice, kind: Message, snapshot: Mapping[str, Any], digest: str) -> Identity:
    """What each page says about its document."""
    seller = with_logo(snapshot)
    number = numbered(voice, snapshot)
    content = f"satchel:{snapshot['kind']}/{snapshot['number']}/R{snapshot['revision']}?h={digest[:32]}"
    return Identity(
        kind, number, short_hash(digest), voice.text(seller.get("name")), seller.get("logo"), content
    )


def numbered(voice: Voice, snapshot: Mapping[str, Any]) -> str:
    """Number and revision, or that it has none yet."""
    number = str(snapshot.get("number") or "") or voice.say(msg("(no number yet)", "paper")).first
    return f"{number} R{snapshot['revision']}"


@dataclass(frozen=True, slots=True)
class Furnishings:
    """The furniture of a document with a line table."""

    voice: Voice
    identity: Identity
    table: LineTable
    foot: Said = NOTHING
    """A line of the template under the footer."""

    def head(self) -> Block:
        """The running head."""
        return running_head(self.voice, self.identity)

    def table_head(self) -> Block:
        """The column titles."""
        return self.table.head()

    def carried(self, amount: int) -> Block:
        """At the foot of a page."""
        return self.table.carried(CARRIED, amount)

    def brought(self, amount: int) -> Block:
        """At the head of the next."""
        return self.table.carried(BROUGHT, amount)

    def footer(self, page: int, pages: int) -> Block:
        """Number, check, page."""
        return add_foot(footer(self.voice, self.identity, page, pages), self.foot)


def _blocks(voice: Voice, identity: Identity, snapshot: Mapping[str, Any], table: LineTable) -> list[Block]:
    """Everything between the page furniture, in order."""
    seller = with_logo(snapshot)
    blocks = [letterhead(voice, QUOTATION, seller), _facts(voice, snapshot)]
    sides = ((msg("Customer", "paper"), snapshot["customer"]), (msg("Supplier", "paper"), seller))
    blocks += [parties(voice, sides), *clause(voice, snapshot)]
    opening = _opening(voice, snapshot)
    if opening.first:
        blocks.append(paragraph(voice, opening, 18.5))
    blocks += opening_text(voice, snapshot)
    blocks.append(Block(height=7.2))
    head = table.head()
    head.keep = 1
    blocks += [head, *table.rows()]
    blocks += [totals(voice, snapshot), *below(voice, snapshot)]
    blocks[-1].keep = max(blocks[-1].keep, 1)
    signer = "\u00a0\u00a0\u00a0 ".join(
        part for part in (name_of(voice.text(seller.get("person"))), str(snapshot["issued_on"] or "")) if part
    )
    labels = (msg("Supplier (seal)", "paper"), msg("Customer (signature, seal)", "paper"))
    blocks.append(signatures(voice, identity, labels, (signer, voice.say(NAME_AND_DATE).joined())))
    return blocks


def _facts(voice: Voice, snapshot: Mapping[str, Any]) -> Block:
    included = snapshot["tax_mode"] == "included"
    basis = voice.say(msg("Tax included", "paper") if included else msg("Tax excluded", "paper"))
    number = str(snapshot.get("number") or "") or voice.say(msg("(no number yet)", "paper")).first
    pairs = [
        (msg("Quote no.", "paper"), number),
        (msg("Revision", "paper"), f"R{snapshot['revision']}"),
        (msg("Date", "paper"), str(snapshot.get("issued_on") or "")),
        (msg("Valid until", "paper"), str(snapshot.get("valid_until") or "")),
        (msg("Currency", "paper"), voice.currency(snapshot["currency"])),
        (msg("Price basis", "paper"), basis.joined()),
    ]
    return facts(voice, [pair for pair in pairs if pair[1]])


def _opening(voice: Voice, snapshot: Mapping[str, Any]) -> Said:
    """The project and the greeting in one paragraph."""
    title, intro = voice.text(snapshot.get("title")), voice.text(snapshot.get("intro"))
    if not title.first:
        return intro
    named = voice.say(msg("Project: {title}", "paper"))
    first = f"{named.first.format(title=title.first)}{'。' if voice.primary == 'zh' else '. '}{intro.first}"
    if not intro.first:
        return Said(
            named.first.format(title=title.first),
            named.second.format(title=title.second) if title.second else "",
        )
    second = (
        f"{named.second.format(title=title.second)}. {intro.second}" if title.second and intro.second else ""
    )
    return Said(first, second)
