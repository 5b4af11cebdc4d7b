"""What an author has to decide is filed in their own stream, so that it is open on all of their laptops.

The laptop that pushed makes the same entries of the same answers (`desktop/models/decisions.py`), under the
same ids. Of a sensitive field that is what its author may see; whoever may no longer see it is not told
(`masks.cut`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select

from desktop.models import decisions
from desktop.models.columns import moment_text
from desktop.models.record import RECORDS
from desktop.models.records.decisions import OPEN
from sync.protocol.ops import Op
from sync.server.batch import FIRST, OFFICE, Batch, Held
from sync.server.guards import DELETED
from sync.server.judge import Outcome
from sync.server.masks import Mask, without
from sync.server.permission import Rejected, new_row
from sync.server.rows import Row, bare, id_in, id_out, is_id, shape
from sync.server.tables import DEVICE
from sync.server.values import BadValue, check

DECISION: Final = "decision"
LONGEST: Final = 1000
"""Characters of a reason that are filed."""


def file(batch: Batch, decided: Sequence[tuple[Op, Outcome | Rejected]], mask: Mask) -> None:
    """File what the author of these operations has to decide; call it before the batch is flushed.

    What their mask hides from them is not filed.
    """
    rows = [row for op, outcome in decided for row in _entries(batch, op, outcome, mask) if _fits(row)]
    if not rows:
        return
    batch.load((DECISION, row["id"]) for row in rows)
    batch.load((DECISION, known) for known in _open(batch, {row["of_id"] for row in rows}))
    batch.begin()
    for row in rows:
        if batch.get(DECISION, row["id"]) is None:
            batch.add(DECISION, row)
        for held in batch.held(DECISION):
            if _overtakes(row, held.row):
                batch.change(held, "state", "superseded", by=OFFICE)


def became(batch: Batch, decided: Iterable[tuple[Op, Outcome | Rejected]]) -> None:
    """Tell the authors of proposals that were decided by these operations, and who did."""
    batch.begin()
    for op, outcome in decided:
        held = outcome.held if isinstance(outcome, Outcome) and op.type == "proposal" else None
        if held is None or "state" not in held.changed or held.row["state"] == OPEN:
            continue
        for entry in _of_proposal(batch, held):
            batch.change(entry, "outcome", held.row["state"], by=OFFICE)
            batch.change(entry, "by_id", batch.user, by=OFFICE)
            if entry.row["state"] != "superseded":
                batch.change(entry, "state", OPEN, by=OFFICE)


def _of_proposal(batch: Batch, proposal: Held) -> list[Held]:
    """The entries in which the author of a proposal reads of it."""
    found = _table_rows(batch, "proposal_id", [proposal.id])
    batch.load((DECISION, known) for known in found)
    return [one for one in batch.held(DECISION) if one.row["proposal_id"] == proposal.id]


def _table_rows(batch: Batch, link: str, ids: Iterable[str]) -> Mapping[str, Row]:
    return shape(DECISION, batch.conn.dialect.name).read_children(batch.conn, link, sorted(ids))


def _open(batch: Batch, records: set[str]) -> Iterator[str]:
    """The entries of this person about these records that are still to be decided."""
    for known, row in _table_rows(batch, "of_id", records).items():
        if row["owner_id"] == batch.user and row["state"] == OPEN:
            yield known


def _overtakes(row: Row, other: Row) -> bool:
    same = all(row[name] == other[name] for name in ("owner_id", "device", "of_id", "of_field", "kind"))
    return same and bool(row["of_field"]) and other["state"] == OPEN and other["op"] < row["op"]


def _entries(batch: Batch, op: Op, outcome: Outcome | Rejected, mask: Mask) -> Iterator[Row]:
    """The entries that one answer makes."""
    hidden = mask.of(op.type)
    if op.kind == "void" or op.type not in RECORDS or not is_id(op.record):
        return
    if isinstance(outcome, Rejected):
        try:
            asked = decisions.refused(op.kind, op.type, op.body)
        except (AttributeError, KeyError, TypeError, ValueError):  # nonsense stays with who sent it
            return
        held, kind, code = None, "rejected", outcome.code
        said = (outcome.message.in_language("en"), outcome.message.in_language("zh"))
    else:
        asked = decisions.lost(op.type, outcome.losses)
        held, kind, code = outcome.held, "conflict", "deleted" if outcome.deleted else ""
        said = ("", "")
    for field, mine, _ in asked:
        if field in hidden:
            continue
        yield new_row(
            DECISION,
            {
                "device": batch.device,
                "op": op.n,
                "kind": kind,
                "of": op.type,
                "of_id": op.record,
                "of_field": field,
                "mine": {"value": without(mine, hidden), **_was(op, field)},
                "code": code,
                "en": said[0][:LONGEST],
                "zh": said[1][:LONGEST],
                "made_at": moment_text(datetime.fromtimestamp(batch.now / 1000, UTC)),
                "by_id": _author(batch, held, DELETED if code == "deleted" else field),
                "proposal_id": outcome.proposal or None if isinstance(outcome, Rejected) else None,
                "outcome": "",
                "state": OPEN,
                "owner_id": batch.user,
            },
            decisions.entry_id(bytes.fromhex(batch.device), op.n, field).hex,
        )


def _was(op: Op, field: str) -> dict[str, Any]:
    """What the author saw before they changed a field, for their other laptops."""
    pair = op.body.get(field) if op.kind in ("set", "assign") else None
    return {"was": pair[0]} if isinstance(pair, list) and len(pair) == 2 else {}


def _fits(row: Row) -> bool:
    """Whether it can be kept and handed out like any record."""
    try:
        for name in RECORDS[DECISION].fields():
            check(DECISION, name, row[name])
    except BadValue:
        return False
    return True


def _author(batch: Batch, held: Held | None, field: str) -> str | None:
    """Who made the value that stayed; nobody where more than one may have."""
    if held is None:
        return None
    since = held.fields.get(field, FIRST)
    after = {
        device: version
        for device, version in held.devices.items()
        if device not in (batch.device, OFFICE) and version >= since
    }
    exact = [device for device, version in after.items() if version == since]
    made = exact or list(after)
    if len(made) != 1:
        return None
    devices = bare(DEVICE)
    dialect = batch.conn.dialect.name
    user = batch.conn.execute(
        select(devices.c.user).where(devices.c.id == id_in(dialect)(made[0]))
    ).scalar_one_or_none()
    return id_out(dialect)(user) if user is not None else None
