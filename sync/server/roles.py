"""The roles of one office: the built-in ones, and copies of them that it has made its own and changed.

Whoever holds a changed role hears of it at once: the record of each of them moves in the feed, and the
answer to the next sync brings the role. What it no longer covers leaves laptops as after any loss of a
stream or a mask (`desktop/models/leaving.py`).
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from desktop.errors import Refused, Usage
from desktop.models.record import RECORDS
from desktop.models.records import User
from desktop.rules.roles import GROUPS, ROLES, SCOPES, Role, as_facts
from desktop.words import Message, msg, verbatim
from sync.server import audit
from sync.server.batch import OFFICE, Batch
from sync.server.scope import kept
from sync.server.tables import ROLE

NAME: Final = re.compile(r"[^\W_][\w-]{0,39}")
LONGEST: Final = 80
"""Characters of what a role is called."""
MOST: Final = 200
"""Patterns that one role may hold or be refused."""

_KINDS: Final = ("create", "set", "delete", "restore", "append", "assign", "attach")
"""Kinds of operations: with a record type before them they are names that patterns may mean."""

NO_ROLE: Final = msg("There is no role “{role}”; there are: {roles}.")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed of a role; what is empty stays as it is."""

    label: str = ""
    scope: str = ""
    may: tuple[str, ...] = ()
    may_not: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()


# ---------------------------------------------------------------- asking


def every(conn: Connection) -> list[Role]:
    """The built-in roles and then the office's own, by name."""
    own = conn.execute(select(ROLE.c.facts).order_by(ROLE.c.name)).scalars()
    return [*ROLES.values(), *map(kept, own)]


def find(conn: Connection, name: str) -> Role:
    """The role with this name. Raises Refused with the names of those that are there."""
    if name in ROLES:
        return ROLES[name]
    facts = conn.execute(select(ROLE.c.facts).where(ROLE.c.name == name)).scalar_one_or_none()
    if facts is None:
        raise Refused(NO_ROLE.of(role=name, roles=", ".join(role.name for role in every(conn))))
    return kept(facts)


def based_on(conn: Connection, name: str) -> list[str]:
    """The names of a built-in role and of its copies."""
    return [name, *conn.execute(select(ROLE.c.name).where(ROLE.c.base == name)).scalars()]


def holders(conn: Connection, name: str) -> list[str]:
    """The people who have this role, those who have left as well."""
    query = select(User.id).where(User.role == name, User.deleted_at.is_(None)).order_by(User.id)
    return [one.hex for one in conn.execute(query).scalars()]


# ---------------------------------------------------------------- changing


def copy(conn: Connection, of: str, name: str, label: str, now: int) -> Role:
    """Make a role of the office's own that may what another one may.

    Raises Refused for a name that is there, Usage for one that is none.
    """
    if NAME.fullmatch(name) is None:
        raise Usage(msg("A role's name has 1 to 40 letters, digits, “-” or “_”, and begins with a letter."))
    if any(name == role.name for role in every(conn)):
        raise Refused(msg("There is already a role “{name}”.").of(name=name))
    model = find(conn, of)
    made = replace(model, name=name, label=_label(label or name), base=model.base or model.name)
    conn.execute(insert(ROLE), {"name": name, "base": made.base, "facts": _text(made)})
    audit.record(conn, now, "office", "role.copy", {"role": name, "of": of})
    return made


def change(conn: Connection, name: str, changes: Changes, known: Collection[str], now: int) -> Role:
    """Change a role of the office's own; `known` are the commands there are. Raises Refused, Usage."""
    role = _own(conn, name)
    _check(changes, known)
    changed = replace(
        role,
        label=_label(changes.label) if changes.label else role.label,
        scope=changes.scope or role.scope,
        commands=_with(role.commands, changes.may, changes.may_not),
        refused=_with(role.refused, changes.may_not, changes.may),
        sees=(role.sees | set(changes.shows)) - set(changes.hides),
    )
    for pattern in changes.may:
        _refuse_in_vain(changed, pattern, known)
    if changed != role:
        conn.execute(update(ROLE).where(ROLE.c.name == name).values(facts=_text(changed)))
        audit.record(conn, now, "office", "role.change", as_facts(changed))
        _tell(conn, name, now)
    return changed


def remove(conn: Connection, name: str, now: int) -> None:
    """Take a role of the office's own away. Raises Refused as long as somebody has it."""
    _own(conn, name)
    if held := len(holders(conn, name)):
        raise Refused(msg("{count} people have this role; give them another one first.").of(count=held))
    conn.execute(delete(ROLE).where(ROLE.c.name == name))
    audit.record(conn, now, "office", "role.remove", {"role": name})


def _own(conn: Connection, name: str) -> Role:
    role = find(conn, name)
    if not role.base:
        said = msg("“{role}” is built in and stays as it is; copy it: satchel-server role copy {role} NAME.")
        raise Refused(said.of(role=name))
    return role


def _label(text: str) -> Message:
    return verbatim(" ".join(text.split())[:LONGEST])


def _text(role: Role) -> str:
    return json.dumps(as_facts(role), ensure_ascii=False, sort_keys=True)


def _with(patterns: Sequence[str], more: Iterable[str], less: Iterable[str]) -> tuple[str, ...]:
    gone = set(less)
    kept_ones = dict.fromkeys([*(one for one in patterns if one not in gone), *more])
    if len(kept_ones) > MOST:
        raise Usage(msg("A role holds at most {most} patterns.").of(most=MOST))
    return tuple(kept_ones)


def _check(changes: Changes, known: Collection[str]) -> None:
    if changes.scope and changes.scope not in SCOPES:
        raise Usage(msg("A role sees own, team or all, not “{scope}”.").of(scope=changes.scope))
    for group in (*changes.shows, *changes.hides):
        if group not in GROUPS:
            raise Usage(
                msg("There are no fields “{group}”; there are: {groups}.").of(
                    group=group, groups=", ".join(sorted(GROUPS))
                )
            )
    names = {*known, *(f"{kind}.{how}" for kind in RECORDS for how in _KINDS)}
    for pattern in (*changes.may, *changes.may_not):
        if not any(fnmatchcase(name, pattern) for name in names):
            raise Usage(msg("No command is called “{pattern}”.").of(pattern=pattern))


def _refuse_in_vain(role: Role, pattern: str, known: Collection[str]) -> None:
    """Raises Refused where a wider refusal leaves nothing of what was just allowed."""
    meant = [name for name in known if fnmatchcase(name, pattern)]
    wider = [one for one in role.refused if any(fnmatchcase(name, one) for name in meant)]
    if meant and wider and not any(role.may(name) for name in meant):
        said = msg("“{wider}” still refuses this; allow that first: --may “{wider}”.")
        raise Refused(said.of(wider=wider[0]))


def _tell(conn: Connection, name: str, now: int) -> None:
    """Whoever has the role: their record moves, which wakes the laptops of the firm."""
    batch = Batch(conn, OFFICE, OFFICE, now)
    people = holders(conn, name)
    batch.load(("user", one) for one in people)
    batch.begin()
    for one in people:
        held = batch.get("user", one)
        if held is not None:
            batch.change(held, "role", name)
    batch.flush()
