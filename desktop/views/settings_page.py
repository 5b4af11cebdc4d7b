"""Settings of this laptop that the window knows: language, theme, text size, and who works here."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import settings
from desktop.views import leaves
from desktop.views.buttons import Button, Segments
from desktop.views.compose import Line, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.file_settings import FileSettings
from desktop.views.firm_settings import FirmSettings
from desktop.views.frame import NAMES
from desktop.views.key_settings import KeySettings
from desktop.views.look import Look
from desktop.views.notice_settings import NoticeSettings
from desktop.views.safety import Safety
from desktop.views.text_size import TextSize
from desktop.words import LANGUAGES, Message, msg

THEME_WORDS = (
    ("system", msg("As the system")),
    ("light", msg("Light")),
    ("dark", msg("Dark")),
    ("high_contrast", msg("High contrast")),
)
METERED = (("auto", msg("As the system says")), ("yes", msg("Yes")), ("no", msg("No")))


class SettingsPage(QWidget):
    """A list of settings, each with its sentence and its control; every one acts at once."""

    join_wanted = Signal(str, str)  # address, code

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look = look
        self._heads: list[QWidget] = []
        self._found: list[tuple[Message, Message, QWidget, QWidget | None]] = []
        self.finder = QLineEdit()
        look.bind(self.finder.setPlaceholderText, msg("Find a setting"))
        look.bind(self.finder.setAccessibleName, msg("Find a setting"))
        look.bind(self.finder.setFixedWidth, lambda: look.px(280))
        self.finder.textChanged.connect(self._filter)
        self._nothing = label(look, msg("No setting is called so."), ink="ink_2")
        self._nothing.hide()
        self.server, self.code = QLineEdit(), QLineEdit()
        self.join = Button(look, msg("Join"), icon="building-2", height="height_large")
        language = Segments(look, list(NAMES.items()), current=look.language, name=msg("Language"))
        language.chosen.connect(lambda code: look.switch(language=code))
        theme = Segments(look, THEME_WORDS, current=look.choice, name=msg("Theme"))
        theme.chosen.connect(lambda name: look.switch(theme_name=name))
        size = TextSize(look)
        size.chosen.connect(lambda scale: look.switch(scale=scale))
        self.language, self.theme, self.scale = language, theme, size
        said = settings.load().metered
        self.metered = Segments(look, METERED, current=said, name=msg("Metered connection"))
        look.changed.connect(self._follow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.bind(self.setAccessibleName, msg("Settings"))
        office = desk.has_office()
        lines = [
            self._group(msg("Display")),
            self._line(msg("Language"), msg("Switches at once; quotes have their own language."), language),
            self._line(
                msg("Theme"), msg("Light, dark, the strongest contrast, or as the system changes."), theme
            ),
            self._line(msg("Text size"), msg("Everything grows with it."), size),
            self._group(msg("This laptop")),
            self._line(
                msg("You"), msg("As it stands in the history of every change."), label(look, desk.actor.name)
            ),
            self._line(
                msg("Your office"),
                msg("Changes are sent when there is a network.")
                if office
                else msg("Everything stays on this laptop."),
                label(look, msg("Joined") if office else msg("Not joined"), ink="ink_2"),
            ),
        ]
        if office:
            sparing = msg("Where it costs by the byte, only files that were signed or asked for travel.")
            lines.append(self._line(msg("Metered connection"), sparing, self.metered))
        else:
            lines.append(self._join_line())
        self.files = FileSettings(look, desk)
        lines.append(self._group(msg("Files")))
        lines += [self._line(words, why, control) for words, why, control in self.files.lines()]
        self.safety = Safety(look)
        lines.append(self._group(msg("Safety")))
        lines += [self._line(words, why, control) for words, why, control in self.safety.lines()]
        lines += self._more(desk)
        self._compose(lines)

    def _compose(self, lines: list[QWidget]) -> None:
        look, inner = self._look, QWidget()
        middle = holding(column(look, *lines, self._nothing, None, gap=0))
        look.bind(middle.setMaximumWidth, lambda: look.t.column("text_max"))
        across = row(look, middle, None, gap=0, edge=(20, 8, 20, 20))
        across.setStretch(0, 1)
        across.setStretch(1, 0)
        inner.setLayout(across)
        top = row(look, self.finder, None, edge=(20, 12, 20, 4))
        ground = holding(column(look, top, scrolling(inner), gap=0), region("surface"))
        self.setLayout(column(look, ground, gap=0))

    def _more(self, desk: Desk) -> list[QWidget]:
        """Reminders, keys, and what leaves this laptop."""
        look = self._look
        self.firm = FirmSettings(look, desk)
        self.notices, self.keys = NoticeSettings(look), KeySettings(look)
        lines: list[QWidget] = []
        for words, each in (
            (msg("Your firm"), self.firm.lines()),
            (msg("Reminders"), self.notices.lines()),
            (msg("Keys"), self.keys.lines()),
            (msg("What leaves this laptop"), leaves.lines(look, desk)),
        ):
            lines += [self._group(words), *(self._line(*parts) for parts in each)]
        return lines

    def enter(self) -> None:
        """Keys go to this page."""
        self.setFocus()

    def shown(self) -> list[str]:
        """The settings that are shown now, by name."""
        return [self._look.text(words) for words, _, line, _ in self._found if not line.isHidden()]

    def _filter(self, typed: str) -> None:
        wanted = typed.casefold().split()
        heads: set[QWidget] = set()
        for words, why, line, head in self._found:
            said = " ".join(each.in_language(language) for each in (words, why) for language in LANGUAGES)
            fits = all(word in said.casefold() for word in wanted)
            line.setVisible(fits)
            if fits and head is not None:
                heads.add(head)
        for head in self._heads:
            head.setVisible(head in heads)
        self._nothing.setVisible(not heads)

    def _follow(self) -> None:
        self.language.choose(self._look.language)
        self.theme.choose(self._look.choice)
        self.scale.choose(self._look.t.scale)

    def _join_line(self) -> QWidget:
        look = self._look
        self.server.setPlaceholderText("https://")
        self.code.setPlaceholderText("HY7-K3Q")
        look.bind(self.server.setAccessibleName, msg("Address of the server"))
        look.bind(self.code.setAccessibleName, msg("Code"))
        look.bind(self.server.setFixedWidth, lambda: look.px(220))
        look.bind(self.code.setFixedWidth, lambda: look.px(110))
        self.join.clicked.connect(
            lambda: self.join_wanted.emit(self.server.text().strip(), self.code.text().strip())
        )
        controls = holding(row(look, self.server, self.code, self.join, gap=8))
        why = msg("Type the address and the code that your administrator gave you.")
        return self._line(msg("Join your company"), why, controls)

    def _group(self, words: Message) -> QWidget:
        head = holding(
            column(self._look, label(self._look, words, size="title", strong=True), gap=0, edge=(0, 20, 0, 8))
        )
        self._heads.append(head)
        return head

    def _line(self, words: Message, why: Message, control: QWidget) -> QWidget:
        look = self._look
        texts = column(
            look,
            None,
            label(look, words),
            label(look, why, size="small", ink="ink_2", wrap=True),
            None,
            gap=1,
        )
        across = row(look, holding(texts), control, gap=24, edge=(0, 10, 0, 10))
        across.setStretch(0, 1)
        whole = holding(column(look, Line(look), across, gap=0))
        self._found.append((words, why, whole, self._heads[-1] if self._heads else None))
        return whole
