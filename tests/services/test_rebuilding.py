"""A quote rebuilt from its PDF: at home, at a stranger's, from what was altered, from what is no quote."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.models.records import Contact, Customer, Product, Quote, QuoteLine
from desktop.models.store import Store
from desktop.rules.canonical import canonical
from desktop.rules.rebuilding import sameness
from desktop.services import commands, drafts, quotes, rebuilding, undo
from desktop.services.prices import by_hand
from tests.stores import customer, firm, opened, product

D = Decimal
assert settings.default is not None
MANY = max(12, settings.default.max_examples // 10)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("home")) as store:
        firm(store)
        for sku, price in (("A", "98600"), ("B", "3.46"), ("C", "0.333333")):
            product(store, sku, price)
        yield store


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("stranger")) as store:
        product(store, "A", "100000")
        yield store


def run(store: Store, command: str, /, *target: Any, **arguments: Any) -> Any:
    return commands.run(store, store.me(), command, *target, **arguments).value


def issued(store: Store) -> tuple[Quote, bytes]:
    """A quote with every kind of line, as it was issued."""
    buyer = customer(store, phone="0512-66001234", tax_id="91X")
    run(
        store,
        "contact.new",
        values={"customer_id": buyer.id, "name": "王 建国", "job": "总经理", "mobile": "1"},
    )
    with store.reading() as session:
        products = {one.sku: one.id for one in session.query(Product)}
    made = run(
        *(store, "quote.compose"), customer_id=buyer.id, name="二期", language="both",
        lines=[(products[sku], D(count)) for sku, count in (("A", "2"), ("B", "7.5"), ("C", "1000"))],
    )  # fmt: skip
    tax = {"tax_rates": ["13"], "unit_price": D("88.8")}
    for values in (
        {"kind": "section", "name": "备件", "name_en": "Spares"},
        {"name": "免费文本", "detail": "两行\n说明", "tax_rates": ["6"], "unit_price": D("12.345678")},
        {"kind": "option", "name": "选配", "chosen": True, **tax},
        {"kind": "alternative", "group": "g", "name": "甲", "chosen": True, **tax},
        {"kind": "alternative", "group": "g", "name": "乙", "chosen": False, **tax},
        {"kind": "note", "name": "注意", "detail": "随货"},
        {"kind": "subtotal", "name": "小计"},
    ):
        line = run(store, "quote.add_line", made.id, values=values)
    with store.reading() as session:
        first = session.query(QuoteLine).filter_by(quote_id=made.id, sku="A").one()
    run(store, "quote.discount", made.id, kind="percent", value=D("-5"), line_id=first.id)
    run(store, "quote.discount", made.id, kind="percent", value=D("-2.5"), label="老客户")
    run(store, "quote.discount", made.id, kind="target", value=D("200000"))
    assert line.kind == "subtotal"
    return made, run(store, "quote.issue", made.id)


@pytest.fixture(scope="module")
def paper(home: Store) -> tuple[Quote, bytes]:
    return issued(home)


def snapshot(store: Store, quote: Quote) -> dict[str, Any]:
    return drafts.load(store, quote.id).snapshot()


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return canonical(sameness(one)) == canonical(sameness(other)) and one["totals"] == other["totals"]


def test_at_home_the_same_quote_is_named_and_a_second_draft_is_the_same(
    home: Store, paper: tuple[Quote, bytes]
) -> None:
    made, pdf = paper
    found = rebuilding.examine(pdf, home)
    assert (found.known, found.why) == (made.id, None)
    again = run(home, "quote.rebuild", content=found.content)
    assert (again.customer_id, again.stage, again.number) == (made.customer_id, "draft", "")
    assert same(snapshot(home, again), snapshot(home, made))
    lines = drafts.load(home, again.id).lines
    assert [bool(line.product_id) for line in lines[:4]] == [True, True, True, False]
    assert not any(by_hand(line) for line in lines[:3])


def test_at_a_strangers_it_is_rebuilt_with_its_customer_and_undone_with_them(
    stranger: Store, home: Store, paper: tuple[Quote, bytes]
) -> None:
    made, pdf = paper
    found = rebuilding.examine(pdf, stranger)
    offer = found.offer()
    assert (found.verdict.state, found.known) == ("foreign", None)
    assert offer is not None
    assert "200000.00" in offer.in_language("en")
    for count in (1, 0):
        done = run(stranger, "quote.rebuild", content=found.content)
        there = snapshot(stranger, done)
        if count:
            undo.undo(stranger, stranger.me())
            with stranger.reading() as session:
                left = [session.query(each).filter_by(deleted_at=None).count() for each in (Quote, Customer)]
                assert [*left, session.query(Contact).filter_by(deleted_at=None).count()] == [0, 0, 0]
    assert same(there, snapshot(home, made))
    assert there["customer"] | {"id": ""} == snapshot(home, made)["customer"] | {"id": ""}
    [first, *_] = drafts.load(stranger, done.id).lines
    assert first.product_id is not None  # its number is known here, at another price: it counts as typed
    assert by_hand(first)
    reissued = run(stranger, "quote.issue", done.id)
    assert rebuilding.examine(reissued, stranger).known == done.id
    assert run(stranger, "quote.rebuild", content=found.content).customer_id == done.customer_id


def test_one_changed_digit_is_told_and_nothing_is_built(stranger: Store, paper: tuple[Quote, bytes]) -> None:
    pdf = paper[1]
    for place in range(200, len(pdf), len(pdf) // 7):
        changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        found = rebuilding.examine(changed, stranger)
        assert found.content is None
        assert found.why is not None
    assert rebuilding.examine(pdf + b"\n%", stranger).content is None
    assert rebuilding.examine(b"%PDF-1.7", stranger).content is None


def _damaged(content: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What somebody could have sealed with a program of their own."""
    for path, value in (
        (("totals", "payable"), "1.00"),
        (("lines", 0, "net"), "1.00"),
        (("lines", 0, "kind"), "gift"),
        (("lines", 0, "quantity"), "1e9"),
        (("lines", 0, "unit_price"), "9" * 40),
        (("lines", 0, "name"), {"zh": "x" * 5000, "en": ""}),
        (("lines", 1, "id"), content["lines"][0]["id"]),
        (("lines", 1, "of"), "f" * 32),
        (("lines", 0, "tax"), None),
        (("lines",), []),
        (("lines",), {}),
        (("milestones", 0, "percent"), "31"),
        (("currency",), "XXXX"),
        (("digits",), 4),
        (("language",), "fr"),
        (("customer", "name"), {"zh": "", "en": ""}),
        (("policy", "tax_scope"), "none"),
        (("adjustments", 0, "amount"), "0.00"),
        (("kind",), "contract"),
        (("schema",), 2),
        (("surprise",), 0.5),
    ):
        changed: Any = deepcopy(content)
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        yield path, changed


