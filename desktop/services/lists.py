"""Lists: one query with its pages, count, groups and sums; every face of a list asks here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from desktop.models import figures, further, indexing, narrowing, search
from desktop.models.figures import FIGURES, kind_of
from desktop.models.filtering import Viewer, among, compiled, family
from desktop.models.kinds import Amount, Choice, Kind, Link, Moment, Short
from desktop.models.record import RECORDS, Record
from desktop.models.records import Organisation
from desktop.models.remote_rows import id_list
from desktop.models.store import Actor, Store
from desktop.rules import ordering
from desktop.rules.filters import EVERYTHING, WORDS, Condition, Filter, conditions, every

PAGE: Final = 128
MOST_GROUPS: Final = 400
MONTH, DAY = "month", "day"
NAME_OF: Final = "@"
"""Before a link, among the figures of a record: what the other record is called."""
_PARTS: Final = {MONTH: 7, DAY: 10}


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: a record type, a filter, an order, and the field it is grouped by."""

    kind: str
    where: Filter = EVERYTHING
    order: str = "id"
    descending: bool = True
    by: str = ""
    """A field; of a day `field:month` or `field:day`. Empty: not grouped."""
    language: str = ""
    """In which linked records are called what they are sorted by; empty: as they are written."""

    @property
    def cls(self) -> type[Record]:
        """The record type."""
        return RECORDS[self.kind]

    def within(self, *more: Filter) -> "Query":
        """The same query, narrowed."""
        return replace(self, where=every(self.where, *more))


class Found(NamedTuple):
    """A record of a page with its figures."""

    record: Record
    figures: dict[str, Any]

    def value(self, name: str) -> Any:
        """A field or a figure."""
        return self.figures[name] if name in self.figures else figures.value_of(self.record, name)


class Sum(NamedTuple):
    """What one currency comes to."""

    currency: str
    total: int
    most: int
    times: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """One group of a list: its key in wire form (None: empty), how many, and the sums of amounts by field."""

    key: Any
    count: int = 0
    sums: Mapping[str, tuple[Sum, ...]] = field(default_factory=dict)


def now_of(store: Store, kind: str = "") -> datetime:
    """The moment that a list counts its days from: for orders it is the firm's day, else one's own."""
    if kind != "order":
        return datetime.now().astimezone()
    with store.reading() as session:
        query = select(Organisation.time_zone).where(Organisation.deleted_at.is_(None)).limit(1)
        return store.clock().astimezone(ZoneInfo(session.scalar(query) or "Asia/Shanghai"))


def viewer_of(store: Store, actor: Actor, kind: str = "") -> Viewer:
    """How a person of this laptop looks at lists, now; `kind` where a list's days are the firm's."""
    now = now_of(store, kind)

    def find(kind: str, words: str) -> list[UUID] | None:
        with store.looking() as connection:
            asked: Any = SimpleNamespace(execute=connection.exec_driver_sql)  # who is impatient hears of it
            found = search.matching(asked, words, kind, search.NARROWED)
        return None if len(found) == search.NARROWED else [UUID(bytes=each) for each in found]

    assert now.tzinfo is not None
    return Viewer(actor.id, actor.team_id, now.date(), now.tzinfo, find)


def page(
    session: Session,
    query: Query,
    viewer: Viewer,
    *,
    after: Found | None = None,
    limit: int = PAGE,
    bucket: Bucket | None = None,
) -> list[Found]:
    """One keyset page of living records: the page after a row, or the first."""
    if narrowing.is_name(query.cls, query.order):
        ids = _by_name(session, query, viewer, after, limit, bucket)
    else:
        ids = _by_column(session, query, viewer, after, limit, bucket)
    found = {each.record.id: each for each in _named(session, query, _read(session, query.cls, ids))}
    return [found[each] for each in ids if each in found]


def _by_column(
    session: Session, query: Query, viewer: Viewer, after: Found | None, limit: int, bucket: Bucket | None
) -> list[UUID]:
    key = query.cls.table().c.id
    column = figures.expression(query.cls, query.order)
    target = linked(query)
    if target is not None:
        column = _name_of(target, column, query)
    if target is not None or narrowing.is_text(query.cls, query.order):
        column = narrowing.sounding(column, session.connection())
    viewer = replace(viewer, one_by_one=query.order == "id")
    picked = _living(select(key), query, viewer, bucket)
    if after is not None:
        picked = picked.where(_beyond(query, column, after))
    if query.order == "id":
        picked = picked.order_by(key.desc() if query.descending else key.asc())
    else:
        by = (column.desc() if query.descending else column.asc()).nulls_last()
        picked = picked.order_by(by, key.desc())
    return list(session.scalars(picked.limit(limit)))


