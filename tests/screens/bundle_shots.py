"""A product that is a bundle with its parts, and a quote of it with one part chosen."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from desktop.services import bundles, drafts
from desktop.services.commands import run
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

D = Decimal
SKU = "SET-A"
assert bundles.NO_BUNDLE  # the command is registered


def bundled(window: Window, firm: Firm) -> tuple[UUID, UUID]:
    """The bundle, and a quote of two of it beside a single product."""
    store = window.desk.store

    def do(name: str, target: UUID | None = None, /, **arguments: Any) -> Any:
        return run(store, store.me(), name, target, **arguments).value

    for row in window.desk.recent("product", 3):
        if row.value("sku") == SKU:
            return row.id, window.desk.recent("quote", 1)[0].id
    first, second, third, *_ = firm.products.values()
    named = {"sku": SKU, "name": "产线起步套装", "name_en": "Line starter package", "kind": "bundle"}
    whole = do(
        "product.new",
        values={**named, "unit": "套", "unit_en": "set", "price": D(26800), "tax_percent": D(13)},
    )
    said: tuple[dict[str, Any], ...] = (
        {"part_id": first},
        {"part_id": second, "quantity": D(2), "inclusion": "default", "pricing": "percent", "percent": D(10)},
        {"part_id": third, "inclusion": "optional", "pricing": "own", "group": "附件", "choose": 1},
    )
    for values in said:
        do("bundle_part.new", values={"product_id": whole.id, **values})
    made = do(
        "quote.compose",
        customer_id=firm.customers[2],
        name="二期产线",
        lines=[(whole.id, D(2)), (third, D(1))],
    )
    line = drafts.load(store, made.id).lines[0]
    do("quote.choose_parts", made.id, line_id=line.id, product_ids=[second, third])
    return whole.id, made.id


def product_page(window: Window, firm: Firm) -> None:
    """The bundle with what it consists of."""
    window.open_record("product", bundled(window, firm)[0])
    wait_idle(window)


def quoted(window: Window, firm: Firm) -> None:
    """The quote, on the line of a part, and why it costs what it does."""
    window.open_record("quote", bundled(window, firm)[1])
    page = window.page()
    assert isinstance(page, QuotePage)
    page.grid.setCurrentIndex(page.table.index(2, 4))
    render(window)


BUNDLES: dict[str, Show] = {"bundle_product": product_page, "bundle_quote": quoted}
