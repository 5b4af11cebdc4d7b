"""From a change in the outbox into the field that it wrote, with what was typed where it was not saved."""

from typing import Any, Protocol
from uuid import UUID

from PySide6.QtWidgets import QWidget

from desktop.errors import NotFound
from desktop.models.record import RECORDS
from desktop.models.records import QuoteLine
from desktop.views.desk import Desk
from desktop.views.quote_table import Typed
from desktop.views.quotes import QuotePage
from desktop.views.record_page import RecordPage
from desktop.words import msg


class Opens(Protocol):
    """The window, as far as it is needed here."""

    desk: Desk

    def open_record(self, kind: str, record_id: UUID) -> None:
        """Show the page of a record."""

    def page(self) -> QWidget | None:
        """The page that is shown."""


def open_field(window: Opens, kind: str, record: UUID, field: str, mine: Any) -> None:
    """Open the record's page, or that of its quote, and the editor of the field in it."""
    found = window.desk.row(kind, record)
    if found is None:
        gone = msg("There is no such {what} on this laptop.").of(what=RECORDS[kind].__label__)
        window.desk.refused.emit(NotFound(gone))
        return
    if isinstance(found.record, QuoteLine):
        if found.record.quote_id is not None:
            window.open_record("quote", found.record.quote_id)
            _cell(window.page(), record, field, mine)
        return
    window.open_record(kind, record)
    page = window.page()
    fact = page.facts.facts.get(field) if isinstance(page, RecordPage) else None
    if fact is not None:
        fact.edit(mine)


def _cell(page: QWidget | None, line: UUID, field: str, mine: Any) -> None:
    if not isinstance(page, QuotePage) or not page.editable():
        return
    shown = QuoteLine.fields()[field].kind.format(mine, "en").replace(",", "") if mine is not None else ""
    typed = Typed(line, field, mine, None, shown)
    index = page.table.place(typed)
    if not index.isValid():
        return
    if shown:
        page.table.go_on(typed, getattr(page.table.rows[index.row()].line, field))
    page.grid.setCurrentIndex(index)
    page.grid.edit(index)
