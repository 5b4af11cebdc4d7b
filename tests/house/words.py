"""The words of the product: every `msg()` of the code and its Chinese, merged into one catalogue."""

import argparse
import ast
import string
import sys
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.house.sources import ROOT, modules, named, tree

CHINESE: Final = ROOT / "resources/locale/zh_CN/LC_MESSAGES"
MERGED: Final = "satchel.po"
HEADER: Final = """\
# The Chinese of Satchel. `python3 dev.py words` collects the English from the code and merges this file.
msgid ""
msgstr ""
"Project-Id-Version: Satchel\\n"
"Language: zh_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


class Word(NamedTuple):
    """What gettext looks a message up by."""

    text: str
    context: str = ""

    def __str__(self) -> str:
        return f'"{self.text}"' + (f" ({self.context})" if self.context else "")


def main() -> int:
    """Merge, or only check, or only compile."""
    parser = argparse.ArgumentParser(prog="dev.py words", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if anything is missing")
    parser.add_argument("--compile", action="store_true", help="only write the .mo files that a start reads")
    chosen = parser.parse_args()
    if chosen.compile:
        compile_catalogues()
        return 0
    found = problems(used_words(), list(translations()))
    sys.stderr.writelines(f"{sentence}\n" for sentence in found)
    if chosen.check:
        return 1 if found else 0
    merge(used_words(), {word: chinese for _, word, chinese in reversed(list(translations())) if chinese})
    print(f"{len(used_words())} messages, {len(found)} to look at")
    return 0


def used_words() -> dict[Word, set[str]]:
    """Every message of the program, with the files that use it."""
    words: dict[Word, set[str]] = {}
    for path in modules():
        for word in words_in(tree(path)):
            words.setdefault(word, set()).add(named(path))
    return words


def words_in(module: ast.Module) -> Iterator[Word]:
    """Every `msg("text")` and `msg("text", "context")`, also inside an f-string."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "msg":
            given = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if given and len(given) == len(node.args):
                yield Word(*map(str, given))


def translations() -> Iterator[tuple[str, Word, str]]:
    """File, message and Chinese of every entry in every catalogue."""
    for source in sorted(CHINESE.glob("*.po")):
        with source.open(encoding="utf-8") as file:
            catalogue = read_po(file)
        for entry in catalogue:
            if entry.id and isinstance(entry.id, str) and isinstance(entry.string, str):
                yield source.name, Word(entry.id, entry.context or ""), "" if entry.fuzzy else entry.string


def problems(used: Mapping[Word, set[str]], known: list[tuple[str, Word, str]]) -> list[str]:
    """One sentence for each word that is missing, left over, said twice, or has other places to fill."""
    chinese: dict[Word, str] = {}
    found = []
    for file, word, text in known:
        if word not in used:
            found.append(f"{file}: {word} is used nowhere")
        elif chinese.setdefault(word, text) != text:
            found.append(f"{file}: {word} is also said as {chinese[word]}")
        elif text and places(text) != places(word.text):
            found.append(f"{file}: {word} and {text} have different places to fill")
    missing = [word for word in used if not chinese.get(word)]
    return found + [f"{', '.join(sorted(used[word]))}: {word} has no Chinese" for word in missing]


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def merge(used: Mapping[Word, set[str]], chinese: Mapping[Word, str]) -> None:
    """One sorted catalogue of all that is used; the parts that went into it are removed."""
    catalogue = Catalog(locale="zh_CN", fuzzy=False)
    for word in sorted(used):
        catalogue.add(
            word.text,
            chinese.get(word, ""),
            locations=[(file, 0) for file in sorted(used[word])],
            context=word.context or None,
        )
    with (CHINESE / MERGED).open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, catalogue, omit_header=True, include_lineno=False, width=110)
    for part in CHINESE.glob("*.po"):
        if part.name != MERGED:
            part.unlink()
    compile_catalogues()


def compile_catalogues() -> None:
    """The binary form, so that a start needs nothing but the standard library to read its words."""
    for source in CHINESE.glob("*.po"):
        with source.open(encoding="utf-8") as text, source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, read_po(text))
    for leftover in CHINESE.glob("*.mo"):
        if not leftover.with_suffix(".po").exists():
            leftover.unlink()


if __name__ == "__main__":
    sys.exit(main())