def refused(store: Store, content: Any) -> bool:
    try:
        run(store, "quote.rebuild", content=content)
    except Refused:
        return True
    return False


def test_what_does_not_follow_from_its_lines_is_refused_whole(
    stranger: Store, paper: tuple[Quote, bytes], home: Store
) -> None:
    content = snapshot(home, paper[0])
    with stranger.reading() as session:
        before = session.query(Quote).count()
    for path, changed in _damaged(content):
        assert refused(stranger, changed), f"built although {path} was another"
    assert refused(stranger, None)
    assert refused(stranger, {})
    with stranger.reading() as session:
        assert session.query(Quote).count() == before


_price = st.decimals("0", "99999", places=4)
_line = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["item", "item", "option"]),
        "quantity": st.decimals("0.0001", "999", places=4),
        "unit_price": _price,
        "base_quantity": st.sampled_from([D(1), D(10), D("0.5")]),
        "name": st.text("螺杆机abc ,.\n%", min_size=1, max_size=20),
        "name_en": st.text("screw ", max_size=9),
        "tax_rates": st.lists(st.sampled_from(["13", "9", "6", "0"]), min_size=1, max_size=2),
        "chosen": st.booleans(),
    }
)


@settings(max_examples=MANY)
@given(
    lines=st.lists(st.tuples(_line, st.decimals("-100", "20", places=2)), min_size=1, max_size=5),
    discount=st.decimals("-90", "10", places=2),
    included=st.booleans(),
)
def test_whatever_is_issued_is_rebuilt_the_same_elsewhere(
    home: Store,
    stranger: Store,
    lines: list[tuple[dict[str, Any], Decimal]],
    discount: Decimal,
    *,
    included: bool,
) -> None:
    buyer = customer(home)
    mode = "included" if included else "excluded"
    made = run(home, "quote.new", values={"customer_id": buyer.id, "tax_mode": mode})
    for values, off in lines:
        line = run(home, "quote.add_line", made.id, values={**values, "kind": values["kind"]})
        if off:
            run(home, "quote.discount", made.id, kind="percent", value=off, line_id=line.id)
    run(home, "quote.discount", made.id, kind="percent", value=discount)
    content = snapshot(home, made) | {"number": "Q1"}
    again = run(stranger, "quote.rebuild", content=content)
    assert same(snapshot(stranger, again), content)
    assert quotes.paper(stranger, again.id)[:5] == b"%PDF-"
