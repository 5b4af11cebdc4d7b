"""What a rule would have asked of what went out last: a number, the difference, and each of them to open."""

from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidgetItem, QWidget

from desktop.services import approval_rules
from desktop.services.approval_rules import Trial
from desktop.views.approvals.rule_rows import PARTS, PaintedList, paint_would
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg, verbatim

SUBJECT: Final = Qt.ItemDataRole.UserRole + 1
TRYING: Final = msg("Trying it on what went out last…")
UNREADY: Final = msg("Once the rule is complete, it is tried on what went out last.")


class RuleTrial(QWidget):
    """Under the rule; it says nothing of a rule that is not complete."""

    opened = Signal(str, object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.trial: Trial | None = None
        title = label(look, msg("Trial run"), strong=True)
        self.words = label(look, ink="ink_2")
        self.before = label(look, size="small", ink="ink_2", wrap=True)
        self.room = label(look, size="small", ink="ink_2", wrap=True)
        self.rows = PaintedList(look, msg("What would have asked"), paint_would, high=36)
        self.rows.itemActivated.connect(self._open)
        head = row(look, title, self.words, None, gap=10)
        texts = column(look, head, self.before, self.room, gap=2, edge=(24, 12, 24, 8))
        whole = column(look, holding(texts), self.rows, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        look.changed.connect(self._again)
        self.show_trial(None, ready=False)

    def trying(self) -> None:
        """It is being worked out."""
        self._look.bind(self.words.setText, TRYING)

    def show_trial(self, found: Trial | None, *, ready: bool = True) -> None:
        """What came of it; None: there is no rule to try."""
        self.trial = found
        look = self._look
        look.bind(self.words.setText, found.words if found is not None else UNREADY)
        before = found.before if found is not None else None
        differs = found is not None and before is not None and before != len(found.asked)
        self.before.setVisible(differs)
        look.bind(self.before.setText, approval_rules.BEFORE.of(asked=before or 0))
        room = found.room if found is not None else None
        self.room.setVisible(room is not None)
        look.bind(self.room.setText, room if room is not None else verbatim(""))
        self._again()
        self.setEnabled(ready)

    def _again(self) -> None:
        self.rows.clear()
        for one in self.trial.asked if self.trial is not None else ():
            look = self._look
            whom = veil_text(look, look.text(one.customer))
            parts = (one.number, whom, look.text(one.words))
            item = QListWidgetItem(" · ".join(parts))
            item.setToolTip(parts[2])
            item.setData(PARTS, parts)
            item.setData(SUBJECT, (one.kind, one.record.hex))
            self.rows.addItem(item)
        self.rows.setVisible(self.rows.count() > 0)

    def _open(self, item: QListWidgetItem) -> None:
        kind, record = item.data(SUBJECT)
        self.opened.emit(kind, UUID(hex=record))
