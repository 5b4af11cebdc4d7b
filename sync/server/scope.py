"""Who may see and change what: the one place where the scope of a person is worked out.

A stream is what is held together: `user:<id>`, `team:<id>`, or `org` for the whole firm. A record lives in
the stream of its owner, else of its team, else of the firm; what is shared by its nature always lives with
the firm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, or_, select, true

from desktop.models.record import RECORDS
from desktop.models.records import Organisation, User
from desktop.rules import roles
from desktop.rules import streams as streams_of
from desktop.rules.roles import ALL, OWN, ROLES, Role
from desktop.rules.streams import ORG
from sync.protocol.messages import Person
from sync.server.masks import Mask, mask_of
from sync.server.tables import HEAD


def home(record_type: str, row: Mapping[str, Any]) -> str:
    """The stream in which a record lives."""
    return streams_of.home(RECORDS[record_type].__shared__, row["owner_id"], row["team_id"])


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may reach now; `streams` None means every stream."""

    person: Person
    role: Role | None
    streams: frozenset[str] | None

    @property
    def mask(self) -> Mask:
        """The columns that this person's laptops never receive."""
        return mask_of(self.person.role)

    def may_read(self, stream: str) -> bool:
        """Whether this person's devices may hold `stream`."""
        return self.streams is None or stream in self.streams

    def may_write(self, record_type: str, row: Mapping[str, Any]) -> bool:
        """Whether this person may change a record where it lives.

        For what the whole firm shares the list of commands decides; an ownerless record of another type
        belongs to those who see all.
        """
        if self.role is None:
            return False
        stream = home(record_type, row)
        if self.role.scope == ALL or RECORDS[record_type].__shared__:
            return True
        return stream != ORG and self.may_read(stream)

    def predicate(self, table: Table) -> ColumnElement[bool]:
        """The condition on `stream` that every statement which hands out rows carries."""
        return true() if self.streams is None else table.c.stream.in_(sorted(self.streams))


def scope_of(conn: Connection, user: str) -> Scope | None:
    """The scope of a person as the office knows them at this moment; None for one who has left."""
    table = User.__table__
    row = conn.execute(
        select(table.c.name, table.c.role, table.c.team_id).where(
            table.c.id == UUID(hex=user),
            table.c.deleted_at.is_(None),
            or_(table.c.active, table.c.active.is_(None)),
        )
    ).first()
    if row is None:
        return None
    team = row.team_id.hex if row.team_id else ""
    person = Person(user=user, name=row.name or "", team=team, role=row.role or "")
    role = ROLES.get(row.role)
    if role is None:
        return Scope(person, None, frozenset({ORG}))
    if role.scope == ALL:
        return Scope(person, role, None)
    streams = {ORG, f"user:{user}"}
    if team:
        streams.add(f"team:{team}")
    if team and roles.scope_of(role, narrowed=_narrowed(conn)) != OWN:
        members = conn.execute(select(table.c.id).where(table.c.team_id == row.team_id))
        streams.update(f"user:{member.id.hex}" for member in members)
    return Scope(person, role, frozenset(streams))


def _narrowed(conn: Connection) -> bool:
    """Whether the organisation has its sales reps see their own records alone."""
    query = select(Organisation.rep_scope).where(Organisation.deleted_at.is_(None)).order_by(Organisation.id)
    return conn.execute(query.limit(1)).scalar_one_or_none() == OWN


def heads(conn: Connection, scope: Scope) -> dict[str, int]:
    """The newest seq of every stream in scope, in ascending order; an empty one stands at 0."""
    found = {
        row.stream: row.seq
        for row in conn.execute(select(HEAD.c.stream, HEAD.c.seq).where(scope.predicate(HEAD)))
    }
    return {stream: found.get(stream, 0) for stream in sorted(set(found) | (scope.streams or {ORG}))}
