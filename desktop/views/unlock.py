"""The unlock page. It starts first, so it needs QtWidgets and the standard library alone."""

from typing import Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.buttons import Button
from desktop.views.compose import Avatar, Line, Picture, column, holding, label, region, row, scrolling
from desktop.views.frame import Brand, Secret, foot, note
from desktop.views.look import Look
from desktop.words import Message, msg

WIDTH = 376
FORGOTTEN: Final = msg("Forgotten? Only the sheet helps")
WHERE: Final = msg("The code stands on the recovery sheet")


class Holder(NamedTuple):
    """What may be said about a vault while it is locked; empty where it says nothing."""

    company: str = ""
    person: str = ""
    role: str = ""
    waiting: int = 0


class UnlockPage(QWidget):
    """Asks for the passphrase or the recovery code; the caller opens the vault and answers."""

    asked = Signal(str, bool)  # what was typed; whether it is the recovery code

    def __init__(self, look: Look, holder: Holder | None = None) -> None:
        super().__init__()
        self._look = look
        self._holder = holder or Holder()
        self._recovery = False
        self._label = label(look, msg("Passphrase"))
        self.entry = Secret(look, msg("Passphrase"))
        self.entry.returnPressed.connect(self._ask)
        self._caps = note(look, "arrow-big-up", msg("Caps Lock is on"), "warn")
        self._caps.hide()
        self._mark = Picture(look, "circle-alert", "bad", "small")
        self._why = label(look, size="small", ink="bad", wrap=True)
        line = row(look, column(look, self._mark, None, gap=0, edge=(0, 2, 0, 0)), self._why, gap=8)
        line.setStretch(1, 1)
        self._complaint = holding(line)
        self._complaint.hide()
        self.entry.on_caps = self._caps.setVisible
        self.entry.textChanged.connect(self._complaint.hide)
        self.open = Button(look, msg("Unlock"), kind="primary", keys="Enter", height="height_large")
        look.bind(self.open.setFixedSize, lambda: (look.px(WIDTH), look.px(36)))
        self.open.clicked.connect(self._ask)
        self.other = Button(look, msg("Use the recovery sheet"), kind="link")
        self.other.clicked.connect(self._swap)
        self._hint = label(look, FORGOTTEN, size="small", ink="ink_3")
        self._compose()

    def _compose(self) -> None:
        look = self._look
        middle = QWidget()
        look.bind(middle.setFixedWidth, lambda: look.px(WIDTH))
        parts: list[QWidget | int] = [self._heading(), 32]
        if self._holder.person:
            parts += [self._person(), 24]
        parts += [self._label, 6, self.entry, 8, self._caps, self._complaint, 12, self.open, 16]
        parts += [holding(row(look, self.other, None, self._hint)), 28, Line(look), 20]
        if self._holder.waiting:
            waiting = msg("{count} unsent changes are kept, encrypted")
            parts += [note(look, "save", waiting.of(count=self._holder.waiting)), 8]
        parts.append(note(look, "shield-check", msg("Decrypted on this computer alone, without a network")))
        middle.setLayout(column(look, *parts, gap=0))
        page = region("ground")
        inner = holding(column(look, None, row(look, None, middle, None), None))
        page.setLayout(column(look, scrolling(inner), gap=0))
        self.setLayout(column(look, page, foot(look, msg("Unlocks without a network")), gap=0))

    def _heading(self) -> QWidget:
        look = self._look
        company = self._holder.company or msg("Your customers, encrypted on this computer")
        texts = column(
            look,
            label(look, msg("Satchel"), size="figure", strong=True),
            label(look, company, ink="ink_3"),
            gap=0,
        )
        line = row(look, Brand(look, 44), holding(texts), gap=14)
        line.setStretch(1, 1)
        return holding(line)

    def _person(self) -> QWidget:
        look, holder = self._look, self._holder
        texts = column(
            look,
            label(look, holder.person, strong=True),
            label(look, holder.role, size="small", ink="ink_3"),
            gap=0,
        )
        line = row(look, Avatar(look, holder.person, holder.person, person=True), holding(texts), gap=12)
        line.setStretch(1, 1)
        return holding(line)

    def _ask(self) -> None:
        typed = self.entry.text()
        if not typed:
            self.complain(msg("Nothing was typed yet."))
            return
        self.open.setEnabled(False)
        self.entry.setEnabled(False)
        self._look.bind(self.open.setText, msg("Opening the vault"))
        self.asked.emit(typed, self._recovery)

    def complain(self, why: Message) -> None:
        """Say why it did not open, and let the person try again."""
        self._ready()
        self._look.bind(self._why.setText, why)
        self._complaint.show()
        self.entry.setProperty("invalid", True)
        self._repolish()
        self.entry.selectAll()
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def complaint(self) -> str:
        """What stands below the entry."""
        return "" if self._complaint.isHidden() else self._why.text()

    def caps_noted(self) -> bool:
        """Whether Caps Lock is spoken of."""
        return not self._caps.isHidden()

    def _ready(self) -> None:
        self.open.setEnabled(True)
        self.entry.setEnabled(True)
        self._look.bind(self.open.setText, msg("Unlock"))

    def _repolish(self) -> None:
        self.entry.style().unpolish(self.entry)
        self.entry.style().polish(self.entry)

    def _swap(self) -> None:
        self._recovery = not self._recovery
        here, there = msg("Recovery code"), msg("Use the passphrase")
        if not self._recovery:
            here, there = msg("Passphrase"), msg("Use the recovery sheet")
        self._look.bind(self._label.setText, here)
        self._look.bind(self.entry.setAccessibleName, here)
        self._look.bind(self._hint.setText, WHERE if self._recovery else FORGOTTEN)
        self.other.say(there)
        self.entry.clear()
        self.entry.reveal(self._recovery)  # a code is compared with the paper, group by group
        self.entry.setProperty("invalid", False)
        self._repolish()
        self._complaint.hide()
        self.entry.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """The cursor is where one types."""
        super().showEvent(event)
        self.entry.setFocus()
