"""Daily roots of the office's own log, kept here so that not even the office can write its log anew unseen.

Floor: models. Kept as one local fact; the newest of them must come back with each answer that brings more.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local

NAME: Final = "office_roots"
MOST: Final = 400
"""Days that are kept."""
_LAST: Final = f"FROM local WHERE key = '{NAME}'"
NEWEST: Final = f"SELECT json_extract(value, '$.kept[#-1][1]') {_LAST}"
"""Asks for the row of the newest root kept here."""


class Root(Protocol):
    """The last row of the office's log on a day that is over."""

    @property
    def day(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def hash(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A root that was given to this laptop."""

    day: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Roots:
    """What is kept, oldest first, and the days that the office told otherwise later."""

    kept: tuple[Kept, ...]
    differing: tuple[Kept, ...]


def read(connection: Connection) -> Roots:
    """The roots of this laptop."""
    said = read_local(connection, NAME, {"kept": [], "differing": []})
    return Roots(tuple(Kept(*one) for one in said["kept"]), tuple(Kept(*one) for one in said["differing"]))


def keep(connection: Connection, given: Sequence[Root]) -> None:
    """Compare what the office says with what is kept, and keep what is new.

    A root that does not come back as it was is set aside, for `satchel verify` to tell.
    """
    if not given or (len(given) == 1 and _is_newest(connection, given[0])):  # so it is in most answers
        return
    known = read(connection)
    kept, differing = list(known.kept), list(known.differing)
    said = {one.seq: Kept(one.day, one.seq, one.hash) for one in given}
    wrong = [one for one in kept if said.get(one.seq, one) != one]
    if kept and kept[-1].seq not in said and any(seq > kept[-1].seq for seq in said):
        wrong.append(kept[-1])
    kept = [one for one in kept if one not in wrong]
    last = kept[-1].seq if kept else 0
    kept += [said[seq] for seq in sorted(said) if seq > last]
    differing += [one for one in wrong if one not in differing]
    if (tuple(kept), tuple(differing)) != (known.kept, known.differing):
        facts = {
            "kept": [[one.day, one.seq, one.hash] for one in kept[-MOST:]],
            "differing": [[one.day, one.seq, one.hash] for one in differing[-MOST:]],
        }
        write_local(connection, NAME, facts)


def _is_newest(connection: Connection, root: Root) -> bool:
    """Whether this is the newest root that is kept, word for word."""
    kept = connection.exec_driver_sql(f"SELECT json_extract(value, '$.kept[#-1]') {_LAST}").scalar()
    return kept is not None and json.loads(kept) == [root.day, root.seq, root.hash]
