"""Words of what left this laptop still stand in blocks of the search index; here they leave those too.

`leaving.py` notes that something left, in its transaction; the engine has the index tidied when at rest.
"""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from desktop.models.changes import read_local, write_local
from desktop.models.indexing import driver_of

if TYPE_CHECKING:
    from desktop.models.remote import Remote

PAGES: Final = 200
"""Blocks of the index merged in one go: about 13 ms."""

UNTIDY: Final = "untidy"
"""The local fact that something left since the index was last tidied."""


def note(connection: Connection) -> None:
    """Something left in this transaction."""
    if not pending(connection):
        write_local(connection, UNTIDY, True)


def pending(connection: Connection) -> bool:
    """Whether words of what left may still stand in the index."""
    return bool(read_local(connection, UNTIDY, False))


def tidy(remote: "Remote") -> None:
    """Rewrite the index without them, in slices between which a person may write.

    A crash in between begins again. At the end the log is written back, so that no old page stays in it.
    """
    pages = -PAGES  # negative: begin to merge everything into one
    while _merge_some(remote, pages):
        pages = PAGES
    with remote.store.turns.arrival(), remote.store.engine.connect() as connection:
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _merge_some(remote: "Remote", pages: int) -> bool:
    """Merge some blocks; whether there is more to do. The connection's count of changes says so."""
    with remote.store.turns.arrival(), remote.store.engine.begin() as connection:
        driver = driver_of(connection)
        before = driver.execute("SELECT total_changes()").fetchone()[0]
        driver.execute("INSERT INTO search_word (search_word, rank) VALUES ('merge', ?)", (pages,))
        more = bool(driver.execute("SELECT total_changes()").fetchone()[0] - before >= 2)
        if not more:
            write_local(connection, UNTIDY, False)
        remote.point("tidying")
    return more
