"""A release of a seal as the office signs it and a laptop examines it, and how often it was used."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from desktop.models.records.seals import SealUse
from desktop.rules import seal_releases as rules

if TYPE_CHECKING:
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Connection

SIGNED: Final = (
    *("id", "owner_id", "seal_id", "subject", "valid_from", "valid_until", "most"),
    *("name", "kind", "sha256", "granted_by_id", "granted_as"),
)
"""The fields that the signature covers; the picture by its hash."""


def sign(key: "Ed25519PrivateKey", row: Mapping[str, Any], at: int) -> str:
    """The office's signature under a release in wire form, in hexadecimal."""
    return key.sign(_text(row, at)).hex()


def is_signed(public: str, row: Mapping[str, Any]) -> bool:
    """Whether the office with this public key has signed exactly this release."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(row["signature"] or ""), _text(row, row["granted_at"]))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def read(row: Mapping[str, Any]) -> rules.Release | None:
    """A release in wire form as rules take it; None where something that it needs is missing."""
    if None in (row["owner_id"], row["valid_from"], row["valid_until"], row["most"]):
        return None
    return rules.Release(
        name=row["name"] or "",
        person=row["owner_id"],
        subject=row["subject"] or "",
        first=date.fromisoformat(row["valid_from"]),
        last=date.fromisoformat(row["valid_until"]),
        most=row["most"],
        granted_at=row["granted_at"] or 0,
    )


def used(connection: "Connection", release: "UUID", *, but: "UUID | None" = None) -> int:
    """How often the log says that it was printed; nothing is ever taken back."""
    table = SealUse.table()
    wanted = [table.c.release_id == release, *([table.c.id != but] if but is not None else [])]
    return connection.execute(select(func.count()).where(*wanted)).scalar_one()


def _text(row: Mapping[str, Any], at: int) -> bytes:
    return rules.signed_text({name: row[name] for name in SIGNED}, at)
