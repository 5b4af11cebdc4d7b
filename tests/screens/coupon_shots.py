"""Coupons: their list, the card for a new one, and a quote with one."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.services.commands import run
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

D = Decimal
LAST = date(2026, 12, 31)


def coupons(window: Window, firm: Firm) -> UUID:
    """Three coupons, and a quote that one of them is used on."""
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    if not window.desk.recent("coupon", 1):
        for values in (
            {"code": "EXPO-2026", "name": "展会专享券", "percent": D(3), "uses": 50, "valid_until": LAST},
            {"code": "XH-7K2M", "name": "客户答谢券", "amount": D(5000), "customer_id": firm.customers[2]},
            {"code": "NEW-500", "name": "新客户券", "amount": D(500), "threshold": D(10_000), "uses": None},
        ):
            do("coupon.new", values={"name_en": "Thank-you coupon", **values})
    lines = [(next(iter(firm.products.values())), D(2))]
    made = do("quote.compose", customer_id=firm.customers[2], name="年末扩产", lines=lines)
    do("quote.use_coupon", made.id, code="xh7k2m")
    return UUID(str(made.id))


def listed(window: Window, firm: Firm) -> None:
    """The list."""
    coupons(window, firm)
    window.go("coupon")
    wait_idle(window)


def quoted(window: Window, firm: Firm) -> None:
    """The quote."""
    window.open_record("quote", coupons(window, firm))
    wait_idle(window)


def new_coupon(window: Window, _firm: Firm) -> None:
    """The card for a new coupon."""
    render(window)
    window.ask_new("coupon")


COUPONS: dict[str, Show] = {"coupon_list": listed, "coupon_quote": quoted, "coupon_new": new_coupon}
