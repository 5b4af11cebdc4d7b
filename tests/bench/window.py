"""The window on all customers: the start, the first paint of a list, page-down, a record."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from desktop.app import spare_the_collector
from desktop.models import indexing
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.views.ahead import look_ahead
from desktop.views.breath import Breath
from desktop.views.desk import Desk
from desktop.views.list_page import ListPage
from desktop.views.look import Look
from desktop.views.runner import Runner
from desktop.views.window import Window
from tests.bench import feels
from tests.bench.feels import let_go
from tests.bench.report import Figure, each, middle, p95

CPU = time.thread_time
"""What the window's own thread is busy with: what is counted beside it is not what a key waits for."""
TYPED = ("xnkj", "xinghe", "星河精密", "8866", "suzhou", "szxh", "科技有限")
RAW = "128 rows read"
START = """
import time, sys
began = time.process_time()
{body}
print((time.process_time() - began) * 1000)
"""
SATCHEL = """
import gc
gc.disable()  # as desktop/__main__.py does
from pathlib import Path
from desktop import settings
from desktop import app as program
from desktop.app import Program, application
app = application()
program.hand_over(Path(sys.argv[1]), "")
page = Program(app, Path(sys.argv[1]), settings.Settings())
page.front.addWidget(page._unlock_page())
page.front.show()
page.front.grab()
"""
BARE = """
import sqlcipher3
from PySide6.QtWidgets import QApplication, QWidget, QLineEdit
app = QApplication([])
line = QLineEdit()
line.show()
line.grab()
"""


def measure(store: Store, profile: Path) -> Iterator[Figure]:
    """Everything that needs Qt, offscreen."""
    qInstallMessageHandler(_quiet)
    app = QApplication.instance() or QApplication([])
    started, bare = starting(SATCHEL, profile), starting(BARE, profile)
    yield Figure("start to unlock window (CPU)", started, bare, "Qt, driver, one field", "≤ 1.3 ×")
    desk = Desk(store, Runner())
    look = Look()
    look.dress()
    spare_the_collector()  # as the program does once its window is there
    try:
        yield from _list(look, desk, store, app)
        yield from _palette(look, desk, store)
        yield from _record(look, desk, store)
        yield from feels.measure(look, desk)
        yield from feels.long_quotes(look)
    finally:
        desk.close()


def starting(body: str, profile: Path) -> float:
    """Milliseconds of CPU from the first line of Python to the first picture; the best of five processes."""
    command = [sys.executable, "-c", START.format(body=body), str(profile)]
    return min(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])
        for _ in range(5)
    )


def _list(look: Look, desk: Desk, store: Store, app: object) -> Iterator[Figure]:
    def first_paint(_: int) -> None:
        page = ListPage(look, desk, "customer")
        page.resize(1200, 800)
        page.show()
        until(lambda: page.table.rowCount() > 0)
        page.grab()
        let_go(page)

    paints = each(first_paint, 8, CPU)
    page = ListPage(look, desk, "customer")
    page.resize(1200, 800)
    page.show()
    until(lambda: page.table.rowCount() > 0)
    with store.reader.connect() as connection:
        raw = indexing.driver_of(connection)
        rows = each(lambda _: raw.execute("SELECT * FROM customer ORDER BY id DESC LIMIT 128").fetchall(), 20)
    yield Figure(
        "customers, first paint (CPU)",
        middle(paints),
        middle(rows),
        "128 rows read",
        "≤ 60, independent of N",
    )
    page.list.setFocus()

    def page_down(_: int) -> None:
        QTest.keyClick(page.list, Qt.Key.Key_PageDown)
        QApplication.processEvents()

    downs = each(page_down, 60, CPU)
    yield Figure("page-down (CPU p95)", p95(downs), middle(rows), RAW, "< 16")
    let_go(page)


def _palette(look: Look, desk: Desk, store: Store) -> Iterator[Figure]:
    """Each key of what is typed into Ctrl+K, until its answers are painted."""
    window = Window(look, desk)
    window.resize(1200, 800)
    window.show()
    until(desk.runner.idle)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    Breath(app, window)  # as the program's window has it
    look_ahead()  # and as the program does while a passphrase is typed
    window.open_palette()
    times: list[float] = []
    for text in TYPED:
        window.palette_box.entry.clear()
        QApplication.processEvents()
        times += each(partial(_type, window, text), len(text), CPU)
    with store.reader.connect() as connection:
        raw = indexing.driver_of(connection)
        match = ('names:"星 河"',)
        bare = each(
            lambda _: raw.execute(
                "SELECT rowid FROM search_word WHERE search_word MATCH ? LIMIT 500", match
            ).fetchall(),
            20,
        )
    yield Figure("key in Ctrl+K to repaint (CPU p50)", middle(times), middle(bare), "bare index query", "")
    yield Figure("key in Ctrl+K to repaint (CPU p95)", p95(times), p95(bare), "bare index query", "≤ 25")
    let_go(window)


def _type(window: Window, text: str, place: int) -> None:
    window.palette_box.entry.setText(text[: place + 1])
    QApplication.processEvents()


def _quiet(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Pass on what Qt says, except that the offscreen platform has no window manager."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


def _record(look: Look, desk: Desk, store: Store) -> Iterator[Figure]:
    with store.reading() as session:
        ids = list(session.scalars(select(Customer.id).limit(40)))
    window = Window(look, desk)
    window.resize(1440, 900)
    window.show()
    QApplication.processEvents()

    def open_it(place: int) -> None:
        window.open_record("customer", ids[place])
        QApplication.processEvents()

    first = each(open_it, 1, time.thread_time)
    opens = each(lambda place: open_it(place + 1), 20, time.thread_time)
    with store.reader.connect() as connection:
        raw = indexing.driver_of(connection)
        rows = each(
            lambda place: raw.execute("SELECT * FROM customer WHERE id = ?", (ids[place].bytes,)).fetchone(),
            20,
        )
    yield Figure("open a customer, its lists (CPU)", middle(opens), middle(rows), "one row read", "≤ 20")
    yield Figure("  the first one since the start (CPU)", middle(first), middle(rows), "one row read", "")
    let_go(window)


def until(done: Callable[[], bool], seconds: float = 10) -> None:
    """Let Qt work until `done`."""
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        QApplication.processEvents()
