"""The watcher: remembers every value anybody typed and saw, and says when a promise of SYNC is broken."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from desktop.errors import NotAllowed, Offline, SatchelError, ServerTooNew
from desktop.models.overlay import CREATING, pairs
from desktop.models.record import RECORDS
from desktop.models.store import Work
from desktop.rules.canonical import content_hash
from sync.engine.asking import NONSENSE
from sync.server.tables import VERDICT
from tests.sync.simulator import points
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.rows import Key, Row, Rows, asked
from tests.sync.simulator.world import World

TYPES = (
    *("customer", "contact", "opportunity", "quote", "quote_revision", "quote_line", "signature"),
    *("attachment", "product", "decision", points.TYPE),
)
FROZEN = ("snapshot", "content_hash", "issued_at")
UNSENT = """SELECT n, kind, type, record, body FROM change WHERE origin = 0
 AND n > coalesce((SELECT CAST(value AS INTEGER) FROM local WHERE key = 'acked'), 0) ORDER BY n"""
"""What a laptop has no answer to."""


class Violation(Exception):
    """A promise is broken."""


@dataclass(slots=True)
class Edit:
    """One value that somebody typed; `order` is its place among everything that happened."""

    device: str
    n: int
    type: str
    record: str
    field: str
    old: Any
    new: Any
    order: int
    at: float
    device_id: str
    tx: UUID
    lost: bool = False
    """Gone with a disk, before it was sent."""

    @property
    def place(self) -> tuple[str, str]:
        """The field of the record."""
        return self.record, self.field


@dataclass(slots=True)
class Typed:
    """What one command changes, known once it is durable."""

    watch: "Watch"
    device: Device
    edits: list[Edit] = field(default_factory=list)

    def gather(self, work: Work) -> None:
        """Read the command's ops out of the log."""
        self.read(work.connection, work.tx)

    def read(self, connection: Connection, tx: UUID) -> None:
        """The ops of a transaction."""
        rows = connection.exec_driver_sql(
            "SELECT n, kind, type, record, body FROM change WHERE tx = ? ORDER BY n", (tx.bytes,)
        ).all()
        place = (self.watch.world.now, self.device.store.device.hex, tx)
        for n, kind, type_name, record, body in rows:
            values = self.watch.stood(self.device, record.hex(), pairs(kind, json.loads(body)))
            if kind in ("delete", "restore"):
                values = {"deleted_at": (kind == "restore", kind == "delete")}
            for name, (old, new) in values.items():
                edit = Edit(self.device.name, n, type_name, record.hex(), name, old, new, 0, *place)
                self.edits.append(edit)

    def durable(self) -> None:
        """It is on the disk: from here on it may not be lost."""
        for edit in self.edits:
            edit.order = self.watch.tick()
            edit.lost = self.device.revoked
            self.watch.edits.append(edit)
            self.watch.by_place[edit.place].append(edit)
        self.watch.local(self.device)


