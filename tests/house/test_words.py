"""Every word has its Chinese, every Chinese is used, and every message can be collected."""

import ast
from pathlib import Path

from desktop.words import msg
from tests.house.sources import modules, named, tree
from tests.house.words import KEYWORDS, Word, problems, translations, used_words


def test_every_word_is_said_in_both_languages() -> None:
    assert problems(used_words(), list(translations())) == []


def test_each_thing_that_can_be_wrong_with_a_word_is_found() -> None:
    used = {
        Word("Quote"): {"a.py"},
        Word("{n} left"): {"a.py"},
        Word("Save"): {"b.py"},
        Word("Tax"): {"b.py"},
    }
    known = [
        ("one.po", Word("Quote"), "报价"),
        ("two.po", Word("Quote"), "报价单"),
        ("one.po", Word("{n} left"), "还剩 {m} 个"),
        ("one.po", Word("Gone"), "没了"),
        ("one.po", Word("Tax"), ""),
    ]
    assert problems(used, known) == [
        'two.po: "Quote" is also said as 报价',
        'one.po: "{n} left" and 还剩 {m} 个 have different places to fill',
        'one.po: "Gone" is used nowhere',
        'b.py: "Save" has no Chinese',
        'b.py: "Tax" has no Chinese',
    ]


def test_messages_are_written_so_that_they_can_be_collected() -> None:
    loose = [
        f"{named(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if path.name != "words.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and not collectable(node, node.func.id)
    ]
    assert loose == []


def test_context_tells_two_meanings_apart(tmp_path: Path) -> None:
    source = tmp_path / "sample.py"
    source.write_text('msg("Open"); msg("Open", "door"); msg("two " "parts")', encoding="utf-8")
    from babel.messages.extract import extract_from_dir

    found = {(text, context) for _, _, text, _, context in extract_from_dir(tmp_path, keywords=KEYWORDS)}
    assert found == {("Open", None), ("Open", "door"), ("two parts", None)}


def test_a_message_falls_back_to_its_english() -> None:
    assert msg("Nobody translated {this}").of(this="x").in_language("zh") == "Nobody translated x"


def collectable(node: ast.Call, name: str) -> bool:
    """`msg` takes plain literals alone; `Message` is made by `words` alone."""
    if name == "Message":
        return False
    plain = all(isinstance(argument, ast.Constant) for argument in node.args)
    return name != "msg" or (plain and not node.keywords and 1 <= len(node.args) <= 2)
