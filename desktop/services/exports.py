"""Take records out as a table: CSV for Excel, XLSX or JSON, everything a person may see and nothing else."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

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
Progress = Callable[[int, int], bool]
"""Told how many of how many are read; False stops, and no file is written."""
STOPPED = msg("Stopped; no file was written.")
EXPORTED = "exported"
"""Local: [when a workbook was made, where the log stood then]."""
MOST_KEPT = 200


def export(
    store: Store, cls: type[Record], path: Path, language: str, progress: Progress | None = None
) -> int:
    """Write all living records of a type; the file's ending chooses the form. Returns how many.

    Raises Refused where it was stopped: then nothing is written.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx", ".json"):
        raise Usage(msg("Export to a file that ends in .csv, .xlsx or .json."))
    made = _note(store)
    seen = records.seen_by(store.me().rights, cls, cls.fields())
    names = [name for name in seen if not cls.fields()[name].hidden or name == "custom"]
    rows: list[Any]
    if ending == ".json":
        rows = [
            {"id": record.id.hex, **{name: value for name, value in record.wire().items() if name in seen}}
            for record, _titles in _pages(store, cls, progress)
        ]
        data = json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8", errors="replace")
    else:
        rows = list(_rows(store, cls, names, language, progress))
        header = ["ID", *(cls.fields()[name].label.in_language(language) for name in names)]
        data = _table(header, rows, ending, made)
    write(path, data)
    return len(rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]], ending: str, made: datetime) -> bytes:
    if ending == ".csv":
        return tables.write_csv(header, rows)
    return tables.write_xlsx(header, rows, made=made)


def _note(store: Store) -> datetime:
    """Keep where the log stands now: whoever brings the workbook back is asked about what changed since."""
    made = store.clock().replace(microsecond=0)
    with store.reader.connect() as connection:
        last = connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM change").scalar_one()
    with store.turns.note():  # several may be written at once
        kept = dict((store.local(EXPORTED) or [])[-MOST_KEPT:])
        kept.setdefault(f"{made:%Y-%m-%dT%H:%M:%SZ}", int(last))
        store.set_local(EXPORTED, list(kept.items()))
    return made


def write(path: Path, data: bytes) -> None:
    """Put a file there whole, or leave the one that was there. Raises Refused where it cannot be written."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.part")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes it as it comes
            path.write_bytes(data)
            return
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from None


def _rows(
    store: Store, cls: type[Record], names: Sequence[str], language: str, progress: Progress | None
) -> Iterator[list[Any]]:
    for record, titles in _pages(store, cls, progress):
        yield [record.id.hex, *(_cell(record, name, titles, language) for name in names)]


def _pages(
    store: Store, cls: type[Record], progress: Progress | None
) -> Iterator[tuple[Record, dict[Any, str]]]:
    """All living records, newest first, with what their links lead to."""
    after: Record | None = None
    read = 0
    with store.reading() as session:
        total = session.scalar(select(func.count()).select_from(cls).where(cls.deleted_at.is_(None))) or 0
        while page := records.page(session, cls, limit=PAGE, after=after, descending=True):
            titles = records.link_titles(session, page)
            for record in page:
                yield record, titles
            after = page[-1]
            session.expunge_all()
            read += len(page)
            if progress is not None and not progress(read, total):
                raise Refused(STOPPED)


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
    progress: Progress | None = None,
) -> int:
    """Write what a list shows: its records in its order, its columns and no others. Returns how many.

    With `only`, those of its records alone. Telephones and codes stay text. Raises Refused where it was
    stopped; a file that was there before is then as it was.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise Usage(msg("Export to a file that ends in .csv or .xlsx."))
    made = _note(store)
    names = [name for name, _ in columns]
    header = [words.in_language(language) for _, words in columns]
    rows: list[list[Any]] = []
    total = _count(store, query, viewer)
    for read, part in _seen_rows(store, query, viewer, names, language, frozenset(only)):
        rows += part
        if progress is not None and not progress(read, total):
            raise Refused(STOPPED)
    write(path, _table(header, rows, ending, made))
    return len(rows)


def _count(store: Store, query: Query, viewer: Viewer) -> int:
    with store.reading() as session:
        return lists.count(session, query, viewer)


def _seen_rows(
    store: Store, query: Query, viewer: Viewer, names: Sequence[str], language: str, only: frozenset[UUID]
) -> Iterator[tuple[int, list[list[Any]]]]:
    """Page by page: how many were read so far, and the rows."""
    read = 0
    with store.reading() as session:
        buckets = lists.groups(session, query, viewer) if query.by else [None]
        for bucket in buckets:
            after: Found | None = None
            while page := lists.page(session, query, viewer, after=after, limit=PAGE, bucket=bucket):
                titles = records.link_titles(session, [each.record for each in page])
                kept = [each for each in page if not only or each.record.id in only]
                read += len(page)
                yield read, [[_shown(each, name, titles, language) for name in names] for each in kept]
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
