"""The one page of a laptop that the office has wiped, or is wiping: what happened, and what was lost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.views.compose import column, region
from desktop.views.empty import Empty
from desktop.views.look import Look
from desktop.words import Message, msg


class WipedPage(QWidget):
    """Calm: nothing can be lost any more. `note` is what the wipe left; None while changes still go."""

    begin_wanted = Signal()

    def __init__(self, look: Look, note: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.note = note
        if note is None:
            said = Empty(
                look,
                "shield-check",
                msg("The office is wiping this laptop"),
                msg(
                    "What waits here goes to the office first. This needs the network, and nothing from you."
                ),
            )
        else:
            said = Empty(
                look,
                "shield-check",
                msg("This laptop was wiped"),
                words_of(note),
                button=msg("Begin anew"),
                button_icon="circle-arrow-right",
                on_click=self.begin_wanted.emit,
                hint=msg("Keys, records and files are gone from here. The office has what was sent."),
            )
            self.begin = said.button
        self.words = [msg("The office is wiping this laptop") if note is None else words_of(note)]
        ground = region("surface")
        ground.setLayout(column(look, said, gap=0))
        self.setLayout(column(look, ground, gap=0))
        look.bind(self.setAccessibleName, self.words[0])


def words_of(note: Mapping[str, Any]) -> Message:
    """Who ordered it and when, and how many changes were lost with it."""
    lost = sum(int(count) for count in (note.get("lost") or {}).values()) + int(note.get("files") or 0)
    at = datetime.fromtimestamp(int(note.get("at") or 0) / 1000, UTC).astimezone()
    words = msg("“{office}” ordered it on {day}. Nothing that was done here was lost.")
    if lost:
        words = msg("“{office}” ordered it on {day}. {count} changes had not been sent and are lost.")
    day = f"{at:%Y-%m-%d}\N{NO-BREAK SPACE}{at:%H:%M}"
    return words.of(office=note.get("office") or "", day=day, count=f"{lost:,}")
