"""The engine's steps for files, one answer at a time: what goes first, what is repeated, what is let be."""

from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import Offline
from desktop.rules.attachments import CHUNK, SEALED, SIGNATURE, hash_of, to_bits
from sync.engine import blobs
from sync.engine.actions import Answer, Failure, Send, Tell
from sync.engine.asking import Busy, Revoked, Unknown
from sync.engine.blobs import Drop, File, FileReport, Keep, Kept, Later, Look, Piece, Sent, Take, Waiting
from sync.protocol import codec
from sync.protocol.messages import Problem

DATA = bytes(range(256)) * 2048 + b"end"
SHA = hash_of(DATA)
UP = File("up", SHA, len(DATA))
DOWN = replace(UP, way="down")
DROP = replace(UP, way="drop")


def facts(*have: int, whole: bool = False) -> Answer:
    said = {"satchel-size": str(len(DATA)), "satchel-pieces": to_bits(frozenset(have), 3)}
    return Answer(200, b"", headers={**said, "satchel-whole": str(int(whole))})


def piece(n: int) -> Answer:
    data = DATA[n * CHUNK : (n + 1) * CHUNK]
    return Answer(200, data, headers={"satchel-piece": hash_of(data)})


def problem(status: int, code: str, **more: Any) -> Answer:
    return Answer(status, codec.encode(Problem(code=code, en="no", data=more)))


class World:
    """A laptop that keeps what it is told, and an office that answers from a list."""

    def __init__(self, files: list[File], answers: list[Any], *, metered: bool = False) -> None:
        self.files, self.answers, self.metered = files, answers, metered
        self.asked: list[str] = []
        self.done: list[Any] = []
        self.pieces: dict[int, bytes | None] = {n: DATA[n * CHUNK : (n + 1) * CHUNK] for n in range(3)}
        self.outcomes: list[Any] = []
        self.looks = 0

    def run(self) -> FileReport:
        steps = blobs.carry(metered=self.metered)
        event: Any = None
        while True:
            try:
                action = steps.send(event)
            except StopIteration as end:
                result: FileReport = end.value
                return result
            event = self.answer(action)

    def answer(self, action: Any) -> Any:
        if isinstance(action, Look):
            self.looks += 1
            return Waiting(tuple(self.files))
        if isinstance(action, Send):
            self.asked.append(
                f"{action.method} {action.target.partition('?')[0][10:14]}{action.target[74:76]}"
            )
            return self.answers.pop(0)
        if isinstance(action, Take):
            return Piece(self.pieces[action.n])
        if isinstance(action, Keep):
            return Kept(self.outcomes.pop(0))
        if not isinstance(action, Tell):
            self.done.append(action)
        return None


def test_a_file_goes_up_from_where_the_office_has_it() -> None:
    world = World([UP], [facts(1), facts(0, 1), facts(0, 1, 2, whole=True)])
    report = world.run()
    assert [asked[:4].strip() for asked in world.asked] == ["HEAD", "PUT", "PUT"]
    assert world.done[-1] == Sent(SHA, frozenset({0, 1, 2}), whole=True)
    assert (report.sent, report.requests, report.bytes_up, report.waiting) == (1, 3, CHUNK + 3, 1)


def test_what_the_office_has_already_travels_not_at_all() -> None:
    world = World([UP], [facts(0, 1, 2, whole=True)])
    report = world.run()
    assert (report.sent, report.bytes_up, len(world.asked)) == (1, 0, 1)


def test_all_pieces_without_the_whole_are_counted_again_by_sending_the_last() -> None:
    world = World([UP], [facts(0, 1, 2), facts(0, 1, 2, whole=True)])
    assert world.run().sent == 1
    assert len(world.asked) == 2
    world = World([UP], [facts(0, 1, 2), facts(0, 1, 2)])
    assert world.run().sent == 0
    assert world.done[-1] == Later(SHA)


@pytest.mark.parametrize("code", ["blob", "not_allowed", "piece", "hash", "too_large"])
def test_a_file_that_is_refused_waits_and_lets_the_others_pass(code: str) -> None:
    other = replace(UP, sha256="cd" * 32, at=-1)
    world = World([UP, other], [facts(), problem(400, code), facts(0, 1, 2, whole=True)])
    report = world.run()
    assert report.sent == 1
    assert Later(SHA) in world.done
    assert Sent(SHA, frozenset()) in world.done


def test_a_file_that_the_office_will_not_hear_of_waits() -> None:
    world = World([UP], [Answer(404, b"")])
    assert world.run().sent == 0
    assert world.done == [Later(SHA)]


