"""What waits for the office, and what was taken back before it left."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from desktop.errors import NotFound, Refused
from desktop.models import outbox
from desktop.models.record import new_id
from desktop.models.records import Customer, Quote, QuoteLine
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands, history, integrity, undo
from sync.protocol.messages import Part, Person, Table
from tests.stores import customer, opened, product, quote


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def edit(store: Store, record: UUID, **values: object) -> UUID:
    return commands.run(store, store.me(), "customer.edit", record, values=values).tx


def waiting(store: Store) -> list[outbox.Waiting]:
    with store.reader.connect() as connection:
        return outbox.pending(connection)


def sent(store: Store) -> list[tuple[str, str, str, dict[str, object]]]:
    """What would travel, after saying so."""
    remote = Remote(store)
    found = remote.known(1000, 10**6).outbox
    assert found is not None
    assert remote.sending(found)
    return [(op.kind, op.type, op.record, op.body) for op in found.ops]


def phone(store: Store, record: UUID) -> str | None:
    with store.reading() as session:
        found = session.get(Customer, record)
        return found.phone if found is not None else None


def test_what_waits_is_said_by_transaction_oldest_first(store: Store) -> None:
    made = customer(store, phone="1")
    tx = edit(store, made.id, phone="2")
    first, second = waiting(store)
    assert (first.command, first.state, [op.kind for op in first.changes]) == (
        "customer.new",
        "unsent",
        ["create"],
    )
    assert (second.tx, second.changes[0].pairs) == (tx, {"phone": ("1", "2")})
    with store.reader.connect() as connection:
        assert outbox.pending(connection, record=store.device) == []
        assert len(outbox.pending(connection, record=made.id)) == 2


def test_a_change_that_is_taken_back_leaves_as_number_and_commitment_only(store: Store) -> None:
    made = customer(store, phone="1")
    tx = edit(store, made.id, phone="secret 2")
    outbox.take_back(store, tx)
    assert phone(store, made.id) == "1"
    assert [one.state for one in waiting(store)] == ["unsent", "void", "void"]
    kinds = sent(store)
    assert [kind for kind, *_ in kinds] == ["create", "void", "void"]
    for _, record_type, record, body in kinds[1:]:
        assert (record_type, record, list(body)) == ("void", "0" * 32, ["hash"])
    assert "secret" not in repr(kinds)
    assert integrity.verify_chain(store).problems == []


def test_what_left_cannot_be_taken_back(store: Store) -> None:
    made = customer(store, phone="1")
    tx = edit(store, made.id, phone="2")
    sent(store)
    assert [one.state for one in waiting(store)] == ["sent", "sent"]
    with pytest.raises(Refused, match="on its way"):
        outbox.take_back(store, tx)
    assert phone(store, made.id) == "2"
    with pytest.raises(NotFound):
        outbox.take_back(store, made.id)


def test_what_a_later_change_builds_on_stays_and_says_which(store: Store) -> None:
    made = customer(store, "星河", phone="1")
    created = waiting(store)[0].tx
    first = edit(store, made.id, phone="2")
    other = edit(store, made.id, website="w")
    second = edit(store, made.id, phone="3")
    for tx in (first, created):
        with pytest.raises(Refused, match="“星河” builds on this one"):
            outbox.take_back(store, tx)
    outbox.take_back(store, other)
    outbox.take_back(store, second)
    outbox.take_back(store, first)
    with pytest.raises(Refused, match="already"):
        outbox.take_back(store, first)
    assert phone(store, made.id) == "1"
    outbox.take_back(store, created)
    with store.reading() as session:
        assert session.get(Customer, made.id) is None
    assert {kind for kind, *_ in sent(store)} == {"void"}


def test_a_new_record_that_another_one_names_stays(store: Store) -> None:
    made = customer(store, "星河")
    created = waiting(store)[0].tx
    quote(store, to=made)
    with pytest.raises(Refused, match="builds on this one"):
        outbox.take_back(store, created)


def test_a_line_that_is_taken_back_leaves_the_total_as_it_was(store: Store) -> None:
    goods = product(store, price="100")
    made = quote(store, (goods.id, "1"))
    before = payable(store, made.id)
    added = commands.run(store, store.me(), "quote.add_line", made.id, product_id=goods.id)
    assert payable(store, made.id) == 2 * before
    outbox.take_back(store, added.tx)
    assert payable(store, made.id) == before
    with store.reading() as session:
        assert session.query(QuoteLine).count() == 1


def payable(store: Store, quote_id: UUID) -> int:
    with store.reading() as session:
        return session.get_one(Quote, quote_id).payable or 0


def test_what_was_issued_stays_and_so_does_what_it_was_issued_with(store: Store) -> None:
    goods = product(store, price="100")
    made = quote(store, (goods.id, "1"))
    with store.reading() as session:
        [line] = session.query(QuoteLine).all()
    changed = commands.run(
        store, store.me(), "quote.set_line", made.id, line_id=line.id, values={"quantity": Decimal(3)}
    )
    issued = commands.run(store, store.me(), "quote.issue", made.id)
    with pytest.raises(Refused, match="issued"):
        outbox.take_back(store, issued.tx)
    with pytest.raises(Refused, match="builds on this one"):
        outbox.take_back(store, changed.tx)


def test_an_undo_of_what_did_not_leave_takes_both_away(store: Store) -> None:
    made = customer(store, phone="1")
    edit(store, made.id, phone="2")
    store.set_local("office", {"server": "5" * 32, "url": "http://office"})
    step = undo.undo(store, store.me()).step
    assert [one.state for one in waiting(store)] == ["unsent", "void", "void"]
    assert not outbox.void_undone(store, step.key)
    assert phone(store, made.id) == "1"
    assert undo.last_step(store, store.me()) is not None


def test_an_undo_of_what_left_goes_up_as_a_change(store: Store) -> None:
    made = customer(store, phone="1")
    edit(store, made.id, phone="2")
    sent(store)
    store.set_local("office", {"server": "5" * 32, "url": "http://office"})
    undo.undo(store, store.me())
    assert [one.state for one in waiting(store)] == ["sent", "sent", "unsent"]


def test_an_op_taken_back_between_reading_and_leaving_does_not_leave(store: Store) -> None:
    made = customer(store, phone="1")
    tx = edit(store, made.id, phone="2")
    remote = Remote(store)
    read = remote.known(1000, 10**6).outbox
    assert read is not None
    outbox.take_back(store, tx)
    assert not remote.sending(read)
    again = remote.known(1000, 10**6).outbox
    assert again is not None
    assert remote.sending(again)
    assert [op.kind for op in again.ops] == ["create", "void", "void"]


def test_what_the_office_changed_meanwhile_shows_when_ones_own_change_is_taken_back(store: Store) -> None:
    remote = Remote(store)
    me = store.me()
    person = Person(user=me.id.hex, name="Ann", team="", role="rep")
    remote.adopt(server="5" * 32, url="http://office", short="7K3", person=person, granted=())
    stream, record = f"user:{me.id.hex}", new_id()
    remote.apply_snapshot(schema=1, stream=stream, at=0, after=None, mask="", tables={})

    def arrive(seq: int, phone: str) -> None:
        columns = ["id", "version", "owner_id", "team_id", "deleted_at", "name", "phone"]
        row = [record.hex, seq, me.id.hex, None, None, "星河", phone]
        table = {"customer": Table(columns=columns, rows=[row])}
        page = Part(stream=stream, start=seq - 1, upto=seq, more=False, tables=table)
        remote.apply(schema=1, parts=[page], streams=[stream, "org"])

    arrive(1, "1")
    tx = edit(store, record, phone="2")
    arrive(2, "3")
    assert phone(store, record) == "2"
    outbox.take_back(store, tx)
    assert phone(store, record) == "3"
    assert history.history(store, Customer, record, "phone")[0].new == "3"
