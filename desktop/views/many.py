"""What a list does while many rows are selected: the bar above it, and the change of a field beside it."""

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from desktop.services import bulk as changes
from desktop.views.bulk import BulkPanel
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.selection_bar import SelectionBar
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

NOBODY_CHOSEN = msg("Select the rows first: Ctrl and a press, Shift and a press, or Ctrl+A.")


class Many(QObject):
    """Made by a list page, which places `bar` above its rows and `bulk` beside them."""

    def __init__(self, look: Look, desk: Desk, page: "ListPage") -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self._every = False
        self.bar = SelectionBar(look)
        self.bulk = BulkPanel(look, desk, page.kind)
        self.bulk.closed.connect(self._closed)
        self.bar.change_wanted.connect(self.change)
        self.bar.copy_wanted.connect(page.copy)
        self.bar.delete_wanted.connect(self._delete)
        self.bar.all_wanted.connect(self._all)
        self.bar.left.connect(self._leave)
        selection = page.list.selectionModel()
        selection.selectionChanged.connect(lambda _now, _before: self.follow())
        selection.currentRowChanged.connect(lambda _now, _before: self._keep_room())
        QShortcut(QKeySequence("Ctrl+E"), page).activated.connect(self.change)

    @property
    def everything(self) -> bool:
        """Whether all of the view is meant, also what was not read yet."""
        return self._every

    def ids(self) -> list[UUID]:
        """The selected records of the list's own kind, or all of the view where they were asked for."""
        page = self._page
        if self._every:
            return page.all_ids()
        return [shown.id for shown in page.chosen() if shown.record.__tablename__ == page.kind]

    def refusal(self) -> Message | None:
        """Why no field of the selected rows can be changed, or None."""
        if not self._every and not self.ids():
            return NOBODY_CHOSEN
        desk = self._desk
        return changes.refusal(desk.store, desk.actor, self._page.kind)

    def change(self) -> None:
        """Open the change of a field for what is selected."""
        reason = self.refusal()
        if reason is not None:
            self._desk.told.emit(reason, False)
            return
        self._page.panel.hide()
        self.bulk.ask(self.ids())

    def follow(self) -> None:
        """Other rows are selected, in whichever face is shown."""
        self._every = False
        page = self._page
        chosen = len(page.chosen())
        self.bar.show_count(chosen, page.total(), every=False)
        if self.bar.isVisibleTo(page):
            desk = self._desk
            edit = changes.refusal(desk.store, desk.actor, page.kind)
            self.bar.refuse(edit, desk.refusal(f"{page.kind}.delete", page.chosen()[0].record))
        if self.bulk.isVisibleTo(page) and self.bulk.meanwhile.page is None:
            ids = self.ids()  # an item of a calendar may be of another kind
            self.bulk.take(ids) if ids else self.bulk.leave()

    def _all(self) -> None:
        self._every = True
        self.bar.show_count(0, self._page.total(), every=True)
        self._page.sums.tell()
        self.bar.delete.setVisible(False)
        if self.bulk.isVisibleTo(self._page):
            self.bulk.take(self.ids())

    def _keep_room(self) -> None:
        if self.bulk.isVisibleTo(self._page):
            self._page.panel.hide()

    def _delete(self) -> None:
        chosen = self._page.chosen()
        if chosen:
            self._desk.delete_all(chosen)
            self._page.close_panel()

    def _leave(self) -> None:
        face = self._page.face()
        if face is not None:
            face.let_go()
        self._page.close_panel()

    def _closed(self) -> None:
        self.bar.delete.setVisible(True)
        self._every = False
        self.bar.show_count(len(self._page.chosen()), self._page.total(), every=False)
        face = self._page.face()
        self._page.list.setFocus() if face is None else face.begin()
