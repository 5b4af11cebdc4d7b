"""What is typed in the first run, before there is a vault to keep it in: in the settings of this machine.

The passphrase and the code of an invitation are never kept.
"""

from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import settings

WAIT: Final = 250
"""Milliseconds after a key until it is written."""


def forget() -> None:
    """There is a vault: what the first run kept in plain settings goes, however far it came."""
    _write({})


def _write(texts: dict[str, str]) -> None:
    now = settings.load()
    if now.first_run != texts:
        settings.save(now.with_(first_run=texts))


class FirstTyped(QObject):
    """Listens to the entries of the first run and fills them with what was typed before."""

    def __init__(self, parent: QWidget, entries: dict[str, QLineEdit]) -> None:
        super().__init__(parent)
        self._entries = entries
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.keep)
        kept = settings.load().first_run
        for name, entry in entries.items():
            if isinstance(kept.get(name), str):
                entry.setText(kept[name])
            entry.textChanged.connect(lambda _text: self._timer.start())

    def keep(self) -> None:
        """Write it now."""
        texts = {name: entry.text() for name, entry in self._entries.items() if entry.text()}
        _write(texts)

    def forget(self) -> None:
        """It is answered, and lies in the vault."""
        self._timer.stop()
        forget()
