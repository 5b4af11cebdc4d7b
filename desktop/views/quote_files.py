"""The files of a quote beside its lines, in the place of the paper: drawings, photos, the signed PDF."""

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.services import attachments
from desktop.views.attachments import AttachmentsPanel
from desktop.views.buttons import Button
from desktop.views.compose import column, region, scrolling
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import msg

QWIDGETSIZE_MAX = 16_777_215
"""What Qt takes for no limit."""


class QuoteFiles(QWidget):
    """The same panel that every record has, and the button that shows it with how many there are."""

    shown = Signal(bool)

    def __init__(self, look: Look, desk: Desk, quote_id: UUID) -> None:
        super().__init__()
        self._desk, self._quote = desk, quote_id
        self.panel = AttachmentsPanel(look, desk, "quote", quote_id)
        self.button = Button(look, msg("Files"), kind="flat", icon="paperclip")
        self.button.clicked.connect(lambda: self.turn(show=self.isHidden()))
        close = Button(look, icon="x", kind="flat", name=msg("Close the files"))
        close.clicked.connect(lambda: self.turn(show=False))
        self.panel.head.addWidget(close)
        inner = QWidget()
        beside = (0, 3, 0, 0)  # its head is as high as the bar of the quote
        inner.setLayout(column(look, self.panel, None, gap=0, edge=beside))
        ground = region("panel", "left")
        ground.setLayout(column(look, scrolling(inner), gap=0))
        self.setLayout(column(look, ground, gap=0))
        self._look, self._alone = look, False
        look.bind(self.setMinimumWidth, lambda: look.t.column("panel_min"))
        look.bind(self.setMaximumWidth, self._widest)
        self.hide()
        desk.changed.connect(self._changed)
        self._count()

    def turn(self, *, show: bool) -> None:
        """Show the files, or what was there before."""
        self.setVisible(show)
        self.shown.emit(show)

    def widen(self, *, alone: bool) -> None:
        """All the width where nothing stands beside it."""
        self._alone = alone
        self.setMaximumWidth(self._widest())

    def _widest(self) -> int:
        return QWIDGETSIZE_MAX if self._alone else self._look.t.column("panel")

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        if any(kind == "attachment" for kind, _ in keys):
            self._count()

    def _count(self) -> None:
        count = len(attachments.listed(self._desk.store, "quote", self._quote))
        self.button.show_value(str(count) if count else "")
