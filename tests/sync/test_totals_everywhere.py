"""A small sample of the acceptance run; `python -m tests.sync.totals_everywhere` makes it large."""

from typing import Any

import pytest

from tests.rules.oracle import expected
from tests.sync import totals_everywhere
from tests.sync.totals_everywhere import through_office, through_paper


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
