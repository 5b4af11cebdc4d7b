"""Syntax trees of the whole project are let go after each file of tests: they are a quarter of a gigabyte."""

from collections.abc import Iterator

import pytest

from tests.house.sources import tree


@pytest.fixture(scope="module", autouse=True)
def trees_let_go() -> Iterator[None]:
    """Parsed again by the next file that asks, in two seconds."""
    yield
    tree.cache_clear()
