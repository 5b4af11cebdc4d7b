"""Ann and Bob of one team, each with a real laptop, an office between them, and a quote that both hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.models.store import Store
from desktop.services import commands, drafts, signing
from sync.client.driver import enrol, sync_once
from sync.server.server import Server
from tests.stores import customer, opened, product, quote
from tests.sync import postgres
from tests.sync.simulator.world import Direct

assert signing.EXPIRED  # the commands of signing are registered


class Pair:
    """See the module; the quote has two lines."""

    def __init__(self, server: Server, ann: Store, bob: Store) -> None:
        self.server, self.ann, self.bob = server, ann, bob
        self.products = [product(ann, sku, price) for sku, price in (("A", "100"), ("B", "200"))]
        made = quote(ann, *((one.id, "1") for one in self.products), to=customer(ann))
        self.quote = made.id
        self.lines = [line.id for line in self.draft(ann).lines]
        self.meet()

    def meet(self) -> None:
        for store in (self.ann, self.bob, self.ann):
            sync_once(store, Direct(self.server))

    def draft(self, store: Store, revision: UUID | None = None) -> drafts.QuoteDraft:
        return drafts.load(store, self.quote, revision)

    def do(self, store: Store, command: str, **arguments: Any) -> Any:
        return commands.run(store, store.me(), command, self.quote, **arguments).value

    def price(self, store: Store, line: int, price: str) -> None:
        values = {"unit_price": Decimal(price)}
        self.do(store, "quote.set_line", line_id=self.lines[line], values=values)

    def all(self, store: Store, cls: type[Any]) -> list[Any]:
        with store.reading() as session:
            return session.query(cls).filter(cls.deleted_at.is_(None)).order_by(cls.id).all()


@contextmanager
def pairs(
    folder: Path, *, clocks: tuple[Callable[[], datetime], ...] | tuple[None, None] = (None, None)
) -> Iterator[Pair]:
    """A pair in a folder of its own, perhaps with clocks that are wrong."""
    office = Server(postgres.office(folder / "office"))
    try:
        with opened(folder / "ann", clock=clocks[0]) as ann, opened(folder / "bob", clock=clocks[1]) as bob:
            for name, store in (("Ann", ann), ("Bob", bob)):
                office.add_user(name, "South", "manager")
                enrol(store, Direct(office), office.new_code(name))
            yield Pair(office, ann, bob)
    finally:
        office.store.close()
