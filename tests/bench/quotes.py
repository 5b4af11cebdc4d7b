"""Quotes of 20 to 1,000 lines, changed, shown, printed and issued: `python -m tests.bench.quotes`."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID

from desktop.documents import preview
from desktop.documents.quote import quote_pdf
from desktop.models.store import Store
from desktop.services import commands, drafts
from tests import stores
from tests.bench import feels
from tests.bench.report import HEAD, Figure, each, middle

CPU = time.process_time
LINES = (20, 50, 500, 1_000)
WIDE = 640
"""Pixels of the paper beside the lines."""


def composed(store: Store, products: list[UUID]) -> UUID:
    """A draft of these products, each once."""
    buyer = stores.customer(store, f"客户 {len(products)}").id
    lines = [(product, Decimal(place % 9 + 1)) for place, product in enumerate(products)]
    made: UUID = commands.run(
        store, store.me(), "quote.compose", customer_id=buyer, name="全厂备件", lines=lines
    ).value.id
    return made


def edit(store: Store, quote: UUID, line: UUID, place: int) -> None:
    """One quantity, every total, written."""
    values = {"quantity": Decimal(place + 2)}
    commands.run(store, store.me(), "quote.set_line", quote, line_id=line, values=values)


def show(store: Store, quote: UUID, _: int) -> None:
    """The paper and the first pages of it as they stand beside the lines."""
    preview.fitted(quote_pdf(drafts.load(store, quote).snapshot()), WIDE, 2)


def measure(store: Store) -> Iterator[Figure]:
    """Without a window: what is computed, drawn, sealed and written."""
    products = [stores.product(store, f"PRT-{place:04}", "880.50").id for place in range(max(LINES))]
    commands.run(store, store.me(), "quote.issue", composed(store, products[:2]))  # loads what seals
    for count in LINES:
        quote, said = composed(store, products[:count]), f"quote of {count:,} lines"
        line = drafts.load(store, quote).lines[count // 2].id
        yield Figure(
            f"{said}, edit saved (CPU)", middle(each(partial(edit, store, quote, line), 5, CPU)), None, "", ""
        )
        yield Figure(
            f"{said}, preview (CPU)", middle(each(partial(show, store, quote), 5, CPU)), None, "", "< 600"
        )
        began, busy = time.perf_counter(), CPU()
        commands.run(store, store.me(), "quote.issue", quote)
        goal = "< 500" if count <= 50 else ""
        yield Figure(f"{said}, issued (CPU)", (CPU() - busy) * 1000, None, "", goal)
        yield Figure(f"{said}, issued (wall)", (time.perf_counter() - began) * 1000, None, "", goal)


def main() -> int:
    """All of it in a vault of its own, then the keys in a window."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from desktop.app import application, spare_the_collector
    from desktop.views.look import Look

    kept, look = application(), Look()
    sys.stdout.write(f"{HEAD}\n")
    look.dress()
    with (
        tempfile.TemporaryDirectory(prefix="satchel-quotes-") as folder,
        stores.opened(Path(folder), clock=lambda: datetime.now(UTC)) as store,
    ):
        stores.firm(store)
        for figure in measure(store):
            sys.stdout.write(figure.line() + "\n")
            sys.stdout.flush()
    spare_the_collector()
    for figure in feels.long_quotes(look, LINES):
        sys.stdout.write(figure.line() + "\n")
    del kept
    return 0


if __name__ == "__main__":
    sys.exit(main())
