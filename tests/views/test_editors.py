"""Every field of every list's records can be typed where it stands; what makes no sense is said below it."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.models.kinds import (
    Amount,
    Choice,
    Day,
    Email,
    Flag,
    Kind,
    Link,
    Long,
    Moment,
    Number,
    Percent,
    Tags,
    Whole,
)
from desktop.models.record import RECORDS
from desktop.models.records import Promotion
from desktop.models.store import Store
from desktop.views import unfinished
from desktop.views.editors import ChoiceEditor, LineEditor, LongEditor
from desktop.views.form import Fact
from desktop.views.lists import DIRECTORY_KINDS, LISTS
from desktop.views.look import Look
from desktop.views.new_record import ASKED, BELONG
from desktop.views.settings_page import SettingsPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import settle, stored, the_record

COMPOSED = ("quote", "contract", "order")
"""Their pages are composed by hand and have tests of their own."""
KINDS = [kind for kind in LISTS if kind not in (*COMPOSED, *DIRECTORY_KINDS)]
TYPED: tuple[tuple[type[Kind], str], ...] = (
    (Email, "a@b.example"),
    (Day, "2027-03-04"),
    (Moment, "2027-03-04 15:30"),
    (Amount, "1.2万"),
    (Percent, "7"),
    (Number, "7"),
    (Whole, "7"),
    (Tags, "one, two"),
)
WRONG: tuple[tuple[type[Kind], str, str, str], ...] = (
    (Email, "nowhere", "name@company.com", "name@company.com"),
    (Day, "some day", "A day is written like", "日期写作"),
    (Moment, "some time", "A time is written like", "时间写作"),
    (Amount, "much", "is not a number", "不是数字"),
    (Whole, "1.5", "A whole number is needed", "整数"),
)


def typed_for(kind: Kind) -> str:
    """Something that makes sense for a kind of field; a currency has three letters."""
    if getattr(kind, "longest", 0) == 3:
        return "USD"
    return next((text for cls, text in TYPED if isinstance(kind, cls)), "something else")


def page_of(window: Window, kind: str, store: Store) -> Any:
    """The page of some record of a type, made where there is none."""
    rows = window.desk.recent(kind, 1)
    assert rows, kind
    window.open_record(kind, rows[0].id)
    return the_record(window)


def fill(fact: Fact, kind: Kind) -> Any:
    """Type into the open editor as a person would, and hand it over; says what was there before."""
    editor = fact._editor  # noqa: SLF001
    assert editor is not None
    before = unfinished.text_of(editor)
    if isinstance(editor, ChoiceEditor):
        other = next(n for n in range(editor.count()) if editor.itemData(n) != editor.currentData())
        editor.setCurrentIndex(other)
        editor.committed.emit()
    elif isinstance(editor, LongEditor):
        editor.setPlainText("two\nlines")
        editor.committed.emit()
    else:
        assert isinstance(editor, LineEditor)
        editor.selectAll()
        QTest.keyClicks(editor, typed_for(kind)) if typed_for(kind).isascii() else editor.insert(
            typed_for(kind)
        )
        QTest.keyClick(editor, Qt.Key.Key_Return)
    return before


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_typed_where_it_stands(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, kind: str
) -> None:
    page = page_of(window, kind, store)
    saved = []
    for name, described in RECORDS[kind].fields().items():
        fact = page.facts.facts.get(name)
        if fact is None or not fact.value.isEnabled() or isinstance(described.kind, Link):
            continue
        before = stored(store, kind, page.record_id)
        old = getattr(before, name)
        fact.show()
        fact.edit()
        fill(fact, described.kind)
        settle(window, qtbot)
        assert fact.complaint() == "", (kind, name)
        assert getattr(stored(store, kind, page.record_id), name) != old, (kind, name)
        saved.append(name)
    assert len(saved) >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_what_makes_no_sense_is_said_below_its_field_in_both_languages(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, look: Look, kind: str
) -> None:
    page = page_of(window, kind, store)
    for name, described in RECORDS[kind].fields().items():
        fact = page.facts.facts.get(name)
        wrong = next((each for each in WRONG if isinstance(described.kind, each[0])), None)
        if fact is None or wrong is None or not fact.value.isEnabled():
            continue
        _, text, english, chinese = wrong
        look.switch(language="en")
        fact.show()
        fact.edit()
        editor = fact._editor  # noqa: SLF001
        assert isinstance(editor, LineEditor)
        editor.setText(text)
        editor.committed.emit()
        settle(window, qtbot)
        assert english in fact.complaint(), (kind, name)
        look.switch(language="zh")
        assert chinese in fact.complaint(), (kind, name)
        assert editor.text() == text
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        assert not fact.editing


@pytest.mark.parametrize("kind", list(ASKED))
def test_a_new_record_says_below_its_field_what_is_missing(
    window: Window, qtbot: QtBot, look: Look, kind: str
) -> None:
    window.new.ask(kind)
    needed = [name for name, each in RECORDS[kind].fields().items() if each.required and name in ASKED[kind]]
    for name in needed:
        editor = window.new.editors[name]
        unfinished.put(editor, "")
    window.new.make.click()
    settle(window, qtbot)
    complaints = [window.new.said(name) for name in ASKED[kind] if window.new.said(name)]
    assert complaints or kind == "quote", kind
    window.new.dismiss()


def test_a_new_promotion_asks_what_belongs_to_its_kind(window: Window, qtbot: QtBot, store: Store) -> None:
    window.new.ask("promotion")
    editors, asked = window.new.editors, BELONG["promotion"][1]
    kind = editors["kind"]
    assert isinstance(kind, ChoiceEditor)
    some = frozenset().union(*asked.values())
    for code, wanted in asked.items():
        kind.setCurrentIndex(kind.findData(code))
        assert {name for name in some if not editors[name].isHidden()} == wanted, code
    assert not editors["valid_until"].isHidden()
    unfinished.put(editors["name"], "赠保养包")
    unfinished.put(editors["threshold"], "50000")
    kind.setCurrentIndex(kind.findData("discount"))
    unfinished.put(editors["percent"], "5")
    window.new.make.click()
    settle(window, qtbot)
    with store.reading() as session:
        made = session.scalars(select(Promotion)).one()
    assert (made.kind, made.percent, made.threshold) == ("discount", 5, None)


def test_a_choice_and_a_flag_are_chosen_by_key(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = page_of(window, "product", store)
    name = next(n for n, each in RECORDS["product"].fields().items() if isinstance(each.kind, Flag | Choice))
    fact = page.facts.facts[name]
    fact.show()
    fact.edit()
    assert isinstance(fact._editor, ChoiceEditor)  # noqa: SLF001
    assert fact._editor.count() >= 2  # noqa: SLF001


def test_a_long_text_keeps_its_lines(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = page_of(window, "customer", store)
    fact = page.facts.facts["remark"]
    assert isinstance(RECORDS["customer"].fields()["remark"].kind, Long)
    fact.show()
    fact.edit()
    fill(fact, RECORDS["customer"].fields()["remark"].kind)
    settle(window, qtbot)
    assert stored(store, "customer", page.record_id).remark == "two\nlines"


def test_the_firm_and_the_addresses_of_a_customer_are_records_too(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window.go("settings")
    settings = window.page()
    assert isinstance(settings, SettingsPage)
    settings.firm.button.click()
    page = the_record(window)
    assert page.kind == "organisation"
    fact = page.facts.facts["tax_id"]
    fact.show()
    fact.edit()
    fill(fact, RECORDS["organisation"].fields()["tax_id"].kind)
    settle(window, qtbot)
    assert stored(store, "organisation", page.record_id).tax_id == "something else"
    window.open_record("customer", firm.customers[0])
    page = the_record(window)
    addresses = next(each for each in page.lists if each.kind == "address")
    addresses.add.click()
    window.new.editors["text"].setText("苏州工业园区星湖街 3 号门")  # type: ignore[union-attr]
    window.new.make.click()
    settle(window, qtbot)
    [row] = addresses.buttons()
    row.click()
    assert the_record(window).kind == "address"
    window.go_back()
    assert the_record(window).record_id == firm.customers[0]
