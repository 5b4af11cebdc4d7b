"""Whom a comment names: `@沈清`, `@Lin Yiming`.

Floor: rules.
"""

import re
from collections.abc import Iterable
from typing import Final

from desktop.rules import ordering, pinyin

_BEGUN: Final = re.compile(r"(?<![\w.])@([^\s@]{0,20}(?: [^\s@]{0,20})?)$")


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Those of the colleagues' names that stand behind an @, the longest first where one begins another.

    >>> mentioned("@沈清 please, and @Lin Yiming; not a@b.c", ["沈清", "Lin", "Lin Yiming", "b"])
    ['Lin Yiming', '沈清']
    """
    found = set()
    known = sorted({name for name in names if name}, key=len, reverse=True)
    for match in re.finditer(r"(?<![\w.])@", text):
        rest = text[match.end() :].casefold()
        name = next((name for name in known if rest.startswith(name.casefold())), "")
        found.add(name)
    return sorted(found - {""})


def begun(before: str) -> str | None:
    """What is typed so far of a name behind an @ that stands before the cursor; None where there is none.

    >>> begun("ask @shen"), begun("@"), begun("a@b.c"), begun("@Lin Yi"), begun("@Lin Yiming and")
    ('shen', '', None, 'Lin Yi', None)
    """
    found = _BEGUN.search(before)
    return found[1] if found else None


def fitting(typed: str, names: Iterable[str]) -> list[str]:
    """The names that go on like this: by their characters, their sound or their initials.

    >>> fitting("sq", ["沈清", "林一鸣", "Sq Tan"]), fitting("lin", ["沈清", "林一鸣"])
    (['沈清', 'Sq Tan'], ['林一鸣'])
    """
    wanted = typed.casefold()
    ways = {
        name: (name.casefold(), "".join(pinyin.spell(name, person=True)).casefold(), pinyin.initials(name))
        for name in names
        if name
    }
    found = [name for name, forms in ways.items() if any(form.startswith(wanted) for form in forms)]
    return sorted(found, key=lambda name: ordering.key(name, person=True))
