"""Every screen in both languages, two themes and two text sizes: facts, not pixels."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.views import theme
from desktop.views.buttons import Button
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.theme import Tokens
from desktop.views.window import Window
from tests.screens import facts, shots
from tests.screens.sample import Firm
from tests.stores import opened

ALL = [*shots.SCREENS, *shots.WINDOWS]
LOOKS = [("zh", "light", 100), ("en", "dark", 140)]
VIEWS = Path(theme.__file__).parent
SERVICES = VIEWS.parent / "services"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Firm]]:
    """A store with the firm, which no screen changes."""
    with opened(tmp_path_factory.mktemp("firm"), clock=shots.now) as store:
        yield store, Firm(store).found()


@pytest.fixture(params=LOOKS, ids=["-".join(map(str, each)) for each in LOOKS])
def look(request: pytest.FixtureRequest, qtbot: QtBot) -> Look:
    """One of the looks."""
    language, name, scale = request.param
    look = Look(theme_name=name, language=language, scale=scale)
    look.dress()
    return look


@pytest.fixture(params=ALL)
def screen(
    request: pytest.FixtureRequest, look: Look, furnished: tuple[Store, Firm], qtbot: QtBot
) -> Iterator[QWidget]:
    """One screen, laid out as it would be seen."""
    store, firm = furnished
    if request.param in shots.SCREENS:
        page = shots.SCREENS[request.param](look)
        qtbot.addWidget(page)
        shots.render(page)
        yield page
        return
    desk = Desk(store, Runner())
    window = Window(look, desk)
    qtbot.addWidget(window)
    shots.render(window)
    shots.WINDOWS[request.param](window, firm)
    shots.render(window)
    qtbot.waitUntil(desk.runner.idle, timeout=10_000)
    yield window
    desk.close()


def test_every_screen_tells_the_truth(screen: QWidget, look: Look) -> None:
    """Named, big enough, whole and in one language; one test, so that each screen is built once."""
    assert facts.nameless(screen) == []
    assert facts.small_targets(screen, look) == []
    assert facts.clipped(screen) == []
    assert facts.swollen(screen) == []
    if look.language == "zh":
        assert facts.untranslated(screen, facts.english_of_chinese()) == []


def test_the_facts_can_see(qtbot: QtBot) -> None:
    """A screen with every fault is caught by each of them."""
    from PySide6.QtWidgets import QLabel, QPushButton

    look = Look(language="zh")
    bad = QWidget()
    qtbot.addWidget(bad)
    button, words = QPushButton(bad), QLabel("Settings", bad)
    button.setGeometry(0, 0, 100, 12)
    words.setGeometry(0, 30, 10, 20)
    bad.show()
    assert len(facts.nameless(bad)) == 1
    assert len(facts.small_targets(bad, look)) == 1
    assert len(facts.clipped(bad)) == 1
    lost = Button(look, "lost")
    lost.setParent(bad)
    lost.setMinimumSize(300, 300)
    lost.show()
    assert len(facts.swollen(bad)) == 1
    assert facts.untranslated(bad, facts.english_of_chinese()) == ["Settings"]


def luminance(colour: QColor) -> float:
    parts = [channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4
             for channel in (colour.redF(), colour.greenF(), colour.blueF())]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


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
    assert "@" not in theme.style_sheet(Tokens(name, scale))


def test_no_colour_size_or_font_is_written_outside_the_theme() -> None:
    literal = re.compile(r"#[0-9A-Fa-f]{6}\b|setPointSize|QFont\(\"|font-size|rgba?\(")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(VIEWS.glob("*.py"))
        if path.name != "theme.py"
        for line in path.read_text("utf-8").splitlines()
        if literal.search(line) and '"""' not in line
    ]
    assert found == []


def test_every_icon_that_is_named_is_shipped_and_none_besides() -> None:
    shipped = {path.stem for path in (theme.RESOURCES / "icons").glob("*.svg")}
    text = "\n".join(path.read_text("utf-8") for path in (*VIEWS.glob("*.py"), *SERVICES.glob("*.py")))
    named = set(re.findall(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"', text))
    assert shipped - named == set()
    asked = set(re.findall(r'icon="([a-z0-9-]+)"', text))
    assert asked - shipped == set()
