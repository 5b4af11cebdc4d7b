"""Take records out as a table: CSV for Excel, XLSX or JSON, everything a person may see and nothing else."""

import json
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.documents import tables
from desktop.errors import Refused, Usage
from desktop.models.figures import kind_of
from desktop.models.filtering import Viewer
from desktop.models.kinds import Amount, Choice, Flag, Json, Kind, Link
from desktop.models.record import Record
from desktop.models.store import Store
from desktop.services import lists, records
from desktop.services.lists import Found, Query
from desktop.words import Message, msg

PAGE = 1000


def export(store: Store, cls: type[Record], path: Path, language: str) -> int:
    """Write all living records of a type; the file's ending chooses the form. Returns how many."""
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx", ".json"):
        raise Usage(msg("Export to a file that ends in .csv, .xlsx or .json."))
    seen = records.seen_by(store.me().rights, cls, cls.fields())
    names = [name for name in seen if not cls.fields()[name].hidden or name == "custom"]
    rows: list[Any]
    if ending == ".json":
        rows = [
            {"id": record.id.hex, **{name: value for name, value in record.wire().items() if name in seen}}
            for record, _titles in _pages(store, cls)
        ]
        data = json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8", errors="replace")
    else:
        rows = list(_rows(store, cls, names, language))
        header = ["ID", *(cls.fields()[name].label.in_language(language) for name in names)]
        data = tables.write_csv(header, rows) if ending == ".csv" else tables.write_xlsx(header, rows)
    _write(path, data)
    return len(rows)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from None


def _rows(store: Store, cls: type[Record], names: Sequence[str], language: str) -> Iterator[list[Any]]:
    for record, titles in _pages(store, cls):
        yield [record.id.hex, *(_cell(record, name, titles, language) for name in names)]


def _pages(store: Store, cls: type[Record]) -> Iterator[tuple[Record, dict[Any, str]]]:
    """All living records, newest first, with what their links lead to."""
    after: Record | None = None
    with store.reading() as session:
        while page := records.page(session, cls, limit=PAGE, after=after, descending=True):
            titles = records.link_titles(session, page)
            for record in page:
                yield record, titles
            after = page[-1]
            session.expunge_all()


def _cell(record: Record, name: str, titles: dict[Any, str], language: str) -> Any:
    return _told(type(record).fields()[name].kind, getattr(record, name), titles, language)


def _told(kind: Kind | None, value: Any, titles: dict[Any, str], language: str) -> Any:
    if value is None:
        return None
    if isinstance(kind, Link):
        return titles.get(value, value.hex)
    if isinstance(kind, Amount):
        return Decimal(value).scaleb(-kind.digits)
    if isinstance(kind, Json):
        return kind.format(value, language)
    return value


def export_seen(
    store: Store,
    query: Query,
    viewer: Viewer,
    columns: Sequence[tuple[str, Message]],
    path: Path,
    language: str,
    only: Collection[UUID] = (),
) -> int:
    """Write what a list shows: its records in its order, its columns and no others. Returns how many.

    With `only`, those of its records alone. Telephones and codes stay text.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise Usage(msg("Export to a file that ends in .csv or .xlsx."))
    names = [name for name, _ in columns]
    header = [words.in_language(language) for _, words in columns]
    rows = list(_seen_rows(store, query, viewer, names, language, frozenset(only)))
    data = tables.write_csv(header, rows) if ending == ".csv" else tables.write_xlsx(header, rows)
    _write(path, data)
    return len(rows)


def _seen_rows(
    store: Store, query: Query, viewer: Viewer, names: Sequence[str], language: str, only: frozenset[UUID]
) -> Iterator[list[Any]]:
    with store.reading() as session:
        buckets = lists.groups(session, query, viewer) if query.by else [None]
        for bucket in buckets:
            after: Found | None = None
            while page := lists.page(session, query, viewer, after=after, limit=PAGE, bucket=bucket):
                titles = records.link_titles(session, [each.record for each in page])
                for each in page:
                    if not only or each.record.id in only:
                        yield [_shown(each, name, titles, language) for name in names]
                after = page[-1]
                session.expunge_all()


def _shown(found: Found, name: str, titles: dict[Any, str], language: str) -> Any:
    kind = kind_of(type(found.record), name)
    value = found.value(name)
    if isinstance(kind, Choice | Flag):
        return kind.format(value, language)
    return _told(kind, value, titles, language)


def copied(rows: Sequence[Sequence[Any]]) -> tables.Copied:
    """Rows for the clipboard, as text and as a table."""
    return tables.copied(rows)


def plain_cell(text: str) -> str:
    """One cell of a table of text: no breaks, and nothing that a spreadsheet would run."""
    return tables.neutral(" ".join(text.split()))
