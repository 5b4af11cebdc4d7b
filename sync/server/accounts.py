"""Who works here and on which laptops: users and teams, the codes that let a laptop in, and its way out."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from desktop.errors import NotFound, Refused
from desktop.models.records import Team, User
from desktop.rules.chain import START
from desktop.words import msg
from sync.protocol.messages import Enrol, Enrolled, Keys
from sync.protocol.pins import LETTERS, as_given
from sync.protocol.versions import PROTOCOL, SCHEMA
from sync.server import audit, leases, roles, wakeups
from sync.server.batch import OFFICE, Batch
from sync.server.permission import new_row
from sync.server.problems import Refusal
from sync.server.rows import id_in, is_id, upsert
from sync.server.scope import scope_of, works_here
from sync.server.tables import DEVICE, ENROL, HEIR

SHORT_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""For the three characters within a document number: read aloud over the telephone."""
CODE: Final = 8
FINDER: Final = 3
MINUTES: Final = 10
TRIES: Final = 5
LONGEST_NAME: Final = 200

BAD_CODE: Final = msg("This code is wrong, used or out of date; ask the office for a new one.")
BAD_DEVICE: Final = msg("This laptop cannot join as it is; ask the office.")
REVOKED: Final = msg("The office has withdrawn this laptop's access.")

Choose = Callable[[int], int]
"""A random whole number below the one given, such as `secrets.randbelow`."""


# ---------------------------------------------------------------- people


def add_user(
    conn: Connection,
    name: str,
    team: str,
    role: str,
    now: int,
    more: Mapping[str, Any] | None = None,
) -> str:
    """A new person in `team` (made if need be) with `role`; returns their id. Raises Refused.

    `more` are further fields of theirs, in wire form.
    """
    name, team = " ".join(name.split()), " ".join(team.split())
    roles.find(conn, role)
    if not name or len(name) > LONGEST_NAME or len(team) > LONGEST_NAME:
        raise Refused(msg("A person needs a name of at most {most} characters.").of(most=LONGEST_NAME))
    if _user_ids(conn, name):
        raise Refused(msg("There is already a user “{name}”.").of(name=name))
    batch = Batch(conn, OFFICE, OFFICE, now)
    team_id = team_of(conn, batch, team) if team else None
    known = {"name": name, "role": role, "team_id": team_id, "active": True}
    user = new_record(batch, "user", {**(more or {}), **known})
    batch.flush()
    audit.record(conn, now, "office", "user.add", {"user": user, "role": role, "team": team_id})
    return user


def team_of(conn: Connection, batch: Batch, name: str) -> str:
    """The id of the team with this name, which is made if need be."""
    found = conn.execute(
        select(Team.id).where(Team.name == name, Team.deleted_at.is_(None)).order_by(Team.id).limit(1)
    ).scalar_one_or_none()
    return found.hex if found is not None else new_record(batch, "team", {"name": name})


def new_record(batch: Batch, record_type: str, values: Mapping[str, Any], record: str = "") -> str:
    """A record that the office itself makes."""
    return batch.add(record_type, new_row(record_type, values, record)).id


def find_user(conn: Connection, who: str) -> str:
    """The id of who works here under this name or id. Raises NotFound; Refused for a name that two have."""
    ids = [one for one in ([who] if is_id(who) else _user_ids(conn, who)) if works_here(conn, one)]
    if not ids:
        raise NotFound(msg("There is no user “{name}”.").of(name=who))
    if len(ids) > 1:
        raise Refused(msg("There are several users “{name}”; name one by its id.").of(name=who))
    return ids[0]


def _user_ids(conn: Connection, name: str) -> list[str]:
    found = conn.execute(select(User.id).where(User.name == name, User.deleted_at.is_(None)))
    return [row.id.hex for row in found]


# ---------------------------------------------------------------- codes


def new_code(conn: Connection, user: str, now: int, choose: Choose, minutes: int = MINUTES) -> str:
    """A code that lets one laptop of `user` in, within 10 minutes (or as long as said) and 5 tries."""
    conn.execute(delete(ENROL).where(ENROL.c.ends_at < now - MINUTES * 60_000))
    taken = set(conn.execute(select(ENROL.c.finder)).scalars())
    code = _letters(CODE, choose)
    while code[:FINDER] in taken:
        code = _letters(CODE, choose)
    conn.execute(
        insert(ENROL),
        {
            "finder": code[:FINDER],
            "secret": _secret(code),
            "user": UUID(hex=user),
            "ends_at": now + minutes * 60_000,
            "tries": 0,
            "device": None,
        },
    )
    audit.record(conn, now, "office", "code", {"user": user, "minutes": minutes})
    return code


def _letters(count: int, choose: Choose, letters: str = LETTERS) -> str:
    return "".join(letters[choose(len(letters))] for _ in range(count))


def _secret(code: str) -> bytes:
    return hashlib.sha256(f"satchel code {code}".encode()).digest()


def _user_of_code(conn: Connection, typed: str, device: str, now: int) -> str | None:
    """Whose code this is, now used by `device`; a wrong one costs one of its five tries."""
    code = as_given(typed)
    row = conn.execute(select(ENROL).where(ENROL.c.finder == code[:FINDER]).with_for_update()).first()
    if row is None or row.ends_at < now or row.tries >= TRIES:
        return None
    mine = update(ENROL).where(ENROL.c.finder == row.finder)
    if not hmac.compare_digest(bytes(row.secret), _secret(code)):
        conn.execute(mine.values(tries=row.tries + 1))
        return None
    if row.device is not None and row.device.hex != device:
        return None
    conn.execute(mine.values(device=UUID(hex=device)))
    return str(row.user.hex)


