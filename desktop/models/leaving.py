"""What this laptop may no longer hold leaves it wholly: rows, log, inbox, search index down to its blocks.

Of one's own answered operations the commitment stays (the chain verifies, `desktop/rules/chain.py`), the
values go. A name stays where rows that may be held still lead to the record.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from desktop.models import erasing, indexing, lending, remote_rows, search, stubs
from desktop.models.changes import read_local, seed_for, write_local
from desktop.models.columns import json_text
from desktop.models.record import RECORDS, Record, hidden_from
from desktop.models.remote_rows import IDS, id_list
from desktop.rules import roles
from desktop.rules.chain import leaf

Hidden = Mapping[str, frozenset[str]]
"""Record type → fields that may no longer be held."""

KEPT: Final = frozenset({"owner_id", "team_id", "custom"})
"""Fields that no mask hides."""


ASIDE: Final = "aside"
"""What was typed and not saved (`desktop/services/asides.py`)."""


def hidden_by(mask: str) -> Hidden:
    """The fields that a mask of this name hides; nothing where this program knows no such mask.

    What the role of this laptop's person hides does not count: a page may know of another role before the
    laptop does.
    """
    hidden = map(hidden_from, roles.every_sight())
    names = next((sorted(fields) for fields in hidden if roles.mask_name(fields) == mask), [])
    pairs = [name.split(".") for name in names]
    return {kind: frozenset(name for _, name in some) for kind, some in groupby(pairs, lambda pair: pair[0])}


def hidden_in(tables: Mapping[str, remote_rows.Rows]) -> Hidden:
    """The fields that these tables, cut by a mask, leave out."""
    return {
        kind: frozenset(RECORDS[kind].fields()).difference(KEPT, table.columns)
        for kind, table in tables.items()
        if kind in RECORDS
    }


def hide(connection: Connection, hidden: Hidden) -> None:
    """Empty these fields wherever this vault holds them."""
    driver: Any = connection.connection.driver_connection
    for kind, names in hidden.items():
        if not names:
            continue
        emptied = ", ".join(f'"{name}" = NULL' for name in sorted(names))
        some = " OR ".join(f'"{name}" IS NOT NULL' for name in sorted(names))
        driver.execute(f'UPDATE "{kind}" SET {emptied} WHERE {some}')  # noqa: S608 - names of the registry
        rows = driver.execute("SELECT seq, n, kind, body FROM change WHERE type = ?", (kind,)).fetchall()
        _erase(connection, rows, names)
        _hide_asides(driver, kind, names)
        _let_go(connection, kind, names)
        if not names.isdisjoint(name for name, _ in indexing.searched(RECORDS[kind])):
            _index_again(connection, kind)
        erasing.note(connection, words=False)


def _index_again(connection: Connection, kind: str) -> None:
    """What is searched of these records has changed: they come into the index anew, as after a first copy."""
    driver = indexing.driver_of(connection)
    ids = [bytes(row[0]) for row in driver.execute(f'SELECT id FROM "{kind}"')]  # noqa: S608
    search.remove(driver, ids)
    driver.executemany(
        "INSERT OR IGNORE INTO search_due (record, type) VALUES (?, ?)", [(record, kind) for record in ids]
    )
    erasing.note(connection)


def _hide_asides(driver: Any, kind: str, names: frozenset[str]) -> None:
    """What is kept beside the rows: the office's rows under open changes, and values in the inbox."""
    for record, text in driver.execute(
        "SELECT record, row FROM sync_base WHERE type = ?", (kind,)
    ).fetchall():
        row = json.loads(text)
        if row and not names.isdisjoint(row):
            cut = json_text({name: None if name in names else value for name, value in row.items()})
            driver.execute("UPDATE sync_base SET row = ? WHERE record = ?", (cut, record))
    for name in sorted(names):
        driver.execute(
            "UPDATE inbox SET mine = 'null', theirs = 'null', state = 'superseded'"
            " WHERE type = ? AND field = ?",
            (kind, name),
        )
    _hide_decisions(driver, kind, names)
    whole = driver.execute("SELECT id, mine FROM inbox WHERE type = ? AND field = ''", (kind,)).fetchall()
    for identity, text in whole:
        mine = json.loads(text)
        body = mine.get("body") if isinstance(mine, dict) else None
        if body and not names.isdisjoint(body):
            mine["body"] = {name: value for name, value in body.items() if name not in names}
            driver.execute("UPDATE inbox SET mine = ? WHERE id = ?", (json_text(mine), identity))


