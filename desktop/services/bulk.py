"""One field of many records changed at once: looked at first, written in slices, taken back in one step.

What a person saw in the preview is what they write over: a row that changed meanwhile is not written, and
mine, current and original are told apart as everywhere (`clashes.py`).
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select

from desktop.errors import NotAllowed, NotFound, Refused, SatchelError
from desktop.models.kinds import Amount, Json, Kind, Long, Number, Percent, Short, Tags, Whole
from desktop.models.overlay import merged_set
from desktop.models.record import RECORDS, Field, Record, new_id
from desktop.models.store import Actor, Store, Work
from desktop.rules import formulas
from desktop.rules.formulas import Formula
from desktop.services import access, asides, clashes, records, undo
from desktop.services.assigning import ASSIGNABLE, OWNER
from desktop.services.clashes import Clashed
from desktop.services.commands import COMMANDS, Asking, Wanted, run_each
from desktop.services.naming import called, currency_of
from desktop.words import Message, msg

How = Literal["set", "add", "remove", "by", "append"]
"""What becomes of the value: it replaces what is there, its elements join or leave it, a number changes by a
formula, a text gets more behind it.
"""
Progress = Callable[[int, int], bool]
"""Told how many of how many are done; False stops, and what was done is taken back."""
SLICE: Final = 100
"""Records written in one transaction: what the office refuses, it refuses by transaction."""
READ: Final = 500
GONE: Final = msg("It is no longer on this laptop.")
NOTHING_TO_COUNT: Final = msg("There is no number yet that could change.")
STOPPED: Final = msg("Stopped; everything is as it was.")
_LED_BY_OFFICE: Final = ("server", "derived")


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of one record."""

    record: UUID
    title: Message
    old: Any
    new: Any
    currency: str = ""
    refused: Message | None = None
    same: bool = False

    @property
    def record_title(self) -> Message:
        """What the record is called; here the line is about nothing else."""
        return self.title

    @property
    def changes(self) -> bool:
        """Whether it would be written."""
        return self.refused is None and not self.same


@dataclass(frozen=True, slots=True)
class Sum:
    """What an amount or a count adds up to over the rows that change, before and after."""

    currency: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole change of one field, looked at and not yet done."""

    type: str
    field: str
    lines: tuple[Line, ...]
    titles: Mapping[UUID, Message] = dataclasses.field(default_factory=dict)
    batch: UUID = dataclasses.field(default_factory=new_id)

    @property
    def command(self) -> str:
        """The command that each of the records is changed by."""
        return f"{self.type}.assign" if self.field == OWNER else f"{self.type}.edit"

    @property
    def described(self) -> Field:
        """The field."""
        return RECORDS[self.type].fields()[self.field]

    def changing(self) -> list[Line]:
        """The records that would be written."""
        return [line for line in self.lines if line.changes]

    def refused(self) -> list[Line]:
        """Those that would not, and say why."""
        return [line for line in self.lines if line.refused is not None]

    def same(self) -> int:
        """How many hold the value already."""
        return sum(line.refused is None and line.same for line in self.lines)

    def shown(self, line: Line, value: Any, language: str) -> str:
        """A value as a person reads it."""
        return clashes.in_words(self.described, value, self.titles, language, line.currency)

    def sums(self) -> list[Sum]:
        """Before and after by currency, where the field is something that adds up."""
        kind = self.described.kind
        if not isinstance(kind, Amount | Number | Whole) or isinstance(kind, Percent):
            return []
        found: dict[str, Sum] = {}
        for line in self.changing():
            one = found.get(line.currency, Sum(line.currency, 0, 0))
            found[line.currency] = replace(one, old=one.old + (line.old or 0), new=one.new + (line.new or 0))
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. `clashes` wait for a decision; `refused` are records with the reason."""

    plan: Plan
    saved: int
    clashes: tuple[Clashed, ...] = ()
    refused: tuple[tuple[UUID, Message], ...] = ()
    added: int = 0


