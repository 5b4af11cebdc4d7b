"""The generic list page: header with views, filters, the rows and other faces, and the panel beside them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.models.record import RECORDS
from desktop.rules.filters import EVERYTHING, Condition
from desktop.services import lists
from desktop.views.beside import Beside
from desktop.views.board.board import Board
from desktop.views.buttons import Button, Tab
from desktop.views.calendar.face import CalendarFace
from desktop.views.cells import Row
from desktop.views.compose import Stack, column, region
from desktop.views.desk import Desk
from desktop.views.filters.bar import FilterBar
from desktop.views.list_edits import ListEdits, plain_cell
from desktop.views.list_faces import ListFaces
from desktop.views.list_figures import ListFigures
from desktop.views.list_source import MOST_AT_ONCE, ListSource
from desktop.views.list_state import ListState
from desktop.views.list_views import ListViews
from desktop.views.lists import LISTS, View
from desktop.views.look import Look
from desktop.views.many import Many
from desktop.views.nothing import nothing_matches, nothing_yet
from desktop.views.panel import Panel
from desktop.views.phrases import inside
from desktop.views.row_delegate import RecordList
from desktop.views.tables import RecordTable
from desktop.words import msg

Index = QModelIndex | QPersistentModelIndex
AT_ONCE = 48
"""Rows that are read with each key while somebody types: what a window shows."""
SOON = 150
"""Milliseconds within which a second step in the list means that somebody runs through it."""
CRAMPED = 640
"""px at 100 % below which the header has no room for all its words."""
__all__ = ["ListPage", "plain_cell"]


class ListPage(QWidget):
    """One list of records with its panel."""

    opened = Signal(str, object)  # record type, id
    wanted = Signal(str)  # a new record of this type
    quoted = Signal(object)
    linked = Signal(str, object)  # a new record with the links it starts from
    figures = Signal(object)  # for the status bar
    header_changed = Signal()  # other tabs

    def __init__(self, look: Look, desk: Desk, kind: str) -> None:
        super().__init__()
        self._look, self._desk, self.kind = look, desk, kind
        self.spec = LISTS[kind].seen_by(desk.actor.rights)
        self.state = ListState(desk, self.spec, self)
        self.source = ListSource(desk, kind, self)
        self.table = RecordTable(look, kind, self.state.columns(), self.source, self)
        self.list = RecordList(look, self.table)
        look.bind(self.list.setAccessibleName, RECORDS[kind].__plural__)
        self.panel = Panel(look, desk)
        self.panel.hide()
        self._new: Button | None = None
        self._total = 0
        self._typed: Condition | None = None
        self._back: tuple[int, UUID | None] | None = None
        self._stack = Stack()
        self.faces = ListFaces(look, self, self._stack)
        self.filters = FilterBar(look, desk, self)
        self.edits = ListEdits(look, desk, self)
        self.sums = ListFigures(look, desk, self)
        self.views = ListViews(look, desk, self)
        self.many = Many(look, desk, self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SOON)
        self._later.timeout.connect(self._show_current)
        self._compose()
        self._listen()
        self.show_state()

    def _listen(self) -> None:
        self.list.horizontalHeader().sectionClicked.connect(self._sort)
        self.list.drawn.connect(lambda: self.state.change(widths=tuple(self.list.widths.items())))
        self.list.selectionModel().currentRowChanged.connect(self._select)
        self.list.selectionModel().selectionChanged.connect(lambda _now, _before: self._selected())
        self.list.doubleClicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.list.opened.connect(self._open)
        self.list.verticalScrollBar().valueChanged.connect(lambda _value: self._note_place())
        self.list.installEventFilter(self)
        self.panel.opened.connect(self.opened)
        self.panel.quoted.connect(self.quoted)
        self.panel.wanted.connect(self.linked)
        self.panel.closed.connect(self.close_panel)
        self.table.arrived.connect(self._arrived)
        self.table.waiting.connect(self.filters.show_waiting)
        self._desk.changed.connect(self._changed)
        self._look.changed.connect(self._reword)

    def _compose(self) -> None:
        look = self._look
        self.nothing, self.no_match = nothing_yet(look, self), nothing_matches(look, self)
        for part in (self.list, self.nothing, self.no_match):
            self._stack.addWidget(part)
        ground = region("surface")
        ground.setLayout(column(look, self.many.bar, self.filters, self._stack, gap=0))
        self.setLayout(column(look, Beside(look, ground, self.panel, self.many.bulk), gap=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words of the primary action leave where there is no room for a header."""
        super().resizeEvent(event)
        self.new_button().shrink(event.size().width() < self._look.px(CRAMPED))

    # Views and what they show

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self.state.view

    @property
    def tabs(self) -> dict[str, Tab]:
        """The views as tabs, by their keys."""
        return self.views.tabs

    def header_tabs(self) -> list[QWidget]:
        """The views as tabs for the window's header."""
        return self.views.header()

    def header_actions(self) -> list[QWidget]:
        """The faces of the list, and its primary action."""
        return [*self.views.faces(), self.new_button()]

    def new_button(self) -> Button:
        """The primary action of the header."""
        label = msg("New {what}").of(what=inside(RECORDS[self.kind].__label__))
        if self._new is not None:
            return self._new
        button = self._new = Button(self._look, label, kind="primary", icon="plus", keys="N", name=label)
        button.refuse(self._desk.refusal(f"{self.kind}.new", None))
        button.clicked.connect(lambda: self.wanted.emit(self.kind))
        return button

    def show_view(self, key: str) -> None:
        """Another view."""
        self.list.step_out()
        self.state.go(key)
        self.show_state()

    def clear_filters(self) -> None:
        """Without any filter; where the view itself holds nothing, the one of all."""
        self.filters.entry.clear()
        self._typed = None
        if self.state.now.where == self.state.original().where:
            self.state.go(self.spec.views[0].key)
        self.show_otherwise(where=self.spec.views[0].where)

    def show_otherwise(self, **changes: Any) -> None:
        """The view with another filter, order, columns, groups or face."""
        self.state.change(**changes)
        self.show_state()

    def show_state(self) -> None:
        """Bring everything to what the state says."""
        now = self.state.now
        self.source.ask(self._query())
        self.list.order, self.list.descending, self.list.by = now.order, now.descending, now.by
        self.list.widths = dict(now.widths)
        self.list.titles = self.views.group_titles(now.by)
        self.table.folded = frozenset(now.folded)
        self.table.editable = self.edits.editable()
        self.table.show_columns(self.state.columns())
        self._back = self.state.place()
        self._read()
        self.filters.show_state()
        if self.isVisible():
            self._scroll_back()
        self.views.mark()
        self.list.horizontalHeader().viewport().update()
        self._count()

    def _query(self) -> lists.Query:
        query = replace(self.state.query(), language=self._look.language)
        return query.within(self._typed) if self._typed is not None else query

    def _reword(self) -> None:
        """Linked records stand by what they are called in the language that is shown."""
        if self.source.query.language != self._look.language and lists.linked(self.source.query) is not None:
            self.show_state()

    def narrow(self, typed: Condition | None) -> None:
        """Show only what also passes this, as long as somebody types."""
        if typed != self._typed:
            self._typed = typed
            self.source.ask(self._query())
            self._read(AT_ONCE if typed is not None else lists.PAGE)
            self._count()

    def _read(self, rows: int = lists.PAGE) -> None:
        """Have the face that is shown read what is asked now."""
        before = self.current()
        turned = self.faces.turn(self.state.now.face)
        face = self.face()
        if face is None:
            amounts = lists.amounts_of(RECORDS[self.kind], [each.name for each in self.table.columns])
            top = self._back[0] if self._back is not None else 0
            self.table.start(amounts, wanted=min(rows + top // self._look.t.row("list"), MOST_AT_ONCE))
            if turned and before is not None:
                self.select(before.id)
            return
        if turned:
            self.panel.hide()
        face.show_query()
        self._show_face()
        if turned and before is not None:
            face.select(before.id)

    def face(self) -> Board | CalendarFace | None:
        """The board or calendar that is shown; None for the list itself."""
        return self.faces.shown()

    def keep_folds(self) -> None:
        """Which groups are folded is kept with the view."""
        self.state.change(folded=tuple(sorted(self.table.folded)))

    def _arrived(self) -> None:
        """Other rows are here: keep the selection, show what there is."""
        if not self.table.rows:
            self.panel.hide()
        self._show_face()
        if self.face() is None:
            self._keep_company()

    def _keep_company(self) -> None:
        """The selection stays on the record one was on; without it the panel goes."""
        shown = self.panel.row()
        wanted = self._back[1] if self._back is not None else None
        for record_id in (wanted, shown.id if shown is not None else None):
            if record_id is not None and self.table.place_of(record_id) >= 0:
                if self.current() is None:
                    self.select(record_id)
                return
        if self.current() is None:
            self.panel.hide()
            self.sums.tell()

    def _scroll_back(self) -> None:
        """Where one was in this view before."""
        if self._back is not None and self.table.rows:
            self.list.verticalScrollBar().setValue(self._back[0])
        self._back = None

    def showEvent(self, event: QShowEvent) -> None:
        """Where one was, once there is room."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._scroll_back)

    def _show_face(self) -> None:
        face = self.face()
        if face is not None and not face.is_empty():
            self._stack.setCurrentWidget(face)
        elif face is None and self.table.rows:
            self._stack.setCurrentWidget(self.list)
        else:
            self._stack.setCurrentWidget(self.nothing if self.is_whole() else self.no_match)
            self.no_match.say(self.filters.why_nothing())
        offered = self._stack.currentWidget() is self.nothing
        self.new_button().become("plain" if offered else "primary")

    def is_whole(self) -> bool:
        """Whether nothing is filtered."""
        return self.state.now.where == EVERYTHING and self._typed is None

    def _count(self) -> None:
        self.source.count(self._counted)

    def _counted(self, total: int) -> None:
        self._total = total
        self.views.mark()
        self.sums.tell()
        self.filters.builder_count()

    def total(self) -> int:
        """How many records the view holds."""
        return self._total

    def total_words(self) -> str:
        """How many, as a figure."""
        return f"{self._total:,}"

    # Selection

    def chosen(self) -> list[Row]:
        """Every selected record that is here, from the top; the selection of whichever face is shown."""
        face = self.face()
        if face is not None:
            return face.chosen()
        places = sorted({index.row() for index in self.list.selectionModel().selectedRows()})
        return [found for place in places if (found := self.table.row_at(place)) is not None]

    def all_ids(self) -> list[UUID]:
        """Every record that the list shows, also those that were not read yet."""
        return self.source.all_ids()

    def _selected(self) -> None:
        many = len(self.list.selectionModel().selectedRows()) > 1
        self.list.choose_many(many)
        self.filters.setHidden(many)
        self.sums.tell()

    def copy(self) -> None:
        """The selected rows on the clipboard, as Excel and mail take them."""
        self.edits.copy()

    def enter(self) -> None:
        """The page is shown: figures and focus; which further details there are is asked meanwhile."""
        self.sums.tell()
        self.state.read_further()
        face = self.face()
        self.list.setFocus() if face is None else face.begin()

    def _sort(self, section: int) -> None:
        spec = self.table.columns[section]
        now = self.state.now
        down = not now.descending if now.order == spec.name else spec.right
        self.show_otherwise(order=spec.name, descending=down)

    def _select(self, current: Index, _previous: Index) -> None:
        shown = self.table.row_at(current.row()) if current.isValid() else None
        if shown is None:
            return
        if not self.list.selectionModel().hasSelection():  # the focus came to the first row by itself
            self.list.selectRow(current.row())
        running = self.list.keyed and self._later.isActive()
        self._later.start()
        if not running:
            self._show_current()
        self._note_place()

    def _show_current(self) -> None:
        shown = self.current() if self.face() is None else None
        if shown is not None and not self.many.bulk.isVisibleTo(self):
            if self.panel.row() is not shown or not self.panel.isVisibleTo(self):
                self.panel.show_row(shown)
            self.panel.show()
        self.sums.tell()

    def _note_place(self) -> None:
        if self._back is not None:
            return
        found = self.current()
        top = self.table.row_at(self.list.rowAt(0))
        self.state.note_place(
            self.list.verticalScrollBar().value() if top is not None else 0, found.id if found else None
        )

    def select(self, record_id: UUID) -> None:
        """Put the selection on a record, if it is among the rows that are here."""
        face = self.face()
        if face is not None:
            face.select(record_id)
            return
        place = self.table.place_of(record_id)
        if place >= 0:
            self.list.selectRow(place)

    def select_all_of(self, ids: Sequence[UUID]) -> None:
        """Select these records again after the rows were read anew."""
        model = self.list.selectionModel()
        for record_id in ids:
            place = self.table.place_of(record_id)
            if place >= 0:
                flags = QItemSelectionModel.SelectionFlag
                model.select(self.table.index(place, 0), flags.Select | flags.Rows)

    def close_panel(self) -> None:
        """Only the list."""
        self._later.stop()
        self.panel.hide()
        self.list.clearSelection()
        self.list.setCurrentIndex(QModelIndex())
        self.sums.tell()

    def _open(self, index: Index) -> None:
        found = self.table.row_at(index.row()) if index.isValid() else None
        if found is not None and not self.list.typing():
            self.opened.emit(self.kind, found.id)

    def current(self) -> Row | None:
        """The selected record."""
        face = self.face()
        if face is not None:
            return face.current()
        index = self.list.currentIndex()
        return self.table.row_at(index.row()) if index.isValid() else None

    # What changed elsewhere

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "saved_view" for kind, _ in keys):
            self.views.reread()
        own = [record_id for kind, record_id in keys if kind == self.kind]
        around = {"opportunity", "interaction"} if self.kind == "customer" else set()
        if not own and not any(kind in around for kind, _ in keys):
            return
        face = self.face()
        if face is not None:
            face.changed()
            self._count()
            return
        self._change_rows(own, renewed=kind_around(keys, around))

    def _change_rows(self, own: list[UUID], *, renewed: bool) -> None:
        kept, top = self.current(), self.list.verticalScrollBar().value()
        model = self.list.selectionModel()
        chosen = [each.id for each in self.chosen()]
        model.blockSignals(True)
        if own:
            self.table.update(own)
        if renewed:
            self.table.renew(self._in_sight())
        if kept is not None:
            place = self.table.place_of(kept.id)
            if place >= 0 and self.list.currentIndex().row() != place:
                self.list.setCurrentIndex(self.table.index(place, self.list.currentIndex().column()))
        self.select_all_of(chosen)
        model.blockSignals(False)
        self.list.verticalScrollBar().setValue(top)
        self._count()

    def _in_sight(self) -> list[UUID]:
        first = max(self.list.rowAt(0), 0)
        height = self.list.viewport().height() // max(self.list.rowHeight(first), 1) + 2
        lines = self.table.rows[first : first + height]
        return [line.id for line in lines if line.id is not None]

    def hideEvent(self, event: QHideEvent) -> None:
        """What was not kept yet is kept now."""
        if self.state.is_waiting():
            self.state.keep()
        super().hideEvent(event)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Escape closes the panel, Delete deletes, keys show the focus mark."""
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == event.Type.KeyPress:
            self.list.keyed = True
            if self.list.walking() or self.list.typing():
                return False
            return self._row_key(event)
        return bool(super().eventFilter(watched, event))

    def _row_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.panel.isVisible():
            self.close_panel()
            return True
        place = self.list.currentIndex().row()
        folds = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False, Qt.Key.Key_Space: None}
        if event.key() in folds and place >= 0 and self.table.row_at(place) is None:
            self.list.fold(place, folds[Qt.Key(event.key())])
            return True
        chosen = self.chosen()
        if event.key() == Qt.Key.Key_Delete and chosen:
            self._desk.delete(chosen[0]) if len(chosen) == 1 else self._desk.delete_all(chosen)
            self.close_panel()
            return True
        if event.matches(QKeySequence.StandardKey.Copy) and chosen:
            self.copy()
            return True
        return False


def kind_around(keys: frozenset[tuple[str, UUID]], around: set[str]) -> bool:
    """Whether something that stands beside these records changed."""
    return any(kind in around for kind, _ in keys)
