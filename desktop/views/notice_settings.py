"""The lines of the settings about reminders: quiet hours, working days, hidden names."""

import re
from functools import partial
from typing import Final

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop import settings
from desktop.rules import workdays
from desktop.views.buttons import Segments
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.words import Message, msg

DAYS: Final = (("working", msg("Working days")), ("all", msg("Every day")))
NAMES: Final = (("no", msg("Shown")), ("yes", msg("Hidden")))
DAYS_OFF: Final = msg(
    "Weekends and public holidays are free, days that make up for them are not; known to {year}."
)
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:：.]?([0-5]\d)")


class NoticeSettings:
    """The controls; each acts at once."""

    def __init__(self, look: Look) -> None:
        self._look = look
        kept = settings.load()
        self.start, self.end = QLineEdit(kept.quiet_from), QLineEdit(kept.quiet_until)
        self.why = label(look, size="small", ink="bad", wrap=True)
        self.why.hide()
        fields = (
            (self.start, "quiet_from", msg("Quiet from")),
            (self.end, "quiet_until", msg("Quiet until")),
        )
        for entry, name, words in fields:
            look.bind(entry.setAccessibleName, words)
            look.bind(entry.setFixedWidth, lambda: look.px(72))
            entry.editingFinished.connect(partial(self._keep, entry, name))
        current = "working" if kept.working_days_only else "all"
        self.days = Segments(look, DAYS, current=current, name=msg("Days of reminders"))
        self.days.chosen.connect(lambda key: _remember(working_days_only=key == "working"))
        self.names = Segments(
            look, NAMES, current="yes" if look.private else "no", name=msg("Names and amounts")
        )
        self.names.chosen.connect(self._hide)
        look.bind(self.names.choose, lambda: "yes" if look.private else "no")

    def lines(self) -> list[tuple[Message, Message, QWidget]]:
        """Words, why, control."""
        look = self._look
        times = row(look, self.start, label(look, "–", ink="ink_3"), self.end, gap=6)
        hours = holding(column(look, holding(times), self.why, gap=2))
        return [
            (msg("Quiet hours"), msg("No reminder between these times; both empty means none."), hours),
            (
                msg("Days of reminders"),
                DAYS_OFF.of(year=workdays.ANNOUNCED),
                self.days,
            ),
            (
                msg("Names and amounts"),
                msg("Hidden in lists, records, quotes, figures, inbox, outbox and reminders."),
                self.names,
            ),
        ]

    def _keep(self, entry: QLineEdit, name: str) -> None:
        typed = entry.text().strip()
        match = _TIME.fullmatch(typed)
        self.why.setVisible(bool(typed) and match is None)
        if typed and match is None:
            self._look.bind(self.why.setText, msg("A time is written like 18:30."))
            return
        kept = f"{int(match[1]):02d}:{match[2]}" if match else ""
        entry.setText(kept)
        _remember(**{name: kept})

    def _hide(self, key: str) -> None:
        if self._look.private != (key == "yes"):
            self._look.turn_private()
        _remember(private=self._look.private)


def _remember(**changes: object) -> None:
    settings.save(settings.load().with_(**changes))
