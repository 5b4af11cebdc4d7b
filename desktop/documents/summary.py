"""What follows the lines: tax by rate, the way to the total, the amount in words, payments and terms."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from desktop.documents.draw import Block, Box, Line, Text, fitted, text_width
from desktop.documents.fonts import STRONG
from desktop.documents.letterhead import Flow, second_type
from desktop.documents.linetable import counts, tax_labels
from desktop.documents.theme import Type, paper
from desktop.documents.typography import lines_of
from desktop.documents.voice import Said, Voice, amount, figure, minor_units, money, percent
from desktop.rules.capitals import capitals
from desktop.words import Message, msg

TAX_TABLE: Final = (0.0, 100.8, 162.6, 232.3)
"""Left edge of the rate, right edges of net, tax and gross."""
SUMS_AT: Final = 254.6
SUM: Final = msg("Sum", "paper")
PER_ROW: Final = 3
PAYMENT_GAP: Final = 14.0
"""Payments in a row, and what lies between them."""


class Entry(NamedTuple):
    """A row between the lines and the payable amount; `role` says which figure of the totals it is."""

    role: str
    said: Said
    value: str


def totals(voice: Voice, snapshot: Mapping[str, Any]) -> Block:
    """The tax table on the left, the sums on the right, and the amount in words under both."""
    page = paper()
    block = Block()
    left = _tax_table(block, voice, snapshot)
    right = _sums(block, voice, snapshot)
    low = max(left, right)
    words = in_words(snapshot)
    if words and voice.primary == "zh":
        low += 5.5
        block.add(Box(0, low, page.width, 21.6, page.band, "", 0.0, 1.5))
        label = voice.say(msg("In words", "paper")).joined()
        block.add(Text(7, low + 14, label, page.small.size, page.ink_3))
        x = 7 + text_width(label, page.small.size) + 7
        size = fitted(words, page.body.size, page.width - x - 7, STRONG)
        block.add(Text(x, low + 14, words, size, page.ink, STRONG))
        low += 21.6
    block.height = low
    return block


def in_words(snapshot: Mapping[str, Any]) -> str:
    """The payable amount in Chinese capitals, for yuan only."""
    if snapshot["currency"] != "CNY":
        return ""
    return capitals(minor_units(snapshot["totals"]["payable"], 2))


def has_tax_table(snapshot: Mapping[str, Any]) -> bool:
    """Whether any line of the total carries a tax."""
    groups = snapshot["totals"].get("groups") or []
    return any(group.get("rates") or group.get("category") for group in groups)


def _tax_table(block: Block, voice: Voice, snapshot: Mapping[str, Any]) -> float:
    page = paper()
    if not has_tax_table(snapshot):
        return 10.0
    groups = snapshot["totals"]["groups"]
    digits = int(snapshot["digits"])
    edges = TAX_TABLE
    labels = (
        msg("Tax rate", "paper"),
        msg("Net", "paper"),
        msg("Tax amount", "paper"),
        msg("Gross", "paper"),
    )
    y = 19.0
    low = y
    for edge, label in zip(edges, labels, strict=True):
        said = voice.say(label)
        align = "right" if edge else "left"
        block.add(Text(edge, y, said.first, page.small.size, page.ink_2, False, align))
        if said.second:
            low = y + 8.8
            block.add(Text(edge, low, said.second, page.small.size * page.second, page.ink_3, False, align))
    y = low + 5.2
    block.add(Line(0, edges[-1], y, page.rule, page.ink))
    sums = [0, 0]
    for group in groups:
        net = minor_units(group["base"], digits)
        taxes = [minor_units(tax, digits) for tax in group["taxes"]]
        sums = [sums[0] + net, sums[1] + sum(taxes)]
        rate = " + ".join(tax_labels(group, voice)) or percent("0")
        _tax_row(block, y, edges, rate, (net, sum(taxes)), digits, False)
        y += 16.7
        if len(taxes) > 1:
            y = _each_tax(block, y, edges, group["rates"], taxes, digits)
        block.add(Line(0, edges[-1], y, page.hair, page.line))
    _tax_row(block, y, edges, voice.say(SUM).first, (sums[0], sums[1]), digits, True)
    y += 16.7
    block.add(Line(0, edges[-1], y, page.hair, page.line))
    return y


def _tax_row(
    block: Block,
    y: float,
    edges: tuple[float, ...],
    label: str,
    values: tuple[int, int],
    digits: int,
    strong: bool,
) -> None:
    page = paper()
    size = page.figure.size
    block.add(Text(0, y + 11.4, label, fitted(label, size, 48, strong), page.ink, strong))
    for place, (edge, value) in enumerate(zip(edges[1:], (*values, sum(values)), strict=True)):
        text = amount(value, digits)
        room = edge - edges[place] - (50 if not place else 4)
        block.add(Text(edge, y + 11.4, text, fitted(text, size, room), page.ink, False, "right"))


def _each_tax(
    block: Block, y: float, edges: tuple[float, ...], rates: Sequence[str], taxes: Sequence[int], digits: int
) -> float:
    """Where a group has several taxes, each of them in small type."""
    page = paper()
    for rate, tax in zip(rates, taxes, strict=True):
        block.add(
            Text(8, y + 7, percent(rate), page.small.size, page.ink_3),
            Text(edges[2], y + 7, amount(tax, digits), page.small.size, page.ink_3, False, "right"),
        )
        y += 11
    return y + 1


def sum_rows(voice: Voice, snapshot: Mapping[str, Any]) -> list[Entry]:
    """The labelled figures between the lines and the payable amount."""
    digits, result = int(snapshot["digits"]), snapshot["totals"]
    excluded = snapshot["tax_mode"] == "excluded"
    lines = sum(minor_units(line["net"], digits) for line in snapshot["lines"] if counts(line))
    rows = [Entry("lines", voice.say(msg("Sum of lines", "paper")), amount(lines, digits))]
    for place, each in enumerate(snapshot.get("adjustments") or ()):
        value = amount(minor_units(each["amount"], digits), digits)
        rows.append(Entry(f"adjustment {place}", _adjustment_label(voice, each), value))
    if excluded:
        if len(rows) > 1:
            rows.append(
                Entry("net", voice.say(msg("Total before tax", "paper")), figure(result["net"], digits))
            )
        rows.append(Entry("tax", voice.say(msg("Tax amount", "paper")), figure(result["tax"], digits)))
    if Decimal(result.get("rounding") or 0):
        label = voice.say(msg("Rounding", "paper"))
        rows.append(Entry("rounding", label, figure(result["rounding"], digits)))
    prepaid = Decimal(snapshot.get("prepaid") or 0)
    if prepaid:
        rows.append(Entry("prepaid", voice.say(msg("Already paid", "paper")), figure(-prepaid, digits)))
    return rows


def _adjustment_label(voice: Voice, adjustment: Mapping[str, Any]) -> Said:
    kind, value = adjustment["kind"], Decimal(adjustment["value"])
    own = voice.text(adjustment.get("label"))
    if kind == "percent":
        said = own or voice.say(_DISCOUNT if value < 0 else _CHARGE)
        rate = percent(abs(value))
        return Said(f"{said.first} {rate}", f"{said.second} {rate}" if said.second else "")
    if own:
        return own
    if kind == "target":
        return voice.say(msg("Rounded off", "paper"))
    return voice.say(_DISCOUNT if value < 0 else _CHARGE)


_DISCOUNT = msg("Discount on the whole", "paper")
_CHARGE = msg("Charge on the whole", "paper")


def _sums(block: Block, voice: Voice, snapshot: Mapping[str, Any]) -> float:
    page = paper()
    x, room = SUMS_AT, page.width - SUMS_AT
    y = 4.5
    rows = sum_rows(voice, snapshot)
    for count, (_, said, value) in enumerate(rows):
        size = fitted(value, page.body.size, room * 0.6)
        block.add(Text(page.width, y + 12.0, value, size, page.ink, False, "right"))
        y = _label(block, said, (x, y + 12.0, room - text_width(value, size) - 12)) + 6.0
        if count + 1 < len(rows):
            block.add(Line(x, page.width, y, page.hair, page.line))
    block.add(Line(x, page.width, y, page.accent_rule, page.accent))
    return _payable(block, voice, snapshot, x, y) + 8.6


def _label(block: Block, said: Said, place: tuple[float, float, float]) -> float:
    """A sum's label, the second language beside it or under it; returns the last baseline."""
    page = paper()
    x, y, room = place
    found = lines_of(said.first, room, page.body.size)
    y -= page.body.leading
    for line in found:
        y += page.body.leading
        block.add(Text(x, y, line, page.body.size, page.ink))
    under = second_type(page.body, page)
    start = text_width(found[-1], page.body.size) + 5
    if start + text_width(said.second, under.size) <= room:
        block.add(Text(x + start, y, said.second, under.size, page.ink_3))
        return y
    for line in lines_of(said.second, room, under.size):
        y += under.leading
        block.add(Text(x, y, line, under.size, page.ink_3))
    return y


