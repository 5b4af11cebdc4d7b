"""More processes that answer on the same port: an office on PostgreSQL uses all cores of its machine.

The first worker has bound the socket and keeps house; it starts the others, which inherit the socket and
get their orders as one line of JSON. Each is stateless: any may answer any request. One that dies is
replaced; the others end when told to, or when the first is gone.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from desktop.errors import Refused, SatchelError, Usage
from desktop.words import msg

MOST: Final = 64
PATIENCE: Final = 30.0
"""Seconds a worker has to finish what it is answering."""
LOOK: Final = 0.5
"""Seconds between two looks whether all are alive."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a further worker needs to know."""

    database_url: str
    certificate: str | None = None
    key: str | None = None
    behind_proxy: bool = False
    authority: str = ""
    counted: str = ""
    """The folder in which the workers keep what they have counted."""
    workers: int = 1
    replica_urls: tuple[str, ...] = ()


def check(count: int, database_url: str | None) -> None:
    """Raises Usage or Refused where so many workers cannot answer for this office."""
    if not 1 <= count <= MOST:
        raise Usage(msg("--workers takes a number from 1 to 64."))
    if count > 1 and not (database_url or "").startswith("postgres"):
        raise Refused(
            msg(
                "Several workers need PostgreSQL: give --database-url. "
                "On its own file the office runs as one."
            )
        )
    if count > 1 and os.name == "nt":
        raise Refused(
            msg("Several workers need a system that can hand a socket on; this one runs the office as one.")
        )


class Beside:
    """The workers beside this process, while the block runs."""

    def __init__(self, count: int, listening: socket.socket, orders: Orders) -> None:
        self._listening = listening
        self._orders = json.dumps(asdict(orders))
        self._count = count
        self._processes: list[subprocess.Popen[str]] = []
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._replace, name="workers")

    def __enter__(self) -> Self:
        self._processes = [self._started() for _ in range(self._count)]
        if self._count:
            self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._count:
            self._keeper.join()
        for process in self._processes:
            process.terminate()
        ends = time.monotonic() + PATIENCE
        for process in self._processes:
            try:
                process.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()

    def _started(self) -> subprocess.Popen[str]:
        handle = self._listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(handle)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(handle,),
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(self._orders + "\n")
        process.stdin.flush()  # and stays open: its end says that the first worker is gone
        return process

    def _replace(self) -> None:
        while not self._over.wait(LOOK):
            for place, process in enumerate(self._processes):
                if process.poll() is not None:
                    if process.stdin is not None:
                        process.stdin.close()
                    self._processes[place] = self._started()


def main() -> int:
    """Be one further worker."""
    from sync.server.app import Running
    from sync.server.server import Server
    from sync.server.store import open_url

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    orders = Orders(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    listening = socket.socket(fileno=int(sys.argv[1]))
    try:
        server = Server(open_url(orders.database_url))
    except SatchelError as error:
        sys.stderr.write(error.message.in_language("en") + "\n")
        return error.exit_code
    server.authority = orders.authority
    server.store.follow_with(orders.replica_urls, server.metrics.read_from)
    server.metrics.share(Path(orders.counted), orders.workers)
    sys.setswitchinterval(0.001)  # as the first worker does
    running: Any = Running(
        server,
        certificate=orders.certificate,
        key=orders.key,
        behind_proxy=orders.behind_proxy,
        listening=listening,
    ).start()
    while running.is_alive() and not stop.wait(LOOK):
        pass
    running.stop()
    server.metrics.close()
    return 0


def _wait_for_end(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
