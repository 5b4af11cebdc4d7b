"""A small sample of the acceptance run; `python -m tests.sync.totals_everywhere` makes it large."""

from pathlib import Path
from typing import Any

import pytest

from tests.rules.oracle import expected
from tests.stores import customer, opened
from tests.sync import totals_everywhere
from tests.sync.totals_everywhere import on_paper, through_office, through_paper


def quiet(_done: int, _wrong: int) -> None:
    """Nobody watches."""


def test_totals_are_the_same_through_json_and_the_office() -> None:
    assert through_office(40, 7, quiet) == []


def test_totals_are_the_same_in_list_form_and_on_paper() -> None:
    assert through_paper(3, 7, quiet) == []


def test_a_cent_too_much_is_noticed_on_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(document: Any) -> Any:
        return {**expected(document), "payable": "1234.56"}

    monkeypatch.setattr(totals_everywhere, "expected", wrong)
    assert [each.partition(":")[0] for each in through_office(1, 7, quiet)] == ["JSON", "office"]
    assert [each.partition(":")[0] for each in through_paper(1, 7, quiet)] == ["list"]


def test_two_totals_that_two_people_wanted_add_up_on_paper(tmp_path: Path) -> None:
    """Each laptop set one offline: the last one counts, and the paper can be done again by hand."""
    line = {"quantity": "3", "unit_price": "33.33", "tax": {"category": "S", "rates": ["13"]}}
    wanted = [{"kind": "target", "value": value, "tax": None} for value in ("100.01", "88")]
    for tax_mode in ("included", "excluded"):
        document = {
            "currency": "CNY",
            "digits": 2,
            "tax_mode": tax_mode,
            "lines": [line],
            "adjustments": wanted,
        }
        with opened(tmp_path / tax_mode) as store:
            assert on_paper(store, customer(store).id, document) == ""
