"""Short stories with one right end, for bugs that a random schedule meets only now and then."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.errors import NotAllowed, Offline
from desktop.models import fuse, inbox, numbers
from desktop.models.arrival import Arrival
from desktop.models.guards import lifted
from desktop.models.records import Customer, Quote, QuoteLine, User
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.services import commands
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Answer, Failure
from sync.engine.pace import Batch as Pace
from sync.engine.round import Limits
from sync.protocol import messages
from sync.protocol.messages import Removal
from sync.server.server import Server
from tests.stores import customer, opened
from tests.sync import postgres
from tests.sync.pair import pairs
from tests.sync.simulator.laptop import PowerCut
from tests.sync.simulator.world import Direct


class Line(Direct):
    """A line on which only some answers to syncs come through."""

    def __init__(self, server: Server, answers: int) -> None:
        super().__init__(server)
        self.answers = answers

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        answer = super().send(request, cancelled)
        if request.target == messages.SYNC:
            self.answers -= 1
        return answer if self.answers >= 0 else Failure("stalled")


@dataclass(frozen=True, slots=True)
class Firm:
    """Ann and Bob of one team, their chief, and a customer that all of them hold."""

    office: Server
    ann: Store
    bob: Store
    chief: Store
    shared: UUID

    def sync(self, *stores: Store) -> None:
        """These laptops sync, one after the other."""
        for store in stores:
            sync_once(store, Direct(self.office))

    def edit(self, store: Store, record: UUID, **values: object) -> None:
        """Somebody types into a customer."""
        commands.run(store, store.me(), "customer.edit", record, values=values)

    def phone(self, store: Store) -> str:
        """What a laptop shows."""
        with store.reading() as session:
            return session.get_one(Customer, self.shared).phone


@contextmanager
def firm(folder: Path) -> Iterator[Firm]:
    """A firm in an empty folder."""
    office = Server(postgres.office(folder / "office"))
    with ExitStack() as stack:
        stack.callback(office.store.close)
        stores = []
        for name, team, role in (("Ann", "A", "rep"), ("Bob", "A", "rep"), ("Chief", "B", "manager")):
            stores.append(stack.enter_context(opened(folder / name)))
            office.add_user(name, team, role)
            enrol(stores[-1], Direct(office), office.new_code(name))
        made = commands.run(stores[0], stores[0].me(), "customer.new", values={"name": "shared"}).value
        found = Firm(office, stores[0], stores[1], stores[2], made.id)
        found.sync(*stores, *stores)  # and once more: now everything has been compared
        yield found


def need(holds: object, promise: str) -> None:
    """Raises AssertionError unless the promise holds."""
    if not holds:
        raise AssertionError(promise)


def second_edit_knows_no_more_than_the_first(folder: Path) -> None:
    """Who types twice over what they never saw overwrites nothing, whatever arrived in between."""
    with firm(folder) as here:
        other = commands.run(here.ann, here.ann.me(), "customer.new", values={"name": "other"}).value
        here.edit(here.ann, here.shared, phone="1")
        here.edit(here.bob, here.shared, phone="2")
        here.sync(here.bob)
        small = Limits(Pace(1, 1, 1, 0), Pace(1000, 1, 1000, 0))
        try:
            sync_once(here.ann, Line(here.office, 1), limits=small, greet=False)
        except Offline:
            here.edit(here.ann, here.shared, phone="3")
        here.sync(here.ann, here.bob)
        need(here.phone(here.bob) == "2" == here.phone(here.ann), "an edit that nobody saw is gone")
        with here.ann.reader.connect() as connection:
            kept = [one.mine for one in inbox.entries(connection)]
        need("3" in kept and other.name == "other", "what was typed last is in no inbox")


def power_cut_repeats_the_page(folder: Path) -> None:
    """A page of which the power took the rows comes again."""
    with firm(folder) as here:
        here.edit(here.bob, here.shared, phone="2")
        here.sync(here.bob)
        remote = Remote(here.ann)

        def cut(name: str) -> None:
            if name == "before commit":
                raise PowerCut

        remote.point = cut
        try:
            sync_once(here.ann, Direct(here.office), remote=remote)
        except PowerCut:
            here.sync(here.ann)
        need(here.phone(here.ann) == "2", "a page was skipped")


def what_is_given_away_leaves_the_index(folder: Path) -> None:
    """A record that goes to others is found no more."""
    with firm(folder) as here:
        with here.chief.reading() as session:
            chief = session.query(User).filter_by(name="Chief").one()
        with here.chief.work(here.chief.me(), "customer.assign") as work:
            record = work.get(Customer, here.shared)
            record.owner_id, record.team_id = chief.id, chief.team_id
        here.sync(here.chief, here.ann)
        with here.ann.reader.connect() as connection:
            row = connection.exec_driver_sql("SELECT 1 FROM customer").first()
            word = connection.exec_driver_sql("SELECT 1 FROM search_entry WHERE type = 'customer'").first()
        need(row is None, "the row is left")
        need(word is None, "it is still in the index")


def each_number_is_taken_once(folder: Path) -> None:
    """The next document gets the next number."""
    with firm(folder) as here, here.ann.work(here.ann.me(), "quote.new") as work:
        taken = [numbers.take(work.connection, numbers.QUOTE, 2026) for _ in range(3)]
        need(len(set(taken)) == len(taken), "a number was taken twice")


def a_repeated_push_does_nothing(folder: Path) -> None:
    """What was sent again because its answer was lost was judged already."""
    with firm(folder) as here:
        here.edit(here.ann, here.shared, phone="1")
        try:
            sync_once(here.ann, Line(here.office, 0), greet=False)
        except Offline:
            here.sync(here.bob)
        here.edit(here.bob, here.shared, phone="2")
        here.sync(here.bob, here.ann)
        need(here.phone(here.ann) == "2", "an edit came again over what was typed since")
        with here.ann.reader.connect() as connection:
            need(not inbox.entries(connection), "an edit that had been taken is called a conflict")


def a_line_that_left_counts_no_more(folder: Path) -> None:
    """A line that leaves before its quote takes its share of the total along."""
    with pairs(folder) as pair:
        [quote] = pair.all(pair.bob, Quote)
        gone = Removal("move", "quote_line", pair.lines[1].hex, 2)
        with pair.bob.engine.begin() as connection, lifted(connection):
            news = Arrival(connection, 0)
            news.removals(f"user:{quote.owner_id.hex}", [gone])
            news.finish()
        left = [one.payable for one in pair.all(pair.bob, Quote)]
        need(left == [10000] != [quote.payable], f"what left still counts: {left}")


def an_answer_that_was_lost_is_said_again(folder: Path) -> None:
    """The laptop learns what became of its edit, though the office judged it long ago."""
    with firm(folder) as here:
        here.edit(here.bob, here.shared, phone="1")
        here.sync(here.bob)
        here.edit(here.ann, here.shared, phone="2")
        with suppress(Offline):
            sync_once(here.ann, Line(here.office, 0), greet=False)
        report = sync_once(here.ann, Direct(here.office))
        need(report.verdicts == {"conflict": 1}, f"the conflict is called {report.verdicts}")


class Meanwhile(Direct):
    """A line over which somebody acts once a first row of a person's stream was handed out."""

    def __init__(self, server: Server, act: Callable[[], None]) -> None:
        super().__init__(server)
        self._act: Callable[[], None] | None = act

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        answer = super().send(request, cancelled)
        if self._act is not None and "/snapshot/user" in request.target:
            act, self._act = self._act, None
            act()
        return answer


