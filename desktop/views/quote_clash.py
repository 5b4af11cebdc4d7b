"""On a quote's page: what to ask where somebody changed a cell or a discount while another one typed."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop.services.clashes import Clashed
from desktop.views.clash import ClashBox
from desktop.views.desk import Again, Desk
from desktop.views.look import Look
from desktop.views.quote_foot import QuoteFoot
from desktop.views.quote_grid import QuoteGrid
from desktop.views.quote_table import Typed

ABOVE = 240
"""How high over the foot the question stands."""
Fill = Callable[[], object]
OnClash = Callable[[Clashed, Again], None]


class QuoteClashes:
    """Asks beside the place where it was typed; Escape goes back into it with what was typed."""

    def __init__(
        self,
        look: Look,
        desk: Desk,
        page: QWidget,
        grid: QuoteGrid,
        foot: QuoteFoot,
        fill: Callable[[], None],
    ) -> None:
        self._look, self._desk, self._page = look, desk, page
        self._grid, self._foot, self._fill = grid, foot, fill
        self.box = ClashBox(look, desk, page)

    def anywhere(self, error: Clashed, again: Again) -> None:
        """What was not typed: the window's own box."""
        self._fill()
        self._desk.clashed.emit(error, again)

    def cell(self, typed: Typed) -> OnClash:
        """What to do where a cell clashes."""

        def clashed(error: Clashed, again: Again) -> None:
            self._fill()
            box = self._grid.visualRect(self._grid.table.place(typed))
            at = self._grid.viewport().mapTo(self._page, QPoint(box.left(), box.bottom() + 6))
            self.box.ask(error, again, at, lambda: self._into_cell(typed, error))

        return clashed

    def _into_cell(self, typed: Typed, error: Clashed) -> None:
        self._grid.table.go_on(typed, error.clashes[0].current)
        index = self._grid.table.place(typed)
        self._grid.setCurrentIndex(index)
        self._grid.edit(index)

    def discount(self, kind: str) -> OnClash:
        """What to do where a discount or target of the whole clashes."""
        entry = self._foot.entry(kind)
        text = entry.text()

        def clashed(error: Clashed, again: Again) -> None:
            self._fill()
            at = entry.mapTo(self._page, QPoint(0, -self._look.px(ABOVE)))
            current = error.clashes[0].current
            self.box.ask(error, again, at, lambda: self._foot.go_on(kind, text, current))

        return clashed
