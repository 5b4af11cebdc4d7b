"""Who works here, as the office manager keeps it: the firm itself, teams, roles, lists from a file, leavers.

Every function works within one transaction of the caller and leaves a row in the office's log.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, or_, select

from desktop.errors import Refused, Usage
from desktop.models.record import RECORDS
from desktop.models.records import Organisation, Team, User
from desktop.rules.roles import ROLES, Role
from desktop.words import msg
from sync.server import accounts, audit, roles, wiping
from sync.server.batch import OFFICE, Batch
from sync.server.rows import bare, id_in, id_out, shape
from sync.server.tables import DEVICE, ENROL

ADMIN: Final = "admin"
SOME: Final = 500
"""Records that one transaction of a reassignment moves."""

COLUMNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("name", "姓名", "名字"), "name"),
    **dict.fromkeys(("name_en", "english name", "英文名"), "name_en"),
    **dict.fromkeys(("team", "团队", "部门", "小组"), "team"),
    **dict.fromkeys(("role", "角色"), "role"),
    **dict.fromkeys(("job", "position", "职位", "职务"), "job"),
    **dict.fromkeys(("phone", "电话", "手机"), "phone"),
    **dict.fromkeys(("email", "e-mail", "邮箱", "电子邮件"), "email"),
}
"""What a column of a list of people may be called, in lower case."""
MORE: Final = ("name_en", "job", "phone", "email")


# ---------------------------------------------------------------- the firm


def begin(conn: Connection, firm: str, admin: str, facts: Mapping[str, str], now: int) -> str:
    """Name the firm and let its first administrator in; returns their id. Raises Refused if that was done."""
    firm = " ".join(firm.split())
    if not firm:
        raise Refused(msg("Say what the firm is called."))
    table = Organisation.__table__
    if conn.execute(select(table.c.id).where(table.c.deleted_at.is_(None)).limit(1)).first() is not None:
        raise Refused(msg("This office was begun before; nothing was changed."))
    batch = Batch(conn, OFFICE, OFFICE, now)
    organisation = accounts.new_record(batch, "organisation", {**facts, "name": firm})
    batch.flush()
    audit.record(conn, now, "office", "init", {"organisation": organisation})
    return accounts.add_user(conn, admin, "", ADMIN, now)


# ---------------------------------------------------------------- teams and people


def add_team(conn: Connection, name: str, now: int) -> str:
    """A new team; returns its id. Raises Refused for a name that is there."""
    name = " ".join(name.split())
    if not name or len(name) > accounts.LONGEST_NAME:
        raise Refused(msg("A team needs a name of at most {most} characters.").of(most=accounts.LONGEST_NAME))
    if any(team["name"] == name for team in teams(conn)):
        raise Refused(msg("There is already a team “{name}”.").of(name=name))
    batch = Batch(conn, OFFICE, OFFICE, now)
    team = accounts.new_record(batch, "team", {"name": name})
    batch.flush()
    audit.record(conn, now, "office", "team.add", {"team": team})
    return team


def teams(conn: Connection) -> list[dict[str, Any]]:
    """Every team with the number of people who work in it."""
    query = (
        select(Team.id, Team.name, func.count(User.id).label("people"))
        .outerjoin(
            User.__table__,
            (User.team_id == Team.id)
            & User.deleted_at.is_(None)
            & or_(User.active.is_(True), User.active.is_(None)),
        )
        .where(Team.deleted_at.is_(None))
        .group_by(Team.id, Team.name)
        .order_by(Team.name, Team.id)
    )
    return [{"id": row.id.hex, "name": row.name, "people": row.people} for row in conn.execute(query)]


def users(conn: Connection) -> list[dict[str, Any]]:
    """Every person: team, role, laptops that may sync, and when one was last seen."""
    live = (
        select(
            DEVICE.c.user.label("user"),
            func.count().label("laptops"),
            func.max(DEVICE.c.seen_at).label("seen_at"),
        )
        .where(DEVICE.c.revoked_at.is_(None))
        .group_by(DEVICE.c.user)
        .subquery()
    )
    query = (
        select(
            User.id,
            User.name,
            User.role,
            User.active,
            Team.name.label("team"),
            live.c.laptops,
            live.c.seen_at,
        )
        .outerjoin(Team.__table__, Team.id == User.team_id)
        .outerjoin(live, live.c.user == User.id)
        .where(User.deleted_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [
        {
            "id": row.id.hex,
            "name": row.name,
            "team": row.team or "",
            "role": row.role,
            "active": row.active is not False,
            "laptops": row.laptops or 0,
            "seen_at": row.seen_at,
        }
        for row in conn.execute(query)
    ]


def set_role(conn: Connection, who: str, role: str, now: int) -> str:
    """Give a person another role; returns their id. Raises Refused for the only administrator's."""
    roles.find(conn, role)
    user = accounts.find_user(conn, who)
    if role != ADMIN:
        _keep_an_admin(conn, user)
    _change(conn, user, {"role": role}, now)
    audit.record(conn, now, "office", "role.set", {"user": user, "role": role})
    return user


