"""What the palette offers to share the selected record: “share”, then a name and perhaps its last day."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from desktop.rules import typed
from desktop.rules.sharing import EDIT, READ, SHAREABLE
from desktop.services import sharing
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.words import Message, msg

SHARE: Final = msg("Share")
TO_READ: Final = msg("Share with {name}, to read")
TO_EDIT: Final = msg("Share with {name}, to read and edit")
LAST_DAY: Final = {
    READ: msg("Share with {name} until {day}, to read"),
    EDIT: msg("Share with {name} until {day}, to read and edit"),
}
ENDED: Final = msg("End the share with {name}")
MOST: Final = 4
"""Names offered at once."""


def share_items(look: Look, desk: Desk, row: Row, text: str) -> list[Item]:
    """Items for a text that begins with the word for sharing; none for another, or where it is no use."""
    name = text.strip().casefold().partition(" ")[2]
    if not begins(look, text) or row.record.__tablename__ not in SHAREABLE:
        return []
    return [*_ended(look, desk, row, name), *_given(look, desk, row, name)]


def begins(look: Look, text: str) -> bool:
    """Whether a text begins with the word for sharing."""
    word = text.strip().casefold().partition(" ")[0]
    return len(word) > 1 and look.text(SHARE).casefold().startswith(word)


def _given(look: Look, desk: Desk, row: Row, name: str) -> Iterator[Item]:
    reason = desk.refusal("share.give", None)
    until = None
    found = _everybody(desk, name)
    dated = typed.day_within(name, date.today()) if not found else None  # noqa: DTZ011  as it is typed here
    if dated is not None:
        until, rest = dated
        found = _everybody(desk, rest)
    for key, receiver, title in found:
        for access, words in ((READ, TO_READ), (EDIT, TO_EDIT)):
            said = LAST_DAY[access].of(name=title, day=until) if until else words.of(name=title)
            values = {"of": row.record.__tablename__, "of_id": row.id, key: receiver, "access": access}
            yield _item(look, desk, said, "share.give", None, reason, {**values, "until": until})


def _everybody(desk: Desk, name: str) -> list[tuple[str, Any, str]]:
    kinds = (("user", "person_id"), ("team", "group_id"))
    return [(key, *one) for kind, key in kinds for one in _receivers(desk, kind, name)]


def _receivers(desk: Desk, kind: str, name: str) -> list[tuple[Any, str]]:
    if name:
        found = [(UUID(bytes=hit.id), hit.title) for hit in desk.search(name, [kind], MOST)]
    else:
        found = [(each.id, each.record.title) for each in desk.recent(kind, MOST)]
    return [one for one in found if one[0] != desk.actor.id]


def _ended(look: Look, desk: Desk, row: Row, name: str) -> Iterator[Item]:
    for share in sharing.of_record(desk.store, row.id):
        kind, receiver = ("user", share.person_id) if share.person_id else ("team", share.group_id)
        title = desk.title(kind, receiver) if receiver else ""
        if name in title.casefold():
            reason = desk.refusal("share.delete", share)
            yield _item(look, desk, ENDED.of(name=title), "share.delete", share.id, reason, {})


def _item(
    look: Look,
    desk: Desk,
    said: Message,
    command: str,
    target: Any,
    reason: Message | None,
    values: dict[str, Any],
) -> Item:
    run = None if reason else partial(desk.do, command, target, told=said, **values)
    return Item(look.text(said), look.text(reason) if reason else "", icon="users", run=run)
