"""What came later: columns of a record type (nullable, so rows from before stay as they are), and tables."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, inspect

from desktop.models.record import Base


@dataclass(frozen=True, slots=True)
class Added:
    """The step that brings new fields of a record type into a vault from before."""

    table: str
    columns: tuple[str, ...]

    def __call__(self, connection: Connection) -> None:
        """Add them."""
        add_missing(connection, Base.metadata.tables[self.table], self.columns)


@dataclass(frozen=True, slots=True)
class Made:
    """The step that brings the table of a new record type."""

    table: str

    def __call__(self, connection: Connection) -> None:
        """Make it, with its indexes."""
        Base.metadata.tables[self.table].create(connection, checkfirst=True)


def add_missing(connection: Connection, table: Table, columns: tuple[str, ...] = ()) -> None:
    """Add the named columns, or all that the record type has and the database lacks, with their indexes."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name in there or (columns and column.name not in columns):
            continue
        shape = column.type.compile(dialect=connection.dialect)
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {shape}')
        for index in table.indexes:
            if column.name in index.columns:
                index.create(connection, checkfirst=True)
