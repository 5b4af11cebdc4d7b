"""One table from an error to what is seen: a field, the message bar, the status chip or a page."""

from dataclasses import dataclass
from typing import Final

from desktop import errors
from desktop.views.phrases import inside
from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Shown:
    """Where an error appears, what it says and in which tone."""

    place: str  # field, bar, status, page, crash
    words: Message
    field: str | None = None
    tone: str = "bad"


UNEXPECTED: Final = msg("Something went wrong that should not. Your work is saved; please send the report.")
_PLACES: Final[tuple[tuple[type[BaseException], str, str], ...]] = (
    (errors.WrongPassphrase, "page", "bad"),
    (errors.Damaged, "page", "bad"),
    (errors.InUse, "page", "bad"),
    (errors.Offline, "status", "warn"),
    (errors.NotFound, "bar", "warn"),
    (errors.Conflict, "bar", "warn"),
    (errors.SatchelError, "bar", "bad"),
)


def shown(error: BaseException) -> Shown:
    """Where and how to show an error; a refusal that names a field goes under that field."""
    if not isinstance(error, errors.SatchelError):
        return Shown("crash", UNEXPECTED)
    if isinstance(error, errors.Refused) and error.field and not isinstance(error, errors.Damaged):
        return Shown("field", error.message, error.field)
    place, tone = next((place, tone) for kind, place, tone in _PLACES if isinstance(error, kind))
    return Shown(place, error.message, tone=tone)


def missing(what: Message) -> errors.NotFound:
    """A record that is not, or no longer, on this laptop."""
    return errors.NotFound(msg("This {what} is no longer on this laptop.").of(what=inside(what)))
