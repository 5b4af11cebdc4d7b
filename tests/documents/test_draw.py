"""How numbers, texts and colours become the operators of a PDF."""

import pytest

from desktop.documents import fonts
from desktop.documents.draw import _ESCAPED, filling, number
from desktop.documents.preview import opened
from desktop.documents.quote import quote_pdf
from tests.documents import sample


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0001, "0"),
        (1.5, "1.5"),
        (-2.0004, "-2"),
        (1234.5678, "1234.568"),
        (100, "100"),
        (0.1, "0.1"),
    ],
)
def test_numbers_are_short_and_never_a_power(value: float, written: str) -> None:
    assert number(value) == written


def test_no_byte_ends_a_string_or_stands_for_another() -> None:
    assert b"a(b)c\\\x80".decode("latin-1").translate(_ESCAPED) == r"a\050b\051c\134\200"
    assert len(set(_ESCAPED.values())) == 256


def test_colours_are_those_of_the_tokens() -> None:
    assert filling("#FF0080") == "1 0 0.502 rg"


def test_what_was_remembered_of_a_font_changes_no_paper() -> None:
    snapshot, other = sample.quote(), sample.contract()["quote"]
    first = quote_pdf(snapshot)
    quote_pdf(other)
    assert quote_pdf(snapshot) == first
    with opened(first) as document:
        assert document[0].get_textpage().get_text_range().strip()


def test_characters_that_no_face_prints_are_named() -> None:
    assert fonts.missing("星河 75 kW\n") == []
    assert fonts.missing("a\x07b") == ["\x07"]
    assert fonts.missing("\U0010ffff x \U0010ffff") == ["\U0010ffff"]
