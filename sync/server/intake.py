"""What a laptop pushed, taken transaction by transaction: recognised, recomputed, judged and answered.

A push is one database transaction of the office. Its answers are kept by (device, n), so that the same push
sent twice does nothing twice; its chain of hashes is recomputed, so that neither a changed nor a missing op
gets in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, bindparam, or_, select, update

from desktop.models.columns import moment_text
from desktop.models.numbers import BEARERS
from desktop.models.overlay import CREATING
from desktop.models.record import RECORDS
from desktop.rules.chain import START, Entry, entry_hash
from desktop.words import Message, msg
from sync.protocol.messages import MAX_OPS, Push, PushStatus, SyncRequest, Verdict
from sync.protocol.ops import Op, unpack_push
from sync.protocol.signing import BadSignature, check_head
from sync.protocol.upcast import upcast
from sync.server import (
    approvals,
    audit,
    countersign,
    coupons,
    floors,
    inboxes,
    links,
    numbers,
    orders,
    proposals,
    review,
    seal_releases,
    shares,
)
from sync.server.batch import Batch, Key, links_of
from sync.server.judge import Judge, Outcome
from sync.server.permission import Permission, Rejected
from sync.server.problems import Refusal
from sync.server.rows import bare, id_in, is_id, upsert
from sync.server.scope import Scope, home
from sync.server.tables import DEVICE, VERDICT

BAD_PUSH: Final = msg("The office cannot read what this laptop sent.")
_LARGEST: Final = 2**53

PLAIN: Final = '[%,"applied",%,[],"","",""]'
"""An answer that says nothing to a person. Others are kept for good: a laptop may come back from a backup
that was made before it got them, and then the office alone knows what lay in its inbox.
"""

# Asked with every push, so they are put together once; ids are what the driver takes.
_DEVICES: Final = bare(DEVICE)
_VERDICTS: Final = bare(VERDICT)
_STORED: Final = select(_VERDICTS.c.n, _VERDICTS.c.hash, _VERDICTS.c.verdict).where(
    _VERDICTS.c.device == bindparam("device"),
    or_(
        _VERDICTS.c.n == bindparam("newest"),
        _VERDICTS.c.n.between(bindparam("first"), bindparam("until")),
    ),
)
_ACKED: Final = select(_DEVICES.c.acked).where(_DEVICES.c.id == bindparam("this"))
_FORGET: Final = (
    update(_VERDICTS)
    .where(
        _VERDICTS.c.device == bindparam("this"),
        _VERDICTS.c.n > bindparam("after"),
        _VERDICTS.c.n <= bindparam("upto"),
        _VERDICTS.c.verdict.like(PLAIN),
    )
    .values(verdict="")
)
_MOVED_ON: Final = update(_DEVICES).where(_DEVICES.c.id == bindparam("this"))

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Verdict).decode


@dataclass(slots=True)
class Taken:
    """The answer to a push."""

    status: PushStatus
    last: int
    verdicts: list[Verdict] = field(default_factory=list)
    agreed: int = 0
    changed: bool = False


def receive(conn: Connection, device: Row[Any], scope: Scope, request: SyncRequest, now: int) -> Taken:
    """Take what is new in `request`, within the transaction of `conn`. Raises Refusal for nonsense."""
    push = request.push
    proposals.remember(conn, scope)
    if push is None:
        return standing(conn, device, request)
    ops = _unpacked(push)
    last, head = int(device.last_op), bytes(device.head)
    hashes = _recomputed(request.device, push, ops)
    stored = _stored(conn, request, ops)
    stored.setdefault(last, (head, None))
    if push.first > last + 1:
        return Taken("gap", last)
    agreed = _agreed(request, push, ops, hashes, stored, last)
    if agreed is not None:
        known = [_known(op.n, stored, request.acked) for op in ops if op.n <= agreed]
        return Taken("forked", last, known, agreed)
    _check_end(device, push, ops, hashes)
    fresh = [_as_meant(op, push, request.schema) for op in ops if op.n > last]
    verdicts = [_known(op.n, stored, request.acked) for op in ops if op.n <= last]
    if fresh:
        judged = _judge(conn, scope, fresh, request, now)
        verdicts += judged
        _keep(conn, request, fresh, hashes[len(ops) - len(fresh) :], judged, now, scope)
    return Taken("ok", ops[-1].n if ops else last, verdicts, changed=bool(fresh))


def standing(conn: Connection, device: Row[Any], request: SyncRequest) -> Taken:
    """Where the office stands with a laptop that brings nothing."""
    last = int(device.last_op)
    stored = _stored(conn, request, [])
    stored.setdefault(last, (bytes(device.head), None))
    agreed = _agreed(request, None, [], [], stored, last)
    if agreed is not None:
        return Taken("forked", last, [], agreed)
    # an office that was put back from a backup no longer has all that it had answered
    return Taken("gap" if request.acked > last else "ok", last)


# ---------------------------------------------------------------- recognising


def _unpacked(push: Push) -> list[Op]:
    try:
        if not 1 <= push.first < _LARGEST or (push.first == 1 and push.before != START.hex()):
            raise ValueError("the first op has no number, or something before it")
        ops = list(unpack_push(push))
    except ValueError as error:
        raise Refusal(400, "bad_request", BAD_PUSH) from error
    if not ops or len(ops) > MAX_OPS:
        raise Refusal(413 if ops else 400, "too_large" if ops else "bad_request", BAD_PUSH)
    if not all(_sound(op) for op in ops):
        raise Refusal(400, "bad_request", BAD_PUSH)
    return ops


def _as_meant(op: Op, push: Push, schema: int) -> Op:
    """An op that was written under an older record schema, as this one writes it."""
    since = [written.schema for written in push.schemas if written.n <= op.n]
    try:
        return upcast(op, since[-1] if since else schema)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Refusal(400, "bad_request", BAD_PUSH) from error


def _sound(op: Op) -> bool:
    numbers = 0 <= op.base < _LARGEST and -_LARGEST < op.at < _LARGEST
    ids = is_id(op.tx) and is_id(op.actor) and is_id(op.record) and (op.batch is None or is_id(op.batch))
    return numbers and ids and 0 < len(op.command) <= 60 and 0 < len(op.type) <= 40


def _recomputed(device: str, push: Push, ops: Sequence[Op]) -> list[bytes]:
    """The chain of a push from the hash it says came before."""
    try:
        previous = bytes.fromhex(push.before)
        seeds = sorted((seed.n, bytes.fromhex(seed.seed)) for seed in push.seeds)
        hashes = []
        for op in ops:
            seed = next(value for n, value in reversed(seeds) if n <= op.n)
            previous = _commitment(op) or entry_hash(previous, _entry(device, op), seed)
            hashes.append(previous)
    except (ValueError, TypeError, StopIteration, RecursionError) as error:
        raise Refusal(400, "bad_request", BAD_PUSH) from error
    return hashes


def _commitment(op: Op) -> bytes | None:
    """What the laptop had chained before it took an op back; only its author can open it."""
    if op.kind != "void" or "hash" not in op.body:
        return None
    digest = bytes.fromhex(op.body["hash"])
    if len(digest) != len(START):
        raise ValueError("a commitment has 32 bytes")
    return digest


def _entry(device: str, op: Op) -> Entry:
    return Entry(
        device, op.n, op.tx, op.command, op.kind, op.type, op.record, op.base, op.at, op.actor, op.body
    )


def _stored(
    conn: Connection, request: SyncRequest, ops: Sequence[Op]
) -> dict[int, tuple[bytes, bytes | None]]:
    """Hash and verdict of what is known of these ops, of the one before them, and of the laptop's newest."""
    first, last = (ops[0].n - 1, ops[-1].n) if ops else (request.last, request.last)
    device = id_in(conn.dialect.name)(request.device)
    found = conn.execute(_STORED, {"device": device, "newest": request.last, "first": first, "until": last})
    return {n: (bytes(digest), verdict.encode()) for n, digest, verdict in found}


