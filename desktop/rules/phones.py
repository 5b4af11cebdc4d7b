"""Telephone numbers as people type them, and the one form by which two of them are the same.

What was typed is kept for show; the E.164 form is for comparing and dialling. The tables of phonenumberslite
are imported on first use.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_EXTENSION: Final = re.compile(
    r"(?:[\s,;]*(?:转接?|分机号?|内线|extension|ext\.?|x|#|[,;]{1,2})[\s:.]*)(\d{1,6})\s*$", re.IGNORECASE
)
_NOT_DIGITS: Final = re.compile(r"\D+")
_JOINTS: Final = str.maketrans("", "", " -()")
_MOBILE: Final = re.compile(r"(?:0086|86|0)?(1[3-9]\d{9})")
_SEVERAL: Final = re.compile(r"\s*(?:[/、;|\n]|,(?=\s*\+?\d{7}))\s*")
_COUNTRY: Final = re.compile(r"^(?:00)?86(?=[1-9]\d{9,10}$)")
_SHORTEST: Final = 5


class Phone(NamedTuple):
    """One number: `typed` as written, `number` in E.164 (empty if it cannot be one), `extension` digits."""

    typed: str
    number: str
    extension: str

    @property
    def digits(self) -> str:
        """The digits that somebody would search by the tail of, without country code or extension."""
        return self.number[3:] if self.number.startswith("+86") else plain(self.number or self.typed)

    @property
    def is_mobile(self) -> bool:
        """Whether this is a Chinese mobile number."""
        return self.number.startswith("+86") and _MOBILE.fullmatch(self.number[1:]) is not None


def plain(typed: str) -> str:
    """The bare digits, without extension or the country code of China: what a search goes by. Very fast."""
    text = typed if typed.isascii() else unicodedata.normalize("NFKC", typed)
    bare = text.translate(_JOINTS)
    if bare.isdigit() and bare.isascii():  # as nearly all are
        text = bare
    if not text.isdigit():
        found = _EXTENSION.search(text)
        main = _NOT_DIGITS.sub("", text[: found.start()]) if found else ""
        text = main if len(main) >= _SHORTEST else _NOT_DIGITS.sub("", text)
    return _COUNTRY.sub("", text)


@lru_cache(maxsize=8192)
def normalise(typed: str, region: str = "CN") -> Phone:
    """Read one number; the extension after 转, ext or # is split off first. Never fails."""
    text = unicodedata.normalize("NFKC", typed).strip()
    found = _EXTENSION.search(text)
    extension = (
        found.group(1) if found and len(_NOT_DIGITS.sub("", text[: found.start()])) >= _SHORTEST else ""
    )
    main = text[: found.start()] if found and extension else text
    return Phone(typed.strip(), _e164(main, region), extension)


def several(typed: str, region: str = "CN") -> list[Phone]:
    """The numbers in a cell that holds more than one (`138…/0512-…`, `…、…`), in their order."""
    text = unicodedata.normalize("NFKC", typed)
    return [normalise(part, region) for part in _SEVERAL.split(text) if part.strip()]


def same(one: str, other: str, region: str = "CN") -> bool:
    """Whether two spellings reach the same telephone; a different extension is a different telephone."""
    first, second = normalise(one, region), normalise(other, region)
    return bool(first.digits) and (first.digits, first.extension) == (second.digits, second.extension)


def is_plausible(typed: str, region: str = "CN") -> bool:
    """Whether the number could exist; 138 0616 227 lacks a digit and could not."""
    return bool(normalise(typed, region).number)


def grouped(typed: str, region: str = "CN") -> str:
    """How to show a number: 138 1290 8866; what is not a Chinese mobile number stays as it was typed."""
    phone = normalise(typed, region)
    if not phone.is_mobile or phone.extension:
        return phone.typed
    digits = phone.digits
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


def _e164(text: str, region: str) -> str:
    digits = _NOT_DIGITS.sub("", text)
    foreign = text.startswith("+") and not digits.startswith("86")
    if region == "CN" and not foreign:  # nearly every number here; the library takes 60 times longer
        mobile = _MOBILE.fullmatch(digits)
        if mobile:
            return f"+86{mobile.group(1)}"
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
