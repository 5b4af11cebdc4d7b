"""An office with two laptops that may sync by file, and what each then holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.models.record import Record
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands
from sync.client import bundle
from sync.client.driver import enrol, sync_once
from sync.server import bundle as office_bundle
from sync.server.server import Server
from tests.stores import opened
from tests.sync import postgres
from tests.sync.simulator.world import Direct


@dataclass
class Firm:
    """An office with two laptops of one team."""

    office: Server
    ann: Store
    bob: Store
    letters: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)

    def by_file(self, store: Store) -> bundle.TakenIn:
        """A letter up, the reply down."""
        self.letters.append(bundle.write(store).data)
        self.replies.append(office_bundle.take_in(self.office, self.letters[-1]).reply)
        return bundle.take_in(store, self.replies[-1])

    def net(self, store: Store) -> None:
        """A sync over the network."""
        sync_once(store, Direct(self.office))


@contextmanager
def firms(folder: Path) -> Iterator[Firm]:
    """A firm in a folder of its own."""
    office = Server(postgres.office(folder / "office"))
    try:
        with opened(folder / "ann") as ann, opened(folder / "bob") as bob:
            for name, store in (("Ann", ann), ("Bob", bob)):
                office.add_user(name, "South", "manager")
                enrol(store, Direct(office), office.new_code(name))
            yield Firm(office, ann, bob)
    finally:
        office.store.close()


def names(store: Store) -> list[str]:
    with store.reading() as session:
        found = session.query(Customer).filter(Customer.deleted_at.is_(None)).all()
    return sorted(one.name for one in found)


def rename(store: Store, record: Record, name: str) -> None:
    commands.run(store, store.me(), "customer.edit", record.id, values={"name": name})


def said(store: Store) -> dict[str, Any]:
    """Everything that a laptop keeps besides its records."""
    with store.reader.connect() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
            for table in ("sync_cursor", "number_lease", "sync_await", "inbox", "customer", "local")
        }
