"""The lines of the settings about files: how photos are kept, what they tell, how much room there is."""

from typing import Final

from PySide6.QtWidgets import QWidget

from desktop import settings
from desktop.services import attachments
from desktop.views.attachment_tiles import bytes_of
from desktop.views.buttons import Segments
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.words import Message, msg

GIGABYTE: Final = 1 << 30
ROOMS: Final = tuple((str(size), f"{size} GB") for size in (1, 2, 5, 20))
SMALLER: Final = (("yes", msg("Smaller")), ("no", msg("As they are")))
PLACES: Final = (("no", msg("Left out")), ("yes", msg("Kept")))


class FileSettings:
    """The controls; each acts at once."""

    def __init__(self, look: Look, desk: Desk) -> None:
        self._desk = desk
        kept = settings.load()
        self._used, quota = attachments.room(desk.store)
        self.photos = Segments(look, SMALLER, current=_word(yes=kept.shrink_photos), name=msg("Photos"))
        self.photos.chosen.connect(lambda key: _remember(shrink_photos=key == "yes"))
        self.place = Segments(
            look, PLACES, current=_word(yes=kept.keep_photo_place), name=msg("Place of a photo")
        )
        self.place.chosen.connect(lambda key: _remember(keep_photo_place=key == "yes"))
        self.room = Segments(look, ROOMS, current=str(quota // GIGABYTE), name=msg("Room for files"))
        self.room.chosen.connect(self._make_room)

    def lines(self) -> list[tuple[Message, Message, QWidget]]:
        """Words, why, control."""
        used = msg("{used} are used. What the office has leaves first, and comes back when you open it.").of(
            used=bytes_of(self._used)
        )
        return [
            (msg("Photos"), msg("New photos are kept as large as a sheet of paper needs."), self.photos),
            (
                msg("Place of a photo"),
                msg("Telephones write into a photo where it was taken."),
                self.place,
            ),
            (msg("Room for files"), used, self.room),
        ]

    def _make_room(self, gigabytes: str) -> None:
        store = self._desk.store
        self._desk.runner.write(lambda: attachments.keep_at_most(store, int(gigabytes) * GIGABYTE))


def _word(*, yes: bool) -> str:
    return "yes" if yes else "no"


def _remember(**changes: bool) -> None:
    settings.save(settings.load().with_(**changes))
