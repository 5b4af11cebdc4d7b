"""Comments on a record: what colleagues said, newest first, and saying something oneself."""

from typing import Any
from uuid import UUID

from desktop.rules.mentions import mentioned
from desktop.services import history
from desktop.views import cells
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.timeline import Event
from desktop.words import msg, verbatim


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


def spoken_of(row: Row) -> tuple[str, UUID]:
    """The record that opens for a comment: its customer, else what it is about."""
    record: Any = row.record
    if record.customer_id is not None or not record.of_id:
        return "customer", record.customer_id
    return str(record.of), record.of_id


def _event(row: Row, maker: str) -> Event:
    """Under the name of whom the office knows, else the log; else under the one that the comment gives."""
    record: Any = row.record
    author = row.titles.get(record.author_id) or maker or record.author or ""
    at = record.said_at or cells.now()
    told = msg("{author}, to {names}").of(author=author, names=", ".join(record.mentions or ()))
    who = told if record.mentions else verbatim(author)
    return Event(at, "message-circle", who, verbatim(record.text or ""))
