"""The line table of a quote as rows for the paginator: sections, items, options, alternatives, notes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from desktop.documents.draw import Block, Box, Line, Shape, Text, fitted, text_width
from desktop.documents.fonts import STRONG
from desktop.documents.letterhead import second_type
from desktop.documents.linecolumns import COUNTED, Columns, columns, inside, since_section, until_section
from desktop.documents.paginator import Row
from desktop.documents.theme import Type, look_of, paper
from desktop.documents.typography import lines_of
from desktop.documents.voice import Said, Voice, amount, chinese_count, figure, minor_units, ordinal, percent
from desktop.words import Message, msg

INCLUDED: Final = msg("included", "paper")
"""Instead of an amount: it is in the price of the bundle."""
NO_TAX: Final = {
    "E": msg("Exempt", "tax"),
    "O": msg("Not taxed", "tax"),
    "AE": msg("Reverse charge", "tax"),
}
_ROOM_FOR_DETAIL: Final = 12
"""Lines of one cell that stay on one row; a longer text goes on in rows of its own."""


_GAP: Final = 5.0
_INDENT: Final = 11.0
STEP: Final = 11.0
"""From one figure to the next where a cell holds several."""


class Small(NamedTuple):
    """A line of small type; `beside` is its second language where both fit on one line."""

    text: str
    kind: Type
    beside: str = ""
    ink: str = ""


def counts(line: Mapping[str, Any]) -> bool:
    """Whether the line's amount is part of the total."""
    kind = line["kind"]
    return kind == "item" or (kind in COUNTED and bool(line.get("chosen")))


def tax_labels(tax: Mapping[str, Any] | None, voice: Voice) -> list[str]:
    """The rates of a tax as printed, one a line: 13 %, or 免税."""
    if not tax:
        return []
    if tax.get("category") in NO_TAX:
        return [voice.say(NO_TAX[tax["category"]]).first]
    return [percent(rate) for rate in tax.get("rates", [])]


def choice_label(voice: Voice, count: int) -> str:
    """What the first, second, third alternative of a group is called."""
    place = chinese_count(count) if voice.primary == "zh" else ordinal(count, "en")
    return voice.say(msg("Choice {place}", "paper").of(place=place)).first


def below_price(line: Mapping[str, Any], digits: int) -> list[str]:
    """How many units the price is for, or each part of the quantity at the price of its tier."""
    base = figure(str(line.get("base_quantity") or "1"))
    parts = [
        f"{figure(slab['quantity'])} × {figure(slab['unit_price'], digits)}"
        for slab in line.get("slabs") or ()
    ]
    return [*([f"/ {base}"] if base != "1" else []), *parts]


def discounts(line: Mapping[str, Any], digits: int) -> list[str]:
    """What is taken off a line, or put on it."""
    return [
        percent(each["value"], signed=True) if each["kind"] == "percent" else figure(each["value"], digits)
        for each in line.get("adjustments") or ()
    ]


