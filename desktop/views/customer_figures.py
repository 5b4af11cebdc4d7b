"""The figures above a customer's page; read beside the window, and away where there is little room."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent

from desktop.services import customer_figures
from desktop.services.figures import Tile
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.tiles import NARROWEST, TileStrip

FIGURES: Final = 5
LEAST: Final = 560
"""px at 100 % of a page's height below which its rows need the room more."""


class CustomerFigures(TileStrip):
    """Belongs to the page of a customer."""

    arrived = Signal()

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look)
        self._desk = desk
        self._customer: UUID | None = None
        self._room = True
        look.changed.connect(self._show)

    def fit(self, width: int, height: int) -> None:
        """For a page of this size."""
        px = self._look.px
        self._room = height >= px(LEAST) and width >= px(FIGURES * NARROWEST)
        self._show()

    def show_of(self, customer: UUID) -> None:
        """The figures of a customer, or the same ones anew."""
        if customer != self._customer:
            self.show_tiles([])
            self._customer = customer
        store = self._desk.store

        def read() -> list[Tile]:
            with store.reading() as session:
                return customer_figures.tiles(session, customer, date.today())  # noqa: DTZ011

        self._desk.runner.read(self, "figures", read, self._take)

    def _take(self, tiles: Sequence[Tile]) -> None:
        self.show_tiles(tiles)
        self.arrived.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """On the ground of the page."""
        QPainter(self).fillRect(self.rect(), self._look.colour("surface"))
        super().paintEvent(event)

    def _show(self) -> None:
        self.setVisible(self._room and not self._look.private)
