"""Further details of one's own: what an import brought beside the fields, by name, as lists show it."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, String, case, cast, func, select, union
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.words import msg

PREFIX: Final = "custom."
"""What the name of such a column begins with; the rest is what the person called it."""
INSIDE: Final = ("import", "vcard")
"""Where imports keep them; others stand at the top."""
_OWN: Final = frozenset({"of", *INSIDE})
"""What the program keeps at the top for itself."""
BAD_NAME: Final = msg("“{name}” cannot be a name: no quotation marks, backslashes or colons.")
NEAR: Final = 2_000
"""Records that are looked into for their names: the newest, and as many of the oldest."""
_BARRED: Final = frozenset('"\\:')
"""A path cannot name what holds its own quote; a colon parts the ways of grouping."""
_PLAIN: Final = ("text", "integer")


def called(name: str) -> str:
    """What a person calls the column; empty for a field, a figure, and what no path of JSON can name.

    >>> called("custom.机床台数"), called("name"), called('custom."')
    ('机床台数', '', '')
    """
    given = name[len(PREFIX) :] if name.startswith(PREFIX) else ""
    return "" if _BARRED.intersection(given) else given.strip() and given


def details(record: Record) -> dict[str, str]:
    """What a record holds of them, each once."""
    return _listed(record.custom or {})


def _listed(stored: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in (*(stored.get(name) for name in INSIDE), stored):
        if isinstance(part, Mapping):
            for name, value in part.items():
                if _is_plain(value) and not (part is stored and name in _OWN):
                    found.setdefault(name, str(value))
    return found


def value(record: Record, name: str) -> str | None:
    """One of them."""
    return details(record).get(called(name))


def with_detail(stored: Mapping[str, Any], name: str, text: str) -> dict[str, Any]:
    """What a record holds then: the detail where it was, or beside the others; without a text none.

    Raises Refused for a name that no column could have.
    """
    if called(PREFIX + name) != name or name in _OWN:
        raise Refused(BAD_NAME.of(name=name))
    after = {key: dict(part) if isinstance(part, Mapping) else part for key, part in stored.items()}
    within = next((after[part] for part in INSIDE if name in (after.get(part) or {})), after)
    within.pop(name, None)
    if text:
        within[name] = text
    return after


def in_words(stored: Any) -> str:
    """All of them in one line, for whoever reads what changed."""
    return "; ".join(f"{name}: {value}" for name, value in _listed(stored or {}).items())


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def expression(cls: type[Record], name: str) -> ColumnElement[Any]:
    """What finds it for a row of the table, as text."""
    column = cls.table().c.custom
    paths = [f'$.{part}."{called(name)}"' for part in INSIDE] + [f'$."{called(name)}"']
    plain = [
        case((func.json_type(column, path).in_(_PLAIN), cast(func.json_extract(column, path), String)))
        for path in paths
    ]
    return func.coalesce(*(func.nullif(each, "") for each in plain))


def names(session: Session, cls: type[Record]) -> list[str]:
    """The columns that records of a type could show, by name; a sample of them is looked into."""
    table = cls.table()
    some = [
        select(table.c.custom).where(table.c.deleted_at.is_(None)).order_by(by).limit(NEAR).subquery()
        for by in (table.c.id.desc(), table.c.id.asc())
    ]
    asked = []
    for part in some:
        for path in (*(f"$.{name}" for name in INSIDE), "$"):
            inner = func.json_each(part.c.custom, path).table_valued("key", "type", joins_implicitly=True)
            asked.append(select(inner.c.key).select_from(part, inner).where(inner.c.type.in_(_PLAIN)))
    found = {str(key) for key in session.scalars(union(*asked))} - _OWN
    return [PREFIX + name for name in sorted(found) if called(PREFIX + name)]
