"""The quiet frame of the pages before the vault is open: brand, passphrase input, foot."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QWidget

from desktop.views.buttons import Button
from desktop.views.compose import Picture, label, region, row
from desktop.views.look import Look
from desktop.words import Message, msg

NAMES = {"zh": "中文", "en": "English"}


class Brand(QWidget):
    """The satchel."""

    def __init__(self, look: Look, size: int) -> None:
        super().__init__()
        self._look, self._size = look, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._look.px(self._size), self._look.px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The mark in the accent colour."""
        QPainter(self).drawPixmap(
            0, 0, self._look.pixmap("satchel", "accent_mark", self._look.px(self._size))
        )


class Secret(QLineEdit):
    """A passphrase: dots, an eye to show it, and word when Caps Lock seems to be on."""

    def __init__(self, look: Look, name: Message) -> None:
        super().__init__()
        self._look = look
        self.setEchoMode(QLineEdit.EchoMode.Password)
        look.bind(self.setStyleSheet, lambda: look.sheet("field"))
        look.bind(self.setAccessibleName, name)
        self._eye = Button(look, icon="eye", kind="flat", name=msg("Show what I type"), height="target_min")
        self._eye.setParent(self)
        self._eye.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._eye.clicked.connect(self._turn)
        self.textChanged.connect(self._space)
        look.bind(self.setTextMargins, lambda: (0, 0, look.px(24), 0))
        look.changed.connect(self._place)
        self.on_caps: Callable[[bool], object] = lambda _on: None

    def _turn(self) -> None:
        self.reveal(self.echoMode() == QLineEdit.EchoMode.Password)

    def reveal(self, shown: bool) -> None:
        """Show what is typed, or dots."""
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.show_icon("eye-off" if shown else "eye")
        self._space()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The eye stays at the end."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        size = self._eye.sizeHint()
        left = self.width() - size.width() - self._look.px(4)
        self._eye.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())

    def _space(self) -> None:
        """Dots stand apart; words, also those of an empty field, stand as words do."""
        dots = bool(self.text()) and self.echoMode() == QLineEdit.EchoMode.Password
        if dots != self.property("dots"):
            self.setProperty("dots", dots)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A capital without Shift, or a small letter with it, means that Caps Lock is on."""
        typed = event.text()
        if typed.isalpha() and typed.isascii():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.on_caps(typed.isupper() != shift)
        super().keyPressEvent(event)


class Code(QLabel):
    """A recovery code in large type: on one line, or broken in its middle where there is no room for it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._code = look, ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        look.bind(self.setFont, lambda: look.font("title", strong=True))
        look.bind(self.setAccessibleName, msg("Recovery code"))
        look.changed.connect(self._break)

    def show_code(self, code: str) -> None:
        """Another code."""
        self._code = code
        self._break()

    def minimumSizeHint(self) -> QSize:
        """Its longer half, which is never cut."""
        return QSize(max(map(self._wide, self._halves())), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One line or two."""
        super().resizeEvent(event)
        self._break()

    def _break(self) -> None:
        fits = self._wide(self._code) <= self.width()
        self.setText(self._code if fits else "\n".join(self._halves()))

    def _wide(self, text: str) -> int:
        return self._look.t.width(text, "title", strong=True)

    def _halves(self) -> tuple[str, ...]:
        groups = self._code.split("-")
        middle = (len(groups) + 1) // 2
        upper, lower = "-".join(groups[:middle]), "-".join(groups[middle:])
        return (f"{upper}-", lower) if lower else (upper,)


def note(look: Look, icon: str, words: Message, colour: str = "ink_2") -> QWidget:
    """A small line with an icon before it."""
    made = QWidget()
    text = label(look, words, size="small", ink=colour)
    made.setLayout(row(look, Picture(look, icon, colour, "small"), text, None, gap=8))
    return made


def foot(look: Look, words: Message, icon: str = "cloud-off") -> QWidget:
    """The foot of a quiet page: one sentence, the two languages, the theme."""
    made = region("ground", "top")
    look.bind(made.setFixedHeight, lambda: look.px(40))
    buttons: list[QWidget] = []
    for code, name in NAMES.items():
        button = Button(look, name, kind="flat")
        button.clicked.connect(_speaker(look, code))
        buttons.append(button)
    moon = Button(look, icon="moon", kind="flat", name=msg("Light or dark"))
    moon.clicked.connect(lambda: look.switch(theme_name="dark" if look.theme_name == "light" else "light"))
    made.setLayout(row(look, note(look, icon, words), None, *buttons, moon, gap=4, edge=(20, 0, 12, 0)))
    return made


def _speaker(look: Look, code: str) -> Callable[[], None]:
    return lambda: look.switch(language=code)
