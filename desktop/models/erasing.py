"""What left this laptop still stands in blocks of the search index and in the log; here it leaves those too.

`leaving.py` notes that something left, in its transaction; the engine has the index tidied when at rest.
"""

import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from desktop.models import search, stubs
from desktop.models.changes import read_local, write_local
from desktop.models.engines import write_back
from desktop.models.indexing import driver_of

if TYPE_CHECKING:
    from desktop.models.remote import Remote

UNTIDY: Final = "untidy"
"""The local fact that something left since this was last done: True, or LOG."""
LOG: Final = "log"
"""What left stands in the log and in pages that are not written back, but in no block of the index."""
TRIES, PAUSE = 20, 0.01
"""How often the log is to be written back where others read, and seconds between."""


def note(connection: Connection, *, words: bool = True) -> None:
    """Something left in this transaction, with `words` that stand in the index."""
    known = read_local(connection, UNTIDY, False)
    if known is not True and (words or not known):
        write_local(connection, UNTIDY, words or LOG)


def pending(connection: Connection) -> bool:
    """Whether something of what left may still stand in the file."""
    return bool(read_local(connection, UNTIDY, False))


def tidy(remote: "Remote") -> None:
    """Rewrite the index without them, in slices between which a person may write, and empty the log.

    A crash in between begins again. Where somebody reads all the time, the log stays for the next time.
    """
    blocks = -search.AT_ONCE
    while _merge_some(remote, blocks):
        blocks = search.AT_ONCE
    with remote.store.turns.arrival(), remote.store.engine.begin() as connection:
        stubs.drop_unled(connection)
    for _ in range(TRIES):
        with remote.store.turns.arrival():
            if write_back(remote.store.engine):
                _done(remote)
                return
        time.sleep(PAUSE)


def _merge_some(remote: "Remote", blocks: int) -> bool:
    """Merge some blocks; whether there is more to do."""
    with remote.store.turns.arrival(), remote.store.engine.begin() as connection:
        if read_local(connection, UNTIDY, False) is not True:
            return False
        more = search.merge(driver_of(connection), blocks)
        if not more:
            write_local(connection, UNTIDY, LOG)
        remote.point("tidying")
    return more


def _done(remote: "Remote") -> None:
    """The log is empty. What left since then, by another hand, is noted anew and stays noted."""
    with remote.store.engine.begin() as connection:
        if read_local(connection, UNTIDY, False) == LOG:
            write_local(connection, UNTIDY, False)
