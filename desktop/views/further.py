"""Further details of one's own on a record's page, by names that a person or an import gave."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop.errors import Refused
from desktop.models import further
from desktop.services.unfinished import Unfinished
from desktop.views.buttons import Button
from desktop.views.cells import Cell, Row
from desktop.views.compose import column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.entry_drafts import EntryDrafts
from desktop.views.form import KEY, Value
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_text
from desktop.words import msg

MOST: Final = 40
BOX: Final = 300
PLACE: Final = "detail"
"""Where a draft of one belongs; followed by its name where it is there already."""
THERE: Final = msg("“{name}” is there already. Apply once more to replace what it says.")


class FurtherDetails(QWidget):
    """Names and values under a small heading; a press changes one, and a button adds another."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._row: Row | None = None
        self.lines: list[tuple[QWidget, QLabel, Value]] = []
        self._heading = label(look, msg("Further details"), size="small", ink="ink_3")
        self.add = Button(look, msg("Further detail"), kind="dashed", icon="plus", height="target_min")
        self.add.clicked.connect(lambda: self._ask(self.add, "", ""))
        self._inside = column(look, self._heading, gap=4)
        self.setLayout(column(look, self._inside, row(look, self.add, None), gap=6))
        self.box: DetailBox | None = None

    def show_of(self, shown: Row) -> None:
        """Those of a record."""
        self._row = shown
        kind = shown.record.__tablename__
        refusal = self._desk.refusal(f"{kind}.edit", shown.record)
        found = list(further.details(shown.record).items())[:MOST]
        self._heading.setVisible(bool(found))
        self.add.setVisible(refusal is None)
        while len(self.lines) < len(found):
            self.lines.append(self._made())
        for number, (line, name, value) in enumerate(self.lines):
            line.setVisible(number < len(found))
            if number < len(found):
                called, text = found[number]
                name.setText(called)
                hidden = veil_text(self._look, text)
                value.show_cell(Cell(hidden, tooltip=hidden), wraps=True)
                value.setAccessibleName(f"{called}: {hidden}")
                value.setEnabled(refusal is None)

    def buttons(self) -> list[QWidget]:
        """What the keys reach, from the top."""
        return [*(value for line, _, value in self.lines if not line.isHidden()), self.add]

    def _made(self) -> tuple[QWidget, QLabel, Value]:
        look = self._look
        name, value = label(look, ink="ink_3", wrap=True), Value(look)
        look.bind(name.setFixedWidth, lambda: look.px(KEY[look.language]))
        value.clicked.connect(lambda: self._ask(value, name.text(), self._now(name.text())))
        across = row(look, name, value, gap=0)
        across.setStretch(1, 1)
        line = holding(across)
        self._inside.addWidget(line)
        return line, name, value

    def _now(self, name: str) -> str:
        return further.details(self._row.record).get(name, "") if self._row is not None else ""

    def _ask(self, anchor: QWidget, name: str, value: str) -> None:
        if self._row is None:
            return
        of = Unfinished(f"{PLACE} {name}".strip(), self._row.record.__tablename__, self._row.id.hex)
        box = self.box = DetailBox(self._look, self, name, value)
        box.keep_typing(EntryDrafts(self._desk.unfinished, of, box.entries(), box))
        box.closed.connect(box.deleteLater)
        box.pop(self.window().mapFromGlobal(anchor.mapToGlobal(anchor.rect().bottomLeft())))
        (box.value if name else box.name).setFocus()

    def go_on(self, draft: Unfinished) -> bool:
        """Open the box again in which somebody was typing; False where one may not."""
        name = draft.place.removeprefix(PLACE).strip()
        if self._row is None or not self.add.isVisibleTo(self):
            return False
        lines = (value for line, called, value in self.lines if not line.isHidden() and called.text() == name)
        self._ask(next(lines, self.add), name, self._now(name))
        return self.box is not None and self.box.come_back()

    def is_there(self, name: str) -> bool:
        """Whether there is one of that name."""
        now = self._desk.row(self._row.record.__tablename__, self._row.id) if self._row is not None else None
        return now is not None and name in further.details(now.record)

    def take(self, name: str, value: str, seen: str = "") -> bool:
        """Keep what was typed over what was `seen`, nothing takes the detail away; False where refused."""
        if self._row is None or not name.strip():
            return False
        kind = self._row.record.__tablename__
        now = self._desk.row(kind, self._row.id) or self._row
        untouched = further.details(now.record).get(name.strip(), "") == seen
        before = dict((now if untouched else self._row).record.custom or {})  # others may change others
        try:
            after = further.with_detail(before, name.strip(), value.strip())
        except Refused as refused:
            self._desk.refused.emit(refused)
            return False
        if after != before:
            self._desk.edit(kind, self._row.id, {"custom": after}, parsed=True, seen={"custom": before})
        return True


