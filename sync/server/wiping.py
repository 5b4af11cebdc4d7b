"""Laptops whose trust has ended: the order to erase, what such a laptop is told, and its last words.

The order stands among the single facts of the office. From then on every request of the laptop is answered
`401 wipe` with it, and with nothing else; a copy of the laptop that comes back later meets the same order.
A laptop that is only shut out has no order: it is told 403 and keeps what it holds.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, delete, or_, select

from desktop.errors import NotFound, Refused
from desktop.words import msg
from sync.protocol.bundle import sign_key
from sync.protocol.wiping import CODE, Farewell, Farewelled, WipeOrder, order
from sync.server import accounts, audit, intake
from sync.server.accounts import REVOKED
from sync.server.answering import NO_SENSE
from sync.server.problems import Refusal
from sync.server.rows import is_id, upsert
from sync.server.scope import Scope, parting_scope
from sync.server.tables import DEVICE, META

if TYPE_CHECKING:
    from sync.server.server import Server

End = Callable[[Connection, str, int], str]
"""Ends the trust in the laptop that is named, at this time; returns its id."""

ORDERED: Final = msg("The office has ordered this laptop to be wiped.")
ERASED: Final = msg("“{name}” has erased itself already; nothing is left there to be kept.")
MOST_TYPES: Final = 200
_NAME: Final = "wipe:"


def revoke(server: "Server", which: str, *, send: bool = True) -> str:
    """End the trust in a laptop and have it erase itself; returns its id.

    `which` is its id, code or name; `send`, whether what waits on it may come to the office first.
    """
    end = ordering(server, send=send)
    return server.store.write(lambda conn: end(conn, which, server.clock()))


def ordering(server: "Server", *, send: bool = True) -> End:
    """What ends the trust in a laptop and has it erase itself."""
    office, seed = (server.store.office, server.office_name()), server.seals.seed
    return lambda conn, which, now: give(conn, seed, office, which, now, send=send)


def shut_out(conn: Connection, which: str, now: int) -> str:
    """End the trust in a laptop that keeps what it holds; an order that it has not obeyed is taken back.

    Raises NotFound, and Refused for one that has erased itself.
    """
    device = accounts.revoke(conn, find(conn, which), now)
    kept = _kept(conn, device)
    if kept is not None and kept["done"]:
        raise Refused(ERASED.of(name=which))
    if kept is not None:
        conn.execute(delete(META).where(META.c.name == _NAME + device))
        audit.record(conn, now, "office", "device.keep", {"device": device})
    return device


def give(conn: Connection, seed: bytes, office: tuple[str, str], which: str, now: int, *, send: bool) -> str:
    """Order a laptop to be wiped at its next contact; `which` is its id, code or name. Returns the id.

    `office` is the id and the name of the office. Raises NotFound, Refused for a name that several have.
    """
    device = accounts.revoke(conn, find(conn, which), now)
    given = order(sign_key(seed), server=office[0], device=device, office=office[1], at=now, send=send)
    _keep(conn, device, {"order": msgspec.to_builtins(given), "done": None})
    audit.record(conn, now, "office", "device.wipe", {"device": device, "send": send})
    return device


def find(conn: Connection, which: str) -> str:
    """The id of the laptop with this id, code or name. Raises NotFound and Refused."""
    asked = [DEVICE.c.code == which.upper(), DEVICE.c.name == " ".join(which.split())]
    if is_id(which):
        asked.append(DEVICE.c.id == UUID(hex=which))
    found = [one.id.hex for one in conn.execute(select(DEVICE.c.id).where(or_(*asked)).order_by(DEVICE.c.id))]
    if not found:
        raise NotFound(msg("There is no device “{name}”.").of(name=which))
    if len(found) > 1:
        raise Refused(msg("Several laptops are called “{name}”; name one by its code.").of(name=which))
    return str(found[0])


def states(conn: Connection) -> dict[str, dict[str, Any]]:
    """By device: when it was ordered, whether changes may be sent first, when it was wiped, what was lost."""
    found = {}
    for row in conn.execute(select(META.c.name, META.c.value).where(META.c.name.startswith(_NAME))):
        kept = json.loads(row.value)
        done = kept["done"] or {}
        found[str(row.name).removeprefix(_NAME)] = {
            "ordered_at": kept["order"]["at"],
            "send": kept["order"]["send"],
            "wiped_at": done.get("at"),
            "lost": done.get("lost", {}),
            "files": done.get("files", 0),
        }
    return found


def refuse(conn: Connection, device: Row[Any]) -> None:
    """Raises Refusal for a laptop that is shut out: with the order to wipe it, where there is one."""
    if device.revoked_at is None:
        return
    kept = _kept(conn, device.id.hex)
    if kept is not None:
        raise Refusal(401, CODE, ORDERED, kept["order"])
    raise Refusal(403, "revoked", REVOKED)


def farewell(conn: Connection, device: Row[Any], wish: Farewell, now: int) -> Farewelled:
    """Take what such a laptop may still send, or its last word. Raises Refusal where it has no order."""
    kept = _kept(conn, device.id.hex)
    if kept is None:
        raise Refusal(403, "revoked", REVOKED)
    if wish.request is not None:
        return _take(conn, device, wish, msgspec.convert(kept["order"], WipeOrder), now)
    if wish.done:
        lost = {str(kind)[:40]: count for kind, count in list(wish.lost.items())[:MOST_TYPES]}
        if any(count < 0 for count in lost.values()) or wish.files < 0:
            raise Refusal(400, "bad_request", NO_SENSE)
        said = {"at": now, "lost": lost, "files": wish.files}
        _keep(conn, device.id.hex, {**kept, "done": kept["done"] or said})
        body = {"device": device.id.hex, "lost": lost, "files": wish.files, "again": bool(kept["done"])}
        audit.record(conn, now, device.id.hex, "device.wiped", body)
    return Farewelled("ok", int(device.last_op))


def _take(conn: Connection, device: Row[Any], wish: Farewell, given: WipeOrder, now: int) -> Farewelled:
    request = wish.request
    if not given.send or request is None or request.device != device.id.hex:
        raise Refusal(403, "revoked", REVOKED)
    taken = intake.receive(conn, device, _scope(conn, device, now), request, now)
    kinds = [verdict.kind for verdict in taken.verdicts]
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    audit.record(conn, now, device.id.hex, "device.farewell", {"status": taken.status, "verdicts": counts})
    return Farewelled(taken.status, taken.last, taken.verdicts)


def _scope(conn: Connection, device: Row[Any], now: int) -> Scope:
    scope = parting_scope(conn, device.user.hex, now)
    if scope is None:
        raise Refusal(403, "revoked", REVOKED)
    return scope


def _kept(conn: Connection, device: str) -> dict[str, Any] | None:
    found = conn.execute(select(META.c.value).where(META.c.name == _NAME + device)).scalar_one_or_none()
    return dict(json.loads(found)) if found is not None else None


def _keep(conn: Connection, device: str, kept: dict[str, Any]) -> None:
    conn.execute(delete(META).where(META.c.name == _NAME + device))
    upsert(conn, META, [{"name": _NAME + device, "value": json.dumps(kept)}])
