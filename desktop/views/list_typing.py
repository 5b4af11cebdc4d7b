"""Typing in a list as in a spreadsheet: walk the cells, type to replace, fill down, today; for IMEs too."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models import further
from desktop.models.kinds import Choice, Flag, Link
from desktop.models.record import RECORDS
from desktop.views import paint
from desktop.views.cells import Row
from desktop.views.echo import ECHOED, EchoEditor
from desktop.views.editors import FindLink, LineEditor, LinkEditor, plain_text
from desktop.views.look import Look
from desktop.views.tables import RecordTable
from desktop.words import msg, verbatim

if TYPE_CHECKING:
    from desktop.models.record import Field

Index = QModelIndex | QPersistentModelIndex
_TRIGGER = QAbstractItemView.EditTrigger
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DOUBLE: Final = 600
"""Milliseconds: what comes sooner belongs to a double press."""


OWN: Final = 4
"""px at the side of an entry's text that its edge and Qt itself take, besides its padding."""


class CellTyping(QStyledItemDelegate):
    """Makes the editor of a cell and hands over what was typed."""

    def __init__(self, look: Look, view: "CellWalking") -> None:
        super().__init__(view)
        self._cells_look, self._cells = look, view

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """One line with the edge of a cell; choices and links offer what there is."""
        look, table = self._cells_look, self._cells.table
        row, spec = table.row_at(index.row()), table.columns[index.column()]
        described = RECORDS[table.kind].fields().get(spec.name)
        made = self._editor(described, row) if described else _detail_editor(spec.name, row)
        made.setParent(parent)
        made.setProperty("cell", True)
        made.setFont(look.font())
        label = described.label if described else verbatim(further.called(spec.name))
        look.bind(made.setAccessibleName, label)
        if spec.right:
            made.setAlignment(paint.RIGHT)
        return made

    def _editor(self, described: "Field", row: Row | None) -> QLineEdit:
        look, kind = self._cells_look, described.kind
        value = row.value(described.name) if row is not None else None
        if isinstance(kind, Link) and row is not None:
            return LinkEditor(kind.to, row.called(value, look.language), value, self._cells.find_link)
        text = plain_text(kind, value, look.language)
        made = EchoEditor(look, kind, text) if isinstance(kind, ECHOED) else LineEditor(text)
        if isinstance(kind, Choice | Flag):
            words = [look.text(word) for _, word in kind.options] if isinstance(kind, Choice) else []
            completer = QCompleter(words or [look.text(word) for word in (msg("Yes"), msg("No"))], made)
            completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            made.setCompleter(completer)
        return made

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Once: what arrives from others while somebody types never writes over what is typed."""
        if isinstance(editor, QLineEdit) and editor.property("filled") is None:
            editor.setProperty("filled", True)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        """Hand it over, if it is another than before."""
        if isinstance(editor, LineEditor) and editor.was_changed():
            row = self._cells.table.row_at(index.row())
            if row is not None:
                self._cells.typed.emit(row, self._cells.table.columns[index.column()].name, editor.typed())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the cell."""
        look, cell = self._cells_look, QRect(option.rect)
        rect = cell.adjusted(look.px(2), 0, 0, -1)
        inner, pad = self._cells.inner(cell, index.column()), look.px(6) + OWN
        rect.setLeft(max(rect.left(), inner.left() - pad))  # what is typed stands where it was read
        if self._cells.table.columns[index.column()].right:
            rect.setRight(min(rect.right(), inner.right() + pad))
        editor.setGeometry(rect)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab keep what is typed and walk on; Shift walks back; Escape leaves it as it was."""
        if (
            isinstance(watched, QLineEdit)
            and isinstance(event, QKeyEvent)
            and event.type() == event.Type.KeyPress
        ):
            popup = watched.completer().popup() if watched.completer() else None
            if popup is not None and popup.isVisible() and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                return False
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = {
                Qt.Key.Key_Tab: (0, 1), Qt.Key.Key_Backtab: (0, -1),
                Qt.Key.Key_Return: (-1 if back else 1, 0), Qt.Key.Key_Enter: (-1 if back else 1, 0),
            }.get(Qt.Key(event.key()))  # fmt: skip
            if step is not None:
                self.commitData.emit(watched)
                self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.NoHint)
                self._cells.walk(*step)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closeEditor.emit(watched, QStyledItemDelegate.EndEditHint.RevertModelCache)
                return True
        return super().eventFilter(watched, event)


def _detail_editor(name: str, row: Row | None) -> LineEditor:
    """Of a further detail of one's own, which is text."""
    return LineEditor(further.value(row.record, name) or "" if row is not None else "")


