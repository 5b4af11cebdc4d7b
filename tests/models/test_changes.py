"""The one door: every change is in the log, chained, with what it was before."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.errors import NotFound
from desktop.models import changes
from desktop.models.record import RECORDS
from desktop.models.records import Customer, QuoteLine, QuoteRevision
from desktop.models.store import Changed, Store
from desktop.services import commands, integrity
from tests.stores import customer, opened, product, quote


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def log(store: Store) -> list[tuple[int, str, str, dict[str, object]]]:
    with store.reader.connect() as connection:
        rows = connection.exec_driver_sql("SELECT n, kind, type, body FROM change ORDER BY n").all()
    return [(n, kind, record_type, json.loads(body)) for n, kind, record_type, body in rows]


def test_each_change_is_one_row_with_old_and_new(store: Store) -> None:
    made = customer(store, "星河", phone="1")
    commands.run(store, store.me(), "customer.edit", made.id, values={"phone": "2", "name": "星河"})
    commands.run(store, store.me(), "customer.delete", made.id)
    rows = log(store)
    assert [(n, kind) for n, kind, _, _ in rows] == [(1, "create"), (2, "set"), (3, "delete")]
    assert rows[0][3] == {
        "kind": "company",
        "name": "星河",
        "phone": "1",
        "stage": "potential",
        "owner_id": store.me().id.hex,
    }
    assert rows[1][3] == {"phone": ["1", "2"]}


def test_what_one_command_edits_is_in_the_log_in_one_order(store: Store) -> None:
    """By age, not by where memory happened to hold it: the same work is the same log on every laptop."""
    made = [customer(store, str(number)).id for number in range(12)]
    with store.work(store.me(), "customer.set") as work:
        for each in reversed(made):
            work.get(Customer, each).phone = "1"
    with store.reader.connect() as connection:
        edited = connection.exec_driver_sql("SELECT record FROM change WHERE kind = 'set' ORDER BY n")
        assert list(edited.scalars()) == [each.bytes for each in made]


def test_a_refused_command_leaves_no_trace(store: Store) -> None:
    made = customer(store)
    before = log(store)

    def change_and_fail() -> None:
        with store.work(store.me(), "test") as work:
            work.get(Customer, made.id).phone = "9"
            work.flush()
            work.get(Customer, store.device)

    with pytest.raises(NotFound):
        change_and_fail()
    assert log(store) == before
    with store.reading() as session:
        found = session.get(Customer, made.id)
        assert found is not None
        assert found.phone == ""


def test_listeners_hear_what_changed_after_the_commit(store: Store) -> None:
    heard: list[Changed] = []
    store.listeners.append(heard.append)
    made = customer(store)
    assert heard == [Changed(frozenset({("customer", made.id)}), "customer.new")]


def test_records_are_never_deleted_through_the_session(store: Store) -> None:
    made = customer(store)
    with pytest.raises(RuntimeError, match="deleted_at"), store.work(store.me(), "test") as work:
        work.session.delete(work.get(Customer, made.id))


def test_the_chain_finds_an_altered_a_missing_and_a_cut_operation(store: Store) -> None:
    made = customer(store, phone="1")
    for phone in "2345":
        commands.run(store, store.me(), "customer.edit", made.id, values={"phone": phone})
    assert integrity.verify_chain(store).problems == []
    assert integrity.verify_chain(store).operations == 5
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change SET body = replace(body, '\"3\"', '\"7\"') WHERE n = 3")
    assert integrity.verify_chain(store).problems == ["operation 3 (customer.edit) was altered"]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change SET body = replace(body, '\"7\"', '\"3\"') WHERE n = 3")
    assert integrity.verify_chain(store).problems == []
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM change WHERE n = 5")
    assert "the log ends at operation 4" in integrity.verify_chain(store).problems[0]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM change WHERE n = 2")
    assert "operation 2 is missing" in integrity.verify_chain(store).problems[0]


def test_a_further_edit_inherits_the_version_that_the_first_pending_one_had_seen(store: Store) -> None:
    made = customer(store, phone="1", website="a")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE customer SET version = 7")
        changes.write_local(connection, "acked", 1)
    commands.run(store, store.me(), "customer.edit", made.id, values={"phone": "2"})
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE customer SET version = 9")
        kept = connection.exec_driver_sql("SELECT version, row FROM sync_base").one()
    assert kept[0] == 7
    assert json.loads(kept[1])["phone"] == "1"
    commands.run(store, store.me(), "customer.edit", made.id, values={"phone": "3"})
    commands.run(store, store.me(), "customer.edit", made.id, values={"website": "b"})
    with store.reader.connect() as connection:
        bases = connection.exec_driver_sql("SELECT base FROM change WHERE n > 1 ORDER BY n").all()
    assert [base for (base,) in bases] == [7, 7, 9]


def test_the_content_of_an_issued_revision_never_changes(store: Store) -> None:
    made = quote(store, (product(store).id, "2"))
    commands.run(store, store.me(), "quote.issue", made.id)
    for statement in (
        "UPDATE quote_line SET quantity = 1",
        "DELETE FROM quote_line",
        "UPDATE quote_revision SET snapshot = '{}'",
        "UPDATE quote_revision SET deleted_at = '2026'",
    ):
        with pytest.raises(IntegrityError, match="never changes"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_frozen_fields_are_those_that_are_printed() -> None:
    for name in ("quantity", "unit_price", "rank", "chosen"):
        assert QuoteLine.fields()[name].frozen
    assert QuoteRevision.fields()["snapshot"].frozen
    assert not any(described.frozen for described in RECORDS["quote"].fields().values())
