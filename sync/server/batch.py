"""The records that one push touches: loaded at once, changed in memory, written at once.

A transaction of the push that is refused leaves no trace here (`begin`, `roll_back`); nothing of a push
reaches the database before `flush`, whose last act is the feed.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from desktop.models import derived, guards
from desktop.models.columns import json_text
from desktop.models.kinds import Link
from desktop.models.record import RECORDS, children_of
from sync.server import shares
from sync.server.feed import MOVE, PUT, TOMBSTONE, UNDONE, Event, publish
from sync.server.rows import POSTGRESQL, Row, among, bare, chunks, id_in, named, shape, upsert
from sync.server.scope import home
from sync.server.tables import VERSIONS

Key = tuple[str, str]
"""A record type and an id in hexadecimal."""

OFFICE: Final = "0" * 32
"""Who changed a record when no laptop did."""

FIRST: Final = 1
"""The version of a new record, and of each of its fields."""


_VERSIONS: Final = bare(VERSIONS)
_VERSIONS_OF: Final = {
    single: select(_VERSIONS.c.record, _VERSIONS.c.fields, _VERSIONS.c.devices).where(
        among(_VERSIONS.c.record, single)
    )
    for single in (False, True)
}


@dataclass(slots=True)
class Held:
    """One record in memory: its row, which version last changed each field, and what is to be written."""

    type: str
    row: Row
    fields: dict[str, int] = field(default_factory=dict)
    devices: dict[str, int] = field(default_factory=dict)
    home: str | None = None
    """The stream whose feed has it; None for a record that is not in the database yet."""
    changed: set[str] = field(default_factory=set)
    undone: bool = False
    """It is deleted because its making was taken back."""
    hung: frozenset[Key] = frozenset()
    """The records with which it was lent, as the database has it: what it is a part of or hangs on."""

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.row["id"])

    @property
    def version(self) -> int:
        """The record's version."""
        return int(self.row["version"])

    @property
    def deleted(self) -> bool:
        """Whether the record is deleted."""
        return self.row["deleted_at"] is not None

    def seen_by(self, device: str, base: int) -> bool:
        """Whether an author on `device` who saw version `base` knew every change that others made."""
        if not self.devices:
            return base >= self.version
        return all(version <= base for other, version in self.devices.items() if other != device)

    def copy(self) -> "Held":
        """The same, to come back to."""
        return Held(
            self.type,
            dict(self.row),
            dict(self.fields),
            dict(self.devices),
            self.home,
            set(self.changed),
            self.undone,
            self.hung,
        )


