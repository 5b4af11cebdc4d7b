"""Unlock and first run: what is typed, what is refused, what is handed over."""

import unicodedata
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.buttons import Button
from desktop.views.first_pages import Answers, strength
from desktop.views.first_run import FirstRun
from desktop.views.frame import Code
from desktop.views.look import Look
from desktop.views.rail import Place, Side
from desktop.views.recovery_sheet import write_sheet
from desktop.views.unlock import Holder, UnlockPage
from desktop.words import LANGUAGES, msg
from tests.screens.quiet_shots import CODE
from tests.views.pages import key, press, type_in


def unlock_page(look: Look, qtbot: QtBot) -> UnlockPage:
    page = UnlockPage(look, Holder("Hengyue", "Lin Yiming", "Field sales", 12))
    qtbot.addWidget(page)
    page.show()
    return page


def first_run(look: Look, qtbot: QtBot) -> FirstRun:
    page = FirstRun(look)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    QApplication.processEvents()  # everything has its place
    return page


def test_enter_hands_the_passphrase_over_and_waits(look: Look, qtbot: QtBot) -> None:
    page = unlock_page(look, qtbot)
    type_in(qtbot, page.entry, "correct horse")
    with qtbot.waitSignal(page.asked) as asked:
        key(qtbot, page.entry, Qt.Key.Key_Return)
    assert asked.args == ["correct horse", False]
    assert not page.open.isEnabled()


def test_a_wrong_passphrase_is_said_below_and_can_be_typed_again(look: Look, qtbot: QtBot) -> None:
    page = unlock_page(look, qtbot)
    type_in(qtbot, page.entry, "wrong")
    press(qtbot, page.open)
    page.complain(msg("The passphrase is wrong."))
    assert page.complaint() == "The passphrase is wrong."
    assert page.open.isEnabled()
    assert page.entry.selectedText() != ""
    qtbot.keyClicks(page.entry, "x")
    assert page.complaint() == ""


def test_nothing_typed_asks_nobody(look: Look, qtbot: QtBot) -> None:
    page = unlock_page(look, qtbot)
    with qtbot.assertNotEmitted(page.asked):
        press(qtbot, page.open)
    assert page.complaint() == "Nothing was typed yet."


def test_caps_lock_is_noticed_from_what_is_typed(look: Look, qtbot: QtBot) -> None:
    page = unlock_page(look, qtbot)
    qtbot.keyClick(page.entry, "A", Qt.KeyboardModifier.NoModifier)
    assert page.caps_noted()
    qtbot.keyClick(page.entry, "a", Qt.KeyboardModifier.NoModifier)
    assert not page.caps_noted()


def test_the_recovery_sheet_is_the_other_way_in(look: Look, qtbot: QtBot) -> None:
    page = unlock_page(look, qtbot)
    press(qtbot, page.other)
    type_in(qtbot, page.entry, "7QK4M")
    with qtbot.waitSignal(page.asked) as asked:
        key(qtbot, page.entry, Qt.Key.Key_Return)
    assert asked.args == ["7QK4M", True]
    assert page.entry.displayText() == "7QK4M"  # it is compared with the paper
    page.complain(msg("Unlock"))
    press(qtbot, page.other)
    type_in(qtbot, page.entry, "passphrase")
    assert "p" not in page.entry.displayText()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recovery_sheet_is_one_page_that_says_how_it_is_used(language: str, tmp_path: Path) -> None:
    """Light paper at the usual size, whatever the window wears; its code can be copied letter by letter."""
    look = Look(theme_name="dark", scale=200, language=language)
    path = tmp_path / "sheet.pdf"
    write_sheet(look, str(path), CODE, "林一鸣")
    with closing(pypdfium2.PdfDocument(path)) as paper:
        assert len(paper) == 1
        said = unicodedata.normalize("NFKC", paper[0].get_textpage().get_text_range())
    for words in (CODE, "林一鸣", look.text(msg("Use the recovery sheet"))):
        assert words in said


def test_first_run_goes_on_only_when_answered(look: Look, qtbot: QtBot) -> None:
    page = first_run(look, qtbot)
    assert not page.next.isEnabled()
    assert page.next.toolTip() == "Your name is still missing"
    type_in(qtbot, page.name_page.name, "Lin Yiming")
    assert page.next.isEnabled()
    press(qtbot, page.next)
    type_in(qtbot, page.secret_page.first, "short")
    assert page.next.toolTip() == "Too short: 10 characters or more"
    type_in(qtbot, page.secret_page.first, "correct horse battery")
    type_in(qtbot, page.secret_page.second, "correct horse batterx")
    assert page.next.toolTip() == "The two are not the same yet"
    type_in(qtbot, page.secret_page.second, "correct horse battery")
    with qtbot.waitSignal(page.vault_wanted) as wanted:
        press(qtbot, page.next)
    assert isinstance(wanted.args, list)
    assert wanted.args[0].passphrase == "correct horse battery"


