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
        mine = [each for each in said if me.name in (each.mentions or ())][:MOST]
        names = records.link_titles(session, [*tasks, *mine])
    found = [_reminder("task", each, each.name, each.remind_at, names, now) for each in tasks]
    found += [_reminder("comment", each, each.title, each.said_at, names, now) for each in mine]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _reminder(
    kind: str, each: Task | Comment, title: str, at: datetime | None, names: dict[UUID, str], now: datetime
) -> Reminder:
    about = names.get(each.customer_id, "") if each.customer_id is not None else ""
    return Reminder(kind, each.id, title, about, at or now)
