"""The safety of this laptop's vault, as the settings show it: lock, backup, passphrase, recovery sheet."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row, set_ink
from desktop.views.first_pages import strength
from desktop.views.frame import Secret
from desktop.views.look import Look
from desktop.words import Message, msg

SHEET: Final = "satchel-recovery.pdf"


class Safety(QWidget):
    """Asks; whoever holds the vault acts."""

    lock_wanted = Signal()
    backup_wanted = Signal(str)  # folder
    passphrase_wanted = Signal(str, str)  # old, new
    sheet_wanted = Signal(str)  # the file of a new recovery sheet

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.lock = Button(look, msg("Lock now"), icon="lock", keys="Ctrl+L")
        self.lock.clicked.connect(self.lock_wanted)
        self.backup = Button(look, msg("Back up now"), icon="save")
        self.backup.clicked.connect(self._ask_folder)
        self.old, self.new = Secret(look, msg("Passphrase so far")), Secret(look, msg("New passphrase"))
        for entry, words in ((self.old, msg("Passphrase so far")), (self.new, msg("New passphrase"))):
            look.bind(entry.setPlaceholderText, words)
            look.bind(entry.setFixedWidth, lambda: look.px(200))
        self.new.textChanged.connect(self._judge)
        self.old.textChanged.connect(lambda _typed: self._judge(self.new.text()))
        self.change = Button(look, msg("Change"), icon="key-round", height="height_large")
        self.change.clicked.connect(self._change)
        self.sheet = Button(look, msg("Write a new sheet"), icon="printer")
        self.sheet.clicked.connect(self._ask_file)
        self._judged = label(look, size="small", ink="ink_3")
        self._judge("")

    def lines(self) -> list[tuple[Message, Message, QWidget]]:
        """What each setting is called, why, and its control."""
        new = row(self._look, self.new, self.change, None, gap=8)
        secrets = column(self._look, row(self._look, self.old, None), new, gap=8)
        return [
            (msg("Lock"), msg("Also after five minutes without a key or a press."), self.lock),
            (
                msg("Backup"),
                msg("One encrypted, verified file that your passphrase opens anywhere."),
                self.backup,
            ),
            (
                msg("Passphrase"),
                msg("Only the key is sealed anew. Who lost the passphrase types the recovery code instead."),
                holding(column(self._look, secrets, self._judged, gap=4)),
            ),
            (
                msg("Recovery sheet"),
                msg("A new code for the safe; the old sheet opens nothing any more."),
                self.sheet,
            ),
        ]

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.window(), self._look.text(msg("Back up now")))
        if folder:
            self.backup_wanted.emit(folder)

    def _ask_file(self) -> None:
        title = self._look.text(msg("Recovery sheet"))
        path, _ = QFileDialog.getSaveFileName(self.window(), title, SHEET, "PDF (*.pdf)")
        if path:
            self.sheet_wanted.emit(path)

    def _judge(self, typed: str) -> None:
        score, words = strength(typed)
        self._look.bind(self._judged.setText, words if typed else msg("Ten characters or more"))
        set_ink(self._judged, "good" if score > 0.7 else "ink_3")
        self.change.setEnabled(score > 0.3 and bool(self.old.text()))

    def _change(self) -> None:
        self.passphrase_wanted.emit(self.old.text(), self.new.text())
        self.old.clear()
        self.new.clear()
