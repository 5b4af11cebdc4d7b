"""A record as a person sees it: the office's row with one's own unanswered ops on top.

Plain functions on rows in wire form; the row's key `deleted_at` stands beside its fields.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from desktop.models.columns import moment_text
from desktop.models.record import Record
from desktop.rules.threeway import merged_parts

Row = dict[str, Any]
CREATING: Final = ("create", "append", "sign")
"""The op kinds that bring a record which was not there before."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One of this laptop's ops as the log holds it."""

    n: int
    kind: str
    body: Mapping[str, Any]
    at: int


def pairs(kind: str, body: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → (old, new) of an op; nothing for ops that set no field."""
    if kind == "transition":
        return {body["field"]: (body["from"], body["to"])}
    if kind in CREATING:
        fields = body["fields"] if kind == "sign" else body
        return {name: (None, value) for name, value in fields.items()}
    if kind in ("set", "assign", "issue"):
        fields = body["fields"] if kind == "issue" else {**body.get("fields", {}), **body}
        return {
            name: (pair[0], pair[1])
            for name, pair in fields.items()
            if isinstance(pair, list | tuple) and len(pair) == 2
        }
    return {}


def replay(cls: type[Record], base: Mapping[str, Any], ops: Iterable[Pending]) -> Row:
    """`base` with `ops` on top, oldest first."""
    row = dict(base)
    fields = cls.fields()
    for op in ops:
        if op.kind == "delete":
            row["deleted_at"] = moment(op.at)
        elif op.kind == "restore":
            row["deleted_at"] = None
        elif op.kind not in CREATING:
            for name, (old, new) in pairs(op.kind, op.body).items():
                described = fields.get(name)
                if described is not None and described.merge != "derived":
                    merged = _TOGETHER.get(described.merge)
                    row[name] = merged(row.get(name), old, new) if merged is not None else new
    return row


def merged_set(current: Any, old: Any, new: Any) -> list[Any]:
    """A set after somebody turned `old` into `new` while it became `current`; an addition wins."""
    before, after = set(old or ()), set(new or ())
    return sorted((set(current or ()) - (before - after)) | (after - before))


_TOGETHER: Final[Mapping[str, Callable[[Any, Any, Any], Any]]] = {"set": merged_set, "parts": merged_parts}
"""How what both wrote stands together, by merge class; elsewhere one's own value is shown."""


def moment(at: int) -> str:
    """Milliseconds since 1970 as the wire form of a moment."""
    return moment_text(datetime.fromtimestamp(at / 1000, UTC))


def difference(cls: type[Record], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [old, new] of what differs, as a `set` op's body; derived fields tell nothing."""
    return {
        name: [old.get(name), new.get(name)]
        for name, described in cls.fields().items()
        if described.merge != "derived" and old.get(name) != new.get(name)
    }
