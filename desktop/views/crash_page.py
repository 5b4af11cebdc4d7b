"""The page after a mistake of the program: what it means, the whole report, and what one may do with it."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from desktop.models.migrations import NEWEST
from desktop.views import crash_report
from desktop.views.buttons import Button
from desktop.views.card import MARGIN, Card
from desktop.views.compose import Line, Picture, column, label, row
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.words import msg

WIDTH = 640
LEAST_TEXT, TEXT = 80, 220
"""How high the report is at least, and where there is room."""


class CrashPage(Card):
    """Shown once for each place in the program; the report leaves by the person's own hand alone."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._known: set[str] = set()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        look.bind(self.text.setAccessibleName, msg("Report"))
        title = label(look, msg("Something went wrong in the program"), size="title", strong=True)
        head = row(look, Picture(look, "circle-alert", "warn"), title, None, gap=10, edge=(20, 14, 12, 10))
        told = label(
            look,
            msg(
                "Your work is saved and you can go on. The report below says where it happened; it holds no "
                "names, amounts or texts of yours. It is sent nowhere unless you send it."
            ),
            ink="ink_2",
            wrap=True,
        )
        self.save = Button(look, msg("Save the report"), icon="download", height="height_large")
        self.save.clicked.connect(self._save)
        self.copy = Button(look, msg("Copy the report"), icon="copy", height="height_large")
        self.copy.clicked.connect(self._copy)
        self.go_on = Button(look, msg("Go on"), kind="primary", height="height_large")
        self.go_on.clicked.connect(self.dismiss)
        foot = row(look, self.save, self.copy, None, self.go_on, gap=8, edge=(20, 12, 20, 14))
        body = column(look, told, self.text, gap=12, edge=(20, 12, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), body, Line(look), foot, gap=0, edge=ring))
        look.bind(self.setAccessibleName, msg("Something went wrong in the program"))

    def tell(self, error: BaseException) -> bool:
        """Show the report of a mistake, unless this place was reported before."""
        place = crash_report.place(error)
        if place in self._known:
            return False
        self._known.add(place)
        self.text.setPlainText(crash_report.report(error, datetime.now(UTC), NEWEST))
        self.lift()
        self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def fit(self) -> None:
        """The report gives way where the window has no room for all of it; it scrolls by itself."""
        layout = self.layout()
        if layout is None:
            return
        self.text.setFixedHeight(self._look.px(TEXT))
        layout.activate()
        over = layout.totalHeightForWidth(self.width()) - (self._window.height() - 2 * MARGIN)
        self.text.setFixedHeight(self._look.px(TEXT) - min(max(over, 0), self._look.px(TEXT - LEAST_TEXT)))

    def write(self, path: Path) -> None:
        """Write the report to a file."""
        path.write_text(self.text.toPlainText(), encoding="utf-8")

    def _save(self) -> None:
        title = self._look.text(msg("Save the report"))
        path, _ = QFileDialog.getSaveFileName(self, title, "satchel-report.txt", "*.txt")
        if path:
            self.write(Path(path))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
