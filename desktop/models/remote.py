"""The store's side of sync: what this laptop has to send, what it knows, what arrives; a transaction each.

Plain values come in and go out; the engine decides, the driver in `sync/client` carries. `point` is called at
named moments, so that a test can cut the power there.
"""

import json
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.models import (
    decisions,
    fuse,
    inbox,
    leases,
    leaving,
    numbers,
    partly,
    remote_known,
    remote_rows,
    remote_tables,
    repairs,
    roots,
    sending,
)
from desktop.models.arrival import FOR_EVER, Arrival
from desktop.models.changes import new_seed, now_ms, read_local, write_local
from desktop.models.engines import told_plainly, without_waiting
from desktop.models.guards import lifted
from desktop.models.record import Base, new_id
from desktop.models.records.decisions import Decision
from desktop.models.remote_rows import Rows
from desktop.models.remote_values import Identity, Known, Part, Person, Stub, actor_of
from desktop.models.sending import Outbox
from desktop.models.store import Changed, Store, kept
from desktop.rules.chain import START, Entry, entry_hash
from desktop.rules.streams import is_lent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

HEARD: Final = "heard"
"""The newest request whose answer brought something: what a bundle says of a time before is old."""
TAKEN: Final = "taken"
"""The newest of the office's replies by bundle that is stored here."""
LETTERS: Final = "letters"
"""Marks of the bundles that this vault wrote: replies to others, as to a lost disk's, count for nothing."""
SEQUENCES: Final = 1000
"""Request numbers are set aside in blocks: one durable write for so many requests."""


