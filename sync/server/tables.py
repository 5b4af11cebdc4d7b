"""The office's own tables, beside the record tables that it shares with the laptops.

Ids are `IdColumn` (16 bytes; `uuid` on PostgreSQL), moments are milliseconds UTC.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from desktop.models.columns import IdColumn

OFFICE: Final = MetaData()

META: Final = Table(
    "office_meta",
    OFFICE,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single facts: the schema's number, the office's id, the head of the audit chain."""

DEVICE: Final = Table(
    "office_device",
    OFFICE,
    Column("id", IdColumn(), primary_key=True),
    Column("user", IdColumn(), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("code", String(8), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("last_op", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("acked", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
"""Every enrolled laptop: whose it is, its key, the number and the chain head of its last operation."""

REACH: Final = Table(
    "office_reach",
    OFFICE,
    Column("user", IdColumn(), primary_key=True),
    Column("stream", String(40), primary_key=True),
    sqlite_with_rowid=False,
)
"""Every stream that a person was ever given: an edit made then may arrive when it is theirs no more."""

VERDICT: Final = Table(
    "office_verdict",
    OFFICE,
    Column("device", IdColumn(), primary_key=True),
    Column("n", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("verdict", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What was decided on each operation: a repeated one gets the same answer."""

VERSIONS: Final = Table(
    "office_version",
    OFFICE,
    Column("record", IdColumn(), primary_key=True),
    Column("fields", Text, nullable=False),
    Column("devices", Text, nullable=False),
    Column("user", IdColumn(), nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Of each record that a person changed: the version that last changed each field (1 where none is named), the
newest version that each device made, and who made the newest when; the first two as JSON."""

ROLE: Final = Table(
    "office_role",
    OFFICE,
    Column("name", String(40), primary_key=True),
    Column("base", String(40), nullable=False),
    Column("facts", Text, nullable=False),
)
"""The roles that this office has made its own, as `desktop/rules/roles.py` tells them; JSON."""

HEAD: Final = Table(
    "office_stream_head",
    OFFICE,
    Column("stream", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""The counter of each stream, locked last and in ascending order: a visible head means all below is visible.
"""

FLOOR: Final = Table(
    "office_stream_floor",
    OFFICE,
    Column("stream", String(40), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""Below this seq the feed of a stream has forgotten removals; who stands lower compares digests."""

FEED: Final = Table(
    "office_feed",
    OFFICE,
    Column("stream", String(40), primary_key=True),
    Column("type", String(40), primary_key=True),
    Column("record", IdColumn(), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("flag", String(9), nullable=False),
    Index("office_feed_seq", "stream", "seq"),
    sqlite_with_rowid=False,
)
"""The newest event of each record in each stream."""

ENROL: Final = Table(
    "office_enrol_code",
    OFFICE,
    Column("finder", String(3), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("user", IdColumn(), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("device", IdColumn()),
)
"""Codes that may still be used: found by their first three characters, the rest kept as a hash.
`device` is the laptop that has used it."""

SERIES: Final = Table(
    "office_series",
    OFFICE,
    Column("series", String(40), primary_key=True),
    Column("next", BigInteger, nullable=False),
)
"""The first number of each series that no laptop holds yet."""

LEASE: Final = Table(
    "office_lease",
    OFFICE,
    Column("series", String(40), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("device", IdColumn(), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)
"""Which laptop may use which numbers."""

BLOB: Final = Table(
    "office_blob",
    OFFICE,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The files whose bytes are all here and whose hash fits."""

PIECE: Final = Table(
    "office_blob_piece",
    OFFICE,
    Column("sha256", String(64), primary_key=True),
    Column("device", IdColumn(), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The pieces of files: the office's own of whole ones (its id is zero), each laptop's of those it is sending.
"""

PROOF: Final = Table(
    "office_blob_proof",
    OFFICE,
    Column("sha256", String(64), primary_key=True),
    Column("attachment", IdColumn(), primary_key=True),
)
"""The attachments that were filled by somebody who had the bytes, and did not merely know their hash."""

LETTER: Final = Table(
    "office_letter",
    OFFICE,
    Column("device", IdColumn(), primary_key=True),
    Column("nonce", String(32), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The bundles that came from each laptop, and when the newest copy of each was taken in: as its n-th."""

HEIR: Final = Table(
    "office_heir",
    OFFICE,
    Column("device", IdColumn(), primary_key=True),
    Column("heir", IdColumn(), nullable=False),
)
"""Laptops that go on under another identity: what the former one wrote and did not send went with them."""

NUMBER: Final = Table(
    "office_number",
    OFFICE,
    Column("number", String(40), primary_key=True),
    Column("record", IdColumn(), nullable=False),
    Column("series", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("code", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("office_number_count", "series", "code", "count"),
)
"""Every number that a document bears or bore; `code` names the laptop whose own series it is of."""

AUDIT: Final = Table(
    "office_audit",
    OFFICE,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""What happened at the office, each row chained to the one before."""

AUDIT_ROOT: Final = Table(
    "office_audit_root",
    OFFICE,
    Column("day", String(10), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The last row of the office's log on each day that is over (UTC); laptops are given it and keep it."""

LINK: Final = Table(
    "office_link",
    OFFICE,
    Column("hash", String(64), primary_key=True),
    Column("link", IdColumn(), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)
"""What opens a customer's link, as a hash; how often somebody tried to answer since the hour began."""
