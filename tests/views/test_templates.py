"""The page of a template: a colour pressed, the paper beside made again, published; and chosen on a quote."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.documents.template_sample import sample
from desktop.models.store import Store
from desktop.services import commands, drafts, templates
from desktop.views.templates.page import TemplatePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.template_shots import VALUES
from tests.views.pages import settle, the_quote

WindowOn = Callable[[Store], Window]


@pytest.fixture(autouse=True)
def quick_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "stress", lambda _count: sample())


@pytest.fixture
def made(store: Store, firm: Firm) -> UUID:
    return UUID(str(commands.run(store, store.me(), "template.new", values=VALUES).value.id))


def test_a_template_is_coloured_published_undone_and_chosen_on_a_quote(
    window_on: WindowOn, store: Store, firm: Firm, made: UUID, qtbot: QtBot
) -> None:
    window = window_on(store)
    window.open_record("template", made)
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, TemplatePage)
    page.make()
    settle(window, qtbot)
    before = page.view.pages.images[0].copy()
    assert page.chip.words() == "Not published yet"
    page.swatches.chosen.emit("#B42325")
    qtbot.waitUntil(lambda: templates.named(store, made.hex).accent == "#B42325")
    settle(window, qtbot)
    page.make()
    settle(window, qtbot)
    assert page.view.pages.images[0] != before
    page.publish.click()
    qtbot.waitUntil(lambda: page.chip.words() == "Edition 1")
    fields = [action.text() for action in page.palette_of().actions()]
    assert len(fields) == 14
    page.copy_field("customer.name")
    assert QGuiApplication.clipboard().text() == "{{customer.name}}"
    quote = commands.run(store, store.me(), "quote.compose", customer_id=firm.customers[0]).value.id
    window.open_record("quote", quote)
    settle(window, qtbot)
    chooser = the_quote(window).paper.template
    chooser.fit()
    assert [action.text() for action in chooser.menu_of().actions()] == ["As usual", VALUES["name"]]
    chooser.choose(made)
    settle(window, qtbot)
    assert drafts.load(store, quote).snapshot()["template"]["name"] == VALUES["name"]
    commands.run(store, store.me(), "quote.delete", quote)
    settle(window, qtbot)