class CellWalking(QTableView):
    """A list whose cells can be walked: the right arrow or F2 steps in, Escape steps out."""

    typed = Signal(object, str, object)  # Row, field, what was typed
    fill_wanted = Signal(str)  # copy the field of the first selected row down
    today_wanted = Signal(object, str)  # Row, field
    paste_wanted = Signal()
    opened = Signal(object)  # a row, by Ctrl+Enter

    def __init__(self, look: Look, table: RecordTable) -> None:
        super().__init__()
        self._look, self.table = look, table
        self.by = ""
        self.titles: dict[str, str] = {}
        self.find_link: FindLink = lambda _kind, _typed: ()
        self._walking = False
        self._pressed = (-1, -1, 0)
        self.setModel(table)
        self.setEditTriggers(_TRIGGER.NoEditTriggers)

    def inner(self, rect: QRect, column: int) -> QRect:
        """The part of a cell that its contents fill."""
        return rect

    def in_cell(self, index: Index) -> bool:
        """Whether this is the cell one is in."""
        return self._walking and index == self.currentIndex() and self.hasFocus()

    def walking(self) -> bool:
        """Whether one is in a cell rather than on a row."""
        return self._walking

    def step_in(self, column: int | None = None) -> None:
        """From the row into one of its cells."""
        index = self.currentIndex()
        if not index.isValid():
            return
        self._walking = True
        self.setEditTriggers(_TRIGGER.AnyKeyPressed | _TRIGGER.EditKeyPressed)
        place = column if column is not None else index.column()
        self._go(index.row(), place)
        self.viewport().update()

    def step_out(self) -> None:
        """Back to the row."""
        self._walking = False
        self.setEditTriggers(_TRIGGER.NoEditTriggers)
        self.viewport().update()

    def typing(self) -> bool:
        """Whether a cell's editor is open."""
        return self.state() == QAbstractItemView.State.EditingState

    def walk(self, down: int, right: int) -> None:
        """To another cell; past the last column, to the next row."""
        index = self.currentIndex()
        shown = [n for n in range(len(self.table.columns)) if not self.isColumnHidden(n)]
        if right:
            editable = [n for n in shown if self.table.columns[n].name in self.table.editable] or shown
            later = [n for n in editable if (n > index.column() if right > 0 else n < index.column())]
            if later:
                self._go(index.row(), later[0] if right > 0 else later[-1])
                return
            down, column = right, editable[0] if right > 0 else editable[-1]
        else:
            column = index.column()
        place = index.row() + down
        while 0 <= place < len(self.table.rows) and self.table.row_at(place) is None:
            place += down
        if 0 <= place < len(self.table.rows):
            self._go(place, column)

    def _go(self, place: int, column: int) -> None:
        index = self.table.index(place, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def first_editable(self) -> int | None:
        """The first column that can be typed in."""
        places = range(len(self.table.columns))
        return next(
            (
                n
                for n in places
                if self.table.columns[n].name in self.table.editable and not self.isColumnHidden(n)
            ),
            None,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A second, later press on the same cell steps into it, as when one renames a file."""
        index = self.indexAt(event.position().toPoint())
        pressed = (index.row(), index.column(), event.timestamp())
        row, column, at = self._pressed
        again = (row, column) == pressed[:2] and event.timestamp() - at > _DOUBLE
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._pressed = pressed
        super().mousePressEvent(event)
        if again and plain and index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.step_in(index.column())
        elif self._walking:
            self.step_out()

    def event(self, event: QEvent) -> bool:
        """In a cell letters are typed; they are no shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._walking:
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if (plain and event.text().isprintable() and event.text()) or self._act(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Spreadsheet habits."""
        if event.key() == Qt.Key.Key_F2 and not self._walking:
            column = self.first_editable()
            if column is not None:
                self.step_in(column)
                self.edit(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Right and not self._walking and self.currentIndex().isValid():
            self.step_in(self.first_editable())
            return
        act = self._act(event)
        if act is not None:
            act()
            return
        super().keyPressEvent(event)

    def _act(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does that Qt does not do by itself."""
        if event.matches(QKeySequence.StandardKey.Paste):
            return self.paste_wanted.emit
        if not self._walking:
            return None
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if control:
            return self._act_with_control(event)
        if event.key() in _ENTER:
            return lambda: self.walk(-1 if back else 1, 0)
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Tab: lambda: self.walk(0, 1),
            Qt.Key.Key_Backtab: lambda: self.walk(0, -1),
            Qt.Key.Key_Escape: self.step_out,
            Qt.Key.Key_Delete: lambda: self._typed_here(""),
        }
        return acts.get(event.key())

    def _act_with_control(self, event: QKeyEvent) -> Callable[[], object] | None:
        name = self._field()
        row = self.table.row_at(self.currentIndex().row())
        if event.key() in _ENTER and row is not None:
            return lambda: self.opened.emit(self.currentIndex())
        if name is None or row is None:
            return None
        if event.key() == Qt.Key.Key_D:
            return lambda: self.fill_wanted.emit(name)
        if event.key() in (Qt.Key.Key_Semicolon, Qt.Key.Key_Colon):
            return lambda: self.today_wanted.emit(row, name)
        return None

    def _field(self) -> str | None:
        """The field one is in, if it can be typed."""
        index = self.currentIndex()
        name = self.table.columns[index.column()].name if index.isValid() else None
        return name if name in self.table.editable else None

    def _typed_here(self, text: str) -> None:
        name, row = self._field(), self.table.row_at(self.currentIndex().row())
        if name is not None and row is not None:
            self.typed.emit(row, name, text)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """What an input method begins opens the cell and goes on there."""
        if self._walking:
            super().inputMethodEvent(event)
        else:
            event.ignore()

    def focusNextPrevChild(self, on: bool) -> bool:  # noqa: N802  Qt's own name
        """Tab walks while one is in a cell."""
        return False if self._walking else super().focusNextPrevChild(on)
