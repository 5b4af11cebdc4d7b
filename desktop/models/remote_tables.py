"""What the laptop remembers of its office: cursors, ops not yet arrived, the inbox, leased numbers."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from desktop.models.record import Base

sync_cursor = Table(
    "sync_cursor",
    Base.metadata,
    Column("stream", String(80), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("mask", String(80), nullable=False),
)
"""How far each stream is known here."""

sync_mark = Table(
    "sync_mark",
    Base.metadata,
    Column("stream", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("after", Text, nullable=False),
    Column("mask", String(80)),
)
"""How far the first copy of a stream was taken: pinned at seq `at`, to go on after a key, with the
columns hidden that `mask` names (MIXED: not the same ones throughout)."""

sync_await = Table(
    "sync_await",
    Base.metadata,
    Column("n", Integer, primary_key=True),
    Column("record", LargeBinary(16), nullable=False, index=True),
    Column("version", Integer, nullable=False),
)
"""Ops that the office has answered and whose row, of at least this version, has not arrived."""

sync_held = Table(
    "sync_held",
    Base.metadata,
    Column("record", LargeBinary(16), primary_key=True),
    Column("stream", String(80), nullable=False),
    Column("type", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("flag", String(12), nullable=False),
    Column("at", String(24)),
)
"""Deletions by others that are so many that a person is asked first."""

sync_lent = Table(
    "sync_lent",
    Base.metadata,
    Column("record", LargeBinary(16), primary_key=True),
    Column("stream", String(80), primary_key=True),
    Column("type", String(40), nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("sync_lent_stream", "stream", "type"),
    sqlite_with_rowid=False,
)
"""Which streams lend which records to this laptop. Under the stream "-" stands up to which version of a row
its own home no longer counts: the record left that home, and stayed for the sake of a loan."""

search_due = Table(
    "search_due",
    Base.metadata,
    Column("record", LargeBinary(16), primary_key=True),
    Column("type", String(40), nullable=False),
    sqlite_with_rowid=False,
)
"""Rows of a first copy that are shown already and come into the search index as soon as there is time."""

sync_stub = Table(
    "sync_stub",
    Base.metadata,
    Column("record", LargeBinary(16), primary_key=True),
    Column("type", String(40), nullable=False),
    Column("title", Text, nullable=False),
)
"""Names of records that this person may not see but to which rows link."""

erased = Table(
    "erased",
    Base.metadata,
    Column("n", Integer, primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("leaf", String(64), nullable=False),
    sqlite_with_rowid=False,
)
"""What stands in the chain for values that were taken out of this vault's own operations."""

inbox = Table(
    "inbox",
    Base.metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("device", LargeBinary(16), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("type", String(40), nullable=False),
    Column("record", LargeBinary(16), nullable=False),
    Column("field", String(60), nullable=False),
    Column("mine", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("code", String(40), nullable=False),
    Column("en", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Index("inbox_open", "state", "at"),
    Index("inbox_record", "record"),
)
"""What a person has to decide: kind conflict or rejected; state open, superseded, or one of
`desktop.models.inbox.DECIDED`."""

number_lease = Table(
    "number_lease",
    Base.metadata,
    Column("series", String(40), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
)
"""Blocks of numbers that belong to this laptop alone; `next` is the first one not used."""

TABLES: Final = (
    sync_cursor,
    sync_mark,
    sync_await,
    sync_held,
    sync_lent,
    search_due,
    sync_stub,
    erased,
    inbox,
    number_lease,
)
