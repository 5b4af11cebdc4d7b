"""Telephone numbers: one form to compare by, and what was typed to show."""

import pytest

from desktop.rules import phones


@pytest.mark.parametrize(
    ("typed", "number", "extension", "digits"),
    [
        ("138 1290 8866", "+8613812908866", "", "13812908866"),
        ("+86 138-1290-8866", "+8613812908866", "", "13812908866"),
        ("008613812908866", "+8613812908866", "", "13812908866"),
        ("８６１３８１２９０８８６６", "+8613812908866", "", "13812908866"),
        ("0512-5277 1180 转 806", "+8651252771180", "806", "51252771180"),
        ("0512-52771180分机806", "+8651252771180", "806", "51252771180"),
        ("(021) 6888 8866 ext. 12", "+862168888866", "12", "2168888866"),
        ("02168888866#5", "+862168888866", "5", "2168888866"),
        ("+1 650 253 0000", "+16502530000", "", "16502530000"),
        ("400-820-8820", "+864008208820", "", "4008208820"),
        ("138 0616 227", "", "", "1380616227"),
        ("转 806", "", "", "806"),
        ("abc", "", "", ""),
        ("", "", "", ""),
        ("1", "", "", "1"),
        ("+999 123", "", "", "999123"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str, extension: str, digits: str) -> None:
    phone = phones.normalise(typed)
    assert (phone.typed, phone.number, phone.extension) == (typed, number, extension)
    assert phone.digits == digits


def test_another_region_reads_by_its_own_plan() -> None:
    assert phones.normalise("020 7946 0018", "GB").number == "+442079460018"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("138 1290 8866", "13812908866"), ("+86 13812908866", "13812908866"),
        ("0512-52771180 转 806", "051252771180"),
        ("８８６６", "8866"), ("转 806", "806"), ("12#3", "123"), ("8620", "8620"),
    ],
)  # fmt: skip
def test_bare_digits_lose_extension_and_country(typed: str, digits: str) -> None:
    assert phones.plain(typed) == digits


def test_a_cell_may_hold_several_numbers() -> None:
    found = phones.several("13812908866/0512-52771180、13912345566")
    assert [phone.number for phone in found] == ["+8613812908866", "+8651252771180", "+8613912345566"]
    assert [phone.number for phone in phones.several("13812908866,13912345566")] == [
        "+8613812908866",
        "+8613912345566",
    ]
    assert phones.several(" ") == []


def test_two_spellings_are_the_same_telephone() -> None:
    assert phones.same("0512-52771180", "+86 512 5277 1180")
    assert not phones.same("0512-52771180 转 1", "0512-52771180 转 2")
    assert not phones.same("", "")


def test_only_a_mobile_number_is_shown_in_groups() -> None:
    assert phones.grouped("13812908866") == "138 1290 8866"
    assert phones.grouped("0512-52771180") == "0512-52771180"
    assert phones.grouped("13812908866转5") == "13812908866转5"
    assert phones.normalise("13812908866").is_mobile
    assert not phones.normalise("+1 650 253 0000").is_mobile


def test_a_missing_digit_is_noticed() -> None:
    assert phones.is_plausible("138 0616 2270")
    assert not phones.is_plausible("138 0616 227")
