"""A price list of product numbers and prices alone: looked at row by row, then brought into a book."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models.kinds import Day, Number
from desktop.models.record import new_id
from desktop.models.records import PriceBook, PriceEntry, Product
from desktop.models.store import Actor, Store, Work
from desktop.rules.money import ZERO
from desktop.services import commands, price_columns, undo
from desktop.services.commands import command, every
from desktop.services.imports import STOPPED
from desktop.services.price_columns import Line
from desktop.services.records import check
from desktop.words import Message, msg

Kind = Literal["new", "changed", "same", "unknown", "fault"]
KINDS: Final[tuple[Kind, ...]] = ("new", "changed", "same", "unknown", "fault")
SLICE: Final = 500
UNKNOWN: Final = msg("There is no product “{sku}” on this laptop.")
SEVERAL: Final = msg("Several products have the number “{sku}”.")
NO_PRICE: Final = msg("This row has no price.")
BELOW: Final = msg("A price is not below zero.")
OTHER: Final = msg("This price is in {currency}, the book in {of}.")
TWICE: Final = msg("Row {row} gives another price for the same.")
MEANWHILE: Final = msg("Somebody changed this price meanwhile.")
BACKWARDS: Final = msg("The last day is before the first.")
_SIGNS: Final = "¥￥$€£ \u00a0"


@dataclass(slots=True)
class PriceRow:
    """What becomes of one row. `old` is what the book says now, from this quantity and day on."""

    number: int
    sku: str
    kind: Kind = "new"
    title: str = ""
    old: Decimal | None = None
    new: Decimal | None = None
    why: Message | None = None
    product: UUID | None = None
    quantity: Decimal = ZERO
    valid_from: date | None = None
    valid_until: date | None = None
    entry: UUID | None = None
    """The price of the book that gets another value; none: a further one."""
    was: Decimal | None = None
    """What stands in that entry."""

    @property
    def percent(self) -> Decimal | None:
        """By how many percent it changes; None where there was nothing."""
        if not self.old or self.new is None:
            return None
        return ((self.new / self.old - 1) * 100).quantize(Decimal("0.1"))


@dataclass(slots=True)
class PricePlan:
    """A list before it is brought in."""

    book: PriceBook
    rows: list[PriceRow] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[PriceRow]:
        """The rows of which this becomes."""
        return [row for row in self.rows if row.kind in kinds]

    def counts(self) -> dict[Kind, int]:
        """How many rows have each fate."""
        found = Counter(row.kind for row in self.rows)
        return {kind: found[kind] for kind in KINDS}


def plan(store: Store, data: bytes, book_id: UUID, *, valid_from: date | None = None) -> PricePlan:
    """What these rows would do to a book; `valid_from` is the day of the rows that name none.

    Raises Refused where the table has no numbers and prices, NotFound for another book.
    """
    with store.reading() as session:
        book = session.get(PriceBook, book_id)
        if book is None or book.deleted_at is not None:
            raise NotFound(msg("This price book is not on this laptop."))
        known = _products(session)
        lines = price_columns.lines_of(
            data, price_columns.PRICES, {"sku": lambda text: _key(text) in known, "price": _is_price}
        )
        entries = list(
            session.scalars(
                select(PriceEntry).where(PriceEntry.book_id == book.id, PriceEntry.deleted_at.is_(None))
            )
        )
    made, first = PricePlan(book), dict[tuple[object, ...], PriceRow]()
    by_product: dict[UUID | None, list[PriceEntry]] = {}
    for entry in entries:
        by_product.setdefault(entry.product_id, []).append(entry)
    for line in lines:
        row = PriceRow(line.number, line.cells.get("sku", ""))
        made.rows.append(row)
        try:
            _read(row, line, book, known, valid_from)
        except Refused as refused:
            row.kind, row.why = "fault", refused.message
        if row.kind == "new":
            _compare(row, by_product.get(row.product, []))
            _refuse_twice(row, first)
    return made


def _products(session: Session) -> dict[str, list[Product]]:
    found: dict[str, list[Product]] = {}
    for product in session.scalars(select(Product).where(Product.deleted_at.is_(None))):
        for key in {product.sku, _key(product.sku)} if product.sku else ():
            found.setdefault(key, []).append(product)
    return found


def _key(sku: str) -> str:
    """A number as it is compared where it is not exactly a product's: letters and figures alone."""
    return "".join(each for each in sku.casefold() if each.isalnum())


