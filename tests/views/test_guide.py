"""The manual: a page for every screen in both languages, no dead link, and nothing said that is not so."""

import re

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop import app
from desktop.cli import parser
from desktop.rules import typed
from desktop.services.commands import COMMANDS
from desktop.views import guide, keymap
from desktop.views.guide import FOLDER, Guide, page_for, screen_of
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.views.places import BELOW, DIRECTORY, PLACES
from desktop.views.window import Window
from desktop.words import LANGUAGES
from tests.house.words import translations, used_words
from tests.screens.sample import Firm
from tests.views.pages import the_record
from tests.views.test_echo import SUNDAY

FLOATING = (
    "first_run",
    "unlock",
    "record",
    "quote_page",
    "contract_page",
    "palette",
    "outbox",
    "new",
    "crash",
)


def pages(language: str) -> dict[str, str]:
    """Every page of a language by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / language).glob("*.md")}


# Complete


def test_every_screen_has_its_page() -> None:
    screens = [place.key for place in (*PLACES, *DIRECTORY, *BELOW)] + list(FLOATING)
    named = [screen for screen in screens if screen in guide.PAGES or screen in LISTS]
    assert named == screens
    assert {page_for(screen) for screen in screens} <= set(guide.names())


def test_both_languages_have_the_same_pages_and_the_first_one_leads_to_each() -> None:
    assert set(pages("zh")) == set(pages("en")) == set(guide.names())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_is_dead(language: str) -> None:
    known = pages(language)
    dead = [
        f"{name}: {link}"
        for name, said in known.items()
        for link in re.findall(r"\]\(([^)]*)\)", said)
        if link.removesuffix(".md") not in known or not link.endswith(".md")
    ]
    assert dead == []


def test_both_languages_link_alike_and_name_the_same_keys() -> None:
    for pattern in (r"\]\((\w+)\.md\)", r"\{(\w+:?\w*)\}"):
        for name, said in pages("en").items():
            chinese = pages("zh")[name]
            assert sorted(re.findall(pattern, said)) == sorted(re.findall(pattern, chinese)), name


# True


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_in_bold_stands_on_the_screen(language: str) -> None:
    words = {word.text for word in used_words()}
    if language == "zh":
        words = {chinese for _, _, chinese in translations()}
    unknown = [
        f"{name}: {bold}"
        for name, said in pages(language).items()
        if name != "problems"  # its bold words begin a line and name no button
        for bold in re.findall(r"\*\*([^*]+)\*\*", said)
        if bold not in words
    ]
    assert unknown == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_one_of_the_program(language: str) -> None:
    fixed = {each.keys for each in keymap.FIXED} | {"Tab", "Enter", "Esc"}
    for name, said in pages(language).items():
        assert set(re.findall(r"\{keys:(\w+)\}", said)) <= set(keymap.BY_NAME), name
        plain = set(re.findall(r"\b(?:Ctrl|Alt|Shift)\+[A-Z]\w*|\bF\d+\b", said))
        assert plain <= fixed, name
    assert COMMANDS["quote.issue"].shortcut == "F9"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_manual_can_be_called(language: str) -> None:
    for said in pages(language).values():
        for call in re.findall(r"`satchel ([^`]+)`", said):
            assert parser().parse_args(call.split()).run is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_type_a_day_or_an_amount_works(language: str) -> None:
    rows = [line for line in pages(language)["typing"].splitlines() if line.startswith("| `")]
    assert len(rows) >= 8
    for line in rows:
        for example in re.findall(r"`([^`]+)`", line.split("|")[1]):
            found = typed.day(example, SUNDAY) or typed.moment(example, SUNDAY) or typed.amount(example)
            assert found is not None, example


def test_the_minutes_until_the_vault_locks_are_as_said() -> None:
    assert app.IDLE_MINUTES == 5
    assert guide.IDLE == {"en": "five", "zh": "5"}


# Shown


def test_one_key_opens_the_page_of_the_screen(window: Window, qtbot: QtBot, firm: Firm) -> None:
    for key, page in (("task", "lists"), ("inbox", "inbox"), ("settings", "settings"), ("today", "today")):
        window.go(key)
        QTest.keyClick(window, Qt.Key.Key_F1)
        assert window.doing.guide is not None
        assert window.doing.guide.name == page
    window.open_record("customer", firm.customers[0])
    assert page_for(screen_of(window)) == "record"
    window.open_record("quote", firm.quote)
    assert page_for(screen_of(window)) == "quotes"
    window.open_palette()
    assert page_for(screen_of(window)) == "palette"
    window.palette_box.dismiss()
    window.ask_new("customer")
    assert page_for(screen_of(window)) == "typing"
    window.doing.close()


def test_the_manual_shows_chosen_keys_finds_words_and_follows_links(look: Look, qtbot: QtBot) -> None:
    keymap.rebind("palette", "Ctrl+P")
    shown = Guide(look)
    qtbot.addWidget(shown)
    shown.open_at("palette")
    assert "Ctrl+P" in shown.browser.toPlainText()
    assert "{" not in "".join(guide.text(name, "en") for name in guide.names())
    shown.finder.setText("holidays")
    assert shown.shown() == ["reminders"]
    shown.finder.clear()
    shown._follow(QUrl("quotes.md"))  # noqa: SLF001
    assert shown.name == "quotes"
    look.switch(language="zh")
    assert "报价" in shown.browser.toPlainText()
    assert shown.windowTitle() == "手册"
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.isHidden()


def test_the_practice_ticks_off_what_is_really_done(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.doing.practise()
    card = window.doing.practice
    assert card is not None
    assert (card.isVisible(), card.done) == (True, 0)
    card.watch()
    assert card.pointer.target is window.search
    window.open_palette()
    card.watch()
    assert (card.done, card.pointer.target) == (0, None)
    window.palette_box.entry.setText("xh")
    card.watch()
    assert card.done == 1
    window.palette_box.dismiss()
    window.open_record("customer", firm.customers[0])
    card.watch()
    assert card.done == 2
    assert card.pointer.target is the_record(window).quote
    assert card.pointer.geometry().contains(the_record(window).quote.mapTo(window, QPoint(0, 0)))  # type: ignore[union-attr]
    window.open_record("quote", firm.quote)
    card.watch()
    assert (card.done, card.pointer.target) == (4, window.page().issue)  # type: ignore[attr-defined]
    card.stop()
    assert card.pointer.isHidden()
    assert card.isHidden()
