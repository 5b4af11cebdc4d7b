"""The last words of a laptop that is wiped: what waits, where the order lets it go, then what is lost."""

from dataclasses import dataclass
from typing import Any, Final, cast

from sync.engine.actions import Load, Report, Send, Situation
from sync.engine.asking import Steps, ask
from sync.engine.round import PUSH_BYTES
from sync.protocol import codec
from sync.protocol.messages import MAX_OPS, SyncRequest
from sync.protocol.versions import PROTOCOL, SCHEMA
from sync.protocol.wiping import FAREWELL, Farewell, Farewelled

MOST_ROUNDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """The office has answered a part: what it said of it is stored, so that the next part follows."""

    said: Farewelled


def send_waiting(report: Report) -> Steps[int]:
    """Everything that waits goes up; returns how many changes the office has answered."""
    sent = 0
    for _ in range(MOST_ROUNDS):
        now = yield Load(MAX_OPS, PUSH_BYTES)
        if not isinstance(now, Situation):
            raise TypeError(f"the store answered {now!r}")
        if now.push is None:
            break
        said = yield from ask(_send(now.device, _request(now)), Farewelled, report)
        if said.status != "ok":
            break  # restored from a backup, or the office was: what it does not take is counted as lost
        yield cast("Any", Taken(said))
        sent += len(said.verdicts)
    return sent


def last_word(device: str, lost: dict[str, int], files: int, report: Report) -> Steps[Farewelled]:
    """What goes with this laptop unsent, for the office's log."""
    return (yield from ask(_send(device, None, lost, files, done=True), Farewelled, report))


def _request(now: Situation) -> SyncRequest:
    return SyncRequest(
        device=now.device,
        protocol=PROTOCOL,
        schema=SCHEMA,
        last=now.last,
        head=now.head,
        acked=now.acked,
        cursors=[],
        push=now.push,
    )


def _send(
    device: str,
    request: SyncRequest | None,
    lost: dict[str, int] | None = None,
    files: int = 0,
    *,
    done: bool = False,
) -> Send:
    wish = Farewell(device=device, request=request, lost=lost or {}, files=files, done=done)
    body, encoding = codec.pack(wish, "zstd")
    return Send("POST", FAREWELL, body, encoding)
