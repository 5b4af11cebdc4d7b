"""What a record is called in the language of whoever reads, and in which currency it speaks."""

from dataclasses import dataclass
from typing import Any

from desktop.models.record import Record
from desktop.words import Message


@dataclass(frozen=True, slots=True)
class Called(Message):
    """A name as it was typed, and its English form where somebody gave one."""

    english: str = ""

    def in_language(self, language: str) -> str:
        """The English name for whoever reads English, else the name itself."""
        return self.english if language == "en" and self.english else self.text


def called(record: Record) -> Message:
    """What a person calls a record; what it is, while it has no name."""
    found: Any = record
    name = record.title or str(getattr(found, "phone", "") or "")
    english = str(getattr(found, "name_en", "") or "") if "name_en" in type(record).fields() else ""
    label: Message = record.__label__
    return Called(name or english, "verbatim", english=english) if name or english else label


def currency_of(record: Record | None) -> str:
    """The currency of a record's amounts."""
    return str(getattr(record, "currency", "") or "CNY") if record is not None else ""
