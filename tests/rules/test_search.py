"""Tokens and questions of the search, and the order of what is found."""

import pytest

from desktop.rules import ranking, search
from desktop.rules.ranking import Candidate


def _candidate(
    *names: str, numbers: tuple[str, ...] = (), phones: tuple[str, ...] = (), place: int = 1
) -> Candidate:
    return Candidate(place, names, numbers, phones, 0)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ABC", "abc"),
        ("ＡＢＣ行囊", "abc行囊"),
        ("Namsé", "namse"),
        ("Über straße", "uber strasse"),
        ("", ""),
    ],
)
def test_text_is_compared_without_case_width_and_accents(text: str, folded: str) -> None:
    assert search.fold(text) == folded


def test_names_become_one_token_for_each_character_and_word() -> None:
    assert search.text_tokens(["行囊CRM", "SAT-75V 主机", ""]) == "行 囊 crm ¦ sat 75v 主 机 sat75v"


def test_numbers_are_there_whole_in_pieces_and_from_behind() -> None:
    assert search.number_tokens(["Q2611-0187"]).split() == [
        "q2611",
        "0187",
        "q26110187",
        "q26110187",
        "¬78101162q",
        "¦",
    ]
    assert search.number_tokens(["--", ""]) == ""


def test_sounds_hold_every_common_reading_and_leave_the_legal_form_out() -> None:
    tokens = search.sound_tokens(["上海行囊有限公司"]).split()
    assert tokens[:4] == ["§shang", "§hai", "§xing", "§nang"]
    assert {"·shxn", "·hxn", "·xn", "¶上", "¶行", "·s", "·x", "§hang", "·shhn"} <= set(tokens)
    assert "§gong" not in tokens
    assert search.sound_tokens(["Namse", "(x)", ""]).split() == ["¶n", "·n"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("行囊 科技", ["行囊", "科技"]), (" SAT-75V ", ["sat75v"]), ("+86 138 1290 8866", ["13812908866"]),
        ("...", []), ("0512-5277 1180", ["051252771180"]), ("88 66", ["88", "66"]),
    ],
)  # fmt: skip
def test_a_question_falls_into_words(typed: str, words: list[str]) -> None:
    assert search.terms(typed) == words


def test_a_letter_pasted_into_the_box_is_cut_short() -> None:
    words = search.terms("行" * 500 + " 囊" * 50)
    assert [len(word) for word in words] == [64, *[1] * 7]


def test_a_single_letter_never_becomes_a_prefix_over_all_words() -> None:
    assert "*" not in search.by_name(["x"])
    assert "*" not in search.by_name(["囊"])


def test_near_misses_are_asked_for_words_only() -> None:
    assert search.near_misses(["囊"]) == ""
    assert search.near_misses(["8866"]) == ""
    assert search.near_misses(["abc"]) == ""
    assert search.near_misses(["行馕"]) == 'sound : "§xing §nang"'
    assert 'sound : "§xing §nang"' in search.near_misses(["xingnagn"])


def test_a_name_answers_better_the_more_of_it_was_typed() -> None:
    names = ["行囊科技", "上海行囊科技有限公司", "行囊科技园", "大行囊科技"]
    scores = [ranking.best(["行囊科技"], _candidate(name), notes=False) for name in names]
    values = [found.score for found in scores if found]
    assert len(values) == 4
    assert values == sorted(values, reverse=True)


def test_reading_counts_more_than_hearing() -> None:
    read = ranking.best(["行囊"], _candidate("行囊科技"), notes=False)
    heard = ranking.best(["xingnang"], _candidate("行囊科技"), notes=False)
    assert read is not None
    assert heard is not None
    assert read.score > heard.score


def test_several_words_must_all_be_there_unless_notes_were_asked() -> None:
    candidate = _candidate("上海行囊科技", "林一鸣")
    found = ranking.best(["行囊", "yiming"], candidate, notes=False)
    assert found is not None
    assert found.matched == "上海行囊科技"
    assert ranking.best(["行囊", "空压机"], candidate, notes=False) is None
    noted = ranking.best(["行囊", "空压机"], candidate, notes=True)
    assert noted is not None
    assert ranking.IN_NOTES < noted.score < found.score
    assert ranking.best(["空压机"], candidate, notes=True) == (ranking.IN_NOTES, "")
    assert ranking.best(["空压机"], candidate, notes=False) is None


def test_letters_that_fit_nowhere_do_not_answer() -> None:
    assert ranking.best(["nangxing"], _candidate("上海行囊科技"), notes=False) is None
    assert ranking.best(["xingnangx"], _candidate("上海行囊"), notes=False) is None
    assert ranking.best(["zhongzz"], _candidate("中"), notes=False) is None


def test_a_telephone_answers_by_tail_head_and_whole_but_not_by_its_middle() -> None:
    candidate = _candidate("甲", phones=("0512-5277 1180 转 806",))
    values = [
        ranking.best([typed], candidate, notes=False) for typed in ("051252771180", "1180", "0512", "5277")
    ]
    assert [found and found.score for found in values] == [102.0, 88.0, 84.0, None]


def test_a_number_answers_whole_at_both_ends_and_inside() -> None:
    candidate = _candidate("甲", numbers=("Q2611-0187",))
    values = [
        ranking.best([typed], candidate, notes=False) for typed in ("q26110187", "0187", "q26", "6110", "99")
    ]
    assert [found and found.score for found in values] == [102.0, 82.0, 82.0, 60.0, None]


def test_a_near_miss_must_be_alike() -> None:
    assert ranking.alike(["xingnagn"], _candidate("上海行囊科技")) is not None
    assert ranking.alike(["行馕"], _candidate("上海行囊科技")) is not None
    assert ranking.alike(["compresor"], _candidate("Screw compressor")) is not None
    assert ranking.alike(["xingnagn"], _candidate("昆山明泰电子")) is None
    assert ranking.alike(["xingnagn"], _candidate("行")) is None


def test_between_equals_the_shorter_name_stands_first() -> None:
    long, short = _candidate("行囊科技有限公司", place=2), _candidate("行囊科技", place=1)
    found = ranking.Found(80.0, "")
    assert ranking.order([(found, long), (found, short)]) == [(found, short), (found, long)]
