"""The order to wipe a laptop, signed by the office, and the last words of the laptop that obeys."""

import base64
import binascii
from typing import Any, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.rules.canonical import canonical
from sync.protocol.messages import Struct, SyncRequest, Verdict

FAREWELL: Final = "/v1/farewell"
CODE: Final = "wipe"
"""The problem with which every request of such a laptop is answered; its data is the order."""


class WipeOrder(Struct, frozen=True):
    """What the office orders: `send`, whether changes that wait may go to it first; `at` in ms."""

    server: str
    device: str
    office: str
    at: int
    send: bool
    signature: str


class Farewell(Struct, frozen=True):
    """`request` carries a part of the outbox. `done`: the last word; `lost` goes unsent, changes by type."""

    device: str
    request: SyncRequest | None = None
    lost: dict[str, int] = {}  # noqa: RUF012 - msgspec copies it
    files: int = 0
    done: bool = False


class Farewelled(Struct, frozen=True):
    """What became of the push; there are no rows in it."""

    status: Literal["ok", "gap", "forked"]
    last: int
    verdicts: list[Verdict] = []  # noqa: RUF012 - msgspec copies it


def order(key: Ed25519PrivateKey, *, server: str, device: str, office: str, at: int, send: bool) -> WipeOrder:
    """An order, signed."""
    said = _text(server, device, office, at, send=send)
    return WipeOrder(server, device, office, at, send, base64.b64encode(key.sign(said)).decode())


def read(data: Any, public: str, server: str, device: str) -> WipeOrder | None:
    """The order in a problem's data, or None where this office did not give it to this laptop."""
    try:
        found = msgspec.convert(data, WipeOrder)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        text = _text(found.server, found.device, found.office, found.at, send=found.send)
        key.verify(base64.b64decode(found.signature, validate=True), text)
    except (msgspec.ValidationError, InvalidSignature, ValueError, binascii.Error):
        return None
    return found if (found.server, found.device) == (server, device) else None


def _text(server: str, device: str, office: str, at: int, *, send: bool) -> bytes:
    return canonical(["SATCHEL-WIPE-1", server, device, office, at, send])
