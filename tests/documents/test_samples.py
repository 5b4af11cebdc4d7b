"""Invented companies: as many as asked for, no name twice, the same for the same seed."""

import re
from itertools import islice

import pytest
from stdnum.cn import uscc

from desktop.documents import samples
from desktop.rules import phones, pinyin


def test_names_are_distinct_and_the_seed_decides() -> None:
    first = list(samples.customers(20_000, seed=1))
    assert len({company["name"] for company in first}) == 20_000
    assert list(islice(samples.customers(50, seed=1), 50)) == first[:50]
    assert next(samples.customers(1, seed=2)) != first[0]


def test_every_company_could_exist() -> None:
    for company in samples.customers(300, seed=7):
        assert company["name"].startswith(company["city"])
        assert uscc.is_valid(company["tax_id"])
        assert phones.is_plausible(company["mobile"])
        assert re.fullmatch(r"0\d{2,3}-[1-9]\d{7}", company["phone"])
        assert pinyin.initials(company["name"]).isalpha()
        assert company["contact"]
        assert company["grade"] in ("VIP", "A", "B", "C")


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        next(samples.customers(samples.most_customers() + 1))
    assert samples.most_customers() > 5_000_000
