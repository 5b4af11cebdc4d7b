"""What changed between two editions of a quote, as paper: a customer sees at a glance what is new."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from desktop.documents.draw import Block, Cover, Line, Text, fitted, paint
from desktop.documents.finish import About, finish
from desktop.documents.fonts import STRONG
from desktop.documents.letterhead import (
    Flow,
    Identity,
    facts,
    footer,
    letterhead,
    paragraph,
    running_head,
    second_type,
)
from desktop.documents.linecolumns import COUNTED
from desktop.documents.linetable import below_price, discounts, tax_labels
from desktop.documents.paginator import paginate
from desktop.documents.quote import check_glyphs, frame, watermark
from desktop.documents.theme import paper
from desktop.documents.voice import MINUS, Said, Voice, figure, money, percent, short_hash
from desktop.rules.canonical import canonical, hash_of
from desktop.rules.edition_changes import Changes, LineChange, amount_of, counts
from desktop.words import Message, msg

CHANGES: Final = msg("Changes", "paper")
HEADINGS: Final = {
    "changed": msg("Changed", "paper"),
    "added": msg("New", "paper"),
    "removed": msg("Left out", "paper"),
}
NOTHING: Final = msg("Nothing changed.", "paper")
WHOLE: Final = msg("For the whole quote", "paper")
TOTAL: Final = msg("Total payable incl. tax", "paper")
_FIGURES: Final = (0.66, 0.83, 1.0)
"""Right edges of before, now and difference, as parts of the width."""


class Step(NamedTuple):
    """What is otherwise in one respect: its name, how it was, how it is."""

    label: Message
    old: str
    new: str


def changes_pdf(changes: Changes, *, state: str = "issued", language: str | None = None) -> bytes:
    """The page as PDF bytes; the same two snapshots give the same bytes. Raises Refused as `quote_pdf`."""
    before, after = changes.before, changes.after
    check_glyphs([before, after])
    voice = Voice(language or after["language"])
    data = canonical({"schema": 1, "kind": "changes", "before": dict(before), "after": dict(after)})
    digest = hash_of(data)
    seller = voice.text(after["seller"].get("name"))
    number = f"{after.get('number') or before['number']} R{before['revision']} → R{after['revision']}"
    identity = Identity(CHANGES, number, short_hash(digest), seller, after["seller"].get("logo"), "")
    page = paper()
    title = f"{voice.say(CHANGES).joined()} {number}"
    about = About(title, seller.first, voice.language, str(after["issued_on"] or ""), digest, data)
    pages = paginate(_blocks(voice, changes), frame(), _Furniture(voice, identity))
    cover = Cover(title, watermark(voice, state), page.watermark_alpha)
    return finish(paint(pages, page.left, page.ink, cover), about)


class _Furniture:
    """Head and foot of a page; nothing is carried over."""

    def __init__(self, voice: Voice, identity: Identity) -> None:
        self._voice, self._identity = voice, identity

    def head(self) -> Block:
        return running_head(self._voice, self._identity)

    def table_head(self) -> Block:
        return _columns(self._voice)

    def carried(self, amount: int) -> Block:
        return Block()

    def brought(self, amount: int) -> Block:
        return Block()

    def footer(self, page: int, pages: int) -> Block:
        return footer(self._voice, self._identity, page, pages)


def _blocks(voice: Voice, changes: Changes) -> list[Block]:
    before, after = changes.before, changes.after
    pairs = [
        (msg("Quote no.", "paper"), str(after.get("number") or before["number"])),
        (msg("Revision", "paper"), f"R{before['revision']} → R{after['revision']}"),
        (msg("Date", "paper"), str(after.get("issued_on") or "")),
        (msg("Customer", "paper"), voice.text(after["customer"].get("name")).first),
    ]
    blocks = [letterhead(voice, CHANGES, after["seller"]), facts(voice, [pair for pair in pairs if pair[1]])]
    if not changes:
        return [*blocks, paragraph(voice, voice.say(NOTHING), 24.0)]
    head = _columns(voice)
    head.keep = 2
    blocks.append(head)
    for kind, heading in HEADINGS.items():
        lines = [line for line in changes.lines if line.kind == kind]
        if lines:
            blocks += [_heading(voice, heading), *(_row(voice, changes, line) for line in lines)]
    blocks[-1].keep = 1
    return [*blocks, _total(voice, changes), *_whole(voice, changes)]


def _columns(voice: Voice) -> Block:
    page = paper()
    block = Block(height=26.0)
    labels = (msg("Before", "paper"), msg("Now", "paper"), msg("Difference", "paper"))
    for part, label in zip(_FIGURES, labels, strict=True):
        said = voice.say(label)
        block.add(Text(page.width * part, 14.0, said.first, page.small.size, page.ink_2, align="right"))
        if said.second:
            size = page.small.size * page.second
            block.add(Text(page.width * part, 22.0, said.second, size, page.ink_3, align="right"))
    block.add(Line(0, page.width, block.height, page.rule, page.ink))
    return block


def _heading(voice: Voice, words: Message) -> Block:
    page = paper()
    block = Block(height=22.0, keep=1)
    said = voice.say(words).joined()
    block.add(Text(0, 16.0, said, page.body.size, page.accent_ink, STRONG))
    return block


def _row(voice: Voice, changes: Changes, change: LineChange) -> Block:
    page = paper()
    digits = int(changes.after["digits"])
    block = Block()
    flow = Flow(block, 4.6)
    room = page.width * (_FIGURES[0] - 0.15)
    name = voice.text(change.line["name"])
    flow.write(name.first, page.body, page.ink, 0, room, STRONG)
    if change.line["kind"] in COUNTED:
        _amounts(block, changes, change, 4.6)
    if name.second:
        flow.write(name.second, second_type(page.body, page), page.ink_3, 0, room)
    for step in steps_of(voice, change, digits):
        flow.write(_said(voice, step), page.small, page.ink_2, 0, room)
    block.height = flow.y + 6.0
    block.add(Line(0, page.width, block.height, page.hair, page.line))
    return block


def _amounts(block: Block, changes: Changes, change: LineChange, y: float) -> None:
    page = paper()
    sides = (("added", changes.before, change.old), ("removed", changes.after, change.new))
    shown = ["" if change.kind == empty else _figure(side, amount_of(line)) for empty, side, line in sides]
    texts = (*shown, more(changes, change.difference))
    room = page.width * (_FIGURES[1] - _FIGURES[0]) - 8
    for part, text in zip(_FIGURES, texts, strict=True):
        size, strong = fitted(text, page.figure.size, room), part == _FIGURES[-1]
        baseline = y + page.body.leading
        block.add(Text(page.width * part, baseline, text, size, page.ink, strong, "right"))


def _figure(side: Mapping[str, Any], value: Decimal) -> str:
    """An amount of one of the editions, with the decimals of its currency."""
    return figure(value, int(side["digits"]))


def more(changes: Changes, value: Decimal) -> str:
    """A difference with its sign; nothing where the currency is another one."""
    return signed(value, int(changes.after["digits"])) if changes.comparable else ""


def signed(value: Decimal, digits: int) -> str:
    """A difference with its sign; a dash for none."""
    text = figure(value, digits)
    return text if text.startswith(MINUS) else f"+{text}" if value else "—"


def steps_of(voice: Voice, change: LineChange, digits: int) -> list[Step]:
    """What is otherwise about a line; of a line that came or left what it is, without a before."""
    old, new = change.old, change.new
    if old is None or new is None:
        line = change.line
        return [Step(_QUANTITY, "", _quantity(voice, line))] if line["kind"] in COUNTED else []
    steps = [
        Step(_QUANTITY, _quantity(voice, old), _quantity(voice, new)),
        Step(_PRICE, _price(old, digits), _price(new, digits)),
        Step(_DISCOUNT, " ".join(discounts(old, digits)), " ".join(discounts(new, digits))),
        Step(_TAX, " + ".join(tax_labels(old["tax"], voice)), " + ".join(tax_labels(new["tax"], voice))),
        Step(_DETAIL, voice.text(old["detail"]).first, voice.text(new["detail"]).first),
        Step(_COUNTS, _counted(voice, old), _counted(voice, new)),
    ]
    return [step for step in steps if step.old != step.new]


def whole_of(voice: Voice, changes: Changes) -> list[Step]:
    """What is otherwise about the quote as a whole."""
    before, after = changes.before, changes.after
    digits = int(after["digits"])
    steps = [
        Step(msg("Valid until", "paper"), str(before["valid_until"]), str(after["valid_until"])),
        Step(msg("Currency", "paper"), before["currency"], after["currency"]),
        Step(msg("Price basis", "paper"), _basis(voice, before), _basis(voice, after)),
        Step(msg("Discount on the whole", "paper"), _discounts(before), _discounts(after)),
        Step(
            msg("Already paid", "paper"), figure(before["prepaid"], digits), figure(after["prepaid"], digits)
        ),
        Step(msg("Payment schedule", "paper"), _payments(voice, before), _payments(voice, after)),
        *_terms(voice, before["terms"], after["terms"]),
    ]
    return [step for step in steps if step.old != step.new]


def _terms(voice: Voice, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Step]:
    """Terms that came, left or read otherwise, by their place."""
    for place in range(max(len(old), len(new))):
        texts = (voice.text(side[place]).first if place < len(side) else "" for side in (old, new))
        yield Step(msg("Term {place}", "paper").of(place=place + 1), *texts)


def _total(voice: Voice, changes: Changes) -> Block:
    page = paper()
    block = Block(height=34.0)
    before, after = changes.before, changes.after
    old, new = (
        money(side["totals"]["payable"], side["currency"], int(side["digits"])) for side in (before, after)
    )
    said = voice.say(TOTAL)
    block.add(Text(0, 18.0, said.first, page.body.size, page.ink, STRONG))
    if said.second:
        block.add(Text(0, 27.5, said.second, page.body.size * page.second, page.ink_2))
    texts = (old, new, more(changes, changes.difference))
    room = page.width * (_FIGURES[1] - _FIGURES[0]) - 8
    for part, text in zip(_FIGURES, texts, strict=True):
        size = fitted(text, page.body.size, room, STRONG)
        block.add(Text(page.width * part, 18.0, text, size, page.ink, STRONG, "right"))
    block.add(Line(0, page.width, block.height, page.accent_rule, page.accent))
    return block


def _whole(voice: Voice, changes: Changes) -> list[Block]:
    page = paper()
    found = whole_of(voice, changes)
    blocks: list[Block] = [_heading(voice, WHOLE)] if found else []
    for step in found:
        block = Block()
        flow = Flow(block, 2.0)
        flow.write(_said(voice, step), page.body, page.ink, 0, page.width)
        block.height = flow.y + 4.0
        blocks.append(block)
    return blocks


def _said(voice: Voice, step: Step) -> str:
    label = voice.say(step.label).first
    mark = "：" if voice.primary == "zh" else ": "
    return f"{label}{mark}{step.old or '—'} → {step.new or '—'}" if step.old else f"{label}{mark}{step.new}"


def _quantity(voice: Voice, line: Mapping[str, Any]) -> str:
    return f"{figure(line['quantity'])} {voice.text(line['unit']).first}".strip()


def _price(line: Mapping[str, Any], digits: int) -> str:
    return " ".join([figure(line["unit_price"], digits), *below_price(line, digits)])


def _counted(voice: Voice, line: Mapping[str, Any]) -> str:
    """Whether a line is in the total."""
    return voice.say(_IN_TOTAL if counts(line) else _NOT_IN_TOTAL).first


def _basis(voice: Voice, side: Mapping[str, Any]) -> str:
    included = side["tax_mode"] == "included"
    return voice.say(msg("Tax included", "paper") if included else msg("Tax excluded", "paper")).joined()


def _discounts(side: Mapping[str, Any]) -> str:
    return " ".join(
        percent(each["value"], signed=True)
        if each["kind"] == "percent"
        else figure(each["amount"], int(side["digits"]))
        for each in side["adjustments"]
    )


def _payments(voice: Voice, side: Mapping[str, Any]) -> str:
    parts = (
        " ".join(filter(None, (voice.text(each["name"]).first, percent(each["percent"]), _due(voice, each))))
        for each in side["milestones"]
    )
    return "、".join(parts) if voice.primary == "zh" else ", ".join(parts)


def _due(voice: Voice, each: Mapping[str, Any]) -> str:
    due: Said = voice.text(each.get("due"))
    return f"({due.first})" if due.first else ""


_QUANTITY: Final = msg("Quantity", "paper")
_PRICE: Final = msg("Unit price", "paper")
_DISCOUNT: Final = msg("Discount", "paper")
_TAX: Final = msg("Tax rate", "paper")
_DETAIL: Final = msg("Specification", "paper")
_COUNTS: Final = msg("In the total", "paper")
_IN_TOTAL: Final = msg("counted", "paper")
_NOT_IN_TOTAL: Final = msg("not counted", "paper")
