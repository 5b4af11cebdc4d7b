"""What is only lent to somebody is changed as far as it was lent; the office refuses the same."""

from datetime import datetime

from sqlalchemy import Connection

from desktop.errors import NotAllowed
from desktop.models import lending
from desktop.models.record import RECORDS, Record
from desktop.models.store import Actor, Work
from desktop.rules.sharing import EDIT
from desktop.words import Message, msg

READ_ONLY = msg("This record is shared with you to read, not to change.")
NOT_WHOLE = msg("This record is shared with you: it is neither deleted nor given away by you.")


def lent(connection: Connection, record: Record, actor: Actor, moment: datetime) -> Message | None:
    """Why this record is not changed by this person: it is lent to them to read only. None: it may be."""
    if not lending.any_lent(connection):
        return None
    how = lending.access(connection, record, actor.id, actor.team_id, moment)
    return READ_ONLY if how and (how != EDIT or record.__tablename__ == "share") else None


def borrowed(connection: Connection, record: Record, actor: Actor, moment: datetime) -> Message | None:
    """Why this record is neither deleted, shared nor given away by this person: it is only lent to them."""
    if not lending.any_lent(connection):
        return None
    return NOT_WHOLE if lending.access(connection, record, actor.id, actor.team_id, moment) else None


def refuse_lent(work: Work) -> None:
    """Raises NotAllowed where this work changed what its author has to read only, or whose it is."""
    if not lending.any_lent(work.connection):
        return
    for record_type, record_id in sorted(work.changed):
        record = work.session.get(RECORDS[record_type], record_id)
        if record is None:
            continue
        how = lending.access(work.connection, record, work.actor.id, work.actor.team_id, work.now, work.tx)
        if how and (how != EDIT or record_type == "share"):
            raise NotAllowed(READ_ONLY)
        if how and _beyond(work, record):
            raise NotAllowed(NOT_WHOLE)


def _beyond(work: Work, record: Record) -> bool:
    """Whether this work gave the record away, or deleted it or brought it back as a whole."""
    kind = record.__tablename__
    if record.version and not work.written.isdisjoint({f"{kind}.owner_id", f"{kind}.team_id"}):
        return True
    whole = work.connection.exec_driver_sql(
        "SELECT 1 FROM change WHERE record = ? AND tx = ? AND kind IN ('delete', 'restore') LIMIT 1",
        (record.id.bytes, work.tx.bytes),
    )
    return not (record.__root__ or kind == "attachment") and whole.first() is not None
