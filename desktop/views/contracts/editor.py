"""A clause while it is worded otherwise: its text in both languages, the reason, and the way back."""

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop.models.records import ContractClause
from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import Message, msg

WIDTH: Final = 620
HIGH: Final = 132
Save = Callable[[Mapping[str, str]], object]


class ClauseEditor(Popover):
    """Ctrl+Enter applies, Escape leaves it as it was."""

    tells = True

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window)
        self.heading, self.heading_en, self.why = QLineEdit(), QLineEdit(), QLineEdit()
        self.body, self.body_en = QPlainTextEdit(), QPlainTextEdit()
        self.apply = Button(look, msg("Apply"), kind="primary", keys="Ctrl+Enter")
        self.back = Button(look, msg("Back to the standard text"), kind="flat", icon="undo-2")
        leave = Button(look, msg("Cancel"), kind="flat")
        leave.clicked.connect(self.dismiss)
        self.apply.clicked.connect(self._save)
        self.back.clicked.connect(self._restore)
        hint = label(
            look,
            msg("What stands in braces is filled in: from the quote, or under “Fill in” at the right."),
            size="small",
            ink="ink_3",
            wrap=True,
        )
        for text in (self.body, self.body_en):
            look.bind(text.setFixedHeight, lambda: look.px(HIGH))
            text.setTabChangesFocus(True)
        look.bind(self.why.setPlaceholderText, msg("Why not the standard text?"))
        parts: list[QWidget] = []
        fields: tuple[tuple[Message, QWidget], ...] = (
            (msg("Heading"), self.heading),
            (msg("Text"), self.body),
            (msg("Heading in English"), self.heading_en),
            (msg("Text in English"), self.body_en),
            (msg("Reason"), self.why),
        )
        for words, entry in fields:
            look.bind(entry.setAccessibleName, words)
            parts += [label(look, words, size="small", ink="ink_3"), entry]
        buttons = row(look, self.back, None, leave, self.apply, gap=8)
        self.inside.addWidget(holding(column(look, *parts, hint, buttons, gap=5, edge=(16, 12, 16, 12))))
        self._act: Save = _nothing
        self._undo: Callable[[], object] = _nothing_at_all
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._save)

    def edit(
        self,
        anchor: QWidget,
        clause: ContractClause,
        *,
        save: Save,
        restore: Callable[[], object] | None,
    ) -> None:
        """Word this clause."""
        self.heading.setText(clause.heading or "")
        self.heading_en.setText(clause.heading_en or "")
        self.why.setText(clause.why or "")
        self.body.setPlainText(clause.body or "")
        self.body_en.setPlainText(clause.body_en or "")
        self._act, self._undo = save, restore or _nothing_at_all
        self.back.setVisible(restore is not None)
        look = self._look
        look.bind(self.setAccessibleName, msg("Change clause"))
        self.setFixedWidth(min(look.px(WIDTH), self._window.width()) + 2 * RING)
        there = self._window.mapFromGlobal(anchor.mapToGlobal(QPoint(look.px(40), look.px(28))))
        self.pop(there)
        self.body.setFocus()

    def _save(self) -> None:
        act, values = (
            self._act,
            {
                "heading": " ".join(self.heading.text().split()),
                "heading_en": " ".join(self.heading_en.text().split()),
                "body": self.body.toPlainText().strip(),
                "body_en": self.body_en.toPlainText().strip(),
                "why": " ".join(self.why.text().split()),
            },
        )
        self.dismiss()
        act(values)

    def _restore(self) -> None:
        act = self._undo
        self.dismiss()
        act()


def _nothing(_values: Mapping[str, str]) -> None:
    """Before anything was asked."""


def _nothing_at_all() -> None:
    """There is no standard text."""
