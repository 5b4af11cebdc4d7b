"""The settings: found by a word, acting at once, with keys, reminders and what leaves this laptop."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop import settings
from desktop.models.store import Store
from desktop.views import keymap
from desktop.views.look import Look
from desktop.views.settings_page import SECTIONS, SettingsPage
from desktop.views.window import Window


@pytest.fixture
def page(window: Window) -> SettingsPage:
    """The page of the settings."""
    window.go("settings")
    found = window.page()
    assert isinstance(found, SettingsPage)
    return found


def test_a_setting_is_found_by_a_word_of_either_language(page: SettingsPage) -> None:
    every = page.shown()
    for words in ("quiet", "免打扰"):
        page.finder.setText(words)
        assert page.shown() == ["Quiet hours"]
    page.finder.setText("telemetry")
    assert page.shown() == ["Use of the program, search for updates"]
    page.finder.setText("zeppelin")
    assert page.shown() == []
    page.finder.clear()
    assert page.shown() == every


def test_the_index_turns_the_page_and_lets_a_search_go(page: SettingsPage, look: Look) -> None:
    assert page.index.keys() == [section.key for section in SECTIONS]
    assert page.shown() == ["Language", "Theme", "Text size", "Numbers and days"]
    page.finder.setText("backup")
    assert page.shown() == ["Backup"]
    page.index.setCurrentRow(page.index.keys().index("safety"))
    assert (page.finder.text(), page.shown()) == (
        "",
        ["Lock", "Backup", "Passphrase", "Recovery sheet", "PIN of the customer's screen"],
    )
    look.switch(language="zh")
    assert page.index.currentItem().text() == "安全"
    assert page.shown() == ["锁定", "备份", "口令", "恢复单", "客户屏密码"]


def test_keys_are_chosen_by_pressing_them(page: SettingsPage, window: Window, qtbot: QtBot) -> None:
    page.turn("keys")
    button = page.keys.buttons["palette"]
    button.click()
    assert button.waiting
    QTest.keyClick(button, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert button.text() == "Ctrl+P"
    assert settings.load().keys == {"palette": "Ctrl+P"}
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_box.isVisible()
    window.palette_box.dismiss()
    button.click()
    QTest.keyClick(button, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.keys.whys["palette"].text() == "Ctrl+Z already means “Undo”."
    assert button.text() == "Ctrl+P"
    button.click()
    QTest.keyClick(button, Qt.Key.Key_Escape)
    assert button.text() == "Ctrl+P"
    button.click()
    QTest.keyClick(button, Qt.Key.Key_Backspace)
    assert (button.text(), keymap.all_keys()["palette"]) == ("—", "")
    page.keys.reset.click()
    assert button.text() == "Ctrl+K"


def test_a_button_that_waits_lets_go_when_one_goes_elsewhere(page: SettingsPage) -> None:
    page.turn("keys")
    button = page.keys.buttons["undo"]
    button.click()
    page.finder.setFocus()
    assert not button.waiting
    assert button.text() == "Ctrl+Z"


def test_quiet_hours_are_typed_and_refused_with_words(page: SettingsPage) -> None:
    for typed, kept in (("21", "18:30"), ("9.15", "09:15"), ("22:00", "22:00"), ("", "")):
        page.notices.start.setText(typed)
        page.notices.start.editingFinished.emit()
        assert settings.load().quiet_from == kept
        assert page.notices.why.isHidden() == (typed != "21")
    page.notices.days.button("all").click()
    assert not settings.load().working_days_only


def test_hidden_names_follow_the_key_and_the_setting(page: SettingsPage, look: Look) -> None:
    page.notices.names.button("yes").click()
    assert look.private
    assert settings.load().private
    look.turn_private()
    assert page.notices.names.current() == "no"


def test_what_leaves_this_laptop_is_said_as_it_is(
    page: SettingsPage, window: Window, store: Store, look: Look
) -> None:
    def said(page: SettingsPage) -> str:
        return " ".join(each.text() for each in page.findChildren(type(page.keys.whys["undo"])))

    assert "You joined no office, so no record leaves." in said(page)
    store.set_local("office", {"url": "https://office.example:8443", "name": "Hengyue"})
    joined = SettingsPage(look, window.desk)
    assert "https://office.example:8443" in said(joined)
    assert "You joined no office" not in said(joined)
    joined.deleteLater()
