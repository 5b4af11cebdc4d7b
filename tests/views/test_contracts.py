"""The page of a contract: worded in the window, compared, filled in, issued and signed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.models.records import Contract
from desktop.models.store import Store
from desktop.services import commands, contract_drafts
from desktop.views.contracts import menu
from desktop.views.contracts.page import ContractPage
from desktop.views.contracts.seal_page import SealPage
from desktop.views.window import Window
from tests import seals
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, the_quote

WindowOn = Callable[[Store], Window]


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def window_of(page: ContractPage) -> Window:
    window = page.window()
    assert isinstance(window, Window)
    return window


def the_contract(window: Window) -> ContractPage:
    page = window.page()
    assert isinstance(page, ContractPage)
    return page


@pytest.fixture
def page(window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot) -> ContractPage:
    """A contract made from the issued quote of the sample with one key."""
    run(store, "quote.issue", firm.quote)
    window = window_on(store)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    key(qtbot, the_quote(window), Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: isinstance(window.page(), ContractPage))
    settle(window, qtbot)
    return the_contract(window)


def held(page: ContractPage, store: Store) -> contract_drafts.ContractDraft:
    return contract_drafts.load(store, page.contract_id)


def test_one_key_makes_the_contract_and_opens_it_from_then_on(
    page: ContractPage, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    window = window_of(page)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    key(qtbot, the_quote(window), Qt.Key.Key_F8)
    settle(window, qtbot)
    assert the_contract(window).contract_id == page.contract_id


def test_a_clause_is_worded_in_its_card_and_marked(page: ContractPage, store: Store, qtbot: QtBot) -> None:
    place = next(n for n, one in enumerate(page.draft.clauses) if one.code == "warranty")
    press(qtbot, page.views[place])
    assert page.editor.isVisible()
    page.editor.body.setPlainText(page.editor.body.toPlainText() + "另赠 {spares} 套。")
    page.editor.why.setText("客户要求")
    page.editor.apply.click()
    settle(window_of(page), qtbot)
    clause = held(page, store).clauses[place]
    assert clause.deviation
    assert (clause.body.endswith("{spares} 套。"), clause.why) == (True, "客户要求")
    assert "Not the standard text" in page.views[place].accessibleName()
    assert "{spares}" in page._warning.text()  # noqa: SLF001
    assert not page.issue.isEnabled()
    assert "{spares}" in page.issue.toolTip()
    page.next_deviation()
    assert page.at == place
    press(qtbot, page.views[place])
    page.editor.back.click()
    settle(window_of(page), qtbot)
    assert not held(page, store).clauses[place].deviation
    assert page.issue.isEnabled()


def test_a_fixed_clause_has_no_card(page: ContractPage, qtbot: QtBot) -> None:
    told: list[Any] = []
    page._desk.told.connect(lambda words, _undo: told.append(words))  # noqa: SLF001
    press(qtbot, page.views[0])
    assert page.editor.isHidden()
    assert "every contract" in told[0].in_language("en")


def test_clauses_move_leave_and_come_back_by_the_menu(page: ContractPage, store: Store, qtbot: QtBot) -> None:
    def choose(words: str) -> None:
        offered = menu.acts(page, page._desk)  # noqa: SLF001
        next(act for said, act in offered if said.in_language("en").startswith(words))()
        settle(window_of(page), qtbot)

    page.at = 2
    choose("Move clause up")
    assert [one.code for one in held(page, store).clauses][1:3] == ["delivery", "payment"]
    page.at = 5
    gone = page.draft.clauses[5].code
    choose("Leave out")
    assert gone not in {one.code for one in held(page, store).clauses}
    assert {one.kind for one in held(page, store).deviations} == {"moved", "removed"}
    choose("Add “")
    assert gone in {one.code for one in held(page, store).clauses}


def test_it_is_issued_and_signed_and_then_nothing_can_be_worded(
    page: ContractPage, store: Store, qtbot: QtBot
) -> None:
    page.ask_issue()
    page.confirm.yes.click()
    settle(window_of(page), qtbot)
    contract = held(page, store).contract
    assert contract.number.startswith("SC-")
    assert page._title.text() == contract.number  # noqa: SLF001
    assert not page.editable()
    assert page.signing.button in page.header_actions()
    assert page.issue not in page.header_actions()
    page.edit_clause(1)
    assert page.editor.isHidden()
    offered = menu.acts(page, page._desk)  # noqa: SLF001
    next(act for said, act in offered if said.in_language("en") == "Both sides have signed")()
    settle(window_of(page), qtbot)
    assert held(page, store).contract.stage == "signed"
    first = held(page, store).milestones[0]
    page.side.reached.emit(first)
    settle(window_of(page), qtbot)
    assert held(page, store).contract.stage == "running"
    assert held(page, store).milestones[0].done_on is not None


def test_the_comparison_is_turned_off_and_on(page: ContractPage, store: Store, qtbot: QtBot) -> None:
    clause = next(one for one in page.draft.clauses if one.code == "default")
    body = clause.body.replace("5 %", "10 %")
    run(store, "contract.set_clause", page.contract_id, clause_id=clause.id, values={"body": body})
    settle(window_of(page), qtbot)
    view = page.views[page.draft.clauses.index(next(c for c in page.draft.clauses if c.id == clause.id))]

    def kinds() -> set[str]:
        return {one.kind for one in view._pieces}  # noqa: SLF001

    qtbot.waitUntil(lambda: kinds() == {"same", "ours", "standard"})
    page.comparing.click()
    assert kinds() == {"same"}


def test_hidden_names_hide_what_is_filled_in(page: ContractPage) -> None:
    assert "¥" in page.views[0].accessibleDescription()
    page._look.turn_private()  # noqa: SLF001
    assert "¥" not in page.views[0].accessibleDescription()
    page._look.turn_private()  # noqa: SLF001


def test_the_card_for_a_new_contract_asks_for_the_quote(
    window_on: WindowOn, store: Store, firm: Firm, qtbot: QtBot
) -> None:
    run(store, "quote.issue", firm.quote)
    window = window_on(store)
    window.go("contract")
    settle(window, qtbot)
    window.ask_new("contract", {"quote_id": firm.quote})
    assert set(window.new.editors) >= {"quote_id", "name"}
    window.new.make.click()
    settle(window, qtbot)
    with store.reading() as session:
        [made] = session.query(Contract).all()
    assert made.quote_id == firm.quote


def test_a_clause_is_dragged_to_another_place(page: ContractPage, store: Store, qtbot: QtBot) -> None:
    def drag(place: int, onto: int) -> None:
        entries = page.index._entries  # noqa: SLF001
        one, other = entries[place], entries[onto]
        low = other.height() - 2 if onto > place else 2
        QTest.mousePress(one, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
        there = one.mapFromGlobal(other.mapToGlobal(QPoint(20, low)))
        QTest.mouseMove(one, there)
        move = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(there), QPointF(one.mapToGlobal(there)),
            Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(one, move)
        QTest.mouseRelease(one, Qt.MouseButton.LeftButton, pos=there)
        settle(window_of(page), qtbot)

    before = [one.code for one in page.draft.clauses]
    drag(1, 3)
    wanted = [before[0], before[2], before[3], before[1], *before[4:]]
    assert [one.code for one in held(page, store).clauses] == wanted
    drag(3, 0)
    assert [one.code for one in held(page, store).clauses] == [before[1], before[0], *before[2:]]
    drag(0, 0)
    assert [one.code for one in held(page, store).clauses] == [before[1], before[0], *before[2:]]
    page.ask_issue()
    page.confirm.yes.click()
    settle(window_of(page), qtbot)
    drag(0, 2)
    assert [one.code for one in held(page, store).clauses] == [before[1], before[0], *before[2:]]


def test_a_seal_is_kept_and_chosen_and_says_why_it_does_not_count(
    page: ContractPage, store: Store, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, contract_id = window_of(page), page.contract_id
    made = run(store, "company_seal.new", values={"name": "合同专用章"})
    window.open_record("company_seal", made.id)
    settle(window, qtbot)
    seal = window.page()
    assert isinstance(seal, SealPage)
    assert seal.picture.image.isNull()
    path = tmp_path / "seal.png"
    path.write_bytes(seals.picture())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    seal.choose.click()
    settle(window, qtbot)
    assert not seal.picture.image.isNull()
    assert seal.picture.image.hasAlphaChannel()
    days = {"valid_from": date(2020, 1, 1), "valid_until": date(2090, 1, 1), "most": 1}
    run(store, "seal_release.new", values={"seal_id": made.id, "owner_id": store.me().id, **days})
    window.open_record("contract", contract_id)
    settle(window, qtbot)
    page = the_contract(window)
    told: list[Any] = []
    window.desk.told.connect(lambda words, _undo: told.append(words))
    offered = menu.acts(page, window.desk)
    next(act for said, act in offered if "Print with the seal" in said.in_language("en"))()
    assert "not signed the release" in told[-1].in_language("en")  # no office has signed it
    assert held(page, store).contract.release_id is None