def _by_name(
    session: Session, query: Query, viewer: Viewer, after: Found | None, limit: int, bucket: Bucket | None
) -> list[UUID]:
    """As the index of names has them; what is not in it yet comes last."""
    key, entry = query.cls.table().c.id, narrowing.ENTRY
    indexed = exists().where(entry.c.record == key)
    found: list[UUID] = []
    if after is None or session.scalar(select(indexed).where(key == after.record.id)):
        picked = _living(select(key), query, viewer, bucket).join(entry, entry.c.record == key)
        picked = picked.where(entry.c.type == query.kind)
        if after is not None:
            last, value = after.record.id, order_of(query, after)
            near = entry.c.sort <= value if query.descending else entry.c.sort >= value
            picked = picked.where(near, or_(entry.c.sort != value, entry.c.record < last))
        by = _sorted_by(query, viewer)
        picked = picked.order_by(by.desc() if query.descending else by.asc(), entry.c.record.desc())
        found = list(session.scalars(picked.limit(limit)))
        after = None
    if len(found) < limit:
        rest = _living(select(key), query, viewer, bucket).where(~indexed)
        rest = rest.where(key < after.record.id) if after is not None else rest
        found += session.scalars(rest.order_by(key.desc()).limit(limit - len(found)))
    return found


def _sorted_by(query: Query, viewer: Viewer) -> ColumnElement[str]:
    """The order of names; the few that answer to words are better sorted than looked for along the index."""
    sort = narrowing.ENTRY.c.sort
    words = [str(each.value) for each in conditions(query.where) if each.field == WORDS]
    few = any(viewer.find(query.kind, each) is not None for each in words)
    return func.coalesce(sort, "") if few else sort


def linked(query: Query) -> type[Record] | None:
    """The type whose names a list is ordered by, where it is ordered by a link to it."""
    kind = kind_of(query.cls, query.order) if query.order != "id" else None
    target = RECORDS.get(kind.to) if isinstance(kind, Link) else None
    return target if target is not None and "name" in target.fields() else None


def _name_of(target: type[Record], link: ColumnElement[Any], query: Query) -> ColumnElement[Any]:
    named = target.table().alias("named")
    called = select(_called(named.c, query)).where(named.c.id == link)
    return called.correlate(query.cls.table()).scalar_subquery()


def _called(columns: Any, query: Query) -> ColumnElement[Any]:
    """The name of a record in the language in which the list is read."""
    if query.language != "en" or "name_en" not in columns:
        return columns.name  # type: ignore[no-any-return]
    return func.coalesce(func.nullif(columns.name_en, ""), columns.name)


def _named(session: Session, query: Query, found: list[Found]) -> list[Found]:
    """The same with what each is ordered by, where that is the name of another record."""
    target = linked(query)
    if target is None:
        return found
    table = target.table()
    wanted = {link for each in found if (link := getattr(each.record, query.order)) is not None}
    called = _called(table.c, query).label("called")
    rows = session.execute(select(table.c.id, called).where(table.c.id.in_(among(wanted))))
    names = {row.id: row.called for row in rows}
    named = NAME_OF + query.order
    return [
        Found(each.record, {**each.figures, named: names.get(getattr(each.record, query.order))})
        for each in found
    ]


class Valued(Protocol):
    """A row that knows its fields and figures."""

    @property
    def figures(self) -> Mapping[str, Any]: ...

    def value(self, name: str, /) -> Any: ...


def _beyond(query: Query, column: ColumnElement[Any], after: Found) -> ColumnElement[bool]:
    key, last = query.cls.table().c.id, after.record.id
    if query.order == "id":
        return key < last if query.descending else key > last
    value = order_of(query, after)
    if value is None:
        return column.is_(None) & (key < last)
    farther = column < value if query.descending else column > value
    return or_(farther, (column == value) & (key < last), column.is_(None))


def order_of(query: Query, found: Valued) -> Any:
    """What a record is sorted by in a list: of a text its sound, else the value."""
    if linked(query) is not None:
        name = found.figures.get(NAME_OF + query.order)
        return ordering.key(name) if name else name
    value = found.value(query.order)
    if narrowing.is_name(query.cls, query.order):
        return search.sorting_of(query.kind, value or "")
    return ordering.key(value) if value and narrowing.is_text(query.cls, query.order) else value


def in_order(store: Store, query: Query) -> bool:
    """Whether this list can be read in its order; where it cannot, `lay_order` makes it so."""
    with store.reader.connect() as connection:
        raw: Any = connection.connection.driver_connection
        return not narrowing.is_name(query.cls, query.order) or search.in_order(raw)


