"""Who may see and change what: the one place where the scope of a person is worked out.

A stream is what is held together: `user:<id>`, `team:<id>`, or `org` for the whole firm. A record lives in
the stream of its owner, else of its team, else of the firm; what is shared by its nature always lives with
the firm. In a stream `share:<id>` nothing lives: it lends one record to those with whom it was shared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, literal, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from desktop.models.record import RECORDS
from desktop.models.records import Comment, Organisation, Product, Share, User
from desktop.rules import roles, sharing
from desktop.rules import streams as streams_of
from desktop.rules.roles import ALL, OWN, ROLES, Role
from desktop.rules.streams import INBOX, LENT, ORG, inbox, is_inbox, is_lent, lent
from sync.protocol.messages import Person, Rights
from sync.server.masks import Mask, mask_of
from sync.server.tables import HEAD, ROLE

COMMENT: Final = Comment.__tablename__
PRODUCT: Final = Product.__tablename__

# Asked with every request, so they are put together once.
_USER: Final = User.__table__
_PERSON: Final = (
    select(_USER.c.name, _USER.c.role, _USER.c.team_id, ROLE.c.facts)
    .outerjoin(ROLE, ROLE.c.name == _USER.c.role)
    .where(
        _USER.c.id == bindparam("user"),
        _USER.c.deleted_at.is_(None),
        or_(_USER.c.active, _USER.c.active.is_(None)),
    )
)
_LEAVER: Final = (
    select(_USER.c.name, _USER.c.role, _USER.c.team_id, ROLE.c.facts)
    .outerjoin(ROLE, ROLE.c.name == _USER.c.role)
    .where(_USER.c.id == bindparam("user"), _USER.c.deleted_at.is_(None))
)
_MEMBERS: Final = select(_USER.c.id).where(_USER.c.team_id == bindparam("team"))
_SHARE: Final = Share.table()
_LOANS: Final = select(_SHARE.c.of_id, _SHARE.c.access, _SHARE.c.until).where(
    _SHARE.c.deleted_at.is_(None), _SHARE.c.of_id.is_not(None)
)
_MINE: Final = _SHARE.c.person_id == bindparam("user")
_LENT_TO: Final = _LOANS.where(_MINE)
_LENT_TO_TEAM: Final = _LOANS.where(or_(_MINE, _SHARE.c.group_id == bindparam("team")))


def home(record_type: str, row: Mapping[str, Any]) -> str:
    """The stream in which a record lives."""
    cls = RECORDS[record_type]
    return streams_of.home(cls.__shared__, row["owner_id"], row["team_id"], private=cls.__private__)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may reach now; `streams` None means every stream."""

    person: Person
    role: Role | None
    streams: frozenset[str] | None
    edits: frozenset[str] = frozenset()
    """Those of the streams that lend a record in which what they lend may be changed too."""

    @property
    def lent(self) -> frozenset[str]:
        """The streams that lend this person something; who sees all needs no loans."""
        return frozenset(stream for stream in self.streams or () if is_lent(stream))

    @property
    def inbox(self) -> str:
        """The stream that this person alone reads."""
        return inbox(self.person.user)

    @property
    def mask(self) -> Mask:
        """The columns that this person's laptops never receive."""
        return mask_of(self.role or self.person.role)

    def may_read(self, stream: str) -> bool:
        """Whether this person's devices may hold `stream`."""
        if self.streams is not None:
            return stream in self.streams
        return not is_lent(stream) and (not is_inbox(stream) or stream == self.inbox)

    def may_write(self, record_type: str, row: Mapping[str, Any]) -> bool:
        """Whether this person may change a record where it lives.

        For what the whole firm shares, and for what is said about it, the list of commands decides; an
        ownerless record of another type belongs to those who see all.
        """
        if self.role is None:
            return False
        stream = home(record_type, row)
        if RECORDS[record_type].__private__:
            return stream == self.inbox
        if self.role.scope == ALL or RECORDS[record_type].__shared__:
            return True
        if stream == ORG:
            return record_type == COMMENT and row.get("of") == PRODUCT and not row.get("customer_id")
        return self.may_read(stream)

    def predicate(self, table: Table) -> ColumnElement[bool]:
        """The condition on `stream` that every statement which hands out rows carries.

        The same object for the same streams: statements are put together once for each.
        """
        return _within(table, self.streams, self.inbox)


@lru_cache(maxsize=512)
def _within(table: Table, streams: frozenset[str] | None, mine: str) -> ColumnElement[bool]:
    if streams is None:
        lends = table.c.stream.startswith(LENT, autoescape=True)
        private = table.c.stream.startswith(INBOX, autoescape=True)
        return and_(not_(lends), or_(not_(private), table.c.stream == mine))
    return table.c.stream.in_([literal(stream) for stream in sorted(streams)])  # written out once


