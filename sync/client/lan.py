"""Two laptops on one network find each other by a code on the screen and hand each other sealed bundles.

Never rows: each gives its letter for the office, the letters it carries for others, and the office's replies
for the other one. The first two digits of the code are called into the network, so the right one answers;
the others are proved (`lan_channel.py`) and never sent. After three wrong ones the code is dead.
"""

import secrets
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from desktop.errors import NotAllowed, Offline, Refused, SatchelError, Usage
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.words import msg
from sync.client import bundle
from sync.client.carried import Carried
from sync.client.lan_channel import BROKEN, Channel, Side, WrongCode, agree
from sync.engine.round import NOT_JOINED
from sync.protocol import codec
from sync.protocol.bundle import MAX_FILE, BadBundle, NoBundle, address
from sync.protocol.messages import Struct

PORT: Final = 8447
GROUP: Final = "239.255.83.67"
"""A group of the range that stays within a site (RFC 2365)."""
ASK: Final = b"SATCHEL-LAN-1 ?"
HERE: Final = b"SATCHEL-LAN-1 !"
FINDER: Final = 2
SECRET: Final = 6
TRIES: Final = 3
MOST_LINES: Final = 50
"""Connections that one code survives, whatever they were."""
OPEN: Final = 300.0
"""Seconds that a code lives."""
SEARCH: Final = 8.0
ANOTHER: Final = 1.0
"""Seconds in which another laptop with the same two digits may still answer."""
HANDSHAKE: Final = 5.0
PATIENCE: Final = 20.0
MOST_PARCELS: Final = 128
_REQUEST: Final = struct.Struct("4s4si")

DEAD: Final = msg("Three wrong codes: this code is void. Show a new one.")
NOBODY: Final = msg("Nobody typed the code in time.")
WRONG: Final = msg("The other laptop shows another code; nothing was handed over.")
NOT_FOUND: Final = msg("No laptop on this network shows this code.")
NO_CODE: Final = msg("A code has eight digits, as the other laptop shows them.")
OTHER_OFFICE: Final = msg("The other laptop belongs to another office; nothing was handed over.")
NO_NETWORK: Final = msg("This laptop is on no network.")


class Greeting(Struct, frozen=True):
    """Who meets here, said once the line is sealed."""

    device: str
    office: str


@dataclass(slots=True)
class Traded:
    """What was handed over: bundles given, letters taken along, replies stored, answers they brought."""

    given: int = 0
    carried: int = 0
    replies: int = 0
    answered: int = 0
    ignored: int = 0


class Trader:
    """What one laptop gives and takes."""

    def __init__(self, store: Store, carried: Carried) -> None:
        """Raises Refused for a laptop that belongs to no office."""
        identity = Remote(store).identity()
        if not identity.server:
            raise Refused(NOT_JOINED)
        self.device, self.office = identity.device.hex, identity.server
        self._store, self._carried = store, carried
        self._own: bytes | None = None

    def offer(self, peer: str) -> list[bytes]:
        """Its own letter, the letters it carries, and replies for the other laptop."""
        if self._own is None:
            self._own = bundle.write(self._store).data
        return [self._own, *self._carried.letters(self.office), *self._carried.replies(peer)][:MOST_PARCELS]

    def take(self, data: bytes, traded: Traded) -> None:
        """Keep or store one parcel; what is neither is left."""
        try:
            found = address(data)
            if (found.kind, found.to) == ("letter", self.office):
                self._carried.add(data)
                traded.carried += 1
            elif (found.kind, found.to) == ("reply", self.device):
                traded.answered += bundle.take_in(self._store, data).answered
                traded.replies += 1
            else:
                traded.ignored += 1
        except (NoBundle, BadBundle, Refused):
            traded.ignored += 1


def new_code(choose: Callable[[int], int] = secrets.randbelow) -> str:
    """Eight digits: two that find, six that prove."""
    return f"{choose(10 ** (FINDER + SECRET)):0{FINDER + SECRET}}"


def shown(code: str) -> str:
    """A code as a person reads it: 42 317 905."""
    return f"{code[:FINDER]} {code[FINDER : FINDER + 3]} {code[FINDER + 3 :]}"


def read_code(typed: str) -> str:
    """A code as it was typed. Raises Usage."""
    code = "".join(letter for letter in typed if letter not in " -")
    if len(code) != FINDER + SECRET or not (code.isascii() and code.isdigit()):
        raise Usage(NO_CODE)
    return code


# ---------------------------------------------------------------- who shows the code


def share(
    trader: Trader,
    code: str,
    *,
    seconds: float = OPEN,
    cancelled: Callable[[], bool] = lambda: False,
    port: int = PORT,
) -> Traded:
    """Wait for the laptop that knows `code`, and trade. Raises NotAllowed, Offline."""
    ends, wrong, lines, tag = time.monotonic() + seconds, 0, 0, secrets.token_hex(8)
    with closing(_listener()) as listener, closing(_ear(port)) as ear:
        while time.monotonic() < ends and not cancelled() and lines < MOST_LINES:
            ready, _, _ = select.select([listener, ear], [], [], 0.2)
            if ear in ready:
                _answer(ear, code, f"{listener.getsockname()[1]} {tag}")
            if listener not in ready:
                continue
            lines += 1
            line, _ = listener.accept()
            try:
                return _meet(line, trader, code, "share")
            except WrongCode:
                wrong += 1
                if wrong == TRIES:
                    raise NotAllowed(DEAD) from None
            except Offline:
                continue
    raise Offline(NOBODY)


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("", 0))
    listener.listen(4)
    return listener


