"""A contact as a code for the camera of a telephone, beside the button that asked for it."""

from typing import Final
from uuid import UUID

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.documents.codes import QUIET, Squares
from desktop.services import phone_codes
from desktop.views.compose import column, holding, label
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.views.privacy import veil_words
from desktop.words import Message, msg

WIDE: Final = 300
SHOW: Final = msg("Show as a QR code")
SAID: Final = msg("Scan it with a telephone: it takes the contact. Nothing goes over the network.")


class Code(QWidget):
    """Dark squares on white, in every theme: a camera reads no other way round."""

    def __init__(self, look: Look, shown: Squares) -> None:
        super().__init__()
        self._look, self.squares = look, shown
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.bind(self.setAccessibleName, msg("QR code"))

    def sizeHint(self) -> QSize:
        """Square."""
        side = self._look.px(WIDE - 32)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Whole pixels a square, in the middle of its white."""
        painter, look = QPainter(self), self._look
        painter.fillRect(self.rect(), look.colour("paper"))
        count = len(self.squares) + 2 * QUIET
        size = max(1, min(self.width(), self.height()) // count)
        left = (self.width() - size * len(self.squares)) // 2
        top = (self.height() - size * len(self.squares)) // 2
        for line, row in enumerate(self.squares):
            for place, dark in enumerate(row):
                if dark:
                    box = QRect(left + place * size, top + line * size, size, size)
                    painter.fillRect(box, look.colour("signature"))


class PhoneCode(Popover):
    """The code with whose it is; Escape or a press outside closes it."""

    tells = True

    def __init__(self, look: Look, window: QWidget, title: Message, shown: Squares) -> None:
        super().__init__(look, window)
        name = label(look, strong=True, wrap=True)
        said = label(look, SAID, size="small", ink="ink_2", wrap=True)
        self.code = Code(look, shown)
        for say in (name.setText, self.setAccessibleName):
            look.bind(say, lambda: veil_words(look, title))
        self.inside.addWidget(holding(column(look, name, self.code, said, gap=8, edge=(16, 14, 16, 14))))
        self.setFixedWidth(look.px(WIDE) + 2 * RING)
        self.closed.connect(self.deleteLater)


def show_code(look: Look, desk: Desk, contact: UUID, title: Message, anchor: QWidget) -> None:
    """Make it beside the data thread, and show it below `anchor`."""
    window = anchor.window()

    def made(shown: Squares) -> None:
        box = PhoneCode(look, window, title, shown)
        there = window.mapFromGlobal(anchor.mapToGlobal(QPoint(0, anchor.height() + 6)))
        box.adjustSize()
        box.pop(there)

    desk.runner.read(
        anchor, "code", lambda: phone_codes.code_of(desk.store, contact), made, failed=desk.refused.emit
    )
