"""The page of approval rules: a rule is put together, tried, saved, switched off and moved by keys."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtGui import QKeySequence, QShortcut
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import approval_rules, commands
from desktop.views.approvals.rules import RulesPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle

WindowOn = Callable[[Store], Window]


def pressed(page: RulesPage, keys: str) -> None:
    """What these keys do, whichever window has them."""
    found = [one for one in page.findChildren(QShortcut) if one.key() == QKeySequence(keys)]
    assert len(found) == 1
    found[0].activated.emit()


def test_a_rule_is_put_together_tried_saved_and_taken_back(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    commands.run(store, store.me(), "quote.issue", firm.quote)
    window = window_on(store)
    window.go("rules")
    page = window.page()
    assert isinstance(page, RulesPage)
    assert page.empty.isVisible()
    assert page.empty.button is not None
    page.empty.button.click()
    form = page.form
    qtbot.keyClicks(form.name, "Totals")
    assert not form.sentence.isVisible() or "limit" in form.sentence.text()
    form.kind.setCurrentIndex(form.kind.findData("total"))
    form.kind.committed.emit()
    qtbot.keyClicks(form.limit, "1000")
    settle(window, qtbot)
    assert form.sentence.text() == "When a quote comes to more than 1,000 CNY, Manager approves."
    assert page.trial.words.text() == "Of the last 1 issued quotes 1 would have asked."
    assert page.trial.rows.count() == 1
    pressed(page, "Ctrl+Return")
    qtbot.waitUntil(lambda: len(approval_rules.all_rules(store)) == 1)
    settle(window, qtbot)
    assert page.rule is not None
    assert page.title.text() == "Totals"
    page.switch.click()
    qtbot.waitUntil(lambda: approval_rules.all_rules(store)[0].active is False)
    settle(window, qtbot)
    assert "Switched off" in page.list.item(0).text()
    window.desk.undo()
    qtbot.waitUntil(lambda: approval_rules.all_rules(store)[0].active is not False)
    settle(window, qtbot)
    form.limit.setText("")
    qtbot.keyClicks(form.limit, "5x")
    assert form.wrong.isVisible()
    assert not form.sentence.isVisible()
    assert "Not saved" in page.list.item(0).text()
    page.drop.click()
    settle(window, qtbot)
    assert form.limit.text().startswith("1")
    page.begin()
    page.form.name.setText("Second")
    page.form.limit.setText("3")
    page.form.limit.textEdited.emit("3")
    page.keep()
    qtbot.waitUntil(lambda: len(approval_rules.all_rules(store)) == 2)
    settle(window, qtbot)
    pressed(page, "Alt+Up")
    qtbot.waitUntil(lambda: [one.name for one in approval_rules.all_rules(store)] == ["Second", "Totals"])


def test_who_may_not_change_rules_reads_them_and_is_told_why(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    assert firm.quote
    values = {"name": "whole", "kind": "document_discount", "threshold": Decimal(5)}
    commands.run(store, store.me(), "approval_rule.new", values=values)
    me = store.me()
    store.set_local("me", {"id": me.id.hex, "name": me.name, "role": "rep", "team": None})
    window = window_on(store)
    window.go("rules")
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, RulesPage)
    assert not page.form.limit.isEnabled()
    assert not page.add.isEnabled()
    assert "may not do this" in page.add.toolTip()
    assert page.form.sentence.text() == "When the discount on the whole is over 5 %, Manager approves."