def join_team(conn: Connection, who: str, team: str, now: int) -> str:
    """Move a person into a team, which is made if need be; their records stay theirs. Returns their id."""
    user = accounts.find_user(conn, who)
    name = " ".join(team.split())
    batch = Batch(conn, OFFICE, OFFICE, now)
    team_id = accounts.team_of(conn, batch, name) if name else None
    batch.flush()
    _change(conn, user, {"team_id": team_id}, now)
    audit.record(conn, now, "office", "team.join", {"user": user, "team": team_id})
    return user


def _change(conn: Connection, user: str, values: Mapping[str, Any], now: int) -> None:
    batch = Batch(conn, OFFICE, OFFICE, now)
    batch.load([("user", user)])
    held = batch.get("user", user)
    if held is not None:
        batch.begin()
        for name, value in values.items():
            if held.row[name] != value:
                batch.change(held, name, value)
        batch.flush()


def _keep_an_admin(conn: Connection, leaving: str) -> None:
    admins = [one["id"] for one in users(conn) if one["role"] == ADMIN and one["active"]]
    if admins == [leaving]:
        raise Refused(
            msg("This is the only administrator; name another one first: satchel-server role set NAME admin.")
        )


# ---------------------------------------------------------------- a list from a file


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list, values in wire form; `line` is where they stand in the file."""

    line: int
    name: str
    team: str
    role: str
    more: dict[str, Any]


def read_list(content: bytes, known: Sequence[Role] = tuple(ROLES.values())) -> list[Listed]:
    """The people of a CSV file, in the roles that are `known`.

    Raises Usage with the line of the first mistake; nothing is done then.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    lines = csv.reader(io.StringIO(text, newline=""))
    header = [COLUMNS.get(cell.strip().casefold(), "") for cell in next(lines, [])]
    if "name" not in header:
        raise Usage(msg("The first line of the file names its columns; there must be “name” or “姓名”."))
    people = [
        _listed(lines.line_num, dict(zip(header, cells, strict=False)), known)
        for cells in lines
        if any(cell.strip() for cell in cells)
    ]
    twice = {one.name: one for one in people}
    if len(twice) < len(people):
        double = next(one for one in people if twice[one.name] is not one)
        raise Usage(msg("Line {line}: “{name}” stands there twice.").of(line=double.line, name=double.name))
    return people


def _listed(line: int, cells: Mapping[str, str], known: Sequence[Role]) -> Listed:
    name = " ".join(cells.get("name", "").split())
    if not name:
        raise Usage(msg("Line {line}: the name is missing.").of(line=line))
    role = _role(cells.get("role", ""), known)
    if role is None:
        raise Usage(
            msg("Line {line}: there is no role “{role}”; there are: {roles}.").of(
                line=line, role=cells["role"].strip(), roles=", ".join(one.name for one in known)
            )
        )
    more = {}
    for field in MORE:
        try:
            more[field] = RECORDS["user"].fields()[field].kind.parse(cells.get(field, ""))
        except Refused as error:
            raise Usage(msg("Line {line}: {why}").of(line=line, why=error.message)) from error
    return Listed(line, name, " ".join(cells.get("team", "").split()), role, more)


def _role(typed: str, known: Sequence[Role]) -> str | None:
    """The role of this name in any language; the usual one where there is none."""
    wanted = typed.strip().casefold()
    if not wanted:
        return "rep"
    for role in known:
        if wanted in {
            role.name.casefold(),
            role.label.in_language("zh"),
            role.label.in_language("en").casefold(),
        }:
            return role.name
    return None


def import_people(conn: Connection, people: Iterable[Listed], now: int) -> list[dict[str, Any]]:
    """Add those who are not there yet, all or none; says of each whether they are new."""
    known = {one["name"]: one["id"] for one in users(conn)}
    return [
        {
            "name": one.name,
            "new": one.name not in known,
            "id": known.get(one.name)
            or accounts.add_user(conn, one.name, one.team, one.role, now, more=one.more),
        }
        for one in people
    ]


# ---------------------------------------------------------------- lost laptops, leavers


