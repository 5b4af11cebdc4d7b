"""Places in a list as text: a new place between any two, so that a move changes one row."""

from typing import Final

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE: Final = len(_DIGITS)


def between(before: str, after: str) -> str:
    """A rank after `before` and before `after`; an empty text means the beginning or the end.

    >>> between("", "")
    'i'
    >>> between("i", "j")
    'ii'
    """
    if after and before >= after:
        raise ValueError(f"{before!r} does not come before {after!r}")
    rank = ""
    place = 0
    while True:
        low = _DIGITS.index(before[place]) if place < len(before) else 0
        high = _DIGITS.index(after[place]) if place < len(after) else _BASE
        if high - low > 1:
            return rank + _DIGITS[(low + high) // 2]
        rank += _DIGITS[low]
        if high > low:
            after = ""
        place += 1


def following(last: str) -> str:
    """A rank after `last` that leaves room and stays short when rows are added at the end."""
    if not last:
        return _text(_BASE**3 // 1000, 4)
    head = last[:4].ljust(4, "0")
    value = 0
    for digit in head:
        value = value * _BASE + _DIGITS.index(digit)
    value += _BASE
    return _text(value, 4) if value < _BASE**4 else between(last, "")


def _text(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, rest = divmod(value, _BASE)
        digits = _DIGITS[rest] + digits
    # a rank never ends in the lowest digit, so that there is always room before it
    return digits[:-1] + "1" if digits.endswith("0") else digits
