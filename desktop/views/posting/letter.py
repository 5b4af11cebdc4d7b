"""A paper as a letter: to whom, subject and words, typed over what is proposed; then outbox or file."""

from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from desktop.errors import SatchelError
from desktop.models.mailbox import Mailbox
from desktop.services import mail, mail_papers
from desktop.services.mail_papers import Paper
from desktop.views import errors
from desktop.views.buttons import Button
from desktop.views.card import Card
from desktop.views.compose import Line, Picture, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.views.privacy import veil_text
from desktop.views.reason import Reason
from desktop.words import Message, msg, verbatim

WIDTH: Final = 620
TITLE: Final = msg("Send by mail")
WAITS: Final = msg("In the mail outbox; it goes out as soon as there is a network")
NO_ACCOUNT: Final = msg("In the mail outbox; it waits until a mail account is set up")


class Letter(Card):
    """The card; what is wrong stands at its foot."""

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self.paper: Paper | None = None
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.to, self.subject, self.text = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        look.bind(self.text.setFixedHeight, lambda: look.px(220))
        self._file = label(look, ink="ink_2")
        self._why = Reason(look)
        parts: list[QWidget] = []
        entries: tuple[tuple[Message, QWidget], ...] = (
            (msg("To", "mail"), self.to),
            (msg("Subject", "mail"), self.subject),
            (msg("Words", "mail"), self.text),
        )
        for words, entry in entries:
            look.bind(entry.setAccessibleName, words)
            parts += [label(look, words, size="small", ink="ink_2"), entry]
        file = row(look, Picture(look, "paperclip", "ink_2", "small"), self._file, None, gap=6)
        self.save = Button(look, msg("Save as .eml"), icon="save")
        self.save.clicked.connect(self._save)
        self.send = Button(look, msg("Put into the outbox"), kind="primary", icon="mail")
        self.send.clicked.connect(self._send)
        self.to.returnPressed.connect(self.subject.setFocus)
        self.subject.returnPressed.connect(self.text.setFocus)
        head = row(look, label(look, TITLE, size="title", strong=True), None, close, edge=(20, 12, 12, 12))
        body = holding(column(look, *parts, file, self._why, gap=4, edge=(20, 12, 20, 8)))
        foot = row(look, self.save, None, self.send, gap=8, edge=(20, 12, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), body, Line(look), foot, gap=0, edge=ring))
        look.bind(self.setAccessibleName, TITLE)

    def ask(self, of: str, of_id: UUID) -> None:
        """Propose a letter for this paper."""
        work = partial(mail_papers.paper_of, self._desk.store, of, of_id)
        self._desk.runner.read(self, "paper", work, self._propose, failed=self._desk.refused.emit)

    def _propose(self, paper: Paper) -> None:
        self.paper = paper
        self.to.setText(paper.to)
        self.subject.setText(paper.subject)
        self.text.setPlainText(paper.text)
        self._file.setText(veil_text(self._look, paper.file))
        self._tell(verbatim(""))
        self.lift()
        (self.to if not paper.to else self.text).setFocus()

    def _said(self) -> dict[str, str]:
        return {
            "to": self.to.text(),
            "subject": self.subject.text(),
            "text": self.text.toPlainText(),
        }

    def _send(self) -> None:
        paper = self.paper
        if paper is None:
            return
        self.send.setEnabled(False)
        work = partial(mail.queue, self._desk.store, paper.of, paper.of_id, **self._said())
        self._desk.runner.write(work, done=self._queued, failed=self._refuse)

    def _queued(self, _mail: object) -> None:
        self.send.setEnabled(True)
        self.dismiss()
        there = Mailbox(self._desk.store).account().server
        self._desk.told.emit(WAITS if there else NO_ACCOUNT, False)

    def _save(self) -> None:
        paper = self.paper
        if paper is None:
            return
        name = Path(paper.file).with_suffix(".eml").name
        title = self._look.text(msg("Save as .eml"))
        path, _ = QFileDialog.getSaveFileName(self, title, name, "E-mail (*.eml)")
        if path:
            work = partial(mail.save, self._desk.store, paper.of, paper.of_id, Path(path), **self._said())
            done = partial(self._saved, Path(path).name)
            self._desk.runner.write(work, done=done, failed=self._refuse)

    def _saved(self, name: str, _nothing: None) -> None:
        self.dismiss()
        self._desk.told.emit(msg("Saved: {name}").of(name=name), False)

    def _refuse(self, error: BaseException) -> None:
        self.send.setEnabled(True)
        if isinstance(error, SatchelError):
            self._tell(errors.shown(error).words)
        else:
            self._desk.runner.failed.emit(error)

    def _tell(self, words: Message) -> None:
        self._look.bind(self._why.setText, words)
        self._why.setVisible(bool(self._why.text()))
        self.place()

    def said(self) -> str:
        """What stands at its foot."""
        return self._why.text()
