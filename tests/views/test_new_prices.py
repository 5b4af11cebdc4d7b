"""New prices: a line says which quotes are touched, the list renews the chosen ones, undo takes it back."""

from decimal import Decimal
from uuid import UUID

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands, drafts
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle


def dearer(store: Store, quote: UUID) -> None:
    line = next(line for line in drafts.load(store, quote).lines if line.product_id)
    price = {"price": (line.list_price or Decimal(0)) + 1000}
    commands.run(store, store.me(), "product.edit", line.product_id, values=price)


def fresh(store: Store, firm: Firm) -> UUID:
    """A draft whose prices are the catalogue's own."""
    values = {"sku": "X-1", "name": "X", "price": Decimal(500)}
    product = commands.run(store, store.me(), "product.new", values=values).value
    made = commands.run(
        *(store, store.me(), "quote.compose"),
        customer_id=firm.customers[0],
        lines=[(product.id, Decimal(2))],
    ).value
    return UUID(str(made.id))


def test_prices_that_come_say_which_quotes_they_touch(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    quote = fresh(store, firm)
    dearer(store, quote)
    qtbot.waitUntil(lambda: bool(window.prices.words()), timeout=20_000)
    press(qtbot, window.prices.see)
    card = window.prices.list
    qtbot.waitUntil(card.isVisible)
    assert quote in card.model.chosen
    for place in range(card.model.rowCount()):  # all but this one stay as they are
        index = card.model.index(place, 0)
        if card.model.rows[place].quote != quote:
            card.model.turn(index)
    assert card.model.chosen == {quote}
    card.view.setFocus()
    key(qtbot, card.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: drafts.load(store, quote).totals().payable == 300_000)
    settle(window, qtbot)
    window.desk.undo()
    qtbot.waitUntil(lambda: drafts.load(store, quote).totals().payable == 100_000)


def test_nothing_chosen_renews_nothing_and_says_why(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    dearer(store, fresh(store, firm))
    window.prices.ask()
    card = window.prices.list
    qtbot.waitUntil(card.isVisible)
    while card.model.chosen:
        key(qtbot, card.view, Qt.Key.Key_Space)
        key(qtbot, card.view, Qt.Key.Key_Down)
    assert not card.renew.isEnabled()
    assert card.renew.toolTip()
    key(qtbot, card, Qt.Key.Key_Escape)
    assert not card.isVisible()
