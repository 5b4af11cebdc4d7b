"""What was said stays as it was said: whoever wrote a comment may change it, and an administrator."""

from typing import Final

from desktop.models.records import Comment
from desktop.models.store import Actor
from desktop.words import Message, msg

NOT_YOURS: Final = msg("Only whoever wrote a comment may change it, or an administrator.")
ADMIN: Final = "admin"


def can_change(comment: Comment, actor: Actor) -> Message | None:
    """Why this person leaves the comment as it is. None: it is theirs, nobody's, or they administer the firm.

    One from before there were authors goes by the name that stands under it.
    """
    rights = actor.rights
    if (rights.base or rights.name) == ADMIN:
        return None
    if comment.author_id is None:
        theirs = (comment.author or "") in ("", actor.name)
    else:
        theirs = comment.author_id == actor.id
    return None if theirs else NOT_YOURS
