"""Who asks: a laptop that is known and welcome, each of its requests counted once."""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, update

from desktop.words import msg
from sync.protocol.signing import BadSignature, Signed, check_request, read_headers
from sync.server import wiping
from sync.server.accounts import device_row
from sync.server.problems import Refusal
from sync.server.tables import DEVICE

UNKNOWN: Final = msg("The office does not know this laptop; join with a code.")
UNSIGNED: Final = msg("The request is not signed by this laptop.")
_COUNT: Final = (
    update(DEVICE)
    .where(DEVICE.c.id == bindparam("of"))
    .values(sequence=bindparam("number"), seen_at=bindparam("now"))
)
SEEN: Final = msg("This request was answered before.")


class Asked(Protocol):
    """What a laptop signs."""

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


def signed_by(request: Asked) -> Signed:
    """By whom a request says that it was signed. Raises Refusal where it does not say."""
    try:
        return read_headers(request.headers)
    except BadSignature as error:
        raise Refusal(401, "bad_signature", UNSIGNED) from error


def verify(public: bytes, signed: Signed, request: Asked) -> None:
    """Raises Refusal where this key has not signed this request."""
    try:
        check_request(public, signed, request.method, request.target, request.body)
    except BadSignature as error:
        raise Refusal(401, "bad_signature", UNSIGNED) from error


def counted(conn: Connection, signed: Signed, now: int, *, leaving: bool = False) -> Row[Any]:
    """Lock the laptop's row and count its request. Raises Refusal for one that was counted before.

    `leaving`: it is shut out, and says its last words.
    """
    device = device_row(conn, signed.device, lock=True)
    if device is None:
        raise Refusal(401, "unknown_device", UNKNOWN)
    if not leaving:
        wiping.refuse(conn, device)
    if signed.sequence <= device.sequence:
        raise Refusal(409, "sequence", SEEN, {"sequence": device.sequence})
    conn.execute(_COUNT, {"of": UUID(hex=signed.device), "number": signed.sequence, "now": now})
    return device
