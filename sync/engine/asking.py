"""One request and what its answer means, for every step of a sync."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeVar

from desktop.errors import NotAllowed, Offline, Refused, SatchelError, ServerTooNew, ServerTooOld
from desktop.words import Message, msg
from sync.engine.actions import Action, Answer, Event, Failure, Report, Send
from sync.engine.pace import Batch
from sync.protocol import codec
from sync.protocol.messages import Problem
from sync.protocol.versions import PROTOCOL
from sync.protocol.wiping import CODE

T = TypeVar("T")
Steps = Generator[Action, Event, T]

UNREACHABLE: Final = msg("The office cannot be reached; your work is kept and waits.")
PORTAL: Final = msg("Another page answers in the office's place; sign in to this network first.")
NONSENSE: Final = msg("The office answered something that makes no sense; nothing was changed.")
TOO_NEW: Final = msg(
    "The office is newer than this laptop: your work was sent, but update Satchel to receive."
)
TOO_OLD: Final = msg("The office is older than this laptop and must be updated first.")


class Portal(Offline):
    """Somebody else answered in the office's place: most often the sign-in page of a network."""

    def __init__(self) -> None:
        super().__init__(PORTAL)


class Busy(Offline):
    """The office asks for patience; `after` is its own wish in seconds."""

    def __init__(self, after: float | None) -> None:
        super().__init__(msg("The office is busy; the next try follows by itself."))
        self.after = after


class Revoked(NotAllowed):
    """The office has taken this laptop's right to sync."""


class WipeOrdered(NotAllowed):
    """The office says that this laptop is to be wiped; `data` is the order, not yet held against its key."""

    def __init__(self, data: object) -> None:
        super().__init__(msg("The office has ordered this laptop to be wiped."))
        self.data = data


class Unknown(NotAllowed):
    """The office does not know this laptop, or not with this key."""


class Answered(Exception):
    """The office answered with a problem that this step knows how to go on from."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def ask(
    send: Send,
    kind: type[T],
    report: Report,
    known: frozenset[str] = frozenset(),
    batch: Batch | None = None,
) -> Steps[T]:
    """One request. A problem in `known` is raised as Answered, any other as what it means to a person."""
    report.requests += 1
    report.bytes_up += len(send.body)
    event = yield send
    if isinstance(event, Failure):
        if batch is not None:
            batch.shrink()
        raise Portal if event.portal else Offline(UNREACHABLE)
    if not isinstance(event, Answer):
        raise TypeError(f"the transport answered {event!r}")
    report.bytes_down += len(event.body)
    try:
        if 200 <= event.status < 300:
            message = codec.unpack(event.body, event.encoding, kind)
            if batch is not None:
                batch.answered(event.seconds)
            return message
        problem = codec.unpack(event.body, event.encoding, Problem)
    except codec.BadMessage as error:
        raise Portal from error
    if problem.code in known:
        raise Answered(problem)
    raise meaning(event, problem)


def meaning(answer: Answer, problem: Problem) -> SatchelError:
    """What an answer other than 2xx means to a person."""
    if answer.status in (429, 503) or problem.code == "sequence":
        return Busy(answer.retry_after)
    if answer.status >= 500:
        return Offline(msg("Something went wrong at the office; the next try follows by itself."))
    if problem.code == "revoked":
        return Revoked(msg("The office has withdrawn this laptop's access."))
    if problem.code == CODE:
        return WipeOrdered(problem.data)
    if problem.code in ("unknown_device", "bad_signature"):
        return Unknown(msg("The office does not know this laptop; join again with a new code."))
    if problem.code == "version":
        spoken = [int(version) for version in problem.data.get("protocols", [])]
        return ServerTooNew(TOO_NEW) if min(spoken, default=0) > PROTOCOL else ServerTooOld(TOO_OLD)
    return Refused(msg("The office refused: {reason}").of(reason=told(problem.en, problem.zh)))


@dataclass(frozen=True, slots=True)
class _Told(Message):
    """A reason in the office's own words, in both languages."""

    zh: str = ""

    def in_language(self, language: str) -> str:
        return self.zh if language == "zh" and self.zh else self.text


def told(en: str, zh: str) -> Message:
    """The office's words as a message."""
    return _Told(en, zh=zh)
