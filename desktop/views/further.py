"""Further details of one's own on a record's page: what an import brought beside the fields, by name."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.models import further
from desktop.models.record import Record
from desktop.views.compose import column, holding, label, row
from desktop.views.look import Look
from desktop.views.privacy import veil_text
from desktop.words import msg

KEY: Final = 84  # px at 100 % of the name's column
MOST: Final = 40


class FurtherDetails(QWidget):
    """Names and values under a small heading; hidden where there are none."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines: list[tuple[QWidget, QLabel, QLabel]] = []
        heading = label(look, msg("Further details"), size="small", ink="ink_3")
        self._inside = column(look, heading, gap=4)
        self.setLayout(self._inside)

    def show_of(self, record: Record) -> None:
        """Those of a record."""
        found = list(further.details(record).items())[:MOST]
        self.setVisible(bool(found))
        while len(self._lines) < len(found):
            self._lines.append(self._made())
        for number, (line, name, value) in enumerate(self._lines):
            line.setVisible(number < len(found))
            if number < len(found):
                name.setText(found[number][0])
                value.setText(veil_text(self._look, found[number][1]))

    def _made(self) -> tuple[QWidget, QLabel, QLabel]:
        look = self._look
        name, value = label(look, ink="ink_3", wrap=True), label(look, wrap=True)
        look.bind(name.setFixedWidth, lambda: look.px(KEY))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        across = row(look, name, value, gap=6)
        across.setStretch(1, 1)
        line = holding(across)
        self._inside.addWidget(line)
        return line, name, value
