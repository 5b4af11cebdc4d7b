"""The office as one object: a request in, an answer out. It knows no sockets and no time of day.

`app.py` puts it on the network; the simulator calls `handle` with a clock and a random source of its own.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote

import msgspec
from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from desktop.errors import SatchelError
from desktop.models.records import Organisation
from desktop.words import msg
from sync.protocol import codec, messages
from sync.protocol.messages import (
    DigestRequest,
    Enrol,
    Hello,
    PullRequest,
    PullResponse,
    RowsRequest,
    SyncRequest,
    SyncResponse,
)
from sync.protocol.signing import PROTOCOL_HEADER, Signed
from sync.protocol.versions import SCHEMA, SPOKEN
from sync.protocol.wiping import FAREWELL, Farewell, Farewelled
from sync.server import (
    accounts,
    answering,
    approval_keys,
    audit,
    blobs,
    bundle,
    digests,
    events,
    feed,
    intake,
    leases,
    proposals,
    sealing,
    seeding,
    snapshots,
    stubs,
    tombstones,
    wiping,
)
from sync.server.accounts import Choose, Office, device_row
from sync.server.answering import NO_SENSE, Admitted, check_cursors, page_of, scope_for, walled
from sync.server.metrics import Metrics
from sync.server.problems import Refusal, told
from sync.server.scope import heads
from sync.server.store import Store
from sync.server.welcome import UNKNOWN, UNSIGNED, counted, signed_by, verify

NO_PAGE: Final = msg("There is nothing at this address.")
TOO_LARGE: Final = msg("This is more than the office takes at once.")
OTHER_VERSION: Final = msg("Laptop and office have no version of the protocol in common.")
NO_STREAM: Final = msg("These records are not for this laptop.")
NO_SNAPSHOT: Final = msg("This copy has to begin again.")
BUSY: Final = msg("The office is busy; try again in a moment.")

BYTES: Final = {"content-type": "application/octet-stream", "cache-control": "no-store"}
_LONG: Final = (messages.SNAPSHOT, messages.BLOBS, f"{messages.SNAPSHOT_FILE}/")
"""Addresses that go on with a name."""

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; `target` is the path with its query, as it was signed; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.target.partition("?")[0])

    def query(self, name: str) -> str | None:
        """A value of the query, or None. Raises Refusal for a query that is none."""
        try:
            values = parse_qs(self.target.partition("?")[2], max_num_fields=20)
        except ValueError as error:
            raise Refusal(400, "bad_request", NO_SENSE) from error
        return values.get(name, [None])[0]

    def number(self, name: str) -> int | None:
        """A whole number of the query, or None. Raises Refusal for anything else."""
        text = self.query(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise Refusal(400, "bad_request", NO_SENSE)
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server:
    """One office over one store. Thread-safe: every request has its own transaction."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        choose: Choose = secrets.randbelow,
    ) -> None:
        self.store = store
        self.clock = clock
        self.choose = choose
        self.metrics = Metrics()
        self.authority = ""
        """The certificate, as PEM, that vouches for this office; empty where a public one does."""
        self._day = ""
        self._digests = digests.Digests()
        self._routes: dict[tuple[str, str], Callable[[Request], msgspec.Struct | Answer]] = {
            ("GET", messages.HELLO): self._hello,
            ("GET", messages.AUTHORITY): self._authority,
            ("POST", messages.DEVICES): self._enrol,
            ("POST", messages.SYNC): self._sync,
            ("POST", messages.PULL): self._pull,
            ("GET", messages.SNAPSHOT): self._snapshot,
            ("POST", messages.DIGEST): self._digest,
            ("POST", messages.ROWS): self._rows,
            ("GET", messages.EVENTS): self._events,
            ("POST", FAREWELL): self._farewell,
            **{(method, messages.BLOBS): self._file for method in ("HEAD", "PUT", "GET")},
            ("POST", messages.SNAPSHOT_FILE): self._snapshot_file,
            **{(method, f"{messages.SNAPSHOT_FILE}/"): self._snapshot_range for method in ("GET", "DELETE")},
        }
        self.snapshots = snapshots.Snapshots(store)
        self._files = blobs.Files(store, clock)
        self.seals = bundle.Seals(store)
        self.company = sealing.Company(store, self.seals)
        self.calls = approval_keys.Calls(store, self.seals)
        self.events = events.Events(store, self._admit_listener, lambda: self.clock())

    def handle(self, request: Request) -> Answer:
        """The answer to any request, however malformed."""
        return self.answer(request, lambda: self._route(request)(request))

    def answer(self, request: Request, find: Callable[[], msgspec.Struct | Answer]) -> Answer:
        """What `find` finds as an answer, whatever it raises."""
        try:
            found = find()
            return found if isinstance(found, Answer) else self._pack(200, found, request)
        except Refusal as refusal:
            return self._refuse(refusal, request)
        except (OperationalError, PoolTimeout, SatchelError) as error:
            told(request.target.partition("?")[0], error)
            said = error.message if isinstance(error, SatchelError) else BUSY
            return self._refuse(Refusal(503, "busy", said), request)

    # ------------------------------------------------------------ what the office itself does

    def add_user(self, name: str, team: str = "", role: str = "rep") -> str:
        """A new person; returns their id."""
        return self.store.write(lambda conn: accounts.add_user(conn, name, team, role, self.clock()))

    def new_code(self, who: str) -> str:
        """A code that lets one laptop of the person with this name or id in."""

        def make(conn: Connection) -> str:
            return accounts.new_code(conn, accounts.find_user(conn, who), self.clock(), self.choose)

        return self.store.write(make)

    def devices(self) -> list[dict[str, Any]]:
        """Every laptop."""
        with self.store.read() as conn:
            return accounts.devices(conn)

    def revoke(self, which: str) -> str:
        """End the trust in a laptop: it erases itself at its next contact; returns its id."""
        return wiping.revoke(self, which)

    def check_audit(self) -> tuple[int, int]:
        """The first row of the office's log that does not fit (0: all do), and how many rows there are."""
        with self.store.read() as conn:
            return audit.verify(conn), audit.size(conn)

    def forget_removals(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Drop what every laptop has had 400 days to learn, in small transactions; returns how many."""
        with self.store.read() as conn:
            streams = tombstones.streams(conn)
        dropped, now = 0, self.clock()
        for stream in streams:
            some = tombstones.MOST
            while some == tombstones.MOST and not stop():
                some = self.store.write(partial(tombstones.drop, stream=stream, now=now))
                dropped += some
        return dropped

    def keep_house(self, stop: Callable[[], bool]) -> None:
        """What is to be done once a day; where the database is busy, tomorrow will do."""
        try:
            self.forget_removals(stop)
        except (OperationalError, PoolTimeout, SatchelError) as error:
            told("keeping house", error)

    def prepare(self) -> None:
        """Make ready what can be for those who are about to join; where the database is busy, later."""
        try:
            self.snapshots.ahead(self.clock())
        except (OperationalError, PoolTimeout, SatchelError, OSError) as error:
            told("a first copy made ahead", error)

    @property
    def addresses(self) -> frozenset[tuple[str, str]]:
        """Method and path, or beginning of the path, of every request that is answered."""
        return frozenset(self._routes)

    def office_name(self) -> str:
        """What the firm is called."""
        return self._office().name

    def seed(self, record_type: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Put many new records straight into the office, values in wire form; returns how many."""
        return self.store.write(lambda conn: seeding.seed(conn, record_type, rows))

    # ------------------------------------------------------------ routes

    def _route(self, request: Request) -> Callable[[Request], msgspec.Struct | Answer]:
        path = next((long for long in _LONG if request.path.startswith(long)), request.path)
        found = self._routes.get((request.method, path))
        if found is None:
            known = any(path == other for _, other in self._routes)
            raise Refusal(405 if known else 404, "bad_request", NO_PAGE)
        version = request.headers.get(PROTOCOL_HEADER.lower())
        if version is not None and version not in {str(spoken) for spoken in SPOKEN}:
            raise Refusal(426, "version", OTHER_VERSION, {"protocols": list(SPOKEN)})
        if len(request.body) > messages.MAX_BODY:
            raise Refusal(413, "too_large", TOO_LARGE)
        return found

    def _hello(self, request: Request) -> Hello:
        office = self._office()
        return Hello(
            product="satchel",
            nonce=(request.query("nonce") or "")[:200],
            server=office.id,
            name=office.name,
            time=self.clock(),
            protocols=list(SPOKEN),
            schema=SCHEMA,
        )

    def _authority(self, _request: Request) -> messages.Authority:
        if not self.authority:
            raise Refusal(404, "bad_request", NO_PAGE)
        return messages.Authority(pem=self.authority)

    def _enrol(self, request: Request) -> msgspec.Struct:
        enrol = self._body(request, Enrol)
        signed = signed_by(request)
        if enrol.protocols and not set(enrol.protocols) & set(SPOKEN):
            raise Refusal(426, "version", OTHER_VERSION, {"protocols": list(SPOKEN)})
        if signed.device != (enrol.previous or enrol.device):
            raise Refusal(401, "bad_signature", UNSIGNED)
        if enrol.previous:
            self._known(request, signed)
            self._step(signed)
        else:
            verify(bytes.fromhex(enrol.key) if _is_hex(enrol.key) else b"", signed, request)
        sequence = 0 if enrol.previous else signed.sequence
        office = self._office()
        answer = self.store.write(
            lambda conn: accounts.enrol(conn, enrol, sequence, office, self.clock(), self.choose)
        )
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def _sync(self, request: Request) -> SyncResponse:
        wish = self._body(request, SyncRequest)
        signed = signed_by(request)
        if wish.device != signed.device:
            raise Refusal(401, "bad_signature", UNSIGNED)
        if wish.protocol not in SPOKEN:
            raise Refusal(426, "version", OTHER_VERSION, {"protocols": list(SPOKEN)})
        answering.check_wish(wish)
        now, keys = self.clock(), self.seals.public if wish.keys else None
        more = wish.push is not None or wish.wants or wish.seal or wish.phone
        if not more and audit.day_of(now) == self._day:
            return self._news(request, signed, wish, now, keys)
        self._known(request, signed)

        def take(conn: Connection) -> tuple[intake.Taken, list[messages.Lease]]:
            device = counted(conn, signed, now)
            taken = intake.receive(conn, device, scope_for(conn, device, now), wish, now)
            self._close_days(conn, now)
            return taken, leases.lend(conn, signed.device, wish.wants, now) if taken.status == "ok" else []

        taken, lent = self.store.write(take)
        if wish.push is not None:
            self.metrics.pushed(taken.status, [verdict.kind for verdict in taken.verdicts])
        with self.store.read() as conn:
            found = answering.response(conn, walled(conn, signed.device, now), wish, taken, lent, now, keys)
        return self.calls.answer(wish, self.company.vouch(wish, found, now), now)

    def _news(
        self, request: Request, signed: Signed, wish: SyncRequest, now: int, keys: messages.Keys | None
    ) -> SyncResponse:
        """The answer to a laptop that brings nothing, and its request counted, not waiting for the disk."""
        with self.store.read() as conn:
            device = self._welcome(conn, request, signed)
            found, scope, unheard = answering.news(conn, device, wish, now, keys)

        def count(conn: Connection) -> None:
            counted(conn, signed, now)
            if unheard:
                proposals.remember(conn, scope)

        self.store.write(count, waits=unheard)
        return found

    def _close_days(self, conn: Connection, now: int) -> None:
        """Once a day: the root of the office's log; last, for it holds what every push ends with."""
        day = audit.day_of(now)
        if day != self._day:
            audit.close_days(conn, now)
            self._day = day

    def _pull(self, request: Request) -> PullResponse:
        wish = self._body(request, PullRequest)
        check_cursors(wish.cursors)
        admitted = self._admit(request)

        def find(conn: Connection) -> PullResponse:
            scope = admitted(conn)
            known = heads(conn, scope)
            page = page_of(conn, scope, known, wish.cursors, wish.limit)
            return PullResponse(heads=feed.heads_of(conn, scope, known, wish.cursors), page=page)

        return self.store.answer(admitted.mark, find)

    def _snapshot(self, request: Request) -> messages.Snapshot:
        stream = request.path.removeprefix(messages.SNAPSHOT)
        at, after, limit = request.number("at"), request.query("after") or "", request.number("limit")
        admitted = self._admit(request)

        def find(conn: Connection) -> messages.Snapshot:
            scope = admitted(conn)
            known = heads(conn, scope)
            if stream not in known:
                raise Refusal(404, "stream", NO_STREAM, {"stream": stream[:100]})
            if (at is None) != (not after) or (at is not None and at > known[stream]):
                raise Refusal(410, "snapshot", NO_SNAPSHOT)
            try:
                page = feed.snapshot(conn, scope, stream, at, after, limit or 2000)
            except ValueError as error:
                raise Refusal(410, "snapshot", NO_SNAPSHOT) from error
            return msgspec.structs.replace(page, stubs=stubs.of_tables(conn, scope, [page.tables]))

        return self.store.answer(admitted.mark, find)

    def _snapshot_file(self, request: Request) -> messages.FileOffer:
        wish = self._body(request, messages.FileRequest)
        return self.snapshots.ask(signed_by(request).device, wish, self._admit(request))

    def _snapshot_range(self, request: Request) -> Answer:
        admitted, start = self._admit(request), request.number("start") or 0
        found = self.snapshots.answer(request.method, request.path, start, admitted.device, admitted)
        return Answer(200, BYTES, found)

    def _digest(self, request: Request) -> messages.DigestResponse:
        wish = self._body(request, DigestRequest)
        scope_at = self._admit(request)
        with self.store.read() as conn:
            if wish.stream not in heads(conn, scope_at(conn)):
                raise Refusal(404, "stream", NO_STREAM, {"stream": wish.stream[:100]})
            return self._digests.answer(conn, wish)

    def _rows(self, request: Request) -> messages.RowsResponse:
        wish = self._body(request, RowsRequest)
        admitted = self._admit(request)

        def find(conn: Connection) -> messages.RowsResponse:
            scope = admitted(conn)
            if wish.stream not in heads(conn, scope):
                raise Refusal(404, "stream", NO_STREAM, {"stream": wish.stream[:100]})
            try:
                return digests.rows(conn, scope, wish)
            except ValueError as error:
                raise Refusal(413, "too_large", TOO_LARGE) from error

        return self.store.answer(admitted.mark, find)

    def _farewell(self, request: Request) -> Farewelled:
        wish, signed = self._body(request, Farewell), signed_by(request)
        self._known(request, signed, leaving=True)
        now = self.clock()

        def take(conn: Connection) -> Farewelled:
            return wiping.farewell(conn, counted(conn, signed, now, leaving=True), wish, now)

        return self.store.write(take)

    def _events(self, request: Request) -> messages.News:
        return self.events.once(request)

    def _file(self, request: Request) -> Answer:
        scope_at = self._admit(request)
        device, size = signed_by(request).device, request.number("size")
        reply = self._files.answer(request.method, request.path, size, request.body, device, scope_at)
        return Answer(200, {**BYTES, **reply.headers}, reply.body)

    # ------------------------------------------------------------ who asks

    def _admit(self, request: Request) -> Admitted:
        """Let a signed request of a known laptop through, once; returns how to find its person's scope."""
        signed = signed_by(request)
        self._known(request, signed)
        return Admitted(signed.device, self.clock, self._step(signed))

    def _admit_listener(self, request: Request) -> None:
        self._route(request)
        self._admit(request)

    def _known(self, request: Request, signed: Signed, *, leaving: bool = False) -> None:
        """Raises Refusal unless a laptop that is known and still welcome has signed this request."""
        with self.store.read() as conn:
            self._welcome(conn, request, signed, leaving=leaving)

    @staticmethod
    def _welcome(conn: Connection, request: Request, signed: Signed, *, leaving: bool = False) -> Row[Any]:
        device = device_row(conn, signed.device)
        if device is None:
            raise Refusal(401, "unknown_device", UNKNOWN)
        verify(bytes(device.public_key), signed, request)
        if not leaving:
            wiping.refuse(conn, device)
        return device

    def _step(self, signed: Signed) -> str:
        """Count the request; returns where the office stands now."""
        now = self.clock()

        def take(conn: Connection) -> str:
            mark = self.store.mark(conn)
            counted(conn, signed, now)
            return mark

        return self.store.write(take, waits=False)

    def _office(self) -> Office:
        firms = select(Organisation.name).where(Organisation.deleted_at.is_(None)).order_by(Organisation.id)
        with self.store.read() as conn:
            name = conn.execute(firms.limit(1)).scalar_one_or_none()
        return Office(self.store.office, name or "Satchel", self.seals.public)

    # ------------------------------------------------------------ bytes

    def _body(self, request: Request, kind: type[T]) -> T:
        try:
            return codec.unpack(request.body, request.headers.get("content-encoding", ""), kind)
        except codec.BadMessage as error:
            if "too large" in str(error):
                raise Refusal(413, "too_large", TOO_LARGE) from error
            raise Refusal(400, "bad_request", NO_SENSE) from error

    def _pack(self, status: int, message: msgspec.Struct, request: Request) -> Answer:
        encoding = codec.choose_encoding(request.headers.get("accept-encoding", ""))
        body, packed = codec.pack(message, encoding)
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        if packed:
            headers["content-encoding"] = packed
        return Answer(status, headers, body)

    def _refuse(self, refusal: Refusal, request: Request) -> Answer:
        answer = self._pack(refusal.status, refusal.problem(), request)
        if refusal.status in (429, 503):
            return Answer(answer.status, {**answer.headers, "retry-after": "1"}, answer.body)
        return answer


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(letter in "0123456789abcdef" for letter in text)
