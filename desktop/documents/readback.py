"""The calculator test: what a customer with a pocket calculator would find on the finished paper.

The figures are read from the PDF itself, not from the program's memory; only what paper cannot say (which tax
category, the rounding policy) comes from the snapshot. Everything printed must follow from what is printed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pypdfium2
from pypdfium2 import raw

from desktop.documents.fonts import is_wide
from desktop.documents.linecolumns import COUNTED, Columns, columns, inside
from desktop.documents.linetable import INCLUDED, NO_TAX, STEP, tax_labels
from desktop.documents.preview import opened
from desktop.documents.quote import BROUGHT, CARRIED
from desktop.documents.stamp import shift
from desktop.documents.summary import (
    PAYMENT_GAP,
    PER_ROW,
    SUM,
    SUMS_AT,
    TAX_TABLE,
    has_tax_table,
    in_words,
    sum_rows,
)
from desktop.documents.theme import A4, look_of, paper, wearing
from desktop.documents.typography import NOT_AT_END, NOT_AT_START
from desktop.documents.voice import MINUS, Voice, amount, figure, money, percent, symbol
from desktop.errors import Refused
from desktop.rules.lines import Slab, mean_price
from desktop.rules.money import allocate, to_decimal
from desktop.rules.totals import Document, Totals, totals
from desktop.rules.totals_json import read
from desktop.words import LANGUAGES, Message, msg

_FIGURE: Final = re.compile(rf"\(?[+{MINUS}]?[\d,]+(\.\d+)?\)?( %)?")
_NEAR: Final = 1.3
"""A glyph ends a little before or after the column's edge, in points."""
_JOIN: Final = 2.2
"""Pieces of one text that stand in two font subsets are this near to each other."""


class Printed(NamedTuple):
    """A piece of text on a page; x from the left margin, y of the baseline from the page's top."""

    page: int
    y: float
    x0: float
    x1: float
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    """The figures of one line of the table as printed."""

    at: Printed
    quantity: str
    price: str
    base: str
    parts: list[str]
    net: str
    discounts: list[str]
    rates: list[str]
    inside: bool = False

    @property
    def counted(self) -> bool:
        """An amount in brackets is not part of the total."""
        return not self.net.startswith("(")

    @property
    def amount(self) -> str:
        """The amount without brackets."""
        return self.net.strip("()")


def printed_texts(pdf: bytes, *, seal: bool = False) -> list[Printed]:
    """Every upright text of the document in the order in which it was drawn."""
    with opened(pdf) as document:
        left = paper().left - (shift(len(document)) if seal else 0.0)
        numbers = range(len(document))
        return [text for number in numbers for text in _page_texts(document[number], number, left)]


def _page_texts(page: pypdfium2.PdfPage, number: int, left: float) -> list[Printed]:
    found: list[Printed] = []
    texts = page.get_textpage()
    for piece in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=texts):
        matrix = piece.get_matrix()
        text = piece.extract()
        if matrix.b or not text.strip():
            continue
        x0, _, x1, _ = piece.get_bounds()
        new = Printed(number, A4[1] - matrix.f, x0 - left, x1 - left, text)
        last = found[-1] if found else None
        if last and abs(last.y - new.y) < 0.05 and -1 < new.x0 - last.x1 < _joint(last.text, text):
            new = last._replace(x1=new.x1, text=last.text + new.text)
            found.pop()
        found.append(new)
    return [each._replace(text=" ".join(each.text.split())) for each in found]


def _joint(before: str, after: str) -> float:
    """How far apart two pieces of one text may be: the marks of Chinese have half their square blank."""
    blank = (before[-1] in NOT_AT_START and is_wide(before[-1])) or (
        after[0] in NOT_AT_END and is_wide(after[0])
    )
    return 4 * _JOIN if blank else _JOIN


def calculator_test(pdf: bytes, snapshot: Mapping[str, Any], *, language: str | None = None) -> None:
    """Recompute the paper from its own figures. Raises Refused, naming the first figure that differs.

    `snapshot` is that of the quote, or of the contract whose annex the quote is.
    """
    with wearing(look_of(snapshot)):
        _calculate(pdf, snapshot, language)


