"""The three steps of the first start: each page asks, checks and says what is still missing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.views.buttons import Button, Segments
from desktop.views.compose import Picture, column, holding, label, row, scrolling, set_ink
from desktop.views.first_parts import Address, Card, Drop, Meter, Way
from desktop.views.frame import NAMES, Code, Secret, note
from desktop.views.look import Look
from desktop.words import Message, msg, verbatim

FORM: Final = 420
WHOLE: Final = 856
LOW: Final = 560
"""A page that is lower than this has no room for everything at once."""
LEAST: Final = 10  # characters of a passphrase
WEAK: Final = msg("Too short: {least} characters or more").of(least=LEAST)


@dataclass(slots=True)
class Answers:
    """What the three steps were answered."""

    language: str = "zh"
    name: str = ""
    passphrase: str = ""
    start: str = "demo"
    file: Path | None = None
    server: str = ""
    code: str = ""


def strength(passphrase: str) -> tuple[float, Message]:
    """How strong a passphrase looks, 0 to 1, and the word for it: length counts most."""
    kinds = sum(
        any(test(letter) for letter in passphrase) for test in (str.islower, str.isupper, str.isdigit)
    )
    kinds += any(not letter.isalnum() or letter > "\x7f" for letter in passphrase)
    score = min(1.0, (len(set(passphrase)) * 0.7 + len(passphrase) * 0.5 + kinds * 2) / 24)
    if len(passphrase) < LEAST:
        return min(score, 0.3), WEAK
    return score, msg("Strong") if score > 0.7 else msg("Good enough; a few more words make it strong")


class Page(QWidget):
    """One step: a heading, a sentence, and what is asked, in the middle of the right side."""

    changed = Signal()

    def __init__(self, look: Look, title: Message, why: Message, width: int) -> None:
        super().__init__()
        self.look = look
        self.title = label(look, title, size="display", strong=True, wrap=True)
        self.sentence = label(look, why, size="title", ink="ink_2", wrap=True)
        self.inner = QVBoxLayout()
        look.bind(self.inner.setSpacing, lambda: look.px(6))
        self.inner.setContentsMargins(0, 0, 0, 0)
        asked = holding(self.inner)
        look.bind(asked.setMaximumWidth, lambda: look.px(width))
        middle = holding(column(look, self.title, self.sentence, 22, asked, gap=4))
        look.bind(middle.setMaximumWidth, lambda: look.px(WHOLE))  # every step begins on the same edge
        line = row(look, None, middle, None, edge=(32, 0, 32, 0))
        line.setStretch(1, 1000)  # as wide as it may be, or as the window leaves room for
        inner = holding(column(look, None, line, None, gap=0, edge=(0, 16, 0, 16)))
        self.setLayout(column(look, scrolling(inner), gap=0))

    def enter(self) -> None:
        """Called when the step is shown."""

    def missing(self) -> Message | None:
        """What is still to be answered."""
        return None

    def answered(self) -> bool:
        """Whether one may go on."""
        return self.missing() is None


class NamePage(Page):
    """Step 1."""

    def __init__(self, look: Look, answers: Answers) -> None:
        super().__init__(
            look, msg("Welcome"), msg("Choose your language; it can be switched at any time."), FORM
        )
        self._answers = answers
        languages = self.languages = Segments(
            look, list(NAMES.items()), current=look.language, name=msg("Language")
        )
        languages.chosen.connect(self._speak)
        self.name = QLineEdit()
        look.bind(self.name.setAccessibleName, msg("Your name"))
        look.bind(self.name.setPlaceholderText, msg("As it stands on your quotes"))
        self.name.textChanged.connect(self._named)
        self.inner.addWidget(label(look, msg("Language"), ink="ink_2"))
        self.inner.addWidget(languages)
        self.inner.addSpacing(look.px(14))
        self.inner.addWidget(label(look, msg("Your name"), ink="ink_2"))
        self.inner.addWidget(self.name)

    def _speak(self, language: str) -> None:
        self._answers.language = language
        self.look.switch(language=language)
        self.changed.emit()

    def _named(self, text: str) -> None:
        self._answers.name = text.strip()
        self.changed.emit()

    def enter(self) -> None:
        """The cursor in the only field."""
        self.name.setFocus()

    def missing(self) -> Message | None:
        """A name is needed."""
        return None if self._answers.name else msg("Your name is still missing")


class SecretPage(Page):
    """Step 2: asked first, then shows the code of the recovery sheet."""

    sheet_wanted = Signal()

    def __init__(self, look: Look, answers: Answers) -> None:
        why = msg("It encrypts everything here. Nobody can reset it, so keep the recovery sheet in a safe.")
        super().__init__(look, msg("Choose a passphrase"), why, 520)
        self._answers = answers
        self.code = ""
        self.first = Secret(look, msg("Passphrase"))
        self.second = Secret(look, msg("Once more"))
        self.first.textChanged.connect(self._typed)
        self.second.textChanged.connect(self._typed)
        self._meter = Meter(look)
        self._words = label(look, size="small", ink="ink_3")
        self._same = label(look, size="small", ink="ink_3")
        asked = column(
            look,
            label(look, msg("Passphrase"), ink="ink_2"),
            self.first,
            self._meter,
            self._words,
            10,
            label(look, msg("Once more"), ink="ink_2"),
            self.second,
            self._same,
            14,
            gap=6,
        )
        self._asked = holding(asked)
        good = note(look, "circle-check", msg("The passphrase is set."), "good")
        self._set = holding(row(look, good, edge=(0, 0, 0, 6)))
        self._set.hide()
        self._code = Code(look)
        self.save = Button(look, msg("Save as PDF"), icon="printer")
        self.save.clicked.connect(self.sheet_wanted)
        self._written = label(look, size="small", ink="bad", wrap=True)
        self._written.hide()
        shown = column(look, self._code, row(look, self.save, None), self._written, gap=8, edge=(0, 4, 0, 0))
        self._below = holding(shown)
        self._below.hide()
        for part in (self._asked, self._set, self._sheet()):
            self.inner.addWidget(part)

    def _sheet(self) -> QWidget:
        look = self.look
        box = Card(look, selected=False)
        why = msg("One page with a code that opens the vault if the passphrase is lost.")
        texts = column(
            look,
            label(look, msg("Recovery sheet"), strong=True),
            label(look, why, size="small", ink="ink_2", wrap=True),
            self._below,
            gap=4,
        )
        key = Picture(look, "key-round", "accent_ink", "large")
        line = row(look, gap=14, edge=(16, 14, 16, 14))
        line.addWidget(key, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(holding(texts), 1)
        box.setLayout(line)
        return box

    def show_code(self, code: str) -> None:
        """The code, and the button that writes the sheet."""
        self.code = code
        self._code.show_code(code)
        self._below.show()
        self._set.show()
        self._asked.hide()  # it is answered, and the code has the room
        self.look.bind(self.title.setText, msg("Keep the recovery code"))
        said = msg("Nobody can reset the passphrase, so keep the recovery sheet in a safe.")
        self.look.bind(self.sentence.setText, said)

    def complain(self, why: Message) -> None:
        """Why the vault could not be made, or the sheet not be written."""
        told = self._written if self.code else self._same
        self.look.bind(told.setText, why)
        set_ink(told, "bad")
        self._written.setVisible(told is self._written)

    def tell_written(self, name: str) -> None:
        """The sheet is there; an earlier complaint is over."""
        self.look.bind(self._written.setText, msg("Written: {name}").of(name=name))
        set_ink(self._written, "good")
        self._written.show()

    def _typed(self) -> None:
        self._answers.passphrase = self.first.text()
        score, words = strength(self.first.text())
        self._meter.show_score(score)
        self.look.bind(self._words.setText, words if self.first.text() else verbatim(""))
        equal = self.first.text() == self.second.text()
        told = msg("Both are the same") if equal else msg("The two are not the same yet")
        self.look.bind(self._same.setText, told if self.second.text() else verbatim(""))
        set_ink(self._same, "good" if equal else "ink_3")
        self.changed.emit()

    def enter(self) -> None:
        """The cursor in the first field."""
        self.first.setFocus()

    def missing(self) -> Message | None:
        """Long enough, and twice the same."""
        if len(self.first.text()) < LEAST:
            return WEAK
        return None if self.first.text() == self.second.text() else msg("The two are not the same yet")


class StartPage(Page):
    """Step 3: one of the ways to start."""

    def __init__(self, look: Look, answers: Answers) -> None:
        why = msg("You can do the others later. All of them work without a network, except joining.")
        super().__init__(look, msg("How would you like to start?"), why, WHOLE)
        self._answers = answers
        self._choices: dict[str, Way] = {}
        self._add(
            "demo",
            "sparkles",
            msg("Look around a demo company"),
            msg("Customers, deals and a price book of an industrial firm, ready for a first PDF quote."),
            msg("Recommended"),
        )
        self.drop = Drop(look)
        self.drop.dropped.connect(self._file)
        self._add(
            "import",
            "file-spreadsheet",
            msg("Bring your own customers"),
            msg("Excel, CSV or vCard. What does not fit is listed, and one undo takes it all back."),
            extra=self.drop,
        )
        self.server = Address(look)
        self.code = QLineEdit()
        for entry, name, hint in (
            (self.server, msg("Address of the server"), "https://"),
            (self.code, msg("Code"), "HY7-K3Q"),
        ):
            look.bind(entry.setAccessibleName, name)
            entry.setPlaceholderText(hint)
            entry.textChanged.connect(self._joined)
            entry.textEdited.connect(lambda _text: self.choose("join"))  # by hand: not what is put back
        look.bind(self.server.setMaximumWidth, lambda: look.px(260))
        look.bind(self.server.setMinimumWidth, lambda: look.px(100))
        look.bind(self.code.setFixedWidth, lambda: look.px(110))
        join = holding(row(look, self.server, self.code, None, gap=8))
        self._add(
            "join",
            "building-2",
            msg("Join your company"),
            msg("Type the address and the code that your administrator gave you."),
            extra=join,
        )
        self._add(
            "empty",
            "file-plus",
            msg("Start empty"),
            msg("An empty vault; the first customer needs only a name or a phone."),
        )
        self.choose("demo")

    def _add(
        self,
        key: str,
        icon: str,
        title: Message,
        why: Message,
        chip: Message | None = None,
        extra: QWidget | None = None,
    ) -> None:
        choice = Way(self.look, icon, title, why, chip, extra)
        choice.pressed.connect(lambda: self.choose(key))
        self._choices[key] = choice
        self.inner.addWidget(choice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a low page the four ways stand together all the same."""
        super().resizeEvent(event)
        for choice in self._choices.values():
            choice.be_short(self.height() < self.look.px(LOW))

    def choose(self, key: str) -> None:
        """Mark one of the ways."""
        self._answers.start = key
        for name, choice in self._choices.items():
            choice.choose(name == key)
        self.changed.emit()

    def _file(self, path: str) -> None:
        self._answers.file = Path(path)
        self.choose("import")

    def _joined(self) -> None:
        self._answers.server, self._answers.code = self.server.text().strip(), self.code.text().strip()
        self.changed.emit()

    def missing(self) -> Message | None:
        """Import needs a file, joining an address and a code."""
        if self._answers.start == "import" and self._answers.file is None:
            return msg("Choose the file first")
        if self._answers.start == "join" and not (self._answers.server and self._answers.code):
            return msg("The address and the code are still missing")
        return None
