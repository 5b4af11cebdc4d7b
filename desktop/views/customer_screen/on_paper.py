"""The way of paper: print it, let it be signed and stamped, photograph it; the photograph is kept."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop.rules.attachments import SIGNATURE
from desktop.services import attachments, showing
from desktop.services.contract_drafts import ContractDraft
from desktop.services.drafts import QuoteDraft
from desktop.services.signing import PAPER
from desktop.views.buttons import Button
from desktop.views.compose import column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING, Popover
from desktop.words import msg

WIDTH: Final = 380
FILES: Final = "*.jpg *.jpeg *.png *.webp *.heic *.pdf"


class OnPaper(Popover):
    """Three steps beside the button; what is written is one command: the photograph with the signature."""

    tells = True

    def __init__(
        self,
        look: Look,
        desk: Desk,
        page: QWidget,
        draft: Callable[[], QuoteDraft | ContractDraft],
        save: Callable[[], object],
    ) -> None:
        super().__init__(look, page)
        self._desk, self._draft = desk, draft
        self._photo: Path | None = None
        self.signer, self.job = QLineEdit(), QLineEdit()
        for entry, words in ((self.signer, msg("Signed by")), (self.job, msg("Job title"))):
            look.bind(entry.setPlaceholderText, words)
            look.bind(entry.setAccessibleName, words)
            entry.textChanged.connect(self._refresh)
        self.print = Button(look, msg("Save as PDF"), icon="download")
        self.print.clicked.connect(save)
        self.choose = Button(look, msg("Choose the photograph"), icon="upload")
        self.choose.clicked.connect(self._choose)
        self._chosen = label(look, size="small", ink="ink_2", wrap=True)
        self.go = Button(look, msg("Record the signature"), kind="primary", icon="check")
        self.go.clicked.connect(self._record)
        steps = (
            msg("1. Print it; the customer signs and stamps it."),
            msg("2. Photograph or scan the signed page."),
            msg("3. Say who signed."),
        )
        first, second, third = (label(look, words, ink="ink_2", wrap=True) for words in steps)
        body = column(
            *(look, label(look, msg("Signed on paper"), strong=True), first, row(look, self.print, None)),
            *(second, row(look, self.choose, None), self._chosen, third),
            row(look, self.signer, self.job, gap=8),
            row(look, None, self.go),
            gap=8,
            edge=(16, 14, 16, 12),
        )
        self.inside.addWidget(holding(body))
        look.bind(self.setAccessibleName, msg("Signed on paper"))

    def ask(self, anchor: QWidget) -> None:
        """Below the button."""
        self._photo = None
        for entry, text in zip((self.signer, self.job), showing.who_signs(self._draft()), strict=True):
            entry.setText(text)
        self._show_photo()
        self.setFixedWidth(self._look.px(WIDTH) + 2 * RING)
        page = self._window
        there = page.mapFromGlobal(anchor.mapToGlobal(QPoint(anchor.width(), anchor.height() + 6)))
        self.pop(QPoint(there.x() - self.width() + 2 * RING, max(there.y(), 4)))
        self.print.setFocus()

    def _choose(self) -> None:
        title = self._look.text(msg("Choose the photograph"))
        path, _ = QFileDialog.getOpenFileName(self._window, title, "", FILES)
        if path:
            self._photo = Path(path)
            self._show_photo()

    def _show_photo(self) -> None:
        self._chosen.setText(self._photo.name if self._photo else "")
        self._chosen.setVisible(self._photo is not None)
        self._refresh()
        self.fit()

    def _refresh(self) -> None:
        if self._photo is None:
            self.go.refuse(msg("Choose the photograph of the signed page first."))
        else:
            self.go.refuse(None if self.signer.text().strip() else msg("Say who signs."))

    def _record(self) -> None:
        """Bytes first, beside the data thread; then the record and the signature in one."""
        photo, store = self._photo, self._desk.store
        if photo is None:
            return

        def kept() -> dict[str, Any]:
            return attachments.keep(store, photo.name, attachments.read_file(photo), purpose=SIGNATURE)

        said = {"signer": self.signer.text(), "job": self.job.text(), "method": PAPER}
        done = partial(self._sign, said)
        self._desk.runner.read(self, "photo", kept, done, failed=self._desk.refused.emit)

    def _sign(self, said: dict[str, Any], photo: dict[str, Any]) -> None:
        told = msg("The signature on paper is recorded")
        of, record = showing.to_be_signed(self._draft())
        command = showing.COMMANDS[of]
        self._desk.do(command, record.id, told=told, done=self._recorded, photo=photo, **said)

    def _recorded(self, _signature: object) -> None:
        self.dismiss()
