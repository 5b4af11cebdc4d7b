"""The contract as paper: parties and clauses, signatures, and the quote's lines and totals as its annex."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from desktop.documents import stamp
from desktop.documents.draw import Block, Cover, Text, paint, text_width
from desktop.documents.finish import About, finish
from desktop.documents.fonts import STRONG, check_text, is_wide
from desktop.documents.letterhead import (
    SIGNING_LINE,
    Flow,
    Identity,
    facts,
    letterhead,
    paragraph,
    parties,
    places_to_sign,
    signatures,
)
from desktop.documents.linetable import LineTable
from desktop.documents.paginator import paginate
from desktop.documents.quote import Furnishings, check_glyphs, frame, identify, watermark, where_stands
from desktop.documents.seal_form import Form, add_form
from desktop.documents.summary import milestones, terms, totals
from desktop.documents.theme import Type, paper
from desktop.documents.typography import lines_of
from desktop.documents.voice import Said, Voice, money, short_hash
from desktop.rules.canonical import canonical, hash_of
from desktop.words import msg

CONTRACT: Final = msg("Contract", "paper")
_INDENT: Final = 20.0
_LEADING: Final = 14.5
_SPREAD: Final = 2.2
"""How many characters' width a line of Chinese may be spread to reach the margin."""


def contract_pdf(
    contract: Mapping[str, Any],
    *,
    state: str = "issued",
    language: str | None = None,
    sealed_by: str = "",
    seal: bytes = b"",
) -> bytes:
    """The contract as PDF bytes; `contract` comes from `clauses.contract_from`; else as `quote_pdf`.

    `seal` is the picture of the firm's seal: over our place to sign, and in slices across the pages.
    """
    check_glyphs(contract)
    check_text(sealed_by)
    voice = Voice(language or contract["language"])
    data = canonical(dict(contract))
    digest = hash_of(data)
    identity = identify(voice, CONTRACT, contract, digest)
    table = LineTable(voice, contract["quote"])
    blocks = [*_front(voice, contract), *_clauses(voice, contract)]
    blocks[-1].keep = max(blocks[-1].keep, 1)
    signing = _signatures(voice, identity)
    if seal:
        ours, _ = places_to_sign()
        stamp.over_signature(signing, seal, ours.width, SIGNING_LINE)
    blocks += [signing, *_annex(voice, contract["quote"], table)]
    page = paper()
    title = f"{voice.say(CONTRACT).joined()} {contract['number']}".rstrip()
    about = About(
        title=title,
        author=identity.seller.first,
        language=voice.language,
        issued_on=str(contract["issued_on"] or ""),
        digest=digest,
        data=data,
    )
    pages = paginate(blocks, frame(), Furnishings(voice, identity, table))
    cover = Cover(title, watermark(voice, state), page.watermark_alpha)
    number, top = where_stands(pages, signing)
    moved = stamp.shift(len(pages)) if contract.get("seal") else 0.0
    if seal:
        stamp.across_pages(pages, seal)
    painted = paint(pages, page.left - moved, page.ink, cover)
    if not sealed_by:
        return finish(painted, about)
    form = Form(number, top, *places_to_sign(), voice, identity.seller, sealed_by, about.issued_on, moved)
    return finish(painted, about, partial(add_form, form=form))


def _front(voice: Voice, contract: Mapping[str, Any]) -> list[Block]:
    """Letterhead, facts, parties and what the contract is about."""
    quote = contract["quote"]
    digits = int(quote["digits"])
    price = money(quote["totals"]["payable"], quote["currency"], digits)
    pairs = [
        (msg("Contract no.", "paper"), str(contract["number"] or "") or "—"),
        (msg("Date", "paper"), str(contract["issued_on"] or "")),
        (msg("From quote", "paper"), f"{quote['number']} R{quote['revision']}"),
        (msg("Quote check", "paper"), short_hash(contract["quote_hash"])),
        (msg("Currency", "paper"), voice.currency(quote["currency"])),
        (msg("Price incl. tax", "paper"), price),
    ]
    if contract.get("valid_from") or contract.get("valid_until"):
        span = f"{contract.get('valid_from') or ''} – {contract.get('valid_until') or ''}"
        pairs.append((msg("In force", "paper"), span.strip()))
    sides = ((msg("Buyer", "paper"), contract["customer"]), (msg("Supplier", "paper"), contract["seller"]))
    return [
        letterhead(voice, CONTRACT, contract["seller"]),
        facts(voice, pairs),
        parties(voice, sides),
        _title(voice, contract),
        paragraph(voice, voice.say(msg("The parties agree as follows:", "paper")), 17.0),
    ]


