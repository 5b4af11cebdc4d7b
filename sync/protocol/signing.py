"""Requests and chain heads signed by the device's Ed25519 key; who holds the key is the device."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.rules.canonical import canonical

DEVICE: Final = "Satchel-Device"
NONCE: Final = "Satchel-Nonce"
SEQUENCE: Final = "Satchel-Sequence"
SIGNATURE: Final = "Satchel-Signature"
PROTOCOL_HEADER: Final = "Satchel-Protocol"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the four headers of a signed request say."""

    device: str
    nonce: str
    sequence: int
    signature: str


class BadSignature(ValueError):
    """The headers are missing or malformed, or the signature is not this device's."""


def signing_string(method: str, target: str, body: bytes, device: str, nonce: str, sequence: int) -> bytes:
    """The text that is signed; `target` is the path with its query, `body` the bytes on the wire."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(("SATCHEL-1", method.upper(), target, digest, device, nonce, str(sequence))).encode()


def sign_request(
    key: Ed25519PrivateKey, method: str, target: str, body: bytes, device: str, nonce: str, sequence: int
) -> dict[str, str]:
    """The headers that prove who sends this request."""
    text = signing_string(method, target, body, device, nonce, sequence)
    signature = base64.b64encode(key.sign(text)).decode()
    return {DEVICE: device, NONCE: nonce, SEQUENCE: str(sequence), SIGNATURE: signature}


def read_headers(headers: Mapping[str, str]) -> Signed:
    """The signature headers of a request. Raises BadSignature when one is missing or malformed."""
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        device, nonce, sequence, signature = (
            lower[name.lower()] for name in (DEVICE, NONCE, SEQUENCE, SIGNATURE)
        )
    except KeyError as error:
        raise BadSignature("the request is not signed") from error
    if not (sequence.isascii() and sequence.isdigit() and len(sequence) <= 18):
        raise BadSignature("the sequence is not a number")
    return Signed(device, nonce, int(sequence), signature)


def check_request(public: bytes, signed: Signed, method: str, target: str, body: bytes) -> None:
    """Raises BadSignature unless the key `public` signed exactly this request."""
    text = signing_string(method, target, body, signed.device, signed.nonce, signed.sequence)
    _verify(public, signed.signature, text)


def sign_head(key: Ed25519PrivateKey, device: str, last: int, head: str) -> str:
    """The device's signature under its chain: everything up to op `last` ends in `head`."""
    return base64.b64encode(key.sign(canonical(["SATCHEL-HEAD-1", device, last, head]))).decode()


def check_head(public: bytes, signature: str, device: str, last: int, head: str) -> None:
    """Raises BadSignature unless the key `public` signed this chain head."""
    _verify(public, signature, canonical(["SATCHEL-HEAD-1", device, last, head]))


def _verify(public: bytes, signature: str, text: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error) as error:
        raise BadSignature("the signature does not verify") from error
