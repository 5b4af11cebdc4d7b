"""The lines of a quote as Qt's item model: texts, editing, and totals while somebody types."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop.errors import Refused
from desktop.models.records import QuoteLine
from desktop.rules import bundles, money
from desktop.rules.totals import Totals
from desktop.services.drafts import QuoteDraft
from desktop.views.cells import unit_price
from desktop.views.look import Look
from desktop.words import Message, msg

INSIDE: Final = msg("included", "paper")
Index = QModelIndex | QPersistentModelIndex
NUMBER, NAME, QUANTITY, UNIT, PRICE, DISCOUNT, TAX, AMOUNT = range(8)
WIDTHS: Final = {NUMBER: 40, QUANTITY: 62, UNIT: 60, PRICE: 98, DISCOUNT: 60, TAX: 52, AMOUNT: 104}
PRICED: Final = ("item", "option", "alternative")
FIELDS: Final = {
    NAME: "name",
    QUANTITY: "quantity",
    UNIT: "unit",
    PRICE: "unit_price",
    DISCOUNT: "discount",
    TAX: "tax_rates",
}


@dataclass(slots=True)
class GridRow:
    """One line with its number in the document and its amount."""

    line: QuoteLine
    number: str
    amount: str
    counts: bool
    discount: Decimal | None
    chosen: bool = False
    """Of a section: it holds nothing but options, so that its sum is what is chosen."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed into a cell, and what stood there when they began."""

    line: UUID
    field: str
    value: Any
    seen: Any
    text: str