def _title(voice: Voice, contract: Mapping[str, Any]) -> Block:
    page = paper()
    block = Block()
    flow = Flow(block, 24.0 - page.company.leading)
    said = voice.text(contract.get("title"))
    flow.write(said.first, page.company, page.ink, 0, page.width, STRONG)
    if said.second:
        flow.write(said.second, Type(page.body.size * page.second, 11.5), page.ink_3, 0, page.width)
    block.height = flow.y
    return block


def _clauses(voice: Voice, contract: Mapping[str, Any]) -> list[Block]:
    """Each clause as its heading with the first lines, then line by line, so that a page may end in it."""
    blocks: list[Block] = []
    for number, clause in enumerate(contract["clauses"], 1):
        blocks += _clause(number, voice.text(clause["heading"]), voice.text(clause["body"]))
    return blocks


def _clause(number: int, heading: Said, body: Said) -> list[Block]:
    page = paper()
    head = _heading(number, heading)
    kind = Type(page.body.size, _LEADING)
    under = Type(page.body.size * page.second, 10.6)
    lines = _set(body.first, kind, page.ink)
    second = _set(body.second, under, page.ink_3) if body.second else []
    if second:
        second[0].height += 1.0
    blocks = [head, *lines, *second]
    if len(blocks) > 3:
        blocks[-2].keep = 1
    head.keep = min(2, len(blocks) - 1)
    return blocks


def _heading(number: int, heading: Said) -> Block:
    """As many lines as it needs; the second language beside the first where there is room, else below."""
    page, room = paper(), paper().width - _INDENT
    small = page.body.size * page.second
    head = Block(height=22.0, keep=2)
    head.add(Text(0, 19.0, str(number), page.body.size, page.ink_3))
    y, last = 19.0 - _LEADING, ""
    for last in lines_of(heading.first, room, page.body.size, STRONG) or [""]:
        y += _LEADING
        head.add(Text(_INDENT, y, last, page.body.size, page.ink, STRONG))
    if heading.second:
        x = text_width(last, page.body.size, STRONG) + 6
        if x + text_width(heading.second, small) <= room:
            head.add(Text(_INDENT + x, y, heading.second, small, page.ink_3))
        else:
            for line in lines_of(heading.second, room, small):
                y += 10.6
                head.add(Text(_INDENT, y, line, small, page.ink_3))
    head.height = y + 3.0
    return head


def _set(text: str, kind: Type, ink: str) -> list[Block]:
    """The lines of a text, one block each; Chinese is spread to the right margin."""
    room = paper().width - _INDENT
    blocks: list[Block] = []
    for part in text.split("\n"):
        found = lines_of(part, room, kind.size)
        for place, line in enumerate(found):
            spacing = _spacing(line, kind.size, room) if place + 1 < len(found) else 0.0
            mark = Text(_INDENT, kind.leading - 3.2, line, kind.size, ink, False, "left", spacing)
            blocks.append(Block(kind.leading, [mark]))
    return blocks


def _spacing(line: str, size: float, room: float) -> float:
    """How much wider each gap is, so that the line ends at the margin; nothing for Latin text."""
    left = room - text_width(line, size)
    chinese = sum(map(is_wide, line))
    if left <= 0 or left > _SPREAD * size or chinese * 2 < len(line):
        return 0.0
    return left / (len(line) - 1)


def _signatures(voice: Voice, identity: Identity) -> Block:
    labels = (msg("Supplier (seal)", "paper"), msg("Buyer (signature, seal)", "paper"))
    under = voice.say(msg("Authorised representative, date", "paper")).joined()
    return signatures(voice, identity, labels, (under, under))


def _annex(voice: Voice, quote: Mapping[str, Any], table: LineTable) -> list[Block]:
    """The quote's lines, totals, payments and terms on pages of their own."""
    page = paper()
    head = Block(height=30.0, turn=True, keep=2)
    said = voice.say(msg("Annex 1: supply, price and commercial terms", "paper"))
    head.add(Text(0, 22.0, said.first, page.company.size, page.ink, STRONG))
    if said.second:
        x = text_width(said.first, page.company.size, STRONG) + 8
        head.add(Text(x, 22.0, said.second, page.body.size * page.second, page.ink_3))
    titles = table.head()
    titles.keep = 1
    after = [totals(voice, quote), *milestones(voice, quote), *terms(voice, quote)]
    return [head, titles, *table.rows(), *after]
