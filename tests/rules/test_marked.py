"""What was typed is found in a name, so that it can be marked there."""

import pytest

from desktop.rules.marked import where


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("苏州星河精密机械", "星河", ["星河"]),
        ("苏州星河精密机械", "xhjm", ["星河精密"]),
        ("苏州星河精密机械", "xinghe", ["星河"]),
        ("苏州星河精密机械", "xingh", ["星河"]),
        ("苏州星河精密机械", "xh jx", ["星河", "机械"]),
        ("中山世纪", "zhshsj", ["中山世纪"]),
        ("Xinghe Precision", "PREC", ["Prec"]),
        ("ABB 机器人", "jqr", ["机器人"]),
        ("新建报价", "xjbj", ["新建报价"]),
        ("苏州星河", "q", []),
        ("Q2611-0187", "0187", ["0187"]),
        ("苏州", "suzhoux", []),
        ("", "x", []),
    ],
)
def test_what_was_typed_is_found_by_letters_sound_and_initials(
    text: str, typed: str, found: list[str]
) -> None:
    assert [text[begin:end] for begin, end in where(text, typed)] == found


def test_words_that_lie_in_each_other_are_one_mark() -> None:
    assert where("星河精密", "xh hj") == ((0, 3),)
