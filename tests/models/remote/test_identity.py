"""Who a laptop is to its office: numbers it was lent, forks, backups."""

from desktop.models import leases
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.rules.chain import START
from sync.protocol.messages import Lease, Person
from tests.models.remote.pages import (
    ANN,
    SOUTH,
    apply,
    begin,
    count,
    edit,
    known,
    new,
    part,
    row,
    shown,
    verdict,
)


def test_blocks_of_numbers_are_kept_once_and_asked_for_when_few_are_left(store: Store) -> None:
    with store.engine.begin() as connection:
        leases.add(connection, [Lease("SQ", 1, 50), Lease("SQ", 1, 50), Lease("SC", 1, 20)])
        assert leases.wanted(connection) == ["SC"]
        leases.drop(connection)
        assert leases.wanted(connection) == ["SC", "SQ"]


def test_the_office_may_say_who_one_is_now(store: Store) -> None:
    person = Person(user=ANN.hex, name="Ann", team="", role="manager")
    apply(store, person=person, granted=[Lease("SQ", 1, 50)])
    apply(store, person=person)
    me = store.me()
    assert (me.role, me.team_id) == ("manager", None)


def test_a_fork_restamps_what_was_not_shared_under_a_new_identity(store: Store) -> None:
    shared, mine = new(store, name="shared"), new(store, name="mine")
    begin(store)
    apply(store, part(row(shared, 1, name="shared")), verdicts=[verdict(1)])
    edit(store, shared, phone="1")
    remote, former = Remote(store), store.device
    remote.fork(1)
    remote.fork(7)
    prepared = known(store).successor
    assert prepared is not None
    person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
    remote.adopt(
        server="5" * 32, url="http://office", short="9ZZ", person=person, granted=[Lease("SQ", 1, 50)]
    )
    now = known(store)
    assert (now.identity.device.hex, now.identity.short, now.successor) == (prepared[0], "9ZZ", None)
    assert store.device != former
    assert now.outbox is not None
    assert [(op.n, op.record) for op in now.outbox.ops] == [(1, mine.hex), (2, shared.hex)]
    assert (now.acked, now.last, now.outbox.before, now.head) == (0, 2, START, now.outbox.ops[-1].hash)
    assert (shown(store, shared).phone, shown(store, mine).name) == ("1", "mine")


def test_a_fork_with_everything_shared_leaves_a_clean_log(store: Store) -> None:
    record = new(store, name="a")
    begin(store)
    edit(store, record, phone="1")
    apply(store, part(row(record, 1, name="a")), verdicts=[verdict(1)])
    remote = Remote(store)
    remote.fork(2)
    person = Person(user=ANN.hex, name="Ann", team=SOUTH.hex, role="rep")
    remote.adopt(server="5" * 32, url="", short="9ZZ", person=person, granted=())
    assert (known(store).last, count(store, "sync_base"), shown(store, record).phone) == (0, 0, "")


def test_an_office_that_lost_ops_gets_them_again(store: Store) -> None:
    new(store, name="a")
    new(store, name="b")
    apply(store, verdicts=[verdict(1), verdict(2)])
    Remote(store).rewind(1)
    outbox = known(store).outbox
    assert outbox is not None
    assert [op.n for op in outbox.ops] == [2]
    assert count(store, "sync_await") == 1


def test_a_vault_from_a_backup_uses_no_number_twice(store: Store) -> None:
    with store.engine.begin() as connection:
        leases.add(connection, [Lease("SQ", 1, 50)])
    Remote(store).came_from_backup()
    assert len(known(store).identity.short) == 8
    with store.engine.connect() as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM number_lease WHERE next <= last").scalar_one()
            == 0
        )
