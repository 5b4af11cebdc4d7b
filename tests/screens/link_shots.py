"""Links for a customer: the box of a quote, with one that is open and one that the office has not seen."""

import json
from decimal import Decimal
from uuid import UUID

from desktop.models import boxes
from desktop.models.store import Store
from desktop.services import drafts, links
from desktop.services.commands import run
from desktop.views.links_box import LinksBox, open_links
from desktop.views.look import Look
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, wait_idle

TOKEN = "Zk3vJ0yX9bqA1mT7sN5dQe2rWc8uLh4pFg6iKoVxYzE"


def issued(store: Store, firm: Firm) -> UUID:
    """A quote that its customer has, in a vault that belongs to an office."""
    store.set_local("office", {"server": "0" * 32, "url": "https://office.example"})
    lines = [(next(iter(firm.products.values())), Decimal(2))]
    values = {"customer_id": firm.customers[0], "name": "年末扩产", "lines": lines}
    made = run(store, store.me(), "quote.compose", **values).value
    run(store, store.me(), "quote.issue", made.id)
    return UUID(str(made.id))


def answer(store: Store, link: UUID, token: str = TOKEN) -> None:
    """What the office writes into a link that was asked for."""
    with store.engine.begin() as connection:
        secret = boxes.secret_of(connection)
        assert secret is not None
        plain = json.dumps({"token": token, "at": ""}).encode()
        sealed = boxes.seal(boxes.public(secret), links.ABOUT + link.bytes, plain)
        connection.exec_driver_sql("UPDATE customer_link SET sealed = ? WHERE id = ?", (sealed, link.bytes))


def open_box(look: Look, window: Window, quote: UUID) -> LinksBox:
    """The box as its menu opens it."""
    page = window.page()
    assert isinstance(page, QuotePage)
    return open_links(look, window.desk, drafts.load(window.desk.store, quote), page.share)


def shown(window: Window, firm: Firm) -> None:
    """Both links."""
    store = window.desk.store
    quote = issued(store, firm)
    for done in (True, False):
        made = run(store, store.me(), "quote.link", quote).value
        if done:
            answer(store, made.id)
    window.open_record("quote", quote)
    wait_idle(window)
    open_box(window._look, window, quote)  # noqa: SLF001


LINKS: dict[str, Show] = {"customer_links": shown}
