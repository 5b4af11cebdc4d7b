"""The demo's office: `satchel-server serve` as a process of its own, which works on another core."""

import json
import subprocess
import sys
from functools import cached_property
from pathlib import Path

from desktop.errors import Offline
from desktop.words import msg
from sync.server.app import Running
from sync.server.server import Server


class Office:
    """An office that answers on loopback until `stop`, or until this program ends, however it ends."""

    def __init__(self, server: Server, folder: Path) -> None:
        """`server` has `folder` open already; a frozen program cannot start Python and serves in a thread."""
        self._thread = Running(server).start() if getattr(sys, "frozen", False) else None
        self._process = None if self._thread else _serve(folder)

    @cached_property
    def url(self) -> str:
        """Where it answers; waits until it does. Raises Offline when it does not come up."""
        if self._process is None or self._process.stdout is None:
            return self._thread.url if self._thread else ""
        line = self._process.stdout.readline()
        if not line:
            raise Offline(msg("The office did not start."))
        return str(json.loads(line)["url"])

    def stop(self) -> None:
        """Let it finish what it answers, and wait for its end."""
        if self._thread:
            self._thread.stop()
        if self._process:
            self._process.communicate()


def _serve(folder: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "sync.server",
        "serve",
        "--data",
        str(folder),
        "--port",
        "0",
        "--attended",
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
