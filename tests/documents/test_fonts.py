"""Which face prints what, and that nothing is printed as an empty box."""

import pytest

from desktop.documents.fonts import STRONG, check_text, missing, plain, runs, width
from desktop.errors import Refused


def test_a_rare_name_is_printed_from_the_second_font() -> None:
    assert [(run.face, run.text) for run in runs("𠮷野家", False)] == [
        ("HanaMinRare", "𠮷"),
        ("NotoSansSC-Regular", "野家"),
    ]


def test_polish_greek_and_russian_names_are_printed() -> None:
    assert missing("Łódź, Čeština, Ελλάδα, Москва, Việt Nam, ₫ ₹") == []


def test_the_marks_of_english_text_are_narrow_and_those_of_chinese_are_wide() -> None:
    assert width("“a”") < 2 * width("a") + 0.6
    assert width("“中”") == 3
    assert [run.face for run in runs("it’s", STRONG)] == [
        "NotoSansSC-SemiBold",
        "SourceSans3-SemiBold",
        "NotoSansSC-SemiBold",
    ]


def test_a_multiplication_sign_between_figures_is_narrow_in_chinese_text() -> None:
    assert [run.face for run in runs("截面 4×50 平方", False)][1] == "SourceSans3-Regular"


def test_an_unknown_character_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refusal:
        check_text("阀门 ꙮ 一只")
    assert "“ꙮ” (U+A66E)" in str(refusal.value)
    assert "无法打印" in refusal.value.message.in_language("zh")


def test_a_control_character_is_refused() -> None:
    assert missing("a\x07b") == ["\x07"]


def test_invisible_characters_are_dropped_and_accents_composed() -> None:
    assert plain("e\u0301\u200b\ufeff a\tb\r\nc") == "é a b\nc"


def test_a_compatibility_ideograph_stays_the_character_it_is() -> None:
    assert plain("神\ufa19") == "神\ufa19"
    assert missing("\ufa19") == []


def test_figures_are_tabular_and_the_minus_is_as_wide_as_a_digit() -> None:
    assert len({width(digit) for digit in "0123456789−"}) == 1
