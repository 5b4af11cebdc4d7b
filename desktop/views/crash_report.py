"""What is said about a mistake of the program: where it happened, on what system, nothing of a customer.

The words of the error itself and the values around it stay here: they may hold what somebody typed.
"""

import platform
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6 import QtCore

from desktop.words import RESOURCES

MOST: Final = 60
"""Frames, the innermost ones."""
_PROGRAM: Final = RESOURCES.parent


def report(error: BaseException, at: datetime, shape: int) -> str:
    """The report: time, versions, the chain of errors by their types, each with its frames."""
    lines = [
        "Satchel error report",
        f"time: {at:%Y-%m-%dT%H:%M:%SZ}",
        f"program: {_version()}, vault shape {shape}",
        f"python: {platform.python_version()}, Qt {QtCore.qVersion()}",
        f"system: {platform.system()} {platform.release()} {platform.machine()}",
    ]
    for each in _chain(error):
        lines += ["", f"{type(each).__module__}.{type(each).__qualname__}", *_frames(each)]
    return "\n".join(lines) + "\n"


def place(error: BaseException) -> str:
    """Where it happened, in one line: two reports of one place are about one mistake."""
    frames = _frames(error)
    return f"{type(error).__qualname__} {frames[-1].strip() if frames else ''}"


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in found and len(found) < 8:
        found.append(each)
        each = each.__cause__ or each.__context__
    return found


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST:]
    return [f"  {_file(frame.filename)}:{frame.lineno} {_name(frame.name)}" for frame in frames]


def _name(name: str) -> str:
    return name if name.replace("<", "").replace(">", "").replace(".", "").isidentifier() else "?"


def _file(name: str) -> str:
    """A file of the program by its path in it, a library's likewise; never a folder of the person."""
    path = Path(name)
    if path.is_relative_to(_PROGRAM) and "site-packages" not in path.parts:
        return path.relative_to(_PROGRAM).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name if path.is_relative_to(sys.prefix) or path.is_relative_to(sys.base_prefix) else "?"


def _version() -> str:
    try:
        return version("satchel-crm")
    except PackageNotFoundError:
        return "from source"


def catch_everything(tell: Callable[[BaseException], object]) -> None:
    """What nobody expected is said in the message bar; the work is saved already, and the program goes on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            tell(error)

    sys.excepthook = caught
