"""Lines as they are typed: products, free lines, sections, options, alternatives, blocks of cells."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.models.store import Store
from desktop.rules import line_typing
from desktop.services import commands, drafts, undo
from desktop.services.typed_lines import Wanted
from tests import stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with stores.opened(tmp_path) as store:
        stores.firm(store)
        yield store


def run(store: Store, name: str, record: UUID, **values: Any) -> Any:
    return commands.run(store, store.me(), name, record, **values).value


def wanted(text: str, product: UUID | None = None) -> Wanted:
    line = line_typing.read(text)
    assert line is not None
    return Wanted(line, product)


def shown(store: Store, quote: UUID) -> list[tuple[str, str, Decimal | None, Decimal | None]]:
    lines = drafts.load(store, quote).lines
    return [(line.kind, line.name or line.sku or "", line.quantity, line.unit_price) for line in lines]


def test_what_is_typed_becomes_lines_in_one_step(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100", name="泵")
    made = stores.quote(store)
    typed = [
        *(wanted("# 主机"), wanted("pump*2 -5%", pump.id), wanted("pump @90", pump.id)),
        *(wanted('"吊车" *3 @800'), wanted("// 含运费"), wanted("=小计")),
    ]
    run(store, "quote.type_lines", made.id, wanted=typed)
    assert shown(store, made.id) == [
        ("section", "主机", None, None),
        ("item", "泵", Decimal(2), Decimal(100)),
        ("item", "泵", Decimal(1), Decimal(90)),
        ("item", "吊车", Decimal(3), Decimal(800)),
        ("note", "含运费", None, None),
        ("subtotal", "小计", None, None),
    ]
    draft = drafts.load(store, made.id)
    assert draft.totals().payable == 19000 + 9000 + 240000
    assert draft.lines[3].tax_rates == draft.lines[2].tax_rates
    undo.undo(store, store.me())
    assert shown(store, made.id) == []


def test_a_free_line_is_taxed_as_what_stands_above_it(store: Store) -> None:
    goods, service = (stores.product(store, f"P{tax}", "100", tax_percent=Decimal(tax)) for tax in (13, 6))
    made = stores.quote(store, (goods.id, "1"), (service.id, "1"))
    first = drafts.load(store, made.id).lines[0]
    run(store, "quote.type_lines", made.id, wanted=[wanted('"Crane" @800')], after=first.id)
    lines = drafts.load(store, made.id).lines
    assert [line.tax_rates for line in lines] == [["13"], ["13"], ["6"]]


def test_a_row_that_cannot_be_read_is_told_not_left_out() -> None:
    [good, bad] = line_typing.read_block([["hose", "2"], ["hose*1,5"]])
    assert (good.text, bad.text, bad.free, bad.price) == ("hose", "hose*1,5", True, None)


def test_one_that_is_neither_product_nor_priced_refuses_all(store: Store) -> None:
    pump = stores.product(store, "PUMP", "100")
    made = stores.quote(store)
    with pytest.raises(Refused, match="crane"):
        run(store, "quote.type_lines", made.id, wanted=[wanted("pump", pump.id), wanted("crane*2")])
    assert shown(store, made.id) == []


def test_of_alternatives_exactly_one_counts(store: Store) -> None:
    pumps = [stores.product(store, f"P{n}", str(100 * n)) for n in (1, 2, 3)]
    made = stores.quote(store)
    run(store, "quote.type_lines", made.id, wanted=[wanted(f"|p{n}", one.id) for n, one in enumerate(pumps)])
    lines = drafts.load(store, made.id).lines
    assert len({line.group for line in lines}) == 1
    assert [line.chosen for line in lines] == [True, False, False]
    run(store, "quote.set_line", made.id, line_id=lines[2].id, values={"chosen": True})
    assert [line.chosen for line in drafts.load(store, made.id).lines] == [False, False, True]
    assert drafts.load(store, made.id).totals().payable == 30000
    with pytest.raises(Refused):
        run(store, "quote.set_line", made.id, line_id=lines[2].id, values={"chosen": False})


def test_an_option_waits_to_be_chosen(store: Store) -> None:
    hose = stores.product(store, "HOSE", "10")
    made = stores.quote(store)
    run(store, "quote.type_lines", made.id, wanted=[wanted("?hose*2", hose.id)])
    [line] = drafts.load(store, made.id).lines
    assert (line.kind, line.chosen) == ("option", False)


@pytest.mark.parametrize("text", ["", "  ", "#", "//", "x @abc", '"a" b', "?"])
def test_what_cannot_be_read_is_no_line(text: str) -> None:
    assert line_typing.read(text) is None


def test_letters_of_a_name_are_no_count() -> None:
    for text, what, count in (("max 3", "max 3", "1"), ("sat75x2", "sat75", "2"), ("fax x 2", "fax", "2")):
        line = line_typing.read(text)
        assert line is not None
        assert (line.text, str(line.quantity)) == (what, count)


@pytest.mark.parametrize("text", ["hose*1,5", "hose @1.234,56", "hose*1.234.5", "hose @1,5", "hose*2 -1,5%"])
def test_a_comma_parts_thousands_and_nothing_else(text: str) -> None:
    assert line_typing.read(text) is None


def test_numbers_as_people_write_them() -> None:
    read = line_typing.read("hose＊１，２００ @¥1,234.56 －２．５％")
    assert read is not None
    assert (read.quantity, read.price, read.percent) == (Decimal(1200), Decimal("1234.56"), Decimal("-2.5"))


def test_cells_beside_numbers_are_names_and_units_are_no_numbers() -> None:
    rows = [
        *(["YJV 3x2.5", "100", "12.80"], ["SAT-20", "75 kW", "2台", "¥9,800.00", "-5%"]),
        *(["SAT-75", "2 pcs", "9.5万元"], ["?hose", "3"], ['"Crane"', "1", "800"], ["sat*3", "台"]),
    ]
    found = [
        (one.kind, one.text, str(one.quantity), one.price, one.percent)
        for one in line_typing.read_block(rows)
    ]
    assert found == [
        ("item", "YJV 3x2.5", "100", Decimal("12.8"), None),
        ("item", "SAT-20", "2", Decimal(9800), Decimal(-5)),
        ("item", "SAT-75", "2", Decimal(95000), None),
        ("option", "hose", "3", None, None),
        ("item", "Crane", "1", Decimal(800), None),
        ("item", "sat", "3", None, None),
    ]


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    line = line_typing.read(text)
    assert line is None or line.quantity.is_finite()


@given(st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=5))
def test_whatever_is_pasted_is_read_row_by_row(cells: list[list[str]]) -> None:
    assert len(line_typing.read_block(cells)) <= len(cells)
