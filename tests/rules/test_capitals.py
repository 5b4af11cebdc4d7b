"""人民币大写, read back by a reader of our own and compared with cn2an where cn2an is right."""

import cn2an
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.rules.capitals import capitals

CASES = [
    (140950, "壹仟肆佰零玖元伍角"),
    (1640902, "壹万陆仟肆佰零玖元零贰分"),
    (32504, "叁佰贰拾伍元零肆分"),
    (600714, "陆仟零柒元壹角肆分"),
    (10700053, "壹拾万柒仟元零伍角叁分"),
    (168032, "壹仟陆佰捌拾元零叁角贰分"),
    (36900000, "叁拾陆万玖仟元整"),
    (0, "零元整"),
    (5, "伍分"),
    (50, "伍角"),
    (53, "伍角叁分"),
    (1001, "壹拾元零壹分"),
    (1010, "壹拾元零壹角"),
    (100000000000, "壹拾亿元整"),
    (1000100010010, "壹佰亿零壹佰万零壹佰元零壹角"),
    (100000000000000, "壹万亿元整"),
    (-1250, "负壹拾贰元伍角"),
]


@pytest.mark.parametrize(("fen", "words"), CASES)
def test_an_amount_is_said_as_on_a_bank_paper(fen: int, words: str) -> None:
    assert capitals(fen) == f"人民币{words}"


def test_another_prefix_and_an_amount_beyond_words() -> None:
    assert capitals(100, prefix="") == "壹元整"
    assert len(capitals(10**18 - 1)) > 30
    with pytest.raises(Refused, match="too large"):
        capitals(10**18)


DIGITS = {character: place for place, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """The fen that the words say."""
    text = words.removeprefix("人民币")
    side = -1 if text.startswith("负") else 1
    yuan, found, rest = text.removeprefix("负").rpartition("元")
    fen = read_whole(yuan) * 100 if found else 0
    digit = 0
    for character in rest.removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            fen += digit * (10 if character == "角" else 1)
    return side * fen


def read_whole(text: str) -> int:
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        head, found, rest = text.rpartition(sign)
        if found:
            return read_whole(head) * size + read_whole(rest)
    total = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            total, digit = total + digit * UNITS[character], 0
    return total + digit


amounts = st.one_of(
    st.integers(-(10**17), 10**18 - 1),
    st.integers(0, 10**6),
    st.lists(st.sampled_from("0001259"), min_size=1, max_size=17).map(lambda digits: int("".join(digits))),
)


@given(amounts)
def test_the_words_read_back_as_the_amount(fen: int) -> None:
    assert read_back(capitals(fen)) == fen


@given(amounts)
def test_zeros_are_read_once_and_never_stand_at_an_end(fen: int) -> None:
    words = capitals(fen)

    assert "零零" not in words
    assert fen == 0 or not any(wrong in words for wrong in ("零元", "零万", "零亿", "币零", "零整", "零角"))
    assert words.endswith("整") == (fen % 100 == 0)


@given(st.one_of(st.integers(1, 10**7), st.integers(1, 10**13)))
def test_whole_yuan_agree_with_another_program(yuan: int) -> None:
    """cn2an is right for whole amounts below a trillion; with 角 and 分 it leaves out a 零."""
    assume(yuan < 10**12)

    assert capitals(yuan * 100, prefix="") == cn2an.an2cn(yuan, "rmb")
