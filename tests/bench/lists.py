"""Lists by themselves: `python -m tests.bench.lists [COUNT]` fills a vault with customers and measures one.

Rows are written straight into the tables: what is measured is the reading.
"""

import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.documents import samples
from desktop.models import indexing
from desktop.models.columns import moment_text
from desktop.models.record import RECORDS, new_id
from desktop.models.store import Store
from desktop.rules.filters import EVERYTHING, Condition, Filter, every
from tests.bench.report import HEAD, Figure, each, middle, p95
from tests.stores import opened

CPU = time.process_time
STAGES = (
    "potential",
    "contacted",
    "following",
    "trial",
    "negotiation",
    "signed",
    "running",
    "retained",
    "lost",
)
STEPS = ("约现场测气量", "补充两级压缩能效对比", "催合同用印", "寄样本与案例", "")
DEAL_STAGES = ("lead", "qualify", "proposal", "negotiation", "signing", "won", "lost")
TYPED = ("xnkj", "xinghe", "星河精密", "8866", "suzhou", "科技")
BARE = "the 128 rows read bare"


def fill(store: Store, count: int) -> None:
    """`count` customers, a call with each, a deal with every second one; all of it in the search index."""
    chance, today = random.Random(1), date.today()  # noqa: DTZ011
    ids = [new_id().bytes for _ in range(count)]
    names = {column.name for column in RECORDS["customer"].table().columns}
    write(
        store,
        "customer",
        (
            {
                **{name: value for name, value in sample.items() if name in names},
                "id": record_id,
                "grade": chance.choice(("vip", "a", "b", "c", "")),
                "stage": chance.choice(STAGES),
                "next_step": chance.choice(STEPS),
                "next_on": None if chance.random() < 0.3 else str(today + timedelta(chance.randint(-5, 60))),
                "city": sample["address"][:2],
            }
            for record_id, sample in zip(ids, samples.customers(count), strict=True)
        ),
    )
    write(
        store,
        "opportunity",
        (
            {
                "id": new_id().bytes,
                "customer_id": record_id,
                "name": "空压站改造",
                "stage": chance.choice(DEAL_STAGES),
                "amount": chance.randint(10, 9000) * 10_000,
                "close_on": str(today + timedelta(chance.randint(-30, 90))),
            }
            for record_id in ids[: count // 2]
        ),
    )
    now = datetime.now(UTC)
    write(
        store,
        "interaction",
        (
            {
                "id": new_id().bytes,
                "customer_id": record_id,
                "name": "电话沟通用气需求",
                "happened_at": moment_text(now - timedelta(minutes=chance.randint(1, 288_000))),
            }
            for record_id in ids
        ),
    )
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO search_due (record, type) SELECT id, 'customer' FROM customer"
        )
        for upto in (*ids[49_999::50_000], ids[-1]):
            indexing.add(connection, RECORDS["customer"], upto)
            connection.exec_driver_sql("DELETE FROM search_due WHERE record <= ?", (upto,))
    store.tidy()


