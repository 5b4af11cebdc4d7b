"""Ops of an older record schema are read as they were meant; an old laptop still uploads all it has."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from desktop.models import changes, sending
from desktop.models.changes import read_local
from desktop.models.remote import Remote
from desktop.models.store import Store
from sync.protocol import upcast, versions
from sync.protocol.messages import Push, Shape, SyncResponse, Tx, Written
from sync.protocol.ops import Op, unpack_push
from sync.server import answering, intake
from tests.stores import customer, opened
from tests.sync.server.conftest import Join

GOLDEN = Path(__file__).parents[2] / "data" / "ops" / "schema-1.json"


def renamed(op: Op) -> Op:
    """What a step may look like: a field got its right name."""
    body = {("phone" if name == "telephone" else name): value for name, value in op.body.items()}
    return replace(op, body=body)


def doubled(op: Op) -> Op:
    """The next one: a value is written otherwise."""
    return replace(op, body={**op.body, "website": op.body.get("website", "none")})


STEPS = MappingProxyType({1: renamed, 2: doubled})


def golden() -> list[Op]:
    stored = json.loads(GOLDEN.read_text())
    push = Push(
        first=stored["first"],
        txs=[Tx(*tx) for tx in stored["txs"]],
        shapes=[Shape(*shape) for shape in stored["shapes"]],
        rows=stored["rows"],
        seeds=[],
        before="",
        head="",
        signature="",
    )
    return list(unpack_push(push))


def test_an_op_of_an_older_schema_is_taken_up_step_by_step_and_keeps_what_is_unknown() -> None:
    found = [upcast.upcast(op, 1, to=3, steps=STEPS) for op in golden()]
    assert [op.body for op in found] == [
        {"phone": ["1", "2"], "twin": ["x", "y"], "website": "none"},
        {"phone": "0512-6", "name": "长河精密", "website": "none"},
    ]
    for before, after in zip(golden(), found, strict=True):
        assert replace(after, body=before.body) == before


def test_an_op_of_this_schema_or_a_newer_one_stays_as_it_is() -> None:
    for schema in (3, 4, 10**12):
        assert [upcast.upcast(op, schema, to=3, steps=STEPS) for op in golden()] == golden()
    assert upcast.upcast(golden()[0], -(10**12), to=2, steps=STEPS).body["phone"] == ["1", "2"]


def test_every_schema_since_the_first_has_its_step() -> None:
    assert sorted(upcast.STEPS) == list(range(1, versions.SCHEMA))


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office of schema 3, whose laptops may receive from schema 2 on."""

    def up(op: Op, schema: int) -> Op:
        return upcast.upcast(op, schema, to=3, steps=STEPS)

    monkeypatch.setattr(intake, "upcast", up)
    monkeypatch.setattr(answering, "RECEIVING", 2)


@pytest.mark.usefixtures("older")
def test_a_laptop_that_is_too_old_to_receive_still_uploads_all_it_has(join: Join) -> None:
    laptop, other = join("Li"), join("Li")
    record = laptop.create("customer", name="A", telephone="1")
    request = laptop.request(laptop.push(), schema=1)
    answer = laptop.call("POST", "/v1/sync", request, SyncResponse)
    assert answer.upgrade
    assert answer.page.parts == []
    assert [one.kind for one in answer.verdicts] == ["applied"]
    again = laptop.call("POST", "/v1/sync", laptop.request(laptop.push(), schema=1), SyncResponse)
    assert [one.kind for one in again.verdicts] == ["applied"]
    assert not other.sync(schema=3).upgrade
    assert other.row("customer", record)["phone"] == "1"


@pytest.mark.usefixtures("older")
def test_ops_written_before_an_update_go_up_as_what_they_were(join: Join) -> None:
    laptop = join("Li")
    first = laptop.create("customer", name="A", telephone="1")
    second = laptop.create("customer", name="B", phone="2", website="w")
    push = replace_schemas(laptop.push(), Written(1, 1), Written(2, 3))
    laptop.call("POST", "/v1/sync", laptop.request(push, schema=3), SyncResponse)
    laptop.sent = laptop.n
    laptop.sync(schema=3)
    assert [laptop.row("customer", one)["phone"] for one in (first, second)] == ["1", "2"]
    assert laptop.row("customer", second)["website"] == "w"


def replace_schemas(push: Push, *schemas: Written) -> Push:
    values: dict[str, Any] = {name: getattr(push, name) for name in Push.__struct_fields__}
    return Push(**{**values, "schemas": list(schemas)})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        customer(store, "before")
        yield store


def test_a_vault_remembers_from_where_on_a_schema_holds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.local("schemas") == [[1, 1]]
    monkeypatch.setattr(changes, "SCHEMA", 2)
    monkeypatch.setattr(sending, "SCHEMA", 2)
    with opened(tmp_path) as newer:
        customer(newer, "after")
        remote = Remote(newer)
        outbox = remote.known(100, 10**6).outbox
        assert outbox is not None
        assert outbox.schemas == ((1, 1), (2, 2))
        with newer.engine.begin() as connection:
            assert read_local(connection, "schemas") == [[1, 1], [2, 2]]
            changes.write_local(connection, "acked", 1)
        outbox = remote.known(100, 10**6).outbox
        assert outbox is not None
        assert outbox.schemas == ()
        with newer.engine.connect() as connection:
            assert sending.renumbered(connection, 1) == [[1, 2]]
            assert sending.renumbered(connection, 0) == [[1, 1], [2, 2]]
