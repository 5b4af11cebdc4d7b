"""Undo takes back the last thing done, survives a restart, and never throws away somebody else's work."""

from pathlib import Path

import pytest

from desktop.errors import Conflict, NotFound, Refused
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.store import Actor, Store
from desktop.services import commands, history, undo
from desktop.services.records import find
from tests.stores import customer, opened


def edit(store: Store, record: Customer, **values: object) -> None:
    commands.run(store, store.me(), "customer.edit", record.id, values=values)


def test_undo_puts_the_old_value_back_and_then_removes_the_record(store: Store) -> None:
    made = customer(store, phone="0512-1")
    edit(store, made, phone="0512-2")
    assert undo.undo(store, store.me()).step.command == "customer.edit"
    found = find(store, Customer, made.id.hex)
    assert isinstance(found, Customer)
    assert found.phone == "0512-1"
    undo.undo(store, store.me())
    with pytest.raises(NotFound):
        find(store, Customer, made.id.hex)
    with pytest.raises(Refused, match="nothing to undo"):
        undo.undo(store, store.me())


def test_undo_brings_a_deleted_customer_back_with_its_contacts(store: Store) -> None:
    made = customer(store)
    contact = commands.run(
        store, store.me(), "contact.new", values={"name": "张建国", "customer_id": made.id}
    ).value
    commands.run(store, store.me(), "customer.delete", made.id)
    with pytest.raises(NotFound):
        find(store, type(contact), contact.id.hex)
    undo.undo(store, store.me())
    assert find(store, Customer, made.id.hex).title == made.name
    assert find(store, type(contact), contact.id.hex).title == "张建国"


def test_undo_survives_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as first:
        made = customer(first, phone="1")
        edit(first, made, phone="2")
    with opened(tmp_path) as second:
        undo.undo(second, second.me())
        found = find(second, Customer, made.id.hex)
        assert isinstance(found, Customer)
        assert found.phone == "1"


def test_undo_is_refused_when_somebody_else_changed_the_field_since(store: Store) -> None:
    made = customer(store, phone="1")
    edit(store, made, phone="2")
    other = Actor(new_id(), "Chen", "admin")
    commands.run(store, other, "customer.edit", made.id, values={"phone": "3"})
    with pytest.raises(Conflict, match="changed since"):
        undo.undo(store, store.me())
    found = find(store, Customer, made.id.hex)
    assert isinstance(found, Customer)
    assert found.phone == "3"


def test_one_undo_removes_a_whole_batch_but_keeps_what_was_edited_since(store: Store) -> None:
    batch, me = new_id(), store.me()
    for start in range(0, 1200, 400):
        with store.work(me, "customer.new", batch=batch) as work:
            for place in range(start, start + 400):
                work.add(Customer(name=f"公司 {place}"))
    kept = find(store, Customer, "公司 7")
    commands.run(store, Actor(new_id(), "Chen", "admin"), "customer.edit", kept.id, values={"phone": "1"})
    done = undo.undo(store, me)
    assert (done.records, done.kept) == (1199, [("customer", kept.id)])
    with store.reading() as session:
        left = session.query(Customer).where(Customer.deleted_at.is_(None))
        assert [one.name for one in left] == ["公司 7"]


def test_history_tells_who_and_from_what_to_what(store: Store) -> None:
    made = customer(store, phone="1")
    edit(store, made, phone="2", website="example.com")
    phones = history.history(store, Customer, made.id, "phone")
    assert [(entry.old, entry.new) for entry in phones] == [("1", "2"), (None, "1")]
    assert {entry.who for entry in phones} == {store.me().name}
    undo.undo(store, store.me())
    assert history.history(store, Customer, made.id, "phone")[0].new == "1"
