"""Share in the window: the box lends and takes back; what is only lent to read is grey and says why."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import access, sharing
from desktop.views.sharing_box import SharingBox
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.stores import product, quote
from tests.sync.sharing import Circle, circles
from tests.views.pages import key, press, press_row, settle, the_list, the_quote, the_record, type_in
from tests.views.test_sharing import person

READ_ONLY = access.READ_ONLY.in_language("en")


def box_of(window: Window) -> SharingBox:
    (box,) = [each for each in window.findChildren(SharingBox) if each.isVisible()]
    return box


def opened(window: Window, qtbot: QtBot, firm: Firm) -> SharingBox:
    window.open_record("customer", firm.customers[0])
    settle(window, qtbot)
    button = next(each for each in the_record(window).header_actions() if each.accessibleName() == "Share")
    press(qtbot, button)
    return box_of(window)


def test_a_record_is_lent_until_a_day_and_taken_back_and_undone(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    receiver, customer = person(store, "Dragan"), firm.customers[0]
    box = opened(window, qtbot, firm)
    type_in(qtbot, box.who, "Dragan")
    box.access.choose("edit")
    day = date.today() + timedelta(days=30)  # noqa: DTZ011
    type_in(qtbot, box.until, day.isoformat())  # type: ignore[arg-type]
    press(qtbot, box.give)
    qtbot.waitUntil(lambda: len(sharing.of_record(store, customer)) == 1)
    settle(window, qtbot)
    [share] = sharing.of_record(store, customer)
    assert (share.person_id, share.access, share.until) == (receiver.id, "edit", day)
    assert "Shared with Dragan" in window.toast.words()
    qtbot.waitUntil(lambda: share.id in box.back)
    press(qtbot, box.back[share.id])
    qtbot.waitUntil(lambda: sharing.of_record(store, customer) == [])
    settle(window, qtbot)
    assert box.back == {}
    window.desk.undo()
    settle(window, qtbot)
    assert len(sharing.of_record(store, customer)) == 1


def test_what_is_missing_or_wrong_is_said_in_the_box(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    person(store, "Dragan")
    box = opened(window, qtbot, firm)
    press(qtbot, box.give)
    assert box.complaint() == "Say with whom."
    type_in(qtbot, box.who, "Nobody")
    press(qtbot, box.give)
    assert "no person and no team “Nobody”" in box.complaint()
    type_in(qtbot, box.who, "Dragan")
    type_in(qtbot, box.until, "some day")  # type: ignore[arg-type]
    press(qtbot, box.give)
    assert box.complaint()
    assert sharing.of_record(store, firm.customers[0]) == []
    key(qtbot, box, Qt.Key.Key_Escape)
    settle(window, qtbot)


def test_the_panel_and_the_quote_have_the_same_button(window: Window, qtbot: QtBot, firm: Firm) -> None:
    press_row(qtbot, the_list(window), 0)
    panel = the_list(window).panel
    press(qtbot, panel.share)
    key(qtbot, box_of(window), Qt.Key.Key_Escape)
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    press(qtbot, the_quote(window).share)
    assert box_of(window).isVisible()
    settle(window, qtbot)


@pytest.fixture
def circle(tmp_path: Path) -> Iterator[Circle]:
    """Ann of one team, Cai of another."""
    with circles(tmp_path, "Ann", "Cai") as made:
        yield made


@pytest.mark.parametrize("how", ["read", "edit"])
def test_what_is_lent_is_grey_as_far_as_it_was_lent_and_says_why(
    circle: Circle, window_on: Callable[[Store], Window], qtbot: QtBot, how: str
) -> None:
    customer = circle.customer("Ann")
    made = quote(circle["Ann"], (product(circle["Ann"]).id, "1"), to=customer)
    circle.share("Ann", customer, "Cai", how)
    circle.meet()
    window = window_on(circle["Cai"])
    window.open_record("customer", customer.id)
    settle(window, qtbot)
    page = the_record(window)
    readable = how == "edit"
    fact = page.facts.facts["city"].value
    assert fact.isEnabled() == readable
    assert readable or fact.toolTip() == READ_ONLY
    buttons = {each.accessibleName(): each for each in page.header_actions()}
    for name in ("Share", "Delete"):
        assert not buttons[name].isEnabled(), "what is lent is neither deleted nor lent on"
        assert "shared with you" in buttons[name].toolTip()
    contacts = page.lists[0]
    assert contacts.add.isEnabled() == readable
    assert page.files.add.isEnabled() == readable
    assert page.files.acceptDrops() == readable
    window.open_record("quote", made.id)
    settle(window, qtbot)
    sheet = the_quote(window)
    assert sheet.editable() == readable
    if not readable:
        assert sheet.issue.toolTip() == READ_ONLY
    window.go("customer")
    settle(window, qtbot)
    press_row(qtbot, the_list(window), 0)
    many = the_list(window).many
    many.change()
    assert many.bulk.isVisible()
    assert many.bulk.fields is not None
    many.bulk.fields.setCurrentIndex(many.bulk.fields.findData("city"))
    type_in(qtbot, many.bulk.editor, "镇江")  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: many.bulk.plan is not None)
    assert many.bulk.plan is not None
    assert bool(many.bulk.plan.refused()) != readable
    settle(window, qtbot)


def test_the_files_of_a_quote_stand_beside_its_lines(
    window: Window, qtbot: QtBot, firm: Firm, tmp_path: Path
) -> None:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    page = the_quote(window)
    press(qtbot, page.files.button)
    assert page.files.isVisible()
    assert page.preview.isHidden(), "in the place of the paper"
    drawing = tmp_path / "drawing.txt"
    drawing.write_bytes(b"a drawing")
    page.files.panel.take_files([drawing])
    qtbot.waitUntil(lambda: len(page.files.panel.grid.tiles) == 1)
    settle(window, qtbot)
    press(qtbot, page.files.button)
    assert page.files.isHidden()
    assert page.preview.isVisible()
    settle(window, qtbot)
