"""What an approver has allowed, in advance or when asked, as the office signs it and a laptop examines it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from desktop.models.records import Approval, ApprovalGrant, Delegation
from desktop.rules import approvals, delegations
from desktop.rules.delegations import Used

if TYPE_CHECKING:
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Connection

KEYS: Final = "office_keys"
"""Of the office: the public halves of its keys, kept when this laptop joined it."""
_LIMITS: Final = tuple(kind for kind, _ in approvals.KINDS)
SIGNED: Final = (
    *("id", "owner_id", "device_id", "customer_id", "code", "valid_from", "valid_until", "most", "exposure"),
    *("currency", "granted_by_id", "granted_as", *_LIMITS, "subject"),
)
"""The fields of a delegation that its signature covers."""
_LATER: Final = {"subject": ("", None, approvals.QUOTE), approvals.CREDIT: (None,), approvals.FREE: (None,)}
"""Fields that earlier signatures do not know, with what they say of a delegation from before."""
ANSWER: Final = (*("id", "quote_id", "request_id", "content_hash", "granted", "granted_by_id", "granted_as"),)
"""The fields of an answer to a request that its signature covers."""
_LATELY: Final = "SELECT max(at) FROM (SELECT at FROM change ORDER BY seq DESC LIMIT 50)"


def sign(key: "Ed25519PrivateKey", row: Mapping[str, Any], at: int) -> str:
    """The office's signature under a delegation or an answer in wire form, in hexadecimal."""
    return key.sign(_text(row, at)).hex()


def is_signed(public: str, row: Mapping[str, Any]) -> bool:
    """Whether the office with this public key has signed exactly this delegation or answer."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(row["signature"] or ""), _text(row, row["granted_at"]))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def read(row: Mapping[str, Any]) -> delegations.Delegation | None:
    """A delegation in wire form as rules take it; None where something that it needs is missing."""
    needed = (row["owner_id"], row["device_id"], row["valid_from"], row["valid_until"])
    if None in needed or row["most"] is None or row["exposure"] is None:
        return None
    return delegations.Delegation(
        code=row["code"] or "",
        rep=row["owner_id"],
        device=row["device_id"],
        limits={kind: Decimal(row[kind]) for kind in _LIMITS if row.get(kind) is not None},
        first=date.fromisoformat(row["valid_from"]),
        last=date.fromisoformat(row["valid_until"]),
        most=row["most"],
        currency=row["currency"] or "",
        exposure=Decimal(row["exposure"]),
        customer=row["customer_id"] or "",
        granted_as=row["granted_as"] or "",
        granted_at=row["granted_at"] or 0,
        subject=row.get("subject") or approvals.QUOTE,
    )


def wire(given: Delegation | ApprovalGrant) -> dict[str, Any]:
    """It in wire form, with its id."""
    return {"id": given.id.hex, **given.wire()}


def used(connection: "Connection", given: "UUID", *, but: "UUID | None" = None) -> Used:
    """What the log of approvals says was issued under a delegation; nothing is ever taken back."""
    table = Approval.table()
    count, exposure = connection.execute(
        select(func.count(), func.sum(table.c.exposure)).where(
            table.c.source_id == given, *([table.c.id != but] if but is not None else [])
        )
    ).one()
    return Used(count, Decimal(exposure or 0))


def newest(connection: "Connection") -> int:
    """The latest moment that this vault knows of, in milliseconds."""
    return int(connection.exec_driver_sql(_LATELY).scalar_one() or 0)


def _text(row: Mapping[str, Any], at: int) -> bytes:
    names = SIGNED if "device_id" in row else ANSWER
    said = {name: row[name] for name in names if name not in _LATER or row.get(name) not in _LATER[name]}
    return delegations.signed_text(said, at)
