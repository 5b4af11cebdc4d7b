"""The papers of an order in the window: which there are on the left, the one looked at on the right."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QMimeData, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.errors import SatchelError
from desktop.services import order_files, order_papers
from desktop.services.order_chain import Chain
from desktop.views import paperwork, preview
from desktop.views.choices import Choice
from desktop.views.compose import Line, clear, column, holding, label, region, row, scrolling
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg

MOST: Final = 6
"""Batches whose papers are offered; of more the last ones are."""
SEAL: Final = msg("Seal this paper")


class PaperChoice(Choice):
    """One of them; the one that is looked at has a bar before it."""

    here = False

    def show_here(self, *, here: bool) -> None:
        """Whether it is the one that is looked at."""
        self.here = here
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bar over the row."""
        super().paintEvent(event)
        if self.here:
            look, painter = self._look, QPainter(self)
            painter.fillRect(0, look.px(6), look.px(3), self.height() - look.px(12), look.colour("accent"))


class OrderPapers(QWidget):
    """Shows, saves, copies and seals them; every PDF is made off the UI thread."""

    message_wanted = Signal()
    closed = Signal()

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        self._chain: Chain | None = None
        self.kind = "order"
        self.batch: int | None = None
        self.language = "zh"
        self.offers: dict[tuple[str, int | None], PaperChoice] = {}
        self.data: list[Choice] = []
        self.view = preview.Preview(look)
        self.view.file_wanted.connect(self.take_file)
        self.view.language_chosen.connect(self.speak)
        self.view.closed.connect(self.closed)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        head = label(look, msg("Papers of this order"), strong=True)
        left = region("surface")
        title = holding(row(look, head, None, edge=(20, 14, 16, 8)))
        left.setLayout(column(look, title, holding(self._list), None, gap=0))
        whole = row(look, scrolling(left), self.view, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def show_chain(self, chain: Chain) -> None:
        """Another order, or the same one after something was done."""
        if self._chain is None or self._chain.order.id != chain.order.id:
            self.kind, self.batch = "order", None
            self.language = self._language_of(chain.order.id)
            self.view.languages.choose(self.language)
        self._chain = chain
        self._offer(chain)
        self.make()

    def _language_of(self, order_id: UUID) -> str:
        try:
            return order_papers.language_of(self._desk.store, order_id)
        except SatchelError:
            return "zh"

    def _offer(self, chain: Chain) -> None:
        """What there is to choose from."""
        look = self._look
        clear(self._list)
        self.offers, self.data = {}, []
        self._add("order", None, msg("Confirmation"), msg("what was agreed; with the order as data in it"))
        for batch in order_papers.batches(chain)[-MOST:]:
            said = msg("Batch {batch}").of(batch=batch)
            self._add("delivery_note", batch, msg("Delivery note"), said)
            self._add("acceptance", batch, msg("Acceptance"), said)
        self._add("statement", None, msg("Statement of account"), msg("invoices, payments and the balance"))
        self._list.addWidget(Line(look))
        self.seal = Choice(look, "file-check-2", SEAL, msg("and keep it as a file of this order"))
        self.seal.clicked.connect(self.seal_it)
        self._list.addWidget(self.seal)
        self._data(msg("Order-X"), msg("the order for the customer's programs"), self._orderx)
        for one in chain.living_requests():
            save = partial(self._cii, one.id, one.number or "")
            self._data(msg("EN 16931 data of {number}").of(number=one.number), msg("for finance"), save)
        self._allow()

    def _add(self, kind: str, batch: int | None, words: Message, below: Message) -> None:
        made = PaperChoice(self._look, "file-text", words, below)
        made.clicked.connect(lambda: self.choose(kind, batch))
        self.offers[kind, batch] = made
        self._list.addWidget(made)

    def _data(self, words: Message, below: Message, save: Callable[[], None]) -> None:
        made = Choice(self._look, "download", words, below)
        made.clicked.connect(lambda: save())
        self.data.append(made)
        self._list.addWidget(made)

    def _allow(self) -> None:
        """Which one is shown; whether it may be sealed, and why not."""
        if self._chain is None:
            return
        for shown, choice in self.offers.items():
            choice.show_here(here=shown == (self.kind, self.batch))
        refusal = self._desk.refusal("order.seal", self._chain.order)
        printed = msg("This paper is printed, not sealed.")
        self.seal.refuse(refusal or (None if self.kind in order_papers.SEALED else printed))

    def choose(self, kind: str, batch: int | None) -> None:
        """Look at another paper."""
        self.kind, self.batch = kind, batch
        self._allow()
        self.make()

    def speak(self, language: str) -> None:
        """In another language."""
        self.language = language
        self.make()

    def make(self) -> None:
        """The pages, swapped whole when they are ready."""
        if self._chain is None:
            return
        order, width = self._chain.order.id, self.view.width_wanted()
        about = (self._desk.store, order, self.kind, self.batch, self.language, width)

        def pages() -> list[QImage]:
            return preview.images(order_papers.pictures(*about))

        self._desk.runner.read(self, "pages", pages, self.view.show_pages, failed=self._no_pages)

    def _no_pages(self, error: BaseException) -> None:
        self.view.show_pages([])
        if isinstance(error, SatchelError):
            self._desk.refused.emit(error)

    # Files

    def take_file(self, what: str) -> None:
        """`save` or `copy` the paper that is shown; `text` is the message to the customer."""
        if what == "text" or self._chain is None:
            self.message_wanted.emit()
            return
        paper = partial(
            order_papers.paper,
            *(self._desk.store, self._chain.order.id, self.kind),
            batch=self.batch,
            language=self.language,
        )
        ready = self._copy if what == "copy" else partial(self._save, self._name("pdf"), "PDF (*.pdf)")
        self._desk.runner.read(self, "file", paper, ready, failed=self._desk.refused.emit)

    def _name(self, ending: str) -> str:
        order = self._chain.order if self._chain is not None else None
        said = self._look.text(order_papers.KINDS[self.kind])
        batch = str(self.batch) if self.batch is not None else ""
        raw = " ".join(filter(None, (order.title if order is not None else "", said, batch)))
        return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", raw)[:120] + f".{ending}"

    def _copy(self, made: bytes) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(paperwork.private_copy(self._name("pdf"), made)))])
        QGuiApplication.clipboard().setMimeData(data)
        self._desk.told.emit(msg("The PDF is on the clipboard"), False)

    def _save(self, name: str, kind: str, made: bytes) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self._look.text(msg("Save")), name, kind)
        if path:
            paperwork.write(path, made)
            self._desk.told.emit(msg("Saved: {name}").of(name=Path(path).name), False)

    def _orderx(self) -> None:
        if self._chain is not None:
            order = self._chain.order
            data = partial(order_files.order_data, self._desk.store, order.id)
            ready = partial(self._save, f"{order.title} order-x.xml", "XML (*.xml)")
            self._desk.runner.read(self, "file", data, ready, failed=self._desk.refused.emit)

    def _cii(self, request: UUID, number: str) -> None:
        data = partial(order_files.invoice_data, self._desk.store, request)
        ready = partial(self._save, f"{number}.xml", "XML (*.xml)")
        self._desk.runner.read(self, "file", data, ready, failed=self._desk.refused.emit)

    def seal_it(self) -> None:
        """Seal what is shown, and keep it."""
        if self._chain is None:
            return
        self._desk.do(
            "order.seal",
            self._chain.order.id,
            told=msg("Sealed, and kept as a file of this order."),
            kind=self.kind,
            of_batch=self.batch,
        )
