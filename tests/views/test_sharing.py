"""Sharing in the window: the palette lends the record that is open, ends it, and undo takes it back."""

from datetime import date, timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.records import User
from desktop.models.store import Store
from desktop.services import commands, sharing
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.views.pages import key, settle


def person(store: Store, name: str) -> User:
    me = store.me()
    with store.work(me, "user.new") as work:
        made = work.add(User(name=name, role="rep"))
    assert commands.COMMANDS["share.give"]
    return made


def typed(window: Window, qtbot: QtBot, text: str) -> list[str]:
    window.open_palette()
    qtbot.keyClicks(window.palette_box.entry, text)
    return [title for title in window.palette_box.titles() if "Dragan" in title]


def test_the_palette_shares_the_open_record_and_ends_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    receiver, customer = person(store, "Dragan"), firm.customers[0]
    window.open_record("customer", customer)
    settle(window, qtbot)
    assert typed(window, qtbot, "share dragan") == [
        "Share with Dragan, to read",
        "Share with Dragan, to read and edit",
    ]
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(sharing.of_record(store, customer)) == 1)
    settle(window, qtbot)
    [share] = sharing.of_record(store, customer)
    assert (share.person_id, share.access) == (receiver.id, "read")
    assert window.toast.isVisible()
    day = date.today() + timedelta(days=9)  # noqa: DTZ011
    dated = typed(window, qtbot, f"share dragan {day}")
    assert dated == [f"Share with Dragan until {day}, {what}" for what in ("to read", "to read and edit")]
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sharing.of_record(store, customer)[0].until == day)
    settle(window, qtbot)
    assert typed(window, qtbot, "share dragan")[0] == "End the share with Dragan"
    key(qtbot, window.palette_box.entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sharing.of_record(store, customer) == [])
    settle(window, qtbot)
    window.desk.undo()
    qtbot.waitUntil(lambda: len(sharing.of_record(store, customer)) == 1)
    settle(window, qtbot)
