"""Who changed what about a matter lately: what stands between a person and a total, or a deletion."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from desktop.errors import NotFound
from desktop.models.changes import EMPTY
from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.services import drafts, history
from desktop.services.matters import Matter
from desktop.words import Message

MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one field, in wire form; `of` is what the record is called."""

    at: datetime
    who: str
    of: str
    type: str
    field: str
    label: Message
    old: Any
    new: Any
    mine: bool


def changes(store: Store, matter: Matter) -> list[Change]:
    """The newest changes of the record, of a quote those of its lines too; newest first."""
    keys = [(matter.type, matter.record, "")]
    if matter.type == "quote":
        try:
            draft = drafts.load(store, matter.record)
        except NotFound:
            return []
        keys = [("quote_line", line.id, line.sku or line.name or "") for line in draft.lines]
        keys += [("adjustment", one.id, "") for one in draft.adjustments]
    me = store.me().name
    found = [
        Change(entry.at, entry.who, title, kind, entry.field, label, entry.old, entry.new, entry.who == me)
        for kind, record, title in keys
        for entry in history.history(store, RECORDS[kind], record)
        if entry.kind in ("set", "transition")
        and entry.old not in EMPTY
        and (label := _label(kind, entry.field)) is not None
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def _label(kind: str, name: str) -> Message | None:
    """What a person calls the field; None where no person reads it."""
    described = RECORDS[kind].fields().get(name)
    return described.label if described is not None and not described.hidden else None
