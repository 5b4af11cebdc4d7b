"""What a power cut takes from a laptop: commits that did not wait for the disk, all of them or none."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from desktop.models.engines import open_keyed

KEY = bytes(range(32))
WAITS = 2
"""PRAGMA synchronous: from FULL on a commit is on the disk when it returns."""
PARTS = ("", "-wal")

_COMMITTING: dict[Path, Callable[[Any], None]] = {}


@lru_cache(maxsize=64)
def open_engine(path: Path) -> Engine:
    """A keyed engine; SQLAlchemy engines may be disposed and used again."""
    engine = open_keyed(path, KEY)

    dialect: Any = engine.dialect
    commit = dialect.do_commit

    def committing(pooled: Any) -> None:
        if path in _COMMITTING:
            _COMMITTING[path](pooled.driver_connection)
        commit(pooled)

    dialect.do_commit = committing
    return engine


class Disk:
    """The file of a laptop, as far as it is on the disk; looked after while the power may go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shaky = False
        """Whether the power may go: else nobody needs to know what would be left."""
        self._left: dict[str, bytes] | None = None
        self._changes: dict[int, tuple[Any, int]] = {}
        """How much each connection had written when it committed last."""
        _COMMITTING[path] = self._committing

    def flushed(self) -> None:
        """Everything is on the disk."""
        self._left = None

    def _committing(self, driver: Any) -> None:
        now = driver, driver.total_changes
        if self._changes.get(id(driver)) == now:
            return  # who has only looked writes nothing to the disk, nor what others left unwritten
        self._changes[id(driver)] = now
        if driver.execute("PRAGMA synchronous").fetchone()[0] >= WAITS:
            self._left = None  # with it all that was committed before is on the disk
        elif self.shaky and self._left is None:
            self._left = {part: _read(self._part(part)) for part in PARTS}

    def forget(self) -> bool:
        """Back to what is on the disk for sure; every connection must be closed. Whether anything went."""
        if self._left is None:
            return False
        for part, content in self._left.items():
            self._part(part).write_bytes(content)
        self._part("-shm").unlink(missing_ok=True)
        self._left = None
        return True

    def _part(self, suffix: str) -> Path:
        return Path(f"{self.path}{suffix}")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
