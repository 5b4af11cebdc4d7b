"""The engine before an office that refuses, is none, or answers what leads nowhere."""

from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import Offline, Refused, SatchelError, ServerTooNew, ServerTooOld
from sync.engine.actions import (
    Answer,
    Failure,
    Mark,
    Rewind,
    Situation,
)
from sync.engine.asking import NONSENSE, PORTAL, UNREACHABLE, Busy, Revoked, Unknown, told
from sync.engine.pace import Batch
from sync.engine.round import Limits
from sync.protocol import messages
from sync.protocol.messages import (
    Head,
    Page,
    PullResponse,
    Snapshot,
    Verdict,
)
from tests.sync.engine_world import REST, World, answer, hello, ok, problem, push, sync


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Failure("unreachable"), UNREACHABLE),
        (Failure("redirected", portal=True), PORTAL),
        (Answer(200, b"<html>sign in</html>"), PORTAL),
        (Answer(404, b"<html>"), PORTAL),
        (answer(ok(), status=200, encoding="br"), PORTAL),
    ],
)
def test_no_office_means_offline_and_says_which_way(reply: Answer | Failure, error: Any) -> None:
    with pytest.raises(Offline) as raised:
        sync(World([REST], [reply]))
    assert raised.value.message == error


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem("busy", 429), Busy),
        (problem("busy", 503), Busy),
        (problem("sequence", 409, sequence=9), Busy),
        (problem("defect", 500), Offline),
        (problem("revoked", 403), Revoked),
        (problem("unknown_device", 401), Unknown),
        (problem("bad_signature", 401), Unknown),
        (problem("version", 426, protocols=[0]), ServerTooOld),
        (problem("version", 426, protocols=[7, 8]), ServerTooNew),
        (problem("version", 426), ServerTooOld),
        (problem("bad_request", 400), Refused),
    ],
)
def test_every_problem_has_its_meaning(reply: Answer, error: type[SatchelError]) -> None:
    with pytest.raises(error):
        sync(World([REST], [reply]))


def test_the_offices_own_words_are_shown_in_both_languages() -> None:
    with pytest.raises(Refused) as raised:
        sync(World([REST], [problem("bad_request", 400)]))
    assert raised.value.message.in_language("en") == "The office refused: because"
    assert raised.value.message.in_language("zh").endswith("因为")
    assert told("because", "").in_language("zh") == "because"


def test_busy_carries_how_long_the_office_wants_to_be_left_alone() -> None:
    with pytest.raises(Busy) as raised:
        sync(World([REST], [replace(problem("busy", 503), retry_after=7.0)]))
    assert raised.value.after == 7.0


def test_a_greeting_goes_first_when_the_office_was_not_heard_lately() -> None:
    world = World([REST], [hello(), answer(ok())])
    sync(world, nonce="n")
    assert (world.asked[0].target, world.asked[0].signed) == (f"{messages.HELLO}?nonce=n", False)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (hello(nonce="other"), Offline),
        (hello(protocols=[5]), ServerTooNew),
        (hello(protocols=[0]), ServerTooOld),
        (hello(protocols=[]), ServerTooOld),
    ],
)
def test_somebody_who_does_not_echo_or_speak_our_language_is_not_the_office(
    reply: Answer, error: type[SatchelError]
) -> None:
    with pytest.raises(error):
        sync(World([REST], [reply]), nonce="n")


def test_a_request_that_is_too_large_is_halved_and_sent_again() -> None:
    limits = Limits(ops=Batch(8, 4, 10, 1))
    world = World([REST], [problem("too_large", 413), answer(ok())])
    sync(world, limits)
    assert limits.ops.size == 5  # halved to 4, and one more for the quick answer


def test_one_change_that_is_too_large_for_the_office_is_refused_with_words() -> None:
    with pytest.raises(Refused, match="larger"):
        sync(World([REST], [problem("too_large", 413)]), Limits(ops=Batch(4, 4, 10, 1)))


def test_a_gap_resends_what_the_office_lost() -> None:
    ahead = replace(REST, last=3, acked=3)
    rewound = replace(REST, last=3, acked=1, push=push(2, 2), waiting=2)
    done = replace(REST, last=3, acked=3)
    world = World(
        [ahead, rewound, done],
        [
            answer(ok(status="gap", last=1)),
            answer(ok(verdicts=[Verdict(2, "applied", 1), Verdict(3, "applied", 1)])),
        ],
    )
    sync(world)
    assert world.stored[0] == Rewind(1)


@pytest.mark.parametrize(
    ("situation", "replies"),
    [
        (REST, [ok(status="gap", last=0)]),
        (replace(REST, push=push(), last=1), [ok()]),
        (
            replace(REST, last=1, acked=1),
            [ok(heads=[Head("org", 9, "")]), PullResponse(heads=[Head("org", 9, "")], page=Page())],
        ),
    ],
)
def test_answers_that_lead_nowhere_end_the_sync(situation: Situation, replies: list[Any]) -> None:
    with pytest.raises(Offline) as raised:
        sync(World([situation], [answer(reply) for reply in replies]))
    assert raised.value.message == NONSENSE


def test_a_snapshot_that_does_not_move_ends_the_sync() -> None:
    marked = replace(REST, cursors=(), marks=(Mark("org", 5, "tag.1"),))
    page = Snapshot(stream="org", at=5, next="tag.1")
    with pytest.raises(Offline) as raised:
        sync(World([marked], [answer(ok()), answer(page)]))
    assert raised.value.message == NONSENSE


def test_no_office_at_the_greeting_is_offline_too() -> None:
    with pytest.raises(Offline) as raised:
        sync(World([REST], [Failure("unreachable")]), nonce="n")
    assert raised.value.message == UNREACHABLE
