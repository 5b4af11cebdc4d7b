"""Starts Satchel and its office as processes of their own, at once: it has imported them already and forks.

    python -m tests.stories.starter [--plain]     reads an order a line, answers a line; see `people.Starter`

A forked child is a process like any other: own standard streams, environment, folder and exit code.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

from tests.canaries import plain_build
from tests.vaults import cheap_vault

PROGRAMS: Final = {"desktop": "desktop.__main__", "office": "sync.server.__main__"}
WARM: Final = (
    "desktop.cli",
    "desktop.documents.quote",
    "desktop.models.backups",
    "desktop.models.remote",
    "sync.client.driver",
    "sync.client.transport",
    "sync.server.app",
    "sync.server.cli",
    "sync.server.server",
    "sync.server.store",
    "platformdirs",
)


def main() -> int:
    """Carry out orders until there are no more."""
    for name in (*PROGRAMS.values(), *WARM):
        importlib.import_module(name)
    importlib.import_module("desktop.rules.search").sound_tokens(["单雄信"])  # reads the dictionary of sounds
    if "--plain" in sys.argv:
        plain_build()
    answer({"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        answer(wait(order) if "wait" in order else {"pid": start(order)})
    return 0


def answer(said: dict[str, Any]) -> None:
    """One line to who gave the order."""
    os.write(1, (json.dumps(said) + "\n").encode())


def wait(order: dict[str, Any]) -> dict[str, Any]:
    """How a child ended: exit code, minus the signal that killed it, or None while it runs on; its work."""
    until = time.monotonic() + order["seconds"]
    while True:
        pid, status, used = os.wait4(order["wait"], os.WNOHANG)
        if pid:
            return {"code": os.waitstatus_to_exitcode(status), "worked": used.ru_utime + used.ru_stime}
        if time.monotonic() > until:
            return {"code": None}
        time.sleep(0.002)


def start(order: dict[str, Any]) -> int:
    """Fork a child that becomes the program; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        become(order)
        code = run(order["program"], order["arguments"])
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # noqa: BLE001 - what would be a traceback on the screen is one here
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def become(order: dict[str, Any]) -> None:
    """Take the streams, the environment and the folder of the order."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream, path, mode in (
        (0, order["stdin"], os.O_RDONLY),
        (1, order["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, order["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(path, mode, 0o600), stream)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it lives as long as the process
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["folder"])


def run(program: str, arguments: list[str]) -> int:
    """The program's own start."""
    if program == "vault":
        cheap_vault(Path(arguments[0])).close()
        return 0
    sys.argv = [program, *arguments]
    module = importlib.import_module(PROGRAMS[program])
    code: int = module.main(arguments) if program == "desktop" else module.main()
    return code


if __name__ == "__main__":
    sys.exit(main())
