"""The first sync of a laptop with a real office in its own process; the other measures use its profile."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from desktop.documents import samples
from desktop.models.record import RECORDS
from desktop.models.records import Customer
from desktop.models.vault import create_vault
from desktop.services.profiles import open_store
from sync.client.driver import enrol, sync_once
from sync.client.transport import HttpTransport
from sync.server.server import Server
from sync.server.store import open_folder
from tests.bench.report import Figure
from tests.vaults import CHEAP

PASSPHRASE = "bench"
RAW = "raw: rows by executemany"


def office(folder: Path, customers: int) -> str:
    """An office with so many customers of one rep; returns the rep's enrolment code."""
    server = Server(open_folder(folder))
    server.add_user("林一鸣", "华东", "rep")
    names = set(Customer.fields())
    with server.store.read() as conn:
        user = RECORDS["user"].table()
        rep = conn.execute(user.select()).mappings().one()
    home = {"owner_id": rep["id"].hex, "team_id": rep["team_id"].hex}
    server.seed(
        "customer",
        (
            {**{name: row[name] for name in row if name in names}, **home, "grade": "a"}
            for row in samples.customers(customers)
        ),
    )
    code = server.new_code("林一鸣")
    server.store.close()
    return code


def measure(folder: Path, customers: int) -> Iterator[Figure]:
    """First sync, and one small change from laptop to office."""
    code = office(folder / "office", customers)
    serving = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(folder / "office"), "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        url = json.loads(serving.stdout.readline())["url"]
        vault = create_vault(folder / "laptop", PASSPHRASE, kdf=CHEAP)[0]
        with vault, closing(HttpTransport(url)) as transport:
            store = open_store(vault)
            enrol(store, transport, code)
            began, busy = time.perf_counter(), time.process_time()
            report = sync_once(store, transport)
            seconds, busy = time.perf_counter() - began, time.process_time() - busy
            raw = raw_rows(folder, customers)
            yield Figure(
                "first sync, rows a second",
                report.pulled / seconds,
                customers / raw,
                "raw upsert",
                "≥ 40,000",
                "rows/s",
            )
            yield Figure(
                "first sync, laptop's own work", busy * 1000, raw * 1000, "raw upsert of the rows", "≤ 3 ×"
            )
            yield Figure(
                "first sync, bytes a row", report.bytes_down / max(report.pulled, 1), None, "", "≤ 70", "B"
            )
            began = time.perf_counter()
            sync_once(store, transport)
            yield Figure(
                "sync with nothing new", (time.perf_counter() - began) * 1000, None, "", "≤ 15 on loopback"
            )
    finally:
        serving.terminate()
        serving.wait()


def raw_rows(folder: Path, customers: int) -> float:
    """Seconds to write the same rows to an encrypted table with the same columns by the bare driver."""
    from desktop.models.engines import Keyring

    raw = Keyring(folder / "raw.db", bytes(32), create=True).connect()
    names = list(Customer.fields())
    raw.execute(f"CREATE TABLE customer (id BLOB PRIMARY KEY, version INTEGER, {', '.join(names)})")
    rows = [
        (place.to_bytes(16, "big"), 1, *(row.get(name, "") for name in names))
        for place, row in enumerate(samples.customers(customers))
    ]
    marks = ", ".join("?" * (len(names) + 2))
    began = time.process_time()
    raw.execute("BEGIN")
    raw.executemany(f"INSERT OR REPLACE INTO customer VALUES ({marks})", rows)  # noqa: S608
    raw.execute("COMMIT")
    seconds = time.process_time() - began
    raw.close()
    return seconds