def _agreed(
    request: SyncRequest,
    push: Push | None,
    ops: Sequence[Op],
    hashes: Sequence[bytes],
    stored: Mapping[int, tuple[bytes, bytes | None]],
    last: int,
) -> int | None:
    """None while the laptop's history is the office's; else the newest op up to which it is."""
    if last == 0:
        return None
    known = [(request.last, request.head)]
    if push is not None:
        known.append((push.first - 1, push.before))
        known += [(op.n, digest.hex()) for op, digest in zip(ops, hashes, strict=True)]
    compared = [(n, stored[n][0].hex() == digest) for n, digest in known if n in stored]
    if request.last >= last and all(same for _, same in compared):
        return None
    return max((n for n, same in compared if same), default=0)


def _check_end(device: Row[Any], push: Push, ops: Sequence[Op], hashes: Sequence[bytes]) -> None:
    try:
        if hashes[-1].hex() != push.head:
            raise BadSignature("the chain does not end where it says")
        check_head(bytes(device.public_key), push.signature, device.id.hex, ops[-1].n, push.head)
    except BadSignature as error:
        raise Refusal(400, "bad_request", BAD_PUSH) from error


def _known(n: int, stored: Mapping[int, tuple[bytes, bytes | None]], acked: int) -> Verdict:
    """The answer of that time."""
    verdict = stored[n][1] if n in stored else None
    if not verdict or n <= acked:
        return Verdict(n, "duplicate", 0)
    return _decode(verdict)


