"""What is to be brought to a person's mind now: tasks whose moment has come, and comments that name them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from desktop.models.records import Comment, Task
from desktop.models.store import Store
from desktop.services import records

LATER: Final = timedelta(hours=1)
MOST: Final = 20
RECENT: Final = timedelta(days=7)
"""Older mentions are no news."""
HEARD: Final = "heard"
MOST_HEARD: Final = 500


@dataclass(frozen=True, slots=True)
class Reminder:
    """One of them; `about` is the title of the customer, if there is one."""

    kind: str
    id: UUID
    title: str
    about: str
    at: datetime


def due(store: Store, now: datetime) -> list[Reminder]:
    """The reminders whose moment has come, the latest first."""
    me = store.me()
    with store.reading() as session:
        tasks = session.scalars(
            select(Task)
            .where(Task.remind_at <= now, Task.done_at.is_(None), Task.deleted_at.is_(None))
            .where((Task.owner_id == me.id) | Task.owner_id.is_(None))
            .order_by(Task.remind_at.desc())
            .limit(MOST)
        ).all()
        said = session.scalars(
            select(Comment)
            .where(Comment.said_at >= now - RECENT, Comment.deleted_at.is_(None), Comment.author != me.name)
            .order_by(Comment.said_at.desc())
            .limit(200)
        ).all()
        known = set(_heard(store))
        named = [each for each in said if me.name in (each.mentions or ()) and each.author_id != me.id]
        mine = [each for each in named if each.id.hex not in known][:MOST]
        names = records.link_titles(session, [*tasks, *mine])
    found = [_reminder("task", each, each.name, each.remind_at, names, now) for each in tasks]
    found += [_reminder("comment", each, each.title, each.said_at, names, now) for each in mine]
    return sorted(found, key=lambda one: one.at, reverse=True)


def hear(store: Store, comment: UUID) -> None:
    """Somebody was told of a comment: it is no news after the next start either."""
    store.set_local(HEARD, [*_heard(store), comment.hex][-MOST_HEARD:])


def _heard(store: Store) -> list[str]:
    kept = store.local(HEARD)
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


def _reminder(
    kind: str, each: Task | Comment, title: str, at: datetime | None, names: dict[UUID, str], now: datetime
) -> Reminder:
    about = names.get(each.customer_id, "") if each.customer_id is not None else ""
    return Reminder(kind, each.id, title, about, at or now)