def _price(text: str) -> Decimal | None:
    return Number(6).parse(text.strip(_SIGNS).removesuffix("元").strip())


def _is_price(text: str) -> bool:
    try:
        return _price(text) is not None
    except Refused:
        return False


def _read(
    row: PriceRow, line: Line, book: PriceBook, known: dict[str, list[Product]], valid_from: date | None
) -> None:
    """The cells as values. Raises Refused with what is wrong; a number nobody knows is kept aside."""
    cells = line.cells
    row.new = _price(cells.get("price", ""))
    found = known.get(row.sku) or known.get(_key(row.sku), [])
    if len(found) != 1:
        row.kind, row.why = "unknown", (SEVERAL if found else UNKNOWN).of(sku=row.sku)
        return
    row.product, row.title = found[0].id, found[0].name or ""
    if row.new is None:
        raise Refused(NO_PRICE)
    if row.new < ZERO:
        raise Refused(BELOW)
    currency = cells.get("currency", "").strip().upper()
    ours = book.currency or "CNY"
    if currency and currency not in (ours, *(("RMB",) if ours == "CNY" else ())):
        raise Refused(OTHER.of(currency=currency, of=ours))
    row.quantity = Number(4).parse(cells.get("min_quantity", "")) or ZERO
    row.valid_from = Day().parse(cells.get("valid_from", "")) or valid_from
    row.valid_until = Day().parse(cells.get("valid_until", ""))
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        raise Refused(BACKWARDS)


def _compare(row: PriceRow, entries: Sequence[PriceEntry]) -> None:
    """Which price of the book it is about, and what that says now."""
    tier = [one for one in entries if (one.min_quantity or ZERO) == row.quantity]
    same = next((one for one in tier if one.valid_from == row.valid_from), None)
    before = [one for one in tier if row.valid_from and (one.valid_from or date.min) <= row.valid_from]
    now = same or max(before, key=lambda one: one.valid_from or date.min, default=None)
    row.old = now.price if now is not None else None
    if same is not None:
        row.entry, row.was = same.id, same.price
    ends = same.valid_until if same is not None else None
    untouched = same is not None and same.price == row.new and row.valid_until in (None, ends)
    row.kind = "same" if untouched else "changed" if row.old is not None else "new"


def _refuse_twice(row: PriceRow, first: dict[tuple[object, ...], PriceRow]) -> None:
    before = first.setdefault((row.product, row.quantity, row.valid_from), row)
    if before is not row:
        other = before.new != row.new
        row.kind, row.why = ("fault", TWICE.of(row=before.number)) if other else ("same", None)


@command(
    "price_entry.import",
    label=msg("Import prices"),
    on=PriceEntry,
    creates=True,
    writes=every(PriceEntry),
)
def import_prices(work: Work, *, book_id: UUID, rows: Sequence[PriceRow]) -> list[int]:
    """Bring rows into a book; returns those whose price somebody changed meanwhile."""
    left = []
    for row in rows:
        entry = work.session.get(PriceEntry, row.entry) if row.entry is not None else None
        if entry is None:
            entry = PriceEntry(book_id=book_id, product_id=row.product, min_quantity=row.quantity)
            entry.valid_from = row.valid_from
            work.add(entry)
        elif entry.price != row.was or entry.deleted_at is not None:
            left.append(row.number)
            continue
        entry.price = row.new
        entry.valid_until = row.valid_until or entry.valid_until
        check(entry)
    return left


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did: how many came in, and rows that were left for somebody else's change."""

    batch: UUID
    count: int
    left: tuple[int, ...]


def carry_out(
    store: Store, actor: Actor, made: PricePlan, progress: Callable[[int, int], bool] | None = None
) -> Done:
    """Bring in what is new or changes, in slices under one undo; the rest stays aside."""
    wanted, batch = made.of("new", "changed"), new_id()
    left: list[int] = []
    with undo.wholly(store, actor, batch):
        for start in range(0, len(wanted), SLICE):
            part = wanted[start : start + SLICE]
            of, book = ("price_entry.import", None), made.book.id
            left += commands.run(store, actor, *of, batch=batch, aside=True, book_id=book, rows=part).value
            if progress is not None and not progress(start + len(part), len(wanted)):
                raise Refused(STOPPED)
    return Done(batch, len(wanted) - len(left), tuple(left))
