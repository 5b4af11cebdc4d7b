"""Why is it so? Behind the value of a field: who set it, by which command, on which device, when."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtWidgets import QWidget

from desktop.models.kinds import Link
from desktop.models.record import Field
from desktop.services.commands import COMMANDS
from desktop.services.history import Entry, made_at
from desktop.views import cells, dates
from desktop.views.buttons import Button
from desktop.views.cells import Row
from desktop.views.compose import Line, clear, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.phrases import inside, sentence
from desktop.views.popover import RING, Popover
from desktop.views.timeline import author, value_words
from desktop.words import Message, msg, verbatim

WIDE: Final = 380
EARLIER: Final = 4
"""Earlier values that are shown."""
PLAIN: Final = ("new", "edit")
"""Commands of which nothing needs to be said: somebody typed the value."""
RULES: Final = {
    "server": msg("The office gives this value."),
    "derived": msg("It is computed from its parts."),
}


class WhyField(Popover):
    """The popover; `explain` fills it."""

    tells = True

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window)
        self._desk = desk
        self._told: list[str] = []
        self._title = label(look, strong=True)
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.inside.addLayout(row(look, self._title, None, close, edge=(16, 8, 8, 8)))
        self.inside.addWidget(Line(look))
        self._said = label(look, wrap=True)
        self._lines = column(look, gap=0)
        body = column(look, self._said, holding(self._lines), gap=10, edge=(16, 12, 16, 12))
        self.inside.addLayout(body)

    def words(self) -> list[str]:
        """What it says, from the top."""
        return [self._title.text(), self._said.text(), *self._told]

    def explain(self, shown: Row, described: Field, value: str) -> None:
        """Say why a field of a record holds this value."""
        look, kind = self._look, shown.record.__tablename__
        entries = self._desk.history(kind, shown.id, described.name)
        title = msg("Why is “{field}” {value}?") if value else msg("Why is “{field}” empty?")
        look.bind(self._title.setText, title.of(field=described.label, value=value))
        look.bind(self._said.setText, self._sentence(shown, described, entries))
        clear(self._lines)
        self._told.clear()
        for head, told in self._rows(shown, described, entries):
            self._add(head, told)
        self.setFixedWidth(look.px(WIDE) + 2 * RING)
        look.bind(self.setAccessibleName, title.of(field=described.label, value=value))

    def _sentence(self, shown: Row, described: Field, entries: Sequence[Entry]) -> Message:
        if not entries:
            return self._untold(shown)
        first = entries[0]
        at = dates.moment(first.at, self._look.language, cells.now().astimezone().date())
        who = first.who or msg("The office")
        if first.kind == "create":
            added = msg("{when}: {who} entered it when the {what} was added.")
            return added.of(when=at, who=who, what=inside(type(shown.record).__label__))
        old, new = self._value(shown, described, first, "old"), self._value(shown, described, first, "new")
        command = COMMANDS.get(first.command)
        if command is None or first.command.partition(".")[2] in PLAIN:
            return msg("{when}: {who} changed it from {old} to {new}.").of(when=at, who=who, old=old, new=new)
        by = msg("{when}: “{command}” by {who} changed it from {old} to {new}.")
        return by.of(when=at, who=who, old=old, new=new, command=sentence(command.label))

    def _untold(self, shown: Row) -> Message:
        """Nothing is known but when the record was made."""
        made = made_at(shown.id)
        if made is None:
            return msg("Nobody changed it since the record came to this laptop.")
        day = dates.moment(made, self._look.language, cells.now().astimezone().date())
        told = msg("The {what} was made {when}; nobody changed this since it came to this laptop.")
        return told.of(what=inside(type(shown.record).__label__), when=day)

    def _rows(
        self, shown: Row, described: Field, entries: Sequence[Entry]
    ) -> list[tuple[Message, Message | str]]:
        rows: list[tuple[Message, Message | str]] = []
        if described.merge in RULES:
            rows.append((msg("Rule"), RULES[described.merge]))
        if not entries:
            return rows
        first, here = entries[0], self._desk.store.device.hex[:8]
        rows.append((msg("Exactly"), dates.exact(first.at)))
        rows.append((msg("Set by"), author(first, here)))
        rows.append((msg("Came about"), self._came(first)))
        state = msg("Came from the office") if first.remote else msg("Waits to be sent")
        if not first.remote and not shown.unsent:
            office = self._desk.has_office()
            state = msg("Confirmed by the office") if office else msg("Only on this laptop")
        rows.append((msg("Sync"), state))
        for entry in entries[1 : EARLIER + 1]:
            before = msg("{value}, {who}").of(
                value=self._value(shown, described, entry, "new"), who=entry.who or msg("The office")
            )
            day = dates.short_day(entry.at.astimezone().date(), self._look.language, cells.now().date())
            rows.append((verbatim(day), before))
        return rows

    def _came(self, entry: Entry) -> Message:
        """The rule, the merge, the decision or the hand behind a change."""
        if entry.command.startswith("inbox."):
            return msg("A decision between two values")
        if not entry.who and entry.remote:
            return msg("The office merged or corrected it")
        command = COMMANDS.get(entry.command)
        return sentence(command.label) if command is not None else msg("Typed by hand")

    def _value(self, shown: Row, described: Field, entry: Entry, side: str) -> Message:
        wire: Any = getattr(entry, side)
        kind = described.kind
        if isinstance(kind, Link) and kind.to and wire:
            found = UUID(hex=wire)
            return verbatim(shown.titles.get(found) or self._desk.title(kind.to, found) or wire[:8])
        return value_words(shown.record.__tablename__, entry, wire)

    def _add(self, head: Message, told: Message | str) -> None:
        look = self._look
        key = label(look, head, size="small", ink="ink_3")
        look.bind(key.setFixedWidth, lambda: look.px(84))
        words = label(look, told, size="small", wrap=True)
        line = row(look, key, words, gap=8, edge=(0, 5, 0, 5))
        line.setStretch(1, 1)
        whole = holding(column(look, Line(look), line, gap=0))
        self._told.append(f"{look.text(head)}: {look.text(told)}")
        self._lines.addWidget(whole)
