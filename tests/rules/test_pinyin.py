"""How Chinese sounds: readings by word and by surname, sort order, and the splitting of typed letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules import pinyin


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("上海行囊科技", "shang hai xing nang ke ji"), ("重庆", "chong qing"), ("重型", "zhong xing"),
        ("中国银行", "zhong guo yin hang"), ("长沙", "chang sha"), ("六安", "lu an"),
        ("厦门大厦", "xia men da sha"),
        ("音乐", "yin yue"), ("成都", "cheng du"), ("模具", "mu ju"), ("绿源", "lv yuan"), ("区", "qu"),
        ("蚌埠", "beng bu"), ("台州", "tai zhou"), ("SAT螺杆", "s a t luo gan"), ("", ""),
    ],
)  # fmt: skip
def test_a_character_reads_as_its_word_says(text: str, syllables: str) -> None:
    assert " ".join(pinyin.spell(text)) == syllables


@pytest.mark.parametrize(
    ("surname", "reading"),
    [
        ("单", "shan"),
        ("曾", "zeng"),
        ("仇", "qiu"),
        ("解", "xie"),
        ("朴", "piao"),
        ("查", "zha"),
        ("区", "ou"),
    ],
)
def test_a_surname_reads_as_a_surname(surname: str, reading: str) -> None:
    assert pinyin.spell(f"{surname}晓明", person=True)[0] == reading


def test_a_double_surname_keeps_its_own_reading() -> None:
    assert pinyin.spell("尉迟恭", person=True) == ("yu", "chi", "gong")
    assert pinyin.spell("单于", person=True) == ("chan", "yu")
    assert pinyin.spell("王伟", person=True) == ("wang", "wei")


def test_full_and_initials_leave_signs_out() -> None:
    assert pinyin.full("行囊(SAT-75V)") == "xingnangsat75v"
    assert pinyin.initials("上海 行囊") == "shxn"
    assert pinyin.initials("TCL王牌") == "tclwp"


def test_other_readings_come_one_at_a_time() -> None:
    assert list(pinyin.alternatives("重庆")) == [("zhong", "qing")]
    assert set(pinyin.alternatives("乐行")) == {("yue", "xing"), ("le", "hang")}
    assert list(pinyin.alternatives("科技")) == []


def test_readings_of_what_has_none_are_empty() -> None:
    assert pinyin.readings("a") == ()
    assert pinyin.readings("囊") == ("nang",)
    assert pinyin.readings("行") == ("xing", "hang")
    assert pinyin.readings("\U0002a700") == ()  # a character so rare that nobody noted its sound
    assert pinyin.is_han("囊")
    assert not pinyin.is_han("の")


@pytest.mark.parametrize(
    ("letters", "parts"),
    [
        ("xingnang", "xing nang"), ("xnkj", "x n k j"), ("xingna", "xing na"), ("xnkeji", "x n ke ji"),
        ("xian", "xian"), ("zhangsan", "zhang san"), ("xingnangk", "xing nang k"), ("shxn", "sh x n"),
        ("xingzho", "xing zho"), ("a", "a"),
    ],
)  # fmt: skip
def test_typed_letters_split_into_the_likeliest_syllables(letters: str, parts: str) -> None:
    assert " ".join(pinyin.segment(letters)[0]) == parts


def test_every_likely_way_to_split_is_offered() -> None:
    assert ("xi", "an") in pinyin.segment("xian")
    assert ("fang", "an") in pinyin.segment("fangan")
    assert ("fan", "gan") in pinyin.segment("fangan")


@pytest.mark.parametrize("letters", ["", "vvv", "ui", "i", "xu8"])
def test_what_no_syllable_begins_with_cannot_be_split(letters: str) -> None:
    assert pinyin.segment(letters) == []


def test_letters_are_completed_to_whole_syllables() -> None:
    assert pinyin.completions("nan") == ("nan", "nang")
    assert pinyin.completions("zh") == ()
    assert pinyin.completions("vi") == ()


@given(st.lists(st.sampled_from(sorted(pinyin.SYLLABLES)), min_size=1, max_size=5))
def test_a_split_loses_no_letter(syllables: list[str]) -> None:
    letters = "".join(syllables)
    ways = pinyin.segment(letters)
    assert ways
    assert all("".join(way) == letters for way in ways)


@given(st.text(max_size=12))
def test_any_text_has_one_item_for_each_character(text: str) -> None:
    assert len(pinyin.spell(text)) == len(text)
    assert len(pinyin.spell(text, person=True)) == len(text)
