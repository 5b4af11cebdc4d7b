"""When how much is paid for a quote: one step a line, `3-6-1` for short, with what each comes to below."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.rules import schedule
from desktop.services import quote_schedule
from desktop.services.drafts import QuoteDraft
from desktop.views.buttons import Button
from desktop.views.compose import Line, column, holding, label, row, set_ink
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_text
from desktop.words import msg, verbatim

WIDTH: Final = 480
CHANGED: Final = msg("Payment schedule changed")
HINT: Final = msg(
    "3-6-1, or a step a line: name, 30 % or an amount, when it is due. The last may be the rest."
)


class ScheduleBox(Popover):
    """Typed on the left as text, said back below as amounts; Ctrl+Enter keeps it."""

    def __init__(self, look: Look, window: QWidget, draft: QuoteDraft, act: Callable[..., object]) -> None:
        super().__init__(look, window)
        self._draft, self._act = draft, act
        self.entry = QPlainTextEdit(schedule.written(draft.revision.milestones or ()))
        self.entry.setTabChangesFocus(True)
        look.bind(self.entry.setFixedHeight, lambda: look.px(112))
        look.bind(self.entry.setAccessibleName, quote_schedule.TITLE)
        self.said = label(look, size="small", ink="ink_2", wrap=True)
        self.yes = Button(look, msg("Apply"), kind="primary", keys="Ctrl+Enter")
        self.yes.clicked.connect(self._go)
        cancel = Button(look, msg("Cancel"), kind="flat", keys="Esc")
        cancel.clicked.connect(self.dismiss)
        parts = column(
            look,
            label(look, quote_schedule.TITLE, strong=True),
            label(look, HINT, size="small", ink="ink_2", wrap=True),
            self.entry,
            self.said,
            Line(look),
            row(look, cancel, None, self.yes, gap=8),
            gap=8,
            edge=(16, 14, 16, 12),
        )
        self.inside.addWidget(holding(parts))
        look.bind(self.setAccessibleName, quote_schedule.TITLE)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._go)
        self.entry.textChanged.connect(self._tell)
        self._tell()

    def ask(self, anchor: QWidget) -> None:
        """Ask below `anchor`."""
        self.setFixedWidth(self._look.px(WIDTH) + 2 * RING)
        self.adjustSize()
        there = self._window.mapFromGlobal(anchor.mapToGlobal(QPoint(0, anchor.height() + 6)))
        self.pop(QPoint(there.x(), max(there.y(), 4)))
        self.entry.setFocus()
        self.entry.selectAll()

    def _tell(self) -> None:
        steps, reason = quote_schedule.told(self._draft, self.entry.toPlainText(), self._look.language)
        set_ink(self.said, "warn" if reason is not None else "ink_2")
        none = msg("No payment schedule")
        words = (
            verbatim("   ".join(f"{name}\u00a0{veil_text(self._look, amount)}" for name, amount in steps))
            if steps
            else none
        )
        self._look.bind(self.said.setText, reason or words)
        self.yes.refuse(reason)

    def _go(self) -> None:
        if self.yes.isEnabled():
            self.dismiss()
            self._act(text=self.entry.toPlainText())


def ask(look: Look, anchor: QWidget, draft: QuoteDraft, act: Callable[..., object]) -> ScheduleBox:
    """Ask when how much is paid for this draft; `act` hears what was typed."""
    box = ScheduleBox(look, anchor.window(), draft, act)
    box.ask(anchor)
    return box


def brief(draft: QuoteDraft) -> str:
    """The schedule as a fact above the lines: its percentages, else the customer's usual terms."""
    customer = draft.customer
    return schedule.brief(draft.revision.milestones or ()) or (customer.terms if customer else "") or "—"