class Batch:
    """See the module."""

    def __init__(self, conn: Connection, device: str, user: str, now: int) -> None:
        self.conn = conn
        self.device = device
        self.user = user
        self.now = now
        self._dialect = conn.dialect.name
        self._held: dict[Key, Held] = {}
        self._asked: set[Key] = set()
        self._before: dict[Key, Held | None] = {}

    # ------------------------------------------------------------ loading

    def load(self, keys: Iterable[Key]) -> None:
        """Bring these records, and what they are parts of, into memory; the absent are remembered."""
        wanted = {key for key in keys if key not in self._asked and key[0] in RECORDS}
        if self._dialect == POSTGRESQL:
            wanted = self._with_roots(wanted)
        while wanted:
            self._asked |= wanted
            by_type: dict[str, list[str]] = {}
            for record_type, record in sorted(wanted, key=_in_order):
                by_type.setdefault(record_type, []).append(record)
            found: list[Held] = []
            for record_type, ids in by_type.items():
                form = shape(record_type, self._dialect)
                rows = form.read(self.conn, ids, lock=True)
                found += [Held(record_type, row, home=home(record_type, row)) for row in rows.values()]
            self._adopt(found)
            links = {link for held in found for link in links_of(held.type, held.row)}
            wanted = {key for key in links if key not in self._asked}

    def _with_roots(self, wanted: set[Key]) -> set[Key]:
        """These and what they are parts of, seen without a lock, so that all are locked in one order.

        Whoever changes a part holds its root first: two who change parts of one record, or a record and its
        parts, wait for each other and never both.
        """
        every, left = set(wanted), {key for key in wanted if _depth(key[0])}
        while left:
            found: set[Key] = set()
            for record_type in {key[0] for key in left}:
                ids = [record for kind, record in left if kind == record_type]
                for row in shape(record_type, self._dialect).read(self.conn, ids).values():
                    found.update(links_of(record_type, row))
            left = {key for key in found - every - self._asked if key[0] in RECORDS}
            every |= left
        return every

    def load_children(self, record_type: str, parents: Iterable[str]) -> list[Held]:
        """The parts of these records, in memory or not yet."""
        ids = sorted(set(parents))
        parts: list[Held] = []
        for cls, link in children_of(record_type):
            name = cls.__tablename__
            rows = shape(name, self._dialect).read_children(self.conn, link, ids)
            fresh = [
                Held(name, row, home=home(name, row))
                for key, row in rows.items()
                if (name, key) not in self._held
            ]
            self._asked.update((name, held.id) for held in fresh)
            self._adopt(fresh)
            known = set(ids)
            parts += [
                held for (kind, _), held in self._held.items() if kind == name and held.row[link] in known
            ]
        return parts

    def _adopt(self, found: list[Held]) -> None:
        for held in found:
            held.hung = frozenset(shares.above(held.type, held.row))
            self._held[held.type, held.id] = held
        by_id = {held.id: held for held in found}
        key = id_in(self._dialect)
        for part in chunks(sorted(by_id)):
            asked = named([key(one) for one in part])
            found_versions = self.conn.execute(_VERSIONS_OF[len(part) == 1], asked)
            for record, fields, devices in found_versions:
                held = by_id[record.hex if isinstance(record, UUID) else record.hex()]
                held.fields = json.loads(fields)
                held.devices = json.loads(devices)

    # ------------------------------------------------------------ changing

    def get(self, record_type: str, record: str | None) -> Held | None:
        """The record as the push left it so far; it must have been loaded."""
        return None if record is None else self._held.get((record_type, record))

    def held(self, record_type: str) -> list[Held]:
        """The records of a type that are in memory."""
        return [held for (kind, _), held in self._held.items() if kind == record_type]

    def balance(self, record_type: str, account: str) -> int:
        """The sum of the entries of an account, those of this push included."""
        cls = RECORDS[record_type]
        amount = cls.__ledger__.amount if cls.__ledger__ is not None else ""
        table = cls.table()
        query = select(func.coalesce(func.sum(table.c[amount]), 0)).where(
            table.c[cls.__root__] == UUID(hex=account), table.c.deleted_at.is_(None)
        )
        fresh = [
            int(held.row[amount])
            for (kind, _), held in self._held.items()
            if kind == record_type and held.home is None and held.row[cls.__root__] == account
        ]
        return int(self.conn.execute(query).scalar_one()) + sum(fresh)

    def root_of(self, held: Held) -> Held | None:
        """The record that this one is a part of; None for one that stands by itself, or without its root."""
        for link in links_of(held.type, held.row, roots_only=True):
            return self._held.get(link)
        return None

    def begin(self) -> None:
        """A transaction of the push begins."""
        self._before = {}

    def before(self, held: Held) -> Held | None:
        """The record as it was before this transaction changed it; None where it did not, or made it."""
        return self._before.get((held.type, held.id))

    @property
    def touched(self) -> bool:
        """Whether anything was changed since `begin`."""
        return bool(self._before)

    def roll_back(self) -> None:
        """Everything since `begin` never happened."""
        for key, before in self._before.items():
            if before is None:
                del self._held[key]
            else:
                self._held[key] = before
        self._before = {}

    def add(self, record_type: str, row: Row) -> Held:
        """A new record."""
        held = Held(record_type, row, devices={self.device: FIRST})
        self._before.setdefault((record_type, held.id), None)
        self._held[record_type, held.id] = held
        return held

    def change(self, held: Held, name: str, value: Any, *, by: str = "") -> None:
        """Give a column a new value; the first change in a transaction makes the record's next version."""
        key = (held.type, held.id)
        if key not in self._before:
            self._before[key] = held.copy()
            held.row["version"] = held.version + 1
        held.row[name] = value
        held.changed.add(name)
        held.fields[name] = held.version
        held.devices[by or self.device] = held.version

    # ------------------------------------------------------------ writing

    def flush(self) -> None:
        """Write every changed record, its versions and what derives from it; then the feed."""
        self._follow_roots()
        dirty = [held for held in self._held.values() if held.home is None or held.changed]
        if not dirty:
            return
        with guards.lifted(self.conn) if self._dialect == "sqlite" else nullcontext():
            for record_type in RECORDS:
                mine = [held for held in dirty if held.type == record_type]
                if mine:
                    form = shape(record_type, self._dialect)
                    form.insert(self.conn, [held.row for held in mine if held.home is None])
                    form.update(
                        self.conn,
                        [(held.row, frozenset(held.changed)) for held in mine if held.home is not None],
                    )
        self._write_versions(dirty)
        derived.refresh(self.conn, [(held.type, UUID(hex=held.id)) for held in dirty])
        publish(self.conn, [event for held in dirty for event in _events(held)])
        touched = {key for held in dirty for key in ((held.type, held.id), *held.hung)}
        publish(self.conn, shares.events(self.conn, touched))

    def _write_versions(self, dirty: list[Held]) -> None:
        key = id_in(self._dialect)
        user = key(self.user)
        upsert(
            self.conn,
            VERSIONS,
            [
                {
                    "record": key(held.id),
                    "fields": json_text(held.fields),
                    "devices": json_text(held.devices),
                    "user": user,
                    "at": self.now,
                }
                for held in dirty
            ],
        )

    def _follow_roots(self) -> None:
        """Parts live where their root lives: give them its owner and team wherever those changed."""
        self.begin()
        moved = [held for held in self._held.values() if held.changed & {"owner_id", "team_id"}]
        while moved:
            parts: list[Held] = []
            for record_type in sorted({held.type for held in moved}):
                roots = {held.id: held for held in moved if held.type == record_type}
                for part in self.load_children(record_type, roots):
                    root = self.root_of(part)
                    if root is not None and self._follow(part, root):
                        parts.append(part)
                for part in self._load_hung(record_type, roots):
                    self._follow(part, roots[part.row["of_id"]])
            moved = parts

    def _load_hung(self, record_type: str, targets: Mapping[str, Held]) -> list[Held]:
        """What names these records without being a part of them, and lives where those live."""
        ids, hung = sorted(targets), []
        for kind in shares.hung_on(record_type):
            found = shape(kind, self._dialect).read_children(self.conn, "of_id", ids)
            self.load((kind, one) for one, row in found.items() if row["of"] == record_type)
            hung += [
                held
                for held in self.held(kind)
                if held.row["of"] == record_type and held.row["of_id"] in targets
                if kind != shares.COMMENT or not held.row["customer_id"]
            ]
        return hung

    def _follow(self, part: Held, root: Held) -> bool:
        differing = [name for name in ("owner_id", "team_id") if part.row[name] != root.row[name]]
        for name in differing:
            self.change(part, name, root.row[name], by=OFFICE)
        return bool(differing)


