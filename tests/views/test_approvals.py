"""The light of a quote: red with the reason, green with what may still be given."""

from collections.abc import Callable
from decimal import Decimal

from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, the_quote

WindowOn = Callable[[Store], Window]


def as_rep(store: Store, threshold: str) -> None:
    """From now on this vault's person sells, and the whole may be reduced by so much without asking."""
    values = {"name": "whole", "kind": "document_discount", "threshold": Decimal(threshold)}
    commands.run(store, store.me(), "approval_rule.new", values=values)
    me = store.me()
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})


def words(page: QuotePage) -> str:
    return page.foot.told()


def test_the_light_is_red_until_the_discount_keeps_to_the_rule(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    as_rep(store, "0.5")
    window = window_on(store)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    qtbot.waitUntil(lambda: page.light.standing is not None)
    assert "Needs approval" in words(page)
    assert "without approval it may be 0.5 %" in words(page)
    assert page.light.refusal is not None
    commands.run(store, store.me(), "quote.discount", firm.quote, value=Decimal("-0.1"))
    commands.run(store, store.me(), "quote.discount", firm.quote, kind="target", value=None)
    qtbot.waitUntil(lambda: "still give" in words(page))
    assert page.light.refusal is None
