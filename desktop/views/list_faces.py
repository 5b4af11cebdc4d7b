"""The other faces of a list page: made when they are first wanted, with the panel beside them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from desktop.views.board.board import Board
from desktop.views.calendar.face import CalendarFace
from desktop.views.cells import Row
from desktop.views.look import Look

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage


class ListFaces(QObject):
    """Knows which face is shown."""

    def __init__(self, look: Look, page: "ListPage", stack: QStackedWidget) -> None:
        super().__init__(page)
        self._look, self._page, self._stack = look, page, stack
        self._made: dict[str, Board | CalendarFace] = {}
        self._key = "list"

    def turn(self, wanted: str) -> bool:
        """Show another face, if this list has it; whether it is another than before."""
        there = [face for face in ("board", "calendar") if getattr(self._page.spec, face)]
        key = wanted if wanted in there else "list"
        turned, self._key = key != self._key, key
        if turned:
            self._follow()
        return turned

    def _follow(self) -> None:
        """What is done with several is offered where several are selected."""
        page = self._page
        page.filters.setHidden(len(page.chosen()) > 1)
        page.many.follow()

    def shown(self) -> Board | CalendarFace | None:
        """The board or calendar that is shown; None for the list itself."""
        if self._key == "list":
            return None
        if self._key not in self._made:
            page = self._page
            made = Board(self._look, page) if self._key == "board" else CalendarFace(self._look, page)
            made.picked.connect(self._picked)
            made.opened.connect(lambda found: page.opened.emit(found.record.__tablename__, found.id))
            made.peeked.connect(self._peek)
            self._made[self._key] = made
            self._stack.addWidget(made)
        return self._made[self._key]

    def _picked(self, found: Row | None) -> None:
        """Another card or item is selected; the panel follows where it is open."""
        page = self._page
        if found is not None and page.panel.isVisibleTo(page):
            page.panel.show_row(found)
        self._follow()
        page.sums.tell()

    def _peek(self) -> None:
        """The panel comes and goes."""
        page, found = self._page, self._page.current()
        if page.panel.isVisibleTo(page) or found is None:
            page.panel.hide()
        else:
            page.panel.show_row(found)
            page.panel.show()
