"""What the tests of sync's side of the store share: rows, parts of a page, verdicts."""

from typing import Any
from uuid import UUID

from desktop.models import inbox
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.remote import Remote
from desktop.models.remote_values import Known
from desktop.models.store import Store
from sync.protocol.messages import Loss, Part, Table, Verdict

ANN = new_id()
BOB = new_id()
SOUTH = new_id()
MINE = f"user:{ANN.hex}"
COLUMNS = ["id", "version", "owner_id", "team_id", "deleted_at", "name", "phone", "tags", "remark"]


def row(record: UUID, version: int, owner: UUID | None = ANN, **values: Any) -> list[Any]:
    fields = {"id": record.hex, "version": version, "team_id": SOUTH.hex, "deleted_at": None, **values}
    fields["owner_id"] = owner.hex if owner else None
    empty = {"name": "", "phone": "", "tags": [], "remark": ""}
    return [{**empty, **fields}[name] for name in COLUMNS]


def part(*rows: list[Any], upto: int = 1, start: int = 0, stream: str = MINE, **more: Any) -> Part:
    tables = {"customer": Table(columns=COLUMNS, rows=list(rows))} if rows else {}
    return Part(stream=stream, start=start, upto=upto, more=False, tables=tables, **more)


def known(store: Store, ops: int = 1000, size: int = 10**6) -> Known:
    return Remote(store).known(ops, size)


def apply(store: Store, *parts: Part, streams: tuple[str, ...] = (MINE, "org"), **more: Any) -> None:
    Remote(store).apply(schema=1, parts=parts, streams=streams, **more)


def begin(store: Store, stream: str = MINE) -> None:
    """The stream is known here up to nothing."""
    Remote(store).apply_snapshot(schema=1, stream=stream, at=0, after=None, mask="", tables={})


def new(store: Store, **values: Any) -> UUID:
    with store.work(store.me(), "customer.new") as work:
        return work.add(Customer(**values)).id


def edit(store: Store, record: UUID, cls: type[Any] = Customer, **values: Any) -> None:
    with store.work(store.me(), "customer.edit") as work:
        found = work.get(cls, record)
        for name, value in values.items():
            setattr(found, name, value)


def shown(store: Store, record: UUID, cls: type[Any] = Customer) -> Any:
    with store.reading() as session:
        return session.get(cls, record)


def count(store: Store, table: str) -> int:
    with store.engine.connect() as connection:
        return len(connection.exec_driver_sql(f"SELECT 1 FROM {table}").all())  # noqa: S608


def verdict(n: int, kind: str = "applied", version: int = 1, *losses: Loss, **more: str) -> Verdict:
    return Verdict(n, kind, version, list(losses), **more)  # type: ignore[arg-type]


def entries(store: Store, **more: Any) -> list[inbox.Entry]:
    with store.engine.connect() as connection:
        return inbox.entries(connection, **more)
