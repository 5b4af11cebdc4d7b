"""The look of the window: tokens become colours, sizes, fonts, one palette and one style sheet.

No other file of the program holds a colour, a type size or a font name; they ask the tokens by name.
"""

import json
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QPalette

from desktop.words import RESOURCES

THEMES: Final = ("light", "dark", "high_contrast")
SYSTEM: Final = "system"
"""The choice to look as the system does, also when that changes."""
SCALES: Final = (80, 100, 120, 140, 160, 180, 200)
SCALE_STEP: Final = 10
MEASURED: Final = 8192
"""How many texts a look remembers the width of."""
_FILE: Final = RESOURCES / "themes" / "tokens.json"
_FONTS: Final = RESOURCES / "fonts"
_MARKS: Final = "Satchel Marks"
"""Narrow quotation marks and dots for English text that has no other font than the Chinese one."""
_PLATFORMS: Final = {"win32": "windows", "darwin": "macos"}
_PALETTE: Final = {
    QPalette.ColorRole.Window: "ground",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.ToolTipText: "ink",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.PlaceholderText: "ink_3",
    QPalette.ColorRole.Link: "accent_ink",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Light: "desk",
    QPalette.ColorRole.Midlight: "selected",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "ink_2",
    QPalette.ColorRole.Shadow: "warn",
    QPalette.ColorRole.BrightText: "bad",
    QPalette.ColorRole.LinkVisited: "good",
}
ROLES: Final = {name: role for role, name in reversed(_PALETTE.items())}
"""The role of the palette that a colour of the tokens has: what is painted by it follows every switch."""


@lru_cache(maxsize=1)
def load_tokens() -> Mapping[str, Any]:
    """The token file as it is."""
    tokens: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return tokens


