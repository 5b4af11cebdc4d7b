"""Somebody looks over one's shoulder: names, amounts and words of customers become dots; stages stay."""

from dataclasses import replace
from typing import Final

from desktop.views.cells import NOTHING, Cell
from desktop.views.look import Look
from desktop.words import Message, verbatim

DOTS: Final = "\N{BULLET}" * 3


def veiled(look: Look, cell: Cell) -> Cell:
    """What a cell shows while names and amounts are hidden."""
    if not look.private or cell.ring is not None or cell.icon is not None or cell.tone == "accent":
        return cell
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
