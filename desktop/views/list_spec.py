"""What a list is made of: its columns, its views, and who is shown which of them."""

from dataclasses import dataclass, replace
from typing import Any, Final

from desktop.models import figures, filtering
from desktop.models.record import RECORDS
from desktop.rules.filters import EVERYTHING, Filter
from desktop.rules.roles import Role
from desktop.services import records
from desktop.views import cells
from desktop.views.cells import Shape
from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field, how it is shown, width; `grow` shares the rest; a low `rank` leaves first."""

    name: str
    shape: Shape
    width: int
    grow: int = 0
    rank: int = 5
    words: Message | None = None
    right: bool = False

    def label(self, kind: str) -> Message:
        """The head of the column."""
        return self.words or figures.label_of(kind, self.name)


@dataclass(frozen=True, slots=True)
class View:
    """A view of a list: a tab with its filter, and how it is shown where it was saved with more."""

    key: str
    words: Message
    where: Filter = EVERYTHING
    kept: Any = None
    """What a saved view keeps; None: it is built in."""


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A whole list."""

    kind: str
    icon: str
    columns: tuple[Column, ...]
    views: tuple[View, ...]
    order: str = "id"
    descending: bool = True
    why_empty: Message = msg("What you add appears here at once, also without a network.")
    other_way: Message | None = None
    """How else its first records come."""
    board: str = ""
    """The choice whose options are the columns of a board; empty: there is no board."""
    calendar: str = ""
    """The day or moment by which the records lie in a calendar; empty: there is none."""

    def seen_by(self, role: Role) -> "ListSpec":
        """The list as somebody of this role is shown it."""
        own = [column.name for column in self.columns if column.name not in self.computed]
        seen = {*records.seen_by(role, RECORDS[self.kind], own), *self.computed}
        return replace(self, columns=tuple(column for column in self.columns if column.name in seen))

    @property
    def computed(self) -> frozenset[str]:
        """The columns that are figures, not fields."""
        return frozenset(figures.FIGURES.get(self.kind, ()))

    def more(self, role: Role) -> tuple[Column, ...]:
        """Every other column that the list could show somebody of this role."""
        cls, there = RECORDS[self.kind], {column.name for column in self.columns}
        names = [
            name
            for name, described in cls.fields().items()
            if name not in there and not described.hidden and filtering.family(described.kind)
        ]
        seen = records.seen_by(role, cls, names)
        return tuple(_plain_column(self.kind, name) for name in seen)


def further_column(name: str) -> Column:
    """A column for a further detail of one's own."""
    return Column(name, cells.text, _WIDTHS["text"], 0, 3)


_WIDTHS: Final = {"text": 130, "number": 90, "day": 104, "choice": 100, "link": 130, "flag": 64, "tags": 130}


def _plain_column(kind: str, name: str) -> Column:
    described = RECORDS[kind].fields()[name]
    of = filtering.family(described.kind)
    right = of == "number"
    return Column(name, cells.shape_of(described), _WIDTHS[of], 0, 5, right=right)
