"""Tables in and out: CSV, Excel, pasted blocks and JSON, as plain rows of typed cells.

In: the character set and the delimiter are found out, whole numbers stay whole (a telephone is never
1.38e10), the header may stand below a title. Out: nothing leaves that a spreadsheet would run as a formula.
"""

import csv
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final, NamedTuple

from desktop.documents.headers import header_row
from desktop.errors import Damaged, Refused
from desktop.words import msg

Cell = str | int | Decimal | bool | date | datetime | time | None

MOST_BYTES: Final = 100 * 1024 * 1024
MOST_UNPACKED: Final = 600 * 1024 * 1024
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 500
EXCEL_ROWS: Final = 1_048_575
_EXCEL_CELL: Final = 32_767
_EXCEL_DIGITS: Final = 15

_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a]")
_DANGEROUS: Final = "=+-@\t\r＝＋－＠"
_PROTECTED: Final = re.compile(r'^="(.*)"$', re.DOTALL)
_NEGATIVE: Final = re.compile(r"-\d{1,15}(?:\.\d{1,9})?")
_SCIENTIFIC: Final = re.compile(r"^(\d)\.(\d+)[eE]\+?(\d+)$")
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_USUAL_LATIN: Final = "cp1252"  # of the many Latin sets that fit a text equally well
_MIDNIGHT: Final = time(0)
_SAMPLE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header. `numbers` says for each row where it stands in the file, counted from 1."""

    header: list[str]
    rows: list[list[Cell]]
    numbers: list[int]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)


class Copied(NamedTuple):
    """What goes to the clipboard: text for a grid of cells, and HTML in which text stays text."""

    text: str
    html: str


# ---- in ---------------------------------------------------------------------------------------------------


def read_table(data: bytes, *, sheet: str | None = None, known: Iterable[str] = ()) -> Table:
    """A file's bytes as a table; CSV or workbook is told from the content, not from the name.

    `known` are header words that help to find the header below a title. Raises Refused beyond the limits or
    without any row, Damaged for a workbook that cannot be opened.
    """
    if len(data) > MOST_BYTES:
        raise Refused(msg("This file is larger than {limit} MB. Split it first.").of(limit=MOST_BYTES >> 20))
    if data.startswith((b"PK\x03\x04", _OLD_EXCEL)):
        return _read_workbook(data, sheet, known)
    text, encoding = decode(data, known := tuple(known))
    if len(_CONTROL.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 100:
        raise Damaged(msg("This file is not a table that can be read."))
    return read_text(text, known=known, encoding=encoding)


def read_text(text: str, *, known: Iterable[str] = (), encoding: str = "") -> Table:
    """Text with delimiters, from a file or the clipboard, as a table."""
    text = text.removeprefix("\ufeff")
    delimiter, text = _declared_delimiter(text)
    delimiter = delimiter or _sniffed(text)
    try:
        rows: list[list[Cell]] = [
            [_cleaned(value) for value in row]
            for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), MOST_ROWS + 50)
        ]
    except csv.Error as error:
        raise Damaged(msg("This table cannot be read: {reason}").of(reason=str(error))) from error
    header, body, numbers = _under_header(rows, known)
    return Table(header, body, numbers, "csv", encoding, delimiter)


def decode(data: bytes, known: Sequence[str] = ()) -> tuple[str, str]:
    """The text of a file and the name of its character set; what is no text at all is refused as Damaged.

    Chinese words that are `known` to head a table tell GB 18030 also where the rest is of rare characters.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace"), name
    wide = _wide(data)
    for name in (wide,) if wide else ("utf-8", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name != "gb18030" or _reads_as_chinese(text) or _holds_any(text[:_SAMPLE], known):
            return text, name
    return _guessed(data)


def cell_text(cell: Cell) -> str:
    """A cell as a person would type it: whole numbers without a point, days as 2026-11-24."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds" if cell.second else "minutes")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()


def _wide(data: bytes) -> str:
    """UTF-16 without a mark shows zero bytes at every other place of its Latin part."""
    head = data[:2000]
    if head.count(0) < len(head) // 8 + 1:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _reads_as_chinese(text: str) -> bool:
    """Whether the characters are ones that people use: almost any bytes are valid in GB 18030."""
    foreign = [letter for letter in text[: _SAMPLE * 10] if letter > "\x7f"][:_SAMPLE]
    usual = sum(1 for letter in foreign if "\u3000" <= letter <= "\u9fff" and _in_gb2312(letter))
    return usual >= 0.7 * len(foreign)


def _holds_any(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words if len(word) > 1 and not word.isascii())


def _in_gb2312(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _guessed(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    found = list(from_bytes(data[: _SAMPLE * 10]))
    if not found:
        raise Damaged(msg("This file is not a table that can be read."))
    equal = [guess.encoding for guess in found if guess.chaos == found[0].chaos]
    name = _USUAL_LATIN if _USUAL_LATIN in equal else equal[0]
    return data.decode(name, errors="replace"), name


def _declared_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line `sep=;`, and the text without it."""
    first, _, rest = text.partition("\n")
    declared = first.strip()
    return (declared[4], rest) if declared.lower().startswith("sep=") and len(declared) == 5 else ("", text)


def _sniffed(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of columns, most columns first."""
    head = text[:_SAMPLE]
    best, best_value = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(reader, 40) if row]
        usual = max(set(widths), key=widths.count, default=1)
        value = (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
        if value > best_value:
            best, best_value = delimiter, value
    return best


def _cleaned(value: str) -> Cell:
    """A text cell without the tricks that keep spreadsheets from changing it; empty is None."""
    text = value.strip()
    protected = _PROTECTED.match(text)
    if protected:
        text = protected[1].replace('""', '"')
    elif text[:1] == "'" and text[1:2] and text[1] in _DANGEROUS:
        text = text[1:]
    spread = _SCIENTIFIC.match(text)
    if spread and len(spread[2]) <= int(spread[3]) <= len(spread[2]) + 1:
        text = (spread[1] + spread[2]).ljust(int(spread[3]) + 1, "0")
    return text or None


def _read_workbook(data: bytes, sheet: str | None, known: Iterable[str]) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _check_unpacked(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        chosen = sheet if sheet in names else next(iter(names), "")
        raw = (
            book.get_sheet_by_name(chosen).to_python(skip_empty_area=False, nrows=MOST_ROWS + 50)
            if chosen
            else []
        )
    except PasswordError as error:
        raise Refused(msg("This workbook is protected with a password. Save it without one.")) from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise Damaged(msg("This workbook cannot be opened: {reason}").of(reason=str(error))) from error
    rows = [[_typed(value) for value in row] for row in raw]
    header, body, numbers = _under_header(rows, known)
    return Table(header, body, numbers, "xlsx", sheet=chosen, sheets=names)


def _check_unpacked(data: bytes) -> None:
    """A workbook is a packed file: look at what it would become before unpacking it."""
    if data.startswith(_OLD_EXCEL):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(member.file_size for member in packed.infolist())
    except zipfile.BadZipFile as error:
        raise Damaged(msg("This workbook cannot be opened: {reason}").of(reason=str(error))) from error
    if size > MOST_UNPACKED:
        raise Refused(
            msg("This file is larger than {limit} MB. Split it first.").of(limit=MOST_UNPACKED >> 20)
        )


def _typed(value: Any) -> Cell:
    """A workbook's value: its numbers are all binary fractions and its days all midnights."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10**18 else Decimal(repr(value))
    if isinstance(value, datetime):
        return value.date() if value.time() == _MIDNIGHT else value
    if isinstance(value, timedelta):
        return str(value)
    return _cleaned(value) if isinstance(value, str) else value


def _under_header(
    rows: list[list[Cell]], known: Iterable[str]
) -> tuple[list[str], list[list[Cell]], list[int]]:
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(cell is not None for cell in row)]
    if not filled:
        raise Refused(msg("This table is empty."))
    at = header_row([[cell_text(cell) for cell in row] for _, row in filled[:20]], known)
    width = max(len(_trimmed(row)) for _, row in filled[at:])
    if width > MOST_COLUMNS:
        raise Refused(msg("This table has more than {limit} columns.").of(limit=MOST_COLUMNS))
    body = filled[at + 1 :]
    if len(body) > MOST_ROWS:
        raise Refused(msg("This table has more than {limit} rows. Split it first.").of(limit=MOST_ROWS))
    header = [cell_text(cell) for cell in _padded(filled[at][1], width)]
    return header, [_padded(row, width) for _, row in body], [number for number, _ in body]


def _trimmed(row: list[Cell]) -> list[Cell]:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _padded(row: list[Cell], width: int) -> list[Cell]:
    return (row + [None] * (width - len(row)))[:width]


# ---- out --------------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """Text that no spreadsheet runs: a quote before = + - @, their wide forms and TAB; -12.5 is a number."""
    first = text.lstrip(" \u3000\n")[:1]
    return f"'{text}" if first and first in _DANGEROUS and not _NEGATIVE.fullmatch(text) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, so that Excel in China shows the characters; numbers stay numbers."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([neutral(title) for title in header])
    writer.writerows([[_csv_cell(cell) for cell in row] for row in rows])
    return target.getvalue().encode("utf-8-sig", errors="replace")


def write_xlsx(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Satchel",
    made: datetime | None = None,
) -> bytes:
    """A workbook with typed cells, a fixed header and filters. Raises Refused beyond what Excel can hold.

    `made` is when it says that it was made; a spreadsheet that saves it again leaves that as it is.
    """
    from xlsxwriter import Workbook

    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(target, options) as book:
        if made is not None:
            book.set_properties({"created": made})
        page = book.add_worksheet(_sheet_name(sheet))
        formats = _Formats(book)
        page.write_row(0, 0, list(header), book.add_format({"bold": True, "bottom": 1}))
        widths = [_width(title) for title in header]
        last = 0
        for last, row in enumerate(rows, 1):
            if last > EXCEL_ROWS:
                raise Refused(msg("Excel holds at most {limit} rows. Export as CSV.").of(limit=EXCEL_ROWS))
            for column, cell in enumerate(row):
                _write_cell(page, last, column, cell, formats)
                if last <= 200:
                    widths[column] = max(widths[column], _width(cell_text(cell)))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(width + 2, 50))
        page.freeze_panes(1, 0)
        if header:
            page.autofilter(0, 0, last, len(header) - 1)
    return target.getvalue()


