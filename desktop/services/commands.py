"""A command is one decorated function: button, shortcut, permission, audit name and undo label follow."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from desktop.errors import NotAllowed, Refused
from desktop.models.record import RECORDS, Record, hidden_from
from desktop.models.store import Actor, Store
from desktop.rules import roles
from desktop.services import access, clashes
from desktop.words import Message, msg

F = TypeVar("F", bound=Callable[..., Any])
DELETED: Final = "deleted_at"
COMMANDS: Final[dict[str, "Command"]] = {}
"""Every command by its name; the name is also the permission."""

HIDDEN: Final = msg("“{field}” is not shown to your role, so it may not be changed either.")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks whether a command makes sense, and when."""

    actor: Actor
    now: datetime


When = Callable[[Any, Asking], Message | None]
"""Says why a command makes no sense for a record right now; None: it does."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is known of one command."""

    name: str
    on: type[Record] | None
    label: Message
    function: Callable[..., Any]
    when: When | None = None
    creates: bool = False
    writes: tuple[str, ...] = ()
    """`type.field` for every field the command may touch; empty: any."""
    undoable: bool = True
    shortcut: str = ""
    icon: str = ""
    offered: bool = False
    """Shown as an action of its record: everything it needs is the record itself."""
    fact: bool = False
    """It has happened when the office hears of it: it is recorded even where `when` would refuse it there."""

    def refusal(self, record: Record | None, asking: Asking) -> Refused | None:
        """Why this command is refused, or None: greys the button with its reason, here and at the office."""
        if not roles.may(asking.actor.role, self.name):
            role = (
                roles.ROLES[asking.actor.role].label
                if asking.actor.role in roles.ROLES
                else asking.actor.role
            )
            return NotAllowed(
                msg("The role “{role}” may not do this: {what}.").of(role=role, what=self.label)
            )
        reason = self.when(record, asking) if self.when is not None and record is not None else None
        return Refused(reason) if reason is not None else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command returned, and what to say and undo."""

    value: Any
    tx: UUID
    label: Message
    undoable: bool


def command(
    name: str,
    *,
    label: Message,
    on: type[Record] | None = None,
    when: When | None = None,
    creates: bool = False,
    writes: tuple[str, ...] = (),
    undoable: bool = True,
    shortcut: str = "",
    icon: str = "",
    offered: bool = False,
    fact: bool = False,
) -> Callable[[F], F]:
    """Register a function `(work, record, **arguments)` or, where it creates, `(work, **arguments)`."""

    def register(function: F) -> F:
        COMMANDS[name] = Command(
            name, on, label, function, when, creates, writes, undoable, shortcut, icon, offered, fact
        )
        return function

    return register


def every(*types: type[Record], but: Collection[str] = ()) -> tuple[str, ...]:
    """Every field of these record types as `Command.writes` names it, and their deletion; none of `but`."""
    return tuple(
        f"{cls.__tablename__}.{name}"
        for cls in types
        for name in (*cls.fields(), DELETED)
        if f"{cls.__tablename__}.{name}" not in but
    )


def only_deletes(*types: type[Record]) -> tuple[str, ...]:
    """`Command.writes` of a command that deletes records of these types, or brings them back."""
    return tuple(f"{cls.__tablename__}.{DELETED}" for cls in types)


def run(
    store: Store,
    actor: Actor,
    name: str,
    target: UUID | None = None,
    /,
    *,
    batch: UUID | None = None,
    seen: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Outcome:
    """May you? Does it make sense? Then one transaction. Raises NotAllowed, Refused, NotFound.

    Nobody writes what they may not see. With the values a person had `seen`, none of them is written over
    what changed meanwhile: the rest is saved, and `Clashed` tells mine, current and original.

    A command that writes beyond what it declares is a defect: RuntimeError, and nothing is written.
    """
    found = COMMANDS[name]
    with store.work(actor, name, batch=batch) as work:
        asking = Asking(actor, work.now)
        record = None
        if target is not None and found.on is not None:
            record = work.get(found.on, target)
        refused = found.refusal(record, asking)
        if refused is not None:
            raise refused
        held = clashes.hold_back(work, record, arguments, seen) if seen is not None else None
        if held is not None and held.nothing_else:
            raise clashes.clashed(store, held, ())
        value = found.function(work, record, **arguments) if record else found.function(work, **arguments)
        work.flush()
        beyond = work.written.difference(found.writes) if found.writes else None
        if beyond:
            raise RuntimeError(f"{name} may not write {sorted(beyond)}")
        _refuse_hidden(actor, work.written)
        access.refuse_lent(work)
    if held is not None:
        raise clashes.clashed(store, held, arguments["values"])
    return Outcome(value, work.tx, found.label, found.undoable and bool(work.changed))


def _refuse_hidden(actor: Actor, written: Collection[str]) -> None:
    for name in sorted(hidden_from(roles.sees(actor.role)).intersection(written)):
        record_type, _, name = name.partition(".")
        label = RECORDS[record_type].fields()[name].label
        raise NotAllowed(HIDDEN.of(field=label), field=name)
