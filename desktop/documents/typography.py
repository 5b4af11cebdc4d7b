"""Lines of mixed Chinese and Latin text: no forbidden mark at a line's start or end, no Latin word cut."""

from functools import lru_cache
from typing import Final

from desktop.documents.fonts import CHANGING, TEXT, is_wide, plain, width

NOT_AT_START: Final = frozenset(
    "，。、；：？！）》」』】〕〉〗〙〛’”…—～·％‰℃℉°′″々ー．｝］｠｣､｡･,.;:?!)]}%/»›"
)
NOT_AT_END: Final = frozenset("（《「『【〔〈〖〘〚‘“([{«‹￥¥$€£＄￡｛［｟｢№#")
_TOGETHER: Final = frozenset("…—")
_STRAIGHT: Final = frozenset("\"'")


@lru_cache(maxsize=32768)
def lines_of(text: str, room: float, size: float, strong: bool = TEXT) -> tuple[str, ...]:
    """`text` broken into lines no wider than `room` points at `size` points.

    A line break in the text stays one. Only spaces at a break are dropped. A unit that is wider than the room
    (an endless word) is cut where it must be.
    """
    limit = room / size
    found: list[str] = []
    for paragraph in plain(text).split("\n"):
        found.extend(_broken(paragraph, limit, strong))
    return tuple(found)


def _broken(paragraph: str, limit: float, strong: bool) -> list[str]:
    if width(paragraph, strong) <= limit:
        return [paragraph.strip(" ")]
    lines: list[str] = []
    line, used = "", 0.0
    whole = not CHANGING.isdisjoint(paragraph)
    for unit in _fitting(units(paragraph), limit, strong):
        bare = unit.rstrip(" ")
        needed = width(line + bare, strong) if whole else used + width(bare, strong)
        if line and needed > limit:
            lines.append(line.rstrip(" "))
            line, used, unit = "", 0.0, unit.lstrip(" ")
        line += unit
        used += width(unit, strong)
    if line.strip(" ") or not lines:
        lines.append(line.strip(" "))
    return lines


def units(paragraph: str) -> list[str]:
    """The pieces between which a line may break; each ends with its own spaces; joined they are the text."""
    found: list[str] = []
    start = 0
    for place in range(1, len(paragraph)):
        if _may_break(paragraph, place):
            found.append(paragraph[start:place])
            start = place
    found.append(paragraph[start:])
    return found


def _may_break(text: str, place: int) -> bool:
    """Whether a line may end before `text[place]`."""
    after = text[place]
    if after == " ":
        return False
    before = text[:place].rstrip(" ")[-1:] if text[place - 1] == " " else text[place - 1]
    if not before or "\u00a0" in (before, after):
        return False
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if before.isdigit() and after.isdigit() and text[place - 2 : place] == f"{before} ":
        return False
    if _STRAIGHT & {text[place - 1], after}:
        return text[place - 1] == " "
    return text[place - 1] == " " or is_wide(after) or is_wide(before) or before in _TOGETHER


def _fitting(pieces: list[str], limit: float, strong: bool) -> list[str]:
    """The same pieces, with those that no line can hold cut into ones that fit."""
    if all(width(piece.strip(" "), strong) <= limit for piece in pieces):
        return pieces
    found: list[str] = []
    for piece in pieces:
        rest = piece
        while width(rest.strip(" "), strong) > limit and len(rest) > 1:
            cut = _longest(rest, limit, strong)
            found.append(rest[:cut])
            rest = rest[cut:]
        found.append(rest)
    return found


def _longest(text: str, limit: float, strong: bool) -> int:
    """How many characters of `text` fit, cut where a rule is kept if there is such a place; at least one."""
    whole = not CHANGING.isdisjoint(text)
    used, fits = 0.0, 0
    for place, character in enumerate(text, 1):
        used = width(text[:place], strong) if whole else used + width(character, strong)
        if used > limit and fits:
            break
        fits += 1
    fits = min(fits, len(text) - 1)
    lawful = [place for place in range(fits, 0, -1) if _is_lawful(text, place)]
    apart = (place for place in lawful if not (text[place - 1].isalnum() and text[place].isalnum()))
    return next(apart, lawful[0] if lawful else max(fits, 1))


def _is_lawful(text: str, place: int) -> bool:
    before = text[:place].rstrip(" ")[-1:]
    return text[place] not in NOT_AT_START and text[place] != " " and before not in NOT_AT_END
