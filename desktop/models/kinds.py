"""Field kinds: each knows its column, its wire form, how a person types it and how it reads.

The wire form is what the change log, the sync protocol and exports carry: JSON scalars without floats.
The driver form is what SQLite holds; it is chosen so that pulled pages need almost no conversion.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Text
from sqlalchemy.types import TypeEngine

from desktop.errors import Refused
from desktop.models.columns import (
    DayColumn,
    IdColumn,
    JsonColumn,
    MomentColumn,
    ScaledColumn,
    json_text,
    moment_text,
    plain,
)
from desktop.rules import typed
from desktop.rules.texts import cleaned
from desktop.words import Message, msg

MERGES: Final = frozenset(
    {"critical", "soft", "parts", "set", "text", "ledger", "stage", "append", "derived", "server", "decision"}
)


def _no_float(text: str) -> float:
    raise ValueError(text)


class Kind:
    """What a field holds. Subclasses override what differs; text is the simplest kind."""

    merge: ClassVar[str] = "critical"
    numeric: ClassVar[bool] = False
    empty: ClassVar[Any] = None

    def column(self) -> TypeEngine[Any]:
        """The column type of the record's table."""
        return Text()

    def to_wire(self, value: Any) -> Any:
        """`value` as a JSON scalar or list."""
        return value

    def from_wire(self, wire: Any) -> Any:
        """The Python value of a wire form."""
        return wire

    def to_driver(self, wire: Any) -> Any:
        """The wire form as SQLite stores it; used where pages are written without the session."""
        return wire

    def from_driver(self, stored: Any) -> Any:
        """What SQLite stores, as a wire form."""
        return stored

    def parse(self, text: str) -> Any:
        """What a person typed, as a value. Raises Refused with the reason."""
        return text.strip()

    def format(self, value: Any, language: str) -> str:
        """The value as a person reads it in `language`; nothing is an empty text."""
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Short(Kind):
    """One line of text, at most `longest` characters."""

    longest: int = 400
    empty: ClassVar[Any] = ""

    def parse(self, text: str) -> str:
        value = " ".join(cleaned(text).split())
        if len(value) > self.longest:
            raise Refused(msg("This is too long; {most} characters fit.").of(most=self.longest))
        return value


