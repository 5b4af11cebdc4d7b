"""What a list asks for: pages now where they are quick, else later; counts, groups and sums elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject

from desktop.models.filtering import Viewer
from desktop.models.patience import TooLong, patient
from desktop.rules.filters import WORDS, Condition, conditions
from desktop.services import figures, lists
from desktop.services.lists import Bucket, Found, Query, Sum
from desktop.views.cells import Row
from desktop.views.desk import Desk

T = TypeVar("T")
PATIENCE: Final = 0.03
"""Seconds that the window's own thread reads before the rest of the program does it."""
BRIEF: Final = 0.008
"""The same where somebody types what narrows the list: the next key comes soon."""
LATER: Final = 1024
"""Rows of a page that is read elsewhere: what took long once is asked less often."""
MOST_IN_CALENDAR: Final = 2000
MOST_AT_ONCE: Final = 4 * lists.PAGE


class Period(NamedTuple):
    """What lies in a period, and how many more each day has than are here."""

    rows: list[Row]
    beyond: dict[date, int]


def _days(name: str, first: date, last: date) -> Condition:
    return Condition(name, "between", (first.isoformat(), last.isoformat()))


class ListSource(QObject):
    """The records behind one list, as its query asks for them."""

    def __init__(self, desk: Desk, kind: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.query = Query(kind)
        self._zone: tzinfo | None = None
        self._turns: dict[str, int] = {}
        self._hits: dict[str, Sequence[UUID] | None] = {}
        desk.changed.connect(self._forget)

    @property
    def desk(self) -> Desk:
        """Through which it reads."""
        return self._desk

    def _forget(self, _keys: object) -> None:
        self._hits.clear()

    def ask(self, query: Query) -> None:
        """Another query; what is still being read for the last one is given up."""
        if query != self.query:
            self.query = query
            self._turns = {slot: turn + 1 for slot, turn in self._turns.items()}
            store = self._desk.store
            if not lists.in_order(store, query):
                self._desk.runner.read(self, "order", lambda: lists.lay_order(store), lambda _nothing: None)

    def day(self) -> date:
        """The day that its cells count from: for orders the firm's, else that of this laptop."""
        if self.query.kind != "order":
            return date.today()  # noqa: DTZ011
        self._zone = self._zone or lists.now_of(self._desk.store, "order").tzinfo
        return self._desk.store.clock().astimezone(self._zone).date()

    def viewer(self) -> Viewer:
        """Who looks, with the hits of the words that this list was asked before."""
        made = lists.viewer_of(self._desk.store, self._desk.actor, self.query.kind)

        def find(kind: str, words: str) -> Sequence[UUID] | None:
            if words not in self._hits:
                self._hits[words] = made.find(kind, words)
            return self._hits[words]

        return Viewer(made.me, made.team, made.today, made.zone, find)

    def _typed(self) -> bool:
        """Whether what is shown is narrowed by words."""
        return any(each.field == WORDS for each in conditions(self.query.where))

    @property
    def portion(self) -> int:
        """Rows of a first page that is read elsewhere."""
        return lists.PAGE if self._typed() else LATER

    # Pages

    def now(self, after: Row | None, limit: int, bucket: Bucket | None = None) -> list[Row] | None:
        """A page, or None where it would take longer than a person notices."""
        if limit > MOST_AT_ONCE:
            return None
        return self._quick(
            lambda session, viewer: self._page(session, viewer, self.query, after, limit, bucket)
        )

    def matching(self, ids: Sequence[UUID]) -> list[Row] | None:
        """Those of these records that the list shows; None where that takes longer."""
        return self._quick(
            lambda session, viewer: self._desk.dressed(
                session, lists.matching(session, self.query, viewer, ids)
            )
        )

    def later(
        self, after: Row | None, limit: int, bucket: Bucket | None, done: Callable[[list[Row]], object]
    ) -> None:
        """The same page, read elsewhere."""
        query = self.query
        self._slow(
            "page", lambda session, viewer: self._page(session, viewer, query, after, limit, bucket), done
        )

    def _page(
        self,
        session: Any,
        viewer: Viewer,
        query: Query,
        after: Row | None,
        limit: int,
        bucket: Bucket | None,
    ) -> list[Row]:
        last = Found(after.record, dict(after.figures)) if after is not None else None
        found = lists.page(session, query, viewer, after=last, limit=limit, bucket=bucket)
        return self._desk.dressed(session, found)

    def column_now(self, by: str, bucket: Bucket, after: Row | None, limit: int) -> list[Row] | None:
        """A page of one column of a board, or None where that takes longer."""
        query = replace(self.query, by=by)
        return self._quick(lambda session, viewer: self._page(session, viewer, query, after, limit, bucket))

    def column_later(
        self, by: str, bucket: Bucket, after: Row | None, limit: int, done: Callable[[list[Row]], object]
    ) -> None:
        """The same, read elsewhere."""
        query = replace(self.query, by=by)
        self._slow(
            f"column {bucket.key}",
            lambda session, viewer: self._page(session, viewer, query, after, limit, bucket),
            done,
        )

    def between(
        self,
        name: str,
        first: date,
        last: date,
        done: Callable[[Period], object],
        *,
        at_once: bool = True,
    ) -> None:
        """The records of a period, by a day or moment; `at_once` where that is quick, else read elsewhere."""
        query = replace(self.query, order=name, descending=False)

        def work(session: Any, viewer: Viewer) -> Period:
            asked = query.within(_days(name, first, last))
            rows = self._page(session, viewer, asked, None, MOST_IN_CALENDAR, None)
            if len(rows) < MOST_IN_CALENDAR:
                return Period(rows, {})
            return self._by_day(session, viewer, query, name, first, last)

        found = self._quick(work) if at_once else None
        if found is not None:
            done(found)
        else:
            self._slow("period", work, done)

    def _by_day(
        self, session: Any, viewer: Viewer, query: Query, name: str, first: date, last: date
    ) -> Period:
        """Too many for one page: the first of each day, and how many it has besides."""
        rows, beyond = [], {}
        days = (last - first).days + 1
        most = MOST_IN_CALENDAR // days
        for place in range(days):
            day = first + timedelta(place)
            asked = query.within(_days(name, day, day))
            found = self._page(session, viewer, asked, None, most, None)
            rows.extend(found)
            if len(found) == most:
                beyond[day] = lists.count(session, asked, viewer) - len(found)
        return Period(rows, beyond)

    # Figures

    def groups_of(self, by: str, amounts: Sequence[str], done: Callable[[list[Bucket]], object]) -> None:
        """Counts and sums by another field than the list is grouped by."""
        query = replace(self.query, by=by)
        self._slow("columns", lambda session, viewer: lists.groups(session, query, viewer, amounts), done)

    def groups_now(self, amounts: Sequence[str]) -> list[Bucket] | None:
        """The groups, where they are quick to find."""
        return self._quick(lambda session, viewer: lists.groups(session, self.query, viewer, amounts))

    def groups_later(self, amounts: Sequence[str], done: Callable[[list[Bucket]], object]) -> None:
        """The groups, found elsewhere."""
        query = self.query
        self._slow("groups", lambda session, viewer: lists.groups(session, query, viewer, amounts), done)

    def count(self, done: Callable[[int], object], *, key: str = "count") -> None:
        """How many the list holds; each `key` is somebody who asks."""
        query = self.query
        self._slow(key, lambda session, viewer: lists.count(session, query, viewer), done)

    def totals(self, name: str, done: Callable[[tuple[Sum, ...]], object]) -> None:
        """What a column comes to over all that the list holds."""
        query = self.query
        self._slow("totals", lambda session, viewer: lists.totals(session, query, viewer, name), done)

    def likely(self, done: Callable[[list[figures.Shares]], object]) -> None:
        """What the deals of the list are likely to bring, by stage, in each currency."""
        query = self.query
        self._slow("likely", lambda session, viewer: figures.likely(session, query, viewer), done)

    def all_ids(self, most: int = 100_000) -> list[UUID]:
        """The records that the list holds, newest first."""
        with self._desk.store.reading() as session:
            return lists.ids(session, self.query, self.viewer(), most)

    def _quick(self, work: Callable[[Any, Viewer], T]) -> T | None:
        viewer = self.viewer()
        try:
            with (
                self._desk.store.glance(),
                self._desk.store.reading() as session,
                patient(session, seconds=BRIEF if self._typed() else PATIENCE),
            ):
                return work(session, viewer)
        except TooLong:
            return None

    def _slow(self, slot: str, work: Callable[[Any, Viewer], T], done: Callable[[T], object]) -> None:
        turn = self._turns[slot] = self._turns.get(slot, 0) + 1
        store, viewer = self._desk.store, self.viewer()

        def read() -> T | None:
            try:
                with (
                    store.glance(),
                    store.reading() as session,
                    patient(session, stopped=lambda: self._turns.get(slot) != turn),
                ):
                    return work(session, viewer)
            except TooLong:
                return None

        self._desk.runner.read(self, slot, read, lambda found: None if found is None else done(found))
