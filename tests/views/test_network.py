"""The chip, its popover and the card of the first copy, in each state and in both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop import settings
from desktop.models.store import Store
from desktop.views.connection import Connection
from desktop.views.look import Look
from desktop.views.network import (
    DEEDS,
    GOES,
    SAYINGS,
    STANDS,
    Network,
    part,
    saying,
    shown_network,
    time_left,
    why,
    word,
)
from desktop.views.settings_page import SettingsPage
from desktop.views.window import Window
from sync.client.syncer import REASONS, State
from tests.views.test_window import with_office

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
COMING = Network("syncing", done=42, total=100, bytes=5_300_000, left=47.0, first=True, usable=False)


@pytest.mark.parametrize("key", SAYINGS)
def test_each_state_is_said_in_both_languages(key: str, look: Look) -> None:
    network = Network(key, until=AT)
    for message in (word(network), why(network)):
        english, chinese = message.in_language("en"), message.in_language("zh")
        assert english
        assert any("一" <= letter <= "鿿" for letter in chinese)
    assert saying(network).deed in ("", *DEEDS)
    assert not look.pixmap(saying(network).icon).isNull()


@pytest.mark.parametrize("key", SAYINGS)
def test_the_chip_and_its_popover_say_the_same(key: str, window: Window, qtbot: QtBot, store: Store) -> None:
    with_office(store)
    window.show_network(Network(key, until=AT))
    expected = word(Network("offline" if key == "alone" else key, until=AT)).in_language("en")
    qtbot.waitUntil(lambda: window.status.network.facts()[0] == expected)
    window.outbox.show_above(window.status.network)
    assert window.outbox.why_text().startswith(f"{expected}. ")


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (State("idle"), "online"),
        (State("sending"), "syncing"),
        (State("receiving"), "syncing"),
        (State("indexing"), "syncing"),
        (State("offline", reason="unreachable"), "offline"),
        (State("offline", reason="busy", until=AT), "waiting"),
        (State("offline", reason="portal"), "portal"),
        (State("stopped", reason="revoked"), "revoked"),
        (State("stopped", reason="unknown"), "unknown"),
        (State("offline", reason="update"), "update"),
        (State("offline", reason="old_office"), "old_office"),
        (State("offline", reason="paused"), "paused"),
        (State("wrong", reason="refused"), "refused"),
        (State("wrong", reason="defect"), "defect"),
        (State("repairing"), "syncing"),
    ],
)
def test_every_state_of_the_sync_has_its_saying(state: State, key: str) -> None:
    shown = shown_network(state)
    assert shown.key == key
    assert (shown.until is None) == (state.until is None)


def test_every_reason_of_the_sync_is_shown_as_itself() -> None:
    shown = {reason: shown_network(State("offline", reason=reason)).key for _, reason in REASONS}
    assert shown == {**{reason: reason for reason in shown}, "unreachable": "offline", "busy": "waiting"}


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        ("offline", "sync_wanted"),
        ("syncing", "stop_wanted"),
        ("paused", "sync_wanted"),
        ("portal", "portal_wanted"),
    ],
)
def test_the_button_does_what_the_state_needs(key: str, signal: str, window: Window, qtbot: QtBot) -> None:
    window.show_network(key)
    window.outbox.show_above(window.status.network)
    with qtbot.waitSignal(getattr(window, signal)):
        qtbot.mouseClick(window.outbox._now, Qt.MouseButton.LeftButton)  # noqa: SLF001


def test_metered_is_said_only_while_it_is_online() -> None:
    assert word(Network("online", metered=True)).in_language("en") == "Online, metered"
    assert word(Network("offline", metered=True)).in_language("en") == "Offline"


def test_the_card_tells_how_the_first_copy_comes_and_leaves_when_it_is_here(
    window: Window, qtbot: QtBot
) -> None:
    card = window.first_copy
    window.show_network(COMING)
    assert card.isVisible()
    assert card.words() == [
        "Your office's records arrive",
        "Catalogue and colleagues first, then what is yours.",
        "42 of 100 records · 5.1 MB · about 50 seconds left",
        "Stop",
    ]
    window.show_network(replace(COMING, usable=True))
    assert card.words()[0] == "You can begin to work"
    window.show_network(replace(COMING, usable=True, indexing=True))
    assert card.words()[0] == "Everything is here"
    window.show_network(Network("online"))
    assert card.isHidden()
    window.show_network(replace(COMING, first=False))
    assert card.isHidden()


def test_a_first_copy_is_stopped_and_goes_on(window: Window, qtbot: QtBot) -> None:
    card = window.first_copy
    window.show_network(COMING)
    with qtbot.waitSignal(window.stop_wanted):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    window.show_network(replace(COMING, key="paused", left=None))
    assert card.words()[0] == "The first copy was stopped"
    with qtbot.waitSignal(window.sync_wanted):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    window.resize(window.width() + 100, window.height())
    assert window.rect().contains(card.geometry())


def test_how_much_and_how_long() -> None:
    assert part(COMING) == 42
    assert part(Network("syncing", done=7)) is None
    assert part(Network("syncing", done=7, total=5)) == 100
    assert [time_left(each).in_language("zh") for each in (3, 61, 3600)] == [
        "还需几秒",
        "约剩 70 秒",
        "约剩 60 分钟",
    ]


class System:
    """A system that knows its network."""

    def __init__(self, *, metered: bool) -> None:
        self.metered = metered

    def isMetered(self) -> bool:  # noqa: N802 - as Qt calls it
        return self.metered


def test_a_person_knows_better_than_the_system_what_the_connection_costs(qtbot: QtBot) -> None:
    connection = Connection()
    system: Any = System(metered=True)
    connection._system = system  # noqa: SLF001
    changes: list[bool] = []
    connection.changed.connect(lambda: changes.append(connection.metered))
    assert connection.metered
    connection.say("no")
    connection.say("no")
    system.metered = False
    connection.say("yes")
    connection.say("auto")
    assert changes == [False, True, False]


def test_the_settings_say_what_the_connection_costs(
    window: Window, qtbot: QtBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_office(store)
    window.go("settings")
    page = window.page()
    assert isinstance(page, SettingsPage)
    assert page.metered.current() == settings.load().metered
    with qtbot.waitSignal(window.metered_said) as said:
        qtbot.mouseClick(page.metered.button("yes"), Qt.MouseButton.LeftButton)
    assert said.args == ["yes"]


def test_the_time_of_the_next_try_is_told(look: Look) -> None:
    assert why(Network("offline", until=AT)).in_language("en").endswith("Next try at 14:05.")
    assert (
        word(Network("waiting", until=AT + timedelta(minutes=5))).in_language("en") == "Waiting until 14:10"
    )


def test_every_state_says_when_a_waiting_change_goes() -> None:
    """Rows that wait for the network under a head that says otherwise would mislead."""
    own_words = {"offline", "alone", "waiting", "metered"}  # the outbox's, a time, or those of online
    assert STANDS.keys() | GOES.keys() | own_words == SAYINGS.keys()
    assert not STANDS.keys() & GOES.keys()
