"""Texts lose what nobody can see, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.texts import cleaned


def test_control_characters_go_and_line_ends_stay() -> None:
    assert cleaned("a\0b\x1b[31m\x7f\ufffe") == "ab[31m"
    assert cleaned("一\r\n\t二\n") == "一\r\n\t二\n"
    assert cleaned("half \ud83d of a face") == "half \ufffd of a face"
    assert cleaned("𠮷 \u202e \u200d") == "𠮷 \u202e \u200d"


@given(st.text(st.characters(codec=None)))
def test_a_cleaned_text_can_be_kept_everywhere(text: str) -> None:
    assert "\0" not in cleaned(text).encode().decode()
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn"))))
def test_a_text_that_can_be_seen_is_not_touched(text: str) -> None:
    assert cleaned(text) == text