def _calculate(pdf: bytes, snapshot: Mapping[str, Any], language: str | None) -> None:
    quote = snapshot["quote"] if snapshot.get("kind") == "contract" else snapshot
    texts = printed_texts(pdf, seal=bool(snapshot.get("seal")))
    sheet = _Sheet(texts, quote, language or snapshot["language"])
    wanted = [line for line in quote["lines"] if line["kind"] in COUNTED]
    _same(msg("the number of lines", "paper"), str(len(sheet.lines)), str(len(wanted)))
    untold = "tax" in (look_of(quote).get("hide") or ())
    shown = [_line(line, each, untold) for line, each in zip(wanted, sheet.lines, strict=True)]
    digits = int(quote["digits"])
    parts = [
        _slabs(line, each, number)
        for number, (line, each) in enumerate(zip(wanted, sheet.lines, strict=True), 1)
    ]
    alone = totals(_with_slabs(read({**_head(quote), "lines": shown}), parts))
    for number, (line, done) in enumerate(zip(sheet.lines, alone.lines, strict=True), 1):
        _same(msg("line {number}", "paper").of(number=number), line.amount, amount(done.net, digits))
    places = [place for place, line in enumerate(sheet.lines) if line.counted]
    sums = sheet.sums()
    whole = {**_head(quote), "lines": [shown[each] for each in places], **_adjusted(quote, sheet, sums)}
    result = totals(_with_slabs(read(whole), [parts[each] for each in places]))
    _check_sums(quote, sums, result)
    sheet.check_subtotals(sums)
    sheet.check_groups(result)
    sheet.check_carried()
    sheet.check_payments(sums["payable"], result)


def _head(quote: Mapping[str, Any]) -> dict[str, Any]:
    """What paper says in words only."""
    return {key: quote[key] for key in ("currency", "digits", "tax_mode", "policy")}


def _line(line: Mapping[str, Any], printed: _Line, untold: bool) -> dict[str, Any]:
    """A line for the calculation: its figures from paper, its kinds from the snapshot.

    `untold`: the template leaves the rates off the lines; the tax table has them.
    """
    kinds = [each["kind"] for each in line.get("adjustments") or ()]
    if printed.inside or inside(line):
        _same(msg("a part of a bundle", "paper"), printed.quantity, figure(line["quantity"]))
        _same(msg("a part of a bundle", "paper"), str(printed.inside), str(inside(line)))
    _same(msg("the number of discounts", "paper"), str(len(printed.discounts)), str(len(kinds)))
    tax = line["tax"]
    if tax and tax["category"] not in NO_TAX and not printed.inside and not untold:
        tax = {**tax, "rates": [_number(rate) for rate in printed.rates]}
    return {
        "quantity": _number(printed.quantity),
        "unit_price": _number(printed.price),
        "base_quantity": _number(printed.base),
        "tax": tax,
        "adjustments": [
            {"kind": kind, "value": _number(value)}
            for kind, value in zip(kinds, printed.discounts, strict=True)
        ],
    }


def _slabs(line: Mapping[str, Any], printed: _Line, number: int) -> tuple[Slab, ...]:
    """The parts of a line at tier prices; together they are its quantity, and their mean is its price."""
    _same(
        msg("the parts of line {number}", "paper").of(number=number),
        str(len(printed.parts)),
        str(len(line.get("slabs") or ())),
    )
    pairs = [part.split(" × ") for part in printed.parts]
    found = tuple(Slab(Decimal(_number(quantity)), Decimal(_number(price))) for quantity, price in pairs)
    if found:
        what = msg("line {number}", "paper").of(number=number)
        _same(what, printed.quantity, figure(sum((each.quantity for each in found), Decimal(0))))
        _same(what, figure(_number(printed.price)), figure(mean_price(found)))
    return found


def _with_slabs(document: Document, parts: Sequence[tuple[Slab, ...]]) -> Document:
    """The document with the parts of each line at tier prices."""
    lines = zip(document.lines, parts, strict=True)
    return replace(document, lines=tuple(replace(line, slabs=slabs) for line, slabs in lines))