def _ear(port: int) -> socket.socket:
    """Hears who asks: by multicast on every network, by broadcast, and on this machine."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind(("", port))
    for index in _networks():
        with suppress(OSError):
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _membership(index))
    return ear


def _answer(ear: socket.socket, code: str, place: str) -> None:
    with suppress(OSError):
        asked, who = ear.recvfrom(64)
        if asked == ASK + code[:FINDER].encode():
            ear.sendto(HERE + f"{code[:FINDER]} {place}".encode(), who)


# ---------------------------------------------------------------- who types it


def join(
    trader: Trader,
    code: str,
    *,
    seconds: float = SEARCH,
    cancelled: Callable[[], bool] = lambda: False,
    port: int = PORT,
) -> Traded:
    """Find the laptop that shows `code`, and trade. Raises NotAllowed for a wrong code, Offline."""
    refused, search, met = False, _Search(time.monotonic() + seconds, cancelled), set[str]()
    for place in _found(code[:FINDER], search, port):
        if place.tag in met:
            continue  # the same laptop by another of its addresses: each wrong code costs one try
        try:
            line = socket.create_connection((place.host, place.port), HANDSHAKE)
        except OSError:
            continue
        met.add(place.tag)
        try:
            return _meet(line, trader, code, "join")
        except WrongCode:
            refused, search.ends = True, min(search.ends, time.monotonic() + ANOTHER)
    if refused:
        raise NotAllowed(WRONG)
    raise Offline(NOT_FOUND)


class Place(NamedTuple):
    """Where a laptop answered; `tag` is the same by each of its addresses."""

    host: str
    port: int
    tag: str


@dataclass(slots=True)
class _Search:
    """How long to look, by the monotonic clock, unless a person stops it."""

    ends: float
    cancelled: Callable[[], bool]

    def goes_on(self) -> bool:
        """Whether to look further."""
        return time.monotonic() < self.ends and not self.cancelled()


def _found(finder: str, search: _Search, port: int) -> Generator[Place, None, None]:
    """Where laptops answer to these two digits, each once."""
    known = set[Place]()
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as voice:
        voice.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        while search.goes_on():
            if not _call(voice, ASK + finder.encode(), port):
                raise Offline(NO_NETWORK)
            again = min(search.ends, time.monotonic() + 0.5)
            while (left := again - time.monotonic()) > 0:
                if not select.select([voice], [], [], left)[0]:
                    continue
                place = _heard(voice, finder)
                if place is not None and place not in known:
                    known.add(place)
                    yield place


def _call(voice: socket.socket, question: bytes, port: int) -> int:
    """Ask on every network; returns on how many that could be done."""
    reached = 0
    for index in _networks():
        with suppress(OSError):
            voice.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _outgoing(index))
            voice.sendto(question, (GROUP, port))
            reached += 1
    for everybody in ("<broadcast>", "localhost"):
        with suppress(OSError):
            voice.sendto(question, (everybody, port))
            reached += 1
    return reached


def _heard(voice: socket.socket, finder: str) -> Place | None:
    try:
        said, (host, _) = voice.recvfrom(64)
    except OSError:
        return None
    head = HERE + f"{finder} ".encode()
    port, _, tag = said[len(head) :].partition(b" ")
    if not said.startswith(head) or not port.isdigit() or not 0 < int(port) < 65536:
        return None
    return Place(host, int(port), tag.hex())


def _networks() -> list[int]:
    """The numbers of this machine's networks; 0 is the one that the system chooses."""
    return [index for index, _ in socket.if_nameindex()] if sys.platform == "linux" else [0]


def _membership(index: int) -> bytes:
    group = socket.inet_aton(GROUP)
    return _REQUEST.pack(group, bytes(4), index) if index else group + bytes(4)


def _outgoing(index: int) -> bytes:
    return _REQUEST.pack(bytes(4), bytes(4), index) if index else bytes(4)


# ---------------------------------------------------------------- together


def _meet(line: socket.socket, trader: Trader, code: str, side: Side) -> Traded:
    """Prove the code, then trade. Raises WrongCode, Offline, Refused."""
    with closing(line):
        line.settimeout(HANDSHAKE)
        channel = agree(line, code[FINDER:], side)
        line.settimeout(PATIENCE)
        return trade(channel, trader, first=side == "join")


def trade(channel: Channel, trader: Trader, *, first: bool) -> Traded:
    """Greet, then give and take; who comes first gives first. What was taken is stored before the answer."""
    traded = Traded()
    channel.send(codec.encode(Greeting(device=trader.device, office=trader.office)))
    try:
        peer = codec.decode(channel.receive(1000), Greeting)
    except codec.BadMessage as error:
        raise Offline(BROKEN) from error
    if peer.office != trader.office:
        raise Refused(OTHER_OFFICE)
    parcels = trader.offer(peer.device)
    for gives in (first, not first):
        _give(channel, parcels, traded) if gives else _take(channel, trader, traded)
    channel.send(b"")
    with suppress(SatchelError):
        channel.receive(0)
    return traded


def _give(channel: Channel, parcels: list[bytes], traded: Traded) -> None:
    channel.send(str(len(parcels)).encode())
    for parcel in parcels:
        channel.send(parcel)
    traded.given = len(parcels)


def _take(channel: Channel, trader: Trader, traded: Traded) -> None:
    many = channel.receive(10)
    if not many.isdigit() or int(many) > MOST_PARCELS:
        raise Offline(BROKEN)
    for _ in range(int(many)):
        trader.take(channel.receive(MAX_FILE), traded)
