"""The same screens with nothing in them yet, and with 100,000 customers."""

from desktop.views.list_page import ListPage
from desktop.views.window import Window
from tests.screens import (
    bulk_shots,
    chain_shots,
    list_shots,
    office_shots,
    outbox_shots,
    record_shots,
    window_shots,
)
from tests.screens.quote_shots import quote
from tests.screens.sample import Firm
from tests.screens.staging import Show, until, wait_idle

PLACES: dict[str, Show] = {
    "today": window_shots.board("today"),
    "dashboard": window_shots.board("dashboard"),
    "customers": list_shots.customers,
    **{
        f"list_{key}": window_shots.place(key)
        for key in ("contact", "opportunity", "quote", "product", "task", "interaction")
    },
    "nothing_matches": list_shots.nothing_matches,
    "list_filtered": list_shots.list_filtered,
    "list_builder": list_shots.list_builder,
    "list_columns": list_shots.list_columns,
    "calendar_week": list_shots.calendar("interaction", "week"),
    "calendar_days": list_shots.calendar("task", "week"),
    "calendar_month": list_shots.calendar("opportunity", "month"),
    "palette": window_shots.palette,
    "acting": window_shots.acting,
    "key_sheet": window_shots.key_sheet,
}


def board(window: Window, firm: Firm) -> None:
    """The board as it comes."""
    page = list_shots.page_of(window, "opportunity")
    page.views.show_face("board")
    wait_idle(window)


def palette_bare(window: Window, firm: Firm) -> None:
    """The palette before anything is typed."""
    window.open_palette()


def customer_bare(window: Window, firm: Firm) -> None:
    """A customer of whom the name alone is known."""
    if not firm.customers:
        firm.customers.append(firm.new("customer", name="昆山明泰电子有限公司"))
    window.open_record("customer", firm.customers[0])


def said_bare(window: Window, firm: Firm) -> None:
    """No comment yet."""
    customer_bare(window, firm)
    record_shots.comments(window)


def quote_bare(window: Window, firm: Firm) -> None:
    """A quote without a line."""
    made = firm.do("quote.new", values={"customer_id": firm.new("customer", name="昆山明泰电子有限公司")})
    window.open_record("quote", made.id)


def list_grouped(window: Window, firm: Firm) -> None:
    """Groups with sums."""
    page = list_shots.page_of(window, "customer")
    page.show_otherwise(by="stage")
    wait_idle(window)


def bulk_many(window: Window, firm: Firm) -> None:
    """A field of everybody."""
    until(lambda: rows(window))
    bulk_shots.bulk(window, firm)


def rows(window: Window) -> int:
    """How many the list in front has."""
    page = window.page()
    return page.table.rowCount() if isinstance(page, ListPage) else 0


EMPTY: dict[str, Show] = {
    **PLACES,
    "board": board,
    "list_grouped": list_grouped,
    "palette_bare": palette_bare,
    "customer": customer_bare,
    "said": said_bare,
    "quote_editor": quote_bare,
    "new_customer": record_shots.new_customer,
    "inbox_empty": window_shots.place("inbox"),
    "outbox_empty": outbox_shots.outbox_empty,
    "network_online": office_shots.OFFICE["network_online"],
    **chain_shots.EMPTY,
}
FULL: dict[str, Show] = {
    **PLACES,
    "board": board,
    "list_grouped": list_grouped,
    "palette_bare": palette_bare,
    "customer": record_shots.customer,
    "to_ask": record_shots.to_ask,
    "files": record_shots.files,
    "share_box": record_shots.share_box,
    "quote_editor": quote,
    "bulk": bulk_many,
    "outbox": outbox_shots.outbox,
    "inbox_empty": window_shots.place("inbox"),
    "hidden": window_shots.hidden,
    **chain_shots.FULL,
}
