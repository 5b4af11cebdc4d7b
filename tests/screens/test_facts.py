"""Every screen in both languages, two themes and two text sizes: facts, not pixels."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageColor
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.models.kinds import Long, Short
from desktop.models.record import RECORDS
from desktop.models.store import Store
from desktop.views import theme
from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.theme import Tokens
from desktop.views.window import Window
from desktop.words import RESOURCES
from tests.screens import facts, shots, staging
from tests.screens.sample import Firm

TOGETHER = (
    *("network", "first_copy", "handover", "settings", "directory", "price", "import"),
    *("inbox_de", "inbox_pro", "inbox_re"),
)
"""Screens that differ in one part of one window: they are shown in it one after another."""
WHOLE, SMALL = QSize(1440, 900), QSize(1280, 720)
WALK = (
    ("zh", "light", 100, WHOLE),
    ("en", "dark", 150, SMALL),
    ("zh", "high_contrast", 150, SMALL),
    ("en", "light", 100, WHOLE),
)
"""What every screen is switched through while it is shown; its pixels are read at twice the scale."""

LARGEST = ("en", "light", 200, SMALL)
DAILY = (
    *(
        "today",
        "customers",
        "customer",
        "quote_editor",
        "settings",
        "inbox_conflict",
        "outbox",
        "handover",
        "key_sheet",
    ),
    *("unlock", "first_run_name", "first_run_passphrase", "first_run_start", "guide"),
)
"""Screens that are walked in the largest text on a small screen too."""


def in_one_window() -> dict[str, list[str]]:
    """Every screen, by the window that it is looked at in."""
    found: dict[str, list[str]] = {}
    for name in (*shots.SCREENS, *shots.WINDOWS):
        family = next((each for each in TOGETHER if name.startswith(each)), name)
        found.setdefault(family, []).append(name)
    return found


FAMILIES = in_one_window()
VIEWS = Path(theme.__file__).parent
SERVICES = VIEWS.parent / "services"


Make = Callable[[str, Look, QSize], QWidget]


@pytest.fixture
def make(furnished: tuple[Store, Firm], qtbot: QtBot) -> Iterator[Make]:
    """Builds a screen by its name, laid out as it would be seen."""
    store, firm = furnished
    desks: list[Desk] = []

    def build(name: str, look: Look, size: QSize) -> QWidget:
        look.dress()
        if name in shots.SCREENS:
            page = shots.SCREENS[name](look)
            qtbot.addWidget(page)
            staging.render(page, size)
            return page
        desk = Desk(store, Runner())
        desks.append(desk)
        window = Window(look, desk)
        qtbot.addWidget(window)
        staging.render(window, size)
        shots.WINDOWS[name](window, firm)
        staging.render(window, size)
        qtbot.waitUntil(desk.runner.idle, timeout=10_000)
        return window

    yield build
    for desk in desks:
        desk.close()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_screen_tells_the_truth_and_follows_every_switch(
    family: str, make: Make, furnished: tuple[Store, Firm], qtbot: QtBot
) -> None:
    """Built once and switched: no fact is wrong in any look, no word or colour of before stays."""
    names = FAMILIES[family]
    language, theme_name, scale, size = WALK[0]
    look = Look(theme_name=theme_name, language=language, scale=scale)
    screen = make(names[0], look, size)
    data = facts.words_of_data(typed_by_people(furnished[0]))
    before: list[str] = []
    wrong: dict[str, object] = {}
    for language, theme_name, scale, size in (*WALK, LARGEST) if family in DAILY else WALK:
        if before:
            look.switch(language=language, theme_name=theme_name, scale=scale)
            settled(screen, size, qtbot)
        for place, name in enumerate(names):
            if place and isinstance(screen, Window):
                shots.WINDOWS[name](screen, furnished[1])
                settled(screen, size, qtbot)
            glance = facts.Glance(screen, look, size)
            found = glance.wrong()
            found["stale words"] = sorted(facts.stale_words(glance, data))
            found["stale colours"] = sorted(facts.stale_colours(glance, before))
            where = f"{name}, {language} {theme_name} {scale} %"
            wrong |= {f"{where}, {fact}": said for fact, said in found.items() if said}
        names = names[::-1]  # what was shown last is switched, and looked at first
        before.append(theme_name)
    assert wrong == {}


def settled(screen: QWidget, size: QSize, qtbot: QtBot) -> None:
    """Until everything that a screen asked for is on it."""
    staging.render(screen, size)
    if isinstance(screen, Window):
        qtbot.waitUntil(screen.desk.runner.idle, timeout=10_000)
        for _ in range(3):  # what yields in a narrow window is told of it by the window
            staging.render(screen, size)


def typed_by_people(store: Store) -> set[str]:
    """Every text in the records of a store, in the files that make the screens, and the manual's examples."""
    found: set[str] = set()
    with store.reader.connect() as connection:
        for cls in RECORDS.values():
            texts = [name for name, each in cls.fields().items() if isinstance(each.kind, Short | Long)]
            if texts:
                columns = [cls.table().c[name] for name in texts]
                found |= {value for row in connection.execute(select(*columns)) for value in row if value}
    for file in Path(shots.__file__).parent.glob("*.py"):
        found |= set(re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', file.read_text("utf-8")))
    for page in (RESOURCES / "guide" / "en").glob("*.md"):
        found |= set(re.findall(r"[\u4e00-\u9fff]+", page.read_text("utf-8")))
    return found


class Spoilt(QWidget):
    """Paints words that are cut, words over words, and words that nobody can read."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Three faults."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        painter.setPen(QColor("black"))
        painter.drawText(QRect(0, 0, 20, 20), Qt.AlignmentFlag.AlignLeft, "cut short")
        painter.drawText(QRect(0, 30, 200, 20), Qt.AlignmentFlag.AlignLeft, "one")
        painter.drawText(QRect(4, 34, 200, 20), Qt.AlignmentFlag.AlignLeft, "upon another")
        painter.setPen(QColor.fromRgb(150, 150, 150))
        painter.drawText(QRect(0, 60, 200, 20), Qt.AlignmentFlag.AlignLeft, "pale")


def test_the_facts_can_see(qtbot: QtBot) -> None:
    """A screen with every fault is caught by each of them."""
    look = Look(language="zh")
    look.dress()  # at the usual text size, whatever was looked at before
    bad = QWidget()
    qtbot.addWidget(bad)
    button, words = QPushButton(bad), QLabel("Settings", bad)
    button.setGeometry(0, 0, 100, 12)
    words.setGeometry(0, 30, 10, 20)
    over = QLabel("over", bad)
    over.setGeometry(0, 32, 60, 20)
    over.setStyleSheet("color: rgb(150, 150, 150); background: white")
    lost = Button(look, "lost")
    lost.setParent(bad)
    lost.setGeometry(200, 0, 300, 300)
    painted = Spoilt(bad)
    painted.setGeometry(0, 100, 200, 100)
    bad.resize(600, 400)
    bad.show()
    glance = facts.Glance(bad, look)
    wrong = {fact: [line.split(" at ")[0] for line in lines] for fact, lines in glance.wrong().items()}
    assert {fact: len(lines) for fact, lines in wrong.items()} == {
        "nameless": 1, "too small to press": 1, "clipped": 2, "swollen": 1, "overlapping": 2, "faint": 3,
    }  # fmt: skip
    assert "painted 'cut short'" in wrong["clipped"][1]
    assert wrong["overlapping"][1].startswith("painted 'one' and 'upon another'")
    assert [line.split(" has ")[0] for line in wrong["faint"]] == [
        "QLabel 'Settings'", "QLabel 'over'", "painted 'pale'",
    ]  # fmt: skip
    assert facts.stale_words(glance, frozenset()) == {"Settings"}
    assert facts.stale_words(glance, frozenset({"Settings"})) == set()


def test_words_of_the_other_language_are_seen_within_names(qtbot: QtBot) -> None:
    """A name that a person typed stays; a word of the program beside it does not."""
    page = QWidget()
    qtbot.addWidget(page)
    QLabel("商务谈判", page)
    QLabel("Done: 星河精密", page)
    QLabel("已完成: 星河精密", page)
    page.show()
    glance = facts.Glance(page, Look(language="en"))
    assert facts.stale_words(glance, frozenset({"星河精密"})) == {"商务谈判", "已完成: 星河精密"}


def contrast(one: QColor, other: QColor) -> float:
    return facts.contrast(one.toTuple()[:3], other.toTuple()[:3])  # type: ignore[index]


def test_a_line_of_the_theme_of_before_is_seen_though_edges_of_letters_have_its_colour() -> None:
    image = Image.new("RGB", (400, 40), "#FFFFFF")
    for place in range(0, 16_000, 3):
        image.putpixel((place % 400, place // 400), ImageColor.getcolor("#262A34", "RGB"))
    glance: Any = SimpleNamespace(look=SimpleNamespace(theme_name="light"), image=image, widgets=[])
    assert facts.stale_colours(glance, ["dark"]) == set()
    for box in ((0, 10, 400, 11), (30, 0, 31, 400)):
        glance.image = image.resize((400, 400), Image.Resampling.NEAREST)
        assert facts.stale_colours(glance, ["dark"]) == set()
        glance.image.paste("#262A34", box)
        assert facts.stale_colours(glance, ["dark"]) == {"#262A34"}


@pytest.mark.parametrize("name", theme.THEMES)
def test_text_has_its_contrast_on_every_ground(name: str) -> None:
    tokens = Tokens(name)
    grounds = ("ground", "surface", "panel", "raised", "sunken", "hover", "selected")
    for ink in ("ink", "ink_2", "ink_3", "accent_ink", "good", "warn", "bad"):
        for ground in grounds:
            assert contrast(tokens.colour(ink), tokens.colour(ground)) >= 4.5, (ink, ground)
    for ground in ("accent", "accent_hover", "accent_pressed"):
        assert contrast(tokens.colour("on_accent"), tokens.colour(ground)) >= 4.5, ground
    for index in range(8):
        ground_colour, ink_colour = tokens.avatar(index)
        assert contrast(ground_colour, ink_colour) >= 4.5, index


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("scale", theme.SCALES)
def test_the_style_sheet_leaves_no_token_open(name: str, scale: int) -> None:
    assert "@" not in "".join(theme.style_sheets(Tokens(name, scale)).values())


def test_no_colour_size_or_font_is_written_outside_the_theme() -> None:
    literal = re.compile(r"#[0-9A-Fa-f]{6}\b|setPointSize|QFont\(\"|font-size|rgba?\(")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(VIEWS.rglob("*.py"))
        if path.name != "theme.py"
        for line in path.read_text("utf-8").splitlines()
        if literal.search(line) and '"""' not in line
    ]
    assert found == []


def test_every_icon_that_is_named_is_shipped_and_none_besides() -> None:
    shipped = {path.stem for path in (RESOURCES / "icons").glob("*.svg")}
    text = "\n".join(path.read_text("utf-8") for path in (*VIEWS.rglob("*.py"), *SERVICES.glob("*.py")))
    named = set(re.findall(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"', text))
    assert shipped - named == set()
    asked = set(re.findall(r'icon="([a-z0-9-]+)"', text))
    assert asked - shipped == set()
