"""What people do at their laptops: small commands on what they see, with values nobody else types."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from desktop.errors import SatchelError
from desktop.models import fuse, inbox, numbers, outbox
from desktop.models.record import RECORDS, Record
from desktop.models.records import (
    Attachment,
    Contact,
    Customer,
    Opportunity,
    Product,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from desktop.models.store import Work
from desktop.services import commands, signing
from tests.sync.simulator.laptop import Device
from tests.sync.simulator.points import entry_type
from tests.sync.simulator.rows import asked

if TYPE_CHECKING:
    from tests.sync.simulator.world import World

assert signing.EXPIRED  # the commands of signing are registered
HOT = 0.4
"""How often people meet over the same record."""
Act = Callable[["Person"], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A record as a laptop shows it."""

    type: type[Record]
    id: UUID
    row: Any


class Person:
    """One person at one laptop."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.world: World = device.world
        self.rng = self.world.rng
        self.last: tuple[UUID, list[str]] | None = None
        """What was edited last; people often come back to it."""

    def act(self) -> None:
        """Do one thing, if there is anything to do it to."""
        self.do(ACTS)

    def act_more(self) -> None:
        """Do one of the rarer things."""
        self.do(MORE)

    def do(self, acts: Mapping[str, tuple[int, Act]]) -> None:
        """Do one of these things."""
        name = self.rng.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        self.world.count(f"did {name}")
        with self.device.powered():
            acts[name][1](self)

    @contextmanager
    def work(self, command: str) -> Iterator[Work]:
        """A command; the power may go just before or just after it is durable."""
        self.world.count("commands")
        watch, device = self.world.watch, self.device
        with watch.typing(device) as typed:
            with device.store.work(device.store.me(), command) as work:
                yield work
                work.flush()
                typed.gather(work)
                device.point("before local commit")
            typed.durable()
        device.point("after local commit")

    def any(self, cls: type[Record], **where: object) -> Found | None:
        """Some living record of a type, as this laptop shows it."""
        living = self.ids(cls, "deleted_at IS NULL", **where)
        if not living:
            return None
        chosen = living[0] if self.rng.random() < HOT else self.rng.choice(living)
        with self.device.engine.connect() as connection:
            return Found(cls, chosen, connection.execute(_whole(cls), {"chosen": chosen}).one())

    def ids(self, cls: type[Record], which: str, **where: object) -> list[UUID]:
        """The records of a type of which this holds, in the order of their ids."""
        asks = " AND ".join((which, *(f"{name} = ?" for name in where)))
        values = tuple(one.bytes if isinstance(one, UUID) else one for one in where.values())
        statement = f'SELECT id FROM "{cls.__tablename__}" WHERE {asks} ORDER BY id'  # noqa: S608 - own names
        return [UUID(bytes=bytes(row[0])) for row in asked(self.device.engine, statement, values)]

    def edit(self, record: Found | None, values: Mapping[str, object], command: str = "") -> None:
        """Type new values into a record."""
        if record is None:
            return
        name = command or f"{record.type.__tablename__}.edit"
        with self.work(name) as work:
            fresh = work.get(record.type, record.id)
            for field, value in values.items():
                setattr(fresh, field, value)

    # --- customers

    def new_customer(self) -> None:
        token = self.world.watch.token
        with self.work("customer.new") as work:
            customer = work.add(Customer(name=token(), phone=token(), tags=[token()]))
            if self.rng.random() < 0.4:
                contact = Contact(name=token(), customer_id=customer.id)
                contact.owner_id, contact.team_id = customer.owner_id, customer.team_id
                work.add(contact)

    def edit_customer(self) -> None:
        token = self.world.watch.token
        if self.last is None or self.rng.random() < 0.5:
            names = self.rng.sample(
                ("phone",) * 5 + ("website", "name", "source"), self.rng.choice((1, 1, 2))
            )
            found = self.any(Customer)
            self.last = (found.id, names) if found is not None else None
        if self.last is not None:
            record = self.any(Customer, id=self.last[0])
            self.edit(record, {name: token() for name in dict.fromkeys(self.last[1])})

    def edit_tags(self) -> None:
        customer = self.any(Customer)
        if customer is not None:
            tags = list(customer.row.tags or [])
            if tags and self.rng.random() < 0.4:
                tags.remove(self.rng.choice(tags))
            self.edit(customer, {"tags": sorted([*tags, self.world.watch.token()])})

    def write_remark(self) -> None:
        customer = self.any(Customer)
        if customer is not None:
            lines = (customer.row.remark or "").split("\n") if customer.row.remark else []
            lines.insert(self.rng.randint(0, len(lines)), self.world.watch.token())
            self.edit(customer, {"remark": "\n".join(lines)})

    def edit_contact(self) -> None:
        self.edit(self.any(Contact), {"mobile": self.world.watch.token()})

    def delete_customer(self) -> None:
        customer = self.any(Customer)
        if customer is not None:
            with self.work("customer.delete") as work:
                work.delete(work.get(Customer, customer.id))

    def restore_customer(self) -> None:
        gone = self.ids(Customer, "deleted_at IS NOT NULL")
        if gone:
            with self.work("customer.restore") as work:
                record = work.session.get(Customer, self.rng.choice(gone))
                if record is not None:
                    record.deleted_at = None

    def assign(self) -> None:
        """The chief gives a customer to somebody else, perhaps in another team."""
        customer = self.any(Customer)
        if customer is not None and self.device.name == "chief":
            user, team = self.rng.choice(self.world.watch.people)
            self.world.count("records given away")
            self.edit(customer, {"owner_id": user, "team_id": team}, "customer.assign")

    # --- deals and quotes

    def opportunity(self) -> None:
        customer = self.any(Customer)
        if customer is not None:
            with self.work("opportunity.new") as work:
                work.add(Opportunity(name=self.world.watch.token(), customer_id=customer.id))

    def step(self) -> None:
        deal = self.any(Opportunity)
        if deal is not None:
            to = self.rng.choice(("lead", "qualify", "proposal", "negotiation", "won", "lost"))
            if to != deal.row.stage:
                with self.work("opportunity.step") as work:
                    fresh = work.get(Opportunity, deal.id)
                    work.op("transition", fresh, {"field": "stage", "from": fresh.stage, "to": to})
                    fresh.stage = to

    def new_quote(self) -> None:
        customer = self.any(Customer)
        if customer is None:
            return
        with self.work("quote.new") as work:
            number = numbers.take(work.connection, numbers.QUOTE, 2026)
            quote = Quote(customer_id=customer.id, name=self.world.watch.token(), number=number)
            revision = QuoteRevision(quote_id=quote.id)
            quote.revision_id = revision.id
            work.add(quote)
            for part in (
                revision,
                *(self._line(quote.id, revision.id) for _ in range(self.rng.randint(1, 2))),
            ):
                part.owner_id, part.team_id = quote.owner_id, quote.team_id
                work.add(part)

    def _line(self, quote: UUID, revision: UUID | None) -> QuoteLine:
        return QuoteLine(
            quote_id=quote,
            revision_id=revision,
            rank=f"a{self.rng.randrange(10**6):06}",
            name=self.world.watch.token(),
            quantity=Decimal(self.world.watch.number()),
            unit_price=Decimal(self.world.watch.number()),
            tax_rates=["13"],
        )

    def add_line(self) -> None:
        quote = self.any(Quote)
        if quote is not None and not self.issued(quote.row.revision_id):
            with self.work("quote.add_line") as work:
                line = self._line(quote.id, quote.row.revision_id)
                line.owner_id, line.team_id = quote.row.owner_id, quote.row.team_id
                work.add(line)

    def set_line(self) -> None:
        field = self.rng.choice(("quantity", "unit_price", "name"))
        value = self.world.watch.token() if field == "name" else Decimal(self.world.watch.number())
        self.edit(self.draft_line(), {field: value}, "quote.set_line")

    def draft_line(self) -> Found | None:
        """Some line of an edition that nobody has issued here."""
        line = self.any(QuoteLine)
        return None if line is not None and self.issued(line.row.revision_id) else line

    def issued(self, revision: UUID | None) -> bool:
        """Whether this laptop shows an edition as issued."""
        return revision is not None and bool(
            self.ids(QuoteRevision, "coalesce(content_hash, '') != ''", id=revision)
        )

    def remove_line(self) -> None:
        line = self.draft_line()
        if line is not None:
            with self.work("quote.remove_line") as work:
                work.delete(work.get(QuoteLine, line.id))

    def move_line(self) -> None:
        self.edit(self.draft_line(), {"rank": f"b{self.world.watch.number()}"}, "quote.move_line")

    def issue(self) -> None:
        self.ask("quote.issue", self.any(Quote))

    def sign(self) -> None:
        self.ask("quote.sign", self.any(Quote, stage="issued"), signer=self.world.watch.token())

    def revise(self) -> None:
        self.ask("quote.revise", self.any(Quote, stage="issued"))

    def confirm(self) -> None:
        self.ask("quote.confirm", self.any(Quote, needs_review=True))

    def ask(self, name: str, record: Found | None, **arguments: Any) -> None:
        """Give a command of the product, which may say no."""
        if record is None:
            return
        watch, device = self.world.watch, self.device
        with watch.typing(device) as typed:
            try:
                outcome = commands.run(device.store, device.store.me(), name, record.id, **arguments)
            except SatchelError:
                self.world.count(f"refused {name}")
                return
            self.world.count("commands")
            with device.engine.connect() as connection:
                typed.read(connection, outcome.tx)
            typed.durable()
        device.point("after local commit")

    # --- what is only added, and what is hidden from some

    def points(self) -> None:
        """Give points to a customer, or spend some."""
        customer = self.any(Customer)
        if customer is not None:
            with self.work("points.add") as work:
                entry: Any = entry_type()(customer_id=customer.id, points=self.rng.choice((9, 5, -4, -8)))
                entry.owner_id, entry.team_id = customer.row.owner_id, customer.row.team_id
                work.add(entry)

    def attach(self) -> None:
        customer = self.any(Customer)
        if customer is not None:
            token = self.world.watch.token()
            sha256 = hashlib.sha256(token.encode()).hexdigest()
            with self.work("attachment.attach") as work:
                work.add(Attachment(name=token, of="customer", of_id=customer.id, size=9, sha256=sha256))

    def rename_file(self) -> None:
        self.edit(self.any(Attachment), {"name": self.world.watch.token()})

    def cost(self) -> None:
        """The chief learns what something costs."""
        if self.device.name == "chief":
            self.edit(self.any(Product), {"cost": Decimal(self.world.watch.number())})

    # --- the inbox, and the laptop itself

    def take_back(self) -> None:
        """Take something back that has not left."""
        with self.device.engine.connect() as connection:
            waiting = [one for one in outbox.pending(connection) if one.state == "unsent"]
        if waiting:
            one = self.rng.choice(waiting)
            try:
                outbox.take_back(self.device.store, one.tx)
            except SatchelError:
                self.world.count("not taken back")
                return
            self.world.count("changes taken back")
            self.world.watch.taken_back(self.device, one.tx)

    def agree(self) -> None:
        """Let others' mass deletion happen here."""
        self.world.count("held deletions", bool(fuse.accept(self.device.remote)))

    def resolve(self) -> None:
        with self.device.engine.connect() as connection:
            entries = inbox.entries(connection)
        if not entries:
            return
        entry = self.rng.choice(entries)
        try:
            with self.work("inbox.resolve") as work:
                inbox.resolve(work, entry.id, self.rng.choice(("mine", "theirs")))
        except SatchelError:
            self.world.count("not resolved")

    def sync(self) -> None:
        self.device.begin_sync()


