"""A sync as a sealed file: letters of laptops and replies of the office, by USB stick, e-mail or neighbour.

Only the receiver can open one, only a known sender can have written it, and whoever carries it sees nothing
but for whom it is. A bundle is the magic line, one line of JSON (the address), and under a key that is used
once (X25519, HKDF, ChaCha20-Poly1305): sender, signature and the packed message.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.words import msg
from sync.protocol import codec
from sync.protocol.messages import Keys, Page, Push, Row, Snapshot, Struct, SyncRequest, SyncResponse

MAGIC: Final = b"SATCHEL-BUNDLE-1\n"
LONGEST_ADDRESS: Final = 400
MAX_FILE: Final = 72 * 1024 * 1024
"""Bytes of a bundle; more is refused unread."""
_ONCE: Final = bytes(12)
"""The nonce: each key seals one bundle."""
_SENDER: Final = 16
_SIGNATURE: Final = 64
_PACKED: Final = {b"z": "zstd", b"-": ""}

NOT_ONE: Final = msg("This file is no bundle of Satchel.")
DAMAGED: Final = msg("This bundle is damaged, cut short or was changed; nothing was taken in.")

Kind = Literal["letter", "reply"]
T = TypeVar("T")


class NoBundle(ValueError):
    """The file is something else."""


class BadBundle(ValueError):
    """Cut short, changed, or not for this receiver."""


class Address(Struct, frozen=True):
    """What stands outside: whether it is for the office or a laptop, whose id that is, this bundle's key."""

    kind: Kind
    to: str
    key: str


class Mark(Row, frozen=True):
    """How far the first copy of a stream has come at a laptop."""

    stream: str
    at: int
    after: str


class Letter(Struct, frozen=True):
    """What a laptop tells the office: the request of a sync, with everything that waits, and its own key.

    `nonce` tells letters apart; `heard` and `taken` say which answers of the office are stored here.
    """

    request: SyncRequest
    nonce: str
    reply_to: str
    pushes: tuple[Push, ...] = ()
    marks: tuple[Mark, ...] = ()
    heard: int = 0
    taken: int = 0


class Copied(Row, frozen=True):
    """A page of the first copy of a stream, which goes on after the key `after`."""

    after: str
    page: Snapshot


class Reply(Struct, frozen=True):
    """What the office answers: verdicts and as many pages as fit, from the cursors of the letter.

    `nonce` is the letter's. `sequence` is the newest request that the office has had from this laptop over
    the network, `taken` counts its letters: so a reply is known to be older than what is stored already.
    """

    response: SyncResponse
    nonce: str
    sequence: int
    taken: int
    pages: tuple[Page, ...] = ()
    copies: tuple[Copied, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle without its seal; nothing of it may be believed before `check`."""

    sender: str
    _signature: bytes
    _signed: bytes
    _packed: bytes

    def check(self, public: bytes) -> None:
        """Raises BadBundle unless the key `public` has signed it, for this receiver."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(self._signature, self._signed)
        except (InvalidSignature, ValueError) as error:
            raise BadBundle("the signature does not verify") from error

    def read(self, kind: type[T]) -> T:
        """The message. Raises BadBundle for one that is too large or none."""
        try:
            return codec.unpack(self._packed[1:], _PACKED[self._packed[:1]], kind)
        except (codec.BadMessage, KeyError) as error:
            raise BadBundle("the message cannot be read") from error


def address(data: bytes) -> Address:
    """For whom a bundle is. Raises NoBundle, and BadBundle where its first lines are damaged."""
    if not data.startswith(MAGIC):
        raise BadBundle("cut short") if MAGIC.startswith(data) else NoBundle("not a bundle")
    if len(data) > MAX_FILE:
        raise BadBundle("too large")
    line = data[len(MAGIC) : len(MAGIC) + LONGEST_ADDRESS].partition(b"\n")
    if not line[1]:
        raise BadBundle("no address")
    try:
        return codec.decode(line[0], Address)
    except codec.BadMessage as error:
        raise BadBundle("no address") from error


def seal(
    kind: Kind, to: str, public: bytes, message: msgspec.Struct, *, sender: str, key: Ed25519PrivateKey
) -> bytes:
    """A bundle for the receiver with this id and box key, signed by its sender."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    head = MAGIC + codec.encode(Address(kind=kind, to=to, key=mine.hex())) + b"\n"
    body, encoding = codec.pack(message, "zstd")
    packed = (b"z" if encoding else b"-") + body
    who = bytes.fromhex(sender)
    plain = who + key.sign(_signed(head, who, packed)) + packed
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return head + ChaCha20Poly1305(_key(shared, mine, public)).encrypt(_ONCE, plain, head)


def unseal(data: bytes, private: X25519PrivateKey) -> Opened:
    """Open a bundle. Raises NoBundle, and BadBundle for one that is damaged or for somebody else."""
    found = address(data)
    head = data[: data.index(b"\n", len(MAGIC)) + 1]
    try:
        theirs = bytes.fromhex(found.key)
        shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        key = _key(shared, theirs, private.public_key().public_bytes_raw())
        plain = ChaCha20Poly1305(key).decrypt(_ONCE, data[len(head) :], head)
    except (InvalidTag, ValueError) as error:
        raise BadBundle("it does not open") from error
    who, rest = plain[:_SENDER], plain[_SENDER:]
    signature, packed = rest[:_SIGNATURE], rest[_SIGNATURE:]
    return Opened(who.hex(), signature, _signed(head, who, packed), packed)


def _signed(head: bytes, who: bytes, packed: bytes) -> bytes:
    """What is signed: the address with its key, the sender and the message; so it cannot be sealed anew."""
    return b"SATCHEL-SEALED-1\n" + hashlib.sha256(head).digest() + who + hashlib.sha256(packed).digest()


def _key(shared: bytes, once: bytes, receiver: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=once + receiver, info=b"SATCHEL-BUNDLE-1").derive(shared)


def box_key(seed: bytes) -> X25519PrivateKey:
    """What opens bundles for the holder of this secret."""
    return X25519PrivateKey.from_private_bytes(_from_seed(seed, b"SATCHEL-BOX-1"))


def sign_key(seed: bytes) -> Ed25519PrivateKey:
    """What signs the office's replies."""
    return Ed25519PrivateKey.from_private_bytes(_from_seed(seed, b"SATCHEL-SIGN-1"))


def public_keys(seed: bytes) -> Keys:
    """What laptops are told of the office's secret."""
    return Keys(
        box=box_key(seed).public_key().public_bytes_raw().hex(),
        sign=sign_key(seed).public_key().public_bytes_raw().hex(),
    )


def _from_seed(seed: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(seed)