class Remote:
    """Sync's view of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.point: Callable[[str], None] = _nothing
        if store.local("key") is None:
            with store.engine.begin() as connection:
                Base.metadata.create_all(connection, tables=list(remote_tables.TABLES))
                write_local(connection, "key", secrets.token_bytes(32).hex())
        self._sequences = range(0)
        self._counting = threading.Lock()

    # --- what there is

    def known(self, ops: int, size: int, also: Collection[str] = ()) -> Known:
        """The situation, with at most so many ops and bytes of the outbox (0 ops: none of it).

        `also` are further local values that the asker wants to know.
        """
        return remote_known.known(self.store, ops, size, also)

    def identity(self) -> Identity:
        """Who this laptop is."""
        with self.store.reader.connect() as connection:
            return remote_known.identity(connection)

    def cursors(self) -> dict[str, int]:
        """The streams that are held, and up to where."""
        with self.store.reader.connect() as connection:
            rows = connection.exec_driver_sql("SELECT stream, seq FROM sync_cursor").all()
        return {row[0]: row[1] for row in rows}

    def waiting(self) -> int:
        """How many ops the office has not answered."""
        with self.store.reader.connect() as connection:
            head = read_local(connection, "head", {"n": 0})
            return int(head["n"]) - int(read_local(connection, "acked", 0))

    def sending(self, outbox: Outbox) -> bool:
        """Before these ops leave: from now on they cannot be taken back. False: one of them just was."""
        return sending.mark(self.store.engine, outbox)

    def sequence(self) -> int:
        """A number for a signed request, greater than any before, also after a crash."""
        with self._counting:
            if not self._sequences:
                with self.store.engine.begin() as connection:
                    first = int(read_local(connection, "sequence", 1))
                    write_local(connection, "sequence", first + SEQUENCES)
                self._sequences = range(first, first + SEQUENCES)
            number, self._sequences = self._sequences[0], self._sequences[1:]
            return number

    def sequence_is_at_least(self, number: int) -> None:
        """The office has seen `number`: go on above it (this vault came from a backup)."""
        with self.store.engine.begin() as connection:
            write_local(connection, "sequence", number + 1)
        self._sequences = range(0)

    # --- what arrives

    def apply(
        self,
        *,
        schema: int,
        parts: Sequence[Part] = (),
        stubs: Sequence[Stub] = (),
        streams: Sequence[str] = (),
        verdicts: Sequence[inbox.Verdict] = (),
        granted: Sequence[leases.Lease] = (),
        roots_given: Sequence[roots.Root] = (),
        person: Person | None = None,
        heard: int = 0,
    ) -> None:
        """One answer of the office, in one transaction. `streams` are all that this laptop may hold.

        `heard` is the number of the request that was answered.
        """
        with self.arriving(waits=bool(verdicts or granted)) as (connection, arrival):
            self._verdicts(connection, arrival, verdicts)
            if heard and (parts or verdicts):
                arrival.note(HEARD, heard)
            self.point("verdicts")
            for part in parts:
                self._part(connection, arrival, part, schema)
                self.point("part")
            if streams:
                self._lost(connection, arrival, set(streams))
            self.keep_stubs(connection, stubs)
            leases.add(connection, granted)
            roots.keep(connection, roots_given)
            if person is not None:
                self._person(connection, person)
        rows = sum(len(table.rows) for part in parts for table in part.tables.values())
        self.store.turns.took("page", rows)

    def apply_snapshot(
        self,
        *,
        schema: int,
        stream: str,
        at: int,
        after: str | None,
        mask: str,
        tables: Mapping[str, Rows],
        stubs: Sequence[Stub] = (),
        heard: int = 0,
    ) -> None:
        """One page of a first copy and how far it reached (`after` None: to the end).

        Its rows come in transactions that a person does not notice; until the last, a crash repeats the page.
        """
        turns = self.store.turns
        pieces = remote_rows.pieces(tables, lambda: turns.bite("rows"))
        last = next(pieces, {})
        for piece in pieces:
            with self.arriving(waits=False, index_later=True) as (connection, arrival):
                partly.begun(connection, stream)
                for type_name, table in last.items():
                    arrival.rows(type_name, table, mask, stream)
            turns.took("rows", sum(len(table.rows) for table in last.values()))
            last = piece
        with self.arriving(waits=False, index_later=True) as (connection, arrival):
            for type_name, table in last.items():
                arrival.rows(type_name, table, mask, stream)
            self.point("snapshot")
            if heard:
                arrival.note(HEARD, heard)
            partly.settle(connection, lambda noted: noted != stream)
            self.keep_stubs(connection, stubs)
            seen = partly.mask(connection, stream, mask)
            if after is None:
                arrival.driver.execute("DELETE FROM sync_mark WHERE stream = ?", (stream,))
                _advance(arrival.driver, stream, at, schema, seen)
            else:
                partly.reached(connection, stream, at, after, seen)

    def index_some(self, most: int) -> None:
        """Bring some rows of a first copy into the search index; fewer while somebody works."""
        with self.arriving(waits=False) as (_, arrival):
            some = min(most, self.store.turns.bite("index"))
            some = arrival.index_some(some)
        self.store.turns.took("index", some)

    def room(self) -> int:
        """How many rows a page may bring that is taken in as one: fewer while somebody works."""
        return self.store.turns.bite("page")

    def rest(self) -> None:
        """Every stream is at its head: what has not come for an answered op will not come any more."""
        with self.arriving() as (_, arrival):
            arrival.rest()

    @contextmanager
    def arriving(
        self, *, waits: bool = True, index_later: bool = False
    ) -> "Iterator[tuple[Connection, Arrival]]":
        """One transaction's worth of news: settled when the block ends, and told to who listens.

        It `waits` for the disk where the office would not say the same again: verdicts and leased numbers.
        What else a power cut takes, it takes with the cursor behind it, and it comes again.
        """
        self.point("arriving")
        engine = self.store.engine
        begun = engine.begin() if waits else without_waiting(engine)
        with self.store.turns.arrival(), told_plainly(), begun as connection, lifted(connection):
            arrival = Arrival(connection, now_ms(self.store.clock()), index_later=index_later)
            yield connection, arrival
            arrival.finish()
            self.point("before commit")
        self.point("committed")
        self.store.announce(Changed(frozenset(arrival.changed), "sync", remote=True))
        if any(kind == Decision.__tablename__ for kind, _ in arrival.changed):
            decisions.pay(self.store)

    def _verdicts(
        self, connection: "Connection", arrival: Arrival, verdicts: Sequence[inbox.Verdict]
    ) -> None:
        """Take the answers that follow on what is answered already; a repeated one is known."""
        acked = arrival.acked
        fresh = {verdict.n: verdict for verdict in verdicts if verdict.n > acked}
        last = acked
        while last + 1 in fresh:
            last += 1
        if last == acked:
            return
        rows = arrival.driver.execute(
            "SELECT n, tx, kind, type, record, body FROM change WHERE n > ? AND n <= ? ORDER BY n",
            (acked, last),
        )
        sent = [
            inbox.Sent(n, tx, kind, of, record, json.loads(body)) for n, tx, kind, of, record, body in rows
        ]
        inbox.keep(connection, self.store.device.bytes, arrival.now, [(op, fresh[op.n]) for op in sent])
        arrival.answered(last, [(op.n, op.record, op.type, _comes(fresh[op.n])) for op in sent])
        if last == int(read_local(connection, "head")["n"]):
            new_seed(connection, last + 1)

    def _part(self, connection: "Connection", arrival: Arrival, part: Part, schema: int) -> None:
        asked = "SELECT seq, schema, mask FROM sync_cursor WHERE stream = ?"
        row = arrival.driver.execute(asked, (part.stream,)).fetchone()
        if row is None or (part.start > row[0]):
            return
        again = (row[1], row[2]) != (schema, part.mask)
        if is_lent(part.stream) and not again and part.upto <= row[0]:
            return  # said before, or late: a loan may end and begin again under the same versions
        if part.mask and row[2] != part.mask:
            leaving.hide(connection, {**leaving.hidden_in(part.tables), **leaving.hidden_by(part.mask)})
        sifted = fuse.Fuse(connection, arrival.now).sift(part.stream, part.tables, part.removals, part.undone)
        for type_name, table in sifted[0].items():
            arrival.rows(type_name, table, part.mask, part.stream)
        arrival.removals(part.stream, sifted[1])
        if part.check:
            repairs.soon(connection, [part.stream])
        upto = part.upto if again else max(row[0], part.upto)
        _advance(arrival.driver, part.stream, upto, schema, part.mask)

    def _lost(self, connection: "Connection", arrival: Arrival, streams: set[str]) -> None:
        for stream in partly.settle(connection, streams.__contains__):
            arrival.lost(stream)
        for table in ("sync_cursor", "sync_mark"):
            rows = arrival.driver.execute(f"SELECT stream FROM {table}").fetchall()  # noqa: S608
            for (stream,) in rows:
                if stream not in streams:
                    fuse.forget(connection, stream)
                    connection.exec_driver_sql(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608
                    arrival.lost(stream)

    @staticmethod
    def keep_stubs(connection: "Connection", stubs: Iterable[Stub]) -> None:
        """Names of records that rows of this transaction link to."""
        for stub in stubs:
            connection.exec_driver_sql(
                "INSERT INTO sync_stub (record, type, title) VALUES (?, ?, ?)"
                " ON CONFLICT (record) DO UPDATE SET title = excluded.title",
                (bytes.fromhex(stub.record), stub.type, stub.title),
            )

    def _person(self, connection: "Connection", person: Person) -> None:
        me = kept(actor_of(person))
        if read_local(connection, "me") != me:
            write_local(connection, "me", me)

    # --- when things are not as they were

    def forget(self, stream: str) -> None:
        """Begin the first copy of this stream again, if it may be held: what came of it is taken away."""
        with self.arriving() as (connection, arrival):
            connection.exec_driver_sql("DELETE FROM sync_mark WHERE stream = ?", (stream,))
            arrival.lost(stream)

    def rewind(self, last: int) -> None:
        """The office lost what it had answered after op `last`: those ops are unanswered again."""
        with self.store.engine.begin() as connection:
            erased = connection.exec_driver_sql("SELECT 1 FROM erased WHERE n > ?", (last,)).first()
            write_local(connection, "acked", min(last, int(read_local(connection, "acked", 0))))
            connection.exec_driver_sql("DELETE FROM sync_await WHERE n > ?", (last,))
        if erased:  # what is left of those ops no longer fits their hashes: go on under another identity
            self.fork(last)

    def came_from_backup(self) -> None:
        """This vault was put back from a backup: nobody knows which numbers the lost one used."""
        with self.store.engine.begin() as connection:
            numbers.forget_leases(connection)
            write_local(connection, "code", new_id().hex[-8:].upper())
            write_local(connection, LETTERS, [])

    def fork(self, agreed: int) -> None:
        """Prepare another identity, which takes over the ops after `agreed`; again changes nothing."""
        with self.store.engine.begin() as connection:
            if read_local(connection, "successor") is None:
                prepared = {"device": new_id().hex, "key": secrets.token_bytes(32).hex(), "agreed": agreed}
                write_local(connection, "successor", prepared)

    def adopt(
        self, *, server: str, url: str, short: str, person: Person, granted: Sequence[leases.Lease]
    ) -> None:
        """The office took this laptop in, or accepted its new identity after a fork."""
        successor = self.store.local("successor")
        if successor is not None:
            with self.store.engine.begin() as connection:
                self._restamp(connection, successor)
            self.store.device = UUID(hex=successor["device"])
            self._sequences = range(0)
        self.store.become(actor_of(person))
        with self.store.engine.begin() as connection:
            write_local(connection, "office", {"server": server, "url": url})
            write_local(connection, "code", short)
            leases.add(connection, granted)

    def _restamp(self, connection: "Connection", successor: Mapping[str, Any]) -> None:
        """Give the ops after the fork their new device, numbers and chain; the ones before become history."""
        device, agreed = UUID(hex=successor["device"]), int(successor["agreed"])
        connection.exec_driver_sql("UPDATE change SET n = NULL, origin = 1 WHERE n <= ?", (agreed,))
        connection.exec_driver_sql("DELETE FROM sync_await")
        connection.exec_driver_sql("DELETE FROM chain_seed")
        connection.exec_driver_sql("DELETE FROM erased")
        seed = new_seed(connection, 1)
        ops, hashed = sending.as_done(connection, agreed), START
        connection.exec_driver_sql("UPDATE change SET n = -n WHERE n > ?", (agreed,))
        for n, op in enumerate(ops, 1):
            sent = (op.tx, op.command, op.kind, op.type, op.record, op.base, op.at, op.actor, op.body)
            entry = Entry(device.hex, n, *sent)
            hashed = entry_hash(hashed, entry, seed)
            connection.exec_driver_sql(
                "UPDATE change SET n = ?, device = ?, hash = ? WHERE n = ?", (n, device.bytes, hashed, -op.n)
            )
        leases.drop(connection)
        for key, value in (
            ("device", device.hex),
            ("key", successor["key"]),
            ("acked", 0),
            ("sent", 0),
            ("schemas", sending.renumbered(connection, agreed)),
            ("head", {"n": len(ops), "hash": hashed.hex()}),
            ("sequence", 1),
            (HEARD, 0),
            (TAKEN, 0),
            (LETTERS, []),
            ("successor", None),
        ):
            write_local(connection, key, value)
        with lifted(connection):
            Arrival(connection, now_ms(self.store.clock())).finish(every=True)


def _comes(verdict: inbox.Verdict) -> int:
    """The version of the row that will come; what the office forgot has come when the laptop is at rest."""
    return {"rejected": 0, "duplicate": FOR_EVER}.get(verdict.kind, verdict.version)


def _nothing(_name: str) -> None:
    """Nobody watches."""


def _advance(driver: Any, stream: str, seq: int, schema: int, mask: str) -> None:
    driver.execute(
        "INSERT INTO sync_cursor (stream, seq, schema, mask) VALUES (?, ?, ?, ?) ON CONFLICT (stream)"
        " DO UPDATE SET seq = excluded.seq, schema = excluded.schema, mask = excluded.mask",
        (stream, seq, schema, mask),
    )
