"""The cell of a quote that somebody types in, as a draft; opened again with the cursor where it was."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from desktop.services.unfinished import Unfinished
from desktop.views import unfinished
from desktop.views.desk import Desk
from desktop.views.quote_foot import QuoteFoot
from desktop.views.quote_grid import QuoteGrid
from desktop.views.quote_table import FIELDS, Typed


class CellDrafts(QObject):
    """Listens to the grid of one quote."""

    def __init__(self, desk: Desk, quote_id: UUID, grid: QuoteGrid) -> None:
        super().__init__(grid)
        self._keeper, self._quote, self._grid = desk.unfinished, quote_id, grid
        grid.typed.connect(self._note)
        grid.left.connect(self._let_go)

    def come_back(self) -> bool:
        """Open the cell that was being typed in; False where its line is gone."""
        for draft in self._keeper.cells_of("quote", self._quote):
            line, _, name = draft.focus.partition(".")
            index = self._grid.table.place(Typed(UUID(line), name, None, None, ""))
            if index.isValid() and index.column() in FIELDS and self._grid.table.editable:
                self._grid.setFocus()
                self._grid.setCurrentIndex(index)
                self._grid.table.go_on_with(index, draft.texts[name])
                self._grid.edit(index)
                editor = self._grid.findChild(QLineEdit)
                if editor is not None:
                    unfinished.put_cursor(editor, draft.cursor)
                return True
        return False

    def _note(self, index: Any, editor: QLineEdit) -> None:
        if editor.property("before") in (None, editor.text()):
            return
        table = self._grid.table
        line, name = table.rows[index.row()].line.id.hex, table.field_at(index)
        self._keeper.note(
            Unfinished(
                "cell",
                "quote",
                self._quote.hex,
                {name: editor.text()},
                focus=f"{line}.{name}",
                cursor=editor.cursorPosition(),
                at=unfinished.now(),
            )
        )

    def _let_go(self) -> None:
        for draft in self._keeper.cells_of("quote", self._quote):
            self._keeper.let_go(draft.key)


class FootDrafts(QObject):
    """The same for the foot: the discount on the whole, and the total wanted."""

    def __init__(self, desk: Desk, quote_id: UUID, foot: QuoteFoot) -> None:
        super().__init__(foot)
        self._keeper, self._foot = desk.unfinished, foot
        self._of = Unfinished("foot", "quote", quote_id.hex)
        for kind in ("percent", "target"):
            entry = foot.entry(kind)
            unfinished.watch([entry], partial(self._note, kind))
            entry.editingFinished.connect(lambda: self._keeper.let_go(self._of.key))

    def come_back(self) -> bool:
        """Go on with what was typed; False where nothing was."""
        draft = self._keeper.of(self._of.key)
        if draft is None or not self._foot.entry(draft.focus).isEnabled():
            return False
        entry = self._foot.entry(draft.focus)
        entry.setFocus()
        entry.setText(draft.texts.get(draft.focus, ""))
        unfinished.put_cursor(entry, draft.cursor)
        return True

    def _note(self, kind: str) -> None:
        entry = self._foot.entry(kind)
        if entry.hasFocus() and entry.isModified():
            texts, cursor = {kind: unfinished.text_of(entry)}, unfinished.cursor_of(entry)
            self._keeper.note(replace(self._of, texts=texts, focus=kind, cursor=cursor, at=unfinished.now()))
