"""The cell of a quote that somebody types in, as a draft; opened again with the cursor where it was."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from desktop.services.unfinished import Unfinished
from desktop.views import unfinished
from desktop.views.desk import Desk
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
