"""Sections of a quote that fold: their lines are hidden here, never on paper, and their sums stay."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from desktop.views.desk import Desk
from desktop.views.quote_grid import QuoteGrid
from desktop.views.quote_table import NAME
from desktop.words import Message, msg

PAUSE: Final = 400
"""Milliseconds after which a change is kept."""


class SectionFolds(QObject):
    """Which sections of one quote are folded on this laptop; kept in the vault, never sent."""

    def __init__(self, desk: Desk, quote_id: UUID, grid: QuoteGrid) -> None:
        super().__init__(grid)
        self._desk, self._grid, self._table = desk, grid, grid.table
        self._name = f"folds:{quote_id.hex}"
        stored = desk.store.local(self._name)
        self.folded = {str(each) for each in stored} if isinstance(stored, list) else set()
        self._known: set[UUID] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._keep)
        grid.fold_wanted.connect(self.fold)
        grid.hidden_reached.connect(self.open_at)

    def apply(self) -> None:
        """Hide what is folded; a line that is new since opens its section, or it would go in unseen."""
        rows, now = self._table.rows, {row.line.id for row in self._table.rows}
        news = now - self._known if self._known else set()
        self._known = now
        sections = self.sections()
        for place, section in enumerate(sections):
            if rows[place].line.id in news and section is not None:
                self.folded.discard(rows[section].line.id.hex)
        counts: dict[int, int] = {}
        for place, section in enumerate(sections):
            if section is None or rows[section].line.id.hex not in self.folded:
                self._grid.setRowHidden(place, False)
            else:
                self._grid.setRowHidden(place, section != place)
                counts[section] = counts.get(section, 0) + (section != place)
        self._table.show_folded(counts)
        self._grid.fit_height()

    def fold(self, place: int, folded: bool | None = None) -> None:
        """Fold the section that a row is in, or open it; without `folded` the other way than it is."""
        section = self.sections()[place] if place < len(self._table.rows) else None
        if section is None:
            return
        key = self._table.rows[section].line.id.hex
        wanted = key not in self.folded if folded is None else folded
        if wanted and self._grid.currentIndex().row() != section:
            self._grid.setCurrentIndex(
                self._table.index(section, max(self._grid.currentIndex().column(), NAME))
            )
        (self.folded.add if wanted else self.folded.discard)(key)
        self._later()

    def fold_all(self, *, folded: bool) -> None:
        """All sections at once."""
        rows = self._table.rows
        heads = {rows[place].line.id.hex for place in set(self.sections()) if place is not None}
        self.folded = heads if folded else set()
        at = self._grid.currentIndex()
        section = self.sections()[at.row()] if at.isValid() and at.row() < len(rows) else None
        if folded and section is not None:
            self._grid.setCurrentIndex(self._table.index(section, max(at.column(), NAME)))
        self._later()

    def open_at(self, place: int) -> None:
        """Somebody is sent to a line that is hidden: it is shown."""
        self.fold(place, folded=False)

    def sections(self) -> list[int | None]:
        """For each row the place of the section it stands under; a section stands under itself."""
        found: list[int | None] = []
        section: int | None = None
        for place, row in enumerate(self._table.rows):
            section = place if row.line.kind == "section" else section
            found.append(section)
        return found

    def acts(self) -> list[tuple[Message, Callable[[], object]]]:
        """What the menu offers, where there is something to fold."""
        if not any(row.line.kind == "section" for row in self._table.rows):
            return []
        return [
            (msg("Fold all sections"), lambda: self.fold_all(folded=True)),
            (msg("Open all sections"), lambda: self.fold_all(folded=False)),
        ]

    def _later(self) -> None:
        self.apply()
        self._timer.start()

    def _keep(self) -> None:
        here = {row.line.id.hex for row in self._table.rows}
        store, name, kept = self._desk.store, self._name, sorted(self.folded & here)
        self._desk.runner.write(lambda: store.set_local(name, kept))
