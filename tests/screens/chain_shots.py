"""What follows a quote, with nothing in it yet, and with all that some years leave behind."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from desktop.services import order_chain
from desktop.services.order_queues import day_of
from desktop.views.window import Window
from tests.screens.contract_shots import CAP
from tests.screens.fills import LONG_NAME
from tests.screens.sample import Firm
from tests.screens.staging import Show, wait_idle
from tests.screens.window_shots import place

BATCHES, CLAUSES = 40, 40


def sold(firm: Firm, lines: int) -> UUID:
    """An issued quote of so many products to a new customer."""
    buyer = firm.new("customer", name="昆山明泰电子有限公司" if lines == 1 else LONG_NAME)
    products = [
        firm.new(
            "product",
            sku=f"AUX-{number:03}",
            name=f"检漏仪 {number}",
            unit="台",
            price=Decimal(880 + number),
            tax_percent=Decimal(13),
        )
        for number in range(lines)
    ]
    wanted = [(product, Decimal(number % 9 + 1) * 10) for number, product in enumerate(products)]
    made = firm.do("quote.compose", customer_id=buyer, lines=wanted)
    firm.do("quote.issue", made.id)
    made_id: UUID = made.id
    return made_id


def order_bare(window: Window, firm: Firm) -> None:
    """An order that nobody has handed in."""
    window.open_record("order", firm.do("quote.order", sold(firm, 1)).id)
    wait_idle(window)


def contract_bare(window: Window, firm: Firm) -> None:
    """A contract as the library makes it."""
    window.open_record("contract", firm.do("contract.new", values={"quote_id": sold(firm, 1)}).id)
    wait_idle(window)


def order_long(window: Window, firm: Firm) -> None:
    """Sixty lines in forty batches, some taken over and paid."""
    order = firm.do("quote.order", sold(firm, 60))
    firm.do("order.submit", order.id)
    firm.do("order.acknowledge", order.id)
    lines = [line.id for line in order_chain.load(firm.store, order.id).lines]
    today = day_of(firm.store)
    for batch_no in range(BATCHES):
        counts = {lines[batch_no]: Decimal(1), lines[batch_no + 7]: Decimal(2)}
        on = today - timedelta(days=BATCHES - batch_no)
        batch = firm.do(
            "order.ship",
            order.id,
            quantities=counts,
            carrier="顺丰",
            tracking=f"SF{batch_no:012}",
            shipped_on=on,
        )
        if batch_no % 2:
            firm.do(
                "order.take_over", order.id, delivery_id=batch.id, signer="欧阳建国（仓库）", accepted_on=on
            )
    window.open_record("order", order.id)
    wait_idle(window)


def contract_long(window: Window, firm: Firm) -> None:
    """Some forty clauses of one's own behind those of the library."""
    made = firm.do("contract.new", values={"quote_id": sold(firm, 60)})
    for number in range(CLAUSES):
        heading = LONG_NAME if number == 0 else f"特别约定 {number}"
        firm.do("contract.add_clause", made.id, values={"heading": heading, "body": CAP * (number % 4 + 1)})
    window.open_record("contract", made.id)
    wait_idle(window)


EMPTY: dict[str, Show] = {
    "list_contract": place("contract"),
    "contract": contract_bare,
    "list_order": place("order"),
    "order": order_bare,
}
FULL: dict[str, Show] = {
    "list_contract": place("contract"),
    "contract": contract_long,
    "list_order": place("order"),
    "order": order_long,
}
