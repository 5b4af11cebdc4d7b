"""What waits to be sent, one of it opened, what only a person ends, and nothing at all."""

from dataclasses import replace

from desktop.models.records import Customer
from desktop.services import outbox as outboxes
from desktop.views.network import Network
from desktop.views.outbox import PAGE, Outbox
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.office_shots import HALF_PAST
from tests.screens.sample import Firm
from tests.screens.staging import Show, now, render, wait_idle


def outbox(window: Window, firm: Firm) -> None:
    """What waits to be sent, at an office that is out of reach."""
    if window.desk.store.local("office") is None:
        window.desk.store.set_local("office", {"url": "https://office.example:8443", "name": "Hengyue"})
    render(window)
    window.show_network(Network("offline", until=HALF_PAST))
    window.outbox.show_above(window.status.network)
    wait_idle(window)


def outbox_chosen(window: Window, firm: Firm) -> None:
    """One of what waits, with all it changes and what can be done."""
    outbox(window, firm)
    choose(window.outbox, window.outbox.rows.model().rowCount() - 4)


def choose(box: Outbox, place: int) -> None:
    """A row of the outbox, pressed."""
    box.rows.setCurrentIndex(box.rows.model().index(place, 0))
    box.rows.clicked.emit(box.rows.currentIndex())


def outbox_decide(window: Window, firm: Firm) -> None:
    """What only a person ends: refused by the office, not saved over a newer value."""
    outbox(window, firm)
    box = window.outbox
    found = outboxes.page(window.desk.store, PAGE).cards
    contact = next(card for card in found if card.type == "customer")
    reason = msg("“{field}” is not shown to your role, so it may not be changed either.")
    step = outboxes.Step("customer", contact.record, "credit", 38_000_000, 50_000_000, currency="CNY")
    refused = replace(
        contact,
        state="refused",
        command="customer.edit",
        why=reason.of(field=Customer.fields()["credit"].label),
        steps=(step,),
        entry=contact.tx,
    )
    web = outboxes.Step("customer", contact.record, "website", "hengyue.example", "www.hengyue.example")
    other = outboxes.Other("沈清", "website", now())
    aside = replace(refused, state="aside", why=outboxes.WHY["aside"], steps=(web,), others=(other,))
    parked = replace(refused, state="parked", why=outboxes.WHY["parked"])
    box._fill(outboxes.Page((aside, refused, parked, *found), None), outboxes.count(window.desk.store) + 1, 0)  # noqa: SLF001
    choose(box, 0)


def outbox_empty(window: Window, firm: Firm) -> None:
    """Nothing waits."""
    outbox(window, firm)
    window.show_network(Network("online"))
    window.outbox._fill(outboxes.Page((), None), 0, 0)  # noqa: SLF001
    wait_idle(window)
    window.status.network.show_state(Network("online"), 0)


OUTBOX: dict[str, Show] = {
    "outbox": outbox,
    "outbox_chosen": outbox_chosen,
    "outbox_decide": outbox_decide,
    "outbox_empty": outbox_empty,
}
