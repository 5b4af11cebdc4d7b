"""How fast the search answers over many customers: `python -m tests.bench.search [COUNT]`.

The store is an encrypted file; 上海行囊科技 is written in the middle of invented companies, one among many.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from sqlcipher3 import dbapi2

from desktop.documents import samples
from desktop.models import search
from desktop.models.search import Entry

TYPED = (
    "xnkj",
    "xingnang",
    "行囊",
    "囊",
    "8866",
    "shxn",
    "xingna",
    "x",
    "xing",
    "科技",
    "suzhou",
    "138",
    "xingnagn",
)
WANTED = b"\xff" * 16
ROUNDS = 40


def entries(count: int) -> Iterator[Entry]:
    """`count` customers with contact, address, tax id and two telephones; the wanted one in the middle."""
    for number, company in enumerate(samples.customers(count)):
        if number == count // 2:
            yield Entry("customer", WANTED, "上海行囊科技", phones=["138 1290 8866"])
        yield Entry(
            "customer",
            number.to_bytes(16, "big"),
            company["name"],
            [company["contact"]],
            [company["address"], company["industry"]],
            [company["tax_id"]],
            [company["mobile"], company["phone"]],
        )


def measure(count: int, folder: Path) -> Iterator[str]:
    """Lines of a report: writing, then for each thing typed the place of the wanted record and the times."""
    connection = dbapi2.connect(str(folder / "search.db"), isolation_level=None)
    connection.execute("PRAGMA key = \"x'" + "5a" * 32 + "'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA cache_size = -65536")
    search.create_index(connection)
    start = time.perf_counter()
    connection.execute("BEGIN")
    search.write(connection, entries(count))
    connection.execute("COMMIT")
    yield f"write      {count / (time.perf_counter() - start):9,.0f} entries/s"
    search.find(connection, "预热")  # the reading table is loaded once
    for typed in TYPED:
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            hits = search.find(connection, typed)
            times.append(1000 * (time.perf_counter() - start))
        place = next((str(at) for at, hit in enumerate(hits, 1) if hit.id == WANTED), "-")
        cuts = quantiles(times, n=20)
        yield f"{typed:10} place {place:>2}   p50 {cuts[9]:6.1f} ms   p95 {cuts[18]:6.1f} ms"
    connection.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for line in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, Path(scratch)):
            print(line)
