"""Random paragraphs as offers have them, and what may be wrong with their lines."""

import random
from itertools import pairwise

from desktop.documents.fonts import is_wide, width
from desktop.documents.typography import NOT_AT_END, NOT_AT_START, units

_CHINESE = (
    "压缩空气系统设计供货安装维保验收合格后五日内支付质量保证期自双方签字之起二十四个月主机冷冻式干燥过滤器"
)
_LATIN = (
    "SAT-75V",
    "kW",
    "m³/min",
    "DN80",
    "MPa",
    "PLC",
    "RS-485",
    "compressor",
    "warranty",
    "e-mail",
    "mailto:abc",
)
_PAIRS = ("（）", "《》", "“”", "「」", "()", "[]", "【】", "‘’")
_CLOSE = "，。；：！？、,.;:!?"


def paragraph(seed: int) -> str:
    """A paragraph of mixed Chinese and Latin text with all kinds of marks."""
    dice = random.Random(seed)
    return "".join(_piece(dice) for _ in range(dice.randint(4, 40)))


def _piece(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.5:
        text = "".join(dice.choices(_CHINESE, k=dice.randint(1, 12)))
    elif kind < 0.65:
        text = f" {dice.choice(_LATIN)} "
    elif kind < 0.8:
        before, after = dice.choice(("", " ", "¥", "约 ", "€")), dice.choice(("", " %", "%", " 元", "℃", "°"))
        text = f"{before}{dice.randint(0, 99999):,}{after}"
    elif kind < 0.9:
        left, right = dice.choice(_PAIRS)
        text = f"{left}{_piece(dice)}{right}"
    else:
        text = dice.choice(("——", "……", " — ", "…", "/", " "))
    return text + dice.choice(("", "", "", dice.choice(_CLOSE), " "))


def faults(text: str, lines: tuple[str, ...], room: float, size: float) -> list[str]:
    """Everything wrong with `lines` as the lines of `text`."""
    endless = any(width(unit.strip()) * size > room for unit in units(text))
    found = [f"too wide: {line}" for line in lines if width(line) * size > room + 1e-6]
    if "".join(text.split()) != "".join("".join(lines).split()):
        found.append("text lost")
    for line, following in pairwise(lines):
        if following[:1] in NOT_AT_START:
            found.append(f"starts with {following[0]}")
        if line[-1:] in NOT_AT_END:
            found.append(f"ends with {line[-1]}")
        if line and following and not is_wide(line[-1]) and not is_wide(following[0]):
            found += [] if endless else _cut(text, line, following)
    return found


def _cut(text: str, line: str, following: str) -> list[str]:
    """A Latin word is cut where no space stood between the two lines."""
    joined = line[-6:] + following[:6]
    dash = line[-1] in "—…" or following[0] in "—…"
    return [f"cut: {joined}"] if joined in text and not dash else []
