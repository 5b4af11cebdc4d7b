"""Who asks: a laptop that is known and welcome, each of its requests counted once."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, update

from desktop.words import msg
from sync.protocol.signing import Signed
from sync.server import wiping
from sync.server.accounts import device_row
from sync.server.problems import Refusal
from sync.server.tables import DEVICE

UNKNOWN: Final = msg("The office does not know this laptop; join with a code.")
SEEN: Final = msg("This request was answered before.")


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
    conn.execute(
        update(DEVICE)
        .where(DEVICE.c.id == UUID(hex=signed.device))
        .values(sequence=signed.sequence, seen_at=now)
    )
    return device
