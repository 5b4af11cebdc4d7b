"""Take records out as a table: CSV for Excel, XLSX or JSON, everything a person may see and nothing else."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.documents import tables
from desktop.errors import Refused, Usage
from desktop.models.kinds import Amount, Json, Link
from desktop.models.record import Record
from desktop.models.store import Store
from desktop.services import records
from desktop.words import msg

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
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from None
    return len(rows)


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
    described = type(record).fields()[name]
    value = getattr(record, name)
    if value is None:
        return None
    if isinstance(described.kind, Link):
        return titles.get(value, value.hex)
    if isinstance(described.kind, Amount):
        return Decimal(value).scaleb(-described.kind.digits)
    if isinstance(described.kind, Json):
        return described.kind.format(value, language)
    return value


def copied(rows: Sequence[Sequence[Any]]) -> tables.Copied:
    """Rows for the clipboard, as text and as a table."""
    return tables.copied(rows)


def plain_cell(text: str) -> str:
    """One cell of a table of text: no breaks, and nothing that a spreadsheet would run."""
    return tables.neutral(" ".join(text.split()))
