"""What the office refused or could not merge lies in the inbox until somebody decides."""

from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotFound
from desktop.models import inbox
from desktop.models.record import new_id
from desktop.models.records import Customer, Opportunity, Quote, QuoteRevision
from desktop.models.store import Store
from sync.protocol.messages import Loss
from tests.models.remote.pages import entries, new, shown, verdict


def resolve(store: Store, entry: inbox.Entry, side: inbox.Side) -> None:
    with store.work(store.me(), "inbox.resolve") as work:
        inbox.resolve(work, entry.id, side)


def conflict(store: Store, cls: type[Any], field: str, mine: Any, **values: Any) -> tuple[UUID, inbox.Entry]:
    """A record and an open entry about one of its fields."""
    with store.work(store.me(), f"{cls.__tablename__}.new") as work:
        record = work.add(cls(**values)).id
    with store.engine.begin() as connection:
        n = len(inbox.entries(connection, every=True)) + 1
        sent = inbox.Sent(n, b"t" * 16, "set", cls.__tablename__, record.bytes, {})
        lost = verdict(n, "conflict", 1, Loss(field, mine, None, "critical", True))
        assert inbox.keep(connection, store.device.bytes, 1, [(sent, lost)]) == 1
    return record, entries(store, record=record)[0]


def test_mine_is_written_again_and_theirs_is_let_rest(store: Store) -> None:
    record, entry = conflict(store, Customer, "phone", "mine", name="a")
    resolve(store, entry, "mine")
    assert shown(store, record).phone == "mine"
    other, entry = conflict(store, Customer, "phone", "mine", name="b")
    resolve(store, entry, "theirs")
    assert shown(store, other).phone == ""
    assert (entries(store), len(entries(store, every=True))) == ([], 2)
    with pytest.raises(NotFound):
        resolve(store, entry, "mine")


def test_a_later_conflict_about_the_same_field_takes_the_place_of_the_earlier_one(store: Store) -> None:
    record, first = conflict(store, Customer, "phone", "one", name="a")
    with store.engine.begin() as connection:
        sent = inbox.Sent(2, b"t" * 16, "set", "customer", record.bytes, {})
        inbox.keep(
            connection,
            store.device.bytes,
            2,
            [(sent, verdict(2, "conflict", 1, Loss("phone", "two", None, "critical", True)))],
        )
        assert inbox.count(connection) == 1
    assert [entry.mine for entry in entries(store)] == ["two"]
    assert {entry.state for entry in entries(store, every=True) if entry.id == first.id} == {"superseded"}


def test_a_stage_is_taken_again_as_a_step_and_a_deletion_as_a_deletion(store: Store) -> None:
    deal, entry = conflict(store, Opportunity, "stage", "won", name="d")
    resolve(store, entry, "mine")
    assert shown(store, deal, Opportunity).stage == "won"
    with store.engine.connect() as connection:
        kinds = connection.exec_driver_sql(
            "SELECT kind FROM change WHERE record = ? ORDER BY n", (deal.bytes,)
        ).all()
    assert [kind for (kind,) in kinds] == ["create", "transition"]
    record, entry = conflict(store, Customer, "deleted_at", True, name="a")
    resolve(store, entry, "mine")
    assert shown(store, record).deleted_at is not None


def test_nothing_is_made_to_lead_to_what_was_refused_as_well(store: Store) -> None:
    edition = new_id()
    quote, entry = conflict(store, Quote, "revision_id", edition.hex, name="q")
    with pytest.raises(NotFound):
        resolve(store, entry, "mine")
    assert shown(store, quote, Quote).revision_id is None
    assert [one.id for one in entries(store)] == [entry.id]
    line = refused(store, new_id(), "create", {"revision_id": edition.hex}, "quote_line")
    with pytest.raises(NotFound):
        resolve(store, line, "mine")
    with store.work(store.me(), "inbox.resolve") as work:
        work.add(QuoteRevision(id=edition, quote_id=quote))
        inbox.resolve(work, entry.id, "mine")
    assert shown(store, quote, Quote).revision_id == edition


def refused(store: Store, record: UUID, kind: str, body: dict[str, Any], of: str = "customer") -> inbox.Entry:
    with store.engine.begin() as connection:
        n = len(inbox.entries(connection, every=True)) + 9
        sent = inbox.Sent(n, b"t" * 16, kind, of, record.bytes, body)
        inbox.keep(connection, store.device.bytes, 1, [(sent, verdict(n, "rejected", 0))])
    return entries(store, record=record)[0]


def test_what_was_refused_whole_can_be_done_again(store: Store) -> None:
    lost = new_id()
    resolve(store, refused(store, lost, "create", {"name": "again", "phone": "1"}), "mine")
    assert (shown(store, lost).name, shown(store, lost).phone) == ("again", "1")
    resolve(store, refused(store, lost, "delete", {}), "mine")
    assert shown(store, lost).deleted_at is not None
    resolve(store, refused(store, lost, "restore", {}), "mine")
    assert shown(store, lost).deleted_at is None
    with pytest.raises(NotFound):
        resolve(store, refused(store, lost, "issue", {"fields": {}}), "mine")


def test_a_refused_set_lies_there_field_by_field(store: Store) -> None:
    record = new(store, name="a")
    refused(store, record, "set", {"phone": ["", "1"], "city": ["", "c"]})
    assert {(entry.field, entry.mine) for entry in entries(store)} == {("phone", "1"), ("city", "c")}


@pytest.mark.parametrize(("kind", "body"), [("delete", {}), ("set", {"phone": ["", "1"]})])
def test_nothing_can_be_done_again_on_a_record_that_is_gone(
    store: Store, kind: str, body: dict[str, Any]
) -> None:
    entry = refused(store, new_id(), kind, body)
    with pytest.raises(NotFound):
        resolve(store, entry, "mine")
