"""Settings of this laptop that the window knows: an index at the left, one page of them at the right."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from desktop import settings
from desktop.services.unfinished import Unfinished
from desktop.views import leaves
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Line, column, holding, label, region, row, scrolling
from desktop.views.customer_screen.pin_setting import PinSetting
from desktop.views.desk import Desk
from desktop.views.entry_drafts import EntryDrafts
from desktop.views.file_settings import FileSettings
from desktop.views.firm_settings import FirmSettings
from desktop.views.frame import NAMES
from desktop.views.index_list import KEY, Finder, IndexList
from desktop.views.key_settings import KeySettings
from desktop.views.look import Look
from desktop.views.notice_settings import NoticeSettings
from desktop.views.safety import Safety
from desktop.views.text_size import TextSize
from desktop.views.theme_cards import ThemeCards
from desktop.words import LANGUAGES, Message, msg

THEME_WORDS: Final = (
    ("light", msg("Light")),
    ("dark", msg("Dark")),
    ("high_contrast", msg("High contrast")),
    ("system", msg("As the system")),
)
METERED: Final = (("auto", msg("As the system says")), ("yes", msg("Yes")), ("no", msg("No")))
NAMED, NAMED_LEAST, CONTROL, EDGE, EDGE_MOST = 340, 216, 520, 40, 44
"""Pixels for the name of a setting with its sentence, for the widest control, and before both."""
SAMPLE: Final = msg("¥1,286,400.00, 24 Nov 2026; a week begins on Monday")
NARROW: Final = 480
TERSE: Final = frozenset({"keys"})
"""Pages whose sentences only serve the search: their controls say as much."""
Lines = list[tuple[Message, Message, QWidget]]


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the settings."""

    key: str
    words: Message
    why: Message
    icon: str


SECTIONS: Final = (
    Section("look", msg("Look and language"), msg("Each change acts at once, without a restart."), "sun"),
    Section("laptop", msg("This laptop"), msg("Who works here, and how it reaches the office."), "laptop"),
    Section("files", msg("Files"), msg("How photos and documents are kept here."), "paperclip"),
    Section("safety", msg("Safety"), msg("Lock, backup and passphrase of this vault."), "shield-check"),
    Section("firm", msg("Your firm"), msg("What your customers read on paper."), "building-2"),
    Section("notices", msg("Reminders"), msg("When you are told, and what others can see."), "bell"),
    Section("keys", msg("Keys"), msg("Press a button, then the keys that you want."), "keyboard"),
    Section("leaves", msg("What leaves this laptop"), msg("All that can leave, and by which way."), "eye"),
)


