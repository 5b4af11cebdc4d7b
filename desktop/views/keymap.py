"""Which keys do what: each action declared once; a person may change its keys, a conflict is refused."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QKeySequence

from desktop import settings
from desktop.errors import Refused
from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Action:
    """Something the window does from everywhere; `keys` as it is delivered, in Qt's portable form."""

    name: str
    words: Message
    keys: str
    icon: str = "circle-arrow-right"


@dataclass(frozen=True, slots=True)
class Fixed:
    """Keys that stay as they are, because every program or every grid has them."""

    words: Message
    keys: str
    where: Message


ACTIONS: Final = (
    Action("palette", msg("Search or command"), "Ctrl+K", "search"),
    Action("new", msg("New record in this list"), "N", "plus"),
    Action("quote", msg("New quote"), "Ctrl+Q", "file-plus"),
    Action("undo", msg("Undo"), "Ctrl+Z", "undo-2"),
    Action("back", msg("Back", "places"), "Alt+Left", "chevron-left"),
    Action("forward", msg("Forward"), "Alt+Right", "chevron-right"),
    Action("tear", msg("Open in a window of its own"), "Ctrl+Shift+O", "external-link"),
    Action("copy_link", msg("Copy a link to this record"), "Ctrl+Shift+C", "copy"),
    Action("private", msg("Hide names and amounts"), "Ctrl+Shift+H", "eye-off"),
    Action("sync", msg("Synchronise now"), "F5", "refresh-cw"),
    Action("lock", msg("Lock"), "Ctrl+L", "lock"),
    Action("settings", msg("Settings"), "Ctrl+,", "settings"),
    Action("guide", msg("Manual for this screen"), "F1", "info"),
    Action("keys", msg("All keys"), "?", "list-todo"),
)
BY_NAME: Final = {action.name: action for action in ACTIONS}
_EVERYWHERE, LISTS, _GRIDS = msg("General"), msg("Lists"), msg("Quote lines")
_CELLS = msg("Cells")
FIXED: Final = (
    Fixed(msg("Next, previous part of the screen"), "Tab", _EVERYWHERE),
    Fixed(msg("Give up, close"), "Esc", _EVERYWHERE),
    Fixed(msg("Add the new record; let the customer sign what was issued"), "Ctrl+Enter", _EVERYWHERE),
    Fixed(msg("Why is this value so?"), "Alt+W", _EVERYWHERE),
    Fixed(msg("Close a torn-off window"), "Ctrl+W", _EVERYWHERE),
    Fixed(msg("Second answer of a search, and so on"), "Ctrl+1", _EVERYWHERE),
    Fixed(msg("Open the record whole"), "Enter", LISTS),
    Fixed(msg("Change the cell"), "F2", _CELLS),
    Fixed(msg("Copy the cell above, fill the selection down"), "Ctrl+D", _CELLS),
    Fixed(msg("Today"), "Ctrl+;", _CELLS),
    Fixed(msg("Copy the rows with their heads"), "Ctrl+C", _CELLS),
    Fixed(msg("Paste a block, after a look at it"), "Ctrl+V", _CELLS),
    Fixed(msg("Issue the quote"), "F9", _GRIDS),
    Fixed(msg("Put the PDF on the clipboard"), "F10", _GRIDS),
    Fixed(msg("Make or open the contract"), "F8", _GRIDS),
    Fixed(msg("Remove the line"), "Del", _GRIDS),
    Fixed(msg("Fold or open a section"), "Space", _GRIDS),
    Fixed(msg("Next clause that is not the standard one"), "F7", msg("Clauses")),
)
_EDITING: Final = (
    "Ctrl+C",
    "Ctrl+V",
    "Ctrl+X",
    "Ctrl+A",
    "Ctrl+Y",
    "Return",
    "Space",
    "Backspace",
    "Shift+Tab",
)
"""Keys of every text field."""


def plain(keys: str) -> str:
    """Keys in the one form in which they are kept and compared; empty for what are none.

    >>> plain("ctrl+k"), plain("Enter"), plain("")
    ('Ctrl+K', 'Enter', '')
    """
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def all_keys() -> dict[str, str]:
    """The keys of every action on this machine."""
    chosen = settings.load().keys
    return {
        action.name: plain(chosen[action.name]) if isinstance(chosen.get(action.name), str) else action.keys
        for action in ACTIONS
    }


def rebind(name: str, keys: str) -> None:
    """Give an action other keys, or none. Raises Refused with who has them already."""
    wanted = plain(keys)
    if keys and not wanted:
        raise Refused(msg("These are no keys that can be used."))
    if wanted:
        _refuse_taken(name, wanted)
    kept = settings.load()
    settings.save(kept.with_(keys={**kept.keys, name: wanted}))


def reset(name: str = "") -> None:
    """Give an action, or all, the keys they came with. Raises Refused where another one has them now."""
    if name:
        _refuse_taken(name, BY_NAME[name].keys)
    kept = settings.load()
    left = {} if not name else {each: keys for each, keys in kept.keys.items() if each != name}
    settings.save(kept.with_(keys=left))


def _refuse_taken(name: str, wanted: str) -> None:
    for other, keys in all_keys().items():
        if other != name and keys and plain(keys) == wanted:
            raise Refused(msg("{keys} already means “{what}”.").of(keys=wanted, what=BY_NAME[other].words))
    if wanted in {plain(keys) for keys in _EDITING}:
        raise Refused(msg("{keys} belongs to every text field.").of(keys=wanted))
    for fixed in FIXED:
        if plain(fixed.keys) == wanted:
            raise Refused(msg("{keys} always means “{what}”.").of(keys=wanted, what=fixed.words))
