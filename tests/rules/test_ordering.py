"""What Chinese, Latin and numbered names are sorted by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import ordering
from desktop.rules.ordering import key


def test_people_sort_as_in_a_telephone_book() -> None:
    people = ["张伟", "单晓明", "安然", "曾国", "李雷", "沈倩", ""]
    ordered = sorted(people, key=lambda name: key(name, person=True))
    assert ordered == ["", "安然", "李雷", "单晓明", "沈倩", "曾国", "张伟"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("2号楼", "10号楼"),
        ("客户 9", "客户 10"),
        ("No 007", "No 12"),
        ("３号", "12号"),
        ("阿里", "Beta"),
        ("Apple", "百度"),
        ("安", "安徽"),
        ("张安", "张伟"),
        ("张卫", "章安"),
        ("“北京”贸易", "贝壳"),
        ("重庆机械", "重型机械"),
        ("长沙", "成都"),
        ("élan", "Elba"),
        ("", "0"),
    ],
)
def test_this_stands_before_that(first: str, then: str) -> None:
    assert key(first) < key(then)


def test_the_same_character_stands_together() -> None:
    names = ["章平", "张平", "章安", "张安", "彰武"]
    ordered = sorted(names, key=key)
    assert [name[0] for name in ordered] == sorted(name[0] for name in names)


@given(st.text(max_size=80), st.booleans())
def test_any_text_has_a_key_that_the_database_can_keep(text: str, person: bool) -> None:
    found = key(text, person=person)
    assert len(found) <= ordering.LONGEST * 10
    assert found == key(text, person=person)
