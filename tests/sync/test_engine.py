"""The engine alone: what it asks for, given what it is told; no store, no network, no clock."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from desktop.errors import NotAllowed, Offline, Refused, SatchelError, ServerTooNew, ServerTooOld
from sync.engine import round as rounds
from sync.engine.actions import (
    Action,
    Adopt,
    Answer,
    Apply,
    ApplySnapshot,
    Event,
    Failure,
    Forget,
    Fork,
    Index,
    Load,
    Mark,
    Report,
    Rest,
    Rewind,
    Send,
    Situation,
    Tell,
    Tidy,
)
from sync.engine.asking import NONSENSE, PORTAL, UNREACHABLE, Busy, Revoked, Unknown, told
from sync.engine.pace import LONGEST_WAIT, OPEN_AFTER, Backoff, Batch
from sync.engine.round import Limits
from sync.protocol import codec, messages
from sync.protocol.messages import (
    Cursor,
    Enrol,
    Enrolled,
    Head,
    Hello,
    Page,
    Part,
    Person,
    Problem,
    PullRequest,
    PullResponse,
    Push,
    Removal,
    Seed,
    Snapshot,
    SyncRequest,
    SyncResponse,
    Table,
    Verdict,
)
from sync.protocol.ops import Op, pack_push

DEVICE = "d" * 32
ANN = Person(user="a" * 32, name="Ann", team="", role="rep")
REST = Situation(
    device=DEVICE, enrolled=True, last=0, head="", acked=0, cursors=(Cursor("org", 5, 1, ""),), user=ANN.user
)
HEADS = [Head("org", 5, "")]


def push(first: int = 1, count: int = 1) -> Push:
    ops = [
        Op(
            n,
            f"{n:032x}",
            "customer.new",
            1,
            "a" * 32,
            None,
            "create",
            "customer",
            f"{n:032x}",
            0,
            {"name": "x"},
        )
        for n in range(first, first + count)
    ]
    return pack_push(ops, before="0" * 64, head="1" * 64, seeds=[Seed(1, "2" * 64)], signature="s")


def ok(**fields: Any) -> SyncResponse:
    return SyncResponse(
        **{"status": "ok", "last": 0, "server_at": 1, "heads": HEADS, "person": ANN, **fields}
    )


def answer(message: msgspec.Struct, status: int = 200, **more: Any) -> Answer:
    return Answer(status, codec.encode(message), **more)


def problem(code: str, status: int, **data: Any) -> Answer:
    return answer(Problem(code=code, en="because", zh="因为", data=data), status)


class World:
    """Plays store and office: situations and answers are given in order, the last situation stays."""

    def __init__(self, situations: list[Situation], answers: list[Answer | Failure]) -> None:
        self.situations = situations
        self.answers = answers
        self.asked: list[Send] = []
        self.stored: list[Action] = []
        self.told: list[Tell] = []

    def run(self, steps: Generator[Action, Event, Any]) -> Any:
        event: Event = None
        while True:
            try:
                action = steps.send(event)
            except StopIteration as end:
                return end.value
            event = self.do(action)

    def do(self, action: Action) -> Event:
        if isinstance(action, Load):
            return self.situations.pop(0) if len(self.situations) > 1 else self.situations[0]
        if isinstance(action, Send):
            self.asked.append(action)
            return self.answers.pop(0)
        if isinstance(action, Tell):
            self.told.append(action)
        else:
            self.stored.append(action)
        return None

    def body(self, place: int, kind: type[Any]) -> Any:
        sent = self.asked[place]
        return codec.unpack(sent.body, sent.encoding, kind)


def sync(world: World, limits: Limits | None = None, nonce: str = "") -> Report:
    report: Report = world.run(rounds.sync(nonce, limits or Limits()))
    assert not world.answers, "the engine did not ask for everything"
    return report


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


def hello(**fields: Any) -> Answer:
    return answer(
        Hello(
            **{
                "product": "satchel",
                "nonce": "n",
                "server": "s",
                "name": "",
                "time": 1,
                "protocols": [1],
                "schema": 1,
                **fields,
            }
        )
    )


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


SUCCESSOR = Enrol(device="e" * 32, key="0" * 64, name="laptop", previous=DEVICE)
ENROLLED = Enrolled(server="s", name="Office", device="e" * 32, short="7K3", person=ANN, protocol=1, schema=1)


def test_a_fork_takes_what_both_share_then_goes_on_under_a_new_identity() -> None:
    local = replace(REST, last=3, acked=1, push=push(2, 2), waiting=2)
    shared = replace(local, acked=2, push=push(3), waiting=1)
    pulled = replace(shared, cursors=(Cursor("org", 6, 1, ""),))
    prepared = replace(pulled, successor=SUCCESSOR)
    adopted = replace(pulled, device="e" * 32, last=1, acked=0, push=push(1))
    done = replace(adopted, acked=1, push=None, waiting=0)
    newer = [Head("org", 6, "")]
    world = World(
        [local, shared, pulled, prepared, adopted, done],
        [
            answer(ok(status="forked", agreed=2, last=5, verdicts=[Verdict(2, "applied", 1)], heads=newer)),
            answer(PullResponse(heads=newer, page=Page())),
            answer(ENROLLED),
            answer(ok(verdicts=[Verdict(1, "applied", 1)], heads=newer)),
        ],
    )
    report = sync(world)
    assert [send.target for send in world.asked] == [
        messages.SYNC,
        messages.PULL,
        messages.DEVICES,
        messages.SYNC,
    ]
    assert world.body(2, Enrol) == SUCCESSOR
    assert world.stored[2:4] == [Fork(2), Adopt(ENROLLED)]
    assert report.forked


def test_a_push_that_is_shared_whole_is_no_fork_yet() -> None:
    local = replace(REST, last=3, acked=0, push=push(1, 2), waiting=3)
    rest = replace(local, acked=2, push=push(3), waiting=1)
    world = World(
        [local, rest, replace(rest, acked=3, push=None, waiting=0)],
        [
            answer(
                ok(
                    status="forked",
                    agreed=2,
                    last=5,
                    verdicts=[Verdict(1, "applied", 1), Verdict(2, "applied", 1)],
                )
            ),
            answer(ok(verdicts=[Verdict(3, "applied", 1)])),
        ],
    )
    assert not sync(world).forked


def test_a_second_fork_in_one_sync_is_nonsense() -> None:
    forked = ok(status="forked", agreed=0, last=5)
    prepared = replace(REST, successor=SUCCESSOR)
    with pytest.raises(Offline) as raised:
        sync(World([REST, REST, prepared, REST], [answer(forked), answer(ENROLLED), answer(forked)]))
    assert raised.value.message == NONSENSE


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


def test_joining_greets_asks_and_adopts() -> None:
    world = World([REST], [hello(), answer(ENROLLED)])
    request = Enrol(device=DEVICE, key="0" * 64, name="laptop", code="ABCD2345")
    assert world.run(rounds.enrol(request, "n")) == ENROLLED
    assert world.stored == [Adopt(ENROLLED)]
    assert world.body(1, Enrol) == request


def test_a_wrong_code_is_told_as_such() -> None:
    world = World([REST], [hello(), problem("code", 403)])
    with pytest.raises(NotAllowed, match="code"):
        world.run(rounds.enrol(Enrol(device=DEVICE, key="0" * 64, name="laptop"), "n"))


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


# --- pace


def test_waiting_grows_with_full_jitter_to_five_minutes() -> None:
    backoff = Backoff()
    waits = [backoff.failed(0.0, 0.999) for _ in range(OPEN_AFTER)]
    assert [round(wait) for wait in waits] == [1, 2, 4, 8, LONGEST_WAIT]
    assert Backoff().failed(100.0, 0.0) == 100.0


def test_the_offices_wish_is_a_lower_bound() -> None:
    assert Backoff().failed(10.0, 0.0, retry_after=60.0) == 70.0


def test_another_network_brings_one_try_at_once() -> None:
    backoff = Backoff()
    for _ in range(OPEN_AFTER):
        backoff.failed(0.0, 0.5)
    assert not backoff.may_try(10.0)
    backoff.network_changed(10.0)
    assert backoff.may_try(10.0)
    backoff.succeeded()
    assert backoff.failed(20.0, 0.5) == 20.5


def test_batches_grow_by_steps_and_shrink_by_half_within_bounds() -> None:
    batch = Batch(100, 60, 150, 40)
    batch.answered(0.1)
    batch.answered(0.1)
    assert batch.size == 150
    batch.answered(3.0)
    assert batch.size == 150
    batch.answered(60.0)
    batch.answered(60.0)
    assert batch.size == 60


def test_a_report_adds_up() -> None:
    report = Report()
    report.count({"applied": 2})
    report.count({"applied": 1, "merged": 1})
    assert report.verdicts == {"applied": 3, "merged": 1}


def test_no_office_at_the_greeting_is_offline_too() -> None:
    with pytest.raises(Offline) as raised:
        sync(World([REST], [Failure("unreachable")]), nonce="n")
    assert raised.value.message == UNREACHABLE


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
