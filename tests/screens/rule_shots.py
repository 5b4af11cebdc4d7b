"""Approval rules: the page with some, with one that is being changed, and with none."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.services import approval_rules
from desktop.services.commands import run
from desktop.views.approvals.rules import RulesPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, wait_idle

D = Decimal
RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "整单折扣过大",
        "kind": "document_discount",
        "threshold": D(2),
        "role": "manager",
        "conditional": 3,
    },
    {"name": "低于底价", "kind": "floor", "threshold": D(0), "role": "manager"},
    {"name": "大额报价", "kind": "total", "threshold": D(1_000_000), "role": "admin", "currency": "CNY"},
    {"name": "合同改条款", "kind": "clause", "threshold": D(0), "role": "manager", "subject": "contract"},
    {"name": "欠款超额", "kind": "credit", "threshold": D(0), "subject": "order", "currency": "CNY"},
    {"name": "订单账期", "kind": "payment_days", "threshold": D(60), "subject": "order"},
)


def _rules(window: Window, firm: Firm) -> None:
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    if approval_rules.all_rules(store):
        return
    for values in RULES:
        made = do("approval_rule.new", values=values)
    do("approval_rule.edit", made.id, values={"active": False})
    products = list(firm.products.values())
    for place, percent in enumerate((-1, -3, -4, -2, -8)):
        buyer = firm.customers[place % len(firm.customers)]
        sold = do("quote.compose", customer_id=buyer, name="年末扩产", lines=[(products[place % 3], D(2))])
        do("quote.discount", sold.id, kind="percent", value=D(percent))
        do("quote.issue", sold.id)


def some(window: Window, firm: Firm) -> None:
    """The page."""
    _rules(window, firm)
    window.go("rules")
    wait_idle(window)


def none(window: Window, _firm: Firm) -> None:
    """The page without a rule."""
    store = window.desk.store
    for rule in approval_rules.all_rules(store):
        run(store, store.me(), "approval_rule.delete", rule.id)
    window.go("rules")
    wait_idle(window)


def changed(window: Window, firm: Firm) -> None:
    """A rule while it is changed, with what that would mean."""
    some(window, firm)
    page = window.page()
    assert isinstance(page, RulesPage)
    page.form.limit.setText("3")
    page.form.limit.textEdited.emit("3")
    wait_idle(window)


APPROVAL_RULES: dict[str, Show] = {"rules": some, "rules_changed": changed, "rules_none": none}
