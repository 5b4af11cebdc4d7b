"""Other kinds of records in the same calendar: visits beside tasks, quotes that end, next steps."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.models.kinds import Moment
from desktop.models.record import RECORDS
from desktop.rules.filters import ME, Condition, Filter, every, parts_of
from desktop.services.lists import Query
from desktop.views.calendar.days import Item, item_of
from desktop.views.list_source import ListSource, Period
from desktop.views.lists import LISTS
from desktop.views.look import Look
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.views.desk import Desk

KINDS: Final = ("task", "interaction", "quote", "opportunity", "customer")
"""In the order in which they are offered."""
_OPEN: Final = {
    "task": (Condition("done_at", "empty"),),
    "quote": (Condition("stage", "one_of", ("issued",)),),
    "opportunity": (Condition("stage", "none_of", ("won", "lost")),),
}
"""What of another kind is worth a place on a day."""
MINE: Final = "mine"
_WHOSE: Final = ("owner_id", "team_id")


def day_field(kind: str) -> str:
    """The field by which records of a kind lie in a calendar."""
    return LISTS[kind].calendar


def is_timed(kind: str) -> bool:
    """Whether they have a time of the day."""
    return isinstance(RECORDS[kind].fields()[day_field(kind)].kind, Moment)


def whose(where: Filter) -> tuple[Filter, ...]:
    """Those conditions of a list that say whose records it shows; every kind of record has these fields."""
    return tuple(part for part in parts_of(where) if isinstance(part, Condition) and part.field in _WHOSE)


class Together(QObject):
    """Which other kinds one calendar shows, kept on this laptop, and what of them lies in its period.

    They are those of the people whose records the list shows (`where`), or one's own alone.
    """

    arrived = Signal()
    chosen = Signal()  # other kinds than before

    def __init__(
        self, look: Look, desk: "Desk", kind: str, where: Callable[[], Filter], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._look, self._desk, self._key, self._where = look, desk, f"calendar:{kind}", where
        self.offered = tuple(each for each in KINDS if each != kind)
        stored = desk.store.local(self._key)
        kept = stored if isinstance(stored, list) else []
        self.kinds = [each for each in self.offered if each in kept]
        self.mine = MINE in kept
        """One's own alone, whoever the list shows."""
        self._sources: dict[str, ListSource] = {}
        self._found: dict[str, Period] = {}
        self._asked: tuple[date, date] | None = None
        self._face, self._stale = parent, False
        desk.changed.connect(self._changed)

    def ask(self, first: date, last: date) -> None:
        """Read the period of each kind; `arrived` says each time that there is more.

        What is known of the same period stays until it is known better.
        """
        known = self._found if self._asked == (first, last) else {}
        self._found = {kind: found for kind, found in known.items() if kind in self.kinds}
        self._asked, self._stale = (first, last), False
        people = (Condition("owner_id", "one_of", (ME,)),) if self.mine else whose(self._where())
        for kind in self.kinds:
            source = self._sources.setdefault(kind, ListSource(self._desk, kind, self))
            source.ask(Query(kind, every(*people, *_OPEN.get(kind, ()))))
            take = partial(self._take, kind, self._asked)
            source.between(day_field(kind), first, last, take, at_once=False)

    def catch_up(self) -> None:
        """Ask again where something changed since."""
        if self._stale and self._asked is not None:
            self.ask(*self._asked)

    def _take(self, kind: str, asked: tuple[date, date], found: Period) -> None:
        if asked == self._asked and kind in self.kinds:
            self._found[kind] = found
            self.arrived.emit()

    def items(self) -> list[Item]:
        """What is known so far."""
        found = [item_of(row, day_field(kind)) for kind, period in self._found.items() for row in period.rows]
        return [item for item in found if item is not None]

    def timed(self) -> bool:
        """Whether something of it has a time of the day."""
        return any(is_timed(kind) for kind in self.kinds)

    def menu(self, parent: QWidget) -> QMenu:
        """Each kind with a tick."""
        menu = QMenu(parent)
        for kind in self.offered:
            action = menu.addAction(self._look.text(RECORDS[kind].__plural__))
            action.setCheckable(True)
            action.setChecked(kind in self.kinds)
            action.toggled.connect(partial(self.turn, kind))
        menu.addSeparator()
        mine = menu.addAction(self._look.text(msg("Of these, mine alone")))
        mine.setCheckable(True)
        mine.setChecked(self.mine)
        mine.toggled.connect(self.turn_mine)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def turn(self, kind: str, on: bool) -> None:
        """Show a kind too, or no longer."""
        wanted = {*self.kinds, kind} if on else {*self.kinds} - {kind}
        self.kinds = [each for each in self.offered if each in wanted]
        self._found.pop(kind, None)
        self._keep()

    def turn_mine(self, on: bool) -> None:
        """One's own alone, or those of the people whose records the list shows."""
        self.mine = on
        self._keep()

    def _keep(self) -> None:
        store, key, kept = self._desk.store, self._key, [*self.kinds, *([MINE] if self.mine else [])]
        self._desk.runner.write(lambda: store.set_local(key, kept))
        self.chosen.emit()

    def _changed(self, keys: frozenset[tuple[str, object]]) -> None:
        if any(kind in self.kinds for kind, _ in keys):
            self._stale = True
            if self._face.isVisible():
                self.catch_up()
