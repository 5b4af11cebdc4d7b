"""Triggers that keep the content of an issued revision as it was printed.

Only the store's own apply and purge may pass, while they hold a row in `content_guard`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Column, Connection, Integer, Table

from desktop.models.record import RECORDS, Base

content_guard = Table("content_guard", Base.metadata, Column("id", Integer, primary_key=True))

NEVER: Final = "an issued revision never changes"
"""What the database says to whoever writes over one."""

_ISSUED: Final = {
    "quote_revision": "OLD.content_hash <> ''",
    "quote_line": "(SELECT content_hash FROM quote_revision WHERE id = OLD.revision_id) <> ''",
    "adjustment": "(SELECT content_hash FROM quote_revision WHERE id = OLD.revision_id) <> ''",
    "signature": "OLD.content_hash <> ''",
    "approval": "OLD.content_hash <> ''",
    "approval_grant": "OLD.content_hash <> ''",
    "phone_approval": "OLD.challenge <> ''",
    "coupon_use": "OLD.code <> ''",
    "seal_use": "OLD.content_hash <> ''",
    "contract": "OLD.content_hash <> ''",
    "contract_clause": "(SELECT content_hash FROM contract WHERE id = OLD.contract_id) <> ''",
    "milestone": "OLD.kind = 'payment'"
    " AND (SELECT content_hash FROM contract WHERE id = OLD.contract_id) <> ''",
    "clause_version": "OLD.body <> ''",
    "template_version": "OLD.content_hash <> ''",
}


def create(connection: Connection) -> None:
    """Create the triggers on SQLite, anew where a step brought more content."""
    if connection.dialect.name != "sqlite":
        return
    for table, issued in _ISSUED.items():
        content = [f'"{name}"' for name, f in RECORDS[table].fields().items() if f.frozen]
        for event in (f"UPDATE OF {', '.join([*content, 'deleted_at'])}", "DELETE"):
            name = f"{table}_frozen_{event[:6].lower()}"
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {issued}"  # noqa: S608 - own names
                " AND NOT EXISTS (SELECT 1 FROM content_guard)"
                f" BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
            )


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Let the store write frozen rows as the office sent them, within this transaction."""
    connection.exec_driver_sql("INSERT OR IGNORE INTO content_guard (id) VALUES (1)")
    yield
    connection.exec_driver_sql("DELETE FROM content_guard")
