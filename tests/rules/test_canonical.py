"""One form of a value: the same bytes everywhere, and nothing that has two of them."""

import pytest

from desktop.rules.canonical import canonical, content_hash


def test_keys_are_sorted_and_chinese_is_itself() -> None:
    assert canonical({"b": [1, None, True], "a": "客户"}) == '{"a":"客户","b":[1,null,true]}'.encode()
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    assert len(content_hash({})) == 64


@pytest.mark.parametrize("value", [1.5, {"a": [{"b": 0.0}]}, ({"a": 1.0},)])
def test_a_float_has_no_form(value: object) -> None:
    with pytest.raises(TypeError, match="float"):
        canonical(value)


def test_a_key_is_text() -> None:
    with pytest.raises(TypeError, match="must be text"):
        canonical({"a": {1: "b"}})
