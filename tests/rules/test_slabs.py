"""The parts of a line at tier prices: kept as text, believed only while they fit the line."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.lines import Slab, mean_price, slabs_of

D = Decimal
PARTS = [{"quantity": "10", "unit_price": "100"}, {"quantity": "5", "unit_price": "90"}]


def test_the_parts_of_a_line_come_back_as_they_were_kept() -> None:
    slabs = (Slab(D(10), D(100)), Slab(D(5), D(90)))
    assert [slab.as_json() for slab in slabs] == PARTS
    assert mean_price(slabs) == D("96.666667")
    assert slabs_of(PARTS, D(15), D("96.666667")) == slabs


def test_parts_that_no_longer_fit_quantity_or_price_do_not_count() -> None:
    assert slabs_of(PARTS, D(16), D("96.666667")) == ()
    assert slabs_of(PARTS, D(15), D(80)) == ()
    assert slabs_of(None, D(15), D(80)) == slabs_of([], D(0), D(0)) == ()


def test_parts_that_nobody_can_read_do_not_count() -> None:
    for wrong in (["x"], [None], [{"quantity": "10"}], [{"quantity": 10, "unit_price": "1"}], 7):
        assert slabs_of(wrong, D(10), D(1)) == ()  # type: ignore[arg-type]
    assert slabs_of([{"quantity": "ten", "unit_price": "1"}], D(10), D(1)) == ()


PART = st.tuples(st.integers(1, 10**6), st.integers(0, 10**8))


@given(st.lists(PART, min_size=1, max_size=5))
def test_the_mean_price_of_any_parts_is_believed(found: list[tuple[int, int]]) -> None:
    slabs = tuple(Slab(D(quantity).scaleb(-2), D(price).scaleb(-2)) for quantity, price in found)
    quantity = sum((slab.quantity for slab in slabs), D(0))
    assert slabs_of([slab.as_json() for slab in slabs], quantity, mean_price(slabs)) == slabs
