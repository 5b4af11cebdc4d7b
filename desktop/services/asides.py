"""What was typed over a newer value, or into what is gone, and not saved: kept until it is used or let go.

It is put aside before the three values are shown, so a crash while somebody chooses costs no word.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from desktop.errors import NotFound
from desktop.models import inbox
from desktop.models.leaving import ASIDE
from desktop.models.record import RECORDS, Record, new_id
from desktop.models.store import Actor, Store
from desktop.services import commands
from desktop.services.clashes import Clashed
from desktop.services.commands import COMMANDS, Outcome
from desktop.words import msg

MOST: Final = 10_000
"""The oldest ones go when there are more: as many as an import may bring."""
GONE: Final = msg("{why} What you typed waits in the outbox.")
_WHERE: Final = ("line_id", "kind")
"""The arguments besides the value that say what a command is about."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One value that was typed and not saved, and the command that would save it."""

    id: UUID
    type: str
    record: UUID
    field: str
    mine: Any
    at: datetime
    command: str
    target: UUID
    where: Mapping[str, Any]


def run(
    store: Store,
    actor: Actor,
    name: str,
    target: UUID | None = None,
    /,
    *,
    seen: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Outcome:
    """`commands.run` that keeps what clashes, and lets go of what was kept once it is saved.

    What was typed over `seen` values of something that is gone by now is kept as well. What the office had
    refused of the same fields is settled by what is saved now, in the same undo step.
    """
    refused = _refused(store, name, target, arguments)
    batch = new_id() if refused else None
    try:
        outcome = commands.run(store, actor, name, target, batch=batch, seen=seen, **arguments)
    except Clashed as clashed:
        if target is not None:
            typed = {clash.field: clash.mine for clash in clashed.clashes}
            _add(store, _made(store, (clashed.type, clashed.record), typed, name, target, arguments))
        raise
    except NotFound as gone:
        cls = COMMANDS[name].on
        if target is None or cls is None or not seen:
            raise
        _add(store, _made(store, *_meant(cls, target, arguments), name, target, arguments))
        raise NotFound(GONE.of(why=gone.message)) from gone
    _drop(store, name, target, arguments)
    if refused:
        with store.work(actor, "inbox.resolve", batch=batch) as work:
            for entry in refused:
                inbox.supersede(work, entry, outcome.tx)
    return outcome


def _refused(store: Store, name: str, target: UUID | None, arguments: Mapping[str, Any]) -> list[UUID]:
    """The open entries of the inbox about what the office refused of the fields that are written now."""
    cls = COMMANDS[name].on
    if target is None or cls is None or not ("values" in arguments or name == "quote.discount"):
        return []
    (kind, record), typed = _meant(cls, target, arguments)
    with store.reader.connect() as connection:
        found = inbox.entries(connection, record=record)
    return [one.id for one in found if one.kind == "rejected" and one.type == kind and one.field in typed]


def keep(store: Store, clashed: Iterable[Clashed], name: str) -> None:
    """What clashed when one command was run on many records."""
    made: list[dict[str, Any]] = []
    for one in clashed:
        typed = {clash.field: clash.mine for clash in one.clashes}
        made += _made(store, (one.type, one.record), typed, name, one.record, {})
    if made:
        _add(store, made)


def settle(store: Store, records: Iterable[UUID], name: str, field: str) -> None:
    """What was kept of these records is saved by now."""
    done = {record.hex for record in records}
    _keep_if(store, lambda one: (one["command"], one["field"]) != (name, field) or one["target"] not in done)


def find(store: Store) -> list[Aside]:
    """What is kept, oldest first."""
    return [_read(one) for one in _stored(store) if one["field"] in _fields(one["type"])]


def use(store: Store, one: Aside) -> None:
    """Save it after all, over whatever is there now. Raises Refused, NotFound."""
    value: dict[str, Any] = {"value": one.mine}
    if one.command != "quote.discount":
        value = {"values": {one.field: one.mine}}
    commands.run(store, store.me(), one.command, one.target, **one.where, **value)
    let_go(store, one.id)


def let_go(store: Store, wanted: UUID) -> None:
    """Forget one of them."""
    _keep_if(store, lambda one: one["id"] != wanted.hex)


def _meant(
    cls: type[Record], target: UUID, arguments: Mapping[str, Any]
) -> tuple[tuple[str, UUID], Mapping[str, Any]]:
    """What a command was to write into (type and id), and the values typed for it."""
    line = arguments.get("line_id")
    if "values" not in arguments:
        return ("adjustment", target), {"value": arguments.get("value")}
    return ("quote_line", line) if line else (cls.__tablename__, target), arguments["values"]


def _made(
    store: Store,
    where_to: tuple[str, UUID],
    typed: Mapping[str, Any],
    name: str,
    target: UUID,
    arguments: Mapping[str, Any],
) -> list[dict[str, Any]]:
    where = {key: _plain(arguments[key]) for key in _WHERE if arguments.get(key) is not None}
    kind, record = where_to
    fields = RECORDS[kind].fields()
    return [
        {
            "id": new_id().hex,
            "type": kind,
            "record": record.hex,
            "field": field,
            "mine": fields[field].kind.to_wire(mine),
            "at": int(store.clock().timestamp() * 1000),
            "command": name,
            "target": target.hex,
            "where": where,
        }
        for field, mine in typed.items()
    ]


def _add(store: Store, made: list[dict[str, Any]]) -> None:
    """These beside what is kept; the same place is kept once."""
    again = {_place(one) for one in made}
    with store.turns.note():  # a change of many keeps beside what a person types: neither forgets the other's
        kept = [one for one in _stored(store) if _place(one) not in again]
        store.set_local(ASIDE, [*kept, *made][-MOST:])


def _keep_if(store: Store, stays: Callable[[Mapping[str, Any]], bool]) -> None:
    if not _stored(store):
        return
    with store.turns.note():
        stored = _stored(store)
        kept = [one for one in stored if stays(one)]
        if len(kept) < len(stored):
            store.set_local(ASIDE, kept)


def _drop(store: Store, name: str, target: UUID | None, arguments: Mapping[str, Any]) -> None:
    if target is None:
        return
    where = {key: _plain(arguments[key]) for key in _WHERE if arguments.get(key) is not None}
    saved = arguments.get("values") or {"value": None}
    done = [(name, target.hex, where, field) for field in saved]
    _keep_if(store, lambda one: _key(one) not in done)


def _key(one: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any], str]:
    return one["command"], one["target"], one["where"], one["field"]


def _place(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    where = sorted(one["where"].items())
    return one["command"], one["target"], repr(where), one["field"]


def _plain(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


def _read(one: Mapping[str, Any]) -> Aside:
    where = {key: UUID(value) if key == "line_id" else value for key, value in one["where"].items()}
    return Aside(
        UUID(one["id"]),
        one["type"],
        UUID(one["record"]),
        one["field"],
        _fields(one["type"])[one["field"]].kind.from_wire(one["mine"]),
        datetime.fromtimestamp(one["at"] / 1000, UTC),
        one["command"],
        UUID(one["target"]),
        where,
    )


def _fields(kind: str) -> Mapping[str, Any]:
    return RECORDS[kind].fields() if kind in RECORDS else {}


def _stored(store: Store) -> list[dict[str, Any]]:
    return list(store.local(ASIDE) or [])
