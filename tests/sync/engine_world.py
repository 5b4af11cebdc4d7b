"""An office and a laptop as the engine sees them: a script of answers, and what it asked for."""

from collections.abc import Generator
from typing import Any

import msgspec

from sync.engine import round as rounds
from sync.engine.actions import (
    Action,
    Answer,
    Event,
    Failure,
    Load,
    Report,
    Send,
    Situation,
    Tell,
)
from sync.engine.round import Limits
from sync.protocol import codec
from sync.protocol.messages import (
    Cursor,
    Head,
    Hello,
    Person,
    Problem,
    Push,
    Seed,
    SyncResponse,
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