def _payable(block: Block, voice: Voice, snapshot: Mapping[str, Any], x: float, y: float) -> float:
    page = paper()
    y += 20.0
    text = money(snapshot["totals"]["payable"], snapshot["currency"], int(snapshot["digits"]))
    size = fitted(text, page.total.size, (page.width - x) * 0.62, STRONG)
    block.add(Text(page.width, y, text, size, page.ink, STRONG, "right"))
    said = voice.say(msg("Total payable incl. tax", "paper"))
    block.add(Text(x, y - 0.6, said.first, page.body.size, page.ink, STRONG))
    start = x + text_width(said.first, page.body.size, STRONG) + 6
    left = page.width - text_width(text, size, STRONG) - 6 - start
    small = page.body.size * page.second
    if said.second and text_width(said.second, small, STRONG) <= left:
        block.add(Text(start, y - 0.6, said.second, small, page.ink_2, STRONG))
    elif said.second:
        y += 9.6
        block.add(Text(x, y, said.second, small, page.ink_2, STRONG))
    return y


def _heading(block: Block, voice: Voice, message: Message, y: float) -> None:
    page = paper()
    said = voice.say(message)
    block.add(Text(0, y, said.first, page.body.size, page.ink, STRONG))
    if said.second:
        x = text_width(said.first, page.body.size, STRONG) + 6
        block.add(Text(x, y, said.second, page.body.size * page.second, page.ink_3))


