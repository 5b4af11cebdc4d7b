"""The engine joins an office, and takes another identity where two laptops share one."""

from dataclasses import replace

import pytest

from desktop.errors import NotAllowed, Offline
from sync.engine import round as rounds
from sync.engine.actions import (
    Adopt,
    Fork,
)
from sync.engine.asking import NONSENSE
from sync.protocol import messages
from sync.protocol.messages import (
    Cursor,
    Enrol,
    Enrolled,
    Head,
    Page,
    PullResponse,
    Verdict,
)
from tests.sync.engine_world import ANN, DEVICE, REST, World, answer, hello, ok, problem, push, sync

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
