"""A person saves over what they saw: where it is no longer so, mine, current and original are told apart.

A command that is given `seen` values saves what nobody else touched, and raises `Clashed` for the rest. Texts
come together line by line, sets element by element; only what both changed is asked about.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Conflict
from desktop.models import further
from desktop.models.kinds import Amount, Link
from desktop.models.overlay import merged_set
from desktop.models.record import RECORDS, Field, Record
from desktop.models.records import Adjustment, QuoteLine
from desktop.models.store import Store, Work
from desktop.rules import money
from desktop.rules.threeway import Agreed, Overlap, merge_lines
from desktop.services import history
from desktop.services.naming import called, currency_of
from desktop.words import Message, msg

Values = Mapping[str, Any]
Side = Literal["mine", "current", "both"]
MOST_LINES: Final = 2000
"""Longer texts are not compared line by line: the time to do so grows with the square of their length."""
NOTHING: Final = "\N{EM DASH}"
_LONGEST_SAID: Final = 60


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that changed while a person typed: what they saw, what it is now and what they typed."""

    field: str
    original: Any
    current: Any
    mine: Any
    who: str = ""
    at: datetime | None = None
    titles: Mapping[UUID, Message] = dataclasses.field(default_factory=dict)
    """What linked records are called."""
    currency: str = ""
    """What an amount is counted in."""
    sign: str = ""
    """What stands with a plain number, such as % behind a discount or the sign of a currency before it."""
    text: bool = False
    """Whether it is a text of lines, of which only some may clash."""

    def shown(self, cls: type[Record], value: Any, language: str) -> str:
        """One of the three values as a person reads it."""
        shown = in_words(cls.fields()[self.field], value, self.titles, language, self.currency)
        if not self.sign or not shown:
            return shown
        return f"{shown} %" if self.sign == "%" else f"{self.sign}{shown}"

    def pieces(self) -> list[Agreed | Overlap]:
        """A text in stretches that stand and stretches that both changed: `one` is current, `other` mine."""
        sides = [
            str(text or "").split("\n") if text else [] for text in (self.original, self.current, self.mine)
        ]
        if max(len(lines) for lines in sides) > MOST_LINES:
            return [Overlap(*(tuple(lines) for lines in sides))]
        return list(merge_lines(*sides))

    def value(self, side: Side) -> Any:
        """What is saved for a choice; of a text, the lines that only one side changed come along."""
        if side == "current":
            return self.current
        if not self.text:
            return self.mine
        lines: list[str] = []
        for piece in self.pieces():
            if isinstance(piece, Agreed):
                lines += piece.lines
            else:
                lines += (*piece.one, *piece.other) if side == "both" else piece.other
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Said(Message):
    """One value of a clash, in the language of whoever reads it."""

    clash: Clash | None = None
    cls: type[Record] = Record
    side: str = ""

    def in_language(self, language: str) -> str:
        if self.clash is None:
            return ""
        shown = self.clash.shown(self.cls, getattr(self.clash, self.side), language).replace("\n", " ")
        return (shown[:_LONGEST_SAID] + "…" if len(shown) > _LONGEST_SAID else shown) or NOTHING


