"""What every answer about records begins with: whose scope it is, behind which wall, and their page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from desktop.words import msg
from sync.protocol.messages import Cursor, Keys, Lease, Page, SyncRequest, SyncResponse
from sync.protocol.versions import RECEIVING
from sync.server import approval_keys, audit, feed, proposals, sealing, stubs, walls
from sync.server.accounts import REVOKED, device_row
from sync.server.intake import Taken, standing
from sync.server.problems import Refusal
from sync.server.scope import Scope, heads, scope_of

NO_SENSE: Final = msg("The office cannot read this request.")
MOST_CURSORS: Final = 20_000


def scope_for(conn: Connection, device: Row[Any] | None, now: int) -> Scope:
    """The scope of a laptop's person. Raises Refusal where they have left."""
    scope = scope_of(conn, device.user.hex, now) if device is not None else None
    if scope is None:
        raise Refusal(403, "revoked", REVOKED)
    return scope


def walled(conn: Connection, device: str, now: int) -> Scope:
    """The scope of a laptop's person; from here on the database shows this transaction nothing else."""
    scope = scope_for(conn, device_row(conn, device), now)
    behind(conn, scope)
    return scope


@dataclass(frozen=True, slots=True)
class Admitted:
    """A laptop whose request was let through; called with a connection it says what may be read there."""

    device: str
    clock: Callable[[], int]
    mark: str = ""
    """Where the office stood then: whoever answers must have that."""

    def __call__(self, conn: Connection) -> Scope:
        """The scope of the laptop's person, behind the wall."""
        return walled(conn, self.device, self.clock())


def behind(conn: Connection, scope: Scope) -> None:
    """From here on the database shows this transaction nothing but this scope."""
    walls.stand_behind(conn, scope.streams, scope.person.user)


def response(
    conn: Connection,
    scope: Scope,
    wish: SyncRequest,
    taken: Taken,
    lent: list[Lease],
    now: int,
    keys: Keys | None,
) -> SyncResponse:
    """The answer to a sync: what became of what was brought, and the first page of what there is."""
    old, known = wish.schema < RECEIVING, heads(conn, scope)
    return SyncResponse(
        status=taken.status,
        last=taken.last,
        server_at=now,
        heads=feed.heads_of(conn, scope, known, wish.cursors),
        person=scope.person,
        verdicts=taken.verdicts,
        page=Page()
        if old or taken.status == "gap"
        else page_of(conn, scope, known, wish.cursors, wish.limit),
        leases=lent,
        agreed=taken.agreed,
        roots=audit.roots(conn, wish.root),
        keys=keys,
        upgrade=old,
    )


def news(
    conn: Connection, device: Row[Any], wish: SyncRequest, now: int, keys: Keys | None
) -> tuple[SyncResponse, Scope, bool]:
    """The answer to a laptop that brings nothing, and whether its person has got streams never noted yet."""
    scope = scope_for(conn, device, now)
    unheard = bool(proposals.unremembered(conn, scope))
    taken = standing(conn, device, wish)
    behind(conn, scope)
    return response(conn, scope, wish, taken, [], now, keys), scope, unheard


def page_of(
    conn: Connection, scope: Scope, known: Mapping[str, int], cursors: Iterable[Cursor], limit: int
) -> Page:
    """What the streams of these cursors brought since."""
    parts = feed.parts(conn, scope, known, cursors, limit)
    return Page(parts=parts, stubs=stubs.of_parts(conn, scope, parts))


def check_wish(wish: SyncRequest) -> None:
    """Raises Refusal, before anything of it is taken, for a request that no laptop makes."""
    check_cursors(wish.cursors)
    sealing.check_key(wish.seal)
    approval_keys.check_box(wish.phone)


def check_cursors(cursors: list[Cursor]) -> None:
    """Raises Refusal for cursors that no laptop has."""
    if len(cursors) > MOST_CURSORS or any(not 0 <= cursor.seq < 2**53 for cursor in cursors):
        raise Refusal(400, "bad_request", NO_SENSE)
