"""By which server mails go out: typed once, tried without sending anything, kept in the vault."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop.errors import Refused, SatchelError
from desktop.models.mailbox import Account, Mailbox
from desktop.services import mail
from desktop.views import errors
from desktop.views.buttons import Button, Segments
from desktop.views.card import Card
from desktop.views.compose import Line, column, holding, label, row, set_ink
from desktop.views.desk import Desk
from desktop.views.frame import Secret
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.words import Message, msg, verbatim

WIDTH: Final = 520
TITLE: Final = msg("Mail account")
WHY: Final = msg("The password stays in this vault. Certificates are checked; nothing goes out unencrypted.")
WAYS: Final = (("starttls", msg("STARTTLS (587)")), ("tls", msg("TLS (465)")))
PORTS: Final = {"starttls": 587, "tls": 465}


class AccountCard(Card):
    """The card; what is wrong stands at its foot."""

    kept = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self.address, self.server, self.port, self.user = (QLineEdit() for _ in range(4))
        self.password = Secret(look, msg("Password"))
        self.way = Segments(look, WAYS, current="starttls", name=msg("Encryption"))
        self._way = "starttls"
        self.way.chosen.connect(self._turn)
        grid = QGridLayout()
        look.bind(grid.setVerticalSpacing, lambda: look.px(8))
        look.bind(grid.setHorizontalSpacing, lambda: look.px(16))
        lines: tuple[tuple[Message, QWidget], ...] = (
            (msg("Your address"), self.address),
            (msg("Mail server"), self.server),
            (msg("Encryption"), holding(row(look, self.way, None, gap=0))),
            (msg("Port"), self.port),
            (msg("User name"), self.user),
            (msg("Password"), self.password),
        )
        for place, (words, entry) in enumerate(lines):
            grid.addWidget(label(look, words, ink="ink_2"), place, 0)
            grid.addWidget(entry, place, 1)
            look.bind(entry.setAccessibleName, words)
        grid.setColumnStretch(1, 1)
        self._said = label(look, verbatim(""), size="small", wrap=True)
        self.test = Button(look, msg("Try it"), icon="refresh-cw")
        self.test.clicked.connect(partial(self._keep, self._try))
        self.save = Button(look, msg("Save"), kind="primary", keys="Enter")
        self.save.clicked.connect(partial(self._keep, self._saved))
        for entry in (self.address, self.server, self.port, self.user, self.password):
            entry.returnPressed.connect(self.save.click)
        head = row(look, label(look, TITLE, size="title", strong=True), None, close, edge=(20, 12, 12, 12))
        why = label(look, WHY, size="small", ink="ink_2", wrap=True)
        body = holding(column(look, why, grid, self._said, gap=10, edge=(20, 12, 20, 12)))
        foot = row(look, self.test, None, self.save, gap=8, edge=(20, 12, 20, 12))
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), body, Line(look), foot, gap=0, edge=ring))
        look.bind(self.setAccessibleName, TITLE)

    def ask(self) -> None:
        """The account as it is kept; its password is not shown again."""
        kept = Mailbox(self._desk.store).account()
        self._way = kept.tls
        self.way.choose(kept.tls)
        for entry, text in (
            (self.address, kept.sender), (self.server, kept.server),
            (self.port, str(kept.port)), (self.user, kept.user), (self.password, ""),
        ):  # fmt: skip
            entry.setText(text)
        known = msg("kept; type to change it") if kept.password else verbatim("")
        self._look.bind(self.password.setPlaceholderText, known)
        refused = kept.refused or {}
        told = refused.get(self._look.language, "")
        self._tell(verbatim(told), good=False)
        self.lift()
        self.address.setFocus()

    def _turn(self, way: str) -> None:
        self._way = way
        self.port.setText(str(PORTS[way]))

    def _account(self) -> Account:
        port = self.port.text().strip()
        if not (port.isascii() and port.isdigit()):
            raise Refused(msg("The port of a server is a number from 1 to 65535."), field="port")
        kept = Mailbox(self._desk.store).account()
        return replace(
            kept,
            sender=self.address.text(),
            server=self.server.text(),
            port=int(port),
            tls=self._way,
            user=self.user.text().strip(),
            password=self.password.text(),
        )

    def _keep(self, then: Callable[[], None]) -> None:
        try:
            account = self._account()
        except Refused as refused:
            self._tell(refused.message, good=False)
            return
        work = partial(mail.set_account, self._desk.store, account)
        self._desk.runner.write(work, done=lambda _nothing: then(), failed=self._refuse)

    def _saved(self) -> None:
        self.dismiss()
        self.kept.emit()
        self._desk.told.emit(msg("The mail account is kept"), False)

    def _try(self) -> None:
        self._tell(msg("Trying…"), good=True)
        self.test.setEnabled(False)
        work = partial(mail.try_account, self._desk.store)
        self._desk.runner.read(self, "account", work, self._works, failed=self._refuse)

    def _works(self, _nothing: None) -> None:
        self.test.setEnabled(True)
        self._tell(msg("The mail server takes this account."), good=True)

    def _refuse(self, error: BaseException) -> None:
        self.test.setEnabled(True)
        if isinstance(error, SatchelError):
            self._tell(errors.shown(error).words, good=False)
        else:
            self._desk.runner.failed.emit(error)

    def _tell(self, words: Message, *, good: bool) -> None:
        self._look.bind(self._said.setText, words)
        self._said.setVisible(bool(self._said.text()))
        set_ink(self._said, "ink_2" if good else "bad")
        self.place()

    def said(self) -> str:
        """What stands at its foot."""
        return self._said.text()
