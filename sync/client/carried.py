"""Bundles that this laptop carries for others: sealed letters for the office, replies for laptops."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from desktop.errors import Refused
from desktop.models import profile
from desktop.words import msg
from sync.protocol import bundle
from sync.protocol.bundle import Address, BadBundle, NoBundle

SUFFIX: Final = ".bundle"
MOST_FILES: Final = 100
DAYS: Final = 30
"""After so many days nobody waits for it any more: its laptop has written again."""

FULL: Final = msg(
    "This laptop carries {count} bundles already; hand them over first: satchel bundle hand DIR."
)


class Carried:
    """A folder of sealed bundles; their names say nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: bytes) -> Address:
        """Keep a bundle; one that is here already is kept once. Raises Refused for what is none."""
        try:
            found = bundle.address(data)
        except NoBundle as error:
            raise Refused(bundle.NOT_ONE) from error
        except BadBundle as error:
            raise Refused(bundle.DAMAGED) from error
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / (hashlib.sha256(data).hexdigest()[:32] + SUFFIX)
        if not path.exists():
            if len(list(self._paths())) >= MOST_FILES:
                raise Refused(FULL.of(count=MOST_FILES))
            profile.write_durably(path, data)
        return found

    def letters(self, office: str) -> list[bytes]:
        """What is to go to this office."""
        return [data for found, data in self._all() if (found.kind, found.to) == ("letter", office)]

    def replies(self, device: str) -> list[bytes]:
        """What is to go to this laptop."""
        return [data for found, data in self._all() if (found.kind, found.to) == ("reply", device)]

    def hand_over(self, folder: Path, office: str) -> int:
        """Write every letter for the office into a folder; returns how many."""
        letters = self.letters(office)
        for data in letters:
            profile.write_durably(folder / (hashlib.sha256(data).hexdigest()[:32] + SUFFIX), data)
        return len(letters)

    def _all(self) -> Iterator[tuple[Address, bytes]]:
        for path in self._paths():
            data = path.read_bytes()
            try:
                yield bundle.address(data), data
            except (NoBundle, BadBundle):
                path.unlink()

    def _paths(self) -> Iterator[Path]:
        oldest = time.time() - DAYS * 86_400
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            if path.stat().st_mtime < oldest:
                path.unlink()
            else:
                yield path
