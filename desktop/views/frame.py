"""The quiet frame of the pages before the vault is open: brand, passphrase input, foot."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

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
        look.bind(self.setAccessibleName, name)
        self._eye: QAction = self.addAction(look.icon("eye"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.triggered.connect(self._turn)
        look.bind(self._eye.setText, msg("Show what I type"))
        look.bind(self._eye.setIcon, lambda: look.icon("eye"))
        self.on_caps: Callable[[bool], object] = lambda _on: None

    def _turn(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._eye.setIcon(self._look.icon("eye-off" if hidden else "eye"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A capital without Shift, or a small letter with it, means that Caps Lock is on."""
        typed = event.text()
        if typed.isalpha() and typed.isascii():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.on_caps(typed.isupper() != shift)
        super().keyPressEvent(event)


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
