"""Bundles of products between two laptops: parts stay below theirs, however both wrote."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.models.records import BundlePart, QuoteLine
from desktop.models.store import Store
from desktop.services import bundles, commands
from tests.stores import product
from tests.sync.pair import Pair, pairs

D = Decimal
assert bundles.NO_BUNDLE  # the command is registered


def shown(pair: Pair, store: Store) -> list[tuple[Any, ...]]:
    return [(line.sku, line.quantity, line.unit_price) for line in pair.draft(store).lines]


def test_what_two_people_wrote_leaves_parts_below_their_bundle(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        whole = product(pair.ann, "SET", "500", kind="bundle")
        pump, filters = (product(pair.ann, sku, "50") for sku in ("PUMP", "FILTER"))
        said = {"product_id": whole.id, "quantity": D(2)}
        for values in ({"part_id": pump.id}, {"part_id": filters.id, "inclusion": "optional"}):
            commands.run(pair.ann, pair.ann.me(), "bundle_part.new", values={**said, **values})
        pair.meet()
        assert len(pair.all(pair.bob, BundlePart)) == 2
        pair.do(pair.bob, "quote.add_line", product_id=whole.id, quantity=D(3))
        pair.do(pair.ann, "quote.add_line", product_id=pair.products[0].id)
        pair.meet()
        pair.meet()
        assert shown(pair, pair.ann) == shown(pair, pair.bob)
        skus = [sku for sku, _, _ in shown(pair, pair.ann)]
        assert skus[skus.index("SET") + 1] == "PUMP"
        bundle = next(line.id for line in pair.draft(pair.ann).lines if line.sku == "SET")
        pair.do(pair.ann, "quote.set_line", line_id=bundle, values={"quantity": D(4)})
        pair.do(pair.bob, "quote.choose_parts", line_id=bundle, product_ids=[filters.id])
        pair.meet()
        pair.meet()
        for store in (pair.ann, pair.bob):
            assert pair.draft(store).quote.needs_review
        pair.do(pair.ann, "quote.confirm")
        pair.meet()
        for store in (pair.ann, pair.bob):
            assert ("PUMP", 8, 0) in shown(pair, store)
            assert ("FILTER", 8, 0) in shown(pair, store)
        ranks = [line.rank for line in pair.draft(pair.bob).lines]
        assert ranks == sorted(set(ranks))
        pair.do(pair.bob, "quote.issue")
        pair.meet()
        issued = pair.draft(pair.ann)
        assert issued.frozen
        snapshot = issued.snapshot()
        assert [line.get("of") for line in snapshot["lines"]].count(bundle.hex) == 2
        assert len(pair.all(pair.ann, QuoteLine)) == len(snapshot["lines"])
        pair.do(pair.ann, "quote.revise")
        pair.meet()
        again = pair.draft(pair.bob).lines
        assert {line.bundle_id for line in again if line.sku in ("PUMP", "FILTER")} == {
            line.id for line in again if line.sku == "SET"
        }
