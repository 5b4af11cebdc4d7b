"""The same again: content as it was, prices as they are, nothing of what belonged to the old one."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Refused
from desktop.models.store import Store
from desktop.services import commands, drafts, renewals, undo
from tests import stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(tmp_path) as store:
        stores.firm(store)
        yield store


def run(store: Store, name: str, record: UUID, **values: Any) -> Any:
    return commands.run(store, store.me(), name, record, **values).value


def test_the_last_quote_again_at_todays_prices(store: Store) -> None:
    pump, hose = stores.product(store, "PUMP", "100"), stores.product(store, "HOSE", "10")
    buyer = stores.customer(store)
    old = stores.quote(store, (pump.id, "2"), (hose.id, "5"), to=buyer)
    typed = drafts.load(store, old.id).lines[1]
    run(store, "quote.set_line", old.id, line_id=typed.id, values={"unit_price": Decimal(9)})
    run(store, "quote.discount", old.id, kind="percent", value=Decimal(-10))
    run(store, "quote.edit", old.id, values={"reference": "PO-7", "next_step": "call"})
    run(store, "quote.issue", old.id)
    run(store, "product.edit", pump.id, values={"price": Decimal(120)})
    made = run(store, "quote.repeat_last", buyer.id)
    draft = drafts.load(store, made.id)
    assert [(line.sku, line.quantity, line.unit_price) for line in draft.lines] == [
        ("PUMP", Decimal(2), Decimal(120)),
        ("HOSE", Decimal(5), Decimal(9)),
    ]
    assert draft.totals().payable == 25650
    assert (draft.quote.stage, draft.quote.number, draft.quote.reference, draft.quote.next_step) == (
        "draft",
        "",
        "",
        "",
    )
    assert draft.revision.revision == 1
    assert draft.revision.valid_until is not None
    assert draft.revision.valid_until >= store.clock().date() + timedelta(days=10)
    assert drafts.load(store, old.id).quote.stage == "issued"
    undo.undo(store, store.me())
    assert drafts.load(store, made.id).quote.deleted_at is not None


def test_a_customer_without_a_quote_has_nothing_to_repeat(store: Store) -> None:
    buyer = stores.customer(store)
    with pytest.raises(Refused, match=renewals.NONE_YET.in_language("en")):
        run(store, "quote.repeat_last", buyer.id)
