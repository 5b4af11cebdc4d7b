"""The store: opens the records of a vault, runs units of work, and tells who listens what changed."""

import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models import derived, floors, guards, indexing, migrations, search
from desktop.models.blobs import Blobs
from desktop.models.changes import (
    UNKEPT,
    Op,
    WorkSession,
    append_stated,
    note_schema,
    now_ms,
    read_local,
    write_local,
)
from desktop.models.record import Record, new_id
from desktop.models.turns import Turns
from desktop.rules import roles
from desktop.rules.roles import Role
from desktop.words import msg

R = TypeVar("R", bound=Record)
FROZEN: Final = msg("This edition was issued and its content stays as it is; make a new edition.")
LOCAL_USER: Final = "admin"
"""The role of a person whose vault belongs to no office: everything on their own laptop is theirs."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the user of this vault or, on the office's side, of a device."""

    id: UUID
    name: str
    role: str
    team_id: UUID | None = None
    own: Role | None = None
    """The role of the office's own making in place of the built-in one, where there is one."""

    @property
    def rights(self) -> Role:
        """What this person may do and is shown."""
        return self.own or roles.named(self.role)


def kept(actor: Actor) -> dict[str, Any]:
    """Somebody as the vault keeps them."""
    team = actor.team_id.hex if actor.team_id else None
    known = {"id": actor.id.hex, "name": actor.name, "role": actor.role, "team": team}
    return known if actor.own is None else {**known, "rights": roles.as_facts(actor.own)}


@dataclass(frozen=True, slots=True)
class Changed:
    """What a transaction changed: (type, id) pairs, by which command, and whether it came from elsewhere."""

    records: frozenset[tuple[str, UUID]]
    by: str
    remote: bool = False


class Work:
    """One transaction of one command: the session, the actor, the time and what the command states itself."""

    def __init__(
        self,
        store: "Store",
        actor: Actor,
        command: str,
        *,
        batch: UUID | None = None,
        undoes: UUID | None = None,
        looks: bool = False,
    ) -> None:
        """One that only `looks` tries what a command would say; it reads beside whoever writes."""
        self.store = store
        self.actor = actor
        self.command = command
        self.batch = batch
        self.undoes = undoes
        self.now = store.clock()
        self.at = now_ms(self.now)
        self.tx = new_id()
        self.device = store.device
        self.acked = store.acked
        self.changed: set[tuple[str, UUID]] = set()
        self.written: set[str] = set()
        self.kinds: set[tuple[str, str]] = set()
        self.stated: dict[UUID, list[Op]] = {}
        self.session = WorkSession(
            store.reader if looks else store.engine, work=self, expire_on_commit=False, autoflush=False
        )

    @property
    def connection(self) -> Connection:
        """The connection of this transaction."""
        return self.session.connection()

    def add(self, record: R) -> R:
        """Keep a new record; without an owner it becomes the actor's, unless everybody shares its type."""
        if record.owner_id is None and not record.__shared__:
            record.owner_id = self.actor.id
            record.team_id = record.team_id or self.actor.team_id
        self.session.add(record)
        return record

    def get(self, cls: type[R], record_id: UUID) -> R:
        """The living record. Raises NotFound where it does not exist or was deleted."""
        found = self.session.get(cls, record_id)
        if found is None or found.deleted_at is not None:
            raise NotFound(msg("There is no such {what} on this laptop.").of(what=cls.__label__))
        return found

    def op(self, kind: str, record: Record, body: dict[str, Any]) -> None:
        """State an intention that old → new does not say; `body["fields"]` names the fields it covers."""
        self.stated.setdefault(record.id, []).append(
            Op(kind, record.__tablename__, record.id, body, record.version or 0)
        )

    def delete(self, record: Record) -> None:
        """Mark a record as deleted; undo brings it back."""
        record.deleted_at = self.now

    def flush(self) -> None:
        """Write what is pending, so that the next step sees it."""
        self.session.flush()


class _Glance(threading.local):
    """The session of a thread that looks at much at once."""

    session: Session | None = None


