"""Promotions, framework agreements and rates: their lists, one whole, and a quote that they made."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.models.records import Quote
from desktop.rules import edition_changes
from desktop.services import drafts, stale_prices
from desktop.services.commands import run
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

D = Decimal
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def offers(window: Window, firm: Firm) -> UUID:
    """Three promotions, an agreement of which half is used up, a rate; and the quote that all of it made."""
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    known = window.desk.recent("promotion", 1)
    if known:
        return window.desk.recent("quote", 1)[0].id
    first, second, gift, *_ = firm.products.values()
    days = {"valid_from": FIRST, "valid_until": LAST}
    do("exchange_rate.new", values=_rate("EUR", "7.8312"))
    do("exchange_rate.new", values=_rate("USD", "7.1055"))
    book = {
        "name": "2026 年框架协议",
        "scope": "contract",
        "customer_id": firm.customers[2],
        "number": "FA-26-07",
    }
    made = do("price_book.new", values={**book, **days, "agreed_amount": 20_000_000})
    entry = {"book_id": made.id, "product_id": first, "price": D(13200), "agreed_quantity": D(20)}
    do("price_entry.new", values=entry)
    sold = do("quote.compose", customer_id=firm.customers[2], lines=[(first, D(9))])
    with store.work(store.me(), "quote.accept") as work:
        work.get(Quote, sold.id).stage = "accepted"
    half = {"name": "第二台半价", "kind": "nth", "percent": D(50), "every": 2, "product_id": second}
    save = {
        "name": "满十万减三千",
        "kind": "spend",
        "threshold": D(100_000),
        "saving": D(3000),
        "repeats": True,
    }
    give = {"name": "赠保养包", "kind": "gift", "gift_id": gift, "threshold": D(50_000), "product_id": first}
    for values in (half, save, give):
        do("promotion.new", values={**values, **days, "scope": "customer", "customer_id": firm.customers[2]})
    lines = [(first, D(6)), (second, D(3))]
    return UUID(str(do("quote.compose", customer_id=firm.customers[2], name="年末扩产", lines=lines).id))


def _rate(base: str, rate: str) -> dict[str, Any]:
    return {"base_currency": base, "rate": D(rate), "rated_on": FIRST, "source": "中国外汇交易中心"}


def listed(kind: str, *, whole: bool = False) -> Show:
    """One of the lists, or the newest of it as a page."""

    def show(window: Window, firm: Firm) -> None:
        offers(window, firm)
        if whole:
            window.open_record(kind, window.desk.recent(kind, 1)[0].id)
        else:
            window.go(kind)
        wait_idle(window)

    return show


def quoted(window: Window, firm: Firm) -> None:
    """The quote, and why its second line costs what it does."""
    window.open_record("quote", offers(window, firm))
    page = window.page()
    assert isinstance(page, QuotePage)
    page.grid.setCurrentIndex(page.table.index(1, 4))
    render(window)
    line = page.grid.line()
    assert line is not None
    page._explain(line)  # noqa: SLF001


def new_promotion(window: Window, firm: Firm) -> None:
    """The card for a new promotion."""
    render(window)
    window.ask_new("promotion")


def new_prices(window: Window, firm: Firm) -> None:
    """Open quotes that a new price list changes, and what renewing them makes of each."""
    offers(window, firm)
    render(window)
    shown = window.desk.recent("quote", 3)
    window.prices.list.ask([_changed(window, each.record.id, n) for n, each in enumerate(shown)])


def _changed(window: Window, quote: UUID, place: int) -> stale_prices.Affected:
    """A quote as it would be with its first price a little higher or lower."""
    draft = drafts.load(window.desk.store, quote)
    before = draft.snapshot()
    after = deepcopy(before)
    more = D("2800") if place != 1 else D("-260")
    line = next(line for line in after["lines"] if line["kind"] == "item")
    line["unit_price"] = str(D(line["unit_price"]) + more)
    line["net"] = str(D(line["net"]) + more)
    after["totals"]["payable"] = str(D(before["totals"]["payable"]) + more)
    found = edition_changes.changes(before, after)
    known, stage = draft.quote, draft.quote.stage
    margins = (D("18.4") + place, D("17.6") + place)
    return stale_prices.Affected(
        quote, known.number, known.name, known.customer_id, stage, draft.revision.valid_until, found, margins
    )


PRICES: dict[str, Show] = {
    "price_promotions": listed("promotion"),
    "price_rates": listed("exchange_rate"),
    "price_agreement": listed("price_book", whole=True),
    "price_promotion": listed("promotion", whole=True),
    "price_quote": quoted,
    "price_new": new_promotion,
    "price_changed": new_prices,
}
