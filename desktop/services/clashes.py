"""A person saves over what they saw: where it is no longer so, mine, current and original are told apart.

A command that is given `seen` values saves what nobody else touched, and raises `Clashed` for the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from desktop.errors import Conflict
from desktop.models.overlay import merged_set
from desktop.models.record import RECORDS, Field, Record
from desktop.models.records import QuoteLine
from desktop.models.store import Store, Work
from desktop.services import history
from desktop.words import msg

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that changed while a person typed: what they saw, what it is now and what they typed."""

    field: str
    original: Any
    current: Any
    mine: Any
    who: str = ""
    at: datetime | None = None

    def shown(self, cls: type[Record], value: Any, language: str) -> str:
        """One of the three values as a person reads it."""
        return cls.fields()[self.field].kind.format(value, language)


class Clashed(Conflict):
    """Some fields were changed since they were seen; whatever else was typed is saved."""

    def __init__(
        self, type_name: str, record: UUID, clashes: tuple[Clash, ...], saved: Iterable[str]
    ) -> None:
        first = RECORDS[type_name].fields()[clashes[0].field].label
        cls = RECORDS[type_name]
        shown = {name: clashes[0].shown(cls, getattr(clashes[0], name), "en") for name in ("current", "mine")}
        shown["count"] = str(len(clashes) - 1)
        one = msg("“{field}” was changed meanwhile: it is {current} now, you typed {mine}.")
        more = msg("“{field}” and {count} more were changed meanwhile; choose between the values.")
        super().__init__((one if len(clashes) == 1 else more).of(field=first, **shown))
        self.type, self.record, self.clashes, self.saved = type_name, record, clashes, tuple(saved)
        fields = RECORDS[type_name].fields()
        self.facts = {
            "saved": sorted(self.saved),
            "clashes": [
                {
                    "field": clash.field,
                    "mine": _wire(fields[clash.field], clash.mine),
                    "current": _wire(fields[clash.field], clash.current),
                    "original": _wire(fields[clash.field], clash.original),
                    "who": clash.who,
                    "at": clash.at.isoformat() if clash.at else None,
                }
                for clash in clashes
            ],
        }


def subject(work: Work, record: Record | None, arguments: Values) -> Record | None:
    """The record whose fields a command sets: a line where one is named, else its target."""
    line = arguments.get("line_id")
    return work.get(QuoteLine, line) if line is not None else record


def split(record: Record, values: Values, seen: Values) -> tuple[dict[str, Any], tuple[Clash, ...]]:
    """What may be saved at once, and what clashes; sets come together by element."""
    fields = type(record).fields()
    free: dict[str, Any] = {}
    clashing: list[Clash] = []
    for name, mine in values.items():
        current = getattr(record, name, None)
        if name not in seen or name not in fields or _same(fields[name], current, seen[name], mine):
            free[name] = mine
        elif fields[name].merge == "set":
            free[name] = merged_set(current, seen[name], mine)
        else:
            clashing.append(Clash(name, seen[name], current, mine))
    return free, tuple(clashing)


def _same(described: Field, current: Any, seen: Any, mine: Any) -> bool:
    """Whether it is as it was seen, or already as it was typed; nothing and an empty text are alike."""
    now = _wire(described, current)
    return now in (_wire(described, seen), _wire(described, mine))


def _wire(described: Field, value: Any) -> Any:
    return None if value in (None, "", [], {}) else described.kind.to_wire(value)


def with_authors(store: Store, record: Record, clashing: Iterable[Clash]) -> tuple[Clash, ...]:
    """The clashes with who made the current value and when, as far as this laptop knows."""
    found = []
    for clash in clashing:
        last = next(iter(history.history(store, type(record), record.id, clash.field)), None)
        found.append(replace(clash, who=last.who, at=last.at) if last else clash)
    return tuple(found)


def clashed(store: Store, record: Record, clashing: Iterable[Clash], saved: Iterable[str]) -> Clashed:
    """The refusal that carries the three values of each clashing field."""
    return Clashed(record.__tablename__, record.id, with_authors(store, record, clashing), saved)
