"""What was understood of what somebody types: read at each key, said back inside the field."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent

from desktop.errors import Refused
from desktop.models.kinds import Amount, Day, Kind, Moment, Number, Percent, Whole
from desktop.rules import typed
from desktop.views import dates, paint
from desktop.views.editors import LineEditor
from desktop.views.look import Look
from desktop.words import msg

ECHOED = (Day, Moment, Amount, Number, Whole)
"""The kinds of field that say back what they understood."""
HINTS = {Day: msg("next tue, +3d, 11.28"), Moment: msg("tomorrow 15:00")}
"""Ways to say a day that one might not think of."""
LARGE = 10_000
"""A number from here on is said back with its thousands apart."""


@dataclass(frozen=True, slots=True)
class Understood:
    """`plain` is what the field's kind reads, `echo` what the person reads."""

    plain: str
    echo: str


def understood(kind: Kind, text: str, today: date, language: str) -> Understood | None:
    """What a field of this kind makes of a text; None where it is no such thing, or nothing."""
    if not text.strip():
        return None
    if isinstance(kind, Day):
        day = typed.day(text, today)
        return None if day is None else Understood(day.isoformat(), dates.said(day, language, today))
    if isinstance(kind, Moment):
        at = typed.moment(text, today)
        return None if at is None else _moment(at, today, language)
    return _number(kind, text, language)


def _moment(at: datetime, today: date, language: str) -> Understood:
    return Understood(f"{at:%Y-%m-%d %H:%M}", f"{dates.said(at.date(), language, today)} {at:%H:%M}")


def _number(kind: Kind, text: str, language: str) -> Understood | None:
    try:
        value = kind.parse(text)
    except Refused:
        return None
    shown = kind.format(value, language)
    plain = text.strip().replace(",", "").rstrip("% ％")
    scaled = not plain.lstrip("-+¥￥$€").replace(".", "").isdigit()
    number = typed.amount(plain)
    large = number is not None and abs(number) >= LARGE and not isinstance(kind, Percent)
    return Understood(shown.replace(",", "").rstrip(" %"), shown if scaled or large else "")


class EchoEditor(LineEditor):
    """One line for a day, a time or a number; what was understood stands at its right end."""

    def __init__(self, look: Look, kind: Kind, text: str) -> None:
        super().__init__(text)
        self._look, self._kind = look, kind
        self._understood: Understood | None = None
        hint = HINTS.get(type(kind))
        if hint is not None:
            look.bind(self.setPlaceholderText, hint)
        self.textChanged.connect(self._read)
        look.changed.connect(self._say_again)
        self._read(text)

    def _say_again(self) -> None:
        """In another language the same is understood and said in its words."""
        self._read(self.text())

    def echo(self) -> str:
        """What is said back; nothing before anything else was typed."""
        return self._understood.echo if self._understood is not None and self.was_changed() else ""

    def typed(self) -> Any:
        """The text as the kind of the field reads it; what was not understood stays as it was typed."""
        understood = self._understood
        return understood.plain if understood is not None and self.was_changed() else self.text()

    def _read(self, text: str) -> None:
        today = date.today()  # noqa: DTZ011
        self._understood = understood(self._kind, text, today, self._look.language)
        self.setAccessibleDescription(self.echo())
        self.setToolTip(self.echo())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The echo where the text leaves room for it."""
        super().paintEvent(event)
        look, echo = self._look, self.echo()
        if not echo:
            return
        wide = look.t.width(echo, "small")
        right = self.width() - look.px(9)
        text = look.px(12) + self.fontMetrics().horizontalAdvance(self.text())
        if right - wide < text + look.px(8):
            return
        box = QRect(right - wide, 0, wide + 1, self.height())
        paint.paint_text(QPainter(self), look, box, echo, ink="accent_ink", size="small")
