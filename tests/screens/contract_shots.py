"""Contracts: their list, one that is worded otherwise, the card in which a clause is worded, a signed one."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.services import contract_drafts
from desktop.services.commands import run
from desktop.views.contracts.page import ContractPage
from desktop.views.window import Window
from tests import seals
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

CAP = "供方逾期交货的，每逾期一日按未交货金额的 0.05 % 支付违约金，累计不超过合同总价的 10 %。"


def contract(window: Window, firm: Firm) -> UUID:
    """A contract with three clauses that are not the standard ones, and a place that nobody has filled."""
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    known = window.desk.recent("contract", 1)
    if known:
        return known[0].id
    product = next(iter(firm.products.values()))
    sold = do(
        "quote.compose", customer_id=firm.customers[0], name="二期空压站设备", lines=[(product, Decimal(2))]
    )
    do("quote.issue", sold.id)
    days = {"valid_from": date(2026, 12, 1), "valid_until": date(2027, 11, 30)}
    made = do("contract.new", values={"quote_id": sold.id, "renew_on": date(2027, 10, 31), **days})
    draft = contract_drafts.load(store, made.id)
    clause = {one.code: one for one in draft.clauses}
    late = clause["payment"].body.replace("0.05 %", "0.03 %")
    body = clause["default"].body
    default = CAP + body[body.index("一方违约") :]
    spares = clause["warranty"].body + "供方备齐 {spares} 套易损件。"
    for code, values in (
        ("payment", {"body": late, "why": "客户财务要求，已口头说明"}),
        ("default", {"body": default}),
        ("warranty", {"body": spares}),
    ):
        do("contract.set_clause", made.id, clause_id=clause[code].id, values=values)
    do("contract.remove_clause", made.id, clause_id=clause["notices"].id)
    do("milestone.new", values={"contract_id": made.id, "name": "到货", "due_on": date(2027, 1, 11)})
    do("milestone.new", values={"contract_id": made.id, "name": "验收", "due_on": date(2027, 1, 25)})
    return UUID(str(made.id))


def shown(window: Window, firm: Firm) -> ContractPage:
    """The page."""
    window.open_record("contract", contract(window, firm))
    page = window.page()
    assert isinstance(page, ContractPage)
    wait_idle(window)
    return page


def whole(window: Window, firm: Firm) -> None:
    """The contract beside the standard text."""
    shown(window, firm)


def plain(window: Window, firm: Firm) -> None:
    """The same as it will be printed."""
    page = shown(window, firm)
    page.comparing.click()


def worded(window: Window, firm: Firm) -> None:
    """A clause while it is worded otherwise."""
    page = shown(window, firm)
    render(window)
    page.edit_clause(1)


def listed(window: Window, firm: Firm) -> None:
    """The list."""
    contract(window, firm)
    window.go("contract")
    wait_idle(window)


def sealed(window: Window, firm: Firm) -> None:
    """A seal of the firm with a release of it."""
    store = window.desk.store
    known = window.desk.recent("company_seal", 1)
    if known:
        made = known[0].id
    else:
        made = run(store, store.me(), "company_seal.new", values={"name": "合同专用章"}).value.id
        run(store, store.me(), "company_seal.picture", made, data=seals.picture())
        days = {"valid_from": date(2026, 11, 1), "valid_until": date(2027, 10, 31), "most": 20}
        values = {"seal_id": made, "owner_id": store.me().id, **days}
        run(store, store.me(), "seal_release.new", values=values)
    window.open_record("company_seal", made)
    wait_idle(window)


CONTRACTS: dict[str, Show] = {
    "list_contract": listed,
    "contract": whole,
    "contract_plain": plain,
    "contract_clause": worded,
    "company_seal": sealed,
}