@dataclass(frozen=True)
class Long(Kind):
    """Several lines of text; edits of different lines merge."""

    merge: ClassVar[str] = "text"
    empty: ClassVar[Any] = ""
    longest: int = 100_000

    def parse(self, text: str) -> str:
        value = cleaned(text).replace("\r\n", "\n").rstrip()
        if len(value) > self.longest:
            raise Refused(msg("This is too long; {most} characters fit.").of(most=self.longest))
        return value


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number."""

    numeric: ClassVar[bool] = True

    def column(self) -> TypeEngine[Any]:
        return BigInteger()

    def parse(self, text: str) -> int | None:
        value = _decimal(text)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise Refused(msg("A whole number is needed here, such as 12."))
        return int(value)


@dataclass(frozen=True)
class Amount(Kind):
    """Money in minor units (fen, cents); the currency stands beside it in the record."""

    digits: int = 2
    numeric: ClassVar[bool] = True

    def column(self) -> TypeEngine[Any]:
        return BigInteger()

    def parse(self, text: str) -> int | None:
        value = _decimal(text)
        if value is None:
            return None
        minor = value.scaleb(self.digits)
        if minor != minor.to_integral_value():
            raise Refused(msg("Money has at most {digits} decimals here.").of(digits=self.digits))
        return int(minor)

    def format(self, value: int | None, language: str) -> str:
        return "" if value is None else f"{Decimal(value).scaleb(-self.digits):,.{self.digits}f}"


@dataclass(frozen=True)
class Number(Kind):
    """An exact decimal with at most `places` decimals: quantities 4, unit prices 6, percents 4."""

    places: int = 4
    numeric: ClassVar[bool] = True

    def column(self) -> TypeEngine[Any]:
        return ScaledColumn(self.places)

    def to_wire(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{plain(value):f}"

    def from_wire(self, wire: str | None) -> Decimal | None:
        return None if wire is None else plain(Decimal(wire))

    def to_driver(self, wire: str | None) -> int | None:
        return None if wire is None else int(Decimal(wire).scaleb(self.places))

    def from_driver(self, stored: int | None) -> str | None:
        return None if stored is None else f"{plain(Decimal(stored).scaleb(-self.places)):f}"

    def parse(self, text: str) -> Decimal | None:
        value = _decimal(text)
        if value is not None and -int(value.as_tuple().exponent) > self.places:
            raise Refused(msg("At most {places} decimals fit here.").of(places=self.places))
        return None if value is None else plain(value)

    def format(self, value: Decimal | None, language: str) -> str:
        return "" if value is None else f"{plain(value):,f}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Percent(Number):
    """A percentage as it is said: 13 means 13 %."""

    def parse(self, text: str) -> Decimal | None:
        return super().parse(text.replace("%", "").replace("％", ""))

    def format(self, value: Decimal | None, language: str) -> str:
        shown = super().format(value, language)
        return f"{shown} %" if shown else ""


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day in the organisation's time zone."""

    def column(self) -> TypeEngine[Any]:
        return DayColumn()

    def to_wire(self, value: date | None) -> str | None:
        return None if value is None else value.isoformat()

    def from_wire(self, wire: str | None) -> date | None:
        return None if wire is None else date.fromisoformat(wire)

    def parse(self, text: str) -> date | None:
        parts = re.findall(r"\d+", text)
        if not text.strip():
            return None
        if len(parts) == 1 and len(parts[0]) == 8:
            parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            raise Refused(msg("A day is written like 2026-11-28.")) from None

    def format(self, value: date | None, language: str) -> str:
        return "" if value is None else value.isoformat()


@dataclass(frozen=True)
class Moment(Kind):
    """An instant, kept in UTC."""

    def column(self) -> TypeEngine[Any]:
        return MomentColumn()

    def to_wire(self, value: datetime | None) -> str | None:
        return None if value is None else moment_text(value)

    def from_wire(self, wire: str | None) -> datetime | None:
        return None if wire is None else datetime.fromisoformat(wire)

    def parse(self, text: str) -> datetime | None:
        if not text.strip():
            return None
        try:
            value = datetime.fromisoformat(text.strip())
        except ValueError:
            raise Refused(msg("A time is written like 2026-11-28 14:30.")) from None
        return value.astimezone(UTC)

    def format(self, value: datetime | None, language: str) -> str:
        return "" if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Flag(Kind):
    """Yes or no."""

    YES: ClassVar[frozenset[str]] = frozenset({"1", "true", "yes", "y", "是", "on"})
    NO: ClassVar[frozenset[str]] = frozenset({"", "0", "false", "no", "n", "否", "off"})

    def column(self) -> TypeEngine[Any]:
        return Boolean(create_constraint=False)

    def to_driver(self, wire: bool | None) -> int | None:
        return None if wire is None else int(wire)

    def from_driver(self, stored: int | None) -> bool | None:
        return None if stored is None else bool(stored)

    def parse(self, text: str) -> bool:
        word = text.strip().casefold()
        if word not in self.YES | self.NO:
            raise Refused(msg("Answer yes or no here."))
        return word in self.YES

    def format(self, value: bool | None, language: str) -> str:
        return "" if value is None else (_YES if value else _NO).in_language(language)


