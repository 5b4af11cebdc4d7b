"""While names are hidden no name of a customer and no amount is painted or told, wherever one goes."""

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.views import paint
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm, conflict
from tests.views.pages import settle


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is painted by hand."""
    found: list[str] = []

    def listening(real: Callable[..., int]) -> Callable[..., int]:
        def told(*given: Any, **options: Any) -> int:
            found.append(given[3])
            return real(*given, **options)

        return told

    for name in ("paint_text", "paint_yielding"):
        monkeypatch.setattr(paint, name, listening(getattr(paint, name)))
    return found


def test_the_palette_says_no_names(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    title = window.desk.title("customer", firm.customers[0])
    begun = window.desk.search(title[:4])
    assert begun
    window._look.turn_private()  # noqa: SLF001
    items = window._answer(title[:4])  # noqa: SLF001
    assert items
    assert not [each for each in items if title in (each.title, each.detail)]
    assert not [each for each in items if "¥" in each.right]


def test_a_quote_shows_neither_its_customer_nor_its_amounts(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    painted.clear()
    window.grab()
    assert painted
    assert not [text for text in painted if "¥" in text]


def test_the_inbox_shows_no_card_until_names_are_shown(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, painted: list[str]
) -> None:
    conflict(store, firm)
    window._look.turn_private()  # noqa: SLF001
    window.go("inbox")
    settle(window, qtbot)
    painted.clear()
    window.grab()
    page = window.page()
    assert page.primary is None  # type: ignore[attr-defined]
    title = window.desk.title("customer", firm.customers[0])
    assert not [text for text in painted if title in text]
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    assert window.page().primary is not None  # type: ignore[attr-defined]


def test_the_figures_of_the_dashboard_are_dots(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    window.go("dashboard")
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    painted.clear()
    window.grab()
    assert not [text for text in painted if "¥" in text]
