"""An order is made from what the customer holds: in the menu of an issued quote, and of a contract."""

from collections.abc import Callable
from uuid import UUID

from desktop.models.records import Contract, Quote
from desktop.services import orders
from desktop.views.desk import Desk
from desktop.words import Message, msg

Act = tuple[Message, Callable[[], object]]
MAKE = msg("Make an order")
assert orders.WRITES  # its commands are registered


def offered(desk: Desk, whole: Quote | Contract, open_it: Callable[[str, UUID], object]) -> list[Act]:
    """What a menu offers: an order of all that is left, opened at once."""
    name = f"{whole.__tablename__}.order"
    if desk.refusal(name, whole) is not None:
        return []

    def make() -> None:
        told = msg("Order made; submit it when it is right.")
        desk.do(name, whole.id, told=told, done=lambda made: open_it("order", made.id))

    return [(MAKE, make)]
