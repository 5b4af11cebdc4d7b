"""What the settings' page of safety asks of the open vault: a backup, another passphrase, a new sheet."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.errors import Refused
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.recovery_sheet import write_sheet
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.models.vault import Vault


class Safekeeping(QObject):
    """Done on the data thread; the window is told how it went."""

    def __init__(self, look: Look, desk: Desk, vault: "Vault", parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._desk, self._vault = look, desk, vault

    def back_up(self, folder: str) -> None:
        """Into one encrypted file in this folder, verified."""

        def done(path: Path) -> None:
            self._desk.told.emit(msg("Backup written and verified: {name}").of(name=path.name), False)

        self._desk.runner.write(lambda: self._vault.backup(Path(folder)), done=done)

    def change_passphrase(self, old: str, new: str) -> None:
        """For whoever knows the old one, or has the recovery sheet."""

        def done(_nothing: None) -> None:
            self._desk.told.emit(msg("The passphrase was changed"), False)

        self._desk.runner.write(lambda: self._vault.change_passphrase(old, new), done=done)

    def write_new_sheet(self, path: str) -> None:
        """A sheet with a new code. Only when it is written does the old code open nothing any more."""
        slot, code = self._vault.draw_recovery_code()
        try:
            write_sheet(self._look, path, code, self._desk.actor.name)
        except Refused as error:
            self._desk.refused.emit(error)
            return

        def done(_nothing: None) -> None:
            words = msg("The new recovery sheet is written; the old one opens nothing any more")
            self._desk.told.emit(words, False)

        self._desk.runner.write(lambda: self._vault.take_recovery_code(slot), done=done)
