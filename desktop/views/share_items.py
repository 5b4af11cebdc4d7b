"""What the palette offers to share the selected record: “share”, then a name; and to end what is shared."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final
from uuid import UUID

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
ENDED: Final = msg("End the share with {name}")
MOST: Final = 4
"""Names offered at once."""


def share_items(look: Look, desk: Desk, row: Row, text: str) -> list[Item]:
    """Items for a text that begins with the word for sharing; none for another, or where it is no use."""
    word, _, name = text.strip().casefold().partition(" ")
    begins = len(word) > 1 and look.text(SHARE).casefold().startswith(word)
    if not begins or row.record.__tablename__ not in SHAREABLE:
        return []
    return [*_ended(look, desk, row, name), *_given(look, desk, row, name)]


def _given(look: Look, desk: Desk, row: Row, name: str) -> Iterator[Item]:
    reason = desk.refusal("share.give", None)
    for kind, key in (("user", "person_id"), ("team", "group_id")):
        for receiver, title in _receivers(desk, kind, name):
            for access, words in ((READ, TO_READ), (EDIT, TO_EDIT)):
                said = words.of(name=title)
                values = {"of": row.record.__tablename__, "of_id": row.id, key: receiver, "access": access}
                yield _item(look, desk, said, "share.give", None, reason, values)


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
