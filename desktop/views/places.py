"""Where one can go: the places of the rail, those below, and the directory that the settings lead to."""

from typing import Final

from desktop.models.record import RECORDS
from desktop.views import boards
from desktop.views.contracts import seal_lists
from desktop.views.lists import DIRECTORY_KINDS, LISTS
from desktop.views.rail import Place
from desktop.words import msg

assert seal_lists.SPECS  # they are among the lists from now on
PLACES: Final = (
    boards.TODAY,
    *(
        Place(kind, RECORDS[kind].__plural__, LISTS[kind].icon)
        for kind in ("customer", "contact", "opportunity", "quote", "contract", "order")
    ),
    Place("product", RECORDS["product"].__plural__, "package", opens_group=True),
    Place("task", RECORDS["task"].__plural__, "list-todo"),
    Place("interaction", RECORDS["interaction"].__plural__, "message-circle"),
    boards.DASHBOARD,
    Place("inbox", msg("Inbox"), "inbox", opens_group=True),
)
DIRECTORY: Final = tuple(Place(kind, RECORDS[kind].__plural__, LISTS[kind].icon) for kind in DIRECTORY_KINDS)
BELOW: Final = (Place("settings", msg("Settings"), "settings"),)
