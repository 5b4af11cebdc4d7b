"""What the status bar says of a list: how many, how many selected, and what the selected come to."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from desktop.models import figures
from desktop.models.kinds import Amount, Percent
from desktop.models.record import RECORDS
from desktop.services.lists import Sum
from desktop.views import cells
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.group_heads import sums_words
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.list_page import ListPage

HINTS = {
    "board": msg("Drag it, or press [ and ]"),
    "calendar": msg("Drag it, or Ctrl with an arrow"),
}
Said = list[tuple[Message | str, str]]


_ENTRIES: Final = msg("{count} {what}", "entries")
_PAPERS: Final = msg("{count} {what}", "papers")
COUNTED: Final = {
    **dict.fromkeys(("interaction", "price_entry", "exchange_rate", "approval_rule", "delegation"), _ENTRIES),
    **dict.fromkeys(("bundle_part", "company_seal", "seal_release"), _ENTRIES),
    **dict.fromkeys(("quote", "contract", "order"), _PAPERS),
}
"""What is counted with a word of its own where the language has several."""


def counted(kind: str, count: int) -> Message:
    """So many of a kind: `20 customers`, `3 quotes`."""
    cls = RECORDS[kind]
    noun = cls.__label__ if count == 1 else cls.__plural__
    return COUNTED.get(kind, msg("{count} {what}")).of(count=f"{count:,}", what=inside(noun))


class ListFigures(QObject):
    """Tells the figures of a list page when its rows or its selection change."""

    def __init__(self, look: Look, desk: Desk, page: "ListPage") -> None:
        super().__init__(page)
        self._look, self._desk, self._page = look, desk, page

    def tell(self) -> None:
        """The figures of this moment."""
        page = self._page
        seen = page.panel.isVisibleTo(page) or page.list.choosing or page.face() is not None
        chosen = page.chosen() if seen else []
        said: Said = []
        if page.many.everything and page.face() is None:
            self._tell_everything()
            return
        if chosen:
            said.append((msg("{count} selected").of(count=f"{len(chosen):,}"), ""))
            said += self._sums(chosen)
        if chosen and page.face() is not None:
            said.append((HINTS[page.state.now.face], ""))
        cls = RECORDS[page.kind]
        noun = cls.__label__ if page.total() == 1 else cls.__plural__
        if page.total() or not page.table.rows:  # rows are there before they are counted
            words = COUNTED.get(page.kind, msg("{count} {what}"))
            said.append((words.of(count=page.total_words(), what=inside(noun)), ""))
        self._say(said)

    def _say(self, said: list[tuple[Message | str, str]]) -> None:
        """What arrives for a list that is no longer in front says nothing."""
        if not self._page.isHidden():
            self._page.figures.emit(said)

    def _tell_everything(self) -> None:
        """What all of the view comes to, found elsewhere."""
        page, name = self._page, self._column()
        count = (msg("All {count} selected").of(count=page.total_words()), "")
        self._say([count])
        if not isinstance(figures.kind_of(RECORDS[page.kind], name), Amount):
            return
        label = figures.label_of(page.kind, name)

        def told(sums: tuple[Sum, ...]) -> None:
            if page.many.everything:
                said = self._said(name)
                self._say([count, *((label, said(each.total, each.currency)) for each in sums)])

        page.source.totals(name, told)

    def _column(self) -> str:
        """The column that is added up: the one that one is in, else the first with money."""
        page = self._page
        names = [each.name for n, each in enumerate(page.table.columns) if not page.list.isColumnHidden(n)]
        place = page.list.currentIndex().column()
        here = page.table.columns[place].name if page.list.walking() and place >= 0 else ""
        for name in (here, *names):
            kind = figures.kind_of(RECORDS[page.kind], name)
            if kind is not None and kind.numeric and (isinstance(kind, Amount) or name == here):
                return name
        return ""

    @staticmethod
    def _said(name: str) -> Callable[[int, str], str]:
        """How a sum of this column is written, as the cells of it are."""
        return cells.exact if name in cells.OWED else cells.money

    def _sums(self, chosen: list[Row]) -> Said:
        name = self._column()
        if not name:
            return []
        own = [row for row in chosen if row.record.__tablename__ == self._page.kind]  # a calendar has others
        values = [(row, row.value(name)) for row in own]
        present = [(row, value) for row, value in values if value is not None]
        kind = figures.kind_of(RECORDS[self._page.kind], name)
        currencies = {_currency(row) for row, _ in present}
        if not present:
            return []
        if isinstance(kind, Amount) and len(currencies) > 1:
            return [(figures.label_of(self._page.kind, name), _by_currency(present, name))]
        numbers = [Decimal(value) for _, value in present]

        def shown(number: Decimal) -> str:
            if isinstance(kind, Amount):
                whole = number.quantize(Decimal(1), rounding=ROUND_HALF_UP)
                return self._said(name)(int(whole), next(iter(currencies)))
            return f"{round(number, 2):,f}"

        label = figures.label_of(self._page.kind, name)
        total = sum(numbers, Decimal(0))
        said: Said = [] if isinstance(kind, Percent) else [(label, shown(total))]
        if len(present) > 1:
            said.append((msg("Average"), shown(total / len(present))))
            said.append((msg("Highest"), shown(max(numbers))))
        return said


def _currency(row: Row) -> str:
    return str(getattr(row.record, "currency", "") or "CNY")


def _by_currency(present: Sequence[tuple[Row, Any]], name: str) -> str:
    """Amounts in several currencies: each of them by itself, the largest first."""
    found: Counter[str] = Counter()
    for row, value in present:
        found[_currency(row)] += int(value)
    return sums_words([Sum(currency, total, 0, 0) for currency, total in found.most_common()], name)
