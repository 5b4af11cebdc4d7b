"""Payment schedules: `3-6-1`, or a step a line as people write them; laptop and office ask the same."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from desktop.errors import Refused
from desktop.rules.money import allocate, number, printed, to_minor
from desktop.words import msg

Step = dict[str, str]
MOST: Final = 50
LONGEST: Final = 1000
"""Characters of a name, or of when it is due."""
_KEYS: Final = frozenset({"name", "name_en", "percent", "due", "due_en"})
_PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,8})?")
_SHORT: Final = re.compile(r"\d{1,3}(?:\s*[-/:：比、, ]\s*\d{1,3})+")
_FIGURE: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WAYS: Final = (
    re.compile(rf"({_FIGURE})\s*[%％]()"),
    re.compile(rf"[¥￥$€]\s*({_FIGURE})\s*(万?)"),
    re.compile(rf"({_FIGURE})\s*(万元|万|元)"),
    re.compile(rf"(?:^|(?<=\s))({_FIGURE})()(?=\s|$)"),
)
"""A figure with its sign is taken before one without."""
_DAYS: Final = re.compile(r"(\d{1,4})\s*(?:天|日|days?|d)", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NAMES: Final = {
    "预付款": "Down payment",
    "定金": "Deposit",
    "进度款": "Progress payment",
    "发货款": "Before shipment",
    "到货款": "On delivery",
    "验收款": "On acceptance",
    "尾款": "Balance",
    "质保金": "Retention",
    "全款": "Full payment",
}
_RETENTION: Final = 10
NOT_WHOLE: Final = msg("The payment steps must add up to 100 %")
_NO_FIGURE: Final = msg("Say how much each payment step is: 30 % or an amount; one may be the rest.")
_UNFIT: Final = msg("“{step}” is no payment step: a name, 30 % or an amount, and when it is due.")
_NO_TOTAL: Final = msg("Amounts need a total above zero; say percentages.")
_OVER: Final = msg("The payment steps come to more than the total.")


def check(value: Any) -> None:
    """Raises Refused unless this is a schedule: steps with names, due when, and percentages that make 100."""
    if not isinstance(value, list) or len(value) > MOST:
        raise Refused(_NO_FIGURE, field="milestones")
    for step in value:
        if not isinstance(step, dict):
            raise Refused(_NO_FIGURE, field="milestones")
        for text in step.values():
            if not isinstance(text, str) or len(text) > LONGEST:
                raise Refused(_UNFIT.of(step=str(text)[:40]), field="milestones")
        if not _PERCENT.fullmatch(step.get("percent", "")):
            raise Refused(_NO_FIGURE, field="milestones")
    if value and sum(Decimal(step["percent"]) for step in value) != 100:
        raise Refused(NOT_WHOLE, field="milestones")


def read(text: str, now: Sequence[Mapping[str, Any]] = (), payable: int = 0, digits: int = 2) -> list[Step]:
    """The schedule that was typed; nothing for nothing. Raises Refused.

    A short form keeps names and dates where there are as many steps as `now`. An amount becomes the
    percentage that comes to exactly it of `payable` (minor units).

    >>> [(step["name"], step["percent"]) for step in read("3-6-1")]
    [('预付款', '30'), ('发货款', '60'), ('质保金', '10')]
    >>> read("Deposit 30% 7 days; Balance")[1]["percent"]
    '70'
    """
    rows = [row.strip() for row in re.split(r"[\n;；]", text) if row.strip()]
    if not rows:
        return []
    if len(rows) == 1 and _SHORT.fullmatch(rows[0]):
        made = _short([int(part) for part in re.findall(r"\d+", rows[0])], now)
    else:
        made = _long(rows, payable, digits)
    check(made)
    return made


def written(steps: Iterable[Mapping[str, Any]]) -> str:
    """A schedule as it is typed, one step a line.

    >>> written(read("3-7"))
    '预付款 / Down payment 30%\\n尾款 / Balance 70%'
    """
    lines = []
    for step in steps:
        name = " / ".join(filter(None, (step.get("name"), step.get("name_en"))))
        due = " / ".join(filter(None, (step.get("due"), step.get("due_en"))))
        lines.append(" ".join(filter(None, (name, f"{step['percent']}%", due))))
    return "\n".join(lines)


def brief(steps: Sequence[Mapping[str, Any]]) -> str:
    """The percentages alone: 30-60-10."""
    return "-".join(number(Decimal(str(step["percent"]))) for step in steps)


def amounts(steps: Sequence[Mapping[str, Any]], payable: int, digits: int) -> list[str]:
    """What each step comes to, as it is printed."""
    return [
        printed(each, digits) for each in _shares([Decimal(str(one["percent"])) for one in steps], payable)
    ]


def _shares(percents: Sequence[Decimal], payable: int) -> list[int]:
    places = max((-int(each.as_tuple().exponent) for each in percents), default=0)
    return allocate(payable, [int(each.scaleb(max(places, 0))) for each in percents])


def _short(parts: Sequence[int], now: Sequence[Mapping[str, Any]]) -> list[Step]:
    scale = 10 if sum(parts) == 10 else 1
    if sum(parts) * scale != 100 or not all(parts):
        raise Refused(NOT_WHOLE, field="milestones")
    percents = [str(part * scale) for part in parts]
    if len(now) == len(percents):
        return [{**_kept(step), "percent": each} for step, each in zip(now, percents, strict=True)]
    names = _usual(len(parts), parts[-1] * scale)
    return [_step(name, each, "") for name, each in zip(names, percents, strict=True)]


def _kept(step: Mapping[str, Any]) -> Step:
    return {key: str(text) for key, text in step.items() if key in _KEYS}


def _usual(count: int, last: int) -> list[str]:
    end = "质保金" if count > 2 and last <= _RETENTION else "尾款"
    return {
        1: ["全款"],
        2: ["预付款", end],
        3: ["预付款", "发货款", end],
    }.get(count, ["预付款", *["进度款"] * (count - 3), "发货款", end])


def _long(rows: Sequence[str], payable: int, digits: int) -> list[Step]:
    found = [_row(row) for row in rows]
    rest = [place for place, (_, figure, _, _) in enumerate(found) if figure is None]
    if len(rest) > 1:
        raise Refused(_NO_FIGURE, field="milestones")
    percents = _percents([(figure, kind) for _, figure, kind, _ in found], payable, digits)
    return [_step(name, number(each), due) for (name, _, _, due), each in zip(found, percents, strict=True)]


def _percents(figures: Sequence[tuple[Decimal | None, str]], payable: int, digits: int) -> list[Decimal]:
    """The percentages; where amounts were said, with as many decimals as bring exactly these amounts."""
    wanted = {
        place: to_minor(figure, digits)
        for place, (figure, kind) in enumerate(figures)
        if figure is not None and kind == "amount"
    }
    if not wanted:
        return _filled([figure for figure, _ in figures])
    if payable <= 0:
        raise Refused(_NO_TOTAL, field="milestones")
    exact = sum(wanted.values()) == payable and len(wanted) == len(figures)
    for places in range(2, 9):
        tried = [
            (Decimal(wanted[place] * 100) / payable).quantize(Decimal(1).scaleb(-places))
            if place in wanted
            else figure
            for place, (figure, _) in enumerate(figures)
        ]
        if exact:
            tried[-1] = None
        made = _filled(tried)
        shares = _shares(made, payable)
        if all(shares[place] == amount for place, amount in wanted.items()):
            return made
    raise Refused(NOT_WHOLE, field="milestones")


def _filled(percents: Sequence[Decimal | None]) -> list[Decimal]:
    left = Decimal(100) - sum(each for each in percents if each is not None)
    if left < 0 or (left == 0 and None in percents):
        raise Refused(_OVER, field="milestones")
    return [left if each is None else each for each in percents]


def _row(row: str) -> tuple[str, Decimal | None, str, str]:
    """Name, figure, whether it is a percentage or an amount, when it is due."""
    for way in _WAYS:
        match = way.search(row)
        if match is None:
            continue
        figure = Decimal(match[1].replace(",", "")) * (10_000 if "万" in match[2] else 1)
        bare = way is _WAYS[-1]
        kind = "percent" if way is _WAYS[0] or (bare and figure <= 100) else "amount"
        name, due = row[: match.start()].strip(" ,，:："), row[match.end() :].strip(" ,，:：")
        if not figure or not (name or due):
            raise Refused(_UNFIT.of(step=row[:40]), field="milestones")
        return name or due, figure, kind, due if name else ""
    name, _, due = row.partition(" ")
    return (name, None, "", due.strip()) if "/" not in row else (row, None, "", "")


def _step(name: str, percent: str, due: str) -> Step:
    first, second = _languages(name)
    first = first or next((zh for zh, en in _NAMES.items() if en.lower() == second.lower()), "")
    second = second or _NAMES.get(first, "")
    on, by = _due(due)
    told = {"name": first, "name_en": second, "percent": percent, "due": on, "due_en": by}
    return {key: text for key, text in told.items() if text}


def _languages(text: str) -> tuple[str, str]:
    """Chinese and English of what was typed, with a stroke between them where it is both."""
    first, stroke, second = (part.strip() for part in text.partition(" / "))
    if stroke:
        return first, second
    return (text, "") if _HAN.search(text) else ("", text)


def _due(text: str) -> tuple[str, str]:
    """When it is due: days and dates in both languages, other words as they are."""
    text = text.strip("()（） ")
    if match := _DAYS.fullmatch(text):
        return f"{match[1]} 天内", f"within {match[1]} days"
    if match := _DATE.fullmatch(text):
        day = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
        return f"{day} 前", f"by {day}"
    return _languages(text) if text else ("", "")
