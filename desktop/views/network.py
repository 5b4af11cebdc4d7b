"""How it stands between this laptop and the office, as words, an icon and what one can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Network:
    """What chip, popover and card show. `until` is local time, `left` are seconds."""

    key: str = "alone"
    until: datetime | None = None
    done: int = 0
    total: int = 0
    bytes: int = 0
    left: float | None = None
    first: bool = False
    usable: bool = True
    indexing: bool = False
    metered: bool = False
    detail: Message | None = None
    """What files wait for."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One state: `deed` is what the button in the popover does."""

    icon: str
    colour: str
    word: Message
    why: Message
    deed: str = "now"


KEPT: Final = msg("All saved on this laptop; they go when there is a network.")
SAYINGS: Final[Mapping[str, Saying]] = {
    "offline": Saying("cloud-off", "warn", msg("Offline"), KEPT),
    "online": Saying(
        "cloud-check",
        "good",
        msg("Online"),
        msg("Changes go at once; those of others arrive by themselves."),
        "sync",
    ),
    "syncing": Saying(
        "refresh-cw", "accent_ink", msg("Synchronising"), msg("You can work on meanwhile."), "stop"
    ),
    "alone": Saying(
        "shield-check",
        "ink_2",
        msg("On this laptop"),
        msg("All saved on this laptop. Join a company to share them."),
        "",
    ),
    "waiting": Saying(
        "clock",
        "warn",
        msg("Waiting until {time}"),
        msg("The office asked for patience. All is saved on this laptop; the next try follows by itself."),
    ),
    "portal": Saying(
        "external-link",
        "warn",
        msg("Sign in to this network"),
        msg("Another page answers in the office's place: this network wants you to sign in first."),
        "portal",
    ),
    "revoked": Saying(
        "lock",
        "bad",
        msg("Access withdrawn"),
        msg("Nothing is sent or received any more; ask your office."),
        "",
    ),
    "unknown": Saying(
        "key-round",
        "bad",
        msg("Not known to the office"),
        msg("Join again with a new code; everything on this laptop is kept."),
        "",
    ),
    "update": Saying(
        "download",
        "warn",
        msg("Update Satchel"),
        msg("The office is newer than this laptop: your work still goes, but nothing more can be received."),
    ),
    "old_office": Saying(
        "circle-alert",
        "warn",
        msg("The office is out of date"),
        msg("It is older than this laptop and must be updated first; your work is kept."),
    ),
    "refused": Saying(
        "circle-alert",
        "bad",
        msg("Not taken by the office"),
        msg("Something in the last round made no sense to it. Your work is kept and goes with the next try."),
    ),
    "defect": Saying(
        "circle-alert",
        "bad",
        msg("Sync failed"),
        msg("Something failed that nobody foresaw; it stands in the log. Your work is kept."),
    ),
    "files": Saying(
        "paperclip",
        "warn",
        msg("Files wait"),
        msg("Records come and go as always; a photo or a document cannot."),
        "sync",
    ),
    "paused": Saying(
        "clock",
        "ink_2",
        msg("Stopped"),
        msg("What has arrived stays. It goes on in a quarter of an hour, or when you say so."),
        "go_on",
    ),
    "metered": Saying(
        "wallet",
        "ink_2",
        msg("Online, metered"),
        msg("This connection costs by the byte: records go, of files only what was signed or asked for."),
        "sync",
    ),
}
STANDS: Final[Mapping[str, Message]] = {
    "portal": msg("Waits for the sign-in"),
    "revoked": msg("Kept here, not sent"),
    "unknown": msg("Waits until you join again"),
    "old_office": msg("Waits for the office's update"),
}
"""What holds a change back where a later try alone does not help."""
_NEXT: Final = msg("Goes with the next try")
_SOON: Final = msg("Goes in a moment")
GOES: Final[Mapping[str, Message]] = {
    "update": _NEXT,
    "refused": _NEXT,
    "defect": _NEXT,
    "paused": _NEXT,
    "online": _SOON,
    "syncing": _SOON,
    "files": _SOON,
}
"""When a change goes that nothing holds back."""
DEEDS: Final[Mapping[str, tuple[str, Message]]] = {
    "now": ("refresh-cw", msg("Try now")),
    "sync": ("refresh-cw", msg("Synchronise now")),
    "stop": ("x", msg("Stop")),
    "go_on": ("refresh-cw", msg("Go on")),
    "portal": ("external-link", msg("Open the sign-in page")),
}


def saying(network: Network) -> Saying:
    """What is said of this state."""
    key = "metered" if network.key == "online" and network.metered else network.key
    return SAYINGS[key]


def word(network: Network) -> Message:
    """The word on the chip."""
    said = saying(network).word
    if network.key == "waiting":
        return said.of(time=f"{network.until:%H:%M}" if network.until else "…")
    if network.first and network.key == "syncing" and (percent := part(network)) is not None:
        copying = msg("Indexing {percent}%") if network.indexing else msg("First copy {percent}%")
        return copying.of(percent=percent)
    return said


def waiting(network: Network, count: int) -> Message:
    """How many changes are not at the office yet; behind a withdrawn access they wait for nothing."""
    words = msg("{count} not sent") if network.key == "revoked" else msg("{count} waiting")
    return words.of(count=f"{count:,}")


def why(network: Network) -> Message:
    """The sentence in the popover, with the time of the next try where there is one."""
    said = saying(network)
    if network.key == "files" and network.detail is not None:
        return msg("{why} {reason}").of(why=said.why, reason=network.detail)
    if network.until is None or network.key in ("paused", "waiting") or said.deed != "now":
        return said.why
    return msg("{why} Next try at {time}.").of(why=said.why, time=f"{network.until:%H:%M}")


def part(network: Network) -> int | None:
    """How much has come, in a hundred; None where that cannot be said."""
    return min(100, 100 * network.done // network.total) if network.total > 0 else None


def time_left(seconds: float) -> Message:
    """About how long it still takes.

    >>> time_left(8).in_language("en"), time_left(47).in_language("en"), time_left(200).in_language("en")
    ('a few seconds left', 'about 50 seconds left', 'about 4 minutes left')
    """
    if seconds < 10:
        return msg("a few seconds left")
    if seconds < 90:
        return msg("about {count} seconds left").of(count=-(-int(seconds) // 10) * 10)
    return msg("about {count} minutes left").of(count=-(-int(seconds) // 60))


_CHIP: Final = {
    "idle": "online",
    "sending": "syncing",
    "receiving": "syncing",
    "indexing": "syncing",
    "unreachable": "offline",
    "busy": "waiting",
}
"""What the window calls a state of the sync, or the reason why it is in none."""


def shown_network(state: Any) -> Network:
    """A state of the sync as the window shows it."""
    key = _CHIP.get(state.reason or state.name, state.reason)
    return Network(
        key=key if key in SAYINGS else "syncing",
        until=state.until.astimezone() if state.until is not None else None,
        done=state.done,
        total=state.total,
        bytes=state.bytes,
        left=state.left,
        first=state.first,
        usable=state.usable,
        indexing=state.name == "indexing",
        metered=state.metered,
        detail=state.message if state.reason == "files" else None,
    )


def open_sign_in(office: str) -> None:
    """Any page without encryption will do: the network puts its sign-in page in its place."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(f"http://{QUrl(office).host()}/"))