def write(store: Store, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows straight into the table of a kind, as a person who owns them all."""
    cls, me = RECORDS[kind], store.me().id.bytes
    names = [column.name for column in cls.table().columns]
    plain = {f.name: f.kind.to_driver(f.kind.to_wire(f.default_value())) for f in cls.fields().values()}
    first = {**plain, "version": 0, "owner_id": me, "custom": "{}"}
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    statement = f'INSERT INTO "{kind}" ({columns}) VALUES ({marks})'  # noqa: S608  names of columns
    with store.engine.begin() as connection:
        driver = indexing.driver_of(connection)
        driver.executemany(statement, ([{**first, **row}.get(name) for name in names] for row in rows))


def measure(store: Store) -> Iterator[Figure]:
    """One list of all customers, with what a person does in it."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from desktop.views.ahead import look_ahead
    from desktop.views.breath import Breath
    from desktop.views.desk import Desk
    from desktop.views.list_page import ListPage
    from desktop.views.look import Look
    from desktop.views.runner import Runner

    app = QApplication.instance()
    app = app if isinstance(app, QApplication) else QApplication([])
    look, desk = Look(), Desk(store, Runner())
    look.dress()

    def idle() -> None:
        while not desk.runner.idle():
            app.processEvents()
            time.sleep(0.001)
        app.processEvents()

    def show(_: int = 0) -> ListPage:
        page = ListPage(look, desk, "customer")
        page.resize(1200, 800)
        page.show()
        page.grab()
        return page

    def row_bare(_: int) -> object:
        with store.reader.connect() as connection:
            raw = indexing.driver_of(connection)
            return raw.execute("SELECT * FROM customer ORDER BY id DESC LIMIT 128").fetchall()

    page = show()
    idle()
    total = f"{page.total():,}"
    bare = middle(each(row_bare, 20, CPU))
    paints = []
    for _ in range(6):
        paints += each(show, 1, time.thread_time)
        idle()
    yield Figure(f"{total}: first paint (CPU)", middle(paints), bare, BARE, "≤ 60, whatever N")
    gc.collect()
    Breath(app, page)  # as the program's window has it
    look_ahead()  # and as the program does while a passphrase is typed
    page.list.setFocus()

    def down(_: int) -> None:
        QTest.keyClick(page.list, Qt.Key.Key_PageDown)
        app.processEvents()

    down(0)
    idle()
    yield Figure("  page-down (CPU p95)", p95(each(down, 100, CPU)), bare, BARE, "< 16")
    yield from _typing(page, app, idle)
    yield from _waits(page, idle, bare)
    desk.close()


def _typing(page: Any, app: Any, idle: Callable[[], None]) -> Iterator[Figure]:
    times = []
    for text in TYPED:
        for end in range(1, len(text) + 1):

            def type_it(_: int, typed: str = text[:end]) -> None:
                page.filters.entry.setText(typed)
                page.filters.entry.textEdited.emit(typed)
                app.processEvents()

            times += each(type_it, 1, time.thread_time)
        idle()
        page.filters.leave()
        idle()
    yield Figure("  key that narrows it (CPU p50)", middle(times), None, "", "")
    yield Figure("  key that narrows it (CPU p95)", p95(times), None, "", "≤ 25")


def _waits(page: Any, idle: Callable[[], None], bare: float) -> Iterator[Figure]:
    """What the window's own thread is busy with when a list is asked for otherwise, and how long it takes."""
    changes: list[tuple[str, dict[str, Any]]] = [
        ("a stage", {"where": _only(Condition("stage", "one_of", ("lost",)))}),
        ("a rare name", {"where": _only(Condition("name", "contains", "星河精密"))}),
        ("no touch for 150 days", {"where": _only(Condition("last_touch", "in", "older:150"))}),
        ("everything", {"where": EVERYTHING}),
        ("sorted by name", {"order": "name", "descending": False}),
        ("grouped by stage", {"order": "id", "descending": True, "by": "stage"}),
        ("as a board", {"by": "", "face": "board"}),
    ]
    for words, change in changes:
        began = time.perf_counter()
        busy = each(lambda _, change=change: page.show_otherwise(**change), 1, time.thread_time)[0]
        idle()
        took = (time.perf_counter() - began) * 1000
        yield Figure(f"  {words}: window busy (CPU)", busy, bare, BARE, "< 100")
        yield Figure(f"  {words}: all there (wall)", took, None, "", "")
    page.show_otherwise(face="list")
    idle()


def _only(condition: Condition) -> Filter:
    return every(condition)


def main() -> int:
    """Fill and measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sys.stdout.write(f"{HEAD}\n")
    with (
        tempfile.TemporaryDirectory(prefix="satchel-bench-") as folder,
        opened(Path(folder), clock=lambda: datetime.now(UTC)) as store,
    ):
        fill(store, count)
        for figure in measure(store):
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
