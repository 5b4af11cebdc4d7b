"""The key of one file that travels once: agreed by X25519 between two keys made for this file alone."""

import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32


def new_key() -> bytes:
    """The private half of a key for one file."""
    return secrets.token_bytes(KEY_BYTES)


def public(private: bytes) -> str:
    """Its public half, in hexadecimal."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def agreed(private: bytes, theirs: str, *, device: str, office: str) -> bytes:
    """The file's 32-byte key; `device` and `office` are the two public halves.

    Raises ValueError for a public key that is none.
    """
    shared = X25519PrivateKey.from_private_bytes(private).exchange(
        X25519PublicKey.from_public_bytes(bytes.fromhex(theirs))
    )
    salt = bytes.fromhex(device + office)
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"satchel snapshot file 1").derive(
        shared
    )
