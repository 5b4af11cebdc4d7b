"""The page after a mistake of the program: what it means, the whole report, and what one may do with it."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from desktop.models.migrations import NEWEST
from desktop.views import crash_report, paint
from desktop.views.buttons import Button
from desktop.views.compose import Line, Picture, column, label, row
from desktop.views.look import Look
from desktop.views.popover import RING, Scrim
from desktop.words import msg

WIDTH = 640


class CrashPage(QWidget):
    """Shown once for each place in the program; the report leaves by the person's own hand alone."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._known: set[str] = set()
        self._scrim = Scrim(look, window)
        self._scrim.pressed.connect(self.dismiss)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        look.bind(self.text.setAccessibleName, msg("Report"))
        look.bind(self.text.setFixedHeight, lambda: look.px(220))
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
        self.hide()

    def tell(self, error: BaseException) -> bool:
        """Show the report of a mistake, unless this place was reported before."""
        place = crash_report.place(error)
        if place in self._known:
            return False
        self._known.add(place)
        self.text.setPlainText(crash_report.report(error, datetime.now(UTC), NEWEST))
        self._scrim.cover()
        self.setFixedWidth(min(self._look.px(WIDTH), self._window.width() - 40))
        self.adjustSize()
        left, top = (self._window.width() - self.width()) // 2, (self._window.height() - self.height()) // 3
        self.move(left, max(20, top))
        self.show()
        self.raise_()
        self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def dismiss(self) -> None:
        """Back to work."""
        self._scrim.hide()
        self.hide()

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A floating layer."""
        paint.paint_float(QPainter(self), self._look, self.rect())
