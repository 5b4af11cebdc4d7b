"""What to do about a change that the office refused: one sentence for each reason."""

from collections.abc import Mapping
from typing import Final

from desktop.models.inbox import Entry
from desktop.words import Message, msg

REMEDIES: Final[Mapping[str, Message]] = {
    "not_allowed": msg(
        "Ask whoever has the record, or a manager, to make this change; what you typed stays here until then."
    ),
    "not_found": msg(
        "It was deleted, or given to others whose records you do not see. Ask before you type it anew."
    ),
    "state": msg("Look at where it stands now. If it still makes sense there, use yours again."),
    "depends": msg("It needs a record that was refused too. Decide that one first, then use this one again."),
    "writes": msg("Make this change on the page of the record itself, not by what you did."),
    "frozen": msg("Paper that was issued is never rewritten. Put yours into a new revision of the quote."),
    "limit": msg("Use what is left, or let it rest and speak with the customer first."),
    "invalid": msg("The value does not fit. Open the record and type it anew."),
    "proposed": msg("Nothing to do for now; you are told here what becomes of it."),
}
OTHERWISE: Final = msg("Look at the record as it is now. If yours is still right, use it again.")


def remedy(entry: Entry) -> Message:
    """What a person can do about this refusal."""
    return REMEDIES.get(entry.code, OTHERWISE)
