"""What comes too late for an issued paper: it leaves no trace in totals, and says why it cannot be."""

from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import Refused
from desktop.models import store as models_store
from desktop.models.records import QuoteLine
from tests.sync.pair import pairs


def test_a_line_that_came_too_late_leaves_with_its_share_of_the_total(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        pair.do(pair.ann, "quote.issue")
        pair.do(pair.bob, "quote.add_line", product_id=pair.products[0].id, quantity=Decimal(7))
        payable = pair.draft(pair.ann).quote.payable
        assert pair.draft(pair.bob).quote.payable != payable
        pair.meet()
        for store in (pair.ann, pair.bob):
            assert [str(line.unit_price) for line in pair.draft(store).lines] == ["100", "200"]
            assert pair.draft(store).quote.payable == payable


def test_writing_over_what_was_issued_is_refused_in_words(tmp_path: Path) -> None:
    with pairs(tmp_path) as pair:
        pair.do(pair.ann, "quote.issue")
        with (
            pytest.raises(Refused) as refused,
            pair.ann.work(pair.ann.me(), "inbox.resolve") as work,
        ):
            work.get(QuoteLine, pair.lines[0]).unit_price = Decimal(9)
        assert refused.value.message == models_store.FROZEN
        assert [str(line.unit_price) for line in pair.draft(pair.ann).lines] == ["100", "200"]
