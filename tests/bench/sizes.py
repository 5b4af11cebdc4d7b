"""`python -m tests.bench.sizes`: what an office needs, for the table of sizes in docs/operations.md.

CPU of the office's process and of the database's apart; bytes that a change leaves; memory of an open line;
and what a replica takes off its primary. Takes about two minutes.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sync.protocol import messages
from sync.protocol.messages import PULL, PullRequest, PullResponse
from sync.protocol.signing import sign_request
from sync.server.server import Server
from sync.server.store import Store, open_folder
from tests.house.sources import ROOT
from tests.sync import postgres
from tests.sync.server.laptop import Laptop

CHANGES: Final = 3000
PULLS: Final = 400
ROWS: Final = 20_000
LINES: Final = 300
TICK: Final = os.sysconf("SC_CLK_TCK")


def database_seconds(cluster: postgres.Cluster) -> float:
    """CPU of a cluster since it began: its processes, and those that have ended."""
    pid = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
    found = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if path.parent.name == str(pid):
            found += sum(map(int, fields[11:15]))
        elif fields[1] == str(pid):
            found += sum(map(int, fields[11:13]))
    return found / TICK


class Measured:
    """What a block took: `wall`, `office` and `database` in seconds."""

    wall = office = database = 0.0


@contextmanager
def measured(*clusters: postgres.Cluster) -> Iterator[Measured]:
    """Measure the block."""
    found = Measured()
    began, cpu, base = time.perf_counter(), time.process_time(), sum(map(database_seconds, clusters))
    yield found
    found.wall = time.perf_counter() - began
    found.office = time.process_time() - cpu
    found.database = sum(map(database_seconds, clusters)) - base


def say(what: str, figure: float, unit: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{what:<66} {figure:>10,.1f} {unit}\n")
    sys.stdout.flush()


def joined(server: Server, name: str, count: int) -> list[Laptop]:
    """So many laptops of one person."""
    user = server.add_user(name, "North")
    laptops = []
    for _ in range(count):
        laptop = Laptop(server)
        laptop.enrol(server.new_code(user))
        laptops.append(laptop)
    return laptops


def push(laptop: Laptop, some: int) -> None:
    """Send what waits, so many changes at once, without asking for a page."""
    while laptop.ops[laptop.sent :]:
        part = laptop.ops[laptop.sent : laptop.sent + some]
        wish = laptop.request(
            laptop.push(part), limit=1, cursors=[], last=part[-1].n, head=laptop.heads[part[-1].n].hex()
        )
        laptop.sent = laptop.acked = laptop.call("POST", messages.SYNC, wish, messages.SyncResponse).last


def changes(laptops: list[Laptop], each: int, kind: str) -> None:
    """Create or edit so many customers on each of these laptops."""
    for laptop in laptops:
        if kind == "creations":
            for place in range(each):
                laptop.create("customer", name=f"Customer {place}", phone="13800000000", owner_id=laptop.user)
        else:
            made = [op.record for op in laptop.ops if op.kind == "create"][:each]
            for record in made:
                laptop.set("customer", record, base=1, phone=("13800000000", secrets.token_hex(6)))


def taken(name: str, store: Store, size: Callable[[], int], *clusters: postgres.Cluster) -> None:
    """Pushes of five, one laptop at a time and four at a time, and the bytes that they leave."""
    server = Server(store)
    for count in (1, 4):
        laptops = joined(server, f"Li {count}", count)
        for kind in ("creations", "edits"):
            changes(laptops, CHANGES // count, kind)
            before = size()
            with measured(*clusters) as found, ThreadPoolExecutor(count) as pool:
                list(pool.map(lambda laptop: push(laptop, 5), laptops))
            sent = CHANGES // count * count
            say(f"{name}, {kind} in pushes of 5, {count} at a time", sent / found.wall, "changes/s")
            say("  per second of the office's CPU", sent / found.office, "changes")
            if clusters:
                say("  per second of the database's CPU", sent / found.database, "changes")
            say("  the database grows by", (size() - before) / sent, "bytes a change")


def asked(label: str, laptops: list[Laptop], primary: postgres.Cluster, replica: postgres.Cluster) -> None:
    """Pulls and a first copy, and which database they cost."""
    [reader, *others] = laptops
    with measured(primary) as found, measured(replica) as there:
        reader.snapshot(f"user:{reader.user}", 5000)
    say(f"first copy, {label}", ROWS / found.wall, "rows/s")
    say("  of the primary's CPU", found.database * 1e6 / ROWS, "µs a row")
    say("  of the replica's CPU", there.database * 1e6 / ROWS, "µs a row")
    for other in others:
        other.cursors, other.masks = dict(reader.cursors), dict(reader.masks)

    def pulls(laptop: Laptop) -> None:
        for _ in range(PULLS // len(others)):
            wish = PullRequest(protocol=1, schema=1, cursors=[laptop.cursor(one) for one in laptop.cursors])
            laptop.call("POST", PULL, wish, PullResponse)

    with measured(primary) as found, measured(replica) as there, ThreadPoolExecutor(len(others)) as pool:
        list(pool.map(pulls, others))
    say(f"pulls with nothing new, {label}", PULLS / found.wall, "pulls/s")
    say("  of the primary's CPU", found.database * 1e6 / PULLS, "µs a pull")
    say("  of the replica's CPU", there.database * 1e6 / PULLS, "µs a pull")


def replicas() -> None:
    """The same questions with and without a replica."""
    primary = postgres.Cluster(durable=True)
    replica = postgres.Cluster(of=primary)
    try:
        for label in ("primary alone", "with a replica"):
            server = Server(postgres.emptied(primary.url("office")))
            if label != "primary alone":
                server.store.follow_with([replica.address("office")], server.metrics.read_from)
            laptops = joined(server, "Li", 5)
            home = {"owner_id": laptops[0].user, "phone": "13800000000"}
            server.seed("customer", ({"name": f"Customer {place}", **home} for place in range(ROWS)))
            asked(label, laptops, primary, replica)
            server.store.close()
    finally:
        replica.stop()
        primary.stop()


def lines(folder: Path) -> None:
    """Memory of a real process for each line that is held open."""
    store = open_folder(folder)
    laptops = joined(Server(store), "Li", LINES)
    store.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(folder), "--port", "0", "--attended"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = urlsplit(json.loads(process.stdout.readline())["url"])
    held = [_listen(address.port or 0, laptop) for laptop in laptops[:20]]
    before = _resident(process.pid)
    held += [_listen(address.port or 0, laptop) for laptop in laptops[20:]]
    time.sleep(2)
    say(f"memory of an open line, of {LINES}", (_resident(process.pid) - before) / (LINES - 20) / 1024, "KiB")
    say("memory of the process with them", _resident(process.pid) / 1024**2, "MiB")
    for line in held:
        line.close()
    process.communicate()


def _listen(port: int, laptop: Laptop) -> socket.socket:
    laptop.sequence += 1
    nonce = secrets.token_hex(16)
    signed = sign_request(laptop.key, "GET", messages.EVENTS, b"", laptop.device, nonce, laptop.sequence)
    headers = {"Host": "localhost", "Accept": "text/event-stream", **signed}
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line.sendall(f"GET {messages.EVENTS} HTTP/1.1\r\n{text}\r\n".encode())
    answer = line.recv(4096)
    if b" 200 " not in answer.split(b"\r\n")[0]:
        raise RuntimeError(answer.decode())
    return line


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """All of it."""
    sys.stdout.write(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    folder = Path(tempfile.mkdtemp(prefix="satchel-sizes-"))
    file = folder / "file"
    try:
        store = open_folder(file)
        taken("SQLite", store, lambda: sum(one.stat().st_size for one in file.glob("office.db*")))
        store.close()
        if postgres.binaries() is not None:
            cluster = postgres.Cluster(durable=True)
            try:
                store = postgres.emptied(cluster.url("sizes"))
                taken("PostgreSQL", store, lambda: _size(store), cluster)
                store.close()
            finally:
                cluster.stop()
            replicas()
        lines(folder / "lines")
    finally:
        shutil.rmtree(folder)
    return 0


def _size(store: Store) -> int:
    with store.read() as conn:
        return int(conn.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


if __name__ == "__main__":
    sys.exit(main())