def made_at(data: bytes) -> str:
    """When a workbook says that it was made, as it stands in it; empty for any other file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed, packed.open("docProps/core.xml") as core:
            found = re.search(rb"<dcterms:created[^>]*>([^<]{1,40})<", core.read(20_000))
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, zlib.error):
        return ""
    return found[1].decode("ascii", "replace") if found else ""


def copied(rows: Iterable[Sequence[Cell]]) -> Copied:
    """Rows for the clipboard; a spreadsheet that takes the HTML keeps telephones as text."""
    texts: list[str] = []
    markup: list[str] = []
    for row in rows:
        texts.append("\t".join(re.sub(r"[\t\r\n]+", " ", _csv_text(cell)) for cell in row))
        markup.append("<tr>" + "".join(map(_html_cell, row)) + "</tr>")
    table = '<meta charset="utf-8"><table>' + "".join(markup) + "</table>"
    return Copied("\n".join(texts), table)


def _csv_cell(cell: Cell) -> str | int:
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else _csv_text(cell)


def _csv_text(cell: Cell) -> str:
    return neutral(cell) if isinstance(cell, str) else cell_text(cell)


def _html_cell(cell: Cell) -> str:
    style = " style=\"mso-number-format:'\\@'\"" if isinstance(cell, str) else ""
    return f"<td{style}>{html.escape(cell_text(cell))}</td>"


class _Formats:
    """The number formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.quoted = book.add_format({"quote_prefix": True})

    def number(self, form: str) -> Any:
        if form not in self._made:
            self._made[form] = self._book.add_format({"num_format": form})
        return self._made[form]


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    match cell:
        case None:
            pass
        case bool():
            page.write_boolean(row, column, cell)
        case int() if abs(cell) < 10**_EXCEL_DIGITS:
            page.write_number(row, column, cell, formats.number("0"))
        case Decimal() if cell.is_finite() and len(cell.as_tuple().digits) <= _EXCEL_DIGITS:
            page.write_number(row, column, cell, formats.number(_decimal_format(cell)))
        case datetime():
            page.write_datetime(row, column, cell.replace(tzinfo=None), formats.number("yyyy-mm-dd hh:mm"))
        case date():
            page.write_datetime(row, column, cell, formats.number("yyyy-mm-dd"))
        case _:
            text = cell_text(cell) if not isinstance(cell, str) else cell
            quoted = formats.quoted if neutral(text) != text else None
            page.write_string(row, column, text[:_EXCEL_CELL], quoted)


def _decimal_format(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0." + "0" * places if places else "#,##0"


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "Satchel"


def _width(text: str) -> int:
    """Columns of a screen: a Chinese character takes two."""
    return max(
        (sum(2 if letter > "\u2e7f" else 1 for letter in line) for line in text.splitlines()), default=0
    )
