"""A command is one decorated function: button, shortcut, permission, audit name and undo label follow."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select

from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models.record import RECORDS, Record, hidden_from
from desktop.models.store import Actor, Store, Work
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
    opens: bool = False
    """It returns a record that one goes on with: a window opens it."""

    def refusal(self, record: Record | None, asking: Asking) -> Refused | None:
        """Why this command is refused, or None: greys the button with its reason, here and at the office."""
        rights = asking.actor.rights
        if not rights.may(self.name):
            said = msg("The role “{role}” may not do this: {what}.")
            return NotAllowed(said.of(role=rights.label, what=self.label))
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
    opens: bool = False,
) -> Callable[[F], F]:
    """Register a function `(work, record, **arguments)` or, where it creates, `(work, **arguments)`."""

    def register(function: F) -> F:
        COMMANDS[name] = Command(
            name, on, label, function, when, creates, writes, undoable, shortcut, icon, offered, fact, opens
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
    aside: bool = False,
    seen: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Outcome:
    """May you? Does it make sense? Then one transaction. Raises NotAllowed, Refused, NotFound.

    Nobody writes what they may not see. With the values a person had `seen`, none of them is written over
    what changed meanwhile: the rest is saved, and `Clashed` tells mine, current and original. What people do
    goes before a slice that is written `aside`.

    A command that writes beyond what it declares is a defect: RuntimeError, and nothing is written.
    """
    found = named(name)
    with store.work(actor, name, batch=batch, aside=aside) as work:
        _refuse(found, work, None)  # who may not do it at all is not told what is there
        record = work.get(found.on, target) if target is not None and found.on is not None else None
        _refuse(found, work, record)
        held = clashes.hold_back(work, record, arguments, seen) if seen is not None else None
        if held is not None and held.nothing_else:
            raise clashes.clashed(store, held, ())
        value = found.function(work, record, **arguments) if record else found.function(work, **arguments)
        _may_be_written(found, work)
    if held is not None:
        raise clashes.clashed(store, held, arguments["values"])
    return Outcome(value, work.tx, found.label, found.undoable and bool(work.changed))


def named(name: str) -> Command:
    """The command of this name. Raises NotFound: not every type of record is made or changed by hand."""
    if name not in COMMANDS:
        kind, _, verb = name.rpartition(".")
        raise NotFound(msg("There is no command “{verb}” for “{kind}”.").of(verb=verb, kind=kind))
    return COMMANDS[name]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record of a command on many: what is to be written into it, over what a person saw there."""

    record: UUID
    values: Mapping[str, Any]
    seen: Mapping[str, Any]


def run_each(
    store: Store, actor: Actor, name: str, wanted: Sequence[Wanted], *, batch: UUID, aside: bool = False
) -> list[clashes.Held]:
    """The same for several records in one transaction: what clashes is held back and returned.

    Whatever refuses one of them refuses all: NotAllowed, Refused, NotFound.
    """
    found, held = named(name), []
    with store.work(actor, name, batch=batch, aside=aside) as work:
        for one, record in zip(wanted, _load(found, work, wanted), strict=True):
            _refuse(found, work, record)
            arguments = {"values": dict(one.values)}
            clash = clashes.hold_back(work, record, arguments, one.seen)
            if clash is not None:
                held.append(clash)
            if arguments["values"]:
                found.function(work, record, **arguments)
        _may_be_written(found, work)
    return held


def _load(found: Command, work: Work, wanted: Sequence[Wanted]) -> list[Record]:
    """The records, read at once: one by one they cost more than what is done to them."""
    cls = found.on
    if cls is None:
        raise RuntimeError(f"{found.name} acts on no record")
    together = work.session.scalars(select(cls).where(cls.id.in_([one.record for one in wanted]))).all()
    living = {record.id: record for record in together if record.deleted_at is None}
    return [living.get(one.record) or work.get(cls, one.record) for one in wanted]


def _refuse(found: Command, work: Work, record: Record | None) -> None:
    refused = found.refusal(record, Asking(work.actor, work.now))
    if refused is not None:
        raise refused


def _may_be_written(found: Command, work: Work) -> None:
    """Write it, and hold what was written against what this command and this person may write."""
    work.flush()
    beyond = work.written.difference(found.writes) if found.writes else None
    if beyond:
        raise RuntimeError(f"{found.name} may not write {sorted(beyond)}")
    _refuse_hidden(work.actor, work.written)
    _refuse_kinds(found, work)
    access.refuse_lent(work)


def _refuse_kinds(found: Command, work: Work) -> None:
    """What a role refuses to do to a kind of record, no command does: the office says the same."""
    stated = {(op.type, op.kind) for ops in work.stated.values() for op in ops}
    rights = work.actor.rights
    if not all(rights.may(f"{record_type}.{kind}") for record_type, kind in work.kinds | stated):
        said = msg("The role “{role}” may not do this: {what}.")
        raise NotAllowed(said.of(role=rights.label, what=found.label))


def _refuse_hidden(actor: Actor, written: Collection[str]) -> None:
    for name in sorted(hidden_from(actor.rights.sees).intersection(written)):
        record_type, _, name = name.partition(".")
        label = RECORDS[record_type].fields()[name].label
        raise NotAllowed(HIDDEN.of(field=label), field=name)
