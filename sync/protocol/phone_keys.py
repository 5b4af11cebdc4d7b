"""Keys of approvals by telephone on their way to one laptop: sealed to its box key, so that nobody else reads
them on the wire, in a letter or in a log.
"""

import json
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO: Final = b"SATCHEL-PHONE-KEYS-1"
_DERIVED: Final = b"SATCHEL-PHONE-KEY-1"
_SIZE: Final = 32
_NONCE: Final = bytes(12)
"""Each sealing has a key of its own."""


class BadKeys(ValueError):
    """What came does not open, or is not keys."""


def key_of(seed: bytes, device: str) -> bytes:
    """The key of one laptop, out of the office's secret."""
    return HKDF(SHA256(), _SIZE, salt=None, info=_DERIVED + bytes.fromhex(device)).derive(seed)


def is_box(public: str) -> bool:
    """Whether something can be sealed to this."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    except ValueError:
        return False
    return True


def seal(public: str, device: str, keys: Mapping[str, bytes]) -> str:
    """Keys by device, sealed for this laptop's box key; hexadecimal."""
    once, theirs = X25519PrivateKey.generate(), bytes.fromhex(public)
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(theirs))
    plain = json.dumps({name: key.hex() for name, key in keys.items()}).encode()
    sealed = ChaCha20Poly1305(_key(shared, mine, theirs)).encrypt(_NONCE, plain, bytes.fromhex(device))
    return (mine + sealed).hex()


def unseal(private: X25519PrivateKey, device: str, sealed: str) -> dict[str, str]:
    """The keys in hexadecimal, by device. Raises BadKeys."""
    try:
        data = bytes.fromhex(sealed)
        once, rest = data[:_SIZE], data[_SIZE:]
        shared = private.exchange(X25519PublicKey.from_public_bytes(once))
        key = _key(shared, once, private.public_key().public_bytes_raw())
        found = json.loads(ChaCha20Poly1305(key).decrypt(_NONCE, rest, bytes.fromhex(device)))
        return {str(name): bytes.fromhex(each).hex() for name, each in found.items()}
    except (InvalidTag, ValueError, AttributeError, TypeError) as error:
        raise BadKeys("these keys do not open") from error


def _key(shared: bytes, once: bytes, receiver: bytes) -> bytes:
    return HKDF(SHA256(), _SIZE, salt=once + receiver, info=_INFO).derive(shared)
