"""The full-text index: what a person types into the one box, found in names, numbers, notes and by sound.

A contentless FTS5 table; `search_entry` ties each of its rows to a record and keeps what a hit shows. At most
`CANDIDATES` rows leave the index, and only those are ranked. All of it works on a raw connection or cursor,
inside the caller's transaction; tokens and questions are made by `desktop.rules.search`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from desktop.rules import ordering, phones, ranking, search
from desktop.rules.ranking import Candidate, Found

CANDIDATES: Final = 300
"""The newest so many leave the index and are ranked; twenty are shown. Each takes 10 to 25 µs of a key."""
NARROWED: Final = 2000
"""Up to so many hits narrow a list as a set of their own; of more, the database is asked row by row."""
SORTED: Final = "search_sorted"
"""The index by which names stand in order."""
PEOPLE: Final = frozenset({"contact", "user"})
"""Types whose names begin with a surname."""
_BATCH: Final = 1000

_ENTRY: Final = """
CREATE TABLE IF NOT EXISTS search_entry (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL UNIQUE,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    names TEXT NOT NULL,
    numbers TEXT NOT NULL,
    phones TEXT NOT NULL,
    rank INTEGER NOT NULL,
    sort TEXT NOT NULL DEFAULT ''
)"""
_WORDS: Final = """
CREATE VIRTUAL TABLE IF NOT EXISTS search_word USING fts5(
    kind, names, sound, numbers, texts,
    content = '', contentless_delete = 1, tokenize = 'ascii'
)"""
_FIND: Final = """
SELECT e.id, e.type, e.record, e.title, e.names, e.numbers, e.phones, e.rank
FROM search_word AS w JOIN search_entry AS e ON e.id = w.rowid
WHERE search_word MATCH ? ORDER BY w.rowid DESC LIMIT ?"""

_MATCHING: Final = """
SELECT e.record FROM search_word AS w JOIN search_entry AS e ON e.id = w.rowid
WHERE search_word MATCH ? ORDER BY w.rowid DESC LIMIT ?"""

_MERGED: Final = "INSERT INTO search_word (search_word, rank) VALUES (?, ?)"
SEGMENTS: Final = (("automerge", 16), ("crisismerge", 64))
"""So many pieces of the index are merged into one, little by little: with FTS5's own 4 each row of a first
copy is written thrice; questions take as long. All of a level at once only where that did not keep up: with a
million rows that would hold whoever saves for seconds.
"""

_KNOWN: Final = "SELECT id FROM search_entry WHERE record IN (SELECT unhex(value) FROM json_each(?))"
"""One value for many records: a thousand would fill the memory that the connection sets aside for values."""


class Connection(Protocol):
    """A raw DBAPI connection or cursor of sqlcipher3 or sqlite3."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run one statement for each row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index should know of one record; `rank` decides between equal hits (own and recent higher)."""

    type: str
    id: bytes
    title: str
    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    rank: int = 0


class Hit(NamedTuple):
    """A record found; `matched` is the name or number that answered, empty if its notes did."""

    type: str
    id: bytes
    title: str
    score: float
    matched: str


def create_index(connection: Connection) -> None:
    """Create the two tables if they are missing."""
    connection.execute(_ENTRY)
    connection.execute(_WORDS)
    connection.executemany(_MERGED, SEGMENTS)


def add_sorting(connection: Connection) -> None:
    """Bring the names in order into an index from before; one that is filled again has them already."""
    if "sort" in [row[1] for row in connection.execute("PRAGMA table_info(search_entry)").fetchall()]:
        return
    connection.execute("ALTER TABLE search_entry ADD COLUMN sort TEXT NOT NULL DEFAULT ''")
    last = 0
    while rows := connection.execute(
        "SELECT id, title, type FROM search_entry WHERE id > ? ORDER BY id LIMIT ?", (last, _BATCH)
    ).fetchall():
        last = rows[-1][0]
        keys = [(sorting_of(kind, title), place) for place, title, kind in rows]
        connection.executemany("UPDATE search_entry SET sort = ? WHERE id = ?", keys)


def sorting_of(kind: str, title: str) -> str:
    """By what a record of this type and name is sorted."""
    return ordering.key(title, person=kind in PEOPLE)


def in_order(connection: Connection) -> bool:
    """Whether lists by name can be read in order, without sorting all of it first."""
    asked = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?"
    return connection.execute(asked, (SORTED,)).fetchone() is not None