class Store:
    """The records of one vault. Writes happen one after the other, on the thread that calls."""

    def __init__(
        self,
        engine: Engine,
        *,
        reader: Engine | None = None,
        clock: Callable[[], datetime] | None = None,
        blobs: Blobs | None = None,
    ) -> None:
        """`blobs` holds the bytes of files; without it records know of files and none can be kept."""
        self.engine = engine
        self.reader = reader or engine
        self.blobs = blobs
        self.clock = clock or (lambda: datetime.now(UTC))
        self.listeners: list[Callable[[Changed], None]] = []
        self.turns = Turns(lambda: self.clock())
        self.under_way: set[UUID] = set()
        """Batches that are being written or taken back right now: no other undo takes them."""
        self._glance = _Glance()
        with engine.begin() as connection:
            migrations.migrate(connection)
            stored = read_local(connection, "device")
            if stored is None:
                stored = new_id().hex
                write_local(connection, "device", stored)
            self.device = UUID(hex=stored)
            note_schema(connection)

    @property
    def acked(self) -> int:
        """The highest operation number that the office has answered."""
        return int(self.local("acked", 0))

    def local(self, key: str, default: Any = None) -> Any:
        """A value that this vault keeps for itself."""
        with self.looking() as connection:
            return read_local(connection, key, default)

    def set_local(self, key: str, value: Any) -> None:
        """Keep a value for this vault alone; it is never sent."""
        with self.turns.note(), self.engine.begin() as connection:
            write_local(connection, key, value)

    def me(self) -> Actor:
        """The user of this vault; a first one is made when there is none."""
        stored = self.local("me")
        if stored is None:
            stored = {"id": new_id().hex, "name": platform.node() or "me", "role": LOCAL_USER, "team": None}
            self.set_local("me", stored)
        team, own = stored.get("team"), stored.get("rights")
        return Actor(
            UUID(hex=stored["id"]),
            stored["name"],
            stored["role"],
            UUID(hex=team) if team else None,
            roles.of_facts(own) if own else None,
        )

    def become(self, actor: Actor) -> None:
        """Take the identity the office gave; records made before belong to it from now on."""
        before = self.me()
        with self.engine.begin() as connection:
            write_local(connection, "me", kept(actor))
            if before.id != actor.id:
                derived.hand_over(connection, before.id, actor.id, actor.team_id)

    @contextmanager
    def work(
        self,
        actor: Actor,
        command: str,
        *,
        batch: UUID | None = None,
        undoes: UUID | None = None,
        aside: bool = False,
    ) -> Iterator[Work]:
        """One transaction: everything in it is durable when the block ends, or nothing happened.

        `aside`: it is a slice of something long, before which people's own commands go.
        """
        work = Work(self, actor, command, batch=batch, undoes=undoes)
        turn = self.turns.arrival() if aside else self.turns.person()
        try:
            with turn, work.session as session, session.begin():
                yield work
                session.flush()
                append_stated(work)
                derived.refresh(work.connection, work.changed)
                work.changed |= floors.refresh(work.connection, work.changed)
        except UnicodeEncodeError:  # half a character
            raise Refused(UNKEPT) from None
        except IntegrityError as error:
            if guards.NEVER not in str(error.orig):
                raise
            raise Refused(FROZEN) from None
        self.announce(Changed(frozenset(work.changed), command))

    def announce(self, changed: Changed) -> None:
        """Tell every listener, on this thread."""
        if changed.records:
            for listener in list(self.listeners):
                listener(changed)

    def tidy(self) -> None:
        """Merge what many writes at once left behind in the search index; a person may write meanwhile."""
        blocks, more = -search.AT_ONCE, True
        while more:
            with self.turns.arrival(), self.engine.begin() as connection:
                more = search.merge(indexing.driver_of(connection), blocks)
            blocks = search.AT_ONCE

    @contextmanager
    def busy_with(self, batch: UUID) -> Iterator[None]:
        """While something long is written under this batch, beside what people do."""
        self.under_way.add(batch)
        try:
            yield
        finally:
            self.under_way.discard(batch)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; records stay readable after it ends."""
        if self._glance.session is not None:
            yield self._glance.session
            return
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection for looking only."""
        if self._glance.session is not None:
            yield self._glance.session.connection()
            return
        with self.reader.connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[None]:
        """Whatever this thread reads within, it reads through one session: one state, one transaction."""
        if self._glance.session is not None:
            yield
            return
        with Session(self.reader, expire_on_commit=False, autoflush=False) as session:
            session.info["names"] = {}
            self._glance.session = session
            try:
                yield
            finally:
                self._glance.session = None