# ---------------------------------------------------------------- judging


def _judge(
    conn: Connection, scope: Scope, ops: Sequence[Op], request: SyncRequest, now: int
) -> list[Verdict]:
    batch = Batch(conn, request.device, scope.person.user, now)
    batch.load(_touched(ops))
    judge = Judge(batch, scope, moment_text(datetime.fromtimestamp(now / 1000, UTC)))
    unseen = review.unseen(batch, ops, {cursor.stream: cursor.seq for cursor in request.cursors})
    decided: list[tuple[Op, Outcome | Rejected]] = []
    for _, group in groupby(ops, key=lambda op: op.tx):
        decided += _transaction(batch, judge, list(group), unseen)
    floors.follow(batch)
    coupons.follow(batch, scope)
    links.follow(batch)
    approvals.follow(batch, scope, decided)
    orders.follow(batch)
    seal_releases.follow(batch, scope)
    countersign.follow(batch)
    inboxes.became(batch, decided)
    inboxes.file(batch, decided, scope.mask)
    batch.flush()
    numbers.note(conn, _numbers(decided), now)
    if judge.overwritten:
        audit.record(conn, now, request.device, "overwritten", {"values": judge.overwritten})
    lent = _lent(conn, scope, [outcome for _, outcome in decided])
    return [_verdict(op, outcome, scope, lent) for op, outcome in decided]


def _lent(conn: Connection, scope: Scope, decided: Iterable[Outcome | Rejected]) -> set[Key]:
    """The records among these that come to this person because they are lent."""
    found: set[Key] = set()
    for kind, group in groupby(
        sorted(one.held.type + one.held.id for one in decided if isinstance(one, Outcome) and one.held),
        key=lambda key: key[:-32],
    ):
        ids = [key[-32:] for key in group]
        found.update((kind, record) for record in shares.access(conn, scope, kind, ids))
    return found


def _numbers(decided: Iterable[tuple[Op, Outcome | Rejected]]) -> list[tuple[str, str]]:
    """The numbers that these documents bear, or would bear had nobody been faster: they are on paper."""
    found: list[tuple[str, str]] = []
    for op, outcome in decided:
        value = op.body.get("number") if op.type in BEARERS and isinstance(outcome, Outcome) else None
        number = value[1] if isinstance(value, list) and len(value) == 2 else value
        if isinstance(number, str) and number:
            found.append((number, op.record))
    return found


def _touched(ops: Iterable[Op]) -> set[Key]:
    """The records that these ops change or need: themselves, what they belong to, and their owners."""
    keys: set[Key] = set()
    for op in ops:
        keys.add((op.type, op.record))
        if op.type not in RECORDS:
            continue
        for values in _sides(op):
            keys.update(link for link in links_of(op.type, values) if is_id(link[1]))
            if is_id(values.get("owner_id")):
                keys.add(("user", values["owner_id"]))
            if op.type == shares.SHARE:
                people = (("user", values.get("person_id")), ("team", values.get("group_id")))
                keys.update((kind, str(one)) for kind, one in people if is_id(one))
    return keys


