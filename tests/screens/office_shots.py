"""The line to the office: its chip in every state, the first copy, what is held, going without a network."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from desktop.errors import NotAllowed
from desktop.views.network import SAYINGS, Network
from desktop.views.window import Window
from desktop.words import msg
from tests.screens import matters
from tests.screens.list_shots import customers
from tests.screens.sample import Firm
from tests.screens.staging import Show, render, wait_idle

HALF_PAST: Final = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
ARRIVING: Final = Network(
    "syncing", done=42_000, total=100_000, bytes=5_300_000, left=21.0, first=True, usable=False
)
NETWORKS: dict[str, Network] = {
    **{key: Network(key) for key in SAYINGS},
    "waiting": Network("waiting", until=HALF_PAST),
    "offline": Network("offline", until=HALF_PAST),
    "metered": Network("online", metered=True),
}
COPIES: dict[str, Network] = {
    "arriving": ARRIVING,
    "usable": replace(ARRIVING, usable=True),
    "indexing": replace(ARRIVING, usable=True, indexing=True, done=81_000),
    "stopped": replace(ARRIVING, key="paused", left=None),
}


def belong(window: Window, *, office: bool) -> None:
    """Whether this laptop has an office: no other state of the line than `alone` is seen without one."""
    there = {"url": "https://office.example:8443", "name": "Hengyue"} if office else None
    if window.desk.store.local("office") != there:
        window.desk.store.set_local("office", there)


def network(state: Network) -> Show:
    """The chip and its popover in one state."""

    def show(window: Window, firm: Firm) -> None:
        belong(window, office=state.key != "alone")
        window.show_network(state)
        wait_idle(window)
        render(window)
        window.outbox.show_above(window.status.network)
        wait_idle(window)

    return show


def first_copy(state: Network) -> Show:
    """The card while the first copy comes."""

    def show(window: Window, firm: Firm) -> None:
        customers(window, firm)
        if state.key == "paused":
            window.show_network(replace(state, key="syncing"))
        window.show_network(state)
        wait_idle(window)

    return show


def held_line(window: Window, firm: Firm) -> None:
    """Others deleted much at once: the line."""
    store = window.desk.store
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO sync_held (record, stream, type, version, flag)"
            " SELECT id, 'org', 'customer', 1, 'tombstone' FROM customer"
        )
    customers(window, firm)
    window.refresh_counts()
    wait_idle(window)


def held_list(window: Window, firm: Firm) -> None:
    """The list of what would go."""
    held_line(window, firm)
    window.held.list.ask()
    wait_idle(window)


class Shown:
    """Carries nothing: for pictures of the card."""

    def stop(self) -> None: ...
    def begin(self) -> None: ...
    def write(self, path: Path) -> tuple[int, int]:
        return 12, 0

    def kind_of(self, path: Path) -> str:
        return "reply"

    def take_in(self, path: Path, tell: Callable[[int, int], None]) -> object: ...
    def carries(self) -> int:
        return 3

    def hand_over(self, folder: Path) -> int:
        return 3

    def new_code(self) -> str:
        return "42 317 905"

    def show(self, code: str) -> object:
        return None

    def find(self, code: str) -> object:
        raise NotAllowed(msg("The other laptop shows another code; nothing was handed over."))


def handover(window: Window, firm: Firm) -> None:
    """What can be done without the internet."""
    if window.desk.store.local("office") is None:
        window.desk.store.set_local("office", {"url": "https://office.example:8443", "name": "Hengyue"})
    render(window)
    window.handover.carriage = Shown()
    window.handover.ask()


def handover_code(window: Window, firm: Firm) -> None:
    """A code for the other laptop."""
    handover(window, firm)
    window.handover.code.setText("42 317 905")
    window.handover._began = time.monotonic() - 12  # noqa: SLF001
    window.handover._turn(2)  # noqa: SLF001
    window.handover._show_progress()  # noqa: SLF001


def handover_wrong(window: Window, firm: Firm) -> None:
    """A code that the other laptop does not show."""
    handover(window, firm)
    window.handover.ask_code()
    window.handover.entry.setText("42 317 906")
    window.handover.look_for.click()
    wait_idle(window)


def handover_done(window: Window, firm: Firm) -> None:
    """The file for the office is written."""
    handover(window, firm)
    window.handover._written((12, 0))  # noqa: SLF001


def handover_going(window: Window, firm: Firm) -> None:
    """A large file is taken in."""
    handover(window, firm)
    box = window.handover
    box._began, box._told = time.monotonic() - 2, (31, 80)  # noqa: SLF001
    box._busy.set()  # noqa: SLF001
    look_at = msg("Taking in {file}").of(file="2026-11-22.satchel")
    box._look.bind(box._doing.setText, look_at)  # noqa: SLF001
    box._show_progress()  # noqa: SLF001


OFFICE: dict[str, Show] = {
    **{f"network_{key}": network(state) for key, state in NETWORKS.items()},
    **{f"first_copy_{key}": first_copy(state) for key, state in COPIES.items()},
    "handover": handover,
    "handover_code": handover_code,
    "handover_wrong": handover_wrong,
    "handover_going": handover_going,
    "handover_done": handover_done,
}
HELD: dict[str, Show] = {
    "inbox_held": matters.shown("held"),
    "held_line": held_line,
    "held_list": held_list,
}
"""The last of all: what is held stays held."""