_YES: Final = msg("Yes")
_NO: Final = msg("No")


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few codes, each with its word."""

    options: tuple[tuple[str, Message], ...]
    merge_as: str = "critical"
    empty: ClassVar[Any] = ""

    def parse(self, text: str) -> str:
        typed = text.strip()
        for code, word in self.options:
            if typed.casefold() in (code.casefold(), word.text.casefold(), word.in_language("zh")):
                return code
        if not typed:
            return ""
        raise Refused(
            msg("“{typed}” is not one of the choices: {choices}.").of(
                typed=typed, choices=", ".join(code for code, _ in self.options)
            )
        )

    def format(self, value: str | None, language: str) -> str:
        for code, word in self.options:
            if code == value:
                return word.in_language(language)
        return value or ""


@dataclass(frozen=True)
class Link(Kind):
    """The id of another record of type `to` (empty: of any type)."""

    to: str = ""

    def column(self) -> TypeEngine[Any]:
        return IdColumn()

    def to_wire(self, value: UUID | None) -> str | None:
        return None if value is None else value.hex

    def from_wire(self, wire: str | None) -> UUID | None:
        return None if wire is None else UUID(hex=wire)

    def to_driver(self, wire: str | None) -> bytes | None:
        return None if wire is None else bytes.fromhex(wire)

    def from_driver(self, stored: bytes | None) -> str | None:
        return None if stored is None else stored.hex()

    def parse(self, text: str) -> UUID | None:
        if not text.strip():
            return None
        try:
            return UUID(text.strip())
        except ValueError:
            raise Refused(msg("“{typed}” is not the id of a record.").of(typed=text.strip())) from None


@dataclass(frozen=True)
class Phone(Short):
    """A telephone number, kept as it was typed."""

    longest: int = 80


@dataclass(frozen=True)
class Email(Short):
    """An e-mail address."""

    def parse(self, text: str) -> str:
        value = super().parse(text)
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            raise Refused(msg("An e-mail address looks like name@company.com."))
        return value


@dataclass(frozen=True)
class Json(Kind):
    """A small structure without floats, such as the snapshot of an issued quote."""

    def column(self) -> TypeEngine[Any]:
        return JsonColumn()

    def to_driver(self, wire: Any) -> str | None:
        return None if wire is None else json_text(wire)

    def from_driver(self, stored: str | None) -> Any:
        return None if stored is None else json.loads(stored)

    def parse(self, text: str) -> Any:
        try:
            value = (
                json.loads(text, parse_float=_no_float, parse_constant=_no_float) if text.strip() else None
            )
            json_text(value).encode()
        except (ValueError, RecursionError):
            raise Refused(msg("This is not valid JSON, or holds a number with decimals.")) from None
        return value

    def format(self, value: Any, language: str) -> str:
        return "" if value in (None, {}, []) else json_text(value)


@dataclass(frozen=True)
class Rates(Json):
    """Percentages that stand beside each other, as texts: the taxes of a line."""

    def parse(self, text: str) -> list[str]:
        found = [_decimal(part) for part in re.split(r"[\s,，;；%％\[\]\"]+", text) if part]
        if any(rate is None or not 0 <= rate <= 100 for rate in found):
            raise Refused(msg("A rate lies between 0 and 100, such as 13."))
        return [f"{plain(rate):f}" for rate in found if rate is not None]

    def format(self, value: list[str] | None, language: str) -> str:
        return " + ".join(f"{rate} %" for rate in value or ())


@dataclass(frozen=True)
class Tags(Json):
    """A set of words; additions and removals from two sides merge by element."""

    merge: ClassVar[str] = "set"

    def parse(self, text: str) -> list[str]:
        return sorted({word.strip() for word in re.split(r"[,，;；、]", cleaned(text)) if word.strip()})

    def format(self, value: Sequence[str] | None, language: str) -> str:
        return ("、" if language == "zh" else ", ").join(value or ())


def _decimal(text: str) -> Decimal | None:
    """What a person types as a number: `1,234.50`, `¥1200`, `1.2万`, `50k`, `−5`."""
    if not text.strip(" ¥￥$€"):
        return None
    value = typed.amount(text)
    if value is None or abs(value) >= Decimal("1e12"):
        raise Refused(msg("“{typed}” is not a number.").of(typed=text.strip()))
    return value
