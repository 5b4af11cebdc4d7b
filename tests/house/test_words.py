"""Every word has its Chinese, every Chinese is used, and every message can be collected."""

import ast
from pathlib import Path

import pytest

from desktop import words
from desktop.words import msg
from tests.house.sources import modules, named, tree
from tests.house.words import Word, problems, translations, used_words, words_in


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


def test_every_form_of_a_message_is_collected() -> None:
    source = """msg("Open"); msg("Open", "door"); msg("two " "parts"); f"{say(msg('inside'))}"; other("x")"""
    assert list(words_in(ast.parse(source))) == [
        Word("Open"),
        Word("Open", "door"),
        Word("two parts"),
        Word("inside"),
    ]


def test_a_message_falls_back_to_its_english() -> None:
    assert msg("Nobody translated {this}").of(this="x").in_language("zh") == "Nobody translated x"


def collectable(node: ast.Call, name: str) -> bool:
    """`msg` takes plain literals alone; `Message` is made by `words` alone."""
    if name == "Message":
        return False
    plain = all(isinstance(argument, ast.Constant) for argument in node.args)
    return name != "msg" or (plain and not node.keywords and 1 <= len(node.args) <= 2)


def test_a_compiled_catalogue_that_is_cut_off_or_none_is_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "zh_CN" / "LC_MESSAGES" / "one.po"
    source.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    source.write_text(f'{head}\nmsgctxt "paper"\nmsgid "Quote"\nmsgstr "报价"\n', encoding="utf-8")
    whole = words._compiled(source)  # noqa: SLF001
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    for file in (b"", b"PK", whole[:7], whole[:24], whole[:60], whole[:-3], bytes(400), whole):
        source.with_suffix(".mo").write_bytes(file)
        found = words._catalogue.__wrapped__("zh")  # noqa: SLF001
        assert found == {b"paper\x04Quote": "报价".encode()}, file
