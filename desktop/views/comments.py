"""Comments on a record: what colleagues said, newest first, saying something, and changing what one said."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.models.record import RECORDS
from desktop.rules.mentions import mentioned
from desktop.services import history
from desktop.views import cells
from desktop.views.cells import Row
from desktop.views.confirm import Confirm
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.phrases import inside
from desktop.views.timeline import Event
from desktop.words import Message, msg, verbatim


def comments_on(desk: Desk, shown: Row) -> list[Event]:
    """What was said about this record; about a customer also what was said about its deals and quotes."""
    whole = shown.record.__tablename__ == "customer"
    found = desk.related("comment", "customer_id" if whole else "of_id", shown.id)
    makers = history.makers(desk.store, "comment", [each.id for each in found])
    return [_event(each, makers.get(each.id, "")) for each in found]


def names_of(desk: Desk) -> list[str]:
    """What the colleagues are called whom a comment can name; oneself is not one of them."""
    return [row.record.title for row in desk.recent("user", 500) if row.id != desk.actor.id]


def say(desk: Desk, shown: Row, customer: UUID | None, text: str) -> None:
    """A comment of one's own; whoever is named in it hears of it when it arrives."""
    values = {
        "customer_id": customer,
        "of": shown.record.__tablename__,
        "of_id": shown.id,
        "author": desk.actor.name,
        "said_at": cells.now(),
        "mentions": mentioned(text, names_of(desk)),
    }
    desk.create("comment", {"text": text}, values=values)


def say_otherwise(desk: Desk, comment: Row, text: str) -> None:
    """Other words in their place; who is named follows."""
    record: Any = comment.record
    values = {"text": text.strip(), "mentions": mentioned(text, names_of(desk))}
    seen = {"text": record.text, "mentions": record.mentions}
    desk.edit("comment", comment.id, values, parsed=True, seen=seen)


def spoken_of(row: Row) -> tuple[str, UUID]:
    """The record that opens for a comment: its customer, else what it is about."""
    record: Any = row.record
    if record.customer_id is not None or not record.of_id:
        return "customer", record.customer_id
    return str(record.of), record.of_id


class CommentMenu(QMenu):
    """What can be done with a comment: open what it is about, change it, delete it; grey with the reason."""

    opened = Signal(str, object)  # record type, id

    def __init__(self, look: Look, desk: Desk, comment: Row, shown: Row, beside: QWidget) -> None:
        super().__init__(beside)
        self._look, self._desk, self._comment, self._beside = look, desk, comment, beside
        self.setToolTipsVisible(True)
        self.setAccessibleName(look.text(msg("Comment")))
        record: Any = comment.record
        if record.of in RECORDS and record.of_id is not None and record.of_id != shown.id:
            about = msg("Open {what}").of(what=inside(RECORDS[record.of].__label__))
            go = partial(self.opened.emit, record.of, record.of_id)
            self.addAction(look.text(about)).triggered.connect(lambda _on: go())
        self._offer(msg("Change…"), "comment.edit", self._ask)
        self._offer(msg("Delete"), "comment.delete", partial(desk.delete, comment))
        self.aboutToHide.connect(self.deleteLater)

    def _offer(self, words: Message, command: str, act: Callable[[], object]) -> None:
        reason = self._desk.refusal(command, self._comment.record)
        action = self.addAction(self._look.text(words))
        action.triggered.connect(lambda _on: act())
        if reason is not None:
            action.setEnabled(False)
            action.setToolTip(self._look.text(reason))

    def _ask(self) -> None:
        record: Any = self._comment.record
        box = Confirm(self._look, self._beside.window())
        box.closed.connect(box.deleteLater)
        words = msg("Change what you said")
        box.ask_text(self._beside, words, record.text, partial(say_otherwise, self._desk, self._comment))


def _event(row: Row, maker: str) -> Event:
    """Under the name of whom the office knows, else the log; else under the one that the comment gives."""
    record: Any = row.record
    author = row.titles.get(record.author_id) or maker or record.author or ""
    at = record.said_at or cells.now()
    told = msg("{author}, to {names}").of(author=author, names=", ".join(record.mentions or ()))
    who = told if record.mentions else verbatim(author)
    return Event(at, "message-circle", who, verbatim(record.text or ""), of=("comment", row.id))
