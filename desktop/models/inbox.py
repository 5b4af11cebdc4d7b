"""The inbox: what the office could not merge or did not accept, both values kept until a person decides."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from sqlalchemy import Connection

from desktop.errors import NotFound, Refused
from desktop.models import decisions, remote_rows
from desktop.models.changes import read_local, write_local
from desktop.models.columns import json_text
from desktop.models.decisions import RECORD_LEVEL as RECORD_LEVEL
from desktop.models.decisions import Loss
from desktop.models.kinds import Kind, Link
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS, Record
from desktop.models.store import Work
from desktop.words import Message, msg

Side = Literal["mine", "theirs", "edit", "split", "both"]
DECIDED: Final = ("mine", "theirs", "edit", "split")
"""The states of an entry that a person decided."""
MADE: Final = "inbox.decisions"
"""Local: [transaction, entry] of the newest decisions, so that an undo finds what it opens again."""
MOST: Final = 500

_COLUMNS: Final = "id, device, n, kind, type, record, field, mine, theirs, code, en, zh, at, state"


class Verdict(Protocol):
    """The office's answer to an op."""

    @property
    def n(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def losses(self) -> Sequence[Loss]: ...
    @property
    def code(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision to be taken; `mine` and `theirs` in wire form."""

    id: UUID
    device: UUID
    n: int
    kind: str
    type: str
    record: UUID
    field: str
    mine: Any
    theirs: Any
    code: str
    en: str
    zh: str
    at: int
    state: str

    @property
    def reason(self) -> Message:
        """Why, in words."""
        return _Reason(self.en, zh=self.zh) if self.en else REASONS.get(self.kind, REASONS["conflict"])


@dataclass(frozen=True, slots=True)
class _Reason(Message):
    """The office's own words in both languages."""

    zh: str = ""

    def in_language(self, language: str) -> str:
        return self.zh if language == "zh" and self.zh else self.text


REASONS: Final = {
    "conflict": msg("Somebody else changed the same field; the office kept the other value."),
    "rejected": msg("The office did not accept this change."),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """An op of this laptop as the log holds it."""

    n: int
    tx: bytes
    kind: str
    type: str
    record: bytes
    body: dict[str, Any]


def keep(connection: Connection, device: bytes, at: int, answers: Iterable[tuple[Sent, Verdict]]) -> int:
    """Write an entry for each value that a person has to decide about; returns how many."""
    rows: list[tuple[Any, ...]] = []
    for op, verdict in answers:
        if verdict.kind == "rejected":
            values = decisions.refused(op.kind, op.type, op.body)
        else:
            values = decisions.lost(op.type, verdict.losses)
        kind = "rejected" if verdict.kind == "rejected" else "conflict"
        rows += [
            (
                decisions.entry_id(device, op.n, field).bytes,
                device,
                op.n,
                kind,
                op.type,
                op.record,
                field,
                json_text(mine),
                json_text(theirs),
                verdict.code,
                verdict.en,
                verdict.zh,
                at,
            )
            for field, mine, theirs in values
        ]
    if not rows:
        return 0
    driver: Any = connection.connection.driver_connection
    for row in rows:
        driver.execute(
            f"INSERT OR IGNORE INTO inbox ({_COLUMNS}) VALUES ({', '.join('?' * 13)},"  # noqa: S608
            " coalesce((SELECT state FROM decision WHERE id = ?), 'open'))",
            (*row[:13], row[0]),
        )
        driver.execute(
            "UPDATE inbox SET state = 'superseded' WHERE state = 'open' AND device = ? AND n < ?"
            " AND record = ? AND field = ? AND field <> '' AND kind = ?",
            (row[1], row[2], row[5], row[6], row[3]),
        )
    return len(rows)


def entries(connection: Connection, *, every: bool = False, record: UUID | None = None) -> list[Entry]:
    """What is to be decided, newest first; with `every` what was decided too."""
    where = ["1" if every else "state = 'open'", *(["record = ?"] if record else [])]
    rows = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM inbox WHERE {' AND '.join(where)} ORDER BY at DESC, n DESC, field",  # noqa: S608
        (record.bytes,) if record else (),
    )
    return [_as_it_is(connection, _entry(row)) for row in rows]


def _as_it_is(connection: Connection, entry: Entry) -> Entry:
    """An entry of another laptop with what the record holds here: what that laptop was told stayed there."""
    about_one = entry.field not in (RECORD_LEVEL, "deleted_at") and entry.code != "deleted"
    here = read_local(connection, "device")
    if not about_one or entry.type not in RECORDS or entry.device.hex == here or entry.theirs is not None:
        return entry
    driver: Any = connection.connection.driver_connection
    row = remote_rows.read(driver, RECORDS[entry.type], [entry.record.bytes]).get(entry.record.bytes, {})
    return replace(entry, theirs=row.get(entry.field))


def count(connection: Connection) -> int:
    """How many entries are open."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM inbox WHERE state = 'open'").scalar_one())


def find(connection: Connection, entry_id: UUID, states: Sequence[str] = ("open",)) -> Entry:
    """One entry in one of these states. Raises NotFound when there is none."""
    row = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM inbox WHERE id = ?",  # noqa: S608
        (entry_id.bytes,),
    ).fetchone()
    if row is None or row[-1] not in states:
        raise NotFound(msg("There is no such open entry in the inbox."))
    return _as_it_is(connection, _entry(row))


def resolve(work: Work, entry_id: UUID, side: Side, value: Any = None) -> Entry:
    """Decide an entry.

    “mine” writes the value again on today's record, “edit” a third `value` (wire form); “theirs” lets it
    rest, and “split” notes that what was mine went into a revision of its own. A `value` that comes with
    another side is what that side writes; “both” of a text that two people wrote over counts as split.
    """
    entry = find(work.connection, entry_id)
    if side == "edit" and entry.field in ("", "deleted_at") and not isinstance(value, dict):
        raise Refused(msg("Only the value of one field is edited; choose mine or theirs."))
    if value is not None or side in ("mine", "edit"):
        _take_mine(work, entry if side == "mine" and value is None else replace(entry, mine=value))
    settle(work, entry_id, "split" if side == "both" else side)
    made = [*read_local(work.connection, MADE, []), [work.tx.hex, entry_id.hex]]
    write_local(work.connection, MADE, made[-MOST:])
    return entry


def supersede(work: Work, entry_id: UUID, by: UUID) -> None:
    """What the office refused is settled: the transaction `by` wrote something else into the same field."""
    settle(work, entry_id, "theirs")
    made = [*read_local(work.connection, MADE, []), [by.hex, entry_id.hex]]
    write_local(work.connection, MADE, made[-MOST:])


def open_again(connection: Connection, *txs: UUID) -> None:
    """What these transactions decided is to be decided again: what they wrote was taken back."""
    made, taken_back = read_local(connection, MADE, []), {tx.hex for tx in txs}
    found = [UUID(entry).bytes for decided, entry in made if decided in taken_back]
    for entry in found:
        connection.exec_driver_sql(
            "UPDATE inbox SET state = 'open' WHERE id = ? AND state IN ('mine', 'theirs', 'edit', 'split')",
            (entry,),
        )
    if found:
        write_local(connection, MADE, [one for one in made if one[0] not in taken_back])


def settle(work: Work, entry_id: UUID, state: str) -> None:
    """Note how an entry stands, here and for this person's other laptops."""
    rows = work.connection.exec_driver_sql(
        "UPDATE inbox SET state = ? WHERE id = ? RETURNING device, n, field", (state, entry_id.bytes)
    )
    for device, n, field in rows.all():
        decisions.tell(work, decisions.entry_id(bytes(device), n, field), state)


def original(connection: Connection, entry: Entry) -> tuple[bool, Any]:
    """Whether it is known what a field held before one's own change, and what, in wire form."""
    row = connection.exec_driver_sql(
        "SELECT kind, body FROM change WHERE n = ? AND device = ?", (entry.n, entry.device.bytes)
    ).fetchone()
    found = pairs(row[0], json.loads(row[1])).get(entry.field) if row else None
    return (True, found[0]) if found else _told(connection, entry)


def _told(connection: Connection, entry: Entry) -> tuple[bool, Any]:
    """The same of a change that was made on another laptop of this person, as the office has filed it."""
    filed = decisions.entry_id(entry.device.bytes, entry.n, entry.field).bytes
    row = connection.exec_driver_sql("SELECT mine FROM decision WHERE id = ?", (filed,)).fetchone()
    mine = json.loads(row[0]) if row and row[0] else None
    return (True, mine["was"]) if isinstance(mine, dict) and "was" in mine else (False, None)


def _take_mine(work: Work, entry: Entry) -> None:
    cls = RECORDS[entry.type]
    record = work.session.get(cls, entry.record)
    if entry.field == RECORD_LEVEL:
        _repeat(work, cls, record, entry)
    elif record is None:
        raise NotFound(msg("This record is no longer on this laptop."))
    elif entry.field == "deleted_at":
        record.deleted_at = work.now if entry.mine else None
    else:
        if entry.code == "deleted":
            record.deleted_at = None
            work.flush()  # the office takes no value of a deleted record: it comes back first
        described = cls.fields()[entry.field]
        value = described.kind.from_wire(entry.mine)
        _check_lead(work, described.kind, value)
        if described.merge == "stage":
            now = described.kind.to_wire(getattr(record, entry.field))
            work.op("transition", record, {"field": entry.field, "from": now, "to": entry.mine})
        setattr(record, entry.field, value)


def _check_lead(work: Work, kind: Kind, value: Any) -> None:
    """Raises NotFound where a link would lead to a part that is not here, such as a refused edition."""
    if value is None or not isinstance(kind, Link) or not kind.to or not RECORDS[kind.to].__root__:
        return
    work.flush()  # it may be made again in the same decision
    part = work.session.get(RECORDS[kind.to], value)
    if part is None or part.deleted_at is not None:
        raise NotFound(msg("What this leads to was refused as well, or is gone. Decide that first."))


def _repeat(work: Work, cls: type[Record], record: Record | None, entry: Entry) -> None:
    """Do again what the office refused about a record as a whole."""
    kind, body = entry.mine["kind"], entry.mine.get("body", {})
    if kind == "sign" and record is None:
        _sign_again(work, cls, entry.record, body)
    elif kind in ("create", "append") and record is None:
        fields = cls.fields()
        values = {name: fields[name].kind.from_wire(value) for name, value in body.items() if name in fields}
        for name, value in values.items():
            _check_lead(work, fields[name].kind, value)
        work.add(cls(id=entry.record, **values))
    elif record is None:
        raise NotFound(msg("This record is no longer on this laptop."))
    elif kind == "delete":
        work.delete(record)
    elif kind == "restore":
        record.deleted_at = None
    else:
        raise NotFound(msg("This can only be done again on the record itself."))


def _sign_again(work: Work, cls: type[Record], record_id: UUID, body: dict[str, Any]) -> None:
    """A signature that the office could not take: it is the same one, under the same content."""
    fields = cls.fields()
    values = {name: fields[name].kind.from_wire(value) for name, value in body["fields"].items()}
    record = work.add(cls(id=record_id, **values))
    work.op("sign", record, {name: value for name, value in body.items() if name != "fields"})


def _entry(row: Any) -> Entry:
    identity, device, n, kind, type_name, record, field, mine, theirs, code, en, zh, at, state = row
    return Entry(
        UUID(bytes=bytes(identity)),
        UUID(bytes=bytes(device)),
        n,
        kind,
        type_name,
        UUID(bytes=bytes(record)),
        field,
        json.loads(mine),
        json.loads(theirs),
        code,
        en,
        zh,
        at,
        state,
    )
