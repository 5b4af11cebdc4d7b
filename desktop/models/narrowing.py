"""What the search index does for the SQL of a list: words narrow it, and names stand in order.

A text that is in no index is sorted by a function of the connection, which reads every row.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, String, column, func, select, table

from desktop.models import further, search
from desktop.models.columns import IdColumn
from desktop.models.kinds import Short
from desktop.models.record import Record
from desktop.rules import ordering

ENTRY: Final = table(
    "search_entry",
    column("id", Integer),
    column("record", IdColumn()),
    column("type", String),
    column("sort", String),
)
"""The search index as a list asks for it."""
_WORD: Final = table("search_word", column("rowid", Integer), column("search_word"))
_KNOWN: Final = "by_sound"


def answering(cls: type[Record], typed: str, *, one_by_one: bool) -> ColumnElement[bool]:
    """The records that answer what was typed, however many they are.

    `one_by_one` for a list that is read in its own order until a page is full: each row is asked for its
    words. Else all that answer are gathered first.
    """
    key = cls.table().c.id
    question = search.question(typed, cls.__tablename__)
    hits = select(_WORD.c.rowid).where(_WORD.c.search_word.op("MATCH")(question))
    if one_by_one:
        place = select(ENTRY.c.id).where(ENTRY.c.record == key).correlate(cls.table()).scalar_subquery()
        return place.in_(hits)
    return key.in_(select(ENTRY.c.record).where(ENTRY.c.id.in_(hits)))


def is_name(cls: type[Record], name: str) -> bool:
    """Whether this field is what its records are called, so that the index knows their order."""
    described = cls.fields().get(name)
    return described is not None and name == "name" and described.search == "name"


def is_text(cls: type[Record], name: str) -> bool:
    """Whether this field is sorted by its sound."""
    if further.called(name):
        return True
    described = cls.fields().get(name)
    return (
        described is not None
        and type(described.kind) is Short
        and described.search not in ("number", "phone")
    )


def sounding(of: ColumnElement[Any], connection: Connection) -> ColumnElement[Any]:
    """What a text is sorted by, where no index knows it."""
    if _KNOWN not in connection.info:
        driver: Any = connection.connection.driver_connection
        driver.create_function(_KNOWN, 1, _key, deterministic=True)
        connection.info[_KNOWN] = True
    return func.by_sound(of)


def _key(text: str | None) -> str | None:
    return None if text is None else ordering.key(text)