def _adjusted(quote: Mapping[str, Any], sheet: "_Sheet", sums: Mapping[str, Printed]) -> dict[str, Any]:
    """The adjustments of the whole as printed: rate in the label, amount, or the total that was wanted."""
    prepaid = -Decimal(_number(sums["prepaid"].text)) if "prepaid" in sums else Decimal(0)
    payable = Decimal(_number(sums["payable"].text.replace(symbol(quote["currency"]), "", 1)))
    found = []
    last = len(quote.get("adjustments") or ()) - 1
    for place, each in enumerate(quote.get("adjustments") or ()):
        printed, kind = sums[f"adjustment {place}"], each["kind"]
        value = _number(printed.text)
        if kind == "percent":
            value = sheet.rate_beside(printed)
            value = f"-{value}" if each["value"].startswith("-") else value
        elif kind == "target" and place == last:
            value = str(payable + prepaid)
        elif kind == "target":  # another one came after it: what it took off is all that paper says of it
            kind = "amount"
        found.append({"kind": kind, "value": value, "tax": each.get("tax")})
    return {"adjustments": found, "prepaid": str(prepaid)}


def _check_sums(quote: Mapping[str, Any], sums: Mapping[str, Printed], result: Totals) -> None:
    digits = result.digits
    computed = {
        "lines": result.subtotal,
        "net": result.net,
        "tax": result.tax,
        "rounding": result.rounding,
        "prepaid": -result.prepaid,
        **{f"adjustment {place}": each.amount for place, each in enumerate(result.adjustments)},
    }
    for role, printed in sums.items():
        if role == "payable":
            for payable in (to_decimal(result.payable, digits), quote["totals"]["payable"]):
                expected = money(payable, quote["currency"], digits)
                _same(msg("the total payable", "paper"), printed.text, expected)
        else:
            _same(msg("a sum under the lines", "paper"), printed.text, amount(computed[role], digits))


def _same(what: Message, printed: str, computed: str) -> None:
    if printed != computed:
        raise Refused(
            msg("The paper does not add up: {what} is printed as {printed}, but {computed} was computed").of(
                what=what, printed=printed, computed=computed
            )
        )


def _number(text: str) -> str:
    """A printed figure as a plain decimal string."""
    return text.strip("()").removesuffix(" %").replace(MINUS, "-").replace(",", "").removeprefix("+")


