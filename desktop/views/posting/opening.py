"""The ways to mail: the menu of a paper, the palette, a word above the page when a mail needs somebody."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.models.mailbox import FAILED, UNSURE, Mailbox
from desktop.services.mail_papers import GOES
from desktop.services.naming import Called
from desktop.views.look import Look
from desktop.views.posting.account import AccountCard
from desktop.views.posting.box import TITLE, MailBox
from desktop.views.posting.letter import Letter
from desktop.words import Message, msg

if TYPE_CHECKING:
    from desktop.views.window import Window

SEND: Final = msg("Send by mail…")
NEEDS: Final = msg("A mail to {to} needs you: {why}")


def mail_acts(page: QWidget, record: Any) -> list[tuple[Message, Callable[[], object]]]:
    """What the menu of an issued paper offers, in the main window."""
    kind, posting = record.__tablename__, page.window().findChild(Posting)
    if posting is None or record.stage not in GOES.get(kind, ()):
        return []
    return [(SEND, partial(posting.open_letter, kind, record.id))]


class Posting(QObject):
    """Mail in one window."""

    def __init__(self, look: Look, window: "Window") -> None:
        super().__init__(window)
        self._look, self._window = look, window
        self._told: set[tuple[str, str]] = set()
        window.desk.changed.connect(self._changed)

    def items(self) -> list[tuple[Message, str, Callable[[], object]]]:
        """What the palette offers."""
        return [(TITLE, "mail", self.open_box)]

    def open_letter(self, of: str, of_id: UUID) -> Letter:
        """A letter with this paper."""
        window = self._window
        made = window.findChild(Letter) or Letter(self._look, window.desk, window)
        made.ask(of, of_id)
        return made

    def open_box(self) -> MailBox:
        """The list of mails."""
        window = self._window
        box = window.findChild(MailBox)
        if box is None:
            box = MailBox(self._look, window.desk, window)
            box.account_wanted.connect(partial(self._open_account, box))
        box.ask()
        return box

    def _open_account(self, box: MailBox) -> None:
        window = self._window
        card = window.findChild(AccountCard)
        if card is None:
            card = AccountCard(self._look, window.desk, window)
            card.kept.connect(box.ask)
        box.dismiss()
        card.ask()

    def _changed(self, keys: frozenset[tuple[str, UUID]]) -> None:
        ids = {key.hex for kind, key in keys if kind == "mail"}
        if not ids:
            return
        for one in Mailbox(self._window.desk.store).all():
            if one.id in ids and one.state in (FAILED, UNSURE) and (one.id, one.state) not in self._told:
                self._told.add((one.id, one.state))
                why = Called(one.why.get("zh", ""), "verbatim", english=one.why.get("en", ""))
                self._window.bar.tell(NEEDS.of(to=", ".join(one.to), why=why), tone="warn")
