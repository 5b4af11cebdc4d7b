"""A ledger for the simulator's world: points of a customer. The product declares none yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from desktop.models.kinds import Link, Whole
from desktop.models.record import RECORDS, Base, Record, field
from desktop.rules.ledger import Ledger
from desktop.words import Message, msg

TYPE = "point_entry_of_worlds"


@lru_cache(maxsize=1)
def entry_type() -> type[Record]:
    """The record type; taken out of the registry as soon as it is made."""

    class PointEntry(Record):
        """Points of a customer, given or spent."""

        __tablename__ = TYPE
        __label__: ClassVar[Message] = msg("Customer")
        __plural__: ClassVar[Message] = msg("Customers")
        __root__ = "customer_id"
        __fact__ = "append"
        __ledger__ = Ledger("points")
        customer_id: Mapped[UUID | None] = field(Link("customer"), msg("Customer"), frozen=True, index=True)
        points: Mapped[int | None] = field(Whole(), msg("Quantity"), merge="ledger", frozen=True)

    del RECORDS[TYPE]
    Base.metadata.remove(PointEntry.table())
    return PointEntry


@contextmanager
def known() -> Iterator[None]:
    """Laptops and office know points in the block."""
    if TYPE in RECORDS:
        yield
        return
    metadata: Any = Base.metadata
    RECORDS[TYPE] = entry_type()
    metadata._add_table(TYPE, None, entry_type().table())  # noqa: SLF001
    try:
        yield
    finally:
        del RECORDS[TYPE]
        metadata.remove(entry_type().table())
