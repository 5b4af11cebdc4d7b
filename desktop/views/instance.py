"""One window for each profile: a second start raises the first one and hands its link over.

The right to the profile is the vault's own lock, which the system takes back when a process ends. This is
only the bell at the door: what a killed process left of it is swept away. Where there is no bell nobody is
rung, and what rings is not loaded before the first page is shown.
"""

import os
import sys
import zlib
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

WAIT: Final = 1000
"""Milliseconds for an answer: who does not answer by then is not there."""
HEARD: Final = b"ok"
LONGEST: Final = 200
"""Bytes of a link, at most."""


def bell(folder: Path) -> str:
    """The name under which the window of a profile is rung."""
    whose = f"{os.environ.get('USERNAME') or os.environ.get('USER') or ''} {folder.expanduser().absolute()}"
    text = whose.encode("utf-8", "surrogateescape")
    return f"satchel-{zlib.crc32(text):08x}{zlib.adler32(text):08x}{len(text):04x}"


def hand_over(folder: Path, link: str) -> bool:
    """Ring the window that has this profile open; False where there is none."""
    if sys.platform != "win32" and not Path(os.environ.get("TMPDIR") or "/tmp", bell(folder)).exists():
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(bell(folder))
    if not socket.waitForConnected(WAIT):
        return False
    socket.write(link.encode() + b"\n")
    socket.flush()
    answered = socket.bytesAvailable() > 0 or socket.waitForReadyRead(WAIT)
    heard = answered and bytes(socket.readAll().data()).startswith(HEARD)
    socket.disconnectFromServer()
    return heard


class Instance(QObject):
    """The bell of this process's window."""

    rung = Signal(str)  # the link that was handed over, or nothing

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come)
        running = QCoreApplication.instance()
        if sys.platform == "darwin" and running is not None:
            running.installEventFilter(self)  # there the system hands links to the running program itself
        name = bell(folder)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)  # nobody answered there: a killed process left it
            self._server.listen(name)

    def close(self) -> None:
        """Nobody rings here any more."""
        self._server.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A link that the system hands over."""
        if event.type() == QEvent.Type.FileOpen:
            link: Any = event
            self.rung.emit(link.url().toString())
            return True
        return super().eventFilter(watched, event)

    def _come(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._hear)  # a closure would end this bell inside its caller
            socket.disconnected.connect(socket.deleteLater)
        self._hear()

    def _hear(self) -> None:
        """What whoever rings has said by now."""
        from PySide6.QtNetwork import QLocalSocket

        for socket in self._server.findChildren(QLocalSocket):
            if socket.canReadLine():
                said = bytes(socket.readLine(LONGEST).data()).decode("utf-8", "replace").strip()
                socket.write(HEARD)
                socket.flush()
                self.rung.emit(said)
