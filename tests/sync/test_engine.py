"""The engine alone: what it asks for, given what it is told; no store, no network, no clock."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.errors import Offline, Refused, ServerTooNew
from sync.engine import round as rounds
from sync.engine.actions import (
    Action,
    Answer,
    Apply,
    ApplySnapshot,
    Event,
    Failure,
    Forget,
    Index,
    Load,
    Mark,
    Report,
    Rest,
    Tidy,
)
from sync.engine.asking import NONSENSE
from sync.engine.round import Limits
from sync.protocol import messages
from sync.protocol.messages import (
    Cursor,
    Head,
    Page,
    Part,
    PullRequest,
    PullResponse,
    Removal,
    Snapshot,
    SyncRequest,
    Table,
    Verdict,
)
from tests.sync.engine_world import ANN, REST, World, answer, ok, problem, push, sync


def test_at_rest_one_round_trip_is_all() -> None:
    world = World([REST], [answer(ok(), seconds=0.01)])
    report = sync(world)
    assert [send.target for send in world.asked] == [messages.SYNC]
    assert (report.requests, report.pushed, report.pulled, report.waiting) == (1, 0, 0, 0)
    assert world.stored == [Apply(ok())]
    assert world.body(0, SyncRequest).cursors == list(REST.cursors)


def test_the_outbox_is_emptied_push_by_push_before_anything_is_pulled() -> None:
    first = replace(REST, push=push(1), last=2, waiting=2)
    second = replace(first, push=push(2), acked=1, waiting=1)
    done = replace(REST, last=2, acked=2)
    behind = [Head("org", 9, "")]
    at_head = replace(done, cursors=(Cursor("org", 9, 1, ""),))
    page = Page(
        parts=[
            Part(
                stream="org",
                start=5,
                upto=9,
                more=False,
                tables={"tag": Table(columns=["id"], rows=[["x"]])},
                removals=[Removal("move", "tag", "y", 1)],
            )
        ]
    )
    world = World(
        [first, second, done, at_head],
        [
            answer(ok(verdicts=[Verdict(1, "applied", 1)], heads=behind)),
            answer(ok(verdicts=[Verdict(2, "conflict", 1)], heads=behind)),
            answer(PullResponse(heads=behind, page=page)),
        ],
    )
    report = sync(world)
    assert [send.target for send in world.asked] == [messages.SYNC, messages.SYNC, messages.PULL]
    assert report.verdicts == {"applied": 1, "conflict": 1}
    assert (report.pushed, report.pulled, report.removed) == (2, 1, 1)
    told = world.told[0]
    assert (told.state, told.done, told.total) == ("sending", 0, 2)


def test_a_new_stream_is_copied_first_the_directory_then_ones_own_and_resumed_from_its_mark() -> None:
    heads = [Head("team:t", 3, "", 1), Head(f"user:{ANN.user}", 2, "", 1), Head("org", 5, "", 4)]
    none = replace(REST, cursors=())
    marked = replace(none, marks=(Mark("org", 5, "tag.1"),))
    org = replace(none, cursors=(Cursor("org", 5, 1, ""),))
    mine = replace(org, cursors=(*org.cursors, Cursor(f"user:{ANN.user}", 2, 1, "")))
    all_ = replace(mine, cursors=(*mine.cursors, Cursor("team:t", 3, 1, "")))
    pages = [
        Snapshot(stream="org", at=5, next="tag.1", tables={"tag": Table(columns=["id"], rows=[["1"]])}),
        Snapshot(stream="org", at=5, next=None),
        Snapshot(stream=f"user:{ANN.user}", at=2, next=None),
        Snapshot(stream="team:t", at=3, next=None),
    ]
    world = World(
        [none, none, marked, org, mine, all_], [answer(ok(heads=heads)), *(answer(page) for page in pages)]
    )
    report = sync(world)
    targets = [send.target.removeprefix(messages.SNAPSHOT) for send in world.asked[1:]]
    assert targets == [
        "org?limit=2000",
        "org?limit=3000&at=5&after=tag.1",
        f"user%3A{ANN.user}?limit=4000",
        "team%3At?limit=5000",
    ]
    assert report.pulled == 1
    assert [type(action) for action in world.stored] == [Apply, *[ApplySnapshot] * 4]
    told = world.told[1:]
    assert [(one.state, one.done, one.total) for one in told[:1]] == [("receiving", 1, 6)]
    assert all(one.first for one in told)
    assert [one.usable for one in told[:4]] == [False, False, True, True]


def test_a_changed_mask_is_pulled_even_at_the_head() -> None:
    masked = [Head("org", 5, "cost")]
    after = replace(REST, cursors=(Cursor("org", 5, 1, "cost"),))
    world = World(
        [REST, REST, after], [answer(ok(heads=masked)), answer(PullResponse(heads=masked, page=Page()))]
    )
    sync(world)
    assert world.body(1, PullRequest).cursors == [Cursor("org", 5, 1, "")]


def test_not_enrolled_is_said_before_anything_is_sent() -> None:
    world = World([replace(REST, enrolled=False)], [])
    with pytest.raises(Refused):
        sync(world)


def test_streams_that_change_under_a_pull_or_a_copy_are_asked_for_again() -> None:
    behind = [Head("org", 9, "")]
    caught_up = replace(REST, cursors=(Cursor("org", 9, 1, ""),))
    fresh = replace(REST, cursors=())
    world = World(
        [fresh, fresh, fresh, fresh, REST, caught_up],
        [
            answer(ok(heads=behind)),
            problem("stream", 404, stream="org"),
            answer(ok(heads=behind)),
            problem("snapshot", 410),
            answer(ok(heads=behind)),
            problem("stream", 404),
            answer(ok(heads=behind)),
        ],
    )
    sync(world)
    assert Forget("org") in world.stored


def test_streams_that_never_settle_end_the_sync() -> None:
    replies: list[Answer | Failure] = [answer(ok(heads=[Head("org", 9, "")])), problem("stream", 404)] * 6
    with pytest.raises(Offline) as raised:
        sync(World([REST], replies))
    assert raised.value.message == NONSENSE


def test_a_laptop_that_is_too_old_still_sends_everything_first() -> None:
    first = replace(REST, push=push(1), last=1, waiting=1)
    world = World(
        [first, replace(REST, last=1, acked=1)],
        [answer(ok(upgrade=True, verdicts=[Verdict(1, "applied", 1)]))],
    )
    with pytest.raises(ServerTooNew):
        sync(world)
    assert len(world.stored) == 1


def test_a_sync_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_REQUESTS", 3)
    busy = replace(REST, push=push(1), last=1, waiting=1)
    with pytest.raises(Offline):
        sync(World([busy], [answer(ok(verdicts=[Verdict(1, "applied", 1)]))] * 3))


def test_slow_answers_make_the_batches_smaller_and_failures_too() -> None:
    limits = Limits()
    sync(World([REST], [answer(ok(), seconds=9)]), limits)
    assert limits.ops.size == 500
    with pytest.raises(Offline):
        sync(World([REST], [Failure("stalled")]), limits)
    assert limits.ops.size == 250


def test_whoever_drives_the_engine_wrongly_is_told() -> None:
    def drive(reply: Callable[[Action], Event]) -> None:
        steps = rounds.sync("", Limits())
        event: Event = None
        while True:
            event = reply(steps.send(event))

    with pytest.raises(TypeError, match="store"):
        drive(lambda _: None)
    with pytest.raises(TypeError, match="transport"):
        drive(lambda action: REST if isinstance(action, Load) else None)


def test_a_report_adds_up() -> None:
    report = Report()
    report.count({"applied": 2})
    report.count({"applied": 1, "merged": 1})
    assert report.verdicts == {"applied": 3, "merged": 1}


def test_rows_of_a_first_copy_are_made_searchable_when_everything_is_here() -> None:
    waiting = replace(REST, unindexed=True)
    world = World([waiting, waiting, waiting, REST], [answer(ok())])
    sync(world)
    assert world.stored[1:] == [Index(rounds.INDEXED)] * 2
    assert [(one.state, one.done, one.total) for one in world.told[1:]] == [
        ("indexing", 0, 0),
        ("indexing", rounds.INDEXED, rounds.INDEXED),
    ]


def test_what_was_answered_and_never_comes_is_settled_at_the_end() -> None:
    waiting = replace(REST, awaiting=True)
    world = World([waiting, waiting, REST], [answer(ok())])
    sync(world)
    assert world.stored[1:] == [Rest()]


def test_a_store_that_does_not_settle_ends_the_sync() -> None:
    with pytest.raises(Offline) as raised:
        sync(World([replace(REST, awaiting=True)], [answer(ok())]))
    assert raised.value.message == NONSENSE


def test_the_index_is_tidied_after_everything_else_and_held_deletions_are_told() -> None:
    untidy = replace(REST, untidy=True, held=3)
    world = World([untidy, untidy, replace(REST, held=3)], [answer(ok())])
    assert sync(world).held == 3
    assert Tidy() in world.stored