class _Sheet:
    """The printed texts by row, and the figures that stand in their columns."""

    def __init__(self, texts: list[Printed], quote: Mapping[str, Any], language: str) -> None:
        self.quote = quote
        self.at: Columns = columns(quote)
        self.voice = Voice(language)
        self._width = paper().width
        self.digits = int(quote["digits"])
        self._inside = self.voice.say(INCLUDED).first
        rows: dict[tuple[int, float], list[Printed]] = {}
        for text in texts:
            rows.setdefault((text.page, round(text.y, 1)), []).append(text)
        self._rows = dict(sorted(rows.items()))
        self.lines = list(self._lines())

    def _lines(self) -> Iterator[_Line]:
        for row in self._rows.values():
            quantity, price = _ending(row, self.at.quantity), _ending(row, self.at.price)
            net = _ending(row, self._width)
            told = _ending(row, self._width, figures=False)
            if quantity is not None and price is None and told is not None and told.text == self._inside:
                yield _Line(told, quantity.text, "0", "1", [], figure(0, self.digits), [], [], inside=True)
                continue
            if quantity is None or price is None or net is None:
                continue
            below = self._stack(price, self.at.price, 1)
            base = [text for text in below if text.startswith("/ ")]
            yield _Line(
                at=net,
                quantity=quantity.text,
                price=price.text,
                base=base[0].removeprefix("/ ") if base else "1",
                parts=[text for text in below if " × " in text],
                net=net.text,
                discounts=self._stack(net, self.at.discount),
                rates=self._stack(net, self.at.tax),
            )

    def _stack(self, at: Printed, edge: float | None, start: int = 0) -> list[str]:
        """The texts that stand one under the other at a column's right edge."""
        found: list[str] = []
        while edge is not None:
            row = self._row(at.page, at.y + STEP * (start + len(found)))
            text = _ending(row, edge, figures=False)
            if text is None:
                break
            found.append(text.text)
        return found

    def _row(self, page: int, y: float) -> list[Printed]:
        near = (round(y, 1), round(y - 0.1, 1), round(y + 0.1, 1))
        return next((self._rows[page, each] for each in near if (page, each) in self._rows), [])

    def _after(self, at: Printed) -> Iterator[list[Printed]]:
        """The rows below a text, in reading order."""
        for (page, _), row in self._rows.items():
            if page > at.page or (page == at.page and row[0].y > at.y + 0.2):
                yield row

    def sums(self) -> dict[str, Printed]:
        """The figures between the lines and the payable amount, by their role, and `payable`."""
        roles = [*(entry.role for entry in sum_rows(self.voice, self.quote)), "payable"]
        mark = symbol(self.quote["currency"])
        start = self.lines[-1].at if self.lines else Printed(0, 0.0, 0.0, 0.0, "")
        figures = []
        for row in self._after(start):
            found = _ending(row, self._width, mark)
            if found is not None and not _is_carried(row):
                figures.append(found)
        figures = figures[self._subtotals_after_the_lines() :]
        if len(figures) < len(roles):
            raise Refused(msg("The paper cannot be read back: a sum under the lines is missing"))
        return dict(zip(roles, figures, strict=False))

    def _subtotals_after_the_lines(self) -> int:
        count = 0
        for line in reversed(self.quote["lines"]):
            if line["kind"] in COUNTED:
                break
            count += line["kind"] == "subtotal"
        return count

    def rate_beside(self, printed: Printed) -> str:
        """The percentage at the end of a sum's label."""
        for text in self._row(printed.page, printed.y):
            found = re.search(r"([\d,.]+) %$", text.text)
            if found and abs(text.x0 - SUMS_AT) < _NEAR:
                return _number(found[1])
        raise Refused(msg("The paper cannot be read back: a sum under the lines is missing"))

    def check_groups(self, result: Totals) -> None:
        """The tax table: each group with its taxes, and their sum."""
        if not has_tax_table(self.quote):
            return
        expected: list[str] = []
        for group in result.groups:
            rates = [str(rate.value) for rate in group.tax.rates]
            labels = tax_labels({"category": group.tax.category, "rates": rates}, self.voice)
            expected.append(self._cells(" + ".join(labels) or percent("0"), group.base, group.tax_amount))
            if len(group.taxes) > 1:
                expected += [amount(tax, result.digits) for tax in group.taxes]
        expected.append(self._cells(self.voice.say(SUM).first, result.net, result.tax))
        printed = [cells for row in self._after(self.lines[-1].at) if (cells := _tax_cells(row))]
        for number, computed in enumerate(expected, 1):
            found = printed[number - 1] if number <= len(printed) else ""
            _same(msg("row {number} of the tax table", "paper").of(number=number), found, computed)

    def _cells(self, label: str, net: int, tax: int) -> str:
        digits = int(self.quote["digits"])
        return " ".join((label, *(amount(each, digits) for each in (net, tax, net + tax))))

    def check_subtotals(self, sums: Mapping[str, Printed]) -> None:
        """The sums beside the section names and in rows of their own."""
        end = (sums["lines"].page, sums["lines"].y)
        lines = {(line.at.page, line.at.y) for line in self.lines}
        printed = [
            found.text
            for row in self._rows.values()
            if (found := _ending(row, self._width)) is not None
            and (found.page, found.y) < end
            and (found.page, found.y) not in lines
            and not _is_carried(row)
        ]
        expected = self._subtotals()
        _same(msg("the number of subtotals", "paper"), str(len(printed)), str(len(expected)))
        for number, (one, other) in enumerate(zip(printed, expected, strict=True), 1):
            _same(msg("subtotal {number}", "paper").of(number=number), one, other)

    def _subtotals(self) -> list[str]:
        """What they must be by the amounts printed in the lines."""
        digits = int(self.quote["digits"])
        amounts = iter(Decimal(_number(line.amount)) if line.counted else Decimal(0) for line in self.lines)
        sections: list[tuple[int, Decimal, bool]] = []
        found: list[tuple[int, Decimal]] = []
        running, priced, start, own = Decimal(0), False, -1, False
        total = Decimal(0)
        for place, line in enumerate([*self.quote["lines"], {"kind": "section"}]):
            if line["kind"] == "section":
                sections.append((start, total, priced and not own and start >= 0))
                running, total, priced, start, own = Decimal(0), Decimal(0), False, place, False
            elif line["kind"] == "subtotal":
                found.append((place, running))
                running, own = Decimal(0), True
            elif line["kind"] in COUNTED:
                each = next(amounts)
                running, total, priced = running + each, total + each, True
        found += [(start, total) for start, total, shown in sections if shown]
        return [figure(total, digits) for _, total in sorted(found)]

    def check_carried(self) -> None:
        """The totals at the foot and the head of pages."""
        digits = int(self.quote["digits"])
        for row in self._rows.values():
            printed = _ending(row, self._width)
            if printed is None or not _is_carried(row):
                continue
            here = (printed.page, printed.y)
            before = [each.amount for each in self.lines if each.counted and (each.at.page, each.at.y) < here]
            total = sum((Decimal(_number(each)) for each in before), Decimal(0))
            what = msg("the total carried on page {page}", "paper").of(page=printed.page + 1)
            _same(what, printed.text, figure(total, digits))

    def check_payments(self, payable: Printed, result: Totals) -> None:
        """The payment schedule and the amount in words."""
        steps = self.quote.get("milestones") or ()
        below = list(self._after(payable))
        shares = _shares(result.payable, [Decimal(step["percent"]) for step in steps])
        column = (self._width - (PER_ROW - 1) * PAYMENT_GAP) / PER_ROW
        edges = [column + place * (column + PAYMENT_GAP) for place in range(PER_ROW)]
        found = [_payment(row, edge - column, edge) for row in below for edge in edges if _ending(row, edge)]
        for number, share in enumerate(shares, 1):
            printed = found[number - 1] if number <= len(found) else ""
            what = msg("payment {number}", "paper").of(number=number)
            rate = percent(steps[number - 1]["percent"])
            _same(what, printed, f"{rate} {amount(share, result.digits)}")
        words = in_words(self.quote) if self.voice.primary == "zh" else ""
        if words and not any(text.text == words for row in below for text in row):
            _same(msg("the amount in words", "paper"), "", words)


