"""Random filters over random rows: what SQL finds is what plain Python finds."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from desktop.models import filtering
from desktop.models.filtering import OPERATORS, Viewer, compiled, family
from desktop.models.kinds import Choice, Moment, Phone
from desktop.models.record import RECORDS, new_id
from desktop.models.store import Store
from desktop.rules import filters
from desktop.rules.filters import ALL, ANY, EVERYTHING, NONE, Condition, Filter, Group, every
from tests.stores import opened

TYPES = ("customer", "product", "task", "interaction", "contact")
TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("Asia/Shanghai")
ME, TEAM, OTHER = new_id(), new_id(), new_id()
VIEWER = Viewer(ME, TEAM, TODAY, ZONE)
LETTERS = st.text(alphabet="abAB星 %_'\"-1é*?\\", max_size=6)
DAYS = st.dates(TODAY - timedelta(400), TODAY + timedelta(400))
MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
COUNTS = st.integers(-3, 3) | st.integers(-(10**12), 10**12)
PERIODS = st.sampled_from(filters.PERIODS) | st.builds(
    "{}:{}".format, st.sampled_from(filters.COUNTED), st.integers(0, 400)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("filters")) as store:
        yield store


def fields_of(kind: str) -> list[str]:
    return [name for name, each in RECORDS[kind].fields().items() if family(each.kind)]


def values(kind: str, name: str) -> st.SearchStrategy[Any]:
    """What a row may hold."""
    described = RECORDS[kind].fields()[name].kind
    match family(described):
        case "text":
            found: st.SearchStrategy[Any] = LETTERS
        case "choice":
            assert isinstance(described, Choice)
            found = st.sampled_from(["", *(code for code, _ in described.options)])
        case "flag":
            found = st.booleans()
        case "link":
            found = st.sampled_from([ME, TEAM, OTHER])
        case "tags":
            found = st.lists(LETTERS, max_size=3, unique=True)
        case "day":
            found = MOMENTS if isinstance(described, Moment) else DAYS
        case _:
            found = COUNTS.map(lambda n: described.from_wire(described.from_driver(n)))
    return st.none() | found


def operands(kind: str, name: str, op: str) -> st.SearchStrategy[Any]:
    """What an operator may be held against."""
    described = RECORDS[kind].fields()[name].kind
    of = family(described)
    if op in filtering.BARE:
        return st.none()
    if op in filtering.MANY:
        one = {
            "link": st.sampled_from(["me", "my_team", OTHER.hex]),
            "tags": LETTERS,
            "choice": st.sampled_from([code for code, _ in getattr(described, "options", ())] or ["x"]),
        }[of]
        return st.lists(one, max_size=3).map(tuple)
    if op == "in":
        return PERIODS
    scalar: st.SearchStrategy[Any] = {
        "text": LETTERS.filter(bool),
        "day": DAYS.map(date.isoformat),
        "number": COUNTS.map(described.from_driver),
    }[of]
    return st.tuples(scalar, scalar) if op == "between" else scalar


@st.composite
def leaves(draw: st.DrawFn, kind: str) -> Condition:
    name = draw(st.sampled_from(fields_of(kind)))
    op = draw(st.sampled_from(OPERATORS[family(RECORDS[kind].fields()[name].kind)]))
    return Condition(name, op, draw(operands(kind, name, op)))


def trees(kind: str) -> st.SearchStrategy[Filter]:
    return st.recursive(
        leaves(kind),
        lambda inner: st.builds(
            Group, st.sampled_from([ALL, ANY, NONE]), st.lists(inner, max_size=3).map(tuple)
        ),
        max_leaves=6,
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, Filter, list[dict[str, Any]]]:
    kind = draw(st.sampled_from(TYPES))
    tree = draw(trees(kind))
    used = sorted({each.field for each in filters.conditions(tree)})
    row = st.fixed_dictionaries({name: values(kind, name) for name in used})
    return kind, tree, draw(st.lists(row, min_size=1, max_size=6))


# The oracle: plain Python, written from the words of the operators and not from the compiler


def small(text: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def passes(kind: str, filter: Filter, row: dict[str, Any]) -> bool:
    if isinstance(filter, Group):
        found = [passes(kind, part, row) for part in filter.parts if says(part)]
        if filter.how == ALL:
            return all(found)
        if filter.how == ANY:
            return any(found) or not found
        return not any(found)  # and one that says nothing hides nothing
    described, value, op = RECORDS[kind].fields()[filter.field].kind, row[filter.field], filter.op
    if op in ("empty", "filled"):
        return (value in (None, "", [])) == (op == "empty")
    if op == "no":
        return value is not True
    opposite = {"lacks": "contains", "not": "is", "none_of": "one_of", "has_not": "has"}.get(op)
    if opposite:
        return not holds(described, opposite, filter.value, value)
    return holds(described, op, filter.value, value)


def says(part: Filter) -> bool:
    return isinstance(part, Condition) or any(map(says, part.parts))


def holds(described: Any, op: str, asked: Any, value: Any) -> bool:
    if value is None:
        return False
    match family(described):
        case "text":
            return text_holds(described, op, small(asked), small(value))
        case "flag":
            return bool(value)
        case "tags":
            return bool(set(asked) & set(value))
        case "choice":
            return value in asked
        case "link":
            meant = {"me": ME, "my_team": TEAM}
            return value in [meant[each] if each in meant else UUID(hex=each) for each in asked]
        case "day":
            day = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
            return day_holds(op, asked, day)
    return number_holds(op, [described.from_wire(each) for each in pair(asked)], value)


def pair(asked: Any) -> list[Any]:
    return list(asked) if isinstance(asked, tuple) else [asked]


def text_holds(described: Any, op: str, asked: str, value: str) -> bool:
    if op == "is":
        return asked == value
    digits = asked.replace(" ", "").replace("-", "")
    if isinstance(described, Phone) and digits:
        asked, value = digits, value.replace(" ", "").replace("-", "")
    return asked in value if op == "contains" else value.startswith(asked)


def day_holds(op: str, asked: Any, day: date) -> bool:
    if op == "in":
        first, last = filters.span(asked, TODAY)
        return (first is None or first <= day) and (last is None or day <= last)
    ends = [date.fromisoformat(each) for each in pair(asked)]
    return {
        "is": day == ends[0],
        "before": day < ends[0],
        "after": day > ends[0],
        "between": ends[0] <= day <= ends[-1],
    }[op]


def number_holds(op: str, asked: list[Any], value: Any) -> bool:
    return bool(
        {
            "is": value == asked[0],
            "more": value > asked[0],
            "least": value >= asked[0],
            "less": value < asked[0],
            "most": value <= asked[0],
            "between": asked[0] <= value <= asked[-1],
        }[op]
    )


def found_by_sql(store: Store, kind: str, filter: Filter, rows: list[dict[str, Any]]) -> list[int]:
    cls = RECORDS[kind]
    table = cls.table()
    ids = [new_id() for _ in rows]
    with store.engine.begin() as connection:
        connection.execute(delete(table))
        for record_id, row in zip(ids, rows, strict=True):
            connection.execute(insert(table).values(id=record_id, **row))
        found = set(connection.scalars(select(table.c.id).where(compiled(filter, cls, VIEWER))))
    return [place for place, record_id in enumerate(ids) if record_id in found]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_sql_finds_what_plain_python_finds(store: Store, case: tuple[str, Filter, list[Any]]) -> None:
    kind, filter, rows = case
    assert filters.from_json(json.loads(json.dumps(filters.to_json(filter)))) == filter
    expected = [place for place, row in enumerate(rows) if passes(kind, filter, row)]
    assert found_by_sql(store, kind, filter, rows) == expected


def test_an_oracle_that_is_wrong_would_be_seen(store: Store) -> None:
    rows = [{"grade": None}, {"grade": "vip"}, {"grade": ""}]
    one = Condition("grade", "none_of", ("vip",))
    assert found_by_sql(store, "customer", one, rows) == [0, 2]
    assert found_by_sql(store, "customer", Group(NONE, (one,)), rows) == [1]


@pytest.mark.parametrize(
    "condition",
    [
        Condition("nothing", "is", "x"),
        Condition("name", "more", "x"),
        Condition("name", "contains", ""),
        Condition("name", "empty", "x"),
        Condition("credit", "more", "12"),
        Condition("credit", "more", 2**63),
        Condition("next_on", "in", "some_day"),
        Condition("next_on", "in", "last:99999999"),
        Condition("next_on", "before", "0001-01-01"),
        Condition("next_on", "between", ("2026-01-01",)),
        Condition("owner_id", "one_of", ("nobody",)),
        Condition("grade", "one_of", "vip"),
        Condition("custom", "is", "x"),
    ],
)
def test_what_this_program_cannot_ask_is_left_out(condition: Condition) -> None:
    cls = RECORDS["customer"]
    assert not filtering.is_known(cls, condition)
    asked = every(condition, Condition("name", "contains", "x"))
    left = filters.kept(asked, lambda each: filtering.is_known(cls, each))
    assert left == every(Condition("name", "contains", "x"))


def test_a_group_of_nothing_that_is_known_hides_nothing(store: Store) -> None:
    odd = Group(ANY, (Condition("nothing", "is", "x"),))
    assert found_by_sql(store, "customer", every(odd), [{"name": "a"}]) == [0]
    assert compiled(EVERYTHING, RECORDS["customer"], VIEWER).compare(
        compiled(every(odd), RECORDS["customer"], VIEWER)
    )


def test_what_is_typed_is_bound_and_never_part_of_the_statement() -> None:
    nasty = "'; DROP TABLE customer; --"
    for op in ("contains", "is", "starts"):
        said = compiled(Condition("name", op, nasty), RECORDS["customer"], VIEWER)
        assert nasty.lower() not in str(said).lower()


def test_words_are_asked_of_the_index(store: Store) -> None:
    asked: list[tuple[str, str]] = []

    def find(kind: str, words: str) -> list[UUID]:
        asked.append((kind, words))
        return []

    viewer = Viewer(ME, None, TODAY, ZONE, find)
    compiled(Condition(filters.WORDS, "words", "xhjm"), RECORDS["customer"], viewer)
    assert asked == [("customer", "xhjm")]


def test_percent_is_held_against_what_the_column_holds(store: Store) -> None:
    rows = [{"probability": Decimal(50)}, {"probability": Decimal("50.5")}, {"probability": None}]
    assert found_by_sql(store, "opportunity", Condition("probability", "more", "50"), rows) == [1]
