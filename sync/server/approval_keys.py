"""The keys of approvals by telephone: every laptop gets its own, an approver those of whom they see."""

import logging
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from sqlalchemy import Connection, select

from desktop.models.phone_keys import APPROVE
from desktop.rules import approvals
from desktop.words import msg
from sync.protocol import phone_keys
from sync.protocol.messages import SyncRequest, SyncResponse
from sync.server import approval_calls, audit
from sync.server.accounts import device_row
from sync.server.problems import Refusal
from sync.server.scope import Scope, scope_of
from sync.server.tables import DEVICE

if TYPE_CHECKING:
    from sync.server.bundle import Seals
    from sync.server.store import Store

NO_KEY: Final = msg("The office cannot seal keys for this laptop: what it gave is not a key.")


class Calls:
    """What of approvals by telephone happens beside a push, each in a transaction of its own."""

    def __init__(self, store: "Store", seals: "Seals") -> None:
        self._store = store
        self._seals = seals
        self._looked = 0

    def answer(self, wish: SyncRequest, found: SyncResponse, now: int) -> SyncResponse:
        """The answer with the keys that were asked for. A push was taken by now: nothing undoes it."""
        try:
            if now >= self._looked + approval_calls.EVERY:
                self._store.write(lambda conn: approval_calls.overdue(conn, now))
                self._looked = now
            if wish.phone:
                return self._hand_out(wish, found, now)
        except Exception:  # the answer holds the verdicts of the push
            logging.getLogger(__name__).exception("no keys for %s", wish.device)
        return found

    def _hand_out(self, wish: SyncRequest, found: SyncResponse, now: int) -> SyncResponse:
        seed = self._seals.seed
        with self._store.read() as conn:
            devices = _devices(conn, wish.device, now)
        if not devices:
            return found
        keys = {device: phone_keys.key_of(seed, device) for device in devices}
        if len(devices) > 1:  # others' keys: a line of the office's log says who has them
            body = {"device": wish.device, "keys": len(devices)}
            self._store.write(lambda conn: audit.record(conn, now, "office", "phone_keys", body))
        return replace(found, phone=phone_keys.seal(wish.phone, wish.device, keys))


def check_box(public: str) -> None:
    """Raises Refusal for what nothing can be sealed to."""
    if public and not phone_keys.is_box(public):
        raise Refusal(400, "bad_request", NO_KEY)


def _devices(conn: Connection, asking: str, now: int) -> list[str]:
    """The laptops whose keys this one may have; its own comes first."""
    device = device_row(conn, asking)
    scope = scope_of(conn, device.user.hex, now) if device is not None else None
    if device is None or scope is None or scope.role is None:
        return []
    if not (scope.role.may(APPROVE) and approvals.enough(scope.role, approvals.APPROVERS[0])):
        return [asking]
    query = select(DEVICE.c.id, DEVICE.c.user).where(
        DEVICE.c.revoked_at.is_(None), DEVICE.c.user != device.user
    )
    others = [row.id.hex for row in conn.execute(query.order_by(DEVICE.c.id)) if _sees(scope, row.user.hex)]
    return [asking, *others]


def _sees(scope: Scope, user: str) -> bool:
    return scope.may_read(f"user:{user}")
