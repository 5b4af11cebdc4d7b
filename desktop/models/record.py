"""A record type is one typed class: table, wire form, merge class, list and form derive from its fields."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from sqlalchemy import Integer, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from desktop.models.columns import IdColumn, JsonColumn, MomentColumn
from desktop.models.kinds import MERGES, Json, Kind, Link
from desktop.rules.ledger import Ledger
from desktop.words import Message, msg

RECORDS: Final[dict[str, type["Record"]]] = {}
"""Every record type by its name, in the order of definition."""

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): milliseconds first, growing within this process."""
    global _last
    with _lock:
        stamp = max(time.time_ns() // 1_000_000 << 12, _last + 1)
        _last = stamp
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


@dataclass(frozen=True, slots=True)
class Field:
    """What is known of one field of a record type."""

    kind: Kind
    label: Message
    merge: str
    name: str = ""
    default: Any = None
    required: bool = False
    listed: bool = False
    search: str = ""
    """`name` (found by pinyin and initials too), `text`, `number` or `phone`; empty: not searched."""
    frozen: bool = False
    """Guarded by a trigger once its revision is issued."""
    hidden: bool = False
    """Not offered in plain forms and lists: a program, not a person, fills it."""
    masked: str = ""
    """The group of sensitive fields that it is one of: shown to roles that see that group, to nobody else."""
    follows: str = ""
    """The field of the same record that it explains: it goes where that one goes, nobody decides about it."""

    def default_value(self) -> Any:
        """What the field of a new record holds."""
        return self.default() if callable(self.default) else self.default


class Base(DeclarativeBase):
    """All tables of the vault."""


def field(
    kind: Kind,
    label: Message,
    *,
    default: Any = None,
    merge: str = "",
    required: bool = False,
    listed: bool = False,
    search: str = "",
    frozen: bool = False,
    hidden: bool = False,
    masked: str = "",
    follows: str = "",
    index: bool = False,
) -> MappedColumn[Any]:
    """Declare one field of a record. The kind gives the merge class unless `merge` says otherwise."""
    chosen = merge or getattr(kind, "merge_as", kind.merge)
    if chosen not in MERGES:
        raise ValueError(f"no such merge class: {chosen}")
    described = Field(
        kind,
        label,
        chosen,
        default=kind.empty if default is None else default,
        required=required,
        listed=listed,
        search=search,
        frozen=frozen,
        hidden=hidden,
        masked=masked,
        follows=follows,
    )
    return mapped_column(
        kind.column(), nullable=True, index=index, active_history=True, info={"field": described}
    )


class Record(Base):
    """What every record has. `version` is the office's; 0 means the office has not seen it."""

    __abstract__ = True
    __label__: ClassVar[Message]
    __plural__: ClassVar[Message]
    __root__: ClassVar[str] = ""
    """The link to the aggregate that this record is a part of, such as `quote_id`."""
    __fact__: ClassVar[str] = ""
    """The kind of operation that brings a record of a type that is only ever added to; empty: `create`."""
    __ledger__: ClassVar[Ledger | None] = None
    """Set where the records are entries of an account, which is what they are parts of."""
    __shared__: ClassVar[bool] = False
    """True for what everybody in the organisation holds: catalogue, directory, settings."""
    __private__: ClassVar[bool] = False
    """True for what its owner's laptops hold and nobody else's, whatever their role."""

    id: Mapped[UUID] = mapped_column(IdColumn(), primary_key=True)
    owner_id: Mapped[UUID | None] = field(Link("user"), msg("Owner"), merge="server")
    team_id: Mapped[UUID | None] = field(Link("team"), msg("Team"), merge="server")
    version: Mapped[int] = mapped_column(Integer, nullable=True)
    deleted_at: Mapped[datetime | None] = mapped_column(MomentColumn(), nullable=True, active_history=True)
    custom: Mapped[dict[str, Any]] = field(Json(), msg("Further details"), hidden=True)
    unknown: Mapped[dict[str, Any]] = mapped_column(JsonColumn(), nullable=True)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__dict__.get("__abstract__", False):
            RECORDS[cls.__tablename__] = cls

    def __init__(self, **values: Any) -> None:
        for name, described in type(self).fields().items():
            values.setdefault(name, described.default_value())
        values.setdefault("id", new_id())
        values.setdefault("version", 0)
        values.setdefault("unknown", None)
        if values.get("custom") is None:
            values["custom"] = {}
        super().__init__(**values)

    @classmethod
    def table(cls) -> Table:
        """The table, for queries that want columns and not records."""
        return cast("Table", cls.__table__)

    @classmethod
    @cache
    def fields(cls) -> dict[str, Field]:
        """The fields by name, those that all records share last."""
        found: dict[str, Field] = {}
        columns = sorted(cls.__table__.columns, key=lambda column: column.name in _SHARED)
        for column in columns:
            described = column.info.get("field")
            if described is not None:
                found[column.name] = replace(described, name=column.name)
        return found

    @classmethod
    def title_of(cls, get: Callable[[str], Any]) -> str:
        """What a person calls a record whose fields `get` returns, be it a record or a pulled row."""
        return str(get("name") or "") if "name" in cls.fields() else ""

    @property
    def title(self) -> str:
        """What a person calls this record."""
        return self.title_of(lambda name: getattr(self, name))

    def wire(self) -> dict[str, Any]:
        """Every field in wire form."""
        return {name: f.kind.to_wire(getattr(self, name)) for name, f in type(self).fields().items()}


_SHARED: Final = frozenset({"owner_id", "team_id", "custom"})


@cache
def hidden_from(sees: frozenset[str]) -> frozenset[str]:
    """`type.field` of every sensitive field that somebody who sees these groups is not shown."""
    return frozenset(
        f"{cls.__tablename__}.{name}"
        for cls in RECORDS.values()
        for name, described in cls.fields().items()
        if described.masked and described.masked not in sees
    )


def children_of(record_type: str) -> Iterator[tuple[type[Record], str]]:
    """The record types that are parts of `record_type`, with the name of the link."""
    for cls in RECORDS.values():
        if cls.__root__:
            kind = cls.fields()[cls.__root__].kind
            if isinstance(kind, Link) and kind.to == record_type:
                yield cls, cls.__root__