class DetailBox(Popover):
    """A name and a value; Enter keeps them, Escape gives them up, a press outside puts them aside."""

    def __init__(self, look: Look, details: FurtherDetails, name: str, value: str) -> None:
        super().__init__(look, details.window())
        self._details, self._seen = details, value
        self._drafts: EntryDrafts | None = None
        self._asked = ""  # the name of which was said that it is there already
        self.name, self.value = QLineEdit(name), QLineEdit(value)
        self.name.setEnabled(not name)
        look.bind(self.name.setAccessibleName, msg("Name of the detail"))
        look.bind(self.value.setAccessibleName, msg("Value"))
        self.keep = Button(look, msg("Apply"), kind="primary", keys="Enter")
        self.keep.clicked.connect(self._take)
        for entry in (self.name, self.value):
            entry.returnPressed.connect(self._take)
        title = label(look, msg("Further detail"), strong=True)
        why = label(look, msg("Lists can show it as a column."), size="small", ink="ink_2", wrap=True)
        parts: list[QWidget] = [title, why]
        for entry, words in ((self.name, msg("Name of the detail")), (self.value, msg("Value"))):
            parts += [label(look, words, ink="ink_2"), entry]
        self.told = label(look, size="small", ink="warn", wrap=True)
        self.told.hide()
        parts.append(self.told)
        body = column(look, *parts, row(look, None, self.keep), gap=6, edge=(16, 14, 16, 12))
        self.inside.addWidget(holding(body))
        self.setFixedWidth(look.px(BOX) + 2 * RING)
        self.adjustSize()
        look.bind(self.setAccessibleName, msg("Further detail"))

    def entries(self) -> dict[str, QWidget]:
        """What one may type in."""
        return {"name": self.name, "value": self.value} if self.name.isEnabled() else {"value": self.value}

    def keep_typing(self, drafts: EntryDrafts) -> None:
        """What is typed here outlives a press outside, and a crash."""
        self._drafts = drafts

    def come_back(self) -> bool:
        """The cursor where it was; False where nothing was typed here."""
        return self._drafts is not None and self._drafts.come_back()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives it up."""
        if event.key() == Qt.Key.Key_Escape:
            self._let_go()
        super().keyPressEvent(event)

    def _let_go(self) -> None:
        if self._drafts is not None:
            self._drafts.let_go()

    def _missing(self) -> QLineEdit | None:
        """The entry that a new detail still needs."""
        if not self.name.isEnabled():
            return None
        return next((each for each in (self.name, self.value) if not each.text().strip()), None)

    def _take(self) -> None:
        missing, name = self._missing(), self.name.text().strip()
        if missing is not None:
            missing.setFocus()
            return
        if self.name.isEnabled() and name != self._asked and self._details.is_there(name):
            self._asked = name
            self._look.bind(self.told.setText, THERE.of(name=name))
            self.told.show()
            self.fit()
            return
        if self._details.take(name, self.value.text(), self._seen):
            self._let_go()
            self.dismiss()