def lay_order(store: Store) -> None:
    """Have the names of all records in order from now on."""
    with store.turns.arrival(), store.engine.begin() as connection:
        search.order(indexing.driver_of(connection))


def matching(session: Session, query: Query, viewer: Viewer, ids: Iterable[UUID]) -> list[Found]:
    """Those of these records that the query shows."""
    key = query.cls.table().c.id
    picked = _living(select(key), query, viewer).where(key.in_(among(ids)))
    return _named(session, query, _read(session, query.cls, list(session.scalars(picked))))


def living(session: Session, cls: type[Record], ids: Iterable[UUID]) -> list[Found]:
    """The living ones of these records, in no order."""
    return [each for each in _read(session, cls, ids) if each.record.deleted_at is None]


@cache
def _belonging(cls: type[Record], link: str) -> Select[Any]:
    table = cls.table()
    found = select(cls).where(table.c[link] == bindparam("above"), table.c.deleted_at.is_(None))
    latest = [table.c.happened_at.desc()] if "happened_at" in table.c else []
    return found.order_by(*latest, table.c.id.desc()).limit(bindparam("most"))


def belonging(session: Session, cls: type[Record], link: str, above: UUID, most: int) -> list[Any]:
    """The living records whose `link` names this one, newest first: by when it happened, else was made."""
    return list(session.scalars(_belonging(cls, link), {"above": above, "most": most}))


def figures_of(session: Session, found: Sequence[Record]) -> dict[UUID, dict[str, Any]]:
    """The figures of these records, all of one type, by id; nothing is asked where the type has none."""
    if not found or found[0].__tablename__ not in FIGURES:
        return {}
    return {
        each.record.id: each.figures for each in _read(session, type(found[0]), (one.id for one in found))
    }


@cache
def _by_ids(cls: type[Record]) -> tuple[Select[Any], tuple[str, ...]]:
    """Asks for records with their figures; put together once for each type."""
    asked = FIGURES.get(cls.__tablename__, {})
    listed = func.json_each(bindparam("ids")).table_valued("value")
    wanted = cls.id.in_(select(func.unhex(listed.c.value)))
    return select(cls, *(each.of() for each in asked.values())).where(wanted), tuple(asked)


def _read(session: Session, cls: type[Record], ids: Iterable[UUID]) -> list[Found]:
    question, names = _by_ids(cls)
    rows = session.execute(question, {"ids": id_list(each.bytes for each in ids)})
    return [Found(row[0], dict(zip(names, row[1:], strict=True))) for row in rows]


def _living(picked: Select[Any], query: Query, viewer: Viewer, bucket: Bucket | None = None) -> Select[Any]:
    cls = query.cls
    picked = picked.select_from(cls.table()).where(cls.deleted_at.is_(None))
    if query.where != EVERYTHING:
        picked = picked.where(compiled(query.where, cls, viewer))
    if bucket is not None:
        column = _group_column(cls, query.by, viewer)
        picked = picked.where(
            column.is_(None) if bucket.key is None else column == _key(cls, query.by, bucket)
        )
    return picked


def _key(cls: type[Record], by: str, bucket: Bucket) -> Any:
    name, _, part = by.partition(":")
    kind = kind_of(cls, name)
    return bucket.key if part or kind is None else kind.from_wire(bucket.key)