class SettingsPage(QWidget):
    """Settings, each with its sentence and its control; every one acts at once, and words find them all."""

    join_wanted = Signal(str, str)  # address, code

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look = look
        self.typed: EntryDrafts | None = None
        self._pages: dict[str, QWidget] = {}
        self._whys: dict[str, QWidget] = {}
        self._here = SECTIONS[0].key
        self._lines: list[tuple[QBoxLayout, QWidget]] = []
        self._found: list[tuple[str, Message, Message, QWidget]] = []
        self.finder = Finder(look, msg("Find a setting"))
        self.finder.textChanged.connect(self._filter)
        self.index = IndexList(look, msg("Settings"))
        self.index.currentItemChanged.connect(self._turned)
        self._nothing = label(look, msg("No setting is called so."), ink="ink_2")
        self._nothing.hide()
        self.server, self.code = QLineEdit(), QLineEdit()
        self.join = Button(look, msg("Join"), icon="building-2", height="height_large")
        self.language = Segments(look, list(NAMES.items()), current=look.language, name=msg("Language"))
        self.language.chosen.connect(lambda code: look.switch(language=code))
        self.theme = ThemeCards(look, THEME_WORDS, current=look.choice, name=msg("Theme"))
        self.theme.chosen.connect(lambda name: look.switch(theme_name=name))
        self.scale = TextSize(look)
        self.scale.chosen.connect(lambda scale: look.switch(scale=scale))
        said = settings.load().metered
        self.metered = Segments(look, METERED, current=said, name=msg("Metered connection"))
        self.files, self.safety, self.firm = FileSettings(look, desk), Safety(look), FirmSettings(look, desk)
        self.notices, self.keys = NoticeSettings(look), KeySettings(look)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab: nothing shows it
        look.bind(self.setAccessibleName, msg("Settings"))
        self._compose(
            {
                "look": self._display(),
                "laptop": self._laptop(desk),
                "files": self.files.lines(),
                "safety": [*self.safety.lines(), PinSetting(look, desk).line()],
                "firm": self.firm.lines(),
                "notices": self.notices.lines(),
                "keys": self.keys.lines(),
                "leaves": leaves.lines(look, desk),
            }
        )
        look.changed.connect(self._follow)
        self._follow()
        self.turn("look")

    def _compose(self, lines: dict[str, Lines]) -> None:
        look, inner = self._look, QWidget()
        pages = [self._page(section, lines[section.key]) for section in SECTIONS]
        middle = holding(column(look, *pages, self._nothing, None, gap=0))
        look.bind(middle.setMaximumWidth, lambda: look.t.column("text_max"))
        across = row(look, middle, None, gap=0)
        self._middle = across
        across.setStretch(0, 1)
        across.setStretch(1, 0)
        inner.setLayout(across)
        self.area = scrolling(inner)
        side = region("surface", "right")
        side.setLayout(column(look, self.finder, self.index, gap=10, edge=(12, 12, 8, 12)))
        look.bind(side.setFixedWidth, lambda: look.t.column("settings_index"))
        ground = region("surface")
        whole = row(look, side, self.area, gap=0)
        whole.setStretch(1, 1)
        ground.setLayout(whole)
        self.setLayout(column(look, ground, gap=0))

    def _display(self) -> Lines:
        return [
            (msg("Language"), msg("Quotes have their own."), self.language),
            (msg("Theme"), msg("The strongest contrast helps in bright light."), self.theme),
            (msg("Text size"), msg("Everything grows with it."), self.scale),
            (msg("Numbers and days"), msg("They follow the language."), label(self._look, SAMPLE)),
        ]

    def _laptop(self, desk: Desk) -> Lines:
        look, office = self._look, desk.has_office()
        sent = msg("Changes are sent when there is a network.")
        lines: Lines = [
            (msg("You"), msg("As it stands in the history of every change."), label(look, desk.actor.name)),
            (
                msg("Your office"),
                sent if office else msg("Everything stays on this laptop."),
                label(look, msg("Joined") if office else msg("Not joined"), ink="ink_2"),
            ),
        ]
        sparing = msg("Where it costs by the byte, only files that were signed or asked for travel.")
        return [
            *lines,
            (msg("Metered connection"), sparing, self.metered) if office else self._join_line(desk),
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, a control stands below its words."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        look = self._look
        narrow = self.width() - look.t.column("settings_index") < look.px(NARROW)
        edge = 16 if narrow else min(look.px(EDGE), EDGE_MOST)
        room = min(
            self.width() - look.t.column("settings_index") - edge - min(look.px(20), edge),
            look.t.column("text_max"),
        )
        beside = room - look.px(20) - look.px(CONTROL)
        named = max(NAMED_LEAST, min(beside, look.px(NAMED)))  # large text leaves controls room
        self._middle.setContentsMargins(edge, look.px(16), min(look.px(20), edge), look.px(24))
        ways = QBoxLayout.Direction
        for line, texts in self._lines:
            line.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
            line.setSpacing(look.px(8 if narrow else 20))
            texts.setMinimumWidth(0 if narrow else named)
            texts.setMaximumWidth(look.t.column("text_max") if narrow else named)

    def enter(self) -> None:
        """Keys go to this page."""
        self.setFocus()

    def come_back(self) -> bool:
        """To what was being typed about the office."""
        self.turn("laptop")
        return self.typed is not None and self.typed.come_back()

    def turn(self, key: str) -> None:
        """Show a page; what was searched for is let go."""
        self._here = key
        self.finder.clear()
        self.index.choose(key)
        self._filter("")
        self.area.verticalScrollBar().setValue(0)

    def _turned(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.turn(str(item.data(KEY)))

    def shown(self) -> list[str]:
        """The settings that are shown now, by name."""
        return [
            self._look.text(words)
            for key, words, _, line in self._found
            if not (line.isHidden() or self._pages[key].isHidden())
        ]

    def _filter(self, typed: str) -> None:
        """Words find settings on every page; without words the chosen page is shown whole."""
        wanted = typed.casefold().split()
        self.index.choose("" if wanted else self._here)
        pages: set[str] = set()
        for key, words, why, line in self._found:
            said = " ".join(each.in_language(language) for each in (words, why) for language in LANGUAGES)
            fits = all(word in said.casefold() for word in wanted)
            line.setVisible(fits)
            if fits and (wanted or key == self._here):
                pages.add(key)
        for key, page in self._pages.items():
            page.setVisible(key in pages)
            self._whys[key].setVisible(not wanted)
        self._nothing.setVisible(not pages)

    def _follow(self) -> None:
        """The language, theme and text size of now, wherever they were changed."""
        look = self._look
        self._fit()
        self.language.choose(look.language)
        self.theme.choose(look.choice)
        self.scale.choose(look.t.scale)
        self.index.blockSignals(True)
        self.index.clear()
        for section in SECTIONS:
            self.index.add(section.key, look.text(section.words), section.icon)
        self.index.blockSignals(False)
        self.index.choose("" if self.finder.text().strip() else self._here)

    def _join_line(self, desk: Desk) -> tuple[Message, Message, QWidget]:
        look = self._look
        self.server.setPlaceholderText("https://")
        self.code.setPlaceholderText("HY7-K3Q")
        look.bind(self.server.setAccessibleName, msg("Address of the server"))
        look.bind(self.code.setAccessibleName, msg("Code"))
        look.bind(self.server.setMaximumWidth, lambda: look.px(220))
        look.bind(self.server.setMinimumWidth, lambda: look.px(100))
        look.bind(self.code.setFixedWidth, lambda: look.px(100))
        self.join.clicked.connect(
            lambda: self.join_wanted.emit(self.server.text().strip(), self.code.text().strip())
        )
        entries = {"server": self.server, "code": self.code}
        self.typed = EntryDrafts(desk.unfinished, Unfinished("join", "settings"), entries, self)
        controls = holding(row(look, self.server, self.code, self.join, None, gap=8))
        why = msg("Type the address and the code that your administrator gave you.")
        return msg("Join your company"), why, controls

    def _page(self, section: Section, lines: Lines) -> QWidget:
        look = self._look
        why = self._whys[section.key] = label(look, section.why, ink="ink_2", wrap=True)
        head = column(look, label(look, section.words, size="figure", strong=True), why, gap=2)
        stack: QVBoxLayout = column(look, head, 10, gap=0, edge=(0, 0, 0, 20))
        for parts in lines:
            stack.addWidget(self._line(section.key, *parts))
        page = self._pages[section.key] = holding(stack)
        return page

    def _line(self, key: str, words: Message, why: Message, control: QWidget) -> QWidget:
        look = self._look
        small = label(look, why, size="small", ink="ink_2", wrap=True)
        terse = key in TERSE
        above = (None,) if terse else ()
        texts = holding(column(look, *above, label(look, words, wrap=True), small, None, gap=1))
        small.setVisible(not terse)
        beside = column(look, row(look, control, None, gap=0), None, gap=0)
        across = row(look, texts, beside, gap=20, edge=(0, 6, 0, 6) if terse else (0, 12, 0, 12))
        across.setStretch(1, 1)
        self._lines.append((across, texts))
        whole = holding(column(look, across, Line(look), gap=0))
        self._found.append((key, words, why, whole))
        return whole
