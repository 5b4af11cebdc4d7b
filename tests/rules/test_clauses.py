"""Clauses: what is put into places, and a difference from which both texts can be read back."""

import itertools
import random

import pytest

from desktop.rules import clauses
from desktop.rules.clauses import OURS, SAME, STANDARD, Piece, Wording, deviations, difference

WORDS = (
    *(
        "供方",
        "需方",
        "交货",
        "质保期",
        "12",
        " 个月",
        "{days}",
        "{price}",
        "。",
        "，",
        "5 %",
        "\n",
        "within",
    ),
    *(" ", "the", "contract", "𠮷", "0.05 %", "{", "}", "{0}", "1,000.00"),
)


def text(chance: random.Random, longest: int = 30) -> str:
    return "".join(chance.choices(WORDS, k=chance.randrange(longest)))


def changed(chance: random.Random, said: str) -> str:
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(said) + 1)
        said = said[:at] + text(chance, 4) + said[at + chance.randrange(4) :]
    return said


@pytest.mark.parametrize("seeds", [range(400)])
def test_both_texts_can_be_read_back_from_their_difference(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        standard = text(chance)
        ours = changed(chance, standard) if seed % 2 else text(chance)
        pieces = difference(standard, ours)
        assert "".join(one.text for one in pieces if one.kind != OURS) == standard
        assert "".join(one.text for one in pieces if one.kind != STANDARD) == ours
        assert all(one.text for one in pieces)
        assert (standard == ours) == all(one.kind == SAME for one in pieces)
        kinds = [one.kind for one in pieces]
        assert all(one != following for one, following in itertools.pairwise(kinds))


@pytest.mark.parametrize("seeds", [range(200)])
def test_filling_in_pieces_is_filling_in_the_text(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        said = text(chance)
        values = {
            name: chance.choice(("", "{price}", "3 日", "¥1")) for name in ("days", "price") if seed % 3
        }
        pieces = clauses.with_values([Piece(SAME, said)], values)
        assert "".join(one.text for one in pieces) == clauses.filled(said, values)
        opened = {one.place for one in pieces if one.open}
        assert opened == set(clauses.unfilled([said], values))


def test_a_long_text_that_was_written_anew_takes_no_time() -> None:
    old, new = "甲" * 8000, "乙" * 8000
    assert [one.kind for one in difference(old, new)] == [STANDARD, OURS]
    assert [one.kind for one in difference(old, old)] == [SAME]


def test_a_figure_and_a_place_change_as_a_whole() -> None:
    pieces = difference("每日 0.05 % 的违约金 {warranty_months} 个月", "每日 0.03 % 的违约金 {months} 个月")
    assert [(one.kind, one.text) for one in pieces if one.kind != SAME] == [
        (STANDARD, "0.05 %"),
        (OURS, "0.03 %"),
        (STANDARD, "{warranty_months}"),
        (OURS, "{months}"),
    ]


def test_only_the_standard_wording_does_not_deviate() -> None:
    standard = Wording("付款", "Payment", "先付款。", "Pay first.")
    assert not clauses.deviates(standard, Wording(*standard.texts))
    assert clauses.deviates(standard, Wording("付款", "Payment", "先付款。", "Pay later."))
    assert clauses.deviates(None, standard)


@pytest.mark.parametrize("seeds", [range(200)])
def test_as_few_clauses_as_possible_are_called_moved(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        usual = [(code, code.upper(), False) for code in "abcdefgh"]
        order = list("abcdefgh")
        moves = chance.randrange(3)
        for _ in range(moves):
            order.insert(chance.randrange(8), order.pop(chance.randrange(8)))
        gone = order.pop() if seed % 5 == 0 else ""
        found = deviations(usual, [(code, code.upper(), False, False) for code in order])
        assert sum(one.kind == "moved" for one in found) <= moves
        left = [code for code in order if code not in {one.code for one in found if one.kind == "moved"}]
        assert left == sorted(left)
        assert [one.code for one in found if one.kind == "removed"] == ([gone] if gone else [])
