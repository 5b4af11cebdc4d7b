"""What was typed over a newer value and not saved: kept until the person uses it or lets it go.

It is put aside before the three values are shown, so a crash while somebody chooses costs no word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from desktop.models.leaving import ASIDE
from desktop.models.record import RECORDS, new_id
from desktop.models.store import Actor, Store
from desktop.services import commands
from desktop.services.clashes import Clashed
from desktop.services.commands import Outcome

MOST: Final = 200
"""The oldest ones go when there are more."""
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
    """`commands.run` that keeps what clashes, and lets go of what was kept once it is saved."""
    try:
        outcome = commands.run(store, actor, name, target, seen=seen, **arguments)
    except Clashed as clashed:
        if target is not None:
            _put(store, clashed, name, target, arguments)
        raise
    _drop(store, name, target, arguments)
    return outcome


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
    store.set_local(ASIDE, [one for one in _stored(store) if one["id"] != wanted.hex])


def _put(store: Store, error: Clashed, name: str, target: UUID, arguments: Mapping[str, Any]) -> None:
    where = {key: _plain(arguments[key]) for key in _WHERE if arguments.get(key) is not None}
    fields = RECORDS[error.type].fields()
    made = [
        {
            "id": new_id().hex,
            "type": error.type,
            "record": error.record.hex,
            "field": clash.field,
            "mine": fields[clash.field].kind.to_wire(clash.mine),
            "at": int(store.clock().timestamp() * 1000),
            "command": name,
            "target": target.hex,
            "where": where,
        }
        for clash in error.clashes
    ]
    again = [_key(one) for one in made]
    kept = [one for one in _stored(store) if _key(one) not in again]
    store.set_local(ASIDE, [*kept, *made][-MOST:])


def _drop(store: Store, name: str, target: UUID | None, arguments: Mapping[str, Any]) -> None:
    stored = _stored(store)
    if not stored or target is None:
        return
    where = {key: _plain(arguments[key]) for key in _WHERE if arguments.get(key) is not None}
    saved = arguments.get("values") or {"value": None}
    done = [(name, target.hex, where, field) for field in saved]
    kept = [one for one in stored if _key(one) not in done]
    if len(kept) < len(stored):
        store.set_local(ASIDE, kept)


def _key(one: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any], str]:
    return one["command"], one["target"], one["where"], one["field"]


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
