"""The flush listener, case by case: what is logged, and what is no change at all."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from desktop.models.changes import fields_of
from desktop.models.record import Record
from desktop.models.records import Customer, Interaction, Quote, QuoteLine
from desktop.models.records.files import Blob, keep_blob
from desktop.models.store import Store
from desktop.services import commands, drafts
from tests.stores import NOON, customer, opened, product, quote


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "profile") as store:
        yield store


def logged(store: Store) -> list[tuple[str, str]]:
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql("SELECT kind, body FROM change ORDER BY seq").all()
    return [(row[0], row[1]) for row in rows]


def touch(store: Store, cls: type[Record], record: UUID, name: str, value: object) -> list[tuple[str, str]]:
    """Set a field and give what that added to the log."""
    before = len(logged(store))
    with store.work(store.me(), "test") as work:
        setattr(work.get(cls, record), name, value)
    return logged(store)[before:]


def test_what_stays_the_same_is_no_change(store: Store) -> None:
    made = customer(store, phone="1")
    assert touch(store, Customer, made.id, "phone", "1") == []
    [line] = drafts.load(store, quote(store, (product(store).id, "1")).id).lines
    assert touch(store, QuoteLine, line.id, "quantity", Decimal("1.00")) == []
    values = {"name": "拜访", "happened_at": NOON}
    visit = commands.run(store, store.me(), "interaction.new", values=values).value
    assert touch(store, Interaction, visit.id, "happened_at", NOON + timedelta(microseconds=1)) == []


def test_what_is_computed_is_not_logged(store: Store) -> None:
    made = quote(store)
    assert touch(store, Quote, made.id, "payable", 5) == []


def test_an_intention_is_logged_even_where_nothing_else_changes(store: Store) -> None:
    made = quote(store)
    before = len(logged(store))
    with store.work(store.me(), "test") as work:
        work.op("transition", work.get(Quote, made.id), {"field": "stage", "from": "draft", "to": "draft"})
    assert logged(store)[before:] == [("transition", '{"field":"stage","from":"draft","to":"draft"}')]


def test_an_intention_goes_with_the_change_of_another_record(store: Store) -> None:
    made, other = quote(store), customer(store)
    before = len(logged(store))
    with store.work(store.me(), "test") as work:
        work.op("transition", work.get(Quote, made.id), {"field": "stage", "from": "draft", "to": "draft"})
        work.get(Customer, other.id).phone = "2"
    assert sorted(kind for kind, _ in logged(store)[before:]) == ["set", "transition"]


def test_bytes_of_files_are_kept_beside_the_log(store: Store) -> None:
    for data in (b"a photo", b"a better photo"):
        with store.work(store.me(), "test") as work:
            keep_blob(work.session, "ab" * 32, data)
            for blob in work.session.query(Blob):
                blob.data = data
            work.session.add(Blob(sha256=data.hex()[:8], data=data))
    assert logged(store) == []


def test_every_kind_of_operation_names_the_fields_it_sets() -> None:
    assert fields_of("transition", {"field": "stage", "from": "a", "to": "b"}) == {"stage"}
    assert fields_of("issue", {"hash": "ab", "fields": {"snapshot": [None, {}]}}) == {"snapshot"}
    assert fields_of("set", {"phone": ["1", "2"]}) == {"phone"}
    assert fields_of("delete", {}) == set()
