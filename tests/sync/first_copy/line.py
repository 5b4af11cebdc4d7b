"""What the tests of a first copy share: a line that can be disturbed, and what a laptop holds."""

import math
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from desktop.models import search
from desktop.models.record import RECORDS
from desktop.models.store import Store
from sync.client import snapshot as files
from sync.client.driver import Request, enrol, sync_once
from sync.engine.actions import Action, Answer, Event, Failure, Send
from sync.engine.round import Limits
from sync.server.server import Server
from tests.stores import opened
from tests.sync.simulator.world import Direct

ROWS = 300
SECRET = "88123.45"


class Line(Direct):
    """A line to the office on which answers can be changed; it keeps what was asked."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.asked: list[str] = []
        self.change: Callable[[Request, Answer], Answer | Failure] = lambda _, answer: answer

    def send(self, request: Request, cancelled: Callable[[], bool]) -> Answer | Failure:
        self.asked.append(f"{request.method} {request.target}")
        answer = super().send(request, cancelled)
        return self.change(request, answer) if isinstance(answer, Answer) else answer

    def count(self, beginning: str) -> int:
        return sum(one.startswith(beginning) for one in self.asked)


def limits(rows: float = 10) -> Limits:
    found = Limits()
    found.file = rows
    return found


def held(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every record, stub and cursor, and what the index answers."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with store.reader.connect() as connection:
        for name in (*RECORDS, "sync_stub", "sync_cursor", "search_due", "sync_base", "sync_await"):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY 1').all()  # noqa: S608
            found[name] = sorted(map(tuple, rows), key=repr)
        driver: Any = connection.connection.driver_connection
        for asked in ("苏州", "第7机械", "suzhou", "泵", "P1"):
            hits = search.find(driver, asked, limit=1000)
            found[f"? {asked}"] = sorted((hit.type, hit.id, hit.title) for hit in hits)
    return found


def is_as_by_pages(server: Server, store: Store, folder: Path) -> bool:
    """Whether a second laptop of the same person, which got the pages, holds the same."""
    with opened(folder / "pages") as other:
        enrol(other, Direct(server), server.new_code("Ann"))
        sync_once(other, Direct(server), limits=limits(math.inf))
        sync_once(store, Direct(server))
        return held(store) == held(other)


def is_clean(store: Store, folder: Path) -> bool:
    """Nothing of the file is left on the laptop."""
    return not (folder / files.FILE).exists() and store.local(files.KEY) is None


def just(send: Send) -> Generator[Action, Event, Event]:
    """One request and its answer."""
    return (yield send)
