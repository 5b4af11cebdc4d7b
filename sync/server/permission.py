"""The office asks what the laptop asked: may this role do this, to these fields, and does it make sense now?

Every operation carries the name of its command, and the same table of commands answers here. A request that
makes no sense any more is refused; a fact (an issued quote is in the customer's hands) is recorded all the
same and somebody is told to look. A command that only newer laptops know is judged by its fields alone.
"""

import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from desktop import services
from desktop.models.changes import fields_of
from desktop.models.record import RECORDS, Record, hidden_from, new_id
from desktop.models.records import Comment, User
from desktop.models.store import Actor
from desktop.rules import roles
from desktop.rules.roles import Role
from desktop.services import comments
from desktop.services.commands import COMMANDS, DELETED, HIDDEN, Asking, Command
from desktop.words import Message, msg
from sync.protocol.ops import Op
from sync.server import roles as own_roles
from sync.server.batch import FIRST, Batch, Held
from sync.server.merge import DERIVED
from sync.server.rows import Row, empty
from sync.server.scope import Scope

for _found in pkgutil.iter_modules(services.__path__):
    import_module(f"{services.__name__}.{_found.name}")

NOT_ALLOWED: Final = msg("You may not do this at the office; ask whoever may.")
WRITES: Final = msg("This command does not change these fields; the office left them as they are.")
LOOK_AT: Final = msg("Look at {what} {title}: {reason}")
TOLD: Final = msg("It was done on a laptop that could not know; it is recorded as it happened.")

COMMENT: Final = Comment.__tablename__
_SAID: Final = frozenset({"text", "author", "said_at", "mentions"})
_WHOLE: Final = frozenset({"delete", "restore"})
_PLAIN: Final = {"create": "new", "append": "new", "delete": "delete", "restore": "restore"}
"""The verb of the plain command that does what an operation of a kind does; of the others it is `edit`."""