def system_theme() -> str:
    """The theme that the system asks for: the strongest contrast before dark before light."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "high_contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def allowed_scale(percent: int) -> int:
    """The nearest text size that there is."""
    return min(max(round(percent / SCALE_STEP) * SCALE_STEP, SCALES[0]), SCALES[-1])


@lru_cache(maxsize=1)
def load_fonts() -> tuple[str, ...]:
    """Make the fonts that come with the program known to Qt; the families that are ready."""
    families: list[str] = []
    for file in sorted([*_FONTS.glob("NotoSansSC-*.ttf"), *_FONTS.glob("SatchelMarks-*.ttf")]):
        number = QFontDatabase.addApplicationFont(str(file))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return tuple(dict.fromkeys(families))


class Tokens:
    """The tokens in one theme at one text scale; every size is in device-independent pixels.

    `latin`: quotation marks and apostrophes of the Chinese font are as narrow as English wants them.
    """

    def __init__(self, theme: str = "light", scale: int = 100, *, latin: bool = False) -> None:
        self.theme = theme
        self.scale = scale
        self.latin = latin
        self._all = load_tokens()
        self._colours: Mapping[str, Any] = self._all["colour"][theme]
        self._cache: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._metrics: dict[tuple[str, bool], QFontMetricsF] = {}
        self._widths: dict[tuple[str, str, bool], float] = {}
        self._elided: dict[tuple[str, int, str, bool], str] = {}

    def hex(self, name: str) -> str:
        """A colour as the style sheet writes it."""
        return str(self._colours[name])

    def colour(self, name: str) -> QColor:
        """A colour by its role, such as `ink_3` or `accent_soft`."""
        found = self._cache.get(name)
        if found is None:
            found = self._cache[name] = QColor(self.hex(name))
        return found

    def faded(self, name: str, alpha: float) -> QColor:
        """The same colour, partly transparent."""
        colour = QColor(self.colour(name))
        colour.setAlphaF(alpha)
        return colour

    def alpha(self, name: str) -> float:
        """`scrim_alpha` or `shadow_alpha`."""
        return float(self._colours[name])

    def avatar(self, index: int) -> tuple[QColor, QColor]:
        """Ground and ink of the avatar colour `index` modulo their number."""
        ramp = self._all["avatar"]["light" if self.theme == "light" else "dark"]
        pair = ramp[index % len(ramp)]
        return QColor(pair["ground"]), QColor(pair["ink"])

    def px(self, size: float) -> int:
        """A size of the tokens at the current text scale."""
        return round(size * self.scale / 100)

    def row(self, name: str) -> int:
        """The height of a row: `list`, `compact`, `two_line` …"""
        return self.px(self._all["row"][name])

    def bar(self, name: str) -> int:
        """The height of a bar: `header`, `filter`, `status` …"""
        return self.px(self._all["bar"][name])

    def column(self, name: str) -> int:
        """The width of a column: `rail`, `panel`, `preview` …"""
        return self.px(self._all["column"][name])

    def control(self, name: str) -> int:
        """The size of a control: `height`, `chip`, `check_box` …"""
        return self.px(self._all["control"][name])

    def icon(self, name: str = "row") -> int:
        """The size of an icon: `row`, `small`, `inline`, `large`, `empty_state`."""
        return self.px(self._all["icon"]["size"][name])

    def avatar_size(self, name: str) -> int:
        """The size of an avatar: `list`, `today`, `header`, `card`."""
        return self.px(self._all["avatar"]["size"][name])

    def radius(self, name: str) -> int:
        """A corner: `control`, `chip`, `popover` …"""
        return self.px(self._all["radius"][name])

    def stroke(self) -> float:
        """The line width of icons."""
        return float(self._all["icon"]["stroke_px"]) * self.scale / 100

    def motion(self, name: str) -> int:
        """Milliseconds of a movement: `panel`, `popover`, `toast`."""
        return int(self._all["motion"][name])

    def delay(self, name: str) -> int:
        """Milliseconds to wait: `tooltip`, `progress_after`, `toast_stays` …"""
        return int(self._all["delay"][name])

    def size(self, name: str) -> int:
        """The pixel size of a type size: `small`, `body`, `title`, `figure`, `display`."""
        return self.px(self._all["type"]["size"][name]["px"])

    def line(self, name: str) -> int:
        """The line height of a type size."""
        return self.px(self._all["type"]["size"][name]["line"])

    def families(self) -> list[str]:
        """Font families for this machine, Latin first, the shipped Chinese one last."""
        table = self._all["type"]["family"]
        bare = QGuiApplication.platformName() in ("offscreen", "minimal")
        found = list(table["offscreen_tests" if bare else _PLATFORMS.get(sys.platform, "linux")])
        if self.latin:
            found.insert(0 if bare else 1, _MARKS)
        return found

    def font(self, size: str = "body", *, strong: bool = False) -> QFont:
        """A font with tabular figures; shared, so it is not to be changed."""
        found = self._fonts.get((size, strong))
        if found is None:
            weights = self._all["type"]["weight"]
            found = QFont(self.families())
            found.setPixelSize(self.size(size))
            found.setWeight(QFont.Weight(weights["strong" if strong else "text"]))
            found.setFeature(QFont.Tag("tnum"), 1)
            found.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            self._fonts[size, strong] = found
        return found

    def width(self, text: str, size: str = "body", *, strong: bool = False) -> int:
        """The width of a text, rounded up."""
        return int(self.advance(text, size, strong=strong) + 0.999)

    def advance(self, text: str, size: str = "body", *, strong: bool = False) -> float:
        """The width of a text, measured once."""
        key = (text, size, strong)
        found = self._widths.get(key)
        if found is None:
            if len(self._widths) >= MEASURED:
                self._widths.clear()
            found = self._widths[key] = self.metrics(size, strong=strong).horizontalAdvance(text)
        return found

    def metrics(self, size: str = "body", *, strong: bool = False) -> QFontMetricsF:
        """The measures of a font; shared."""
        found = self._metrics.get((size, strong))
        if found is None:
            found = self._metrics[size, strong] = QFontMetricsF(self.font(size, strong=strong))
        return found

    def elided(self, text: str, room: int, size: str = "body", *, strong: bool = False) -> str:
        """A text cut at its end where there is no room for all of it."""
        key = (text, room, size, strong)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) >= MEASURED:
                self._elided.clear()
            cut = self.metrics(size, strong=strong).elidedText(text, Qt.TextElideMode.ElideRight, room)
            found = self._elided[key] = cut
        return found


def palette(tokens: Tokens) -> QPalette:
    """What Qt itself paints with."""
    made = QPalette()
    for role, name in _PALETTE.items():
        made.setColor(role, tokens.colour(name))
    disabled = QPalette.ColorGroup.Disabled
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(disabled, role, tokens.colour("ink_disabled"))
    return made


def style_sheets(tokens: Tokens) -> Mapping[str, str]:
    """What some kinds of widgets wear, from the templates below; everybody else has the palette."""
    names = {name: str(value) for name, value in load_tokens()["colour"][tokens.theme].items()}
    sizes = {f"type_{name}": f"{tokens.size(name)}px" for name in load_tokens()["type"]["size"]}
    spaces = {
        f"s{size}": f"{tokens.px(size)}px" for size in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 24, 28, 30, 32)
    }
    radii = {f"r_{name}": f"{tokens.radius(name)}px" for name in ("control", "chip", "popover", "track")}
    focus = load_tokens()["line"]["focus_high_contrast" if tokens.theme == "high_contrast" else "focus"]
    values = names | sizes | spaces | radii | {"focus_width": f"{focus}px"}
    return {kind: _TOKEN.sub(lambda found: values[found[1]], sheet) for kind, sheet in _SHEETS.items()}


_TOKEN: Final = re.compile(r"@(\w+)")
_BAR: Final = """
QScrollBar:vertical { background: transparent; width: @s10; margin: 0; }
QScrollBar:horizontal { background: transparent; height: @s10; margin: 0; }
QScrollBar::handle:vertical { background: @line_strong; border-radius: @s3; min-height: @s32; margin: @s2; }
QScrollBar::handle:horizontal { background: @line_strong; border-radius: @s3; min-width: @s32; margin: @s2; }
QScrollBar::handle:hover { background: @line_control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
_SHEETS: Final = {
    "field": """
QTextBrowser { background: transparent; border: none; color: @ink; }
QLineEdit, QPlainTextEdit, QComboBox {
  background: @surface; color: @ink; border: 1px solid @line_control; border-radius: @r_control;
  padding: 0 @s10; min-height: @s30; selection-background-color: @accent; selection-color: @on_accent; }
QComboBox[token="true"] { border-color: @line_strong; }
QPlainTextEdit { padding: @s4 @s6; }
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: @ink_3; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {
  border: @focus_width solid @focus; padding-left: 9px; padding-right: 9px; min-height: @s28; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {
  border: 2px solid @bad_mark; padding-left: 9px; padding-right: 9px; min-height: @s28; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {
  background: @sunken; color: @ink_2; border-color: @line_strong; }
QLineEdit[dots="true"] { font-size: @s8; letter-spacing: @s4; }
QLineEdit[bare="true"], QLineEdit[bare="true"]:focus {
  background: transparent; border: none; padding: 0; min-height: 0; }
QLineEdit[cell="true"], QLineEdit[cell="true"]:focus, QComboBox[cell="true"], QComboBox[cell="true"]:focus {
  background: @surface; border: 2px solid @accent_mark; border-radius: 0; padding: 0 @s6; min-height: 0; }
QComboBox::drop-down { border: none; width: @s28; }
QComboBox::down-arrow { image: none; width: 0; height: 0; }
QComboBox QAbstractItemView {
  background: @raised; border: 1px solid @line_strong; padding: @s4; outline: none;
  selection-background-color: @selected; selection-color: @ink; }
QComboBox QAbstractItemView::item { min-height: @s28; padding: 0 @s6; }
""",
    "floating": """
QAbstractItemView {
  background: @raised; border: 1px solid @line_strong; padding: @s4; outline: none;
  selection-background-color: @selected; selection-color: @ink; }
QAbstractItemView::item { min-height: @s28; padding: 0 @s6; }
""",
    "bar": _BAR,
    "menu": """
QMenu { background: @raised; border: 1px solid @line_strong; border-radius: @r_control; padding: @s4; }
QMenu::item { min-height: @s28; padding: 0 @s16 0 @s12; border-radius: @r_chip; color: @ink; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @ink_disabled; }
QMenu::separator { height: 1px; background: @line; margin: @s4 0; }
""",
    "tip": """
QToolTip { background: @raised; color: @ink; border: 1px solid @line_strong;
  padding: @s4 @s8; font-size: @type_small; }
""",
}
