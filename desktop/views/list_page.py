"""The generic list page: header with saved views, the rows, the empty states, and the panel beside them."""

from html import escape
from typing import Any
from uuid import UUID

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from desktop.models.record import RECORDS
from desktop.views import cells
from desktop.views.buttons import Button, Tab
from desktop.views.cells import Row
from desktop.views.compose import column, region, row
from desktop.views.desk import Desk
from desktop.views.empty import Empty
from desktop.views.lists import LISTS, View
from desktop.views.look import Look
from desktop.views.many import Many
from desktop.views.panel import Panel
from desktop.views.phrases import inside
from desktop.views.row_delegate import RecordList
from desktop.views.tables import RecordTable
from desktop.words import Message, msg

Index = QModelIndex | QPersistentModelIndex


class ListPage(QWidget):
    """One list of records with its panel."""

    opened = Signal(str, object)  # record type, id
    wanted = Signal(str)  # a new record of this type
    quoted = Signal(object)
    linked = Signal(str, object)  # a new record with the links it starts from
    figures = Signal(object)  # for the status bar

    def __init__(self, look: Look, desk: Desk, kind: str) -> None:
        super().__init__()
        self._look, self._desk, self.kind = look, desk, kind
        self.spec = LISTS[kind].seen_by(desk.actor.rights)
        self.view: View = self.spec.views[0]
        self.table = RecordTable(look, kind, self.spec.columns, self)
        self.list = RecordList(look, self.table)
        look.bind(self.list.setAccessibleName, RECORDS[kind].__plural__)
        self.list.order, self.list.descending = self.spec.order, self.spec.descending
        self.list.horizontalHeader().sectionClicked.connect(self._sort)
        self.list.selectionModel().currentRowChanged.connect(self._select)
        self.list.selectionModel().selectionChanged.connect(lambda _now, _before: self._tell_figures())
        self.list.doubleClicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.list.installEventFilter(self)
        self.panel = Panel(look, desk)
        self.panel.hide()
        self.panel.opened.connect(self.opened)
        self.panel.quoted.connect(self.quoted)
        self.panel.wanted.connect(self.linked)
        self.panel.closed.connect(self.close_panel)
        self.tabs: dict[str, Tab] = {}
        self._new: Button | None = None
        self._total = 0
        self.many = Many(look, desk, self)
        self._compose()
        self._feed()
        desk.changed.connect(self._changed)

    def _compose(self) -> None:
        look = self._look
        cls = RECORDS[self.kind]
        nothing = Empty(
            look,
            self.spec.icon,
            msg("No {what} yet").of(what=inside(cls.__plural__)),
            self.spec.why_empty,
            button=msg("New {what}").of(what=inside(cls.__label__)),
            primary=True,
            on_click=self._want,
        )
        no_match = Empty(
            look,
            "search-x",
            msg("Nothing matches"),
            msg("None of them is in this view."),
            button=msg("Show all"),
            button_icon="funnel-x",
            on_click=self._show_first,
        )
        self._stack = QStackedWidget()
        for part in (self.list, nothing, no_match):
            self._stack.addWidget(part)
        ground = region("surface")
        ground.setLayout(column(look, self.many.bar, self._stack, gap=0))
        line = row(look, ground, self.panel, self.many.bulk, gap=0)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _want(self) -> None:
        self.wanted.emit(self.kind)

    def _show_first(self) -> None:
        self.show_view(self.spec.views[0].key)

    def header_tabs(self) -> list[QWidget]:
        """The saved views as tabs for the window's header."""
        if not self.tabs:
            group = QButtonGroup(self)
            for view in self.spec.views:
                tab = Tab(self._look, view.words)
                tab.clicked.connect(lambda _on, key=view.key: self.show_view(key))
                group.addButton(tab)
                self.tabs[view.key] = tab
            self._mark_tabs()
        return list(self.tabs.values())

    def new_button(self) -> Button:
        """The primary action of the header."""
        label = msg("New {what}").of(what=inside(RECORDS[self.kind].__label__))
        if self._new is not None:
            return self._new
        button = self._new = Button(self._look, label, kind="primary", icon="plus", keys="N")
        button.refuse(self._desk.refusal(f"{self.kind}.new", None))
        button.clicked.connect(lambda: self.wanted.emit(self.kind))
        return button

    def show_view(self, key: str) -> None:
        """Another saved view."""
        self.view = next(view for view in self.spec.views if view.key == key)
        self._mark_tabs()
        self._feed()

    def show_only(self, view: View) -> None:
        """A view that is not among the tabs, such as the rows behind a figure of a chart."""
        self.view = view
        group = next((tab.group() for tab in self.tabs.values()), None)
        if group is not None:
            group.setExclusive(False)
        self._mark_tabs()
        if group is not None:
            group.setExclusive(True)
        self._feed()

    def _mark_tabs(self) -> None:
        for key, tab in self.tabs.items():
            tab.setChecked(key == self.view.key)
            tab.show_count("")
        if self.view.key in self.tabs:
            self.tabs[self.view.key].show_count(f"{self._total:,}" if self._total else "")

    def _feed(self) -> None:
        self.table.feed(
            self._desk.provider(self.kind, self.view, self.list.order, descending=self.list.descending)
        )
        self._count()

    def _count(self) -> None:
        self._desk.runner.read(self, "count", lambda: self._desk.count(self.kind, self.view), self._counted)
        if not self.table.rows:
            self.panel.hide()
        self._stack.setCurrentIndex(0 if self.table.rows else 1 if self.view.key == "all" else 2)

    def _counted(self, total: int) -> None:
        self._total = total
        self._mark_tabs()
        self._tell_figures()

    def total(self) -> int:
        """How many records the view holds."""
        return self._total

    def _tell_figures(self) -> None:
        figures: list[tuple[Message | str, str]] = []
        chosen = self.chosen() if self.panel.isVisibleTo(self) else []
        if chosen:
            figures.append((msg("{count} selected").of(count=f"{len(chosen):,}"), ""))
            deals = sum(row.figures.get("open_deals") or 0 for row in chosen)
            if deals:
                figures.append((msg("Open deals"), cells.money(deals)))
            amounts = [
                getattr(row.record, "amount", None) or getattr(row.record, "payable", None) for row in chosen
            ]
            currencies = {str(getattr(row.record, "currency", "CNY") or "CNY") for row in chosen}
            if any(amounts) and len(currencies) == 1:
                total = sum(amount or 0 for amount in amounts)
                figures.append((msg("Amount"), cells.money(total, currencies.pop())))
        cls = RECORDS[self.kind]
        noun = cls.__label__ if self._total == 1 else cls.__plural__
        figures.append((msg("{count} {what}").of(count=f"{self._total:,}", what=inside(noun)), ""))
        self.figures.emit(figures)

    def chosen(self) -> list[Row]:
        """Every selected record, from the top."""
        places = sorted({index.row() for index in self.list.selectionModel().selectedRows()})
        return [self.table.rows[place] for place in places if place < len(self.table.rows)]

    def copy(self) -> None:
        """The selected rows on the clipboard, as Excel and mail take them."""
        columns = [n for n in range(len(self.table.columns)) if not self.list.isColumnHidden(n)]
        heads = [self._look.text(self.table.columns[n].label(self.kind)) for n in columns]
        places = [self.table.place_of(row.id) for row in self.chosen()]
        grid = [heads, *([self.table.cell(place, n).text for n in columns] for place in places)]
        data = QMimeData()
        data.setText("\n".join("\t".join(plain_cell(text) for text in line) for line in grid))
        lines = ("".join(f"<td>{escape(text)}</td>" for text in line) for line in grid)
        data.setHtml("<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>")
        QGuiApplication.clipboard().setMimeData(data)
        self._desk.told.emit(msg("{count} rows copied").of(count=len(places)), False)

    def enter(self) -> None:
        """The page is shown: figures and focus."""
        self._tell_figures()
        self.list.setFocus()

    def _sort(self, section: int) -> None:
        column_spec = self.spec.columns[section]
        if not column_spec.sortable:
            return
        if self.list.order == column_spec.name:
            self.list.descending = not self.list.descending
        else:
            self.list.order, self.list.descending = column_spec.name, column_spec.right
        self._feed()
        self.list.horizontalHeader().viewport().update()

    def _select(self, current: Index, _previous: Index) -> None:
        if not current.isValid():
            return
        if not self.list.selectionModel().hasSelection():  # the focus came to the first row by itself
            self.list.selectRow(current.row())
        self.panel.show_row(self.table.rows[current.row()])
        self.panel.show()
        self._tell_figures()

    def select(self, record_id: UUID) -> None:
        """Put the selection on a record, if it is among the rows that are here."""
        place = self.table.place_of(record_id)
        if place >= 0:
            self.list.selectRow(place)

    def close_panel(self) -> None:
        """Only the list."""
        self.panel.hide()
        self.list.clearSelection()
        self.list.setCurrentIndex(QModelIndex())
        self._tell_figures()

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.opened.emit(self.kind, self.table.rows[index.row()].id)

    def current(self) -> Row | None:
        """The selected record."""
        index = self.list.currentIndex()
        return (
            self.table.rows[index.row()] if index.isValid() and index.row() < len(self.table.rows) else None
        )

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        around = {"opportunity", "interaction"} if self.kind == "customer" else set()
        if not any(kind == self.kind or kind in around for kind, _ in keys):
            return
        kept, top = self.current(), self.list.verticalScrollBar().value()
        self.list.selectionModel().blockSignals(True)
        self.table.refresh()
        if kept is not None:
            place = self.table.place_of(kept.id)
            if place >= 0:
                self.list.selectRow(place)
        self.list.selectionModel().blockSignals(False)
        self.list.verticalScrollBar().setValue(top)
        self._count()

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Escape closes the panel, Delete deletes, keys show the focus mark."""
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == event.Type.KeyPress:
            self.list.keyed = True
            if event.key() == Qt.Key.Key_Escape and self.panel.isVisible():
                self.close_panel()
                return True
            chosen = self.chosen()
            if event.key() == Qt.Key.Key_Delete and chosen:
                self._desk.delete(chosen[0]) if len(chosen) == 1 else self._desk.delete_all(chosen)
                self.close_panel()
                return True
            if event.matches(QKeySequence.StandardKey.Copy) and chosen:
                self.copy()
                return True
        return bool(super().eventFilter(watched, event))


def plain_cell(text: str) -> str:
    """One cell of a table of text: no breaks, and nothing that a spreadsheet would run."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") else flat
