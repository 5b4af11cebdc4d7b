"""Somebody looks over one's shoulder: names, amounts and words of customers become dots; stages stay."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from desktop.views.look import Look
from desktop.words import Message, verbatim

if TYPE_CHECKING:
    from desktop.views.cells import Cell

DOTS: Final = "\N{BULLET}" * 3
_COUNT: Final = (
    r"\d{0,6}"  # how many
    r"|\d{1,3}(,\d{3})+"
    r"|\d{1,4}[.,]\d"
    r"|\d+([.,]\d+)?\s?%"
    r"|\d{1,3}\s?/\s?\d{1,3}"
    r"|(\d{4}-\d{1,2}-\d{1,2})?[ T]?(\d{1,2}:\d{2}(:\d{2})?)?"  # which day, what time
)
"""What names no customer, is no telephone number, and no amount, which has its sign; seldom asked."""


def veiled(look: Look, cell: "Cell") -> "Cell":
    """What a cell shows while names and amounts are hidden."""
    if not look.private or cell.ring is not None or cell.icon is not None or cell.tone:
        return cell
    from desktop.views.cells import NOTHING  # the unlock window knows no cells

    if cell.text in ("", NOTHING):
        return cell
    avatar = (DOTS[0], cell.avatar[1], cell.avatar[2]) if cell.avatar is not None else None
    return replace(cell, text=DOTS, avatar=avatar, extras=(), mark="", tooltip="")


def veil(look: Look, words: Message) -> Message:
    """A name or a sentence while they are hidden."""
    return verbatim(DOTS) if look.private else words


def veil_text(look: Look, text: str) -> str:
    """A text while they are hidden; nothing stays nothing."""
    return DOTS if look.private and text else text


def veil_words(look: Look, words: Message) -> Message:
    """A sentence while they are hidden: what it says stays, also counts and days; what it names becomes dots.

    >>> [_veiled_value(each) for each in (12, "12", "1,204", "2026-11-22 09:30", "40 %", "3/10")]
    [12, '12', '1,204', '2026-11-22 09:30', '40 %', '3/10']
    >>> [_veiled_value(each) for each in ("Li", "138 1290 8866", "13812908866", "0512-6688", "+86 512")]
    ['•••', '•••', '•••', '•••', '•••']
    """
    return _veiled(words) if look.private else words


def _veiled(words: Message) -> Message:
    if words.context == "verbatim" and not words.values:
        return verbatim(DOTS)
    return replace(words, values={name: _veiled_value(each) for name, each in words.values.items()})


def _veiled_value(value: object) -> object:
    if isinstance(value, Message):
        return _veiled(value)
    return value if isinstance(value, int) or re.fullmatch(_COUNT, str(value)) else DOTS
