"""How a list is shown, view by view: filter, order, columns, groups, face; kept in the vault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.models.further import called
from desktop.models.record import RECORDS
from desktop.rules import filters
from desktop.rules.filters import EVERYTHING, Filter
from desktop.services import lists, saved_views
from desktop.services.saved_views import Kept
from desktop.views.desk import Desk
from desktop.views.lists import Column, ListSpec, View, further_column
from desktop.words import verbatim

FACES: Final = ("list", "board", "calendar")
PAUSE: Final = 400
"""Milliseconds after which a change is kept."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One view as it is shown now; empty `columns` are those of the list."""

    where: Filter = EVERYTHING
    order: str = "id"
    descending: bool = True
    columns: tuple[str, ...] = ()
    widths: tuple[tuple[str, int], ...] = ()
    by: str = ""
    face: str = "list"
    folded: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as JSON without floats."""
        return {
            "where": filters.to_json(self.where),
            "order": self.order,
            "descending": self.descending,
            "columns": list(self.columns),
            "widths": [list(pair) for pair in self.widths],
            "by": self.by,
            "face": self.face,
            "folded": list(self.folded),
        }

    def lasting(self) -> "Showing":
        """What a saved view keeps of it: not what is folded just now."""
        return replace(self, folded=())


def showing_of(stored: Any, plain: Showing, names: Sequence[str]) -> Showing:
    """What `as_json` kept, as far as it still makes sense; `names` are the columns that there may be."""
    if not isinstance(stored, Mapping):
        return plain
    try:
        where = filters.from_json(stored.get("where"))
    except ValueError:
        where = plain.where
    columns = tuple(name for name in _texts(stored.get("columns")) if name in names or called(name))
    pairs = stored.get("widths") if isinstance(stored.get("widths"), list) else []
    widths = tuple((str(pair[0]), int(pair[1])) for pair in pairs or [] if _is_width(pair))
    order = stored.get("order")
    by = stored.get("by")
    face = stored.get("face")
    return Showing(
        where,
        str(order) if order == "id" or order in names or called(str(order)) else plain.order,
        stored.get("descending") is not False,
        columns,
        widths,
        by if isinstance(by, str) and (by.partition(":")[0] in names or called(by)) else "",
        face if face in FACES else "list",
        tuple(_texts(stored.get("folded"))),
    )


def _texts(stored: Any) -> list[str]:
    return [each for each in stored if isinstance(each, str)] if isinstance(stored, list) else []


def _is_width(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], int)


class ListState(QObject):
    """The views of one list, the one that is shown, and how each is shown now."""

    further_read = Signal()

    def __init__(self, desk: Desk, spec: ListSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self.spec = desk, spec
        self.all_columns: dict[str, Column] = {
            column.name: column for column in (*spec.columns, *spec.more(desk.actor.rights))
        }
        self.further: list[str] = []
        """Further details of one's own that records of this list hold, as names of columns."""
        stored = desk.store.local(f"list:{spec.kind}")
        self._stored: dict[str, Any] = dict(stored) if isinstance(stored, Mapping) else {}
        self._showings: dict[str, Showing] = {}
        self.views: list[View] = []
        self.read_views()
        wanted = str(self._stored.get("view") or "")
        opening = next((view.key for view in self.views if _is_first(view)), self.first)
        self.key = wanted if self._find(wanted) and not self._is_first_chosen() else opening
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.keep)

    def _is_first_chosen(self) -> bool:
        return any(_is_first(view) for view in self.views) or "first" in self._stored

    @property
    def first(self) -> str:
        """The built-in view that the list opens with."""
        chosen = str(self._stored.get("first") or "")
        return chosen if self._find(chosen) else self.spec.views[0].key

    def _find(self, key: str) -> View | None:
        return next((view for view in self.views if view.key == key), None)

    def read_views(self) -> None:
        """The built-in views, and those of this person."""
        kept = saved_views.of(self._desk.store, self._desk.actor, self.spec.kind)
        self.views = [*self.spec.views, *(self._view_of(each) for each in kept)]

    def _view_of(self, kept: Kept) -> View:
        plain = replace(self._plain(EVERYTHING))
        return View(
            kept.id.hex, verbatim(kept.name), showing_of(kept.query, plain, self._names()).where, kept
        )

    def _names(self) -> Sequence[str]:
        return (*self.all_columns, *RECORDS[self.spec.kind].fields())

    def _plain(self, where: Filter) -> Showing:
        return Showing(where, self.spec.order, self.spec.descending)

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self._find(self.key) or self.spec.views[0]

    def original(self) -> Showing:
        """The view as it was made or saved."""
        view = self.view
        plain = self._plain(view.where)
        return showing_of(view.kept.query, plain, self._names()).lasting() if view.kept else plain

    @property
    def now(self) -> Showing:
        """The view as it is shown."""
        key = self.view.key
        if key not in self._showings:
            stored = self._stored.get("views")
            mine = stored.get(key) if isinstance(stored, Mapping) else None
            self._showings[key] = showing_of(mine, self.original(), self._names())
        return self._showings[key]

    def change(self, **changes: Any) -> None:
        """Show the view otherwise."""
        self._showings[self.view.key] = replace(self.now, **changes)
        self._timer.start()

    def reset(self) -> None:
        """Show the view as it was made or saved."""
        self._showings[self.view.key] = replace(self.original(), face=self.now.face)
        self._timer.start()

    def is_changed(self) -> bool:
        """Whether the view is shown otherwise than it was made or saved."""
        first, now = self.original(), self.now.lasting()
        return (
            replace(now, face=first.face, widths=first.widths) != first
            if not self.view.kept
            else now != first
        )

    def go(self, key: str) -> None:
        """Another view."""
        if self._find(key):
            self.key = key
            self._timer.start()

    def columns(self) -> tuple[Column, ...]:
        """The columns that are shown, in order."""
        self._offer(name for name in self.now.columns if called(name))
        chosen = [self.all_columns[name] for name in self.now.columns if name in self.all_columns]
        return tuple(chosen) or self.spec.columns

    def read_further(self) -> None:
        """Ask which further details of one's own there are; `further_read` says that it is known."""
        store, kind = self._desk.store, self.spec.kind
        asked = partial(lists.further_names, store, kind)
        self._desk.runner.read(self, "further", asked, self._know_further)

    def _know_further(self, names: Sequence[str]) -> None:
        self._offer(names)
        self.further = [*names]
        self.further_read.emit()

    def _offer(self, names: Iterable[str]) -> None:
        for name in names:
            self.all_columns.setdefault(name, further_column(name))

    def query(self) -> lists.Query:
        """What the list asks for now."""
        now = self.now
        return lists.Query(self.spec.kind, now.where, now.order, now.descending, now.by)

    def note_place(self, top: int, current: UUID | None) -> None:
        """Where one was in this view."""
        places = dict(self._stored.get("places") or {})
        places[self.view.key] = [top, current.hex if current else ""]
        if places != self._stored.get("places"):
            self._stored["places"] = places
            self._timer.start()

    def place(self) -> tuple[int, UUID | None]:
        """Where one was in this view."""
        stored = (self._stored.get("places") or {}).get(self.view.key)
        if not isinstance(stored, list) or len(stored) != 2:
            return 0, None
        try:
            return int(stored[0]), UUID(hex=stored[1]) if stored[1] else None
        except (TypeError, ValueError):
            return 0, None

    def open_with(self, key: str) -> None:
        """The built-in view that the list opens with from now on."""
        self._stored["first"] = key
        self._timer.start()

    def keep(self) -> None:
        """Keep it in the vault; it is never sent."""
        self._timer.stop()
        views = dict(self._stored.get("views") or {})
        for key, showing in self._showings.items():
            views[key] = showing.as_json()
        known = {view.key for view in self.views}
        stored = {**self._stored, "view": self.key, "views": {k: v for k, v in views.items() if k in known}}
        if stored != self._stored or self._showings:
            self._stored = stored
            store, name = self._desk.store, f"list:{self.spec.kind}"
            self._desk.runner.write(lambda: store.set_local(name, stored))

    def is_waiting(self) -> bool:
        """Whether something is still to be kept."""
        return self._timer.isActive()


def _is_first(view: View) -> bool:
    return view.kept is not None and view.kept.first
