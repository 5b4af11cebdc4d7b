"""Values that are computed, never merged: a quote's payable total from its lines.

The same function runs after a command on the laptop, after pulled rows were applied, and after the office
merged; so every side shows the total of the lines that it holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, Table, bindparam, select, update

from desktop.errors import Refused
from desktop.models.record import RECORDS
from desktop.models.records import Adjustment, Quote, QuoteLine, QuoteRevision
from desktop.rules import lines as rows
from desktop.rules import money, tax, totals
from desktop.words import msg

LARGEST: Final = 2**63 - 1
"""The largest amount in minor units that a table can hold."""
PARTS: Final = ("quote", "quote_revision", "quote_line", "adjustment")


def document(
    revision: Mapping[Any, Any],
    lines: Sequence[Mapping[Any, Any]],
    adjustments: Sequence[Mapping[Any, Any]],
    currency: str,
) -> totals.Document:
    """The document that the totals are computed from; lines and adjustments are in order of rank.

    Raises Refused where a row holds what nobody can compute with.
    """
    try:
        return _document(revision, lines, adjustments, currency)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise Refused(msg("A row of this quote holds what cannot be computed.")) from None


def _document(
    revision: Mapping[Any, Any],
    lines: Sequence[Mapping[Any, Any]],
    adjustments: Sequence[Mapping[Any, Any]],
    currency: str,
) -> totals.Document:
    by_line: dict[UUID, list[rows.Adjustment]] = {}
    whole: list[rows.Adjustment] = []
    for row in adjustments:
        adjustment = rows.Adjustment(row["kind"], row["value"] or Decimal(0))
        whole.append(adjustment) if row["line_id"] is None else by_line.setdefault(row["line_id"], []).append(
            adjustment
        )
    return totals.Document(
        currency=currency,
        digits=money.currency_digits(currency),
        tax_mode=revision["tax_mode"],
        lines=tuple(
            rows.Line(
                quantity=row["quantity"] or Decimal(0),
                unit_price=row["unit_price"] or Decimal(0),
                tax=tax.percent(row["tax_category"] or "S", *(row["tax_rates"] or ())),
                base_quantity=row["base_quantity"] or Decimal(1),
                adjustments=tuple(by_line.get(row["id"], ())),
                slabs=rows.slabs_of(
                    row["slabs"], row["quantity"] or Decimal(0), row["unit_price"] or Decimal(0)
                ),
                kind=row["kind"],
                group=row["group"] or "",
                chosen=bool(row["chosen"]),
            )
            for row in lines
        ),
        adjustments=tuple(whole),
        prepaid=revision["prepaid"] or Decimal(0),
        policy=rows.Policy(
            tax_scope=revision["tax_scope"],
            discount_rounding=revision["discount_rounding"],
            cash_step=Decimal(revision["cash_step"]) if revision["cash_step"] else None,
        ),
        milestones=tuple(Decimal(str(part["percent"])) for part in revision["milestones"] or ()),
    )


def refresh(connection: Connection, changed: Iterable[tuple[str, UUID]]) -> set[UUID]:
    """Bring up to date what derives from the changed records; returns the quotes whose values changed."""
    touched: dict[str, list[UUID]] = {}
    for record_type, record_id in changed:
        if record_type in PARTS:
            touched.setdefault(record_type, []).append(record_id)
    quotes = set(touched.pop("quote", ()))
    for record_type, ids in touched.items():
        quotes.update(quote for _, quote in _wholes(connection, record_type, ids))
    return {quote_id for quote_id in quotes if _refresh_quote(connection, quote_id)}


def wholes(connection: Connection, record_type: str, ids: Sequence[bytes]) -> set[tuple[str, UUID]]:
    """The quotes that these rows are parts of: to be asked before the rows leave."""
    if record_type not in PARTS or record_type == "quote":
        return set()
    return _wholes(connection, record_type, [UUID(bytes=record) for record in ids])


def _wholes(connection: Connection, record_type: str, ids: Sequence[UUID]) -> set[tuple[str, UUID]]:
    table = RECORDS[record_type].table()
    found: set[tuple[str, UUID]] = set()
    for part in _slices(ids):
        single = len(part) == 1
        rows = connection.execute(_quotes_of(table, single), {"ids": part[0] if single else part})
        found.update(("quote", row[0]) for row in rows if row[0] is not None)
    return found


def _refresh_quote(connection: Connection, quote_id: UUID) -> bool:
    quote = Quote.table()
    row = connection.execute(_QUOTE, {"quote": quote_id}).first()
    if row is None or row.revision_id is None:
        return False
    loaded = load(connection, row.revision_id)
    if loaded is None:
        return False
    revision, lines, adjustments = loaded
    try:
        payable = totals.totals(document(revision, lines, adjustments, row.currency)).payable
    except Refused:
        payable = None
    if payable is not None and abs(payable) > LARGEST:
        payable = None
    if (payable, revision["valid_until"]) == (row.payable, row.valid_until):
        return False
    connection.execute(
        update(quote)
        .where(quote.c.id == quote_id)
        .values(payable=payable, valid_until=revision["valid_until"])
    )
    return True


@cache
def _quotes_of(table: Table, single: bool) -> Select[Any]:
    query = select(table.c.quote_id)
    if single:
        return query.where(table.c.id == bindparam("ids"))
    return query.where(table.c.id.in_(bindparam("ids", expanding=True)))


def _parts_of(table: Table) -> Select[Any]:
    """The living parts of an edition, in order."""
    return (
        select(table)
        .where(table.c.revision_id == bindparam("revision"), table.c.deleted_at.is_(None))
        .order_by(table.c.rank, table.c.id)
    )


# Asked after every command and every page that touches a quote, so they are put together once.
_HEADS: Final = Quote.table().c
_QUOTE: Final = select(_HEADS.revision_id, _HEADS.currency, _HEADS.payable, _HEADS.valid_until).where(
    _HEADS.id == bindparam("quote")
)
_REVISION: Final = select(QuoteRevision.table()).where(QuoteRevision.table().c.id == bindparam("revision"))
_LINES: Final = _parts_of(QuoteLine.table())
_ADJUSTMENTS: Final = _parts_of(Adjustment.table())

Row = Mapping[Any, Any]
Loaded = tuple[Row, Sequence[Row], Sequence[Row]]


def load(connection: Connection, revision_id: UUID) -> Loaded | None:
    """A revision with its living lines and adjustments in order, or None where it is not held."""
    asked = {"revision": revision_id}
    revision = connection.execute(_REVISION, asked).mappings().first()
    if revision is None:
        return None
    lines, adjustments = (connection.execute(of, asked).mappings().all() for of in (_LINES, _ADJUSTMENTS))
    return revision, lines, adjustments


def hand_over(connection: Connection, before: UUID, after: UUID, team_id: UUID | None) -> None:
    """Records made before this vault had an office belong to the person the office knows."""
    for cls in RECORDS.values():
        table = cls.table()
        connection.execute(
            update(table)
            .where(table.c.owner_id == before, table.c.version == 0)
            .values(owner_id=after, team_id=team_id)
        )


def _slices(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    """At most 500 at a time: SQLite limits the values of one statement."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
