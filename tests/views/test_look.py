"""The look: bindings follow a switch, are forgotten with their widget, and icons are drawn in any colour."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.views import dates, icons, paint
from desktop.views.buttons import Button
from desktop.views.header_parts import fit_search
from desktop.views.language import Bindings
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.theme import SCALES, THEMES, Tokens
from desktop.words import msg, verbatim


def test_a_text_and_a_size_follow_the_switch(look: Look, qtbot: QtBot) -> None:
    words = QLabel()
    qtbot.addWidget(words)
    look.bind(words.setText, msg("Settings"))
    look.bind(words.setFixedWidth, lambda: look.px(100))
    assert (words.text(), words.width()) == ("Settings", 100)
    look.switch(language="zh", scale=140)
    assert (words.text(), words.width()) == ("设置", 140)
    look.release(words.setText)
    words.setText("Suzhou")
    look.switch(language="en", scale=100)
    assert words.text() == "Suzhou"


def test_bindings_of_widgets_that_are_gone_are_forgotten(qtbot: QtBot) -> None:
    bindings = Bindings(lambda message: message.text)
    gone = QLabel()
    bindings.bind(gone.setText, lambda: gone.text() + "x")  # the closure keeps the wrapper alive
    delete(gone)
    for _ in range(600):
        fresh = QLabel()
        bindings.bind(fresh.setText, lambda fresh=fresh: fresh.text())
        delete(fresh)
    assert bindings.count() < 550
    bindings.renew()
    assert bindings.count() == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", SCALES)
def test_rows_hold_their_text_at_every_size(theme: str, scale: int) -> None:
    tokens = Tokens(theme, scale)
    assert tokens.row("list") >= tokens.line("body")
    assert tokens.row("two_line") >= tokens.line("body") + tokens.line("small")
    assert tokens.control("target_min") >= 24 * scale // 100 - 1


def test_an_icon_is_drawn_in_its_colour_and_kept(qtbot: QtBot) -> None:
    picture = icons.pixmap("check", "#FF0000", 16, 2.0, 1.5)
    assert (picture.width(), picture.devicePixelRatio()) == (32, 2.0)
    image = picture.toImage()
    inks = {
        QColor(image.pixelColor(x, y)).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() > 200
    }
    assert inks == {"#ff0000"}
    assert icons.pixmap("check", "#FF0000", 16, 2.0, 1.5) is picture


def test_initials_tell_firms_apart() -> None:
    assert paint.initials("苏州星河精密机械有限公司") == "星"
    assert paint.initials("昆山明泰电子有限公司") == "明"
    assert paint.initials("Lin Yiming") == "LY"
    assert paint.initials("") == "?"


def test_a_noun_loses_its_capital_inside_an_english_sentence() -> None:
    told = msg("New {what}").of(what=inside(msg("Customer")))
    assert told.in_language("en") == "New customer"
    assert told.in_language("zh") == "新建客户"
    assert inside(verbatim("VIP")).in_language("en") == "VIP"


def test_days_are_said_as_people_say_them() -> None:
    from datetime import date, timedelta

    today = date(2026, 11, 24)

    def due(days: int, language: str = "en") -> str:
        return dates.due(today + timedelta(days=days), language, today)[0].in_language(language)

    assert [due(days) for days in (-3, -1, 0, 1, 3)] == [
        "3 days late",
        "1 day late",
        "Today",
        "Tomorrow",
        "27 Nov",
    ]
    assert due(3, "zh") == "11-27"
    assert due(60) == "23 Jan 2027"

    def past(days: int) -> str:
        return dates.past(today - timedelta(days=days), "en", today).in_language("en")

    assert [past(days) for days in (0, 1, 4, 8, 20)] == [
        "Today",
        "Yesterday",
        "4 days ago",
        "1 week ago",
        "2 weeks ago",
    ]
    assert past(60) == "25 Sep"


def test_of_a_number_the_middle_gives_way_and_of_a_name_its_end(look: Look) -> None:
    number = "SO-26-FBF5DDEB-0002-Q"
    assert paint.fitted(look, number, look.t.width(number, strong=True)) == number
    short = paint.fitted(look, number, look.t.width(number, strong=True) - 20)
    assert (short[:5], "…" in short, short[-6:]) == ("SO-26", True, "0002-Q")
    assert paint.fitted(look, "二期空压站设备", 40) == "二期空压站设备"  # cut at its end where it is painted


def test_the_search_is_its_glass_alone_where_the_parts_of_a_page_need_the_room(
    look: Look, qtbot: QtBot
) -> None:
    page, side = QWidget(), QHBoxLayout()
    qtbot.addWidget(page)
    page.setLayout(side)
    side.addWidget(QLabel("SO-26-FBF5DDEB-0002-Q"))
    search = Button(look, msg("Search or command"), kind="search", icon="search", keys="Ctrl+K")
    qtbot.addWidget(search)
    whole, parts = search.sizeHint().width(), side.sizeHint().width()
    for narrow, room, left in ((False, whole + parts, True), (False, whole + parts - 1, False)):
        fit_search(search, narrow, room, side)
        assert (search.sizeHint().width() == whole) == left
    fit_search(search, True, whole + parts, side)
    assert search.sizeHint().width() < whole
    fit_search(search, False, whole + parts, side)
    assert search.sizeHint().width() == whole
