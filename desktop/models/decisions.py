"""The inbox on all laptops of one person: which entries an answer makes, and what arrives of them.

The office files each entry as a `decision`, under an id that follows from the operation: it is the same one
that the author's own laptop has made of that answer.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection

from desktop.models.changes import now_ms, read_local, write_local
from desktop.models.columns import json_text
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS
from desktop.models.records.decisions import OPEN, Decision

if TYPE_CHECKING:
    from desktop.models.store import Store, Work

RECORD_LEVEL: Final = ""
"""The field of an entry that is about the record as a whole."""
OWED: Final = "inbox.owed"
"""Local: decisions that were taken before the office's entry was here: [entry, state]."""
MOST: Final = 500

Asked = tuple[str, Any, Any]
"""What is to be decided: field, mine, theirs."""


class Loss(Protocol):
    """A value that was sent and is not what the record holds."""

    @property
    def field(self) -> str: ...
    @property
    def mine(self) -> Any: ...
    @property
    def theirs(self) -> Any: ...
    @property
    def ask(self) -> bool: ...


def entry_id(device: bytes, n: int, field: str) -> UUID:
    """The id of an entry, the same at the office and on each laptop (a UUIDv8, RFC 9562)."""
    digest = hashlib.sha256(b"satchel decision\n" + device + f"\n{n}\n{field}".encode()).digest()
    value = int.from_bytes(digest[:16])
    value = value & ~(0xF << 76) | 0x8 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def refused(kind: str, record_type: str, body: Mapping[str, Any]) -> list[Asked]:
    """What a person has to decide of an op that changed nothing: by field, or the record as a whole."""
    if _is_private(record_type):
        return []
    if kind in ("set", "assign", "transition"):
        found = pairs(kind, body)
        return [
            (name, new, old) for name, (old, new) in found.items() if _leader(record_type, name) not in found
        ]
    return [(RECORD_LEVEL, {"kind": kind, **({"body": dict(body)} if body else {})}, None)]


def lost(record_type: str, losses: Iterable[Loss]) -> list[Asked]:
    """What a person has to decide of an op of which the office kept something else."""
    if _is_private(record_type):
        return []
    asked = {loss.field: loss for loss in losses if loss.ask}
    return [
        (name, loss.mine, loss.theirs)
        for name, loss in asked.items()
        if _leader(record_type, name) not in asked
    ]


def _is_private(record_type: str) -> bool:
    return record_type in RECORDS and RECORDS[record_type].__private__


def _leader(record_type: str, name: str) -> str:
    """The field that this one goes with; itself is never one of those that are asked about."""
    fields = RECORDS[record_type].fields() if record_type in RECORDS else {}
    return (fields[name].follows if name in fields else "") or "-"


# --- what arrives


def follow(connection: Connection, changed: Iterable[tuple[str, UUID]]) -> None:
    """Take into the inbox what arrived of its entries: new ones, and how others were decided elsewhere."""
    ids = [record.bytes for kind, record in changed if kind == Decision.__tablename__]
    owed = dict(read_local(connection, OWED, [])) if ids else {}
    driver: Any = connection.connection.driver_connection
    for identity in ids:
        row = driver.execute(_ARRIVED, (identity,)).fetchone()
        if row is None or row[0] is None or row[4] is None or identity.hex() in owed:
            continue
        device, state = bytes.fromhex(row[0]), row[-1]
        key = (row[4], device, row[1], row[5])
        known = driver.execute(_KNOWN, key).fetchone()
        if known is None:
            mine = json_text((json.loads(row[6]) or {}).get("value")) if row[6] else "null"
            code, en, zh = (text or "" for text in row[7:10])
            driver.execute(
                _INSERT,
                (
                    identity,
                    device,
                    *row[1:5],
                    row[5] or "",
                    mine,
                    code,
                    en,
                    zh,
                    _milliseconds(row[10]),
                    state,
                ),
            )
        elif known[1] != state:
            driver.execute("UPDATE inbox SET state = ? WHERE id = ?", (state, known[0]))


def _milliseconds(text: str | None) -> int:
    return now_ms(datetime.fromisoformat(text)) if text else 0


_ARRIVED: Final = (
    "SELECT device, op, kind, of, of_id, of_field, mine, code, en, zh,"
    " made_at, state FROM decision WHERE id = ? AND deleted_at IS NULL"
)
_KNOWN: Final = "SELECT id, state FROM inbox WHERE record = ? AND device = ? AND n = ? AND field = ?"
_INSERT: Final = (
    "INSERT OR IGNORE INTO inbox (id, device, n, kind, type, record, field, mine, theirs, code, en, zh, at,"
    " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'null', ?, ?, ?, ?, ?)"
)


def states(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """How entries stand that arrived here before."""
    found: dict[UUID, str] = {}
    for one in ids:
        row = connection.exec_driver_sql(
            "SELECT state FROM decision WHERE id = ? AND deleted_at IS NULL", (one.bytes,)
        ).fetchone()
        if row is not None:
            found[one] = row[0]
    return found


# --- what is decided here


def tell(work: "Work", entry: UUID, state: str) -> None:
    """Have this person's other laptops know how an entry stands now."""
    record = work.session.get(Decision, entry)
    if record is not None and record.version and record.deleted_at is None:
        if record.state != state:
            record.state = state
        return
    owed = [one for one in read_local(work.connection, OWED, []) if one[0] != entry.hex]
    if state != OPEN:
        owed.append([entry.hex, state])
    write_local(work.connection, OWED, owed[-MOST:])


def pay(store: "Store") -> int:
    """Tell of the decisions that were taken before the office's entry was here; returns how many."""
    owed = [(UUID(one), state) for one, state in store.local(OWED) or []]
    if not owed:
        return 0
    with store.reader.connect() as connection:
        here = states(connection, [one for one, _ in owed])
    due = [(one, state) for one, state in owed if one in here]
    if due:
        with store.work(store.me(), "inbox.resolve") as work:
            left = [one for one in read_local(work.connection, OWED, []) if UUID(one[0]) not in here]
            write_local(work.connection, OWED, left)
            for one, state in due:
                tell(work, one, state)
    return len(due)