def order(connection: Connection) -> None:
    """Lay the index by which names stand in order: 4 µs a record, kept from then on.

    Made when somebody first sorts by name, so that no first copy and no import waits for it.
    """
    connection.execute(f"CREATE INDEX IF NOT EXISTS {SORTED} ON search_entry (type, sort, record)")


def clear(connection: Connection) -> None:
    """Forget everything, to be written anew from the records."""
    connection.execute("DROP TABLE IF EXISTS search_word")
    connection.execute("DROP TABLE IF EXISTS search_entry")
    create_index(connection)


TABLES: Final = ("search_entry", "search_word_data", "search_word_idx", "search_word_docsize")
"""What the index consists of."""
AT_ONCE: Final = 200
"""Blocks of the index merged in one go: about 13 ms."""
BLOCKS: Final = "search_next_data"
"""The one of them whose rows are blocks of the index, up to a page long."""
NEXT: Final = {
    "search_next_entry": ("search_entry", "id"),
    "search_next_data": ("search_word_data", "id"),
    "search_next_idx": ("search_word_idx", ""),
    "search_next_docsize": ("search_word_docsize", "id"),
}
"""The tables of an index that is being laid beside, each with the one it takes the place of, and the whole
number by which that is in order.
"""

_NAMED: Final = "replace(replace({0}, 'search_next_entry', 'search_entry'), 'search_next', 'search_word')"
_RENAMED: Final = (
    "UPDATE sqlite_schema SET "  # noqa: S608 - own names
    + ", ".join(f"{column} = {_NAMED.format(column)}" for column in ("name", "tbl_name", "sql"))
    + " WHERE tbl_name = 'search_next' OR substr(tbl_name, 1, 12) = 'search_next_'"
)


def create_next(connection: Connection) -> None:
    """An index beside the one in use, to be filled block by block; `exchange` puts it in its place."""
    drop_next(connection)
    connection.execute(_ENTRY.replace("search_entry", "search_next_entry"))
    connection.execute(_WORDS.replace("search_word", "search_next"))
    connection.executemany(_MERGED.replace("search_word", "search_next"), SEGMENTS)
    for table in NEXT:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - own names


def drop_next(connection: Connection) -> None:
    """Take away what was laid beside."""
    connection.execute("DROP TABLE IF EXISTS search_next")
    connection.execute("DROP TABLE IF EXISTS search_next_entry")


def exchange(connection: Connection) -> None:
    """The index laid beside is the index from now on; on a connection that is used for this alone.

    Its tables get their names where the database keeps them, in one step of the transaction: `ALTER TABLE`
    reads the whole schema three times for each of the six, 60 ms in which a save would wait.
    """
    connection.execute("DROP TABLE search_word")
    connection.execute("DROP TABLE search_entry")
    connection.execute("PRAGMA writable_schema = ON")
    try:
        connection.execute(_RENAMED)
    finally:
        connection.execute("PRAGMA writable_schema = RESET")  # and read anew


def merge(connection: Connection, blocks: int) -> bool:
    """Merge some of what many writes left behind; whether more is to do. Negative: begin to make it one.

    Worth it after a first sync or an import. The connection's count of changes says whether there is more.
    """
    before = connection.execute("SELECT total_changes()").fetchone()[0]
    connection.execute(_MERGED, ("merge", blocks))
    return bool(connection.execute("SELECT total_changes()").fetchone()[0] - before >= 2)


def write(connection: Connection, entries: Iterable[Entry], *, new: bool = False) -> int:
    """Put these records in, in place of what was known of them (`new`: nothing is); gives how many."""
    source = iter(entries)
    written = 0
    while batch := {entry.id: entry for entry in islice(source, _BATCH)}:
        written += len(batch)
        first = 1 + connection.execute("SELECT coalesce(max(id), 0) FROM search_entry").fetchone()[0]
        if first > 1 and not new:
            remove(connection, batch)
        rows = [(place, entry, _names(entry)) for place, entry in enumerate(batch.values(), first)]
        connection.executemany(
            "INSERT INTO search_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_entry_row, rows)
        )
        connection.executemany(
            "INSERT INTO search_word (rowid, kind, names, sound, numbers, texts) VALUES (?, ?, ?, ?, ?, ?)",
            map(_word_row, rows),
        )
    return written