def _sides(op: Op) -> list[dict[str, Any]]:
    """The values of an op as rows: as created, or before and after."""
    if op.kind in ("create", "append"):
        return [dict(op.body)]
    if op.kind == "sign":
        fields = op.body.get("fields")
        return [dict(fields)] if isinstance(fields, dict) else []
    pairs = {name: pair for name, pair in op.body.items() if isinstance(pair, list) and len(pair) == 2}
    return [{name: pair[side] for name, pair in pairs.items()} for side in (0, 1)]


def _transaction(
    batch: Batch, judge: Judge, ops: list[Op], unseen: frozenset[str]
) -> list[tuple[Op, Outcome | Rejected]]:
    """All or nothing; and where one deletion meets somebody's edit, none of its deletions happens."""
    batch.begin()
    try:
        permission = Permission(batch, judge.scope, ops, batch.now)
        outcomes = _attempt(batch, judge, ops)
        deletions = [one for one, op in zip(outcomes, ops, strict=True) if op.kind == "delete"]
        if len(deletions) > 1 and any(one.losses for one in deletions):
            batch.roll_back()
            judge.keep_deleted = True
            outcomes = _attempt(batch, judge, ops)
        permission.make_sense()
        orders.hold(batch, judge.scope, ops)
        review.mark(batch, ops, outcomes, unseen)
    except Rejected as rejected:
        batch.roll_back()
        judge.guards.rejected.update(op.record for op in ops if op.kind in CREATING)
        answer = proposals.instead(batch, judge.scope, ops, rejected)
        return [(op, answer) for op in ops]
    finally:
        judge.keep_deleted = False
    return list(zip(ops, outcomes, strict=True))


def _attempt(batch: Batch, judge: Judge, ops: list[Op]) -> list[Outcome]:
    batch.begin()
    kept = len(judge.overwritten)
    try:
        outcomes = {op.n: judge.judge(op) for op in sorted(ops, key=_comes_later)}
    except Rejected:
        del judge.overwritten[kept:]
        raise
    return [outcomes[op.n] for op in ops]


def _comes_later(op: Op) -> bool:
    """Within a transaction a record may be named before the one that it is a part of: those come first."""
    return op.kind != "create" or op.type not in RECORDS or bool(RECORDS[op.type].__root__)


def _verdict(op: Op, outcome: Outcome | Rejected, scope: Scope, lent: set[Key]) -> Verdict:
    if isinstance(outcome, Rejected):
        return Verdict(op.n, "rejected", 0, [], outcome.code, *_both(outcome.message))
    held = outcome.held
    comes = held is not None and (scope.may_read(home(held.type, held.row)) or (held.type, held.id) in lent)
    return Verdict(
        op.n,
        outcome.kind,
        held.version if held is not None and comes else 0,
        outcome.losses,
        "deleted" if outcome.deleted else "",
    )


def _both(message: Message) -> tuple[str, str]:
    return message.in_language("en"), message.in_language("zh")


# ---------------------------------------------------------------- remembering


def _keep(
    conn: Connection,
    request: SyncRequest,
    ops: Sequence[Op],
    hashes: Sequence[bytes],
    verdicts: Sequence[Verdict],
    now: int,
    scope: Scope,
) -> None:
    """Keep the answers and the new head of the device."""
    device = id_in(conn.dialect.name)(request.device)
    rows = (
        {"device": device, "n": op.n, "hash": digest, "verdict": _encode(verdict).decode()}
        for op, digest, verdict in zip(ops, hashes, verdicts, strict=True)
    )
    upsert(conn, VERDICT, rows)
    acked = conn.execute(_ACKED, {"this": device}).scalar_one()
    if request.acked > acked:
        conn.execute(_FORGET, {"this": device, "after": acked, "upto": request.acked})
    conn.execute(
        _MOVED_ON,
        {
            "this": device,
            "last_op": ops[-1].n,
            "head": hashes[-1],
            "acked": max(acked, min(request.acked, ops[-1].n)),
        },
    )
    audit.record(
        conn,
        now,
        request.device,
        "push",
        {
            "user": scope.person.user,
            "first": ops[0].n,
            "last": ops[-1].n,
            "head": hashes[-1].hex(),
            "rejected": sum(verdict.kind == "rejected" for verdict in verdicts),
        },
    )
