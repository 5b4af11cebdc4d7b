"""Document numbers: unique by construction, and a slip of the pen is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from desktop.errors import Refused
from desktop.rules.numbering import (
    DocumentNumber,
    check_character,
    early_code,
    parse_number,
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
numbers = st.builds(
    DocumentNumber,
    st.sampled_from(["SQ", "HT"]),
    st.integers(2026, 2099),
    st.integers(1, 2_000_000),
    st.sampled_from(["", "7K3", "ABC", "0F1E2D3C"]),
)


def test_leased_and_own_numbers_look_as_agreed() -> None:
    assert str(DocumentNumber("SQ", 2026, 4217)) == "SQ-26-004217-R"
    assert str(DocumentNumber("SQ", 2026, 31, "7K3")) == "SQ-26-7K3-0031-V"


@given(numbers)
def test_a_number_reads_back(number: DocumentNumber) -> None:
    assert parse_number(str(number)) == number


@given(st.text(ALPHABET, min_size=1, max_size=20))
def test_the_check_character_is_the_standard_one(text: str) -> None:
    assert check_character(text) == mod_37_36.calc_check_digit(text)


@given(numbers, st.data())
def test_one_wrong_character_is_always_noticed(number: DocumentNumber, data: st.DataObject) -> None:
    text = str(number)
    place = data.draw(st.sampled_from([i for i, character in enumerate(text) if character != "-"]))
    other = data.draw(st.sampled_from(ALPHABET.replace(text[place], "")))

    with pytest.raises(Refused):
        parse_number(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["sq-26-004217-r", "ＳＱ－26－004217－Ｒ", " SQ–26—004217−R "])
def test_people_may_type_small_letters_full_width_and_long_dashes(text: str) -> None:
    assert parse_number(text) == DocumentNumber("SQ", 2026, 4217)


@pytest.mark.parametrize("text", ["", "SQ-26-4217-R", "SQ-2026-004217-R", "004217", "SQ-26-7K-0031-V"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not a document number"):
        parse_number(text)


def test_a_mistyped_number_says_so() -> None:
    with pytest.raises(Refused, match="mistyped"):
        parse_number("SQ-26-004271-R")


def test_a_number_cannot_be_made_wrong() -> None:
    with pytest.raises(Refused, match="not a document number"):
        DocumentNumber("quote", 2026, 1)


def test_a_device_that_no_office_knows_uses_eight_characters_of_its_id() -> None:
    code = early_code(bytes.fromhex("0193a5b2c4d57e6f8a9b0c1d2e3f4a5b"))

    assert code == "2E3F4A5B"
    assert parse_number(str(DocumentNumber("SQ", 2026, 1, code))).device == code
