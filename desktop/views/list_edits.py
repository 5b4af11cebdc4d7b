"""What is typed into a list: cells, fills, pasted blocks with a preview; and what is copied out of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication

from desktop.errors import Refused
from desktop.models import further
from desktop.models.kinds import Day, Moment
from desktop.models.record import RECORDS
from desktop.rules import stages
from desktop.services import bulk, card_exports, exports, pasting, records
from desktop.services.card_exports import Version
from desktop.services.pasting import Cell, Done
from desktop.views import card_files
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.paste_box import PasteBox
from desktop.views.phrases import inside
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage


class ListEdits(QObject):
    """Turns what is done in the cells of a list into commands."""

    def __init__(self, look: Look, desk: Desk, page: "ListPage") -> None:
        super().__init__(page)
        self._look, self._desk, self._page = look, desk, page
        view = page.list
        view.find_link = self.find
        view.typed.connect(self.type_in)
        view.fill_wanted.connect(self.fill_down)
        view.today_wanted.connect(self._today)
        view.paste_wanted.connect(self.paste)
        self.box: PasteBox | None = None

    def editable(self) -> frozenset[str]:
        """The fields that this person may type into a cell."""
        kind = self._page.kind
        if self._desk.refusal(f"{kind}.edit", None) is not None:
            return frozenset()
        own = {each.name for each in self._page.state.columns() if further.called(each.name)}
        return frozenset(bulk.fields_of(self._desk.actor, kind)) - {"remark", "custom"} | own

    def find(self, kind: str, typed: str) -> Sequence[tuple[UUID, str]]:
        """The records of a type that answer what was typed."""
        return [(UUID(bytes=bytes(hit.id)), hit.title) for hit in self._desk.search(typed, [kind], 8)]

    def type_in(self, row: Row, name: str, typed: Any) -> None:
        """One cell: what was typed, or the value that was chosen."""
        kind = self._page.kind
        if further.called(name):
            self._type_detail(row, name, str(typed).strip())
            return
        try:
            parsed = (
                records.read_values(RECORDS[kind], {name: typed}) if isinstance(typed, str) else {name: typed}
            )
        except Refused as refused:
            self._desk.refused.emit(refused)
            return
        values = {**parsed, **moved(row, parsed)}
        if values[name] != getattr(row.record, name):
            seen = {field: getattr(row.record, field) for field in values}
            self._desk.edit(kind, row.id, values, parsed=True, seen=seen)

    def _type_detail(self, row: Row, name: str, text: str) -> None:
        """A further detail of one's own; nothing takes it away."""
        cell = pasting.detail(row.record, name, text)
        if cell.changes:
            after = further.with_detail(cell.custom or {}, further.called(name), text)
            seen = {"custom": row.record.custom}
            self._desk.edit(self._page.kind, row.id, {"custom": after}, parsed=True, seen=seen)

    def _today(self, row: Row, name: str) -> None:
        described = RECORDS[self._page.kind].fields().get(name)
        kind = described.kind if described is not None else None
        if kind is None:
            self.type_in(row, name, date.today().isoformat())  # noqa: DTZ011
        elif isinstance(kind, Day):
            self.type_in(row, name, date.today())  # noqa: DTZ011
        elif isinstance(kind, Moment):
            self.type_in(row, name, datetime.now(UTC).replace(microsecond=0))

    def fill_down(self, name: str) -> None:
        """The value of the first selected row, in all the others."""
        chosen = self._page.chosen()
        if len(chosen) < 2:
            self._desk.told.emit(
                msg("Select the rows to fill: the first one's value goes into the others."), False
            )
            return
        if further.called(name):
            text = further.value(chosen[0].record, name) or ""
            self.write([pasting.detail(row.record, name, text) for row in chosen[1:]])
            return
        value = getattr(chosen[0].record, name)
        cells = [Cell(row.id, name, getattr(row.record, name), value) for row in chosen[1:]]
        self.write(cells)

    def paste(self) -> None:
        """The block on the clipboard, shown before it is written."""
        data = QGuiApplication.clipboard().mimeData()
        page, view = self._page, self._page.list
        place = view.currentIndex()
        if not data.hasText() or not place.isValid() or page.table.row_at(place.row()) is None:
            return
        block = pasting.block(data.text())
        column = place.column() if view.walking() else (view.first_editable() or 0)
        shown = [
            each.name
            for number, each in enumerate(page.table.columns)
            if number >= column and not view.isColumnHidden(number)
        ]
        rows = self._rows_for(block, place.row())
        read = pasting.read(self._desk.store, self._desk.actor, [row.record for row in rows], shown, block)
        if read:
            self.box = PasteBox(self._look, page, read, {row.id: row for row in rows}, self.write)
            self.box.show_over(view)

    def _rows_for(self, block: Sequence[Sequence[str]], first: int) -> list[Row]:
        """The rows that a block covers: those selected for a single cell, else from the current one down."""
        chosen = self._page.chosen()
        if len(block) == 1 and len(block[0]) == 1 and len(chosen) > 1:
            return chosen
        table = self._page.table
        found = [row for place in range(first, len(table.rows)) if (row := table.row_at(place)) is not None]
        return found[: len(block)]

    def write(self, cells: Sequence[Cell]) -> None:
        """Write several cells as one step, and say what became of them."""
        desk, kind = self._desk, self._page.kind
        plural = inside(RECORDS[kind].__plural__)

        count = f"{len({cell.record for cell in cells}):,}"
        running, fail = desk.begin(msg("Changing {count} {what}").of(count=count, what=plural))

        def finish(done: Done) -> None:
            running.ended.emit()
            desk.saved.emit(desk.store.clock())
            left = done.clashed + len(done.refused)
            told = msg("{count} {what} changed") if not left else msg("{count} {what} changed, {left} not")
            desk.told.emit(told.of(count=done.saved, what=plural, left=left), done.saved > 0)

        def work() -> Done:
            with desk.told_once():
                return pasting.write(desk.store, desk.actor, kind, cells, running.progress)

        desk.runner.write(work, done=finish, failed=fail)

    def copy(self) -> None:
        """The selected rows on the clipboard, as Excel and mail take them; telephones stay text."""
        page = self._page
        columns = [n for n in range(len(page.table.columns)) if not page.list.isColumnHidden(n)]
        heads = [self._look.text(page.table.columns[n].label(page.kind)) for n in columns]
        chosen = page.chosen()
        lines = ([plain_cell(page.table.cell_of(row, n).text) for n in columns] for row in chosen)
        made = exports.copied([heads, *lines])
        data = QMimeData()
        data.setText(made.text)
        data.setHtml(made.html)
        QGuiApplication.clipboard().setMimeData(data)
        self._desk.told.emit(msg("{count} rows copied").of(count=len(chosen)), False)

    def ask_cards(self) -> None:
        """Where the contacts of the list go; of several selected rows those alone."""
        name = self._look.text(RECORDS["contact"].__plural__)
        card_files.ask(self._look, self._desk, self._page, name, self._seen())

    def save_cards(self, path: Path, version: Version) -> None:
        """The same into this file."""
        card_files.save(self._desk, path, version, self._seen())

    def _seen(self) -> Callable[[], Sequence[UUID]]:
        page, store = self._page, self._desk.store
        query, viewer = page.source.query, page.source.viewer()
        only = self._only()
        return lambda: card_exports.seen(store, query, viewer, only)

    def _only(self) -> frozenset[UUID]:
        """Several selected records, in whichever face; nothing where all that the list shows is meant."""
        many = self._page.many
        ids = () if many.everything else many.ids()
        return frozenset(ids) if len(ids) > 1 else frozenset()

    def export(self, path: Path) -> None:
        """Write what the list shows to a file; of several selected rows those alone."""
        page, desk, language = self._page, self._desk, self._look.language
        if path.suffix.lower() == ".vcf":
            self.save_cards(path, "3.0")
            return
        only = self._only()
        columns = [(each.name, each.label(page.kind)) for each in page.table.columns]
        query, viewer = page.source.query, page.source.viewer()

        running, fail = desk.begin(msg("Writing {file}").of(file=path.name))

        def work() -> int:
            return exports.export_seen(
                desk.store, query, viewer, columns, path, language, only, running.progress
            )

        def finish(count: int) -> None:
            running.ended.emit()
            desk.told.emit(msg("{count} records in {file}").of(count=f"{count:,}", file=path.name), False)

        desk.runner.read(self, f"export {path}", work, finish, failed=fail)


def moved(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    """What goes along with a move to another stage: the usual chance to win from there."""
    record: Any = row.record
    if record.__tablename__ != "opportunity" or "stage" not in values or values["stage"] == record.stage:
        return {}
    return {"probability": Decimal(stages.OPPORTUNITY.find(values["stage"]).percent)}


def plain_cell(text: str) -> str:
    """One cell of a table of text: no breaks, and nothing that a spreadsheet would run."""
    return exports.plain_cell(text)