def _group_column(cls: type[Record], by: str, viewer: Viewer) -> ColumnElement[Any]:
    name, _, part = by.partition(":")
    column, kind = figures.expression(cls, name), kind_of(cls, name)
    if part and isinstance(kind, Moment):
        offset = viewer.zone.utcoffset(datetime.now())  # noqa: DTZ005  the zone is what is asked
        minutes = int(offset.total_seconds() // 60) if offset else 0
        return func.substr(func.datetime(column, f"{minutes:+d} minutes"), 1, _PARTS[part])
    if part:
        return func.substr(column, 1, _PARTS[part])
    return func.nullif(column, "") if family(kind) in ("text", "choice") else column


def can_group(cls: type[Record], name: str) -> tuple[str, ...]:
    """The ways in which a list can be grouped by a field: by its values, or by the months and days of it."""
    if further.called(name):
        return (name,)
    described = cls.fields().get(name)
    kind = kind_of(cls, name)
    if described is None or described.hidden or kind is None:
        return ()
    match family(kind):
        case "day":
            return (f"{name}:{MONTH}", f"{name}:{DAY}")
        case "choice" | "flag":
            return (name,)
        case "link":
            return (name,) if isinstance(kind, Link) and kind.to in ("user", "team") else ()
        case "text":
            plain = type(kind) is Short and described.search in ("", "text") and not described.required
            return (name,) if plain else ()
    return ()


def count(session: Session, query: Query, viewer: Viewer) -> int:
    """How many living records the query shows."""
    return int(session.scalar(_living(select(func.count()), query, viewer)) or 0)


def groups(session: Session, query: Query, viewer: Viewer, amounts: Sequence[str] = ()) -> list[Bucket]:
    """The groups of a list in the order in which they are shown, with the sums of these amounts."""
    cls = query.cls
    column = _group_column(cls, query.by, viewer)
    currency = _currency(cls)
    asked = [func.count(), *(part for name in amounts for part in _sum_parts(cls, name))]
    rows = session.execute(
        _living(select(column, currency, *asked), query, viewer).group_by(column, currency)
    ).all()
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    kind = kind_of(cls, query.by.partition(":")[0])
    made = [_bucket(key, kind, query.by, parts, amounts) for key, parts in found.items()]
    return sorted(made, key=lambda bucket: _rank(kind, query, bucket))[:MOST_GROUPS]


def _bucket(key: Any, kind: Kind | None, by: str, rows: Sequence[Any], amounts: Sequence[str]) -> Bucket:
    wire = key if key is None or ":" in by or kind is None else kind.to_wire(key)
    sums = {name: tuple(_sums(rows, place)) for place, name in enumerate(amounts)}
    return Bucket(wire, sum(row[2] for row in rows), sums)


def _sums(rows: Sequence[Any], place: int) -> Iterable[Sum]:
    for row in rows:
        total, most, counted = row[3 + 3 * place : 6 + 3 * place]
        if counted:
            yield Sum(row[1] or "CNY", int(total), int(most), int(counted))


def _sum_parts(cls: type[Record], name: str) -> list[ColumnElement[Any]]:
    column = figures.expression(cls, name)
    return [func.sum(column), func.max(column), func.count(column)]


def _currency(cls: type[Record]) -> ColumnElement[Any]:
    table = cls.table()
    return table.c.currency if "currency" in table.c else func.coalesce(literal("CNY"), "CNY")


def _rank(kind: Kind | None, query: Query, bucket: Bucket) -> tuple[Any, ...]:
    """Stages in their own order, days from the newest, other values from the most frequent; nothing last."""
    if bucket.key is None:
        return (1,)
    if isinstance(kind, Choice):
        codes = [code for code, _ in kind.options]
        return (0, codes.index(bucket.key) if bucket.key in codes else len(codes))
    if ":" in query.by:
        return (0, [-ord(letter) for letter in bucket.key])
    return (0, -bucket.count, ordering.key(str(bucket.key)))


def amounts_of(cls: type[Record], names: Iterable[str]) -> list[str]:
    """Those of these columns that hold money."""
    return [name for name in names if isinstance(kind_of(cls, name), Amount)]


def totals(session: Session, query: Query, viewer: Viewer, name: str) -> tuple[Sum, ...]:
    """What a column of amounts comes to over everything that the query shows, by currency."""
    cls = query.cls
    currency = _currency(cls)
    asked = select(currency, *_sum_parts(cls, name))
    rows = session.execute(_living(asked, query, viewer).group_by(currency))
    return tuple(Sum(row[0] or "CNY", int(row[1]), int(row[2]), int(row[3])) for row in rows if row[3])


def sums_by(
    session: Session, query: Query, viewer: Viewer, name: str, *by: str
) -> list[tuple[tuple[Any, ...], str, int]]:
    """What a column of amounts comes to for each combination of other columns, and currency."""
    table, currency = query.cls.table().c, _currency(query.cls)
    keys = [table[each] for each in by]
    asked = select(*keys, currency, func.sum(table[name])).where(table[name].is_not(None))
    rows = session.execute(_living(asked, query, viewer).group_by(*keys, currency))
    return [(tuple(row[: len(by)]), row[-2] or "CNY", int(row[-1])) for row in rows]


def ids(session: Session, query: Query, viewer: Viewer, limit: int) -> list[UUID]:
    """The records that the query shows, newest first, at most so many."""
    key = query.cls.table().c.id
    return list(session.scalars(_living(select(key), query, viewer).order_by(key.desc()).limit(limit)))


def further_names(store: Store, kind: str) -> list[str]:
    """The further details of one's own that a list of this type could show, as names of columns."""
    with store.reading() as session:
        return further.names(session, RECORDS[kind])


def words(typed: str) -> Condition:
    """The condition that asks the full-text index for what was typed."""
    return Condition(WORDS, "words", typed)