def reset(
    conn: Connection, who: str, now: int, choose: accounts.Choose, end: wiping.End = wiping.shut_out
) -> tuple[str, list[str], str]:
    """End the trust in every laptop and code of a person, give them one new code: (id, laptops, code)."""
    user = accounts.find_user(conn, who)
    shut = _shut_out(conn, user, now, end)
    audit.record(conn, now, "office", "user.reset", {"user": user, "devices": shut})
    return user, shut, accounts.new_code(conn, user, now, choose)


def laptops(conn: Connection, user: str) -> list[str]:
    """The laptops of a person that are let in, by id."""
    live = DEVICE.c.user == UUID(hex=user), DEVICE.c.revoked_at.is_(None)
    found = conn.execute(select(DEVICE.c.id).where(*live).order_by(DEVICE.c.id).with_for_update())
    return [row.id.hex for row in found]


def _shut_out(conn: Connection, user: str, now: int, end: wiping.End) -> list[str]:
    shut = [end(conn, device, now) for device in laptops(conn, user)]
    conn.execute(delete(ENROL).where(ENROL.c.user == UUID(hex=user)))
    return shut


def leave(
    conn: Connection, who: str, heir: str, now: int, end: wiping.End = wiping.shut_out
) -> tuple[str, str, list[str]]:
    """A person leaves: no laptop of theirs syncs any more. Returns (leaver, heir, laptops shut out).

    May be repeated for somebody who has left: what is still theirs is moved then.
    """
    leaver, successor = find_anyone(conn, who), accounts.find_user(conn, heir)
    if leaver == successor:
        raise Refused(msg("Somebody else has to take these records over."))
    _keep_an_admin(conn, leaver)
    shut = _shut_out(conn, leaver, now, end)
    _change(conn, leaver, {"active": False}, now)
    audit.record(conn, now, "office", "user.leave", {"user": leaver, "to": successor, "devices": shut})
    return leaver, successor, shut


def find_anyone(conn: Connection, who: str) -> str:
    """The id of the user with this name or id, also of one who has left."""
    gone = [one["id"] for one in users(conn) if not one["active"] and who in (one["id"], one["name"])]
    return gone[0] if len(gone) == 1 else accounts.find_user(conn, who)


def owned(conn: Connection, user: str) -> Iterator[tuple[str, list[str]]]:
    """The records that this person owns, as ids by type; parts come after what they belong to."""
    dialect = conn.dialect.name
    shown = id_out(dialect)
    for record_type in sorted(RECORDS, key=lambda name: (bool(RECORDS[name].__root__), name)):
        table = bare(shape(record_type, dialect).table)
        query = select(table.c.id).where(table.c.owner_id == id_in(dialect)(user)).order_by(table.c.id)
        if ids := [shown(row.id) for row in conn.execute(query)]:
            yield record_type, ids


def hand_over(
    write: Callable[[Callable[..., None]], None],
    read: Callable[[], AbstractContextManager[Connection]],
    leaver: str,
    heir: str,
    clock: Callable[[], int],
) -> dict[str, int]:
    """Give all that `leaver` owns to `heir`, some hundreds in each transaction; how many of each type moved.

    An interruption leaves whole records; asked again, the rest moves.
    """
    with read() as conn:
        todo = list(owned(conn, leaver))
        team = next(_teams_of(conn, heir), None)
    for record_type, ids in todo:
        for start in range(0, len(ids), SOME):
            some = ids[start : start + SOME]
            write(
                partial(_move, kind=record_type, ids=some, leaver=leaver, heir=heir, team=team, now=clock())
            )
    with read() as conn:
        if left := sum(len(ids) for _, ids in owned(conn, leaver)):
            raise Refused(msg("{count} records came in meanwhile; run this once more.").of(count=left))
    moved = {record_type: len(ids) for record_type, ids in todo}
    body = {"user": leaver, "to": heir, "moved": moved}
    write(lambda conn: audit.record(conn, clock(), "office", "user.reassign", body))
    return moved


def _teams_of(conn: Connection, user: str) -> Iterator[str]:
    for row in conn.execute(select(User.team_id).where(User.id == UUID(hex=user))):
        if row.team_id is not None:
            yield row.team_id.hex


def _move(
    conn: Connection, *, kind: str, ids: list[str], leaver: str, heir: str, team: str | None, now: int
) -> None:
    batch = Batch(conn, OFFICE, OFFICE, now)
    batch.load((kind, one) for one in ids)
    batch.begin()
    for one in ids:
        held = batch.get(kind, one)
        if held is None or held.row["owner_id"] != leaver:
            continue
        batch.change(held, "owner_id", heir)
        if held.row["team_id"] is not None and held.row["team_id"] != team:
            batch.change(held, "team_id", team)
    batch.flush()