def _tax_cells(row: list[Printed]) -> str:
    """A row of the tax table as one text: rate, net, tax and gross, or one tax of several."""
    cells = [_ending(row, edge) for edge in TAX_TABLE[1:]]
    label = next((text.text for text in row if abs(text.x0) < _NEAR), "")
    if all(cells):
        return " ".join((label, *(cell.text for cell in cells if cell)))
    return cells[1].text if cells[1] and not cells[0] and not cells[2] else ""


def _payment(row: list[Printed], start: float, edge: float) -> str:
    """A payment's share and amount."""
    label = next((text.text for text in row if abs(text.x0 - start) < _NEAR), "")
    rate = re.search(r"[\d,.]+ %$", label)
    figures = _ending(row, edge)
    return f"{rate[0] if rate else ''} {figures.text if figures else ''}"


def _shares(payable: int, percents: list[Decimal]) -> list[int]:
    """The payments of a schedule, largest remainder first."""
    places = max((-int(each.as_tuple().exponent) for each in percents), default=0)
    return allocate(payable, [int(each.scaleb(max(places, 0))) for each in percents]) if percents else []


def _ending(row: list[Printed], edge: float, mark: str = "", figures: bool = True) -> Printed | None:
    """The text of a row that ends at a column's right edge, if it is a figure."""
    for text in row:
        plain = text.text.replace(mark, "", 1)
        if abs(text.x1 - edge) < _NEAR and (not figures or _FIGURE.fullmatch(plain)):
            return text
    return None


def _is_carried(row: list[Printed]) -> bool:
    labels = {label.in_language(each) for label in (CARRIED, BROUGHT) for each in LANGUAGES}
    return any(text.text in labels for text in row)
