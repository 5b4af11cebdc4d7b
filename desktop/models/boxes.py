"""A small box for one laptop: the office seals something to its key, and nobody else opens it.

X25519, HKDF-SHA256 and ChaCha20-Poly1305, with a key of its own for each box; the secret lies in the
encrypted database like the device's other keys. Laptop and office both know this form.
"""

from typing import TYPE_CHECKING, Final

from desktop.models.changes import read_local, write_local

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from sqlalchemy import Connection

SECRET: Final = "box"
"""Of this vault, in hexadecimal."""
_SIZE: Final = 32
_INFO: Final = b"SATCHEL-BOX-1"
_NONCE: Final = bytes(12)
"""Each box has a key of its own."""


class BadBox(ValueError):
    """What came does not open with this key, or is no box."""


def secret_of(connection: "Connection", *, make: bool = False) -> "X25519PrivateKey | None":
    """The key of this vault; made where there is none and it is wanted."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    kept = read_local(connection, SECRET)
    if kept is None and make:
        kept = X25519PrivateKey.generate().private_bytes_raw().hex()
        write_local(connection, SECRET, kept)
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(kept)) if kept is not None else None


def public(secret: "X25519PrivateKey") -> str:
    """What others seal to, in hexadecimal."""
    return secret.public_key().public_bytes_raw().hex()


def seal(to: str, about: bytes, plain: bytes) -> str:
    """`plain` for whoever has the key `to`, together with what it is `about`. Raises BadBox for no key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    try:
        theirs = bytes.fromhex(to)
        shared = once.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as error:
        raise BadBox("nothing can be sealed to this") from error
    return (mine + _cipher(shared, mine, theirs).encrypt(_NONCE, plain, about)).hex()


def unseal(secret: "X25519PrivateKey", about: bytes, sealed: str) -> bytes:
    """What was sealed to this key about this. Raises BadBox."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        data = bytes.fromhex(sealed)
        once, rest = data[:_SIZE], data[_SIZE:]
        shared = secret.exchange(X25519PublicKey.from_public_bytes(once))
        mine = secret.public_key().public_bytes_raw()
        return bytes(_cipher(shared, once, mine).decrypt(_NONCE, rest, about))
    except (InvalidTag, ValueError) as error:
        raise BadBox("this box does not open") from error


def _cipher(shared: bytes, once: bytes, receiver: bytes) -> "ChaCha20Poly1305":
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(SHA256(), _SIZE, salt=once + receiver, info=_INFO).derive(shared)
    return ChaCha20Poly1305(key)
