"""A laptop made by hand: it keeps its chain, signs its requests and shows the answers as they are."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.models.record import new_id
from desktop.rules.chain import START, Entry, entry_hash
from sync.protocol import codec, messages
from sync.protocol.messages import (
    Cursor,
    Enrol,
    Enrolled,
    Problem,
    PullRequest,
    Seed,
    SyncRequest,
    SyncResponse,
)
from sync.protocol.ops import Op, pack_push
from sync.protocol.signing import sign_head, sign_request
from sync.server.server import Answer, Request, Server


class Refused(Exception):
    """The office answered with a problem."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{status} {problem.code} {problem.en} {problem.data}")
        self.status = status
        self.problem = problem


@dataclass
class Laptop:
    """See the module."""

    server: Server
    device: str = field(default_factory=lambda: new_id().hex)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    user: str = "0" * 32
    sequence: int = 0
    n: int = 0
    head: bytes = START
    sent: int = 0
    acked: int = 0
    seed: bytes = bytes(range(32))
    heads: list[bytes] = field(default_factory=lambda: [START])
    ops: list[Op] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    masks: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    # ------------------------------------------------------------ requests

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        self.sequence += 1
        nonce = secrets.token_hex(16)
        signed = sign_request(self.key, method, target, body, self.device, nonce, self.sequence)
        sent = {name.lower(): value for name, value in {**signed, **headers}.items()}
        return self.server.handle(Request(method, target, sent, body))

    def call(self, method: str, target: str, message: Any, kind: type[Any]) -> Any:
        body, encoding = codec.pack(message, "zstd") if message is not None else (b"", "")
        extra = {"content-encoding": encoding} if encoding else {}
        return self.read(self.ask(method, target, body, **extra, **{"accept-encoding": "zstd"}), kind)

    @staticmethod
    def read(answer: Answer, kind: type[Any]) -> Any:
        encoding = answer.headers.get("content-encoding", "")
        if answer.status != 200:
            raise Refused(answer.status, codec.unpack(answer.body, encoding, Problem))
        return codec.unpack(answer.body, encoding, kind)

    def enrol(self, code: str, **more: Any) -> Enrolled:
        wish = Enrol(device=self.device, key=self.public, name="laptop", code=code, **more)
        enrolled: Enrolled = self.call("POST", messages.DEVICES, wish, Enrolled)
        self.user = enrolled.person.user
        return enrolled

    @property
    def public(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    # ------------------------------------------------------------ work

    def tx(self, *ops: tuple[str, str, str, Mapping[str, Any], int], command: str = "") -> list[Op]:
        """One command: each op is (kind, type, record, body, base); without a name one that only it knows."""
        command = command or "{1}.{0}".format(*ops[0])
        tx = new_id().hex
        made = []
        for kind, record_type, record, body, base in ops:
            self.n += 1
            op = Op(self.n, tx, command, 1_000, self.user, None, kind, record_type, record, base, dict(body))  # type: ignore[arg-type]
            self.head = entry_hash(self.head, entry(self.device, op), self.seed)
            self.heads.append(self.head)
            made.append(op)
        self.ops += made
        return made

    def create(self, record_type: str, command: str = "", **values: Any) -> str:
        record = new_id().hex
        self.tx(("create", record_type, record, values, 0), command=command or f"{record_type}.new")
        return record

    def set(
        self, record_type: str, record: str, base: int | None = None, command: str = "", **pairs: Any
    ) -> None:
        seen = self.rows.get((record_type, record), {})
        body = {
            name: list(new) if isinstance(new, tuple) else [seen.get(name), new]
            for name, new in pairs.items()
        }
        base = seen.get("version", 0) if base is None else base
        self.tx(("set", record_type, record, body, base), command=command or f"{record_type}.edit")

    def cursor(self, stream: str) -> Cursor:
        return Cursor(stream, self.cursors[stream], 1, self.masks.get(stream, ""))

    def push(self, ops: Sequence[Op] | None = None) -> messages.Push:
        ops = self.ops[self.sent :] if ops is None else ops
        head = self.heads[ops[-1].n].hex()
        return pack_push(
            ops,
            before=self.heads[ops[0].n - 1].hex(),
            head=head,
            seeds=[Seed(1, self.seed.hex())],
            signature=sign_head(self.key, self.device, ops[-1].n, head),
        )

    def request(self, push: messages.Push | None = None, **more: Any) -> SyncRequest:
        values: dict[str, Any] = {
            "device": self.device,
            "protocol": 1,
            "schema": 1,
            "last": self.n,
            "head": self.head.hex(),
            "acked": self.acked,
            "cursors": [self.cursor(stream) for stream in self.cursors],
            "push": push,
        }
        return SyncRequest(**{**values, **more})

    def sync(self, **more: Any) -> SyncResponse:
        """Everything up, everything down."""
        push = self.push() if self.ops[self.sent :] else None
        response: SyncResponse = self.call("POST", messages.SYNC, self.request(push, **more), SyncResponse)
        if response.status == "ok":
            self.sent = self.acked = response.last
        self.take(response.page)
        self.follow(response.heads)
        return response

    def follow(self, heads: list[messages.Head]) -> None:
        streams = {head.stream for head in heads}
        self.cursors = {stream: seq for stream, seq in self.cursors.items() if stream in streams}
        for head in heads:
            if head.stream not in self.cursors:
                self.snapshot(head.stream)
        while any(
            self.cursors[head.stream] < head.seq or self.masks[head.stream] != head.mask for head in heads
        ):
            wish = PullRequest(
                protocol=1,
                schema=1,
                cursors=[self.cursor(stream) for stream in self.cursors],
            )
            answer = self.call("POST", messages.PULL, wish, messages.PullResponse)
            heads = answer.heads
            self.take(answer.page)

    def snapshot(self, stream: str, limit: int = 2000) -> int:
        """The first copy of a stream; returns how many pages it had."""
        query, pages = f"?limit={limit}", 0
        while True:
            part = self.call("GET", f"{messages.SNAPSHOT}{stream}{query}", None, messages.Snapshot)
            pages += 1
            self.store(part.tables)
            if part.next is None:
                self.cursors[stream], self.masks[stream] = part.at, part.mask
                return pages
            query = f"?limit={limit}&at={part.at}&after={part.next}"

    def take(self, page: messages.Page) -> None:
        for part in page.parts:
            self.store(part.tables)
            for gone in part.removals:
                self.rows.pop((gone.type, gone.record), None)
            self.cursors[part.stream], self.masks[part.stream] = part.upto, part.mask

    def store(self, tables: Mapping[str, messages.Table]) -> None:
        for name, table in tables.items():
            for values in table.rows:
                row = dict(zip(table.columns, values, strict=True))
                if row["version"] >= self.rows.get((name, row["id"]), row)["version"]:
                    self.rows[name, row["id"]] = row

    def row(self, record_type: str, record: str) -> dict[str, Any]:
        return self.rows[record_type, record]


def entry(device: str, op: Op) -> Entry:
    return Entry(
        device, op.n, op.tx, op.command, op.kind, op.type, op.record, op.base, op.at, op.actor, op.body
    )