def test_spoilt_bytes_are_not_sent() -> None:
    world = World([UP], [facts(0)])
    world.pieces[1] = None
    assert world.run().sent == 0
    assert world.done[-1] == Later(SHA)


def test_a_file_comes_down_from_where_it_is_here() -> None:
    world = World([replace(DOWN, have=frozenset({1}))], [piece(0), piece(2)])
    world.outcomes = ["more", "whole"]
    report = world.run()
    assert (report.fetched, report.bytes_down, world.done) == (1, CHUNK + 3, [])


@pytest.mark.parametrize(
    "answer",
    [
        problem(404, "blob"),
        Answer(200, b"short", headers={"satchel-piece": hash_of(b"short")}),
        replace(piece(0), headers={"satchel-piece": "00" * 32}),
        replace(piece(0), headers={}),
    ],
)
def test_a_piece_that_is_none_is_not_kept(answer: Answer) -> None:
    world = World([DOWN], [answer])
    assert world.run().fetched == 0
    assert world.done == [Later(SHA)]


def test_pieces_that_do_not_make_the_file_end_it_for_now() -> None:
    world = World([DOWN], [piece(0), piece(1), piece(2)])
    world.outcomes = ["more", "more", "wrong"]
    assert world.run().fetched == 0
    assert world.done == [Later(SHA)]
    world = World([replace(DOWN, have=frozenset({0, 1, 2}))], [])
    assert world.run().fetched == 0
    assert world.done == [Later(SHA)]


def test_a_copy_goes_only_when_the_office_says_now_that_it_has_it() -> None:
    world = World([DROP], [facts(0, 1, 2, whole=True)])
    assert world.run().dropped == 1
    assert world.done[-1] == Drop(SHA)
    world = World([DROP], [facts(0)])
    assert world.run().dropped == 0
    assert world.done == [Sent(SHA, frozenset({0}))]
    world = World([DROP], [Answer(404, b"")])
    assert world.run().dropped == 0
    assert world.done == [Sent(SHA, frozenset()), Later(SHA)]


def test_sealed_paper_leaves_over_a_metered_link_and_is_not_fetched_over_one() -> None:
    up, down = replace(UP, purpose=SEALED), replace(DOWN, sha256="b", purpose=SEALED)
    assert blobs.in_order([up, down], metered=True) == [up]


def test_a_metered_link_carries_what_was_signed_and_what_a_person_waits_for() -> None:
    ink = replace(UP, sha256="ab" * 32, purpose=SIGNATURE)
    asked_for = replace(DOWN, sha256="cd" * 32, wanted=True)
    files = [UP, asked_for, ink, replace(DROP, sha256="ef" * 32)]
    assert blobs.in_order(files, metered=True) == [ink, asked_for]
    assert [one.sha256 for one in blobs.in_order(files)][-1] == "ef" * 32


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Failure("unreachable"), Offline),
        (Failure("not the office", portal=True), Offline),
        (Answer(401, b""), Unknown),
        (Answer(503, b"", retry_after=7.0), Busy),
        (Answer(409, b""), Busy),
        (Answer(418, b""), Exception),
        (Answer(200, b""), Offline),
        (Answer(200, b"", headers={"satchel-whole": "0", "satchel-pieces": "ff"}), Offline),
        (Answer(404, b"<html>"), Offline),
        (problem(403, "revoked"), Revoked),
    ],
)
def test_what_ends_the_run(answer: Answer | Failure, error: type[Exception]) -> None:
    world = World([UP], [answer])
    with pytest.raises(error):
        world.run()


def test_a_store_that_answers_nonsense_is_a_defect() -> None:
    for wrong, files in ((Look, [UP]), (Take, [UP]), (Keep, [DOWN]), (Send, [UP])):
        world = World(files, [facts(), facts()] if wrong is not Keep else [piece(0)])
        world.outcomes = ["more"]
        given = world.answer

        def answer(action: Any, wrong: Any = wrong, given: Any = given) -> Any:
            return "nonsense" if isinstance(action, wrong) else given(action)

        world.answer = answer  # type: ignore[method-assign]
        with pytest.raises(TypeError):
            world.run()


def test_a_run_that_always_finds_more_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MOST_LOOKS", 3)
    world = World([], [])
    given = world.answer

    def answer(action: Any) -> Any:
        if isinstance(action, Look):
            world.looks += 1
            return Waiting((replace(UP, sha256=f"{world.looks:064x}"),))
        return Answer(404, b"") if isinstance(action, Send) else given(action)

    world.answer = answer  # type: ignore[method-assign]
    with pytest.raises(Offline):
        world.run()
    assert world.looks == 3
