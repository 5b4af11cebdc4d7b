"""The mail outbox as a list: what waits, what went out, what failed and why, and what one can do about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from desktop.errors import SatchelError
from desktop.models.mailbox import FAILED, SENT, UNSURE, WAITING, Mail, Mailbox
from desktop.services import mail
from desktop.services.mail_words import STATES
from desktop.views import dates
from desktop.views.buttons import Button
from desktop.views.card import Body, Card
from desktop.views.compose import Chip, Line, clear, column, holding, label, row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.popover import RING
from desktop.views.privacy import veil_text
from desktop.words import Message, msg

WIDTH: Final = 720
SHOWN: Final = 30
"""Mails that are listed; older ones went out long ago."""
TITLE: Final = msg("Mail outbox")
NOTHING: Final = msg("No mail waits. “Send by mail” stands in the menu of an issued quote or contract.")
TONES: Final = {SENT: "good", FAILED: "bad", UNSURE: "warn"}


class MailBox(Card):
    """The card; it follows what becomes of the mails while it is open."""

    account_wanted = Signal()

    def __init__(self, look: Look, desk: Desk, window: QWidget) -> None:
        super().__init__(look, window, WIDTH)
        self._desk = desk
        self.mails: list[Mail] = []
        self.buttons: dict[tuple[str, str], Button] = {}
        close = Button(look, icon="x", kind="flat", name=msg("Close"))
        close.clicked.connect(self.dismiss)
        self._by = label(look, size="small", ink="ink_2", wrap=True)
        self.account = Button(look, msg("Mail account…"), icon="settings")
        self.account.clicked.connect(self.account_wanted)
        self._rows: QVBoxLayout = column(look, gap=0)
        head = row(look, label(look, TITLE, size="title", strong=True), None, close, edge=(20, 12, 12, 12))
        line = row(look, self._by, None, self.account, gap=12, edge=(20, 10, 20, 10))
        line.setStretch(0, 1)
        body = Body(holding(column(look, self._rows, gap=0)))
        body.grew.connect(self._later.start)
        ring = (RING + 1, RING + 1, RING + 1, RING + 1)
        self.setLayout(column(look, head, Line(look), line, Line(look), body, gap=0, edge=ring))
        look.bind(self.setAccessibleName, TITLE)
        look.changed.connect(self.fill)
        desk.changed.connect(self._changed)

    def ask(self) -> None:
        """Show it as it is now."""
        self.fill(always=True)
        self.lift()
        self.account.setFocus()

    def _changed(self, keys: frozenset[tuple[str, object]]) -> None:
        if any(kind == "mail" for kind, _ in keys):
            self.fill()

    def fill(self, *, always: bool = False) -> None:
        """Read and show again; what nobody sees is not read."""
        if not (always or self.isVisible()):
            return
        look, box = self._look, Mailbox(self._desk.store)
        account = box.account()
        self.mails = box.all()[:SHOWN]
        self.buttons = {}
        by = msg("{sender} by {server}").of(sender=account.sender, server=account.server)
        refused = (account.refused or {}).get(look.language, "")
        look.bind(self._by.setText, by if account.server else mail.NO_ACCOUNT)
        clear(self._rows)
        if refused:
            self._rows.addWidget(self._note(refused))
        for one in self.mails:
            self._rows.addWidget(self._row(one))
            self._rows.addWidget(Line(look))
        if not self.mails:
            self._rows.addWidget(self._note(look.text(NOTHING), ink="ink_2"))
        self.place() if self.isVisible() else None

    def _note(self, text: str, ink: str = "bad") -> QWidget:
        look = self._look
        return holding(row(look, label(look, text, ink=ink, wrap=True), edge=(20, 12, 20, 12)))

    def _row(self, one: Mail) -> QWidget:
        look = self._look
        moment = datetime.fromtimestamp(one.at / 1000, UTC).astimezone()
        when = (
            f"{dates.said(moment.date(), look.language, datetime.now().astimezone().date())} {moment:%H:%M}"
        )
        to = label(look, veil_text(look, ", ".join(one.to)), strong=True)
        top = row(look, Chip(look, STATES[one.state], TONES.get(one.state, "neutral")), to, None, gap=8)
        top.addWidget(label(look, when, size="small", ink="ink_2"))
        parts: list[QWidget | QLayout] = [
            top,
            label(look, veil_text(look, one.subject), ink="ink_2", wrap=True),
        ]
        why = one.why.get(look.language, "")
        if why:
            parts.append(
                label(look, why, size="small", ink="bad" if one.state == FAILED else "warn", wrap=True)
            )
        acts = self._acts(one)
        if acts:
            parts.append(row(look, *(self._button(one, *act) for act in acts), None, gap=8))
        return holding(column(look, *parts, gap=4, edge=(20, 10, 20, 10)))

    def _acts(self, one: Mail) -> list[tuple[str, Message, Callable[[], object]]]:
        store = self._desk.store
        send = partial(mail.send_due, store, only=one.id)
        back = ("back", msg("Take back"), partial(mail.take_back, store, one.id))
        arrived = ("arrived", msg("It arrived"), partial(mail.arrived, store, one.id))
        again = ("send", msg("Send again"), send)
        found: dict[str, list[tuple[str, Message, Callable[[], object]]]] = {
            WAITING: [("send", msg("Send now"), send), back],
            FAILED: [again, back],
            UNSURE: [arrived, again, back],
        }
        return found.get(one.state, [])

    def _button(self, one: Mail, key: str, words: Message, work: Callable[[], object]) -> Button:
        button = Button(self._look, words, height="target_min")
        self.buttons[one.id, key] = button

        def go() -> None:
            for each in self.buttons.values():
                each.setEnabled(False)
            self._desk.runner.write_slowly(work, done=lambda _done: self.fill(), failed=self._refuse)

        button.clicked.connect(go)
        return button

    def _refuse(self, error: BaseException) -> None:
        self.fill()
        if isinstance(error, SatchelError):
            self._desk.refused.emit(error)
        else:
            self._desk.runner.failed.emit(error)
