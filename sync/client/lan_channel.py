"""A line between two laptops that one typed code makes: SPAKE2, then ChaCha20-Poly1305 frame by frame.

Whoever listens learns nothing that a code could be tried on; whoever plays along has one guess.
"""

import hmac
import socket
import struct
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError

from desktop.errors import Offline
from desktop.words import msg

HELLO: Final = b"SATCHEL-LAN-1\n"
SIDES: Final = (b"satchel lan join", b"satchel lan share")
_SPAKE: Final = 33
_CONFIRM: Final = 32
_FRAME: Final = 256 * 1024
_LENGTH: Final = struct.Struct(">I")
_TOTAL: Final = struct.Struct(">Q")
_NONCE: Final = struct.Struct(">4xQ")

Side = Literal["join", "share"]
BROKEN: Final = msg("The line to the other laptop broke; nothing is lost, try again.")


class WrongCode(Exception):
    """The other side does not know the code."""


class Channel:
    """A sealed line; each message arrives whole, once and in order, or the line ends."""

    def __init__(self, line: socket.socket, key: bytes, side: Side) -> None:
        keys = [_derived(key, b"frames " + name) for name in SIDES]
        mine, theirs = keys if side == "join" else reversed(keys)
        self._line = line
        self._out, self._in = ChaCha20Poly1305(mine), ChaCha20Poly1305(theirs)
        self._sent = self._got = 0

    def send(self, message: bytes) -> None:
        """Send one message. Raises Offline."""
        data = _TOTAL.pack(len(message)) + message
        try:
            for start in range(0, len(data), _FRAME):
                sealed = self._out.encrypt(_NONCE.pack(self._sent), data[start : start + _FRAME], None)
                self._sent += 1
                self._line.sendall(_LENGTH.pack(len(sealed)) + sealed)
        except OSError as error:
            raise Offline(BROKEN) from error

    def receive(self, limit: int) -> bytes:
        """The next message, of at most `limit` bytes. Raises Offline."""
        first = self._frame()
        if len(first) < _TOTAL.size:
            raise Offline(BROKEN)
        (total,) = _TOTAL.unpack(first[: _TOTAL.size])
        if total > limit:
            raise Offline(BROKEN)
        message = bytearray(first[_TOTAL.size :])
        while len(message) < total:
            message += self._frame()
        if len(message) != total:
            raise Offline(BROKEN)
        return bytes(message)

    def _frame(self) -> bytes:
        try:
            (length,) = _LENGTH.unpack(exactly(self._line, _LENGTH.size))
            if not 16 < length <= _FRAME + 16:
                raise Offline(BROKEN)
            frame = self._in.decrypt(_NONCE.pack(self._got), exactly(self._line, length), None)
        except (OSError, EOFError, InvalidTag) as error:
            raise Offline(BROKEN) from error
        self._got += 1
        return frame


def agree(line: socket.socket, secret: str, side: Side) -> Channel:
    """Prove to each other that both know the secret; who joins proves first.

    Raises WrongCode, and Offline where the line ends before anybody could have guessed.
    """
    spake = (SPAKE2_A if side == "join" else SPAKE2_B)(secret.encode(), idA=SIDES[0], idB=SIDES[1])
    try:
        line.sendall(HELLO + spake.start())
        if exactly(line, len(HELLO)) != HELLO:
            raise Offline(BROKEN)
        key: bytes = spake.finish(exactly(line, _SPAKE))
    except (OSError, EOFError, SPAKEError, ValueError, AssertionError) as error:
        raise Offline(BROKEN) from error
    proofs = [_derived(key, b"confirm " + name) for name in SIDES]
    mine, theirs = proofs if side == "join" else reversed(proofs)
    try:
        if side == "join":
            line.sendall(mine)
        shown = exactly(line, _CONFIRM)
        if not hmac.compare_digest(shown, theirs):
            raise WrongCode
        if side == "share":
            line.sendall(mine)
    except (EOFError, ConnectionResetError) as error:  # who shares hangs up on a wrong proof
        raise (WrongCode() if side == "join" else Offline(BROKEN)) from error
    except OSError as error:
        raise Offline(BROKEN) from error
    return Channel(line, key, side)


def exactly(line: socket.socket, count: int) -> bytes:
    """So many bytes of a line. Raises EOFError where it ends before."""
    data = bytearray()
    while len(data) < count:
        piece = line.recv(min(count - len(data), 1 << 16))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"SATCHEL-LAN-1 " + purpose).derive(key)