@lru_cache(maxsize=256)
def _depth(record_type: str) -> int:
    """0 for a record that stands by itself, 1 for its parts, its files and what shares it."""
    cls = RECORDS[record_type]
    if record_type in (shares.SHARE, shares.ATTACHMENT):
        return 1
    described = cls.fields().get(cls.__root__)
    return 1 + _depth(described.kind.to) if described and isinstance(described.kind, Link) else 0


def _in_order(key: Key) -> tuple[int, str, str]:
    """The order in which records are locked: roots before their parts, then by type and id."""
    return _depth(key[0]), *key


def links_of(record_type: str, row: Row, *, roots_only: bool = False) -> Iterable[Key]:
    """The records without which this one cannot be judged: its root, the edition it belongs to, what it
    shares or was attached to.
    """
    cls = RECORDS[record_type]
    target = None if roots_only else shares.target_of(record_type, row)
    if target is not None:
        yield target
    about = shares.about(record_type, row)
    if about is not None:
        yield about
    names = [cls.__root__] if roots_only else [cls.__root__, "revision_id"]
    for name in names:
        described = cls.fields().get(name)
        if described is not None and isinstance(described.kind, Link) and row.get(name):
            yield described.kind.to, row[name]


def _events(held: Held) -> Iterable[Event]:
    now = home(held.type, held.row)
    flag = (UNDONE if held.undone else TOMBSTONE) if held.deleted else PUT
    yield Event(now, held.type, held.id, held.version, flag)
    if held.home is not None and held.home != now:
        yield Event(held.home, held.type, held.id, held.version, MOVE)
