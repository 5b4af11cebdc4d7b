"""Whom a comment names: `@沈清`, `@Lin Yiming`.

Floor: rules.
"""

import re
from collections.abc import Iterable


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
