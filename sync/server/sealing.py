"""The office vouches for the keys that seal paper on laptops: a small authority in the company's name."""

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from sqlalchemy import Connection, select

from desktop.models import certificates
from desktop.models.records import Organisation
from desktop.words import msg
from sync.protocol.messages import SyncRequest, SyncResponse, Vouched
from sync.server import audit
from sync.server.accounts import device_row
from sync.server.problems import Refusal
from sync.server.rows import upsert
from sync.server.scope import scope_of
from sync.server.tables import META

if TYPE_CHECKING:
    from sync.server.bundle import Seals
    from sync.server.store import Store

COMPANY: Final = "company"
"""The row of `office_meta` with the company's certificate; its key comes of the office's secret."""
ISSUE: Final = "quote.issue"
"""Whoever may not do this seals no paper, and nobody vouches for their laptop."""
NO_KEY: Final = msg("The office cannot vouch for this laptop's seal: it is not a key.")


class Company:
    """The company's key and certificate. They last as long as the office's database and its backups."""

    def __init__(self, store: "Store", seals: "Seals") -> None:
        self._store = store
        self._seals = seals

    def vouch(self, wish: SyncRequest, found: SyncResponse, now: int) -> SyncResponse:
        """The answer with a certificate, where one was asked for, by whom may issue, and there is a company
        to speak for. A push was taken by now: whatever fails here, the laptop asks for it again.
        """
        if not wish.seal:
            return found
        seed = self._seals.seed
        try:
            made = self._store.write(lambda conn: _vouched(conn, seed, wish, now))
        except Exception:  # the answer holds the verdicts of the push
            logging.getLogger(__name__).exception("no certificate for %s", wish.device)
            return found
        return found if made is None else replace(found, seal=made)


def check_key(seal: str) -> None:
    """Raises Refusal for what no laptop asks to be vouched for."""
    try:
        if seal:
            certificates.read_public(seal)
    except ValueError as error:
        raise Refusal(400, "bad_request", NO_KEY) from error


def _vouched(conn: Connection, seed: bytes, wish: SyncRequest, now: int) -> Vouched | None:
    firm = conn.execute(
        select(Organisation.name).where(Organisation.deleted_at.is_(None)).order_by(Organisation.id).limit(1)
    ).scalar_one_or_none()
    device = device_row(conn, wish.device)
    scope = scope_of(conn, device.user.hex, now) if device is not None else None
    if not firm or device is None or scope is None or scope.role is None or not scope.role.may(ISSUE):
        return None
    key, at = certificates.key_of(seed), datetime.fromtimestamp(now // 1000, UTC)
    company = _company(conn, seed, firm, at)
    public = certificates.read_public(wish.seal)
    holder = f"{scope.person.name} · {device.code}"
    made = certificates.laptop(company, key, public, holder, wish.device, at)
    audit.record(conn, now, "office", "seal", {"device": wish.device, "key": wish.seal})
    return Vouched(made.hex(), company.hex())


def _company(conn: Connection, seed: bytes, firm: str, at: datetime) -> bytes:
    """The certificate of the company as it is called now; a new name keeps the key."""
    known = conn.execute(select(META.c.value).where(META.c.name == COMPANY)).scalar_one_or_none()
    if known is not None and (kept := json.loads(known))["firm"] == firm:
        return bytes.fromhex(kept["certificate"])
    made = certificates.company(certificates.key_of(seed), firm, at)
    kept = {"firm": firm, "certificate": made.hex()}
    upsert(conn, META, [{"name": COMPANY, "value": json.dumps(kept)}])
    return made