def fields_of(actor: Actor, kind: str) -> list[str]:
    """The fields of a type that this person may change in many records at once, as a form lists them."""
    cls = RECORDS[kind]
    led = records.LED.get(kind, frozenset())
    typed = [
        name
        for name, described in cls.fields().items()
        if not described.hidden
        and described.merge not in _LED_BY_OFFICE
        and name not in led
        and (isinstance(described.kind, Tags) or not isinstance(described.kind, Json))
    ]
    found = records.seen_by(actor.rights, cls, typed)
    return [*found, OWNER] if kind in ASSIGNABLE and actor.rights.may(f"{kind}.assign") else found


def hows(described: Field) -> tuple[How, ...]:
    """In which ways a field of many records is changed; the usual one first."""
    if described.merge == "set":
        return ("add", "remove", "set")
    if described.kind.numeric:
        return ("set", "by")
    return ("set", "append") if type(described.kind) in (Short, Long) else ("set",)


def refusal(store: Store, actor: Actor, kind: str) -> Message | None:
    """Why this person changes no records of a type, or None."""
    command = COMMANDS.get(f"{kind}.edit")
    refused = command.refusal(None, Asking(actor, store.clock())) if command else None
    return refused.message if refused else None


def ids_of(store: Store, kind: str, where: Sequence[ColumnElement[bool]] = ()) -> list[UUID]:
    """The ids of all living records of a type that fit, newest first."""
    cls = RECORDS[kind]
    query = select(cls.id).where(cls.deleted_at.is_(None), *where).order_by(cls.id.desc())
    with store.reading() as session:
        return list(session.scalars(query))


def plan(
    store: Store, actor: Actor, kind: str, wanted: Iterable[UUID], name: str, value: Any, how: How = "set"
) -> Plan:
    """What would become of these records, each by the same checks as when it is done; nothing is written.

    Raises Usage for a field that is not there, NotAllowed where the role may not change it at all.
    """
    cls = RECORDS[kind]
    if name not in cls.fields():
        raise records.no_field(cls, name)
    if name not in fields_of(actor, kind):
        label = cls.fields()[name].label
        raise NotAllowed(msg("“{field}” is not changed in many records at once.").of(field=label), field=name)
    ids = list(dict.fromkeys(wanted))
    work = Work(store, actor, f"{kind}.{'assign' if name == OWNER else 'edit'}")
    with store.turns.person(), work.session:  # closed without a flush: what is tried here reaches no table
        found = read(work, cls, ids)
        lines = tuple(_line(work, cls, found.get(one), one, name, value, how) for one in ids)
    described = cls.fields()[name]
    titles = clashes.titles_of(
        store, [(described, value) for line in lines for value in (line.old, line.new)]
    )
    return Plan(kind, name, lines, titles)


def read(work: Work, cls: type[Record], ids: Sequence[UUID]) -> dict[UUID, Record]:
    """The living ones of these records."""
    found: dict[UUID, Record] = {}
    for start in range(0, len(ids), READ):
        part = select(cls).where(cls.id.in_(ids[start : start + READ]), cls.deleted_at.is_(None))
        found.update((record.id, record) for record in work.session.scalars(part))
    return found


def _line(
    work: Work, cls: type[Record], record: Record | None, wanted: UUID, name: str, value: Any, how: How
) -> Line:
    if record is None:
        return Line(wanted, cls.__label__, None, None, refused=GONE)
    described = cls.fields()[name]
    old = getattr(record, name)
    try:
        new = _new(described, old, value, how)
    except Refused as error:
        return Line(record.id, called(record), old, old, currency_of(record), error.message)
    same = clashes.wire(described, old) == clashes.wire(described, new)
    line = Line(record.id, called(record), old, new, currency_of(record), None, same)
    return line if same else replace(line, refused=refused(work, record, {name: new}))


def _new(described: Field, old: Any, value: Any, how: How) -> Any:
    """What a value becomes. Raises Refused where there is nothing to count from, or no room."""
    if how == "by":
        return _counted(described.kind, old, value)
    if how == "append":
        text = formulas.joined(old or "", value, lines=isinstance(described.kind, Long))
        return described.kind.parse(text)
    if how == "set" or described.merge != "set":
        return value
    if how == "add":
        return merged_set(old, [], value)
    return merged_set(old, value, [])


