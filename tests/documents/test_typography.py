"""The line breaker: no fault in any paragraph, no text lost, and the words of each rule."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.documents.fonts import width
from desktop.documents.typography import lines_of, units
from tests.documents.paragraphs import faults, paragraph


def test_no_fault_in_a_thousand_paragraphs() -> None:
    for seed in range(1000):
        text, room = paragraph(seed), 180.0 + seed % 7 * 45
        assert faults(text, lines_of(text, room, 9.0), room, 9.0) == [], f"seed {seed}: {text}"


@given(st.text(alphabet="压缩空气，。（）“” ab1.%¥—…\n", max_size=80), st.floats(30.0, 300.0))
def test_any_text_comes_back_whole_and_no_line_is_too_wide(text: str, room: float) -> None:
    lines = lines_of(text, room, 9.0)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) * 9.0 <= room + 1e-6 for line in lines)


@given(st.text(max_size=60))
def test_units_are_the_text(text: str) -> None:
    assert "".join(units(text)) == text


def test_a_mark_stays_with_the_word_before_it() -> None:
    room = width("压缩空气系统") * 9
    assert lines_of("压缩空气系统，设计", room, 9.0) == ("压缩空气系", "统，设计")


def test_an_opening_bracket_goes_with_what_it_opens() -> None:
    room = width("压缩空气系（") * 9
    assert lines_of("压缩空气系（统）", room, 9.0) == ("压缩空气系", "（统）")


def test_a_latin_word_is_never_cut() -> None:
    assert lines_of("two-stage compressor", width("two-stage comp") * 9, 9.0) == ("two-stage", "compressor")


def test_a_number_stays_with_its_percent_sign() -> None:
    assert lines_of("折扣为 5 %", width("折扣为 5 ") * 9, 9.0) == ("折扣为", "5 %")


def test_the_groups_of_an_account_number_stay_together() -> None:
    text = "账号为 3205 0198 8066"
    assert lines_of(text, width("账号为 3205 0198") * 9, 9.0) == ("账号为", "3205 0198 8066")


def test_a_word_wider_than_the_line_is_cut_rather_than_lost() -> None:
    lines = lines_of("a" * 200, 100.0, 9.0)
    assert len(lines) > 5
    assert "".join(lines) == "a" * 200


def test_a_line_break_in_the_text_stays_one() -> None:
    assert lines_of("甲\n\n乙", 100.0, 9.0) == ("甲", "", "乙")


def test_a_dash_of_two_ems_is_not_torn() -> None:
    room = width("压缩空气—") * 9
    assert lines_of("压缩空气——设计", room, 9.0)[0] == "压缩空"