@dataclass(slots=True)
class LineTable:
    """Makes the rows of one quote's lines."""

    voice: Voice
    snapshot: Mapping[str, Any]
    columns: Columns = field(init=False)
    _sections: int = 0
    _number: int = 0
    _groups: dict[str, int] = field(default_factory=dict)
    _continued: Block | None = None

    def __post_init__(self) -> None:
        self.columns = columns(self.snapshot)

    @property
    def digits(self) -> int:
        """Decimals of the currency."""
        return int(self.snapshot["digits"])

    @property
    def hidden(self) -> Collection[str]:
        """What the template leaves off each line."""
        return look_of(self.snapshot).get("hide") or ()

    @property
    def included(self) -> bool:
        """Whether prices contain the tax."""
        return bool(self.snapshot["tax_mode"] == "included")

    def rows(self) -> list[Row]:
        """The rows in order, each knowing its company and the header to repeat."""
        rows: list[Row] = []
        lines = self.snapshot["lines"]
        for place, line in enumerate(lines):
            if line["kind"] == "section":
                rows.append(self._section(line, lines[place + 1 :]))
            else:
                rows.extend(self._rows_of(line, lines[:place]))
        if not rows:
            return rows
        rows[-1].keep = max(rows[-1].keep, 1)
        if len(rows) > 1:
            rows[-2].keep = max(rows[-2].keep, 2)
        return rows

    def _rows_of(self, line: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
        kind = line["kind"]
        if kind == "note":
            yield from self._note(line)
        elif kind == "subtotal":
            yield self._subtotal(line, since_section(before))
        else:
            yield from self._item(line)

    def head(self) -> Block:
        """The column titles; prices say whether they contain the tax."""
        page, at = paper(), self.columns
        block = Block()
        price = (
            msg("Unit price incl. tax", "paper") if self.included else msg("Unit price excl. tax", "paper")
        )
        net = msg("Amount incl. tax", "paper") if self.included else msg("Amount excl. tax", "paper")
        cells: list[tuple[float, str, Message]] = [
            (0, "left", msg("No.", "paper")),
            (at.name, "left", msg("Description", "paper")),
            (at.quantity, "right", msg("Qty", "paper")),
            (at.price, "right", price),
            (at.amount, "right", net),
        ]
        if at.unit is not None:
            cells.insert(3, (at.unit, "centre", msg("Unit", "paper")))
        if at.discount is not None:
            cells.append((at.discount, "right", msg("Disc.", "paper")))
        if at.tax is not None:
            cells.append((at.tax, "right", msg("Tax", "paper")))
        low = 14.4
        for x, align, label in cells:
            said = self.voice.say(label)
            block.add(Text(x, 14.4, said.first, page.small.size, page.ink_2, False, align))
            if said.second:
                low = 22.8
                block.add(Text(x, low, said.second, page.small.size * page.second, page.ink_3, False, align))
        block.height = low + 6
        block.add(Line(0, page.width, block.height, page.rule, page.ink))
        return block

    def carried(self, label: Message, total: int) -> Block:
        """The row with the running total at a page's end and start."""
        page = paper()
        block = Block(height=21.6)
        said = self.voice.say(label)
        edge = page.width - page.columns["amount"] - 13.6
        if said.second:
            size = page.body.size * page.second
            block.add(Text(edge, 14.2, said.second, size, page.ink_3, align="right"))
            edge -= text_width(said.second, size) + 6
        block.add(Text(edge, 14.2, said.first, page.body.size, page.ink, align="right"))
        self._figure(
            block, page.width, 14.2, amount(total, self.digits), page.columns["amount"], page.ink, STRONG
        )
        block.add(Line(0, page.width, 21.6, page.rule, page.ink))
        return block

    def _figure(
        self, block: Block, x: float, y: float, text: str, room: float, ink: str, strong: bool = False
    ) -> None:
        size = fitted(text, paper().body.size, room - _GAP, strong)
        block.add(Text(x, y, text, size, ink, strong, "right"))

    def _section(self, line: Mapping[str, Any], after: Sequence[Mapping[str, Any]]) -> Row:
        self._sections += 1
        name = self.voice.text(line.get("name"))
        mine = until_section(after)
        total = sum(minor_units(each["net"], self.digits) for each in mine if counts(each))
        options = bool(mine) and all(each["kind"] in ("option", "alternative") for each in mine)
        label = msg("Chosen", "paper") if options else msg("Subtotal", "paper")
        has_amounts = any(each["kind"] in COUNTED for each in mine)
        figures = ""
        if has_amounts and not any(each["kind"] == "subtotal" for each in mine):
            figures = amount(total, self.digits)
        row = self._section_row(name, False, self.voice.say(label).joined(), figures)
        row.keep = 2
        again = self._section_row(name, True, "", "")
        self._continued = Block(height=again.height, marks=again.marks)
        return row

    def _section_row(self, name: Said, again: bool, label: str, figures: str) -> Row:
        """A section's header with the sum of its lines; a long name goes on in further lines."""
        page, body = paper(), paper().body
        row = Row()
        room = page.width
        if figures:
            row.add(Text(page.width, 15.8, figures, page.small.size, page.ink, False, "right"))
            room -= text_width(figures, page.small.size) + 2.4
            row.add(Text(room, 15.8, label, page.small.size, page.ink_3, False, "right"))
            room -= text_width(label, page.small.size) + 14
        first, second = self._section_names(name, again)
        y = 15.8 - body.leading
        for line in (found := lines_of(first, room, body.size, STRONG)):
            y += body.leading
            row.add(Text(0, y, line, body.size, page.ink, STRONG))
        under = second_type(body, page)
        x = text_width(found[-1], body.size, STRONG) + 6
        if second and x + text_width(second, under.size) <= room:
            row.add(Text(x, y, second, under.size, page.ink_3))
        elif second:
            for line in lines_of(second, room, under.size):
                y += under.leading
                row.add(Text(0, y, line, under.size, page.ink_3))
        row.height = y + 6.1
        row.add(Line(0, page.width, row.height, page.hair, page.line))
        return row

    def _section_names(self, name: Said, again: bool) -> Said:
        """The name with its number, and that it goes on where a page begins with it."""
        number, chinese = ordinal(self._sections, self.voice.primary), self.voice.primary == "zh"
        first = f"{number}、{name.first}" if chinese else f"{number}\u00a0\u00a0{name.first}"
        if not again:
            return Said(first, name.second)
        said = self.voice.say(msg("(continued)", "paper"))
        second = f"{name.second} {said.second}" if name.second and said.second else name.second
        return Said(f"{first}{said.first}" if chinese else f"{first} {said.first}", second)

    def _note(self, line: Mapping[str, Any]) -> Iterator[Row]:
        page, at = paper(), self.columns
        texts = [self.voice.text(line.get("name")), self.voice.text(line.get("detail"))]
        lines: list[Small] = []
        for said in texts:
            for part, kind in ((said.first, page.small), (said.second, second_type(page.small, page))):
                if part:
                    lines += [Small(one, kind) for one in lines_of(part, page.width - at.name, kind.size)]
        yield from self._text_rows(lines, Row(section=self._continued), 7.0)

    def _text_rows(self, lines: Sequence["Small"], row: Row, y: float, indent: float = 0.0) -> Iterator[Row]:
        """Secondary lines at the name column, going on in further rows where they are very many."""
        page = paper()
        x = self.columns.name + indent
        for count, (line, kind, beside, ink) in enumerate(lines):
            if count and count % _ROOM_FOR_DETAIL == 0:
                row.height = y + 4
                yield row
                row, y = Row(section=self._continued), 1.0
            y += kind.leading
            row.add(Text(x, y, line, kind.size, ink or page.ink_3))
            if beside:
                after = x + text_width(line, kind.size) + _GAP
                row.add(Text(after, y, beside, kind.size * page.second, page.ink_3))
        row.height = max(y + (4.8 if self.voice.both else 5.6), row.height)
        row.add(Line(0, page.width, row.height, page.hair, page.line))
        yield row

    def _subtotal(self, line: Mapping[str, Any], mine: Sequence[Mapping[str, Any]]) -> Row:
        page = paper()
        total = sum(minor_units(each["net"], self.digits) for each in mine if counts(each))
        row = Row(height=19.8, section=self._continued)
        said = self.voice.text(line.get("name")) or self.voice.say(msg("Subtotal", "paper"))
        edge = page.width - page.columns["amount"] - 13.6
        row.add(Text(edge, 13.2, said.joined("  "), page.body.size, page.ink, False, "right"))
        self._figure(
            row, page.width, 13.2, amount(total, self.digits), page.columns["amount"], page.ink, STRONG
        )
        row.add(Line(0, page.width, row.height, page.hair, page.line))
        return row

    def _item(self, line: Mapping[str, Any]) -> Iterator[Row]:
        page = paper()
        counted = counts(line)
        row = Row(section=self._continued, amount=minor_units(line["net"], self.digits) if counted else 0)
        ink = page.ink if counted else page.ink_3
        number = self._numbered(line)
        if number:
            row.add(Text(0, 13.0, number, page.body.size, page.ink_3))
        y = self._name(row, line, ink)
        low = self._cells(row, line, ink)
        details = self._details(line)
        yield from self._text_rows(details, self._at_least(row, low), y, indented(line))

    @staticmethod
    def _at_least(row: Row, low: float) -> Row:
        row.height = max(row.height, low + 5.1)
        return row

    def _numbered(self, line: Mapping[str, Any]) -> str:
        """The line's number; the alternatives of one group share theirs, and parts have their bundle's."""
        if line.get("of"):
            return ""
        group = str(line.get("group") or "") if line["kind"] == "alternative" else ""
        if group:
            self._groups[group] = self._groups.get(group, 0) + 1
            if self._groups[group] > 1:
                return ""
        self._number += 1
        return str(self._number)

    def _name(self, row: Row, line: Mapping[str, Any], ink: str) -> float:
        """The name with its tick box or chip and the article number after it; returns the last baseline."""
        page, at = paper(), self.columns
        under = indented(line)
        indent = under + self._lead(row, line, at.name + under)
        said = self.voice.text(line.get("name"))
        body = page.body
        found = list(lines_of(said.first, at.room - indent, body.size))
        y = 13.0 - body.leading
        for text in found:
            y += body.leading
            row.add(Text(at.name + indent, y, text, body.size, ink))
        sku = "" if "sku" in self.hidden else str(line.get("sku") or "")
        if sku:
            x = indent + text_width(found[-1], body.size) + (5.4 if found[-1] else 0)
            if x + text_width(sku, body.size) <= at.room:
                row.add(Text(at.name + x, y, sku, body.size, page.ink_3))
            else:
                for text in lines_of(sku, at.room - under, page.small.size):
                    y += page.small.leading + 1
                    row.add(Text(at.name + under, y, text, page.small.size, page.ink_3))
        if said.second:
            kind = second_type(body, page)
            for text in lines_of(said.second, at.room - under, kind.size):
                y += kind.leading
                row.add(Text(at.name + under, y, text, kind.size, page.ink_3))
        return y + (1.4 if not said.second else 0.0)

    def _lead(self, row: Row, line: Mapping[str, Any], x: float) -> float:
        """What stands before the name: a tick box for an option, a chip for an alternative."""
        page = paper()
        if line["kind"] == "option":
            _tick_box(row, x, 5.9, bool(line.get("chosen")))
            return 11.0
        group = str(line.get("group") or "")
        if line["kind"] != "alternative" or not group:
            return 0.0
        label = choice_label(self.voice, self._groups[group])
        wide = text_width(label, page.small.size) + 8
        chosen = bool(line.get("chosen"))
        fill, edge, ink = (
            (page.accent_soft, page.accent_line, page.accent_ink) if chosen else ("", page.edge, page.ink_2)
        )
        row.add(Box(x, 4.6, wide, 11.4, fill, edge, 0.5, 2.0), Text(x + 4, 12.8, label, page.small.size, ink))
        return wide + 5

    def _details(self, line: Mapping[str, Any]) -> list["Small"]:
        """The specification in small type, both languages on one line where they fit."""
        page, room = paper(), self.columns.room - indented(line)
        said = self.voice.text("" if "detail" in self.hidden else line.get("detail"))
        small = Type(page.small.size, 10.6)
        under = second_type(page.small, page)
        found = [Small(text, small) for text in lines_of(said.first, room, small.size)] if said.first else []
        if said.second:
            needed = text_width(said.first, small.size) + _GAP + text_width(said.second, under.size)
            if len(found) == 1 and needed <= room and "\n" not in said.second:
                found = [Small(found[0].text, small, said.second)]
            else:
                found += [Small(text, under) for text in lines_of(said.second, room, under.size)]
        if line["kind"] == "alternative" and line.get("chosen"):
            found.append(
                Small(self.voice.say(msg("Counted in the total", "paper")).joined(), small, ink=page.ink)
            )
        return found

    def _cells(self, row: Row, line: Mapping[str, Any], ink: str) -> float:
        """Quantity, unit, price, discount, tax and amount; returns the lowest baseline."""
        page, at, wide = paper(), self.columns, paper().columns
        y = 13.0
        self._figure(row, at.quantity, y, figure(line["quantity"]), wide["quantity"] + 3, ink)
        unit = self.voice.text(line.get("unit"))
        low = self._unit(row, unit, y, ink)
        if inside(line):
            return max(low, self._inside(row, y, ink))
        self._figure(row, at.price, y, figure(line["unit_price"], self.digits), wide["price"], ink)
        for count, text in enumerate(below_price(line, self.digits), 1):
            size = fitted(text, page.small.size, wide["price"] - _GAP)
            row.add(Text(at.price, y + STEP * count, text, size, page.ink_3, False, "right"))
            low = max(low, y + STEP * count)
        stacks = (
            (at.discount, wide["discount"], discounts(line, self.digits)),
            (at.tax, wide["tax"], tax_labels(line.get("tax"), self.voice)),
        )
        for edge, room, texts in stacks:
            for count, text in enumerate(texts if edge is not None else ()):
                size = fitted(text, page.body.size, room - _GAP)
                row.add(Text(edge or 0.0, y + STEP * count, text, size, ink, False, "right"))
                low = max(low, y + STEP * count)
        return max(low, self._amount(row, line, ink))

    def _unit(self, row: Row, unit: Said, y: float, ink: str) -> float:
        """The unit, centred; a long one goes on in small type. Returns the lowest baseline."""
        page, x, room = paper(), self.columns.unit, paper().columns["unit"] - _GAP
        if not unit.first or x is None:
            return y
        first, second = page.body, second_type(page.body, page)
        if text_width(unit.first, first.size) > room:
            first = Type(page.small.size, 9.6)
        lines = [(line, first, ink) for line in lines_of(unit.first, room, first.size)]
        if unit.second:
            lines += [(line, second, page.ink_3) for line in lines_of(unit.second, room + 3, second.size)]
        y -= first.leading
        for line, kind, shade in lines:
            y += kind.leading
            row.add(Text(x, y, line, fitted(line, kind.size, room + 3), shade, False, "centre"))
        return y

    def _inside(self, row: Row, y: float, ink: str) -> float:
        """That a part is in its bundle's price, instead of the figures; returns the lowest baseline."""
        page, said = paper(), self.voice.say(INCLUDED)
        row.add(Text(page.width, y, said.first, page.body.size, ink, False, "right"))
        if said.second:
            y += 9.6
            size = page.body.size * page.second
            row.add(Text(page.width, y, said.second, size, page.ink_3, False, "right"))
        return y

    def _amount(self, row: Row, line: Mapping[str, Any], ink: str) -> float:
        page, y = paper(), 13.0
        text = amount(minor_units(line["net"], self.digits), self.digits)
        if counts(line):
            self._figure(row, page.width, y, text, page.columns["amount"], ink)
            return y
        self._figure(row, page.width, y, f"({text})", page.columns["amount"], ink)
        said = self.voice.say(msg("not included", "paper"))
        y += 11.8
        row.add(Text(page.width, y, said.first, page.small.size, page.ink_3, False, "right"))
        if said.second:
            y += 9.6
            row.add(
                Text(page.width, y, said.second, page.body.size * page.second, page.ink_3, False, "right")
            )
        return y


def indented(line: Mapping[str, Any]) -> float:
    """How far the name of a bundle's part stands to the right of the others."""
    return _INDENT if line.get("of") else 0.0


def _tick_box(row: Row, x: float, y: float, chosen: bool) -> None:
    page = paper()
    if chosen:
        row.add(Box(x, y, 7.2, 7.2, page.accent, "", 0.0, 1.5))
        tick = ((x + 1.7, y + 3.7), (x + 3.1, y + 5.1), (x + 5.6, y + 2.3))
        row.add(Shape((tick,), page.on_accent, 0.9))
    else:
        row.add(Box(x + 0.35, y + 0.35, 6.5, 6.5, "", page.ink_2, 0.7, 1.3))