ACTS: dict[str, tuple[int, Act]] = {
    "new_customer": (4, Person.new_customer),
    "edit_customer": (30, Person.edit_customer),
    "edit_tags": (5, Person.edit_tags),
    "write_remark": (5, Person.write_remark),
    "edit_contact": (4, Person.edit_contact),
    "delete_customer": (2, Person.delete_customer),
    "restore_customer": (1, Person.restore_customer),
    "assign": (8, Person.assign),
    "opportunity": (2, Person.opportunity),
    "step": (4, Person.step),
    "new_quote": (3, Person.new_quote),
    "add_line": (3, Person.add_line),
    "set_line": (9, Person.set_line),
    "remove_line": (2, Person.remove_line),
    "resolve": (5, Person.resolve),
    "sync": (30, Person.sync),
}
MORE: dict[str, tuple[int, Act]] = {
    "take_back": (6, Person.take_back),
    "issue": (5, Person.issue),
    "sign": (4, Person.sign),
    "revise": (2, Person.revise),
    "confirm": (2, Person.confirm),
    "move_line": (3, Person.move_line),
    "points": (6, Person.points),
    "attach": (2, Person.attach),
    "rename_file": (2, Person.rename_file),
    "cost": (3, Person.cost),
    "agree": (1, Person.agree),
}
"""What people do besides, in worlds where it is drawn."""


@cache
def _whole(cls: type[Record]) -> Select[Any]:
    table = cls.table()
    return select(table).where(table.c.id == bindparam("chosen"))


assert set(RECORDS) >= {"customer", "contact", "quote", "quote_line"}