def _hide_decisions(driver: Any, kind: str, names: frozenset[str]) -> None:
    """The office's entries of the inbox, which other laptops of this person follow."""
    found = driver.execute("SELECT id, of_field, mine FROM decision WHERE of = ?", (kind,)).fetchall()
    for identity, field, text in found:
        mine = json.loads(text) if text else None
        value: Any = mine.get("value") if isinstance(mine, dict) else None
        body = value.get("body") if isinstance(value, dict) else None
        if field in names:
            driver.execute("UPDATE decision SET mine = NULL WHERE id = ?", (identity,))
        elif isinstance(body, dict) and not field and not names.isdisjoint(body):
            value["body"] = {name: one for name, one in body.items() if name not in names}
            driver.execute("UPDATE decision SET mine = ? WHERE id = ?", (json_text(mine), identity))


def _let_go(connection: Connection, kind: str, names: frozenset[str]) -> None:
    """What was typed into these fields and not saved goes with them."""
    stored = read_local(connection, ASIDE) or []
    kept = [one for one in stored if one["type"] != kind or one["field"] not in names]
    if len(kept) < len(stored):
        write_local(connection, ASIDE, kept)


def take_away(connection: Connection, cls: type[Record], ids: Sequence[bytes]) -> dict[bytes, str]:
    """Take records off this laptop; returns what those were called that rows of other types may lead to."""
    driver: Any = connection.connection.driver_connection
    titles = {}
    if stubs.leading(cls):
        titles = {record: cls.title_of(row.get) for record, row in remote_rows.read(driver, cls, ids).items()}
    remote_rows.remove(driver, cls, ids)
    lending.forget(driver, ids)
    one = [(record,) for record in ids]
    for sql in (
        "DELETE FROM sync_base WHERE record = ?",
        "DELETE FROM sync_await WHERE record = ?",
        "DELETE FROM change WHERE record = ? AND origin = 1",
        "UPDATE inbox SET theirs = 'null' WHERE record = ?",
    ):
        driver.executemany(sql, one)
    mine = f"SELECT seq, n, kind, body FROM change WHERE record IN ({IDS})"  # noqa: S608
    _erase(connection, driver.execute(mine, (id_list(ids),)).fetchall(), None)
    search.remove(indexing.driver_of(connection), ids)
    return titles


def tidy(connection: Connection, left: Mapping[str, Mapping[bytes, str]]) -> None:
    """After records have left, by type with what they were called: keep the names that rows lead to, and
    have the index merged soon, whose blocks hold deleted words until then.
    """
    for kind, titles in left.items():
        stubs.keep_led(connection, kind, titles)
    erasing.note(connection)


def _erase(connection: Connection, rows: Iterable[Sequence[Any]], names: frozenset[str] | None) -> None:
    """Take values out of log rows (seq, n, kind, body): the named ones, or all. What waits to be sent stays.

    Of an operation of one's own each value leaves its salted leaf behind; others' rows just lose it.
    """
    driver: Any = connection.connection.driver_connection
    acked = int(read_local(connection, "acked", 0))
    waiting = {row[0] for row in driver.execute("SELECT n FROM sync_await")}
    for seq, n, _kind, text in rows:
        if n is not None and (n > acked or n in waiting):
            continue
        body = json.loads(text)
        gone = {name: value for name, value in body.items() if names is None or name in names}
        if not gone:
            continue
        if n is not None:
            seed = seed_for(connection, n)
            driver.executemany(
                "INSERT OR REPLACE INTO erased (n, field, leaf) VALUES (?, ?, ?)",
                [(n, name, leaf(seed, n, name, value)) for name, value in gone.items()],
            )
        kept = {name: value for name, value in body.items() if name not in gone}
        if kept or n is not None:
            driver.execute("UPDATE change SET body = ? WHERE seq = ?", (json_text(kept), seq))
        else:
            driver.execute("DELETE FROM change WHERE seq = ?", (seq,))
