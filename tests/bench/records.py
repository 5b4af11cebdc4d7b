"""Saving and finding, on the profile with all customers."""

import time
from collections.abc import Iterator
from random import Random

from sqlalchemy import select

from desktop.documents import samples
from desktop.models import indexing
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands, finding, imports, records, undo
from tests.bench.report import Figure, each, middle, p95

RAW_SAVE = "same rows, one commit"
REGISTERED = records.__name__
"""Importing it has registered the commands of records."""
IMPORTED = 10_000
TYPED = ("x", "xi", "xin", "xing", "星", "星河", "8866", "suzhou", "szxh", "科技有限")


def measure(store: Store) -> Iterator[Figure]:
    """A save with search index, log and chain; a key in the search box; an undo."""
    with store.reading() as session:
        ids = list(session.scalars(select(Customer.id).limit(2000)))
    chosen = Random(7).sample(ids, 60)
    me = store.me()
    saves = each(
        lambda place: commands.run(
            store, me, "customer.edit", chosen[place], values={"phone": f"138{place:08d}"}
        ),
        60,
    )
    undone = each(lambda _: undo.undo(store, me), 10)
    yield Figure("undo", middle(undone), None, "", "≤ 10")
    raw = raw_save(store, [one.bytes for one in chosen])
    yield Figure("save a field (p50)", middle(saves), middle(raw), "same rows, one commit", "≤ 5 and ≤ 3 ×")
    yield Figure("save a field (p95)", p95(saves), p95(raw), RAW_SAVE, "≤ 5")
    yield from _importing(store)
    keys = [text for _ in range(12) for text in TYPED]
    found = each(lambda place: finding.find(store, keys[place]), len(keys), time.process_time)
    bare = raw_find(store)
    yield Figure("search keystroke (CPU p95)", p95(found), bare, "one bare index query", "≤ 25")


def _importing(store: Store) -> Iterator[Figure]:
    """A table of 10,000 new customers: read, compared with all that is there, written; then taken back."""
    head = "客户名称,电话,城市,地址,税号\n"
    rows = [
        f"{row['name']}{place},{row['phone']},{row['city']},{row['address']},\n"
        for place, row in enumerate(samples.customers(IMPORTED))
    ]
    table = (head + "".join(rows)).encode("gb18030")
    me = store.me()
    began = time.perf_counter()
    report = imports.carry_out(store, me, imports.plan(table, "customers"))
    seconds = time.perf_counter() - began
    bare = raw_import(store, rows)
    count = report.records.get("customer", 0)
    yield Figure(f"import of {count:,} rows", seconds * 1000, bare, "rows and index bare", "< 15,000")
    began = time.perf_counter()
    undo.undo(store, me)
    yield Figure(
        "undo of the import", (time.perf_counter() - began) * 1000, bare, "rows and index bare", "< 10,000"
    )


def raw_import(store: Store, rows: list[str]) -> float:
    """Milliseconds to write as many rows, log entries and index rows by the bare driver, and roll back."""
    with store.engine.connect() as connection:
        raw = indexing.driver_of(connection)
        began = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("CREATE TABLE bench_row (id BLOB PRIMARY KEY, name, phone, city, address)")
        raw.execute("CREATE TABLE bench_log (id INTEGER PRIMARY KEY, record BLOB, body TEXT)")
        raw.execute("CREATE VIRTUAL TABLE bench_word USING fts5 (names, content = '')")
        for place, row in enumerate(rows):
            key = place.to_bytes(16, "big")
            raw.execute("INSERT INTO bench_row VALUES (?, ?, ?, ?, ?)", (key, *row.split(",")[:4]))
            raw.execute("INSERT INTO bench_log (record, body) VALUES (?, ?)", (key, row))
            raw.execute(
                "INSERT INTO bench_word (rowid, names) VALUES (?, ?)", (place + 1, " ".join(row[:16]))
            )
        raw.execute("ROLLBACK")
        return (time.perf_counter() - began) * 1000


def raw_save(store: Store, ids: list[bytes]) -> list[float]:
    """The same rows by the bare driver: record, log row, head, kept base, index rows; one commit each."""
    with store.engine.connect() as connection:
        raw = indexing.driver_of(connection)
        raw.execute("CREATE TABLE bench_log AS SELECT * FROM change LIMIT 0")
        entry = raw.execute("SELECT max(id) FROM search_entry").fetchone()[0]
        body = '{"phone":["0512-12345678","13800000000"]}'

        def save(place: int) -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("SELECT * FROM customer WHERE id = ?", (ids[place],)).fetchone()
            raw.execute("UPDATE customer SET phone = ? WHERE id = ?", (f"139{place:08d}", ids[place]))
            raw.execute(
                "INSERT INTO bench_log (device, tx, command, body) VALUES (?, ?, 'edit', ?)", (b"", b"", body)
            )
            raw.execute("UPDATE local SET value = value WHERE key = 'head'")
            raw.execute("DELETE FROM search_word WHERE rowid = ?", (entry - place,))
            raw.execute("INSERT INTO search_word (rowid, names) VALUES (?, 'a b c d e f')", (entry - place,))
            raw.execute("COMMIT")

        times = each(save, len(ids))
        raw.execute("DROP TABLE bench_log")
    return times


def raw_find(store: Store) -> float:
    """Milliseconds of one bare full-text query for the same words."""
    with store.reader.connect() as connection:
        raw = indexing.driver_of(connection)
        statement = "SELECT rowid FROM search_word WHERE search_word MATCH ? LIMIT 500"
        return p95(
            each(lambda _: raw.execute(statement, ('names:"星 河"',)).fetchall(), 60, time.process_time)
        )