def a_first_copy_misses_nothing_that_happens_meanwhile(folder: Path) -> None:
    """Rows that were handed out already and change before the copy ends come again."""
    with firm(folder) as here, opened(folder / "Ann again") as fresh:
        commands.run(here.ann, here.ann.me(), "customer.new", values={"name": "other"})
        here.sync(here.ann, here.bob)
        enrol(fresh, Direct(here.office), here.office.new_code("Ann"))

        def act() -> None:
            here.edit(here.bob, here.shared, phone="2")
            here.sync(here.bob)

        small = Limits(Pace(1000, 1, 1000, 0), Pace(1, 1, 1, 0))
        sync_once(fresh, Meanwhile(here.office, act), limits=small)
        report = sync_once(fresh, Direct(here.office))
        need(here.phone(fresh) == "2", "what happened during a first copy is missing")
        need(report.repaired == 0, "what happened during a first copy came by comparing alone")


def a_laptop_that_is_shut_out_gets_nothing(folder: Path) -> None:
    """From the next request on the office answers no more."""
    with firm(folder) as here:
        here.edit(here.bob, here.shared, phone="2")
        here.sync(here.bob)
        here.office.revoke(here.ann.device.hex)
        try:
            here.sync(here.ann)
        except NotAllowed:
            need(here.phone(here.ann) == "", "something came nevertheless")
        else:
            raise AssertionError("a laptop that was shut out is served")