def remove(connection: Connection, ids: Iterable[bytes]) -> int:
    """Forget these records; unknown ones are no error. Gives how many were known."""
    source = iter(ids)
    removed = 0
    while batch := list(islice(source, _BATCH)):
        listed = '","'.join([record.hex() for record in batch])
        known = connection.execute(_KNOWN, (f'["{listed}"]',)).fetchall()
        connection.executemany("DELETE FROM search_word WHERE rowid = ?", known)
        connection.executemany("DELETE FROM search_entry WHERE id = ?", known)
        removed += len(known)
    return removed


def find(
    connection: Connection, text: str, *, types: Sequence[str] | None = None, limit: int = 20
) -> list[Hit]:
    """The records that best answer what was typed, best first.

    Chinese characters, full pinyin, initials, both mixed, words, codes, numbers and their tails; with several
    words each must be there. Notes are asked only if names and numbers do not fill the list, and near misses
    only if nothing answered at all.
    """
    words = search.terms(text)
    if not words or (types is not None and not types):
        return []
    asked = _Asked(connection, words, types)
    asked.ask(search.at_the_head(words), lambda found: ranking.best(words, found, notes=False))
    asked.ask(search.by_name(words), lambda found: ranking.best(words, found, notes=False))
    if len(asked.found) < limit:
        asked.ask(search.anywhere(words), lambda found: ranking.best(words, found, notes=True))
    if not asked.found:
        asked.ask(search.near_misses(words), lambda found: ranking.alike(words, found))
    return asked.hits(limit)


def matching(connection: Connection, text: str, kind: str, limit: int = CANDIDATES) -> list[bytes]:
    """The records of a type that answer what was typed, in no order of worth: what narrows a list.

    As `find`, but the index alone decides, and near misses are not asked for.
    """
    asked = question(text, kind)
    return (
        [bytes(row[0]) for row in connection.execute(_MATCHING, (asked, limit)).fetchall()] if asked else []
    )


def question(text: str, kind: str) -> str:
    """What the index is asked for the records of a type that answer what was typed; empty: nothing was."""
    words = search.terms(text)
    asked = [search.at_the_head(words), search.by_name(words), search.anywhere(words)] if words else []
    return search.of_kinds(" OR ".join(f"({each})" for each in asked if each), [kind]) if words else ""


class _Asked:
    """The candidates gathered for one question, each only once."""

    def __init__(self, connection: Connection, words: list[str], types: Sequence[str] | None) -> None:
        self.connection = connection
        self.words = words
        self.types = types
        self.rows: dict[int, Any] = {}
        self.found: list[tuple[Found, Candidate]] = []

    def ask(self, question: str, value: Callable[[Candidate], Found | None]) -> None:
        left = CANDIDATES - len(self.found)
        if not question or left <= 0:
            return
        if self.types is not None:
            question = search.of_kinds(question, self.types)
        for row in self.connection.execute(_FIND, (question, left)).fetchall():
            if row[0] in self.rows:
                continue
            names, numbers, telephones = (column.split("\n") for column in row[4:7])
            candidate = Candidate(row[0], names, numbers, telephones, row[7])
            found = value(candidate)
            if found is not None:
                self.rows[row[0]] = row
                self.found.append((found, candidate))

    def hits(self, limit: int) -> list[Hit]:
        best = ranking.order(self.found)[:limit]
        rows = [(self.rows[candidate.place], found) for found, candidate in best]
        return [Hit(row[1], row[2], row[3], found.score, found.matched) for row, found in rows]


def _names(entry: Entry) -> list[str]:
    if entry.names == [entry.title]:
        return entry.names
    return list(dict.fromkeys(name for name in (entry.title, *entry.names) if name))


def _entry_row(numbered: tuple[int, Entry, list[str]]) -> tuple[object, ...]:
    place, entry, said = numbered
    names, numbers, telephones = _lines(said), _lines(entry.numbers), _lines(entry.phones)
    by = sorting_of(entry.type, entry.title)
    return place, entry.id, entry.type, entry.title, names, numbers, telephones, entry.rank, by


def _lines(values: Iterable[str]) -> str:
    return "\n".join([value.replace("\n", " ") for value in values])


def _word_row(numbered: tuple[int, Entry, list[str]]) -> tuple[object, ...]:
    place, entry, names = numbered
    return (
        place,
        search.kind_token(entry.type),
        search.text_tokens(names),
        search.sound_tokens(names),
        search.number_tokens([*entry.numbers, *map(phones.plain, entry.phones)]),
        search.text_tokens(entry.texts),
    )
