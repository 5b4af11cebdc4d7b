"""The order to wipe as the background sync meets it: last words over the line, and who is believed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from desktop.models.records import Customer, Proposal, User
from desktop.models.store import Store
from desktop.services.commands import run
from sync.client import farewell
from sync.client.driver import Request, sync_once
from sync.client.syncer import State, Syncer
from sync.engine.actions import Answer, Failure
from sync.engine.asking import Revoked, WipeOrdered
from sync.server import people
from sync.server import wiping as orders
from tests.stores import customer
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def order(pair: Pair, *, send: bool) -> None:
    """The office orders Ann's laptop to be wiped."""
    server = pair.server
    office, seed, device = (server.store.office, "Hengyue"), server.seals.seed, pair.ann.device.hex
    server.store.write(lambda conn: orders.give(conn, seed, office, device, server.clock(), send=send))


def states_of(store: Store, transport: Any) -> list[State]:
    """What the background sync tells in one run."""
    syncer = Syncer(store, transport)
    heard: list[State] = []
    syncer.listeners.append(heard.append)
    syncer.run_due()
    return heard


class Cut(Direct):
    """A line that falls before the last words are heard."""

    def send(self, request: Request, cancelled: Any) -> Answer | Failure:
        return Failure("unreachable") if "farewell" in request.target else super().send(request, cancelled)


def test_what_waits_goes_and_the_last_word_is_heard(pair: Pair) -> None:
    customer(pair.ann, "Anchor")
    order(pair, send=True)
    last = states_of(pair.ann, Direct(pair.server))[-1]
    assert (last.name, last.reason) == ("wiped", "wipe")
    assert last.parting is not None
    assert (last.parting.sent, last.parting.lost) == (1, {})
    assert last.parting.note()["office"] == "Hengyue"
    sync_once(pair.bob, Direct(pair.server))
    assert "Anchor" in [one.name for one in pair.all(pair.bob, type(customer(pair.bob, "x")))]


def test_what_may_go_first_holds_the_erasing_up_until_it_has_gone(pair: Pair) -> None:
    customer(pair.ann, "Anchor")
    order(pair, send=True)
    told = states_of(pair.ann, Cut(pair.server))
    assert [state.name for state in told][-1] == "offline"
    assert told[-1].reason == "wipe", "nothing is shown meanwhile"
    assert all(state.parting is None for state in told)
    assert states_of(pair.ann, Direct(pair.server))[-1].name == "wiped"


def test_what_may_not_go_is_counted_and_no_reply_holds_the_erasing_up(pair: Pair) -> None:
    customer(pair.ann, "Anchor")
    order(pair, send=False)
    last = states_of(pair.ann, Cut(pair.server))[-1]
    assert last.name == "wiped"
    assert last.parting is not None
    assert (last.parting.sent, last.parting.lost) == (0, {"customer": 1})
    with pair.server.store.read() as conn:
        assert orders.states(conn)[pair.ann.device.hex]["wiped_at"] is None, (
            "the office knows that it does not know"
        )


def test_an_order_that_the_office_did_not_sign_wipes_nothing(pair: Pair) -> None:
    order(pair, send=False)
    with pytest.raises(WipeOrdered) as caught:
        sync_once(pair.ann, Direct(pair.server))
    data: Any = dict(caught.value.data)  # type: ignore[call-overload]
    for forged in ({**data, "at": data["at"] + 1}, {**data, "signature": data["signature"][::-1]}, {}, None):
        with pytest.raises(Revoked):
            farewell.order_of(pair.ann, WipeOrdered(forged))
    pair.ann.set_local("office_keys", None)
    told = states_of(pair.ann, Direct(pair.server))
    assert [(state.name, state.reason) for state in told][-1] == ("stopped", "revoked")
    assert all(state.parting is None for state in told)


def test_what_a_leaver_had_not_sent_goes_to_whoever_takes_over(pair: Pair) -> None:
    held = customer(pair.ann, "Anchor")
    sync_once(pair.ann, Direct(pair.server))
    run(pair.ann, pair.ann.me(), "customer.edit", held.id, values={"phone": "0512-1"})
    customer(pair.ann, "Buoy")
    server = pair.server
    leaver, heir, shut = server.store.write(
        lambda conn: people.leave(conn, "Ann", "Bob", server.clock(), orders.ordering(server))
    )
    people.hand_over(server.store.write, server.store.read, leaver, heir, server.clock)
    assert shut == [pair.ann.device.hex]
    last = states_of(pair.ann, Direct(server))[-1]
    assert last.parting is not None
    assert (last.name, last.parting.sent, last.parting.lost) == ("wiped", 2, {})
    people.hand_over(server.store.write, server.store.read, leaver, heir, server.clock)
    sync_once(pair.bob, Direct(server))
    assert {"Anchor", "Buoy"} <= {one.name for one in pair.all(pair.bob, Customer)}
    (asked,) = pair.all(pair.bob, Proposal)
    assert (asked.name, asked.state) == ("Anchor", "open")


def test_what_the_office_takes_no_more_is_lost_and_counted(pair: Pair) -> None:
    customer(pair.ann, "Anchor")
    order(pair, send=True)
    users = User.table()
    gone = update(users).where(users.c.name == "Ann").values(deleted_at=datetime.now(UTC))
    pair.server.store.write(lambda conn: conn.execute(gone))
    last = states_of(pair.ann, Direct(pair.server))[-1]
    assert last.name == "wiped"
    assert last.parting is not None
    assert (last.parting.sent, last.parting.lost) == (0, {"customer": 1})
