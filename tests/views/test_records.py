"""The record page and its facts: edit in place, refusals under their field, history, what belongs to it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import NotFound
from desktop.models.store import Store
from desktop.services import commands, phone_codes
from desktop.views.editors import ChoiceEditor, LineEditor, LinkEditor
from desktop.views.form import Fact
from desktop.views.phone_code import PhoneCode
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press, settle, stored, the_list, the_quote, the_record, type_in


def editor_of(fact: Fact) -> LineEditor:
    found = fact.findChild(LineEditor)
    assert isinstance(found, LineEditor)
    return found


def test_a_value_turns_into_its_editor_and_enter_keeps_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["website"]
    press(qtbot, fact.value)
    type_in(qtbot, editor_of(fact), "xinghe.example")
    key(qtbot, editor_of(fact), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "customer", customer).website == "xinghe.example")
    settle(window, qtbot)
    assert fact.value.text() == "xinghe.example"
    assert window.toast.isVisible()


def test_a_task_opened_whole_is_done_with_one_press_and_undone_with_one_key(
    window: Window, qtbot: QtBot, store: Store
) -> None:
    task = window.desk.recent("task", 1)[0].id
    window.open_record("task", task)
    settle(window, qtbot)
    done = the_record(window).finish
    assert done is not None
    press(qtbot, done)
    settle(window, qtbot)
    assert stored(store, "task", task).done_at is not None
    assert not done.isVisible()
    window.desk.undo()
    settle(window, qtbot)
    assert stored(store, "task", task).done_at is None
    assert done.isVisible()


def test_escape_leaves_the_value_as_it_was(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["phone"]
    before = fact.value.text()
    press(qtbot, fact.value)
    type_in(qtbot, editor_of(fact), "1")
    key(qtbot, editor_of(fact), Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert fact.value.text() == before
    assert stored(store, "customer", customer).phone == before


def test_a_refusal_stands_under_its_field_and_keeps_what_was_typed(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["email"]
    press(qtbot, fact.value)
    type_in(qtbot, editor_of(fact), "no address")
    key(qtbot, editor_of(fact), Qt.Key.Key_Return)
    assert "name@company.com" in fact.complaint()
    assert editor_of(fact).text() == "no address"
    assert stored(store, "customer", customer).email == ""


def test_a_choice_is_one_press_and_undo_takes_it_back(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    customer = firm.customers[0]
    window.open_record("customer", customer)
    fact = the_record(window).facts.facts["grade"]
    press(qtbot, fact.value)
    choice = fact.findChild(ChoiceEditor)
    assert isinstance(choice, ChoiceEditor)
    choice.hidePopup()
    choice.setCurrentIndex(choice.findData("b"))
    choice.activated.emit(choice.currentIndex())
    qtbot.waitUntil(lambda: stored(store, "customer", customer).grade == "b")
    settle(window, qtbot)
    window.desk.undo()
    qtbot.waitUntil(lambda: stored(store, "customer", customer).grade == "vip")


def test_a_link_is_found_by_initials(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    contact = window.desk.related("contact", "customer_id", firm.customers[0])[0]
    window.open_record("contact", contact.id)
    fact = the_record(window).facts.facts["customer_id"]
    press(qtbot, fact.value)
    editor = fact.findChild(LinkEditor)
    assert isinstance(editor, LinkEditor)
    type_in(qtbot, editor, "mtdz")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stored(store, "contact", contact.id).customer_id == firm.customers[1])


def test_history_names_who_old_and_new(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    press(qtbot, page.which.button("changes"))
    titles = [event.title.in_language("en") for event in page.timeline.events()]
    details = [event.detail.in_language("en") for event in page.timeline.events() if event.detail]
    assert titles[:2] == ["Grade changed", "Grade changed"]
    assert details[0] == "A to VIP; 林一鸣, this laptop"
    assert titles[-1] == "Customer added"


def test_what_belongs_to_a_customer_is_one_press_away(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_record("customer", firm.customers[0])
    quotes = next(each for each in the_record(window).lists if each.kind == "quote")
    press(qtbot, quotes.buttons()[0])
    assert the_quote(window).quote_id == firm.quote


def test_a_new_contact_begins_with_its_customer(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_record("customer", firm.customers[0])
    contacts = the_record(window).lists[0]
    press(qtbot, contacts.add)
    assert window.new.isVisible()
    entry = window.new.editors["customer_id"]
    assert isinstance(entry, QLineEdit)
    assert entry.text() == "苏州星河精密机械有限公司"
    type_in(qtbot, window.new.editors["name"], "彭立")  # type: ignore[arg-type]
    key(qtbot, window.new, Qt.Key.Key_Return, control=True)
    qtbot.waitUntil(lambda: len(contacts.buttons()) == 3)


def test_a_deleted_record_leaves_its_page(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.open_record("customer", firm.customers[5])
    window.desk.delete(the_record(window).shown)
    qtbot.waitUntil(
        lambda: getattr(window.page(), "kind", "") == "customer" and hasattr(window.page(), "table")
    )


def test_what_follows_from_commands_is_grey_and_says_so(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.go("quote")
    page = the_list(window)
    page.list.selectRow(0)
    stage = page.panel.facts.facts["stage"].value
    assert not stage.isEnabled()
    assert "follows from what is done" in stage.toolTip()
    assert page.panel.facts.facts["next_step"].value.isEnabled()


def test_what_folds_below_the_facts_keeps_the_focus_and_its_place_for_tab(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    page = the_record(window)
    aside, middle = page.lists[1].add, page.which.buttons()[0]
    wide = window.width()
    aside.setFocus()
    assert in_front(page, middle, aside)
    window.resize(window.minimumSizeHint().width(), 700)
    settle(window, qtbot)
    assert page._right.isHidden()  # noqa: SLF001
    assert window.focusWidget() is aside
    assert in_front(page, aside, middle)
    window.resize(wide, 900)
    settle(window, qtbot)
    assert window.focusWidget() is aside
    assert in_front(page, middle, aside)


def in_front(page: QWidget, first: QWidget, second: QWidget) -> bool:
    """Whether Tab comes from the page to the first of them before the second."""
    each: QWidget | None = page.nextInFocusChain()
    while each is not None and each not in (first, second, page):
        each = each.nextInFocusChain()
    return each is first


def test_a_link_opens_what_it_names(window: Window, qtbot: QtBot, firm: Firm) -> None:
    contact = window.desk.related("contact", "customer_id", firm.customers[0])[0]
    window.open_record("contact", contact.id)
    press(qtbot, the_record(window).facts.facts["customer_id"].follow)
    assert the_record(window).record_id == firm.customers[0]


def test_the_figures_of_a_customer_open_the_rows_behind_them_and_hide_with_the_names(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.resize(1440, 900)
    window.open_record("customer", firm.customers[0])
    strip = the_record(window).strip
    assert strip is not None
    settle(window, qtbot)
    assert strip.tiles[0].tile.value == "¥1,107,000"
    window._look.private = True  # noqa: SLF001
    window._look.changed.emit()  # noqa: SLF001
    assert strip.isHidden()
    window._look.private = False  # noqa: SLF001
    window._look.changed.emit()  # noqa: SLF001
    assert strip.isVisible()
    press(qtbot, strip.tiles[0])
    settle(window, qtbot)
    assert (the_list(window).kind, the_list(window).table.rowCount()) == ("opportunity", 2)


def test_a_contact_is_shown_as_a_code_that_a_telephone_takes(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    values = {"name": "许菁", "customer_id": firm.customers[0], "mobile": "139 0613 4402", "job": "采购经理"}
    contact = commands.run(store, store.me(), "contact.new", values=values).value.id
    card = phone_codes.card_text(store, contact).replace("\r\n ", "")
    for line in ("FN:许菁", "ORG:苏州星河精密机械有限公司", "TITLE:采购经理"):
        assert line in card.splitlines()
    assert "13906134402" in card.replace(" ", "")
    assert "UID" not in card
    window.open_record("contact", contact)
    page = the_record(window)
    for language, name in (("en", "Show as a QR code"), ("zh", "显示二维码")):
        page._look.switch(language=language)  # noqa: SLF001
        [button] = [each for each in page.header_actions() if each.accessibleName() == name]
        press(qtbot, button)
        settle(window, qtbot)
        [box] = [each for each in window.findChildren(PhoneCode) if each.isVisible()]
        assert box.accessibleName() == "许菁"
        assert box.code.squares == phone_codes.code_of(store, contact)
        page._look.turn_private()  # noqa: SLF001
        assert "许" not in box.accessibleName()
        assert box.isHidden()
        page._look.turn_private()  # noqa: SLF001
        settle(window, qtbot)
    with pytest.raises(NotFound):
        phone_codes.code_of(store, firm.customers[0])