def _counted(kind: Kind, old: Any, formula: Formula) -> Any:
    """A number by a formula: to the cent, or as exactly as it was."""
    if old is None:
        raise Refused(NOTHING_TO_COUNT)
    if isinstance(kind, Amount):
        return int(formula.of(Decimal(old).scaleb(-kind.digits), kind.digits).scaleb(kind.digits))
    if isinstance(kind, Number):
        exponents = (value.as_tuple().exponent for value in (old, formula.plus))
        fine = max(2, *(-int(one) for one in exponents))
        return kind.from_wire(kind.to_wire(formula.of(old, min(fine, kind.places))))
    return int(formula.of(Decimal(old), 0))


def refused(work: Work, record: Record, values: Mapping[str, Any]) -> Message | None:
    """Why this one would not be written; the function of the command itself is asked."""
    command = COMMANDS[f"{record.__tablename__}.{'assign' if OWNER in values else 'edit'}"]
    refused = command.refusal(record, Asking(work.actor, work.now))
    if refused is not None:
        return refused.message
    reason = access.lent(work.connection, record, work.actor, work.now)
    if reason is not None:
        return reason
    try:
        command.function(work, record, values=values)
    except (Refused, NotAllowed, NotFound) as error:
        return error.message
    return None


# --- doing it


def carry_out(store: Store, actor: Actor, made: Plan, progress: Progress | None = None) -> Report:
    """Write what was planned. Raises Refused where it was stopped: then everything is as it was."""
    wanted = [Wanted(line.record, {made.field: line.new}, {made.field: line.old}) for line in made.changing()]
    return write(store, actor, made, wanted, progress)


def decide(store: Store, actor: Actor, report: Report, mine: Iterable[UUID]) -> Report:
    """Write mine over what was shown as current, in these of the records that clashed; one undo takes all."""
    chosen = set(mine)
    made = report.plan
    wanted = [
        Wanted(each.record, {clash.field: clash.value("mine")}, {clash.field: clash.current})
        for each in report.clashes
        if each.record in chosen
        for clash in each.clashes
    ]
    for name in {name for one in wanted for name in one.values}:
        here = [one.record for one in wanted if name in one.values]
        asides.settle(store, here, made.command, name)
    return write(store, actor, made, wanted, None)


def write(
    store: Store,
    actor: Actor,
    made: Plan,
    wanted: Sequence[Wanted],
    progress: Progress | None,
) -> Report:
    """Write these in slices, between which people's own commands go; what clashes waits.

    Raises Refused where it was stopped: then everything is as it was.
    """
    held: list[clashes.Held] = []
    refused: list[tuple[UUID, Message]] = []
    written = 0
    most = 1 if made.field == OWNER else SLICE  # what hangs on a customer goes along: one may be many
    done = 0
    with undo.wholly(store, actor, made.batch):
        while done < len(wanted):
            part = wanted[done : done + min(most, store.turns.bite(made.command))]
            written += _slice(store, actor, made, part, held, refused)
            store.turns.took(made.command, len(part))
            done += len(part)
            if progress is not None and not progress(done, len(wanted)):
                raise Refused(STOPPED)
    told = tuple(clashes.clashed(store, one, ()) for one in held)
    asides.keep(store, told, made.command)
    return Report(made, written, told, tuple(refused))


def _slice(
    store: Store,
    actor: Actor,
    made: Plan,
    part: Sequence[Wanted],
    held: list[clashes.Held],
    refused: list[tuple[UUID, Message]],
) -> int:
    """One transaction; where something refuses it, one for each record. Returns how many were saved."""
    try:
        found = run_each(store, actor, made.command, part, batch=made.batch, aside=True)
    except SatchelError as error:
        if len(part) == 1:
            refused.append((part[0].record, error.message))
            return 0
        return sum(_slice(store, actor, made, [one], held, refused) for one in part)
    held += found
    return len(part) - len(found)