class Watch:
    """See the module."""

    def __init__(self) -> None:
        self.world: World
        self.edits: list[Edit] = []
        self.by_place: dict[tuple[str, str], list[Edit]] = defaultdict(list)
        self.people: list[tuple[UUID, UUID | None]] = []
        self._order = 0
        self._typed = 0
        self._first: dict[str, dict[Key, Row]] = {}
        """What laptops showed before anything happened."""
        self._shown: dict[str, dict[Key, Row]] = {}
        self._looked: dict[str, dict[Key, Row]] = defaultdict(dict)
        self.rows: dict[str, Rows] = defaultdict(Rows)
        """What was read last, by the laptop's name; the office's under none."""
        self._seen: dict[tuple[str, str, str, str], int] = {}
        self._cursors: dict[str, dict[str, tuple[int, list[Any]]]] = defaultdict(dict)
        self._office: dict[Key, Row] = {}
        self._into: dict[tuple[str, str, str], int] = defaultdict(int)
        self._frozen: dict[str, Any] = {}
        self._decayed: dict[tuple[str, str, str], tuple[Any, Any]] = {}
        self.entries: dict[str, int] = {}
        """Entries of ledgers that were there before."""
        self.problems: dict[str, tuple[dict[Key, Row], dict[Key, Row], list[str]]] = {}
        """What was found last between the rows of a laptop and those of the office; the rows are these."""

    def begin(self, world: World) -> None:
        """The world stands; nothing has happened."""
        self.world = world
        self.people = world.people()
        for device in world.devices:
            recalled = self.rows[device.name].recalled(TYPES)
            self._shown[device.name] = self.shown(device) if recalled is None else recalled
        recalled = self.rows[""].recalled(TYPES)
        self._office = self.office_rows() if recalled is None else recalled

    def recall(self, memory: Mapping[str, Rows]) -> None:
        """What databases hold that were read before."""
        for name, rows in memory.items():
            self.rows[name] = rows.copy()

    def remember(self, memory: dict[str, Rows]) -> None:
        """Keep what was read for the next who begins here; what is shown counts as seen."""
        for name, rows in self.rows.items():
            memory.setdefault(name, rows.copy())
        for name, rows_shown in self._shown.items():
            self._looked[name] = self._first[name] = rows_shown
        for (kind, record), row in self._office.items():
            if kind == "quote_revision" and row["content_hash"]:
                self._frozen[record] = row["content_hash"]
            if kind == points.TYPE:
                self.entries[record] = row["points"]

    def joined(self, device: Device) -> None:
        """There is a copy of a laptop: what was seen there was seen by whoever goes on with it."""
        for (name, *place), order in list(self._seen.items()):
            if name in device.kin:
                self._seen.setdefault((device.name, place[0], place[1], place[2]), order)
        for name in device.kin:
            self._first.setdefault(device.name, self._first.get(name, {}))
        self._look(device)

    def saw(self, device: str, edit: Edit, before: int) -> bool:
        """Whether what was typed was shown on a laptop before that place in the order of everything."""
        return self._saw(device, edit.record, edit.field, edit.new, before)

    def _saw(self, device: str, record: str, name: str, value: Any, before: int) -> bool:
        """Whether a laptop showed a value in a field before that place."""
        seen = self._seen.get((device, record, name, str(value)))
        if seen is not None and seen <= before:
            return True
        first = self._first.get(device, {})
        return any(key[1] == record and str(row.get(name)) == str(value) for key, row in first.items())

    def tick(self) -> int:
        """The next place in the order of everything."""
        self._order += 1
        return self._order

    def token(self) -> str:
        """A text that nobody typed before."""
        self._typed += 1
        return f"{self.world.signature}{self._typed}"

    def number(self) -> str:
        """A number that nobody typed before."""
        self._typed += 1
        return str(self.world.numbers + self._typed)

    # --- what happens

    @contextmanager
    def typing(self, device: Device) -> Iterator[Typed]:
        """Somebody types at a laptop."""
        yield Typed(self, device)

    def changed(self, device: Device, remote: bool) -> None:
        """A laptop's store changed; for commands `Typed.durable` looks, once it knows what was typed."""
        if remote:
            before = self._shown[device.name]
            after = self._look(device)
            self._own_values_stay(device, before, after)

    def local(self, device: Device) -> None:
        """A command is durable."""
        self._look(device)

    def decayed(self, device: Device, record: str, name: str, stood: Any, stands: Any) -> None:
        """A value on a laptop's disk is not what it was, and nobody typed it."""
        self._decayed[device.name, record, name] = stood, stands

    def stood(
        self, device: Device, record: str, values: Mapping[str, tuple[Any, Any]]
    ) -> dict[str, tuple[Any, Any]]:
        """Old and new values; who types over what has decayed, typed what stood there before."""
        found = dict(values)
        for name, (old, new) in values.items():
            stood, stands = self._decayed.get((device.name, record, name), (old, old))
            found[name] = (stood if old == stands else old, new)
        return found

    def restored(self, device: Device) -> None:
        """A laptop went back to its backup: what was typed since and not sent is gone with the old disk."""
        known = {
            (row, name): values
            for (_, row), fields in self._office.items()
            for name, values in fields.items()
        }
        for edit in self.edits:
            since = edit.device == device.name and edit.at >= (device.backup_at or 0)
            if since and not _holds(known.get(edit.place), edit):
                edit.lost = True
        self._cursors[device.name] = {}
        self._look(device)

    def lost_power(self, device: Device) -> None:
        """What had come down may be gone, and its cursors with it; what was typed is not."""
        self._cursors[device.name] = {}

    def taken_back(self, device: Device, tx: UUID) -> None:
        """A command was taken back before it left, perhaps under another identity than it was typed under."""
        for edit in self.edits:
            if (edit.device, edit.tx) == (device.name, tx):
                edit.lost = True
        self._look(device)

    def shut_out(self, device: Device) -> None:
        """The office answers this laptop no more; what it has no answer to is lost with it.

        A copy has numbers of its own up to where the office's answers to the other one reach.
        """
        author, acked = device.store.device.hex, device.store.acked
        for edit in self.edits:
            if (edit.device, edit.device_id) == (device.name, author) and edit.n > acked:
                edit.lost = True

    def let_in(self, device: Device) -> None:
        """A laptop that was shut out got an answer."""
        raise Violation(f"{device.name}: was shut out and is answered")

    def failed(self, device: Device, error: SatchelError) -> None:
        """A sync ended with an error: only the network may be the reason, or that it must."""
        if (device.revoked and isinstance(error, NotAllowed)) or (
            device.old and isinstance(error, ServerTooNew)
        ):
            return
        if not isinstance(error, Offline) or error.message == NONSENSE:
            raise Violation(f"{device.name}: the sync failed: {error!r} {error.message.values}")

    def office_took(self, device: str) -> None:
        """The office answered a sync: what it holds now must follow from what was typed."""
        before, self._office = self._office, self.office_rows()
        order = self.tick()
        for key, row in self._office.items():
            old = before.get(key)
            if row is not old and row != old:
                self._row_changed(device, key, old or {}, row, order)

    def _kin(self, name: str) -> frozenset[str]:
        """A laptop and those that it is a copy of."""
        [device] = [one for one in self.world.devices if one.name == name]
        return device.kin | {name}

    def _row_changed(self, device: str, key: Key, old: Row, new: Row, order: int) -> None:
        described = RECORDS[key[0]].fields()
        if self._is_frozen(key, new):
            return
        for name in described:
            if old.get(name) == new.get(name):
                continue
            merge, before, after = described[name].merge, old.get(name), new.get(name)
            if merge in ("set", "text"):
                self._elements_changed(device, key[1], name, before, after)
            elif merge in ("critical", "soft"):
                self._value_changed(device, key[1], name, before, after, merge)
        if new["deleted_at"] and old and not old["deleted_at"]:
            self._deleted(device, key, old)

    def _is_frozen(self, key: Key, row: Row) -> bool:
        """Part of what a customer holds: its content follows from the snapshot, and never changes again."""
        if key[0] not in ("quote_revision", "quote_line", "signature"):
            return False
        edition = (
            row if key[0] == "quote_revision" else self._office.get(("quote_revision", row["revision_id"]))
        )
        if edition is None or not edition["content_hash"]:
            return False
        sealed = (edition["content_hash"], content_hash(edition["snapshot"]))
        if len({*sealed, self._frozen.setdefault(edition["id"], sealed[0])}) != 1 or edition["deleted_at"]:
            raise Violation(f"what was issued as {edition['id']} is not what it was")
        return True

    def _value_changed(
        self, device: str, record: str, name: str, before: Any, after: Any, merge: str
    ) -> None:
        edits = self.by_place.get((record, name), ())
        typed = [edit for edit in edits if edit.new == after]
        self._into[record, name, str(after)] += 1
        if typed and self._into[record, name, str(after)] > len(typed):
            raise Violation(f"{device}: {name}={after!r} of {record} took effect twice")
        mine = [edit for edit in typed if edit.device == device]
        overwrote = merge == "critical" and mine and any(edit.new == before for edit in edits)
        if overwrote and not self._saw(device, record, name, before, mine[-1].order):
            raise Violation(f"{device}: {name}={after!r} overwrote {before!r} of {record} unseen")

    def _elements_changed(self, device: str, record: str, name: str, before: Any, after: Any) -> None:
        had, has = elements(before), elements(after)
        edits = self.by_place.get((record, name), ())
        for element in has - had:
            typed = [edit for edit in edits if element in elements(edit.new) - elements(edit.old)]
            self._into[record, name, element] += 1
            if typed and self._into[record, name, element] > len(typed):
                raise Violation(f"{device}: {element!r} came into {name} of {record} twice")
        for element in had - has:
            took = [
                edit
                for edit in edits
                if edit.device in self._kin(device) and element in elements(edit.old) - elements(edit.new)
            ]
            if not took:
                raise Violation(f"{device}: {element!r} left {name} of {record}, and nobody took it out")

    def _deleted(self, device: str, key: Key, old: Row) -> None:
        """Who deletes has seen what is deleted."""
        by = [edit for edit in self.by_place.get((key[1], "deleted_at"), ()) if edit.device == device]
        if not by:
            return
        for name, described in RECORDS[key[0]].fields().items():
            value = old.get(name)
            typed = any(edit.new == value for edit in self.by_place.get((key[1], name), ()))
            looked = self._saw(device, key[1], name, value, by[-1].order)
            if described.merge == "critical" and typed and not looked:
                raise Violation(f"{device}: deleted {key} with {name}={value!r} unseen")

    # --- what a laptop shows

    def _look(self, device: Device) -> dict[Key, Row]:
        now = self.shown(device)
        order = self.tick()
        before = self._looked[device.name]
        if now is before:  # nobody wrote since it was looked at
            return now
        for key, row in now.items():
            if before.get(key) is not row:
                for name, value in row.items():
                    self._seen.setdefault((device.name, key[1], name, str(value)), order)
        self._shown[device.name] = self._looked[device.name] = now
        self._unsent_is_shown(device, now)
        self.cursors_grow(device)
        return now

    def shown(self, device: Device) -> dict[Key, Row]:
        """Every record that a laptop holds, deleted ones too."""
        return self.rows[device.name].laptop(device.engine, TYPES)

    def _unsent_is_shown(self, device: Device, now: Mapping[Key, Row]) -> None:
        """What was typed and not answered is on the screen, once and as it was typed."""
        ops = asked(device.engine, UNSENT)
        if not ops:
            return
        refused = {
            row[0].hex() for row in asked(device.engine, "SELECT record FROM inbox WHERE kind = 'rejected'")
        }
        wanted: dict[tuple[Key, str], Any] = {}
        for _, kind, type_name, record, body in ops:
            key = (type_name, record.hex())
            if kind in ("delete", "restore"):
                wanted[key, "deleted_at"] = kind == "delete"
            if kind in CREATING and key in now and now[key]["version"]:
                continue  # the office has it already: the answer was lost, or with a backup what was sent
            for name, (old, new) in pairs(kind, json.loads(body)).items():
                wanted[key, name] = (old, new)
        for (key, name), value in wanted.items():
            self._is_shown(device, now.get(key), key, name, value, refused)

    def _is_shown(
        self, device: Device, row: Row | None, key: Key, name: str, value: Any, refused: set[str]
    ) -> None:
        if row is None:
            if key[1] not in refused:
                raise Violation(f"{device.name}: {key} has unsent changes and is gone")
            return
        if name == "deleted_at":
            if bool(row[name]) != value:
                raise Violation(f"{device.name}: unsent deletion of {key} is not shown")
            return
        merge = RECORDS[key[0]].fields()[name].merge
        old, new = value
        if merge == "set":
            if not elements(new) - elements(old) <= elements(row[name]):
                raise Violation(f"{device.name}: unsent {name} of {key} is not shown")
        elif merge not in ("derived", "server") and row[name] != new:
            raise Violation(f"{device.name}: unsent {name}={new!r} of {key} shows as {row[name]!r}")

    def _own_values_stay(self, device: Device, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> None:
        """What was typed here leaves the screen only for a newer row of the office, or into the inbox."""
        kept = {(row[0].hex(), row[1]) for row in asked(device.engine, "SELECT record, field FROM inbox")}
        for key, row in before.items():
            now = after.get(key)
            if now is None or now is row or now["version"] > row["version"]:
                continue
            for name, described in RECORDS[key[0]].fields().items():
                if described.merge in ("derived", "server", "set", "decision") or row[name] == now[name]:
                    continue
                if key[0] == "quote_revision" and name in FROZEN:
                    continue  # two papers: one stands beside the other, as is looked for at rest
                mine = [edit for edit in self.by_place.get((key[1], name), ()) if edit.device == device.name]
                if not mine or mine[-1].new != row[name] or {(key[1], name), (key[1], "")} & kept:
                    continue
                if not self._has_arrived(mine[-1], now["version"]):
                    raise Violation(f"{device.name}: own {name}={row[name]!r} of {key} left the screen")

    def _has_arrived(self, edit: Edit, version: int) -> bool:
        """Whether a row of this version contains what the office made of an edit."""
        with self.world.office.server.store.read() as connection:
            row = connection.execute(
                select(VERDICT.c.verdict).where(
                    VERDICT.c.device == UUID(hex=edit.device_id), VERDICT.c.n == edit.n
                )
            ).first()
        if row is None or edit.lost:
            return edit.lost
        return not row[0] or json.loads(row[0])[2] <= version

    def cursors_grow(self, device: Device) -> None:
        """A cursor goes back only where the rows are read anew, under another mask or schema.

        Looked at before each question too: a mask may come and go without a row that is shown.
        """
        known = self._cursors[device.name]
        rows = asked(device.engine, "SELECT stream, seq, schema, mask FROM sync_cursor")
        for stream, seq, *form in rows:
            before, of = known.get(stream, (0, form))
            if seq < before and of == form:
                raise Violation(f"{device.name}: the cursor of {stream} went back to {seq}")
        self._cursors[device.name] = {stream: (seq, form) for stream, seq, *form in rows}

    # --- what the office holds

    def office_rows(self) -> dict[Key, Row]:
        """Every record of the office."""
        return self.rows[""].office(self.world.office.server.store, self.world.office.engine, TYPES)


def elements(value: Any) -> set[str]:
    """The tags of a set, or the lines of a text."""
    return set(value.split("\n") if isinstance(value, str) else value or ()) - {""}


def _holds(value: Any, edit: Edit) -> bool:
    """Whether a field of the office shows that an edit has arrived."""
    added = elements(edit.new) - elements(edit.old) if isinstance(edit.new, list) else set()
    return value == edit.new or bool(added & elements(value) if isinstance(value, list) else False)
