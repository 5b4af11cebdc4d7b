"""What the office takes: pushes of ops with merge and authorization, on its own file and on PostgreSQL."""

import time
from collections.abc import Iterator
from pathlib import Path

from sync.protocol.messages import SyncResponse
from sync.server.server import Server
from sync.server.store import Store, open_folder
from tests.bench.report import Figure
from tests.sync import postgres
from tests.sync.server.laptop import Laptop

OPS = 2000
ROUNDS = 3


def measure(folder: Path) -> Iterator[Figure]:
    """CPU of the office's process; where there is no PostgreSQL its lines are left out."""
    yield from _office("SQLite", open_folder(folder / "measured"))
    if postgres.available():
        cluster = postgres.Cluster(durable=True)
        try:
            yield from _office("PostgreSQL", postgres.emptied(cluster.url("bench")))
        finally:
            cluster.stop()


def _office(name: str, store: Store) -> Iterator[Figure]:
    office = Server(store)
    user = office.add_user("Li", "North")
    laptop = Laptop(office)
    laptop.enrol(office.new_code(user))
    laptop.sync()
    created, edited = 0.0, 0.0
    for number in range(ROUNDS):
        ids = [laptop.create("customer", name=f"c{number} {place}") for place in range(OPS)]
        created += _push(laptop)
        for record in ids:
            laptop.set("customer", record, base=1, phone=(laptop.row("customer", record)["phone"], "139"))
        edited += _push(laptop)
    yield Figure(f"office on {name}, creations (CPU)", ROUNDS * OPS / created, None, "", "≥ 6,000", "ops/s")
    yield Figure(f"office on {name}, edits (CPU)", ROUNDS * OPS / edited, None, "", "≥ 6,000", "ops/s")
    yield Figure(f"office on {name}, rows copied (CPU)", _copied(laptop, user), None, "", "", "rows/s")
    store.close()


def _push(laptop: Laptop) -> float:
    """Seconds from the packed push to its packed answer; the laptop's own work is not in it."""
    request = laptop.request(laptop.push(), limit=1)
    began = time.process_time()
    answer: SyncResponse = laptop.call("POST", "/v1/sync", request, SyncResponse)
    took = time.process_time() - began
    if any(verdict.kind != "applied" for verdict in answer.verdicts):
        raise RuntimeError("the office has refused a measured op")
    laptop.sent = laptop.acked = answer.last
    laptop.sync()
    return took


def _copied(laptop: Laptop, user: str) -> float:
    before = len(laptop.rows)
    laptop.rows.clear()
    began = time.process_time()
    laptop.snapshot(f"user:{user}")
    return len(laptop.rows) / (time.process_time() - began) if before else 0.0
