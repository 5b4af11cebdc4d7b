"""Balances: the sum of the entries that are here, the office's and one's own unanswered ones."""

from uuid import UUID

from sqlalchemy import Connection, func, select

from desktop.models.record import Record


def balance(connection: Connection, cls: type[Record], account: UUID) -> int:
    """The balance of an account in the ledger of `cls`."""
    ledger = cls.__ledger__
    if ledger is None:
        raise TypeError(f"{cls.__tablename__} is no ledger")
    table = cls.table()
    query = select(func.coalesce(func.sum(table.c[ledger.amount]), 0)).where(
        table.c[cls.__root__] == account, table.c.deleted_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())
