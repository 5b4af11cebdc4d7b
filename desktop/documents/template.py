"""What a template adds to a quote or leaves off: its own texts, the order of what follows, the foot.

It reads what the snapshot pins (`template.look`): plain values, nothing to be worked out any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from desktop.documents.draw import Block, Text, fitted
from desktop.documents.letterhead import paragraph
from desktop.documents.paginator import Frame
from desktop.documents.summary import milestones, terms
from desktop.documents.theme import look_of, paper
from desktop.documents.voice import Said, Voice

_FOOT: Final = 30.4
"""Where the line at the foot stands, from the top of the footer."""
_BEFORE: Final = 18.5


@dataclass(frozen=True, slots=True)
class Look:
    """The template of one document, in one voice."""

    voice: Voice
    snapshot: Mapping[str, Any]

    @property
    def foot(self) -> Said:
        """The line at the foot of each page."""
        return self.voice.text(look_of(self.snapshot).get("foot"))

    def frame(self, whole: Frame) -> Frame:
        """The room of a page, with a line at its foot one line less."""
        return Frame(whole.top, whole.bottom - paper().footer.leading) if self.foot else whole


def with_logo(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """The seller; without a logo where the template leaves it off."""
    seller: Mapping[str, Any] = snapshot["seller"]
    if "logo" not in (look_of(snapshot).get("hide") or ()):
        return seller
    return {name: value for name, value in seller.items() if name != "logo"}


def opening_text(voice: Voice, snapshot: Mapping[str, Any]) -> list[Block]:
    """The template's text above the lines."""
    return _written(voice, look_of(snapshot).get("opening"))


def below(voice: Voice, snapshot: Mapping[str, Any]) -> list[Block]:
    """What follows the totals: when to pay, the terms, in the template's order, and its text."""
    look = look_of(snapshot)
    parts = [milestones(voice, snapshot), terms(voice, snapshot)]
    if look.get("order") == "terms":
        parts.reverse()
    return [*parts[0], *parts[1], *_written(voice, look.get("closing"))]


def _written(voice: Voice, text: Any) -> list[Block]:
    """A text of the template as paragraphs: one a line, so that a long text may go on on the next page."""
    both = Voice(voice.language)
    said = both.text(text)
    if not said.first:
        return []
    first, second = said.first.split("\n"), said.second.split("\n") if said.second else []
    if len(first) == len(second):
        pairs = [Said(*each) for each in zip(first, second, strict=True)]
    else:
        pairs = [*(Said(each) for each in first), *(Said(each) for each in second)]
    return [
        paragraph(voice, each, _BEFORE if not place else paper().body.leading + 1.0)
        for place, each in enumerate(pairs)
    ]


def add_foot(block: Block, foot: Said) -> Block:
    """The footer with the template's line under it."""
    if foot:
        page = paper()
        said = foot.joined("\u00a0\u00a0 ")
        size = fitted(said, page.footer.size, page.width)
        block.add(Text(page.width / 2, _FOOT, said, size, page.ink_3, align="centre"))
    return block
