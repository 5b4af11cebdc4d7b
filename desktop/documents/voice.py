"""How a document speaks: Chinese, English, or Chinese with English under it; and how it writes figures."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from desktop.words import Message

MINUS: Final = "\u2212"
_SYMBOLS: Final = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "KRW": "₩",
    "INR": "₹",
    "HKD": "HK$",
}
_CURRENCIES: Final = {
    "CNY": "人民币",
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元",
    "HKD": "港元",
    "TWD": "新台币",
    "KRW": "韩元",
    "SGD": "新加坡元",
    "AUD": "澳元",
    "CAD": "加元",
    "CHF": "瑞士法郎",
}
_NUMERALS: Final = "零一二三四五六七八九"


class Said(NamedTuple):
    """A text in the first language and, under it, in the second; `second` is empty where there is none."""

    first: str
    second: str = ""

    def joined(self, gap: str = " ") -> str:
        """Both on one line."""
        return f"{self.first}{gap}{self.second}" if self.second else self.first

    def __bool__(self) -> bool:
        return bool(self.first)


@dataclass(frozen=True, slots=True)
class Voice:
    """The language of a document: `zh`, `en` or `both`."""

    language: str

    @property
    def primary(self) -> str:
        """The language that comes first."""
        return "en" if self.language == "en" else "zh"

    @property
    def both(self) -> bool:
        """Whether a second language stands under the first."""
        return self.language == "both"

    def say(self, message: Message) -> Said:
        """One of the program's own words."""
        first = message.in_language(self.primary)
        second = message.in_language("en") if self.both else ""
        return Said(first, second if second != first else "")

    def text(self, text: Mapping[str, Any] | str | None) -> Said:
        """A text of the snapshot, `{"zh": …, "en": …}`; an empty half falls back to the other."""
        if not text:
            return Said("")
        if isinstance(text, str):
            return Said(text.strip())
        chinese, english = str(text.get("zh") or "").strip(), str(text.get("en") or "").strip()
        if self.primary == "en":
            return Said(english or chinese)
        if not self.both or not chinese or not english or _alike(chinese, english):
            return Said(chinese or english)
        return Said(chinese, english)

    def currency(self, code: str) -> str:
        """The currency's name and code."""
        name = _CURRENCIES.get(code, "") if self.primary == "zh" else ""
        return f"{name} {code}".strip()


def _alike(one: str, other: str) -> bool:
    """Whether two texts differ only in punctuation, so that one of them is enough."""
    return _bare(one) == _bare(other)


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=4096)
def figure(value: Decimal | str, digits: int | None = None) -> str:
    """A number with thousands commas and a true minus; `digits` is the least number of decimals."""
    number = Decimal(value)
    if digits is None:
        number = number.normalize()
    places = max(-int(number.as_tuple().exponent), 0)
    if digits is not None:
        least = max(-int(number.normalize().as_tuple().exponent), 0)
        places = max(digits, least)
    text = f"{abs(number):,.{places}f}"
    return f"{MINUS}{text}" if number < 0 else text


def amount(minor: int, digits: int) -> str:
    """An amount in minor units, such as 1234567 with two digits: 12,345.67."""
    return figure(Decimal(minor).scaleb(-digits), digits)


def minor_units(value: str | int, digits: int) -> int:
    """The minor units of a decimal string of the snapshot."""
    return int(Decimal(value).scaleb(digits).to_integral_value())


def percent(value: Decimal | str, signed: bool = False) -> str:
    """A rate such as 13 %, or with its sign, −5 %."""
    text = figure(value)
    return f"+{text} %" if signed and not text.startswith(MINUS) else f"{text} %"


def symbol(currency: str) -> str:
    """The sign before the total, or the code and a space."""
    return _SYMBOLS.get(currency, f"{currency} ")


def money(value: Decimal | str, currency: str, digits: int) -> str:
    """An amount with its currency's sign, such as ¥1,000.00 or −¥5.00."""
    text = figure(value, digits)
    sign = MINUS if text.startswith(MINUS) else ""
    return f"{sign}{symbol(currency)}{text.removeprefix(MINUS)}"


def ordinal(number: int, language: str) -> str:
    """A section's number: 一、二、… 十一、 in Chinese, A, B, … in English."""
    if language == "en":
        letters = ""
        while number:
            number, place = divmod(number - 1, 26)
            letters = chr(65 + place) + letters
        return letters
    return chinese_count(number)


def chinese_count(number: int) -> str:
    """1 to 99 in Chinese; larger ones as digits."""
    tens, ones = divmod(number, 10)
    if tens > 9:
        return str(number)
    text = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return text + (_NUMERALS[ones] if ones or not tens else "")


def short_hash(digest: str) -> str:
    """The first eight characters of a content hash, as printed on every page."""
    return f"{digest[:4]} {digest[4:8]}".upper()
