"""The key that seals this laptop's paper, who vouches for it, and whose seals count here.

The secret lies in the encrypted database like the device's other key; a device that goes on under another
identity makes itself a new one.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from desktop.models.changes import read_local, write_local

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from sqlalchemy import Connection

    from desktop.models.store import Store

SEAL: Final = "seal"
"""Of this device: secret, certificate, the company's certificate (empty: nobody vouches), office, its end,
and whom a lone one names."""
TRUSTED: Final = "seals_trusted"
"""Every certificate that vouched for paper here: of offices joined, and this laptop's own lone ones."""


RENEW_DAYS: Final = 180
"""With fewer days left a laptop asks for its next certificate."""
_FIRM: Final = "SELECT name FROM organisation WHERE deleted_at IS NULL ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Sealer:
    """What a seal is made with; the certificates are DER."""

    key: "EllipticCurvePrivateKey"
    certificate: bytes
    company: bytes = b""

    @property
    def alone(self) -> bool:
        """Whether no office vouches for this laptop."""
        return not self.company


def sealer(connection: "Connection", device: UUID, firm: str, holder: str, now: datetime) -> Sealer:
    """What this laptop seals with; where nobody vouches for it yet, a lone certificate in these names."""
    from desktop.models import certificates

    kept = _kept(connection, device)
    key = certificates.key_of(bytes.fromhex(kept["seed"]))
    lone, named = not kept.get("company"), [firm, holder]
    ended = not kept.get("certificate") or datetime.fromtimestamp(kept["until"], UTC) <= now
    if ended or (lone and kept.get("named") != named):
        made = certificates.alone(key, firm, holder, device.hex, now)
        kept |= {"certificate": made.hex(), "company": "", "office": "", "until": _end(made), "named": named}
        write_local(connection, SEAL, kept)
        _trust(connection, made)
    return Sealer(key, bytes.fromhex(kept["certificate"]), bytes.fromhex(kept["company"]))


def wanted(store: "Store", kept: Mapping[str, Any] | None, office: str) -> str:
    """The public key that this office shall vouch for, in the name of the firm that is known here.

    Empty while none is known, and where it has, for a good while yet.
    """
    with store.looking() as connection:
        firm = connection.exec_driver_sql(_FIRM).scalar_one_or_none()
    if not firm:
        return ""
    ahead = store.clock() + timedelta(days=RENEW_DAYS)
    if kept is None or kept["device"] != store.device.hex:
        with store.engine.begin() as writing:
            kept = _kept(writing, store.device)
    elif (kept.get("office"), kept.get("firm")) == (office, firm) and kept["until"] > ahead.timestamp():
        return ""
    from desktop.models import certificates

    return certificates.public_of(certificates.key_of(bytes.fromhex(kept["seed"])))


def learn(store: "Store", certificate: bytes, company: bytes, office: str) -> bool:
    """Keep what the office vouched with. False, and nothing kept, where it is not about this laptop's key."""
    from cryptography import x509

    from desktop.models import certificates

    with store.engine.begin() as connection:
        kept = _kept(connection, store.device)
        key = certificates.key_of(bytes.fromhex(kept["seed"]))
        if not certificates.vouches(company, certificate):
            return False
        if x509.load_der_x509_certificate(certificate).public_key() != key.public_key():
            return False
        kept |= {
            "certificate": certificate.hex(),
            "company": company.hex(),
            "office": office,
            "firm": connection.exec_driver_sql(_FIRM).scalar_one_or_none(),
            "until": _end(certificate),
        }
        write_local(connection, SEAL, kept)
        _trust(connection, company)
    return True


def trusted(store: "Store") -> tuple[bytes, ...]:
    """The certificates whose word counts here, DER."""
    return tuple(bytes.fromhex(each) for each in store.local(TRUSTED, []))


def _kept(connection: "Connection", device: UUID) -> dict[str, Any]:
    """What is kept of this device's seal, with a secret made when there is none."""
    kept: dict[str, Any] | None = read_local(connection, SEAL)
    if kept is None or kept["device"] != device.hex:
        kept = {"device": device.hex, "seed": secrets.token_bytes(32).hex()}
        write_local(connection, SEAL, kept)
    return kept


def _end(certificate: bytes) -> int:
    from desktop.models import certificates

    return int(certificates.ends_at(certificate).timestamp())


def _trust(connection: "Connection", certificate: bytes) -> None:
    known = read_local(connection, TRUSTED, [])
    if certificate.hex() not in known:
        write_local(connection, TRUSTED, [*known, certificate.hex()])
