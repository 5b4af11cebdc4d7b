"""What changed since the last edition that the customer has: beside the quote, and as PDF to hand over."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop.documents import changes as printed
from desktop.documents.voice import Voice, money
from desktop.rules.edition_changes import Changes, LineChange
from desktop.services import editions
from desktop.services.drafts import QuoteDraft
from desktop.views import cells, dates
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, holding, label, row, scrolling
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_text
from desktop.words import Message, msg, verbatim

WIDE: Final = 460
HIGHEST: Final = 420
CHANGED: Final = msg("What changed")


class EditionChanges(Popover):
    """The popover, and the button in the quote's bar that opens it while there is something to compare."""

    tells = True

    def __init__(self, look: Look, desk: Desk, page: QWidget, save: Callable[[str], object]) -> None:
        super().__init__(look, page)
        self._desk = desk
        self._draft: QuoteDraft | None = None
        self._changes: Changes | None = None
        look.bind(self.setAccessibleName, CHANGED)
        self.button = Button(look, CHANGED, kind="flat", icon="scale")
        self.button.clicked.connect(self.ask)
        self._editions = label(look, size="small", ink="ink_3")
        head = row(look, label(look, CHANGED, strong=True), None, self._editions, edge=(16, 10, 16, 10))
        self.inside.addLayout(head)
        self.inside.addWidget(Line(look))
        self._holder = column(look, gap=0)
        self.inside.addLayout(self._holder)
        take = Button(look, msg("Save as PDF"), icon="download")
        take.clicked.connect(lambda: save("changes"))
        self.inside.addWidget(Line(look))
        self.inside.addLayout(row(look, take, None, edge=(12, 8, 12, 8)))
        look.changed.connect(self._say_again)

    def _say_again(self) -> None:
        """In another language, or with the names hidden."""
        if self._changes is not None and self.isVisible():
            self._replace(self._body(self._changes))

    def follow(self, draft: QuoteDraft) -> None:
        """Offer the comparison of a quote that has an edition before this one."""
        self._draft = draft
        self.button.setVisible(draft.revision.revision > 1)

    def ask(self) -> None:
        """Compare, and show it under the button."""
        if self._draft is not None:
            found = partial(editions.changes, self._desk.store, self._draft.quote.id)
            self._desk.runner.read(self, "changes", found, self._show, failed=self._desk.refused.emit)

    def _show(self, changes: Changes) -> None:
        look, self._changes = self._look, changes
        before, after = changes.before["revision"], changes.after["revision"]
        self._editions.setText(f"R{before} → R{after}")
        self._replace(self._body(changes))
        self.setFixedWidth(look.px(WIDE) + 2 * RING)
        corner = self.button.mapTo(self._window, QPoint(0, self.button.height() + 4))
        self.pop(corner - QPoint(max(0, self.width() - self.button.width() - 2 * RING), 0))

    def _replace(self, inner: QWidget) -> None:
        while (item := self._holder.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        area = scrolling(inner)
        area.setFixedHeight(min(inner.sizeHint().height(), self._look.px(HIGHEST)))
        self._holder.addWidget(area)

    def _body(self, changes: Changes) -> QWidget:
        look, voice = self._look, Voice(self._look.language)
        digits, currency = int(changes.after["digits"]), changes.after["currency"]
        parts: list[QWidget | int] = []
        for kind, heading in printed.HEADINGS.items():
            lines = [line for line in changes.lines if line.kind == kind]
            if lines:
                parts += [8, label(look, heading, size="small", ink="ink_2", strong=True), 2]
            for line in lines:
                parts.append(self._line(voice, changes, line))
        whole = printed.whole_of(voice, changes)
        if whole:
            parts += [8, label(look, printed.WHOLE, size="small", ink="ink_2", strong=True), 2]
            parts += [self._step(self._as_on_screen(step)) for step in whole]
        if not changes:
            parts += [8, label(look, printed.NOTHING, ink="ink_2", wrap=True)]
        payable = money(changes.after["totals"]["payable"], currency, digits)
        more = printed.more(changes, changes.difference)
        parts += [10, Line(look), 6]
        parts.append(self._pair(printed.TOTAL, f"{payable}   {more}".rstrip(), strong=True))
        return holding(column(look, *parts, gap=2, edge=(16, 4, 16, 8)))

    def _line(self, voice: Voice, changes: Changes, change: LineChange) -> QWidget:
        name = verbatim(veil_text(self._look, voice.text(change.line["name"]).first))
        digits, more = int(changes.after["digits"]), printed.more(changes, change.difference)
        steps = [self._step(step) for step in printed.steps_of(voice, change, digits)]
        return holding(column(self._look, self._pair(name, more), *steps, gap=0, edge=(0, 3, 0, 3)))

    def _pair(self, words: Message, value: str, *, strong: bool = False) -> QWidget:
        look = self._look
        left = label(look, words, wrap=True, strong=strong)
        made = row(look, left, label(look, verbatim(veil_text(look, value)), strong=True), gap=12)
        made.setStretch(0, 1)
        return holding(made)

    def _as_on_screen(self, step: printed.Step) -> printed.Step:
        """Days as the window writes them; the paper has them in full."""
        return step._replace(old=self._day(step.old), new=self._day(step.new))

    def _day(self, said: str) -> str:
        if len(said) != len("2026-12-23"):
            return said
        try:
            day = date.fromisoformat(said)
        except ValueError:
            return said
        return dates.short_day(day, self._look.language, cells.now().date())

    def _step(self, step: printed.Step) -> QWidget:
        look = self._look
        old, new = veil_text(look, step.old), veil_text(look, step.new)
        said = f"{old} → {new or '—'}" if old else new
        words = verbatim(f"{look.text(step.label)}  {said}")
        return label(look, words, size="small", ink="ink_2", wrap=True)
