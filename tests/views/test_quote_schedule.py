"""When how much is paid, typed above the lines of a quote."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import drafts
from desktop.views.buttons import Button
from desktop.views.quote_schedule import ScheduleBox
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle


def test_three_six_one_is_typed_seen_in_money_kept_and_undone(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = window.page()
    assert isinstance(page, QuotePage)
    before = drafts.load(store, firm.quote).revision.milestones
    [fact] = [each for each in page.findChildren(Button) if each.accessibleName().startswith("Payment")]
    fact.click()
    [box] = [each for each in window.findChildren(QWidget) if isinstance(each, ScheduleBox)]
    box.entry.setPlainText("3-6-2")
    assert "100 %" in box.said.text()
    assert not box.yes.isEnabled()
    box.entry.setPlainText("3-6-1")
    assert box.yes.isEnabled()
    assert box.said.text().startswith("Down payment")
    box.yes.click()
    settle(window, qtbot)
    steps = drafts.load(store, firm.quote).snapshot()["milestones"]
    assert [step["percent"] for step in steps] == ["30", "60", "10"]
    window.desk.undo()
    settle(window, qtbot)
    assert drafts.load(store, firm.quote).revision.milestones == before
