"""What leaves: whole transactions, in a chain, within limits."""

from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.rules.chain import START, Entry, entry_hash
from tests.models.remote.pages import apply, begin, edit, known, new, part, row, verdict


def test_the_outbox_holds_whole_transactions_with_a_chain_that_verifies(store: Store) -> None:
    with store.work(store.me(), "customer.new") as work:
        for name in "abc":
            work.add(Customer(name=name))
    new(store, name="d")
    outbox = known(store, ops=3).outbox
    assert outbox is not None
    assert [op.n for op in outbox.ops] == [1, 2, 3]
    head, (seed,) = outbox.before, [seed for _, seed in outbox.seeds]
    assert head == START
    for op in outbox.ops:
        entry = Entry(
            store.device.hex,
            op.n,
            op.tx,
            op.command,
            op.kind,
            op.type,
            op.record,
            op.base,
            op.at,
            op.actor,
            op.body,
        )
        head = entry_hash(head, entry, seed)
        assert head == op.hash


def test_a_transaction_larger_than_the_limit_goes_alone_and_whole(store: Store) -> None:
    with store.work(store.me(), "customer.new") as work:
        for name in "abcd":
            work.add(Customer(name=name))
    new(store, name="e")
    for limits in ({"ops": 2}, {"size": 10}):
        outbox = known(store, **limits).outbox
        assert outbox is not None
        assert len(outbox.ops) == 4


def test_a_limit_of_bytes_cuts_between_transactions(store: Store) -> None:
    for name in "abc":
        new(store, name=name)
    first = known(store, size=600).outbox
    assert first is not None
    assert 1 <= len(first.ops) < 3


def test_nothing_to_send_is_no_outbox(store: Store) -> None:
    assert known(store).outbox is None
    new(store, name="a")
    assert known(store, ops=0).outbox is None
    assert Remote(store).waiting() == 1


def test_request_numbers_grow_over_restarts_and_over_what_the_office_saw(store: Store) -> None:
    first = Remote(store)
    numbers = [first.sequence(), first.sequence(), Remote(store).sequence()]
    assert numbers == sorted(set(numbers))
    first.sequence_is_at_least(10**6)
    assert first.sequence() == 10**6 + 1


def test_each_push_window_has_a_seed_of_its_own(store: Store) -> None:
    record = new(store, name="a")
    begin(store)
    apply(store, part(row(record, 1, name="a")), verdicts=[verdict(1)])
    edit(store, record, name="b")
    outbox = known(store).outbox
    assert outbox is not None
    assert [n for n, _ in outbox.seeds] == [2]
