"""The page that each person gets on paper: where the office is and the code that lets their laptop in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from desktop.documents.draw import Block, Cover, Line, Page, Text, fitted, paint
from desktop.documents.fonts import STRONG
from desktop.documents.theme import paper
from desktop.models import profile
from desktop.words import Message, msg

TITLE: Final = msg("Join your company", "paper")
STEPS: Final = (
    msg("Install Satchel and open it; choose “Join your company”.", "paper"),
    msg("Type the address, to the last letter; what follows # proves that it is your office.", "paper"),
    msg("Type your code. It lets one laptop in, once.", "paper"),
)
UNTIL: Final = msg("Good until {day}. Keep this page to yourself and destroy it afterwards.", "paper")
ADDRESS: Final = msg("Address", "paper")
CODE: Final = msg("Code", "paper")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's page; `until` is when the code ends, in milliseconds UTC."""

    name: str
    team: str
    code: str
    until: int

    @property
    def spoken(self) -> str:
        """The code in two groups."""
        return f"{self.code[:4]}-{self.code[4:]}"

    @property
    def last_day(self) -> str:
        """The day on which the code ends, in the clock of the office."""
        return f"{datetime.fromtimestamp(self.until / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"


def write(path: Path, firm: str, address: str, entries: Sequence[Entry]) -> None:
    """Write the pages as PDF or text, by the file's ending, for the owner's eyes only."""
    if path.suffix.lower() == ".pdf":
        content = as_pdf(firm, address, entries)
    else:
        content = as_text(firm, address, entries).encode() + b"\n"
    profile.write_durably(path, content)


def as_text(firm: str, address: str, entries: Sequence[Entry]) -> str:
    """One page for each person, divided by form feeds."""
    return "\n\f\n".join("\n".join(_lines(firm, address, entry)) for entry in entries)


def _lines(firm: str, address: str, entry: Entry) -> list[str]:
    lines = [f"{firm} · {_both(TITLE)}", "", f"{entry.name}  {entry.team}".rstrip(), ""]
    for number, step in enumerate(STEPS, 1):
        lines += [f"{number}. {step.in_language('zh')}", f"   {step.in_language('en')}"]
    return [
        *lines,
        "",
        f"{_both(ADDRESS)}:  {address}",
        f"{_both(CODE)}:  {entry.spoken}",
        "",
        UNTIL.of(day=entry.last_day).in_language("zh"),
        UNTIL.of(day=entry.last_day).in_language("en"),
    ]


def _both(word: Message) -> str:
    return f"{word.in_language('zh')} {word.in_language('en')}"


def as_pdf(firm: str, address: str, entries: Sequence[Entry]) -> bytes:
    """One A4 page for each person."""
    look = paper()
    pages = [Page([(look.top, _block(firm, address, entry))]) for entry in entries]
    return paint(pages, look.left, look.ink, Cover(f"{firm} · {_both(TITLE)}"))


def _block(firm: str, address: str, entry: Entry) -> Block:
    look = paper()
    block = Block()
    block.add(
        Text(0, 20, firm, fitted(firm, look.company.size, look.width, STRONG), look.ink, STRONG),
        Text(0, 46, _both(TITLE), look.body.size, look.ink_2),
        Line(0, look.width, 58, look.rule, look.line),
        Text(0, 96, entry.name, fitted(entry.name, 24, look.width, STRONG), look.ink, STRONG),
        Text(0, 118, entry.team, look.body.size, look.ink_2),
    )
    y = 156.0
    for number, step in enumerate(STEPS, 1):
        block.add(Text(0, y, f"{number}.", look.body.size, look.ink))
        for language, size, ink in (("zh", look.body.size, look.ink), ("en", look.small.size, look.ink_2)):
            said = step.in_language(language)
            block.add(Text(18, y, said, fitted(said, size, look.width - 18), ink))
            y += 16
        y += 8
    for label, value, size in ((ADDRESS, address, 15.0), (CODE, entry.spoken, 34.0)):
        y += 26
        block.add(Text(0, y, _both(label), look.small.size, look.ink_2))
        y += size + 8
        block.add(Text(0, y, value, fitted(value, size, look.width, STRONG), look.accent, STRONG))
    y += 40
    for language in ("zh", "en"):
        said = UNTIL.of(day=entry.last_day).in_language(language)
        block.add(Text(0, y, said, fitted(said, look.small.size, look.width), look.ink_2))
        y += 16
    block.height = y
    return block
