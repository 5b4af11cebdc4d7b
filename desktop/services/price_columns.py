"""The columns of a list of prices or rates: known by their headings, else by what stands in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from desktop.documents import headers, tables
from desktop.errors import Refused
from desktop.rules.texts import cleaned
from desktop.services.import_columns import scaled
from desktop.words import msg

PRICES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": (*headers.WORDS["sku"], "编号", "物料", "产品", "number", "item", "product", "no."),
    "price": (*headers.WORDS["price"], "新价", "新单价", "执行价", "协议价", "new price", "net price"),
    "currency": ("币种", "货币", "currency", "curr"),
    "min_quantity": ("起订量", "最小数量", "数量起", "起始数量", "阶梯数量", "min quantity", "from quantity",
                     "min qty", "moq"),
    "valid_from": ("生效日期", "生效日", "起始日期", "有效期从", "valid from", "from", "effective",
                   "effective from"),
    "valid_until": ("失效日期", "截止日期", "有效期至", "valid until", "until", "valid to"),
}  # fmt: skip
RATES: Final[Mapping[str, tuple[str, ...]]] = {
    "base_currency": ("币种", "货币", "外币", "币别", "currency", "base", "from currency", "currency pair",
                      "pair"),
    "rate": ("汇率", "中间价", "折算价", "牌价", "rate", "exchange rate", "mid rate"),
    "quote_currency": ("对应币种", "本币", "in currency", "quote", "to currency", "counter"),
    "rated_on": ("日期", "发布日期", "汇率日期", "date", "rate of", "day"),
    "source": ("来源", "source"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it stands in the file, and its cells by what they are."""

    number: int
    cells: Mapping[str, str]


def lines_of(
    data: bytes,
    words: Mapping[str, tuple[str, ...]],
    needed: Mapping[str, Callable[[str], bool]],
) -> list[Line]:
    """The rows of a table; `needed` says of the columns one cannot do without what their cells look like.

    Raises Refused where one of them is not there.
    """
    table = tables.read_table(data, known=[word for each in words.values() for word in each])
    header = [cleaned(each) for each in table.header]
    rows = [[cleaned(tables.cell_text(cell)) for cell in row] for row in table.rows]
    numbers = list(table.numbers)
    places = _headed(header, words)
    scales = {place: headers.scale(header[place]) for place in places.values()}
    hundreds = "rate" in places and "100" in header[places["rate"]]  # banks quote a hundred of them
    if not places:  # no headings: what was taken for them is the first row
        hundreds = False
        rows, numbers, scales = [header, *rows], [max(1, (numbers or [2])[0] - 1), *numbers], {}
    for name, looks in needed.items():
        if name not in places:
            places[name] = _by_content(rows, looks, set(places.values()))
    found = []
    for number, row in zip(numbers, rows, strict=True):
        cells = {
            name: scaled(row[place], scales.get(place, 1) if name == "price" else 1)
            for name, place in places.items()
            if place < len(row)
        }
        if hundreds:
            cells["rate"] = _hundredth(cells.get("rate", ""))
        if any(cells.get(name) for name in needed):
            found.append(Line(number, cells))
    return found


def _hundredth(text: str) -> str:
    try:
        return f"{Decimal(text.replace(',', '')) / 100:f}"
    except InvalidOperation:
        return text


def _headed(header: Sequence[str], words: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Where each heading stands; the first of several alike."""
    known = {headers.plain(word): name for name, each in words.items() for word in each}
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        name = known.get(headers.plain(title)) if title else None
        if name is not None:
            found.setdefault(name, place)
    return found


def _by_content(rows: Sequence[Sequence[str]], looks: Callable[[str], bool], taken: set[int]) -> int:
    """The column most of whose cells look like it."""
    width = max((len(row) for row in rows), default=0)
    counts = {
        place: sum(bool(place < len(row) and row[place] and looks(row[place])) for row in rows)
        for place in range(width)
        if place not in taken
    }
    best = max(counts, key=lambda place: (counts[place], -place), default=-1)
    if best < 0 or 2 * counts[best] < len(rows) or not counts[best]:
        raise Refused(msg("This table has no column of numbers and prices that can be recognised."))
    return best
