"""What paper looks like: sizes in points and inks, read from the design tokens and written nowhere else."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from desktop.rules.templates import MILLIMETRES
from desktop.words import RESOURCES

MM: Final = 72 / 25.4
A4: Final = (210 * MM, 297 * MM)


@dataclass(frozen=True, slots=True)
class Type:
    """A size and the distance between two baselines, in points."""

    size: float
    leading: float

    def scaled(self, factor: float) -> "Type":
        """The same type in another size, such as the second language at 78 %."""
        return Type(self.size * factor, self.leading * factor)


@dataclass(frozen=True, slots=True)
class Paper:
    """Every measure that the composers use; see `paper` in `resources/themes/tokens.json`."""

    left: float
    right: float
    top: float
    bottom: float
    title: Type
    company: Type
    total: Type
    heading: Type
    party: Type
    body: Type
    term: Type
    figure: Type
    small: Type
    footer: Type
    second: float
    columns: dict[str, float]
    qr: float
    rule: float
    hair: float
    accent_rule: float
    ink: str
    ink_2: str
    ink_3: str
    line: str
    edge: str
    accent: str
    accent_deep: str
    accent_ink: str
    accent_line: str
    accent_soft: str
    on_accent: str
    band: str
    signature: str
    watermark_alpha: float

    @property
    def width(self) -> float:
        """From the left margin to the right one."""
        return self.right - self.left


_worn: ContextVar[Paper | None] = ContextVar("worn", default=None)


def paper() -> Paper:
    """The paper that the tokens describe, or within `wearing` that of a template."""
    return _worn.get() or _plain()


def look_of(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the template of a document came to when it was pinned; empty for the built-in one."""
    found: Mapping[str, Any] = (snapshot.get("template") or {}).get("look") or {}
    return found


@contextmanager
def wearing(look: Mapping[str, Any]) -> Iterator[None]:
    """Compose and read paper with a template's accent and margins; an empty look is the built-in one."""
    if not look:
        yield
        return
    token = _worn.set(_dressed(look.get("accent") or "", look.get("margins") or "normal"))
    try:
        yield
    finally:
        _worn.reset(token)


@lru_cache(maxsize=16)
def _dressed(accent: str, margins: str) -> Paper:
    page, side = _plain(), MILLIMETRES[margins] * MM
    page = replace(page, left=side, right=A4[0] - side)
    if not accent:
        return page
    deep = _mixed(accent, "#000000", 0.24)
    return replace(
        page,
        accent=accent,
        accent_deep=deep,
        accent_ink=deep,
        accent_line=_mixed(accent, "#FFFFFF", 0.66),
        accent_soft=_mixed(accent, "#FFFFFF", 0.9),
    )


def _mixed(colour: str, other: str, share: float) -> str:
    """A colour with so much of another one in it."""
    parts = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02X}" for one, two in parts)


@lru_cache(maxsize=1)
def _plain() -> Paper:
    tokens = json.loads((RESOURCES / "themes" / "tokens.json").read_text(encoding="utf-8"))
    return _paper(tokens["paper"], tokens["colour"]["light"])


def _paper(sheet: dict[str, Any], colour: dict[str, Any]) -> Paper:
    margin = {side: size * MM for side, size in sheet["margin_mm"].items()}
    body, small = Type(*sheet["body_pt"]), Type(*sheet["small_pt"])
    company, total = Type(*sheet["company_pt"]), Type(*sheet["total_pt"])
    return Paper(
        left=margin["left"],
        right=A4[0] - margin["right"],
        top=margin["top"],
        bottom=A4[1] - margin["bottom"],
        title=Type(*sheet["title_pt"]),
        company=company,
        total=total,
        heading=body.scaled(1.05),
        party=company.scaled(0.87),
        body=body,
        term=Type((body.size * 2 + small.size) / 3, body.leading),
        figure=Type((body.size + small.size) / 2, body.leading),
        small=small,
        footer=Type(*sheet["footer_pt"]),
        second=sheet["second_language"],
        columns={name: size * MM for name, size in sheet["table_mm"].items() if name != "name"},
        qr=sheet["qr_mm"] * MM,
        rule=0.8,
        hair=0.5,
        accent_rule=sheet["rule_accent_pt"],
        ink=sheet["ink"],
        ink_2=sheet["ink_2"],
        ink_3=sheet["ink_3"],
        line=sheet["hairline"],
        edge=colour["line_strong"],
        accent=colour["accent"],
        accent_deep=colour["accent_pressed"],
        accent_ink=colour["accent_ink"],
        accent_line=colour["accent_line"],
        accent_soft=colour["accent_soft"],
        on_accent=colour["on_accent"],
        band=colour["ground"],
        signature=colour["signature"],
        watermark_alpha=0.045,
    )