def others_deletions_happen_once_agreed(folder: Path) -> None:
    """Deletions that were held are done when a person says so, and not before."""
    module: Any = fuse
    real, module.MANY = module.MANY, 1
    try:
        with firm(folder) as here:
            for name in "ABCDEFGHI":
                commands.run(here.bob, here.bob.me(), "customer.new", values={"name": name})
            here.sync(here.bob, here.ann)
            with here.bob.work(here.bob.me(), "customer.delete") as work:
                for record in work.session.query(Customer).filter(Customer.name != "shared"):
                    work.delete(record)
            here.sync(here.bob, here.ann)
            need(_living(here.ann) == 10, "they were deleted without a word")
            fuse.accept(Remote(here.ann))
            need(_living(here.ann) == 1, "they were never deleted")
    finally:
        module.MANY = real


def _living(store: Store) -> int:
    with store.reading() as session:
        return session.query(Customer).filter(Customer.deleted_at.is_(None)).count()


def a_name_stays_where_a_link_leads(folder: Path) -> None:
    """A first copy names the customer of another team to which a rep's own deal belongs."""
    with firm(folder) as here, opened(folder / "Ann again") as fresh:
        values = {"name": "deal", "customer_id": here.shared}
        commands.run(here.ann, here.ann.me(), "opportunity.new", values=values)
        here.sync(here.ann, here.chief)
        with here.chief.work(here.chief.me(), "customer.assign") as work:
            record = work.get(Customer, here.shared)
            record.owner_id, record.team_id = here.chief.me().id, here.chief.me().team_id
        here.sync(here.chief)
        enrol(fresh, Direct(here.office), here.office.new_code("Ann"))
        here.sync(fresh)
        with fresh.reader.connect() as connection:
            named = connection.exec_driver_sql("SELECT title FROM sync_stub").scalars().all()
        need("shared" in named, "a link leads nowhere")


def what_was_issued_stands(folder: Path) -> None:
    """An edit that meets an issued edition changes nothing of it; a line that came too late leaves no sum."""
    with pairs(folder) as pair:
        pair.do(pair.ann, "quote.issue")
        sync_once(pair.ann, Direct(pair.server))
        payable = pair.draft(pair.ann).quote.payable
        customer(pair.bob, "first")
        with pair.bob.work(pair.bob.me(), "inbox.resolve") as work:
            work.get(QuoteLine, pair.lines[0]).unit_price = Decimal(50)
        pair.do(pair.bob, "quote.add_line", product_id=pair.products[0].id, quantity=Decimal(7))
        sync_once(pair.bob, Direct(pair.server), limits=Limits(Pace(1, 1, 1, 0), Pace(1000, 1, 1000, 0)))
        pair.meet()
        for store in (pair.ann, pair.bob):
            prices = [str(line.unit_price) for line in pair.draft(store).lines]
            need(prices == ["100", "200"], "what was issued is edited")
            need(pair.draft(store).quote.payable == payable, "the total is of a line that is not there")
