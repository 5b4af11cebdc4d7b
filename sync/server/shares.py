"""What is lent: which records stand in the stream `share:<id>` of a shared record, and who may change them.

A record is lent with its parts and attachments; a customer also with the interactions, opportunities and
quotes that live in the same stream as it does. After every change the feed of each lending stream is made to
say that, once the heads of the streams where the records live are locked: whoever shares a record and whoever
adds something to it wait for each other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, or_, select

from desktop.models.kinds import Link
from desktop.models.record import RECORDS, children_of
from desktop.models.records import Comment, Share
from desktop.rules.sharing import EDIT, HANGS, SHAREABLE
from desktop.rules.streams import is_lent, lent
from sync.server.feed import MOVE, PUT, TOMBSTONE, Event
from sync.server.rows import bare, chunks, id_in, id_out, shape
from sync.server.scope import Scope, home
from sync.server.tables import FEED

Key = tuple[str, str]
"""A record type and an id in hexadecimal."""

SHARE: Final = Share.__tablename__
ATTACHMENT: Final = "attachment"
COMMENT: Final = Comment.__tablename__
SPOKEN_OF: Final = ("product", "task")
"""What is spoken of without a customer."""
READ_ONLY: Final = "read"
_HANGS_ON: Final = {kind: target for target, kinds in HANGS.items() for kind in kinds}


def hung_on(record_type: str) -> Iterator[str]:
    """What lives where a record of this type lives without being a part of it: files, loans, what is said.

    Something that the whole firm shares has no owner to follow.
    """
    if not RECORDS[record_type].__shared__:
        yield ATTACHMENT
        if record_type in SHAREABLE:
            yield SHARE
        if record_type in SPOKEN_OF:
            yield COMMENT


def about(record_type: str, row: Mapping[str, Any]) -> Key | None:
    """What a comment of no customer is about: it lives where that lives, with the firm where all share it."""
    if record_type != COMMENT or row.get("customer_id") or row.get("of") not in SPOKEN_OF:
        return None
    return (row["of"], row["of_id"]) if row.get("of_id") else None


def target_of(record_type: str, row: Mapping[str, Any]) -> Key | None:
    """The record that a share lends, or an attachment belongs to."""
    if record_type in (SHARE, ATTACHMENT) and row.get("of") in RECORDS and row.get("of_id"):
        return row["of"], row["of_id"]
    return None


def above(record_type: str, row: Mapping[str, Any]) -> Iterator[Key]:
    """The records with which this one is lent: what it is a part of, belongs to, or hangs on."""
    target = target_of(record_type, row)
    if target is not None:
        yield target
    cls = RECORDS[record_type]
    described = cls.fields().get(cls.__root__)
    if described is not None and isinstance(described.kind, Link) and row.get(cls.__root__):
        yield described.kind.to, row[cls.__root__]
    if record_type in _HANGS_ON and row.get("customer_id"):
        yield _HANGS_ON[record_type], row["customer_id"]


_ANY: Final = select(Share.table().c.id).limit(1)


@dataclass(frozen=True, slots=True)
class _Now:
    version: int
    deleted: bool
    home: str


def events(conn: Connection, changed: Iterable[Key]) -> list[Event]:
    """What the streams that lend these records, or records above them, have to tell. Call it when the heads
    of their homes are locked, and everything else is written; publish it after those.
    """
    changed = set(changed)
    if conn.execute(_ANY).first() is None:
        return []
    found: list[Event] = []
    for target, is_shared in sorted(_targets(conn, _upwards(conn, changed)).items()):
        found += _differing(conn, target, _lent_with(conn, target) if is_shared else {})
    return found


def _upwards(conn: Connection, keys: set[Key]) -> set[Key]:
    """These records and all above them."""
    every, left = set(keys), set(keys)
    while left:
        found: set[Key] = set()
        for record_type in {kind for kind, _ in left}:
            ids = [record for kind, record in left if kind == record_type]
            for row in shape(record_type, conn.dialect.name).read(conn, ids).values():
                found.update(above(record_type, row))
        left = found - every
        every |= left
    return every


def _targets(conn: Connection, keys: set[Key]) -> dict[Key, bool]:
    """Which of these were ever shared, and whether they still are."""
    table = bare(Share.table())
    key, show = id_in(conn.dialect.name), id_out(conn.dialect.name)
    ids = sorted(record for kind, record in keys if kind in SHAREABLE)
    found: dict[Key, bool] = {}
    for part in chunks(ids):
        query = select(table.c.of, table.c.of_id, table.c.deleted_at).where(
            table.c.of_id.in_([key(one) for one in part])
        )
        for kind, record, deleted in conn.execute(query):
            target = (kind, show(record))
            found[target] = found.get(target, False) or deleted is None
    return {target: is_shared for target, is_shared in found.items() if target[0] in SHAREABLE}


def _lent_with(conn: Connection, target: Key) -> dict[Key, _Now]:
    """What goes along with a shared record, itself included."""
    found = dict(_read(conn, target[0], "id", [target[1]]))
    if not found:
        return {}
    where = found[target].home
    for kind in HANGS.get(target[0], ()):
        hung = _read(conn, kind, "customer_id", [target[1]])
        found.update((key, now) for key, now in hung if now.home == where)
    layer = list(found)
    while layer:
        parts: dict[Key, _Now] = {}
        for kind in {kind for kind, _ in layer}:
            for cls, link in children_of(kind):
                parts.update(_read(conn, cls.__tablename__, link, [one for of, one in layer if of == kind]))
        layer = [key for key in parts if key not in found]
        found |= parts
    for kind, ids in _by_type(found).items():
        hung = _read(conn, ATTACHMENT, "of_id", ids, kind)
        found.update((key, now) for key, now in hung if now.home == where)
    found.update(_read(conn, SHARE, "of_id", [target[1]], target[0]))
    return found


def _by_type(keys: Iterable[Key]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, record in keys:
        found.setdefault(kind, []).append(record)
    return found


def _read(
    conn: Connection, record_type: str, link: str, ids: Iterable[str], of: str = ""
) -> list[tuple[Key, _Now]]:
    """The records whose `link` is one of `ids`; where `of` is given, only those of that type."""
    table = bare(RECORDS[record_type].table())
    key, show = id_in(conn.dialect.name), id_out(conn.dialect.name)
    found = []
    for part in chunks(sorted(ids)):
        query = select(
            table.c.id, table.c.version, table.c.deleted_at, table.c.owner_id, table.c.team_id
        ).where(table.c[link].in_([key(one) for one in part]))
        if of:
            query = query.where(table.c.of == of)
        for record, version, deleted, *owner_and_team in conn.execute(query):
            owner, team = (show(one) if one is not None else None for one in owner_and_team)
            now = _Now(version, deleted is not None, home(record_type, {"owner_id": owner, "team_id": team}))
            found.append(((record_type, show(record)), now))
    return found


def _differing(conn: Connection, target: Key, wanted: Mapping[Key, _Now]) -> Iterator[Event]:
    """What the feed of the stream that lends `target` does not say yet."""
    stream = lent(target[1])
    feed = bare(FEED)
    show = id_out(conn.dialect.name)
    query = select(feed.c.type, feed.c.record, feed.c.version, feed.c.flag).where(feed.c.stream == stream)
    said = {(kind, show(record)): (version, flag) for kind, record, version, flag in conn.execute(query)}
    for key, (version, flag) in sorted(said.items()):
        if key not in wanted and flag != MOVE:
            yield Event(stream, *key, version, MOVE)
    for key, now in sorted(wanted.items(), key=lambda one: one[0]):
        flag = said.get(key, (0, MOVE))[1]
        if now.deleted and flag == MOVE:
            continue
        wish = TOMBSTONE if now.deleted else PUT
        if (now.version, wish) != said.get(key):
            yield Event(stream, *key, now.version, wish)


# ---------------------------------------------------------------- who may do what to it


def access(conn: Connection, scope: Scope, record_type: str, ids: Iterable[str]) -> dict[str, str]:
    """What this person may do with these records because they are lent: id → `read` or `edit`."""
    streams = sorted(scope.lent)
    found: dict[str, str] = {}
    if not streams:
        return found
    feed = bare(FEED)
    key, show = id_in(conn.dialect.name), id_out(conn.dialect.name)
    for part in chunks(sorted(set(ids))):
        query = select(feed.c.stream, feed.c.record).where(
            feed.c.stream.in_(streams),
            feed.c.type == record_type,
            feed.c.record.in_([key(one) for one in part]),
            feed.c.flag != MOVE,
        )
        for stream, record in conn.execute(query):
            if found.get(show(record)) != EDIT:
                found[show(record)] = EDIT if stream in scope.edits else READ_ONLY
    return found


def was_lent_to_edit(
    conn: Connection, scope: Scope, reach: Iterable[str], record_type: str, record: str
) -> bool:
    """Whether this person once had the record by a loan under which they might have changed it."""
    feed, table = bare(FEED), Share.table()
    streams = sorted(stream for stream in reach if is_lent(stream))
    key = id_in(conn.dialect.name)
    query = select(feed.c.stream).where(
        feed.c.stream.in_(streams), feed.c.type == record_type, feed.c.record == key(record)
    )
    targets = [stream.partition(":")[2] for stream in conn.execute(query).scalars()] if streams else []
    person = scope.person
    mine = table.c.person_id == UUID(hex=person.user)
    if person.team:
        mine = or_(mine, table.c.group_id == UUID(hex=person.team))
    ids = [UUID(hex=one) for one in targets]
    asked = select(table.c.id).where(table.c.of_id.in_(ids), table.c.access == EDIT, mine)
    return bool(ids) and conn.execute(asked.limit(1)).first() is not None
