"""A record in a window of its own, torn off from the main one: beside another, or on another screen."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.views.boards import WHOLE, Whole, show_rows
from desktop.views.compose import column, region, row
from desktop.views.desk import Desk
from desktop.views.header_parts import lend
from desktop.views.look import Look
from desktop.views.record_pages import RecordPage, record_page
from desktop.words import Message, msg, verbatim

SIZE = QSize(1180, 780)


class TornWindow(QWidget):
    """Header and page; what is done in it is told in the main window, whose undo takes it back."""

    def __init__(self, owner: "TornWindows", look: Look, page: RecordPage | Whole, name: Message) -> None:
        super().__init__()
        self._owner, self.page = owner, page
        header = region("surface", "bottom")
        line = row(look, gap=10, edge=(16, 0, 16, 0))
        for part in page.header_parts():
            line.addWidget(part)
        line.addStretch(1)
        for part in page.header_actions():
            line.addWidget(part)
        header.setLayout(line)
        look.bind(header.setFixedHeight, lambda: look.t.bar("header"))
        whole = column(look, header, page, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        for part in (*page.header_parts(), *page.header_actions()):
            lend(part)
        look.bind(self.setWindowTitle, name)
        self.resize(SIZE.boundedTo(self.screen().availableSize() * 0.96))
        QShortcut(QKeySequence("Ctrl+W"), self).activated.connect(self.close)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone, and forgotten."""
        super().closeEvent(event)
        self._owner.forget(self)


class TornWindows(QObject):
    """All of them; they live as long as the window that they were torn from."""

    def __init__(self, look: Look, desk: Desk, main: QWidget) -> None:
        super().__init__(main)
        self._look, self._desk, self._main = look, desk, main
        self.windows: list[TornWindow] = []

    def tear(self, kind: str, record_id: UUID) -> TornWindow:
        """Open a record in a window of its own, or raise the one that it has."""
        for window in self.windows:
            if self._shows(window.page) == record_id:
                window.raise_()
                window.activateWindow()
                return window
        page = self._made(kind, record_id)
        name = self._desk.title(kind, record_id)
        window = TornWindow(self, self._look, page, verbatim(name) if name else msg("Satchel"))
        self.windows.append(window)
        window.show()
        window.activateWindow()
        return window

    def close_all(self) -> None:
        """The vault is locked, or the program ends."""
        for window in list(self.windows):
            window.close()

    def forget(self, window: TornWindow) -> None:
        """It was closed."""
        if window in self.windows:
            self.windows.remove(window)
            window.deleteLater()

    def _made(self, kind: str, record_id: UUID) -> RecordPage | Whole:
        page: RecordPage | Whole
        if kind in WHOLE:
            page = WHOLE[kind](self._look, self._desk, record_id)
        else:
            page = record_page(self._look, self._desk, kind, record_id)
            page.gone.connect(lambda: page.window().close())
            page.wanted.connect(self._main.ask_new)  # type: ignore[attr-defined]
            page.quoted.connect(self._main.quote_for)  # type: ignore[attr-defined]
            page.shown_rows.connect(partial(show_rows, self._main))  # type: ignore[arg-type]
        page.opened.connect(self.tear)
        return page

    def _shows(self, page: RecordPage | Whole) -> UUID:
        return page.shown.id