class Rejected(Exception):
    """The transaction changes nothing; `code` and `message` say why."""

    def __init__(self, code: str, message: Message, proposal: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.proposal = proposal
        """The proposal that was made of it instead."""


class Permission:
    """What is asked of one transaction: `Permission(…)` before it is judged, `make_sense` afterwards."""

    def __init__(self, batch: Batch, scope: Scope, ops: Sequence[Op], now: int) -> None:
        """Raises Rejected where the role may not do this, or the command not write that."""
        self.batch = batch
        self.scope = scope
        self.ops = [op for op in ops if op.kind != "void" and op.type in RECORDS]
        self.command = COMMANDS.get(self.ops[0].command) if self.ops else None
        self.now = now
        self.role = scope.role or roles.named(scope.person.role)
        for op in self.ops:
            refused = _field_rights(self.role, op.command, op.type, op.kind, _written(op))
            if refused is not None:
                raise Rejected(*refused)
            self._guard_said(op)
        self.before = [(held, _record(held.row, held.type)) for held in self._targets()]

    def make_sense(self) -> None:
        """Raises Rejected where the command made no sense on what the office held, nor does its undo.

        An undo carries the command's name and leads to where the command starts from, so it makes sense where
        the command itself would afterwards. What changed nothing, or waits for a person, is not refused.
        """
        command = self.command
        if command is None or command.when is None or not self.batch.touched:
            return
        for held, record in self.before:
            reason = command.when(record, self._asking())
            if reason is None or command.when(_record(held.row, held.type), self._asking()) is None:
                continue
            if not command.fact:
                raise Rejected("state", reason)
            tell(self.batch, self.scope, held, reason)

    def _guard_said(self, op: Op) -> None:
        """Raises Rejected where somebody changes what another said, by whatever command.

        What is said about a customer goes, comes back and moves with that customer.
        """
        held = self.batch.get(op.type, op.record) if op.type == COMMENT and op.kind != "create" else None
        if held is None:
            return
        along = held.row["customer_id"] and not op.command.startswith(f"{COMMENT}.")
        if along and _SAID.isdisjoint(op.body):
            return
        said = _record(held.row, COMMENT)
        reason = comments.can_change(said, self._asking().actor) if isinstance(said, Comment) else None
        if reason is not None:
            raise Rejected("not_allowed", reason)

    def _targets(self) -> Iterable[Held]:
        """The records that the command is about, as the office holds them."""
        command = self.command
        if command is None or command.when is None or command.on is None:
            return
        wanted = command.on.__tablename__
        seen: set[str] = set()
        for op in self.ops:
            held = self.batch.get(op.type, op.record)
            row: Mapping[str, Any] = held.row if held is not None else op.body
            if op.type != wanted:
                link = RECORDS[op.type].__root__
                held = self.batch.get(wanted, row.get(link)) if link else None
            if held is not None and held.home is not None and held.id not in seen:
                seen.add(held.id)
                yield held

    def _asking(self) -> Asking:
        person = self.scope.person
        team = UUID(hex=person.team) if person.team else None
        at = min(self.ops[0].at, self.now)
        actor = Actor(UUID(hex=person.user), person.name, person.role, team, self.role)
        return Asking(actor, datetime.fromtimestamp(at / 1000, UTC))


def tell(batch: Batch, scope: Scope, held: Held, reason: Message, *, to: str | None = None) -> None:
    """Open a task for this person, else for whoever leads the owner's team, else for the owner."""
    cls = RECORDS[held.type]
    said = LOOK_AT.of(what=cls.__label__, title=cls.title_of(held.row.get), reason=reason)
    values = {
        "name": said.in_language("zh"),
        "remark": "\n".join((said.in_language("en"), TOLD.in_language("zh"), TOLD.in_language("en"))),
        "customer_id": held.row.get("customer_id"),
        "priority": "high",
        "owner_id": to or _leader(batch, scope, held.row),
        "team_id": held.row["team_id"],
    }
    batch.add("task", new_row("task", values))


def _leader(batch: Batch, scope: Scope, row: Mapping[str, Any]) -> str | None:
    table = User.__table__
    team = row["team_id"] or scope.person.team
    if team:
        leaders = select(table.c.id).where(
            table.c.team_id == UUID(hex=team),
            table.c.role.in_(own_roles.based_on(batch.conn, "manager")),
            table.c.deleted_at.is_(None),
            or_(table.c.active, table.c.active.is_(None)),
        )
        found = batch.conn.execute(leaders.order_by(table.c.id).limit(1)).scalar_one_or_none()
        if found is not None:
            return str(found.hex)
    return row["owner_id"] or scope.person.user


def new_row(record_type: str, values: Mapping[str, Any], record: str = "") -> Row:
    """The row of a new record, under an id of its own where none is given."""
    fields = RECORDS[record_type].fields()
    row: Row = {name: empty(described) for name, described in fields.items()}
    row |= {"id": record or new_id().hex, "version": FIRST, "deleted_at": None, "unknown": None}
    return {**row, **values}


def _written(op: Op) -> tuple[str, ...]:
    """The fields that an operation gives a value; a new record names nothing that it leaves empty."""
    if op.kind in ("create", "append"):
        return tuple(name for name, value in op.body.items() if value is not None)
    try:
        return tuple(sorted(fields_of(op.kind, dict(op.body))))
    except (KeyError, TypeError):
        return ()


@lru_cache(maxsize=4096)
def _field_rights(
    role: Role, command: str, record_type: str, kind: str, names: tuple[str, ...]
) -> tuple[str, Message] | None:
    """Why somebody of `role` may not write these fields by this command: code and words. None: they may."""
    asked = [command, f"{record_type}.{kind}"]
    if command not in COMMANDS:  # of a newer laptop: what the plain command of this kind needs, it needs too
        asked.append(f"{record_type}.{_PLAIN.get(kind, 'edit')}")
    if not all(map(role.may, asked)):
        return "not_allowed", NOT_ALLOWED
    fields = RECORDS[record_type].fields()
    written = {f"{record_type}.{name}" for name in names if name in fields and fields[name].merge != DERIVED}
    for hidden in sorted(hidden_from(role.sees) & written):
        return "not_allowed", HIDDEN.of(field=fields[hidden.partition(".")[2]].label)
    found = COMMANDS.get(command)
    if found is None or not found.writes or _covers(found, record_type, kind, written):
        return None
    return "writes", WRITES


def _covers(command: Command, record_type: str, kind: str, written: set[str]) -> bool:
    if kind in _WHOLE:
        whole = f"{record_type}.{DELETED}"
        return whole in command.writes
    return written.issubset(command.writes)


def _record(row: Row, record_type: str) -> Record:
    """A row of the office as the record that `when` asks about."""
    cls = RECORDS[record_type]
    return cls(**{name: described.kind.from_wire(row[name]) for name, described in cls.fields().items()})