def through(page: FirstRun, qtbot: QtBot) -> FirstRun:
    type_in(qtbot, page.name_page.name, "Lin Yiming")
    page.forward()
    for entry in (page.secret_page.first, page.secret_page.second):
        type_in(qtbot, entry, "correct horse battery")
    page.forward()
    page.show_code("7QK4M-T2ZXP")
    page.forward()
    return page


def shown_labels(page: QWidget) -> list[QLabel]:
    return [each for each in page.findChildren(QLabel) if each.isVisible()]


def test_the_code_is_shown_before_the_last_step(look: Look, qtbot: QtBot) -> None:
    page = first_run(look, qtbot)
    type_in(qtbot, page.name_page.name, "Lin Yiming")
    page.forward()
    for entry in (page.secret_page.first, page.secret_page.second):
        type_in(qtbot, entry, "correct horse battery")
    page.forward()
    assert page.step() == 1
    page.show_code("7QK4M-T2ZXP")
    assert page.secret_page.code == "7QK4M-T2ZXP"
    with qtbot.waitSignal(page.sheet_wanted):
        press(qtbot, page.secret_page.save)
    page.complain(msg("Nothing was typed yet."))
    assert "Nothing was typed yet." in [each.text() for each in shown_labels(page)], "why it was not written"
    page.forward()
    assert page.step() == 2


def test_the_demo_is_what_is_offered_first(look: Look, qtbot: QtBot) -> None:
    page = through(first_run(look, qtbot), qtbot)
    with qtbot.waitSignal(page.finished) as finished:
        press(qtbot, page.next)
    assert isinstance(finished.args, list)
    answers = finished.args[0]
    assert isinstance(answers, Answers)
    assert (answers.start, answers.name) == ("demo", "Lin Yiming")


def test_import_needs_a_file_and_joining_needs_a_code(look: Look, qtbot: QtBot) -> None:
    page = through(first_run(look, qtbot), qtbot)
    page.start_page.choose("import")
    assert page.next.toolTip() == "Choose the file first"
    page.start_page.drop.take("/tmp/customers.csv")
    assert page.next.isEnabled()
    assert page.answers.file == Path("/tmp/customers.csv")
    type_in(qtbot, page.start_page.server, "http://127.0.0.1:1")
    assert page.answers.start == "join"
    assert not page.next.isEnabled()
    type_in(qtbot, page.start_page.code, "HY7K3Q")
    assert page.next.isEnabled()
    assert page.next.text() == "Join the company"


def test_the_language_switches_in_the_middle(look: Look, qtbot: QtBot) -> None:
    page = first_run(look, qtbot)
    press(qtbot, page.name_page.languages.button("zh"))
    assert look.language == "zh"
    assert page.next.text() == "继续"
    assert page.answers.language == "zh"


def test_long_and_mixed_is_strong_and_short_is_not() -> None:
    assert strength("abc")[0] <= 0.3
    assert strength("correct horse battery staple")[0] > 0.7
    assert strength("aaaaaaaaaa")[0] < strength("春风又绿江南岸 2026")[0]


def test_the_code_is_whole_where_there_is_no_room_for_one_line(look: Look, qtbot: QtBot) -> None:
    code = Code(look)
    qtbot.addWidget(code)
    code.show_code("7QK4M-T2ZXP-9WHRB-3NDVC-8EJGY-5")
    code.show()
    code.resize(800, 60)
    assert code.text() == "7QK4M-T2ZXP-9WHRB-3NDVC-8EJGY-5"
    code.resize(code.minimumSizeHint().width(), 60)
    assert code.text() == "7QK4M-T2ZXP-9WHRB-\n3NDVC-8EJGY-5"


def test_the_passphrase_makes_room_for_the_code(look: Look, qtbot: QtBot) -> None:
    page = first_run(look, qtbot)
    page.go(1)
    page.show_code("7QK4M-T2ZXP")
    assert not page.secret_page.first.isVisible()
    assert page.secret_page.save.isVisible()


def test_a_low_page_asks_for_what_a_way_needs_when_it_is_chosen(look: Look, qtbot: QtBot) -> None:
    page = first_run(look, qtbot)
    page.go(2)
    page.resize(1000, 480)
    assert not page.start_page.drop.isVisible()
    page.start_page.choose("import")
    assert page.start_page.drop.isVisible()


def test_every_place_of_the_rail_can_be_seen_or_reached(look: Look, qtbot: QtBot) -> None:
    places = [Place(str(number), msg("Today"), "sun", opens_group=number == 5) for number in range(10)]
    side = Side(look, places, [Place("last", msg("Settings"), "settings")], "Lin Yiming")
    qtbot.addWidget(side)
    side.show()
    down = side.findChildren(Button)[1]
    for high, reachable in ((700, True), (460, True), (260, False)):
        side.resize(184, high)
        QApplication.processEvents()
        bar = side.places.verticalScrollBar()
        assert (bar.maximum() == 0) is reachable, high
        assert down.isVisible() is not reachable
    while down.isEnabled():
        press(qtbot, down)
    last = side.places.visualRect(side.places.model().index(9, 0))
    assert side.places.viewport().rect().contains(last)
    assert not down.isEnabled()