def milestones(voice: Voice, snapshot: Mapping[str, Any]) -> list[Block]:
    """When to pay what, three to a row."""
    page = paper()
    entries = snapshot.get("milestones") or []
    blocks: list[Block] = []
    digits = int(snapshot["digits"])
    gap = PAYMENT_GAP
    for start in range(0, len(entries), PER_ROW):
        block = Block()
        if not start:
            _heading(block, voice, msg("Payment schedule", "paper"), 18.3)
        y = 25.0 if not start else 6.0
        column = (page.width - (PER_ROW - 1) * gap) / PER_ROW
        for place, entry in enumerate(entries[start : start + PER_ROW]):
            low = _milestone(block, voice, entry, (place * (column + gap), y, column), digits)
            block.height = max(block.height, low)
        blocks.append(block)
    return blocks


def _milestone(
    block: Block, voice: Voice, entry: Mapping[str, Any], place: tuple[float, float, float], digits: int
) -> float:
    page = paper()
    x, y, room = place
    block.add(Line(x, x + room, y, page.hair, page.accent_line))
    text = figure(entry["amount"], digits)
    block.add(Text(x + room, y + 13.4, text, page.body.size, page.ink, STRONG, "right"))
    name, due = voice.text(entry.get("name")), voice.text(entry.get("due"))
    label = "\u00a0\u00a0\u00a0 ".join(part for part in (name.first, percent(entry["percent"])) if part)
    left = room - text_width(text, page.body.size, STRONG) - 8
    block.add(Text(x, y + 13.4, label, fitted(label, page.body.size, left, STRONG), page.ink, STRONG))
    flow = Flow(block, y + 15.0)
    if due.first:
        flow.write(due.first, page.small, page.ink_3, x, room)
    under = ", ".join(part for part in (name.second, due.second) if part)
    if under:
        flow.write(under, second_type(page.small, page), page.ink_3, x, room)
    return flow.y + 0.8


def terms(voice: Voice, snapshot: Mapping[str, Any]) -> list[Block]:
    """The terms in two columns, each row a block, the bank account as the last of them."""
    entries = [voice.text(term) for term in snapshot.get("terms") or ()]
    bank = voice.text(snapshot.get("seller", {}).get("bank"))
    if bank.first:
        label = voice.say(msg("Bank: {bank}", "paper"))
        entries.append(
            Said(
                label.first.format(bank=bank.first),
                label.second.format(bank=bank.second) if label.second and bank.second else "",
            )
        )
    entries = [entry for entry in entries if entry.first]
    half = (len(entries) + 1) // 2
    blocks: list[Block] = []
    for row in range(half):
        block = Block()
        y = 0.0
        if not row:
            _heading(block, voice, msg("Terms", "paper"), 19.0)
            y = 22.4
        for place, number in enumerate((row, row + half)):
            if number < len(entries):
                low = _term(block, entries[number], number + 1, place, y)
                block.height = max(block.height, low)
        blocks.append(block)
    return blocks


def _term(block: Block, said: Said, number: int, place: int, y: float) -> float:
    page = paper()
    column = page.width / 2 + 11.6
    x, room = column * place + 13.2, (page.width - column - 13.2 if place else column - 28)
    block.add(Text(column * place, y + page.term.leading, str(number), page.term.size, page.ink_3))
    flow = Flow(block, y)
    flow.write(said.first, page.term, page.ink, x, room)
    if said.second:
        flow.write(said.second, Type(page.term.size * page.second, 9.7), page.ink_3, x, room)
    return flow.y + 0.5
