"""What a person feels between two screens: places of the rail, faces, switches, the palette, long quotes.

`python -m tests.bench.feels FOLDER` measures a vault that `tests.bench.lists` filled and kept.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.models.records import Quote, QuoteLine
from desktop.models.store import Store
from desktop.rules import ranks
from desktop.services import drafts
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.quote_table import QUANTITY
from desktop.views.quotes import QuotePage
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests import stores
from tests.bench.report import HEAD, Figure, each, middle, p95

BUSY = time.thread_time
"""What the window's own thread is busy with; what is read elsewhere is counted as wall time."""
OPENED = "< 100"
KEY = "< 16"
LINES = (500, 1_000)


def settle(desk: Desk) -> None:
    """Wait until nothing is read elsewhere and everything is painted."""
    while not desk.runner.idle():
        QApplication.processEvents()
        time.sleep(0.001)
    QApplication.processEvents()


def let_go(widget: QWidget) -> None:
    """Close it and let it go at once, as the loop of the program would: the next measure is not its own."""
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete.value)


def measure(look: Look, desk: Desk) -> Iterator[Figure]:
    """Places, faces and switches of one window."""
    window = Window(look, desk)
    window.resize(1440, 900)
    window.show()
    settle(desk)

    def go(key: str) -> None:
        window.go(key)
        QApplication.processEvents()

    for key, words in (("today", "Today"), ("dashboard", "dashboard")):
        window.go("settings")
        settle(desk)
        yield from _both(desk, f"{words}, first time", partial(go, key), 1)
        yield from _both(desk, f"{words}, again", partial(go, key), 5, lambda: go("settings"))
    window.go("opportunity")
    settle(desk)
    page: Any = window.page()

    def face(name: str) -> None:
        page.show_otherwise(face=name)
        QApplication.processEvents()

    yield from _both(desk, "calendar", lambda: face("calendar"), 3, lambda: face("list"))
    face("list")
    go("customer")
    settle(desk)

    def pop(_: int) -> None:
        window.open_palette()
        QApplication.processEvents()
        window.palette_box.dismiss()

    yield Figure("palette open (CPU)", middle(each(pop, 10, BUSY)), None, "", "≤ 25")
    yield from _switches(look)
    let_go(window)


def _both(
    desk: Desk, words: str, work: Callable[[], object], times: int, leave: Callable[[], object] | None = None
) -> Iterator[Figure]:
    busy, wall = [], []
    for _ in range(times):
        if leave is not None:
            leave()
            settle(desk)
        began = time.perf_counter()
        busy += each(lambda _: work(), 1, BUSY)
        settle(desk)
        wall.append((time.perf_counter() - began) * 1000)
    yield Figure(f"{words}: window busy (CPU)", middle(busy), None, "", OPENED)
    yield Figure(f"{words}: all there (wall)", middle(wall), None, "", "")


def _switches(look: Look) -> Iterator[Figure]:
    """Each way and back, with the list of customers open, until it is painted."""

    def turn(**to: Any) -> Callable[[int], None]:
        def work(_: int) -> None:
            look.switch(**to)
            QApplication.processEvents()

        return work

    dark, light = turn(theme_name="dark"), turn(theme_name="light")
    times = [time for _ in range(3) for work in (dark, light) for time in each(work, 1, BUSY)]
    yield Figure("switch of theme (CPU)", middle(times), None, "", OPENED)
    zh, en = turn(language="zh"), turn(language="en")
    times = [time for _ in range(3) for work in (en, zh) for time in each(work, 1, BUSY)]
    yield Figure("switch of language (CPU)", middle(times), None, "", OPENED)


def long_quotes(look: Look, sizes: Sequence[int] = LINES) -> Iterator[Figure]:
    """Quotes of hundreds of lines in a vault of their own: opened, typed in until the total is shown."""
    with (
        tempfile.TemporaryDirectory(prefix="satchel-quotes-") as folder,
        stores.opened(Path(folder), clock=lambda: datetime.now(UTC)) as store,
    ):
        stores.firm(store)
        desk = Desk(store, Runner())
        try:
            for lines in sizes:
                yield from _long_quote(look, desk, quote_of(store, lines), lines)
        finally:
            desk.close()


def quote_of(store: Store, lines: int) -> Quote:
    """A quote with so many lines like its first one."""
    product, buyer = stores.product(store, f"SAT-{lines}"), stores.customer(store, f"客户 {lines}")
    quote = stores.quote(store, (product.id, "1"), to=buyer)
    (first,) = drafts.load(store, quote.id).lines
    like = {name: getattr(first, name) for name in QuoteLine.fields()}
    rank = str(first.rank)
    with store.work(store.me(), "quote.add_line") as work:
        for place in range(1, lines):
            rank = ranks.following(rank)
            work.add(QuoteLine(**{**like, "rank": rank, "quantity": Decimal(place % 9 + 1)}))
    return quote


def _long_quote(look: Look, desk: Desk, quote: Quote, lines: int) -> Iterator[Figure]:
    window = Window(look, desk, "quote")
    window.resize(1440, 900)
    window.show()
    settle(desk)

    def open_it(_: int) -> None:
        window.open_record("quote", quote.id)
        QApplication.processEvents()

    busy = []
    for _ in range(3):
        window.go("quote")
        settle(desk)
        busy += each(open_it, 1, BUSY)
        settle(desk)
    yield Figure(f"quote of {lines:,} lines opened (CPU)", middle(busy), None, "", OPENED)
    page = window.page()
    assert isinstance(page, QuotePage)
    index = page.table.index(lines // 2, QUANTITY)
    page.table.begin(index)

    def type_it(place: int) -> None:
        page.table.try_out(index, str(place + 2))
        QApplication.processEvents()

    keys = each(type_it, 30, BUSY)
    yield Figure(f"quote of {lines:,} lines, key to total (CPU p95)", p95(keys), None, "", KEY)
    let_go(window)
    settle(desk)


def main() -> int:
    """All of it on one vault."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.app import application, spare_the_collector

    kept = application()
    sys.stdout.write(f"{HEAD}\n")
    with stores.opened(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as store:
        look, desk = Look(), Desk(store, Runner())
        look.dress()
        spare_the_collector()
        for figures in (measure(look, desk), long_quotes(look)):
            for figure in figures:
                sys.stdout.write(figure.line() + "\n")
                sys.stdout.flush()
        desk.close()
    del kept
    return 0


if __name__ == "__main__":
    sys.exit(main())
