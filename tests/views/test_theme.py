"""The look follows what was chosen, or the system while it changes; the text size is a slider."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import app, settings
from desktop.models.store import Store
from desktop.views import theme
from desktop.views.compose import column, label, region
from desktop.views.editors import LineEditor
from desktop.views.look import Look
from desktop.views.room import Room
from desktop.views.settings_page import SettingsPage
from desktop.views.text_size import TextSize
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, press


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the system ask for another theme."""

    def ask(name: str) -> None:
        monkeypatch.setattr(theme, "system_theme", lambda: name)
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    return ask


def test_who_follows_the_system_changes_with_it(system: Callable[[str], None], qtbot: QtBot) -> None:
    system("dark")
    look = Look(theme_name="system")
    look.dress()
    assert look.theme_name == "dark"
    heard: list[str] = []
    look.changed.connect(lambda: heard.append(look.theme_name))
    for name in ("light", "high_contrast", "dark"):
        system(name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        assert app.palette().window().color() == theme.Tokens(name).colour("ground")
    assert heard == ["light", "high_contrast", "dark"]


def test_who_chose_a_theme_keeps_it(system: Callable[[str], None], qtbot: QtBot) -> None:
    look = Look(theme_name="light")
    system("dark")
    assert look.theme_name == "light"
    look.switch(theme_name="system")
    assert look.theme_name == "dark"
    look.switch(theme_name="high_contrast")
    system("light")
    assert look.theme_name == "high_contrast"


def test_the_strongest_contrast_comes_first(qtbot: QtBot) -> None:
    assert theme.system_theme() in theme.THEMES


def test_the_choice_is_kept_and_not_what_it_led_to(system: Callable[[str], None], qtbot: QtBot) -> None:
    system("dark")
    look = Look(theme_name="system", scale=130)
    app.keep_look(look)
    kept = settings.load()
    assert (kept.theme, kept.text_percent) == ("system", 130)
    assert app.made_look(kept).theme_name == "dark"
    look.switch(theme_name="high_contrast")
    app.keep_look(look)
    assert settings.load().theme == "contrast"
    assert app.made_look(settings.load()).theme_name == "high_contrast"


@pytest.mark.parametrize(("asked", "given"), [(40, 80), (94, 90), (96, 100), (133, 130), (500, 200)])
def test_any_text_size_becomes_one_that_there_is(asked: int, given: int, qtbot: QtBot) -> None:
    assert Look(scale=asked).t.scale == given


def test_the_slider_goes_by_tens_and_shows_what_will_be(qtbot: QtBot) -> None:
    look = Look()
    size = TextSize(look)
    qtbot.addWidget(size)
    size.show()
    told: list[int] = []
    size.chosen.connect(told.append)
    key(qtbot, size.slider, Qt.Key.Key_Right)
    key(qtbot, size.slider, Qt.Key.Key_PageUp)
    key(qtbot, size.slider, Qt.Key.Key_End)
    key(qtbot, size.slider, Qt.Key.Key_Home)
    assert told == [110, 130, 200, 80]
    size.slider.setSliderDown(True)
    size.slider.setSliderPosition(163)
    assert told == [110, 130, 200, 80]
    size.slider.setSliderDown(False)
    assert told[-1] == 160


def test_settings_offer_the_system(
    system: Callable[[str], None], window_on: Callable[[Store], Window], store: Store, qtbot: QtBot
) -> None:
    window = window_on(store)
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    press(qtbot, page.theme.button("system"))
    system("dark")
    assert window._look.theme_name == "dark"  # noqa: SLF001
    assert page.theme.current() == "system"
    page.scale.slider.setValue(180)
    assert window._look.t.scale == 180  # noqa: SLF001


def test_english_quotation_marks_are_narrow_and_a_chinese_comma_keeps_its_place(qtbot: QtBot) -> None:
    theme.load_fonts()
    english, chinese = theme.Tokens(latin=True), theme.Tokens()
    assert english.advance("“R2”") < chinese.advance("“R2”")
    assert english.advance("R2，签字") == chinese.advance("R2，签字")
    assert english.metrics().height() == chinese.metrics().height()


def test_a_larger_text_never_makes_the_window_larger_than_it_is(
    window_on: Callable[[Store], Window], store: Store, firm: Firm, qtbot: QtBot
) -> None:
    """What a page needs beyond the room that there is, scrolls into it."""
    window = window_on(store)
    window.open_record("quote", firm.quote)
    (room,) = window.findChildren(Room)
    for small in (QSize(1280, 720), QSize(800, 480)):
        window.resize(small)
        window._look.switch(scale=200)  # noqa: SLF001
        qtbot.waitUntil(window.desk.runner.idle)
        for _ in range(3):
            QApplication.processEvents()
        assert window.size() == small
    inner = room.inner
    assert inner.width() >= inner.minimumSizeHint().width()
    assert room.horizontalScrollBar().maximum() == inner.width() - room.viewport().width()
    assert room.verticalScrollBar().maximum() == inner.height() - room.viewport().height()
    assert room.horizontalScrollBar().maximum() > 0


def test_a_switch_reaches_what_is_hidden_and_what_is_made_later(look: Look, qtbot: QtBot) -> None:
    """Words, grounds and fields have the colours of the theme that is on when they are seen."""
    page, field, words = region("panel", "top"), LineEditor(""), label(look, "words", ink="bad")
    inside = column(look, field, words)
    page.setLayout(inside)
    qtbot.addWidget(page)
    page.show()
    page.hide()
    look.switch(theme_name="dark")
    later = LineEditor("")
    inside.addWidget(later)
    page.show()
    QApplication.processEvents()
    dark = theme.Tokens("dark")
    assert words.palette().color(words.foregroundRole()) == dark.colour("bad")
    assert page.palette().color(page.backgroundRole()) == dark.colour("panel")
    seen = page.grab().toImage()
    for entry in (field, later):
        assert seen.pixelColor(entry.geometry().center()) == dark.colour("surface")
    assert seen.pixelColor(QPoint(page.width() // 2, 0)) == dark.colour("line")
