"""While names are hidden no name of a customer and no amount is painted or told, wherever one goes."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.errors import Refused
from desktop.models.store import Store
from desktop.views import paint
from desktop.views.covers import Cover
from desktop.views.privacy import DOTS
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.sample import Firm, conflict
from tests.views.pages import press, settle, the_list, the_quote, the_record


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


def test_what_stands_in_an_open_editor_is_covered_until_it_is_asked_for(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    fact = the_record(window).facts.facts["name"]
    fact.edit()
    settle(window, qtbot)
    editor = fact.findChild(QLineEdit)
    assert editor is not None
    for ask in ("press", "key"):
        window._look.turn_private()  # noqa: SLF001
        [cover] = [each for each in editor.findChildren(Cover) if not each.isHidden()]
        assert cover.geometry().contains(editor.rect().center())
        if ask == "press":
            press(qtbot, cover)
        else:
            QTest.keyClick(editor, Qt.Key.Key_End)
        assert cover.isHidden()
        window._look.turn_private()  # noqa: SLF001
    assert editor.text() != ""


def test_the_paper_of_a_quote_is_hidden_until_it_is_asked_for(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.resize(1600, 900)
    window.open_record("quote", firm.quote)
    page = the_quote(window)
    settle(window, qtbot)
    window._look.turn_private()  # noqa: SLF001
    assert not page.preview.pages.isVisible()
    assert page.preview.hidden.button is not None
    press(qtbot, page.preview.hidden.button)
    assert page.preview.pages.isVisible()
    window._look.turn_private()  # noqa: SLF001
    window._look.turn_private()  # noqa: SLF001
    assert not page.preview.pages.isVisible()  # each hiding asks anew


def test_short_messages_name_nobody_and_still_say_how_many(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window._look.turn_private()  # noqa: SLF001
    title = window.desk.title("customer", firm.customers[1])
    shown = window.desk.row("customer", firm.customers[1])
    assert shown is not None
    window.desk.delete(shown)
    settle(window, qtbot)
    assert window.toast.words() == f"Deleted: {DOTS}"
    window.desk.told.emit(msg("{count} rows copied").of(count=12), False)
    assert window.toast.words() == "12 rows copied"
    window.desk.refused.emit(Refused(msg("“{line}” has no price yet.").of(line=title)))
    assert title not in window.bar.words()
    window._look.turn_private()  # noqa: SLF001
    assert title in window.bar.words()  # and what is shown already says it again


def test_boxes_over_a_list_paint_no_names(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    page = the_list(window)
    page.list.setCurrentIndex(page.table.index(1, 0))
    page.list.step_in(next(n for n, each in enumerate(page.table.columns) if each.name == "next_step"))
    QGuiApplication.clipboard().setText("Send it")
    window._look.turn_private()  # noqa: SLF001
    page.edits.paste()
    box = page.edits.box
    assert box is not None
    painted.clear()
    box.grab()
    assert DOTS in painted
    assert not {"Send it", window.desk.title("customer", firm.customers[1])} & set(painted)
    box.dismiss()
