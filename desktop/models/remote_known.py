"""What a sync decides from, as it stands after the last commit: asked twice in every sync, in few statements.

Each of them is prepared anew (`engines.STATEMENTS`), which costs more than what it reads.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.models import erasing, leases, repairs, roots, sending
from desktop.models.changes import now_ms, read_locals
from desktop.models.engines import told_plainly
from desktop.models.fuse import NOT_HELD
from desktop.models.remote_values import Identity, Known
from desktop.rules.chain import START

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.models.store import Store

_IDENTITY: Final = ("office", "me", "device", "key", "code")
_FACTS: Final = (*_IDENTITY, "head", "acked", "successor", erasing.UNTIDY, repairs.CHECKED)
_STATE: Final = (
    f"SELECT EXISTS (SELECT 1 FROM sync_await WHERE {NOT_HELD}), EXISTS (SELECT 1 FROM search_due),"  # noqa: S608
    f" (SELECT count(*) FROM sync_held), ({roots.NEWEST})"
)


def known(store: "Store", ops: int, size: int, also: Collection[str] = ()) -> Known:
    """The situation, with at most so many ops and bytes of the outbox (0 ops: none of it).

    `also` are further local values that the asker wants to know.
    """
    with told_plainly(), store.reader.connect() as connection, connection.begin():
        driver: Any = connection.connection.driver_connection
        facts = read_locals(connection, (*_FACTS, *also))
        last, acked = int(facts.get("head", {"n": 0})["n"]), int(facts.get("acked", 0))
        awaiting, unindexed, held, root = driver.execute(_STATE).fetchone()
        cursors = sorted(driver.execute("SELECT stream, seq, schema, mask FROM sync_cursor").fetchall())
        successor = facts.get("successor")
        return Known(
            identity=_identity(facts),
            last=last,
            head=bytes.fromhex(facts["head"]["hash"]) if "head" in facts else START,
            acked=acked,
            cursors=tuple(cursors),
            marks=tuple(driver.execute('SELECT stream, at, "after" FROM sync_mark').fetchall()),
            wants=tuple(leases.wanted(connection)),
            outbox=sending.waiting(connection, acked, ops, size) if ops and acked < last else None,
            successor=(successor["device"], bytes.fromhex(successor["key"])) if successor else None,
            awaiting=bool(awaiting),
            unindexed=bool(unindexed),
            untidy=bool(facts.get(erasing.UNTIDY)),
            held=held,
            root=root or 0,
            due=repairs.due(facts, [cursor[0] for cursor in cursors], now_ms(store.clock())),
            also={key: facts[key] for key in also if key in facts},
        )


def identity(connection: "Connection") -> Identity:
    """Who this laptop is."""
    with told_plainly():
        return _identity(read_locals(connection, _IDENTITY))


def _identity(facts: Mapping[str, Any]) -> Identity:
    office, me = facts.get("office") or {}, facts.get("me") or {}
    return Identity(
        device=UUID(hex=facts["device"]),
        key=bytes.fromhex(facts["key"]),
        server=office.get("server", ""),
        url=office.get("url", ""),
        user=me.get("id", ""),
        short=facts.get("code") or "",
    )
