"""What changed between two editions: in figures, in words, and on a paper that says the same."""

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.documents import changes as printed
from desktop.documents.voice import Voice
from desktop.errors import NotFound
from desktop.models.records import Quote
from desktop.models.store import Store
from desktop.rules.edition_changes import amount_of, changes
from desktop.services import commands, drafts, editions
from tests import stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(tmp_path) as store:
        stores.firm(store)
        yield store


def run(store: Store, name: str, record: UUID, **values: Any) -> Any:
    return commands.run(store, store.me(), name, record, **values).value


def second_edition(store: Store) -> Quote:
    """An issued quote of three lines whose second edition has one dearer, one gone and one new."""
    kept, left, came = (stores.product(store, sku, "100") for sku in ("KEPT", "LEFT", "CAME"))
    made = stores.quote(store, (kept.id, "2"), (left.id, "1"))
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    first, second = drafts.load(store, made.id).lines
    run(store, "quote.set_line", made.id, line_id=first.id, values={"unit_price": Decimal(110)})
    run(store, "quote.remove_line", made.id, line_id=second.id)
    run(store, "quote.add_line", made.id, product_id=came.id, quantity=Decimal(3))
    return made


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_lines_that_changed_came_and_left(store: Store) -> None:
    found = editions.changes(store, second_edition(store).id)
    assert [(one.kind, one.line["sku"], one.difference) for one in found.lines] == [
        ("changed", "KEPT", Decimal(20)),
        ("added", "CAME", Decimal(300)),
        ("removed", "LEFT", Decimal(-100)),
    ]
    assert found.difference == Decimal(220)
    [step] = printed.steps_of(Voice("en"), found.lines[0], 2)
    assert (step.old, step.new) == ("100.00", "110.00")


def test_the_paper_says_the_same_as_the_screen(store: Store) -> None:
    made = second_edition(store)
    draft = editions.paper(store, made.id)
    assert draft == editions.paper(store, made.id)
    run(store, "quote.issue", made.id)
    said = text_of(editions.paper(store, made.id))
    for expected in ("R1 → R2", "100.00 → 110.00", "+20.00", "+300.00", "−100.00", "300.00", "+220.00"):
        assert expected in said, expected


def test_of_two_lines_of_one_product_the_one_that_left_is_told(store: Store) -> None:
    hose = stores.product(store, "HOSE", "100")
    made = stores.quote(store, (hose.id, "1"), (hose.id, "5"))
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    run(store, "quote.remove_line", made.id, line_id=drafts.load(store, made.id).lines[0].id)
    [only] = editions.changes(store, made.id).lines
    assert (only.kind, only.line["quantity"], only.difference) == ("removed", "1", Decimal(-100))


def test_a_part_of_a_bundle_is_no_line_of_its_own() -> None:
    line = {"kind": "item", "sku": "A", "name": {}, "quantity": "1", "chosen": True, "net": "5"}
    sides = ({"lines": [line], "totals": {}}, {"lines": [line | {"of": "1", "net": "0"}], "totals": {}})
    assert [each.kind for each in changes(*sides).lines] == ["added", "removed"]


def test_an_item_that_becomes_an_option_and_leaves_the_total_is_told() -> None:
    item = {"kind": "item", "sku": "A", "name": {}, "quantity": "1", "chosen": False, "net": "5"}
    sides = ({"lines": [item], "totals": {}}, {"lines": [item | {"kind": "option"}], "totals": {}})
    [only] = changes(*sides).lines
    assert (only.kind, only.fields, only.difference) == ("changed", {"counts"}, Decimal(-5))


def test_amounts_of_two_currencies_have_no_difference(store: Store) -> None:
    made = stores.quote(store, (stores.product(store, "HOSE", "100").id, "2"))
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    run(store, "quote.edit", made.id, values={"currency": "JPY"})
    found = editions.changes(store, made.id)
    assert printed.more(found, found.difference) == ""
    said = text_of(editions.paper(store, made.id))
    assert "200.00" in said
    assert "CNY → JPY" in said


def test_without_an_issued_edition_before_it_there_is_nothing_to_compare(store: Store) -> None:
    made = stores.quote(store, (stores.product(store).id, "1"))
    with pytest.raises(NotFound):
        editions.changes(store, made.id)
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    assert not editions.changes(store, made.id).lines
    with pytest.raises(NotFound):
        editions.changes(store, made.id, since=7)


LINE = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("item", "option", "note")),
        "sku": st.sampled_from(("", "A", "B")),
        "name": st.fixed_dictionaries({"zh": st.sampled_from(("甲", "乙")), "en": st.just("")}),
        "quantity": st.sampled_from(("1", "2")),
        "chosen": st.booleans(),
        "net": st.integers(0, 9).map(str),
    }
)
SIDE = st.fixed_dictionaries({"lines": st.lists(LINE, max_size=6), "totals": st.just({"payable": "0"})})


@given(SIDE, SIDE)
def test_differences_of_lines_add_up_to_that_of_the_sums(before: Any, after: Any) -> None:
    found = changes(before, after)
    sums = [sum((amount_of(line) for line in side["lines"]), Decimal(0)) for side in (before, after)]
    assert sum((one.difference for one in found.lines), Decimal(0)) == sums[1] - sums[0]
    assert not changes(before, before)
    came = sum(one.kind == "added" for one in found.lines) - sum(one.kind == "removed" for one in found.lines)
    assert came == len(after["lines"]) - len(before["lines"])