# ---------------------------------------------------------------- laptops


@dataclass(frozen=True, slots=True)
class Office:
    """What a laptop is told about whom it joined."""

    id: str
    name: str
    keys: Keys | None = None


def enrol(
    conn: Connection, request: Enrol, sequence: int, office: Office, now: int, choose: Choose
) -> Enrolled | Refusal:
    """Let a laptop in. A refusal is returned, not raised: the try that it cost must stay counted."""
    if not is_id(request.device) or request.device == OFFICE or not _is_key(request.key):
        return Refusal(400, "bad_request", BAD_DEVICE)
    if request.previous:
        user = _heir(conn, request)
    else:
        user = _user_of_code(conn, request.code, request.device, now)
    scope = scope_of(conn, user, now) if user is not None else None
    if user is None or scope is None:
        return Refusal(403, "code", BAD_CODE)
    known = device_row(conn, request.device)
    lent = []
    if known is None:
        known = _admit(conn, request, user, sequence, now, choose)
        lent = leases.lend(conn, request.device, leases.FIRST_SERIES, now)
    elif bytes(known.public_key).hex() != request.key or known.user.hex != user:
        return Refusal(403, "code", BAD_DEVICE)
    if known.revoked_at is not None:
        return Refusal(403, "revoked", REVOKED)
    if request.previous:
        key = id_in(conn.dialect.name)
        upsert(conn, HEIR, [{"device": key(request.previous), "heir": key(request.device)}])
    return Enrolled(
        server=office.id,
        name=office.name,
        device=request.device,
        short=known.code,
        person=scope.person,
        protocol=PROTOCOL,
        schema=SCHEMA,
        leases=lent,
        keys=office.keys,
    )


def _heir(conn: Connection, request: Enrol) -> str | None:
    """The user of the device in whose name a restored laptop comes back; its key has signed the request."""
    former = device_row(conn, request.previous, lock=True)  # whoever shuts it out comes before or after
    return former.user.hex if former is not None and former.revoked_at is None else None


def _admit(conn: Connection, request: Enrol, user: str, sequence: int, now: int, choose: Choose) -> Row[Any]:
    taken = set(conn.execute(select(DEVICE.c.code)).scalars())
    code = _letters(3, choose, SHORT_LETTERS)
    while code in taken:
        code = _letters(3, choose, SHORT_LETTERS)
    name = " ".join(request.name.replace("\0", " ").split())[:LONGEST_NAME]
    conn.execute(
        insert(DEVICE),
        {
            "id": UUID(hex=request.device),
            "user": UUID(hex=user),
            "public_key": bytes.fromhex(request.key),
            "code": code,
            "name": name,
            "last_op": 0,
            "head": START,
            "acked": 0,
            "sequence": sequence,
            "enrolled_at": now,
            "seen_at": now,
            "revoked_at": None,
        },
    )
    batch = Batch(conn, OFFICE, user, now)
    batch.load([("device", request.device)])
    if batch.get("device", request.device) is None:
        new_record(batch, "device", {"name": name, "user_id": user, "code": code}, request.device)
    batch.flush()
    audit.record(
        conn,
        now,
        "office",
        "enrol",
        {"device": request.device, "user": user, "key": request.key, "previous": request.previous},
    )
    found = device_row(conn, request.device)
    if found is None:
        raise AssertionError("a device that was just written is there")
    return found


def _is_key(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


_DEVICE: Final = select(DEVICE).where(DEVICE.c.id == bindparam("device"))
_LOCKED: Final = _DEVICE.with_for_update()


def device_row(conn: Connection, device: str, *, lock: bool = False) -> Row[Any] | None:
    """What the office knows of a device, or None."""
    if not is_id(device):
        return None
    return conn.execute(_LOCKED if lock else _DEVICE, {"device": UUID(hex=device)}).first()


def devices(conn: Connection) -> list[dict[str, Any]]:
    """Every laptop with its person, for a list."""
    query = (
        select(DEVICE, User.name.label("user_name"))
        .outerjoin(User.__table__, User.__table__.c.id == DEVICE.c.user)
        .order_by(DEVICE.c.enrolled_at, DEVICE.c.id)
    )
    return [
        {
            "id": row.id.hex,
            "code": row.code,
            "name": row.name,
            "user": row.user_name,
            "user_id": row.user.hex,
            "ops": row.last_op,
            "enrolled_at": row.enrolled_at,
            "seen_at": row.seen_at,
            "revoked_at": row.revoked_at,
        }
        for row in conn.execute(query)
    ]


def shut_out(device: str) -> str:
    """The name under which it is made known at once that a laptop's access was withdrawn."""
    return f"device:{device}"


def revoke(conn: Connection, which: str, now: int) -> str:
    """Take a laptop's access away, from its next request on; `which` is its id or code. Returns the id."""
    asked = or_(DEVICE.c.code == which.upper(), DEVICE.c.id == (UUID(hex=which) if is_id(which) else None))
    row = conn.execute(select(DEVICE.c.id, DEVICE.c.revoked_at).where(asked).with_for_update()).first()
    if row is None:
        raise NotFound(msg("There is no device “{name}”.").of(name=which))
    if row.revoked_at is None:
        conn.execute(update(DEVICE).where(DEVICE.c.id == row.id).values(revoked_at=now))
        wakeups.note(conn, {shut_out(row.id.hex): now})
        audit.record(conn, now, "office", "device.revoke", {"device": row.id.hex})
    return str(row.id.hex)
