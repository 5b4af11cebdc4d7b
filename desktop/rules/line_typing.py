"""What one types in the box under a quote's lines: `sat20*5`, `sat20*5 @95000 -5%`, `# Section`, `// note`.

A block of cells from a spreadsheet is lines of the same: product, quantity and price in its columns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from desktop.rules import typed
from desktop.rules.money import ONE

_SAID: Final = {"#": "section", "//": "note", "=": "subtotal"}
_PRICED: Final = {"?": "option", "？": "option", "|": "alternative", "｜": "alternative"}
_NUMBER: Final = r"[0-9０-９][0-9０-９.,，．]*"
_PLAIN: Final = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)\.?\d*", re.ASCII)
"""A number whose commas, if any, part thousands: `1,5` and `1.234,56` may mean anything."""
_MONEY: Final = "¥￥$€ "
_UNITS: Final = re.compile(
    r"(?<=[\d万亿])\s*(台|个|件|套|只|支|根|条|张|块|片|箱|包|瓶|桶|吨|米|次|项|元|pcs?|pieces?|sets?|units?|ea)\.?$",
    re.IGNORECASE,
)
"""What a cell says behind a number that is a count or a price; `75 kW` is neither."""
_TAIL: Final = re.compile(
    rf"(?P<what>.*?)"
    rf"(?:\s*(?:[*×＊]|(?<![A-Za-z])[xX])\s*(?P<count>{_NUMBER}))?"
    rf"(?:\s*[@＠]\s*(?P<price>[^\s%％@]+))?"
    rf"(?:\s+(?P<sign>[-−－+＋])\s*(?P<percent>{_NUMBER})\s*[%％])?"
)
_WHOLE: Final = re.compile(rf"(?P<sign>[-−－+＋])\s*(?P<percent>{_NUMBER})\s*[%％]")
_WIDE: Final = str.maketrans("０１２３４５６７８９．，−－＋", "0123456789.,--+")
_QUOTES: Final = {'"': '"', "“": "”", "「": "」"}


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as it was typed; `text` names a product, or says what a section, note or free line says.

    `percent` is negative for a discount. `free`: in quotation marks, it names no product.
    """

    kind: str
    text: str
    quantity: Decimal = ONE
    price: Decimal | None = None
    percent: Decimal | None = None
    free: bool = False


def read(text: str) -> TypedLine | None:
    """One line, or None where nothing was typed or a number in it cannot be read.

    >>> (one := read("sat20*5 @9.5万 -5%")).text, one.quantity, one.price, one.percent
    ('sat20', Decimal('5'), Decimal('95000'), Decimal('-5'))
    >>> read("# Pumps").kind, read("// by air").text, read("? hose").kind, read('"Crane" @800').free
    ('section', 'by air', 'option', True)
    """
    line = text.strip()
    for mark, kind in _SAID.items():
        if line.startswith(mark):
            said = line[len(mark) :].lstrip(mark[0]).strip()
            return TypedLine(kind, said) if said or kind == "subtotal" else None
    kind = _PRICED.get(line[:1], "item")
    line = line[1:].strip() if kind != "item" else line
    if not line:
        return None
    named, rest = _named(line)
    match = _TAIL.fullmatch(rest)
    if match is None:
        return None
    what = named or match["what"].strip()
    count, price = _number(match["count"] or "1"), typed.amount(match["price"] or "")
    unread = count is None or (match["price"] and price is None) or (named and match["what"].strip())
    if not what or unread or count is None:
        return None
    reduced = _number(match["percent"] or "")
    if match["percent"] and reduced is None:
        return None
    if reduced is not None and match["sign"] in "-−－":
        reduced = -reduced
    return TypedLine(kind, what, count, price, reduced, bool(named))


def percent(text: str) -> Decimal | None:
    """A discount (or charge) on the whole, typed alone: `-5%`.

    >>> percent("-5%"), percent("＋2.5 ％"), percent("5%")
    (Decimal('-5'), Decimal('2.5'), None)
    """
    match = _WHOLE.fullmatch(text.strip())
    found = _number(match["percent"]) if match is not None else None
    return -found if match is not None and found is not None and match["sign"] in "-−－" else found


def read_block(cells: list[list[str]]) -> list[TypedLine]:
    """The rows of a pasted block: what, how many, at what price, less how much.

    A row without numbers reads as if typed; beside numbers a name is a name, as in `YJV 3x2.5`.

    >>> [(one.text, one.quantity, one.price) for one in read_block([["SAT-20", "2", "9,800.00"], ["hose*3"]])]
    [('SAT-20', Decimal('2'), Decimal('9800.00')), ('hose', Decimal('3'), None)]
    """
    return [line for row in cells if any(cell.strip() for cell in row) for line in _row(row)]


def _row(row: list[str]) -> Iterator[TypedLine]:
    what, *cells = (cell.strip() for cell in row if cell.strip())
    numbers = [number for cell in cells if (number := _cell(cell)) is not None]
    line = read(what)
    if numbers and not what.startswith(tuple(_SAID)):
        kind = _PRICED.get(what[:1], "item")
        named, _ = _named(what)
        text = named or (what if kind == "item" else what[1:].strip())
        price = numbers[1] if len(numbers) > 1 else None
        line = TypedLine(kind, text, numbers[0], price, free=bool(named)) if text else None
    if line is None:
        if not what.startswith(tuple(_SAID)):
            yield TypedLine("item", what, free=True)  # it names nothing, and whoever adds it says so
        return
    reduced = next((found for cell in cells if (found := percent(cell)) is not None), None)
    yield line if reduced is None or line.kind in _SAID.values() else replace(line, percent=reduced)


def _cell(text: str) -> Decimal | None:
    """The number that a cell holds, with its currency or its unit: ¥9,800, 9.5万元, 2 pcs."""
    plain = _UNITS.sub("", text).strip(_MONEY)
    return typed.amount(plain) if plain.endswith(("万", "亿")) else _number(plain)


def _named(line: str) -> tuple[str, str]:
    """What stands in quotation marks at the beginning, and the rest."""
    closing = _QUOTES.get(line[0])
    end = line.find(closing, 1) if closing else -1
    return (line[1:end].strip(), line[end + 1 :]) if end > 1 else ("", line)


def _number(text: str) -> Decimal | None:
    plain = text.translate(_WIDE).strip()
    found = Decimal(plain.replace(",", "")) if _PLAIN.fullmatch(plain) else None
    return found if found is not None and abs(found) < 10**12 else None