@lru_cache(maxsize=256)
def kept(facts: str) -> Role:
    """A role of the office's own as the database keeps it."""
    return roles.of_facts(json.loads(facts))


@lru_cache(maxsize=256)
def _rights_of(role: Role | None) -> Rights | None:
    """What a laptop is told of a role; nothing of a built-in one, which it knows."""
    return None if role is None or not role.base else Rights(**roles.as_facts(role))


def works_here(conn: Connection, user: str) -> bool:
    """Whether the office knows this person, and they have not left."""
    return conn.execute(_PERSON, {"user": UUID(hex=user)}).first() is not None


def scope_of(conn: Connection, user: str, now: int) -> Scope | None:
    """The scope of a person as the office knows them; None for one who has left.

    `now` is the office's own time: it decides whether a loan has ended.
    """
    row = conn.execute(_PERSON, {"user": UUID(hex=user)}).first()
    if row is None:
        return None
    person, role = _person(user, row)
    team = person.team
    if role is None:
        return Scope(person, None, frozenset({ORG}))
    if role.scope == ALL:
        return Scope(person, role, None)
    streams = {ORG, f"user:{user}", inbox(user)}
    if team:
        streams.add(f"team:{team}")
    if team and roles.scope_of(role, narrowed=_narrowed(conn)) != OWN:
        members = conn.execute(_MEMBERS, {"team": row.team_id})
        streams.update(f"user:{member.id.hex}" for member in members)
    loans = set(_loans(conn, UUID(hex=user), row.team_id, now))
    edits = {stream for stream, access in loans if access == sharing.EDIT}
    return Scope(person, role, frozenset(streams | {stream for stream, _ in loans}), frozenset(edits))


def parting_scope(conn: Connection, user: str, now: int) -> Scope | None:
    """The scope in which the last words of a laptop are judged, also of one whose person has left.

    A leaver may still add to what is theirs alone; what they had and somebody else has now is proposed.
    """
    scope = scope_of(conn, user, now)
    row = conn.execute(_LEAVER, {"user": UUID(hex=user)}).first() if scope is None else None
    if row is None:
        return scope
    person, role = _person(user, row)
    own = None if role is None else replace(role, scope=OWN)
    return Scope(person, own, frozenset({ORG, f"user:{user}", inbox(user)}))


def _person(user: str, row: Any) -> tuple[Person, Role | None]:
    role = ROLES.get(row.role) or (kept(row.facts) if row.facts else None)
    named = role.base or role.name if role is not None else row.role or ""
    team = row.team_id.hex if row.team_id else ""
    return Person(user=user, name=row.name or "", team=team, role=named, rights=_rights_of(role)), role


def _loans(conn: Connection, user: UUID, team: UUID | None, now: int) -> Iterator[tuple[str, str]]:
    """The streams that lend something to this person or their team today, and to do what."""
    found = conn.execute(_LENT_TO_TEAM if team else _LENT_TO, {"user": user, "team": team}).all()
    zone = _firm(conn, Organisation.time_zone) if found else ""
    moment = datetime.fromtimestamp(now / 1000, UTC)
    for row in found:
        if sharing.lends(row.until, moment, zone or ""):
            yield lent(row.of_id.hex), row.access


def _narrowed(conn: Connection) -> bool:
    """Whether the organisation has its sales reps see their own records alone."""
    return _firm(conn, Organisation.rep_scope) == OWN


def _firm(conn: Connection, column: InstrumentedAttribute[str]) -> str | None:
    found: str | None = conn.execute(_of_the_firm(column)).scalar_one_or_none()
    return found


@cache
def _of_the_firm(column: InstrumentedAttribute[str]) -> Select[Any]:
    table = Organisation.table()
    query = select(table.c[column.key]).where(table.c.deleted_at.is_(None))
    return query.order_by(table.c.id).limit(1)


@lru_cache(maxsize=256)
def _heads(condition: ColumnElement[bool]) -> Select[Any]:
    return select(HEAD.c.stream, HEAD.c.seq).where(condition)


def heads(conn: Connection, scope: Scope) -> dict[str, int]:
    """The newest seq of every stream in scope, in ascending order; an empty one stands at 0.

    An inbox into which nothing was ever filed is not named.
    """
    found = {row.stream: row.seq for row in conn.execute(_heads(scope.predicate(HEAD)))}
    always = {stream for stream in scope.streams or {ORG} if not is_inbox(stream)}
    return {stream: found.get(stream, 0) for stream in sorted(set(found) | always)}
