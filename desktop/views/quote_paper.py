"""The paper of the quote that is edited: made again after each change, saved, copied, as a contract too."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, QTimer, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import SatchelError
from desktop.services import contracts, editions, papers, quotes
from desktop.services.drafts import QuoteDraft
from desktop.views import paperwork, preview
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.templates.choice import TemplateChoice
from desktop.words import Message, msg

AFTER: Final = 250  # ms without a change before the paper is made again


class QuotePaper(QObject):
    """Keeps the preview of one quote fresh; every PDF is made off the UI thread."""

    def __init__(self, look: Look, desk: Desk, page: QWidget, draft: Callable[[], QuoteDraft]) -> None:
        super().__init__(page)
        self._look, self._desk, self._page, self._draft = look, desk, page, draft
        self.template = TemplateChoice(look, desk, draft)
        self.view = preview.Preview(look, more=[self.template])
        self.view.file_wanted.connect(self.take_file)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(AFTER)
        self._later.timeout.connect(self.make)

    def soon(self) -> None:
        """The draft is different: make the pages again when it has settled."""
        self._later.start()

    def _language(self) -> str:
        return self._draft().revision.language or "zh"

    def make(self) -> None:
        """The pages, swapped whole when they are ready."""
        self.template.fit()
        language, width = self._language(), self.view.width_wanted()
        store, quote_id = self._desk.store, self._draft().quote.id

        def pages() -> list[QImage]:
            return preview.images(papers.pictures(store, quote_id, language, width))

        self._desk.runner.read(self, "pages", pages, self.view.show_pages, failed=self._no_pages)

    def _no_pages(self, error: BaseException) -> None:
        self.view.show_pages([])
        if isinstance(error, SatchelError):
            self._desk.refused.emit(error)

    def take_file(self, what: str) -> None:
        """`save` or `copy` the quote, also as `text`; save the `contract` after it or the `changes` in it."""
        store, quote_id, language = self._desk.store, self._draft().quote.id, self._language()
        if what == "text":
            text = partial(papers.as_text, store, quote_id, language)
            self._desk.runner.read(self, "text", text, self._copy_text, failed=self._desk.refused.emit)
            return

        def paper() -> bytes:
            if what == "contract":
                return contracts.paper(store, quote_id, language=language)
            if what == "changes":
                return editions.paper(store, quote_id)
            return quotes.paper(store, quote_id, language=language)

        def ready(made: bytes) -> None:
            name = paperwork.file_name(self._draft(), what)
            self._copy(name, made) if what == "copy" else self._save(name, made)

        self._desk.runner.read(self, "file", paper, ready, failed=self._desk.refused.emit)

    def _copy(self, name: str, paper: bytes) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(paperwork.private_copy(name, paper)))])
        QGuiApplication.clipboard().setMimeData(data)
        self._tell(msg("The PDF is on the clipboard"))

    def _copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._tell(msg("The quote is on the clipboard as text"))

    def _save(self, name: str, paper: bytes) -> None:
        title = self._look.text(msg("Save as PDF"))
        path, _ = QFileDialog.getSaveFileName(self._page, title, name, "PDF (*.pdf)")
        if path:
            paperwork.write(path, paper)
            self._tell(msg("Saved: {name}").of(name=Path(path).name))

    def _tell(self, words: Message) -> None:
        self._desk.told.emit(words, False)