class QuoteTable(QAbstractTableModel):
    """The rows of a draft; `changed_by_hand` carries what a person typed into a cell."""

    changed_by_hand = Signal(object)  # Typed
    typing = Signal()  # the draft in memory is different; totals are to be shown again
    refused = Signal(object)

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.draft: QuoteDraft | None = None
        self.rows: list[GridRow] = []
        self.editable = False
        self.tried = False
        self.folded: dict[UUID, int] = {}
        """Sections that are folded, with how many lines each hides."""
        self._begun: Typed | None = None
        look.changed.connect(self._reword)

    def show_draft(self, draft: QuoteDraft, totals: Totals | None, *, editable: bool) -> None:
        """Another draft, or the same one changed."""
        same = len(draft.lines) == len(self.rows)
        if not same:
            self.beginResetModel()
        self.draft, self.editable, self.tried = draft, editable, False
        self.rows = _rows(draft, totals, self._look.language)
        if same:
            self._reword()
        else:
            self.endResetModel()

    def show_totals(self, totals: Totals) -> None:
        """Other amounts for the same lines, while somebody types."""
        if self.draft is not None:
            self.rows = _rows(self.draft, totals, self._look.language)
            self.dataChanged.emit(self.index(0, AMOUNT), self.index(len(self.rows) - 1, AMOUNT))

    def show_folded(self, counts: Mapping[int, int]) -> None:
        """Which sections are folded, by their rows, and how many lines each hides."""
        self.folded = {self.rows[place].line.id: count for place, count in counts.items()}
        self._reword()

    def folded_words(self, row: GridRow) -> Message | None:
        """How many lines a folded section hides."""
        count = self.folded.get(row.line.id)
        return None if count is None else msg("{count} lines").of(count=count)

    def _reword(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, AMOUNT))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, AMOUNT)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """The lines."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        """Number, name, quantity, unit, price, discount, tax, amount."""
        return 0 if parent.isValid() else AMOUNT + 1

    def heads(self) -> tuple[Message | None, ...]:
        """The heads of the columns; prices say whether tax is in them."""
        included = self.draft is None or self.draft.revision.tax_mode == "included"
        price = msg("Price incl. tax") if included else msg("Unit price")
        amount = msg("Amount incl. tax") if included else msg("Net amount")
        return (
            None,
            msg("Name and specification"),
            msg("Qty"),
            msg("Unit"),
            price,
            msg("Disc."),
            msg("Tax rate"),
            amount,
        )

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The heads."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            head = self.heads()[section]
            return self._look.text(head) if head else ""
        return None

    def text(self, row: GridRow, column: int) -> str:
        """What a cell shows."""
        line = row.line
        if column == NUMBER:
            return row.number
        if column == NAME:
            name = line.name_en if self._look.language == "en" and line.name_en else line.name
            return name or line.name_en or ""
        if line.kind not in PRICED:
            return row.amount if column == AMOUNT else ""
        if column == QUANTITY:
            return _number(line.quantity)
        if column == UNIT:
            return (line.unit_en if self._look.language == "en" and line.unit_en else line.unit) or ""
        if column in (PRICE, AMOUNT) and bundles.inside(line.price_trace):
            return "—" if column == PRICE else self._look.text(INSIDE)
        if column == PRICE:
            return unit_price(line.unit_price) if line.unit_price is not None else "—"
        if column == DISCOUNT:
            return f"{_number(row.discount)} %" if row.discount else ""
        if column == TAX:
            return " + ".join(f"{rate} %" for rate in line.tax_rates or ()) or "—"
        return row.amount

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text to read, plain text to edit."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, index.column())
        if role == Qt.ItemDataRole.EditRole:
            return self.edit_text(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole and row.line.kind == "section":
            return self._spoken(row, index.column())
        return None

    def _spoken(self, row: GridRow, column: int) -> str:
        """A section also says whether it is folded."""
        text, count = self.text(row, column), self.folded_words(row)
        if column != NAME or count is None:
            return text
        return self._look.text(msg("{section}, folded, {count}").of(section=text, count=count))

    def edit_text(self, row: GridRow, column: int) -> str:
        """What the editor starts with."""
        if column == NAME:
            return row.line.name or ""
        if column == DISCOUNT:
            return _number(row.discount) if row.discount else ""
        if column == TAX:
            return " + ".join(row.line.tax_rates or ())
        return self.text(row, column).replace(",", "").replace("—", "")

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Amounts and numbers are computed; the rest can be typed while the quote is a draft."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not self.editable or not index.isValid() or index.column() not in FIELDS:
            return flags
        line = self.rows[index.row()].line
        if line.bundle_id is not None and index.column() == QUANTITY:
            return flags
        priced = line.kind in PRICED
        return flags | Qt.ItemFlag.ItemIsEditable if priced or index.column() == NAME else flags

    def parse(self, column: int, text: str) -> Any:
        """What was typed, as a value. Raises Refused."""
        if column == DISCOUNT:
            typed = QuoteLine.fields()["quantity"].kind.parse(text.replace("%", "").replace("％", ""))
            return -abs(typed) if typed is not None else None
        if column == TAX:
            kind = QuoteLine.fields()["quantity"].kind
            values = [kind.parse(part.replace("%", "")) for part in text.split("+") if part.strip()]
            return [money.number(value) for value in values if value is not None]
        return QuoteLine.fields()[FIELDS[column]].kind.parse(text)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand over what was typed, if it makes sense and is different."""
        if role != Qt.ItemDataRole.EditRole:
            return False
        row, column = self.rows[index.row()], index.column()
        try:
            parsed = self.parse(column, str(value))
        except Refused as refused:
            self.refused.emit(refused)
            return False
        before, self._begun = self._begun, None
        if before is None or (before.line, before.field) != (row.line.id, self._field(row, column)):
            before = self._read(row, column)
        self.changed_by_hand.emit(replace(before, value=parsed, text=str(value)))
        return True

    def begin(self, index: Index) -> str | None:
        """An editor opens: what stands there now is what was seen; what was typed before, if one goes on."""
        before, now = self._begun, self._read(self.rows[index.row()], index.column())
        if before is not None and before.text and (before.line, before.field) == (now.line, now.field):
            self._begun = replace(before, text="")
            return before.text
        self._begun = now
        return None

    def go_on(self, typed: Typed, seen: Any) -> None:
        """The next editor of that cell goes on with what was typed, over what has been seen now."""
        self._begun = replace(typed, seen=seen)

    def go_on_with(self, index: Index, text: str) -> None:
        """The next editor of that cell begins with this text, as if it had been typed just now."""
        self._begun = replace(self._read(self.rows[index.row()], index.column()), text=text)

    def field_at(self, index: Index) -> str:
        """The field that a cell shows."""
        return self._field(self.rows[index.row()], index.column())

    def place(self, typed: Typed) -> QModelIndex:
        """Where that cell is now; invalid where the line is gone."""
        columns = {name: column for column, name in FIELDS.items()} | {"name_en": NAME}
        for number, row in enumerate(self.rows):
            if row.line.id == typed.line and typed.field in columns:
                return self.index(number, columns[typed.field])
        return QModelIndex()

    def _field(self, row: GridRow, column: int) -> str:
        english = self._look.language == "en" and row.line.name_en and not row.line.name
        return "name_en" if column == NAME and english else FIELDS[column]

    def _read(self, row: GridRow, column: int) -> Typed:
        field = self._field(row, column)
        seen = row.discount if column == DISCOUNT else getattr(row.line, field)
        return Typed(row.line.id, field, None, seen, "")

    def try_out(self, index: Index, text: str) -> None:
        """Show the totals as they would be with what is being typed; nothing is kept."""
        row, column = self.rows[index.row()], index.column()
        if self.draft is None or column not in (QUANTITY, PRICE, DISCOUNT, TAX):
            return
        try:
            value = self.parse(column, text)
        except Refused:
            return
        if column == DISCOUNT:
            for adjustment in self.draft.adjustments_of(row.line):
                if adjustment.kind == "percent":
                    adjustment.value = value or Decimal(0)
        elif value is not None:
            setattr(row.line, FIELDS[column], value)
        self.tried = True
        self.typing.emit()


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{money.number(value)}".replace("-", "−")


def _rows(draft: QuoteDraft, totals: Totals | None, language: str) -> list[GridRow]:
    rows, number = [], 0
    percents: dict[UUID | None, Decimal | None] = {}
    for one in draft.adjustments:
        if one.kind == "percent":
            percents.setdefault(one.line_id, one.value)
    for place, line in enumerate(draft.lines):
        result = totals.lines[place] if totals else None
        kind = line.kind
        counts = bool(result.counts) if result else True
        shown = ""
        if kind == "item" and line.bundle_id is None:
            number += 1
            shown = str(number)
        amount = ""
        if result is not None and kind != "note":
            text = money.printed(result.net, totals.digits) if totals else ""
            amount = text if counts or kind not in PRICED else f"({text})"
        rows.append(GridRow(line, shown, amount, counts, percents.get(line.id)))
    _mark_options(rows)
    return rows


def _mark_options(rows: list[GridRow]) -> None:
    kinds: set[str] = set()
    for row in reversed(rows):
        kind = row.line.kind
        if kind == "section":
            row.chosen, kinds = bool(kinds) and kinds <= {"option", "alternative"}, set()
        else:
            kinds.add(kind or "item")