class Clashed(Conflict):
    """Some fields were changed since they were seen; whatever else was typed is saved."""

    def __init__(
        self, type_name: str, record: UUID, clashes: tuple[Clash, ...], saved: Iterable[str]
    ) -> None:
        cls = RECORDS[type_name]
        fields = cls.fields()
        sides = {side: _Said("", clash=clashes[0], cls=cls, side=side) for side in ("current", "mine")}
        one = msg("“{field}” was changed meanwhile: it is {current} now, you typed {mine}.")
        more = msg("“{field}” and {count} more were changed meanwhile; choose between the values.")
        said = one if len(clashes) == 1 else more
        super().__init__(said.of(field=fields[clashes[0].field].label, count=len(clashes) - 1, **sides))
        self.type, self.record, self.clashes, self.saved = type_name, record, clashes, tuple(saved)
        self.facts = {
            "saved": sorted(self.saved),
            "clashes": [
                {
                    "field": clash.field,
                    "mine": wire(fields[clash.field], clash.mine),
                    "current": wire(fields[clash.field], clash.current),
                    "original": wire(fields[clash.field], clash.original),
                    "who": clash.who,
                    "at": clash.at.isoformat() if clash.at else None,
                }
                for clash in clashes
            ],
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What of a command is held back: it clashes with what the record holds now."""

    cls: type[Record]
    record: UUID
    clashing: tuple[Clash, ...]
    nothing_else: bool


def hold_back(work: Work, target: Record | None, arguments: dict[str, Any], seen: Values) -> Held | None:
    """Leave in `arguments` only the values that clash with nothing; what is held back, or None."""
    if "values" not in arguments:
        return _held_discount(work, target, arguments, seen) if target is not None else None
    line = arguments.get("line_id")
    record = work.get(QuoteLine, line) if line is not None else target
    if record is None:
        return None
    arguments["values"], clashing = split(type(record), record, arguments["values"], seen)
    return Held(type(record), record.id, clashing, not arguments["values"]) if clashing else None


def _held_discount(work: Work, quote: Record, arguments: Values, seen: Values) -> Held | None:
    """A discount is seen as its value on a line or on the whole, whether or not there is one yet."""
    line, kind, value = arguments.get("line_id"), arguments.get("kind", "percent"), arguments.get("value")
    present = work.session.scalars(
        select(Adjustment).where(
            Adjustment.revision_id == getattr(quote, "revision_id", None),
            Adjustment.line_id == line if line else Adjustment.line_id.is_(None),
            Adjustment.kind == kind,
            Adjustment.deleted_at.is_(None),
        )
    ).first()
    wanted = None if value == 0 and kind != "target" else value
    _, clashing = split(Adjustment, present, {"value": wanted}, seen)
    sign = "%" if kind == "percent" else money.symbol(currency_of(quote))
    clashing = tuple(dataclasses.replace(clash, sign=sign) for clash in clashing)
    return Held(Adjustment, present.id if present else quote.id, clashing, True) if clashing else None


def split(
    cls: type[Record], record: Record | None, values: Values, seen: Values
) -> tuple[dict[str, Any], tuple[Clash, ...]]:
    """What may be saved at once, and what clashes; sets come together by element, texts by line."""
    fields = cls.fields()
    free: dict[str, Any] = {}
    clashing: list[Clash] = []
    for name, mine in values.items():
        current = getattr(record, name, None)
        if name not in seen or name not in fields or _same(fields[name], current, seen[name], mine):
            free[name] = mine
        elif fields[name].merge == "set":
            free[name] = merged_set(current, seen[name], mine)
        else:
            clash = Clash(name, seen[name], current, mine, text=fields[name].merge == "text")
            if clash.text and all(isinstance(piece, Agreed) for piece in clash.pieces()):
                free[name] = clash.value("mine")
            else:
                clashing.append(clash)
    return free, tuple(clashing)


def _same(described: Field, current: Any, seen: Any, mine: Any) -> bool:
    """Whether it is as it was seen, or already as it was typed; nothing and an empty text are alike."""
    now = wire(described, current)
    return now in (wire(described, seen), wire(described, mine))


def wire(described: Field, value: Any) -> Any:
    """A value to compare by; nothing and an empty text are alike."""
    return None if value in (None, "", [], {}) else described.kind.to_wire(value)


def in_words(
    described: Field, value: Any, titles: Mapping[UUID, Message], language: str, currency: str = ""
) -> str:
    """A value as a person reads it: a link is the title of what it leads to, an amount has its sign."""
    if isinstance(described.kind, Link) and value in titles:
        return titles[value].in_language(language)
    shown = further.in_words(value) if described.name == "custom" else described.kind.format(value, language)
    if currency and shown and isinstance(described.kind, Amount):
        minus, digits = (shown[0], shown[1:]) if shown[0] in "-\N{MINUS SIGN}" else ("", shown)
        return f"{minus}{money.symbol(currency)}{digits}"
    return shown


def titles_of(store: Store, wanted: Iterable[tuple[Field, Any]]) -> dict[UUID, Message]:
    """The titles of the records that these values lead to."""
    ids: dict[str, set[UUID]] = {}
    for described, value in wanted:
        if isinstance(described.kind, Link) and described.kind.to in RECORDS and value is not None:
            ids.setdefault(described.kind.to, set()).add(value)
    found: dict[UUID, Message] = {}
    with store.reading() as session:
        for kind, keys in ids.items():
            cls = RECORDS[kind]
            listed: Sequence[UUID] = sorted(keys)
            for start in range(0, len(listed), 500):
                part = select(cls).where(cls.id.in_(listed[start : start + 500]))
                found.update((record.id, called(record)) for record in session.scalars(part))
    return found


def clashed(store: Store, held: Held, saved: Iterable[str]) -> Clashed:
    """The refusal that carries the three values of each clashing field, who made the current one and when."""
    fields = held.cls.fields()
    values = (
        (fields[one.field], each) for one in held.clashing for each in (one.original, one.current, one.mine)
    )
    titles = titles_of(store, values)
    with store.reading() as session:
        currency = currency_of(session.get(held.cls, held.record))
    found = []
    for clash in held.clashing:
        last = next(iter(history.history(store, held.cls, held.record, clash.field)), None)
        who, at = (last.who, last.at) if last else ("", None)
        found.append(dataclasses.replace(clash, titles=titles, currency=currency, who=who, at=at))
    return Clashed(held.cls.__tablename__, held.record, tuple(found), saved)
