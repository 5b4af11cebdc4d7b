"""Names of records that a person may not see but to which their own records link, so that no link dangles.

A rep's opportunity may belong to a customer of another team: the laptop then holds the customer's name, no
more.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from sqlalchemy import Connection, select

from desktop.models.kinds import Link
from desktop.models.record import RECORDS
from sync.protocol.messages import Part, Stub, Table
from sync.server import shares, walls
from sync.server.batch import Key
from sync.server.rows import Row, bare, chunks, id_out, shape
from sync.server.scope import Scope, home
from sync.server.tables import FEED


def of_tables(conn: Connection, scope: Scope, tables: Iterable[Mapping[str, Table]]) -> list[Stub]:
    """The stubs that these rows need."""
    if scope.streams is None:
        return []
    return _named(conn, scope, {key for some in tables for key in _links(some)})


def of_parts(conn: Connection, scope: Scope, parts: Iterable[Part]) -> list[Stub]:
    """The stubs that a page needs: for its rows, and for records that leave while others link to them."""
    if scope.streams is None:
        return []
    parts = list(parts)
    wanted = {key for part in parts for key in _links(part.tables)}
    left = {(one.type, one.record) for part in parts for one in part.removals if one.flag == "move"}
    return _named(conn, scope, wanted | _still_linked(conn, scope, left))


@lru_cache(maxsize=256)
def _linking(record_type: str) -> tuple[tuple[str, str], ...]:
    """The fields of a record type that lead to records with a home of their own: (field, type)."""
    cls = RECORDS[record_type]
    return tuple(
        (name, described.kind.to)
        for name, described in cls.fields().items()
        if isinstance(described.kind, Link)
        and described.kind.to
        and name != cls.__root__
        and not RECORDS[described.kind.to].__shared__
        and not RECORDS[described.kind.to].__root__
    )


def _links(tables: Mapping[str, Table]) -> Iterator[Key]:
    for record_type, table in tables.items():
        for name, target in _linking(record_type):
            if name not in table.columns:
                continue
            place = table.columns.index(name)
            yield from ((target, row[place]) for row in table.rows if row[place] is not None)


def _still_linked(conn: Connection, scope: Scope, left: set[Key]) -> set[Key]:
    """Of the records that left, those to which something in scope still leads."""
    found: set[Key] = set()
    feed = bare(FEED)
    show_id = id_out(conn.dialect.name)
    for record_type in RECORDS if left else ():
        form = shape(record_type, conn.dialect.name)
        for name, target in _linking(record_type):
            ids = [form.key(record) for kind, record in left if kind == target]
            column = form.table.c[name]
            for part in chunks(ids):
                query = (
                    select(column)
                    .select_from(form.table.join(feed, feed.c.record == form.table.c.id))
                    .where(column.in_(part), feed.c.flag == "put", scope.predicate(feed))
                    .distinct()
                )
                found.update((target, show_id(row[0])) for row in conn.execute(query))
    return found


def _named(conn: Connection, scope: Scope, keys: set[Key]) -> list[Stub]:
    by_type: dict[str, list[str]] = {}
    for record_type, record in sorted(keys):
        by_type.setdefault(record_type, []).append(record)
    stubs = []
    for record_type, ids in by_type.items():
        lent = shares.access(conn, scope, record_type, ids)
        for record, row in _shown(conn, scope, record_type, ids).items():
            if not scope.may_read(home(record_type, row)) and record not in lent:
                stubs.append(Stub(record_type, record, RECORDS[record_type].title_of(row.get)))
    return stubs


def _shown(conn: Connection, scope: Scope, record_type: str, ids: list[str]) -> dict[str, Row]:
    with walls.lifted(conn):  # the one door in the second wall
        return shape(record_type, conn.dialect.name, scope.mask.of(record_type)).read(conn, ids)
