"""The views of a list: tabs with their menu, the switch between faces, and saving what is shown."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QMenu, QWidget

from desktop.models import figures
from desktop.models.kinds import Link
from desktop.models.record import RECORDS
from desktop.services import saved_views
from desktop.views.buttons import Button, Tab
from desktop.views.compose import column, label, row
from desktop.views.desk import Desk
from desktop.views.header_parts import park
from desktop.views.lists import View
from desktop.views.look import Look
from desktop.views.popover import Popover
from desktop.views.tab_row import FaceSwitch, TabRow
from desktop.words import Message, msg, verbatim

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

FACE_ICONS: Final = {"list": "list", "board": "square-kanban", "calendar": "calendar"}
FACE_WORDS: Final = {
    "list": msg("As a list"),
    "board": msg("As a board"),
    "calendar": msg("As a calendar"),
}


class NameBox(Popover):
    """One line for the name of a view; Enter keeps it."""

    def __init__(
        self, look: Look, page: QWidget, title: Message, name: str, keep: Callable[[str], object]
    ) -> None:
        super().__init__(look, page.window())
        look.bind(self.setAccessibleName, title)
        self.entry = QLineEdit(name)
        look.bind(self.entry.setAccessibleName, title)
        look.bind(self.entry.setMinimumWidth, lambda: look.px(220))
        self.entry.setMaxLength(saved_views.LONGEST)
        ready = Button(look, msg("Save"), kind="primary", height="height_large")
        ready.clicked.connect(lambda: self._keep(keep))
        self.entry.returnPressed.connect(lambda: self._keep(keep))
        line = row(look, self.entry, ready, gap=8)
        self.inside.addLayout(
            column(look, label(look, title, strong=True), line, gap=8, edge=(16, 12, 16, 14))
        )

    def _keep(self, keep: Callable[[str], object]) -> None:
        name = self.entry.text().strip()
        if name:
            self.dismiss()
            keep(name)

    def ask(self, at: QPoint) -> None:
        """Show it and put the cursor in."""
        self.pop(at)
        self.entry.setFocus()
        self.entry.selectAll()


class ListViews(QObject):
    """Shows and changes the views of one list page."""

    def __init__(self, look: Look, desk: Desk, page: "ListPage") -> None:
        super().__init__(page)
        self._look, self._desk, self._page = look, desk, page
        self.tabs: dict[str, Tab] = {}
        self._group: QButtonGroup | None = None
        self._faces: FaceSwitch | None = None
        self.row: TabRow | None = None
        self.naming: NameBox | None = None

    # The header

    def header(self) -> list[QWidget]:
        """The views as tabs."""
        if not self.tabs:
            self._group = QButtonGroup(self)
            for view in self._page.state.views:
                tab = Tab(self._look, view.words)
                tab.clicked.connect(partial(self._show, view.key))
                tab.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                tab.customContextMenuRequested.connect(partial(self._menu_of, view.key))
                self._group.addButton(tab)
                self.tabs[view.key] = tab
            self.row = TabRow(self._look, list(self.tabs.values()))
            self.mark()
        assert self.row is not None
        return [self.row]

    def _show(self, key: str, _on: bool = False) -> None:
        self._page.show_view(key)

    def faces(self) -> list[QWidget]:
        """The switch between the faces of the list, if it has several."""
        spec = self._page.spec
        there = ["list", *(["board"] if spec.board else []), *(["calendar"] if spec.calendar else [])]
        if len(there) == 1:
            return []
        if self._faces is None:
            faces = [(face, FACE_ICONS[face], FACE_WORDS[face]) for face in there]
            self._faces = FaceSwitch(self._look, faces, self.show_face)
        self._faces.mark(self._page.state.now.face)
        return [self._faces]

    def show_face(self, face: str) -> None:
        """Another face of the same list."""
        self._page.show_otherwise(face=face)

    def mark(self) -> None:
        """Show which view is on, and how many it holds."""
        page = self._page
        for key, tab in self.tabs.items():
            tab.setChecked(key == page.view.key)
            tab.show_count("")
        if page.view.key in self.tabs:
            self.tabs[page.view.key].show_count(page.total_words() if page.total() else "")
        if self.row is not None:
            self.row.updateGeometry()
            self.row.lay_out()
        if self._faces is not None:
            self._faces.mark(page.state.now.face)

    def reread(self) -> None:
        """The views are others than before."""
        page = self._page
        before = [(view.key, view.words, view.kept) for view in page.state.views]
        was = page.view.key
        page.state.read_views()
        if before == [(view.key, view.words, view.kept) for view in page.state.views]:
            return
        if self.row is not None:
            park(self.row, page)
            self.row.deleteLater()
        self.tabs = {}
        if page.view.key != was:
            page.show_state()
        page.header_changed.emit()
        self.header()
        page.filters.show_state()

    def group_titles(self, by: str) -> dict[str, str]:
        """What the records are called that a list is grouped by."""
        kind = figures.kind_of(RECORDS[self._page.kind], by.partition(":")[0]) if by else None
        if not isinstance(kind, Link) or not kind.to:
            return {}
        return dict(self._page.filters.people(kind.to))

    # Saving

    def menu(self) -> QMenu:
        """What can be done with the view that is shown."""
        return self._menu(self._page.view)

    def _menu_of(self, key: str, at: QPoint) -> None:
        view = next((view for view in self._page.state.views if view.key == key), None)
        if view is not None:
            self._menu(view).popup(self.tabs[key].mapToGlobal(at))

    def _menu(self, view: View) -> QMenu:
        look, menu = self._look, QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        own = view.kept is not None

        def add(words: Message, act: Callable[[], object], *, on: bool = True) -> None:
            action = menu.addAction(look.text(words))
            action.setEnabled(on)
            action.triggered.connect(lambda: act())

        if own and view.key == self._page.view.key:
            add(msg("Save the changes"), self.save, on=self._page.state.is_changed())
        add(msg("Save as a new view…"), self.save_as)
        add(msg("Rename…"), partial(self.rename, view), on=own)
        add(msg("Move to the left"), partial(self.move, view, -1), on=own)
        add(msg("Move to the right"), partial(self.move, view, 1), on=own)
        add(msg("Open the list with this view"), partial(self.open_with, view))
        menu.addSeparator()
        add(msg("Delete the view"), partial(self.delete, view), on=own)
        return menu

    def _where(self) -> QPoint:
        tab = self.tabs.get(self._page.view.key)
        window = self._page.window()
        if tab is None or not tab.isVisible():
            return self._page.mapTo(window, QPoint(self._look.px(20), self._look.px(44)))
        return tab.mapTo(window, QPoint(0, tab.height()))

    def save_as(self) -> None:
        """Keep what is shown under a new name."""
        self.naming = NameBox(self._look, self._page, msg("Name of the view"), "", self.keep_as)
        save = self._page.filters.save
        below = QPoint(0, save.height() + self._look.px(6))
        self.naming.ask(save.mapTo(self._page.window(), below) if save.isVisible() else self._where())

    def keep_as(self, name: str) -> None:
        """Keep what is shown under this name, and go there."""
        page = self._page

        def done(view: Any) -> None:
            page.state.reset()
            page.state.read_views()
            page.state.go(view.id.hex)
            self.reread()
            page.show_state()

        query = page.state.now.lasting().as_json()
        told = msg("View “{name}” saved").of(name=name)
        self._desk.do("saved_view.keep", of=page.kind, called=name, query=query, told=told, done=done)

    def save(self) -> None:
        """Keep what is shown in the view itself."""
        view = self._page.view
        query = self._page.state.now.lasting().as_json()
        told = msg("View “{name}” saved").of(name=view.words)
        self._desk.do("saved_view.change", view.kept.id, query=query, told=told)

    def rename(self, view: View) -> None:
        """Another name."""
        now = self._look.text(view.words)
        self.naming = NameBox(self._look, self._page, msg("Name of the view"), now, partial(self.call, view))
        self.naming.ask(self._where())

    def call(self, view: View, name: str) -> None:
        """Another name, said."""
        told = msg("View “{name}” renamed").of(name=verbatim(name))
        self._desk.do("saved_view.change", view.kept.id, called=name, told=told)

    def move(self, view: View, step: int) -> None:
        """To the left or right among one's own views."""
        order = [each.kept.id for each in self._page.state.views if each.kept is not None]
        place = order.index(view.kept.id)
        order.insert(max(place + step, 0), order.pop(place))
        self._arrange(order, self._first())

    def open_with(self, view: View) -> None:
        """The list opens with it from now on."""
        order = [each.kept.id for each in self._page.state.views if each.kept is not None]
        self._page.state.open_with("" if view.kept else view.key)
        self._arrange(order, view.kept.id if view.kept else None)

    def _first(self) -> UUID | None:
        kept = [each.kept for each in self._page.state.views if each.kept is not None]
        return next((each.id for each in kept if each.first), None)

    def _arrange(self, order: list[UUID], first: UUID | None) -> None:
        told = msg("Views arranged")
        self._desk.do("saved_view.arrange", of=self._page.kind, order=order, first=first, told=told)

    def delete(self, view: View) -> None:
        """Away with it; undo brings it back."""
        told = msg("View “{name}” deleted").of(name=view.words)
        self._desk.do("saved_view.delete", view.kept.id, told=told)
