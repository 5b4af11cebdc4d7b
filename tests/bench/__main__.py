"""`python3 dev.py bench [--customers N] [--json]`: what a person waits for, with 100,000 customers."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from desktop.models.vault import open_vault
from desktop.services.profiles import open_store
from tests.bench import lists, office, paper, records, syncing
from tests.bench.report import HEAD, Figure


def figures(folder: Path, customers: int) -> Iterator[Figure]:
    """All measures, one after the other on one profile."""
    yield from syncing.measure(folder, customers)
    began = time.perf_counter()
    vault = open_vault(folder / "laptop", syncing.PASSPHRASE)
    with vault:
        store = open_store(vault)
        yield Figure("unlock, besides Argon2", (time.perf_counter() - began) * 1000, None, "", "≤ 50")
        yield from records.measure(store)
        from tests.bench import window

        yield from window.measure(store, folder / "laptop")
        yield from lists.measure(store)
    yield from paper.measure()
    yield from office.measure(folder)


def main() -> int:
    """Print the table as it grows."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    found = []
    with tempfile.TemporaryDirectory(prefix="satchel-bench-") as folder:
        os.environ["SATCHEL_SETTINGS"] = folder
        if not chosen.json:
            sys.stdout.write(f"{chosen.customers:,} customers\n{HEAD}\n")
        for figure in figures(Path(folder), chosen.customers):
            found.append(figure.as_json())
            if not chosen.json:
                sys.stdout.write(figure.line() + "\n")
                sys.stdout.flush()
    if chosen.json:
        sys.stdout.write(
            json.dumps({"customers": chosen.customers, "figures": found}, ensure_ascii=False) + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
