"""While names are hidden no name of a customer and no amount is painted or told, wherever one goes."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.errors import Refused
from desktop.models.records import Attachment
from desktop.models.store import Store
from desktop.rules.filters import Condition, every
from desktop.services.attachments import Shown
from desktop.services.unfinished import Unfinished
from desktop.views import paint
from desktop.views.attachment_tiles import Tile
from desktop.views.buttons import Button
from desktop.views.coming_back import come_back
from desktop.views.confirm import Confirm
from desktop.views.covers import Cover
from desktop.views.file_viewer import FileViewer
from desktop.views.list_page import ListPage
from desktop.views.privacy import DOTS
from desktop.views.quotes import QuotePage
from desktop.views.sharing_box import SharingBox
from desktop.views.why import WhyPrice
from desktop.views.why_field import WhyField
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.sample import Firm, conflict
from tests.views.pages import key, press, settle, the_list, the_quote, the_record, type_in


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is painted by hand."""
    found: list[str] = []

    def listening(real: Callable[..., int]) -> Callable[..., int]:
        def told(*given: Any, **options: Any) -> int:
            found.append(given[3])
            return real(*given, **options)

        return told

    for name in ("paint_text", "paint_yielding"):
        monkeypatch.setattr(paint, name, listening(getattr(paint, name)))
    return found


def test_the_palette_says_no_names(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    title = window.desk.title("customer", firm.customers[0])
    begun = window.desk.search(title[:4])
    assert begun
    window._look.turn_private()  # noqa: SLF001
    items = window._answer(title[:4])  # noqa: SLF001
    assert items
    assert not [each for each in items if title in (each.title, each.detail)]
    assert not [each for each in items if "¥" in each.right]


def test_a_quote_shows_neither_its_customer_nor_its_amounts(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    painted.clear()
    window.grab()
    assert painted
    assert not [text for text in painted if "¥" in text]


def test_the_inbox_shows_no_card_until_names_are_shown(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, painted: list[str]
) -> None:
    conflict(store, firm)
    window._look.turn_private()  # noqa: SLF001
    window.go("inbox")
    settle(window, qtbot)
    painted.clear()
    window.grab()
    page = window.page()
    assert page.primary is None  # type: ignore[attr-defined]
    title = window.desk.title("customer", firm.customers[0])
    assert not [text for text in painted if title in text]
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    assert window.page().primary is not None  # type: ignore[attr-defined]


def test_the_figures_of_the_dashboard_are_dots(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    window.go("dashboard")
    window._look.turn_private()  # noqa: SLF001
    settle(window, qtbot)
    painted.clear()
    window.grab()
    assert not [text for text in painted if "¥" in text]


def test_what_stands_in_an_open_editor_is_covered_until_it_is_asked_for(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.open_record("customer", firm.customers[0])
    fact = the_record(window).facts.facts["name"]
    fact.edit()
    settle(window, qtbot)
    editor = fact.findChild(QLineEdit)
    assert editor is not None
    for ask in ("press", "key"):
        window._look.turn_private()  # noqa: SLF001
        [cover] = [each for each in editor.findChildren(Cover) if not each.isHidden()]
        assert cover.geometry().contains(editor.rect().center())
        if ask == "press":
            press(qtbot, cover)
        else:
            for plain in (Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_End):
                QTest.keyEvent(QTest.KeyAction.Press, editor, plain)
                assert not cover.isHidden()
            QTest.keyClick(editor, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
            assert not cover.isHidden()
            QTest.keyClick(editor, Qt.Key.Key_Backspace)
        assert cover.isHidden()
        window._look.turn_private()  # noqa: SLF001
    assert editor.text() != ""


def covered(editor: QLineEdit) -> bool:
    return any(not each.isHidden() for each in editor.findChildren(Cover))


def test_editors_of_other_pages_and_those_filled_later_are_covered(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = the_list(window)
    window.open_record("quote", firm.quote)
    first = the_quote(window)
    type_in(qtbot, first.foot.target, "12000")
    key(qtbot, first.foot.target, Qt.Key.Key_Return)
    settle(window, qtbot)
    window.go("customer")
    type_in(qtbot, page.filters.entry, "Xinghe")
    settle(window, qtbot)
    window.go("today")
    window._look.turn_private()  # noqa: SLF001
    assert covered(page.filters.entry)
    window.open_record("quote", firm.quote)
    target = the_quote(window).foot.target
    assert the_quote(window) is not first
    assert target.text() != ""
    assert covered(target)
    window.go("customer")
    settle(window, qtbot)
    page.filters.entry.clear()
    assert not covered(page.filters.entry)


def test_typing_that_comes_back_while_names_are_hidden_is_covered(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    of = Unfinished("fact", "customer", firm.customers[0].hex, {"website": "xinghe.exam"}, focus="website")
    window._look.turn_private()  # noqa: SLF001
    window.desk.unfinished.note(of)
    assert come_back(window)
    editor = the_record(window).facts.facts["website"].findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "xinghe.exam"
    assert covered(editor)


def test_a_note_that_was_begun_is_covered_wherever_it_comes_back(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    first, second = firm.customers[:2]
    for one in (first, second):
        window.desk.unfinished.note(Unfinished("note", "customer", one.hex, {"name": "he wants 5 % off"}))
    window.desk.unfinished.note(Unfinished("fact", "customer", first.hex, {"city": "苏"}, focus="city", at=2))
    window._look.turn_private()  # noqa: SLF001
    assert come_back(window)
    for one in (first, second):
        window.open_record("customer", one)
        note = the_record(window).note
        assert note.text() == "he wants 5 % off"
        assert covered(note)
        note.clear()
        assert not covered(note)
    panel = the_list(window).panel if window.go("customer") is None else None
    assert panel is not None
    window.desk.unfinished.note(Unfinished("note", "customer", second.hex, {"name": "he wants 5 % off"}))
    panel.note.show_of("customer", first)
    assert not covered(panel.note)
    panel.note.show_of("customer", second)
    assert covered(panel.note)


def test_the_reason_of_a_grey_button_and_a_question_name_nobody(window: Window, qtbot: QtBot) -> None:
    look = window._look  # noqa: SLF001
    button = Button(look, msg("Save"))
    qtbot.addWidget(button)
    button.refuse(
        msg("“{field}” of {title} was changed since, so this is not undone.").of(
            field=msg("Phone"), title="Li"
        )
    )
    box = Confirm(look, window)
    box.ask(window, msg("Save a copy of {name}?").of(name="Li.pdf"), msg("Yes"), msg("Yes"), lambda: None)
    assert "Li" in button.toolTip()
    look.turn_private()
    assert "Li" not in button.toolTip() + box.accessibleName()
    look.switch(language="zh")
    assert button.toolTip() == f"{DOTS}的“电话”后来又改过，因此不撤销。"
    look.turn_private()
    assert "Li" in button.toolTip()
    assert "Li.pdf" in box.accessibleName()


def test_what_tells_names_closes_when_hiding_begins_and_opens_when_it_is_asked_for(
    window: Window, firm: Firm
) -> None:
    look, desk = window._look, window.desk  # noqa: SLF001
    window.open_record("customer", firm.customers[0])
    shown = the_record(window).shown
    boxes = [WhyPrice(look, window), WhyField(look, desk, window), SharingBox(look, desk, shown, window)]
    for box in boxes:
        for state in (True, False):
            box.pop(QPoint(40, 40))
            look.turn_private()
            assert box.isHidden() is state
        box.dismiss()


def test_files_show_neither_name_nor_picture(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    look = window._look  # noqa: SLF001
    record = Attachment(name="Xinghe offer.pdf", size=10)
    tile = Tile(look, Shown(record, None), office=False)
    qtbot.addWidget(tile)
    tile.resize(tile.sizeHint())
    viewer = FileViewer(look, window)
    viewer.show_file(record.name, [])
    look.turn_private()
    painted.clear()  # what the window showed before
    assert viewer.isHidden()
    viewer.show_file(record.name, [])
    assert not viewer.isHidden()
    assert viewer.accessibleName() == DOTS
    tile.grab()
    assert f"{DOTS}.pdf" in painted
    assert not [text for text in (*painted, tile.toolTip(), tile.accessibleName()) if "Xinghe" in text]
    look.turn_private()
    assert "Xinghe offer.pdf" in tile.toolTip()


def test_chips_and_the_reason_why_nothing_passes_name_nobody(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    window.go("quote")
    page = the_list(window)
    title = window.desk.title("customer", firm.customers[0])
    asked = Condition("customer_id", "one_of", (firm.customers[0].hex,))
    page.show_otherwise(where=every(asked, Condition("number", "contains", "987654321")))
    settle(window, qtbot)
    chip = page.filters.chips.chips[0]
    assert title in chip.text()
    assert title in said(page)
    window._look.turn_private()  # noqa: SLF001
    chip = page.filters.chips.chips[0]
    painted.clear()
    window.grab()
    for text in (chip.text(), chip.toolTip(), chip.accessibleName(), said(page), *painted):
        assert title not in text
    assert DOTS in chip.text()
    assert not [text for text in painted if "987" in text]
    window._look.turn_private()  # noqa: SLF001
    assert title in said(page)


def said(page: ListPage) -> str:
    """What a list says in place of its rows."""
    return " ".join(each.text() for each in page.no_match.findChildren(QLabel))


def test_the_paper_of_a_quote_is_hidden_until_it_is_asked_for(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    window.resize(1600, 900)
    window.open_record("quote", firm.quote)
    page = the_quote(window)
    settle(window, qtbot)
    window._look.turn_private()  # noqa: SLF001
    assert not page.preview.pages.isVisible()
    assert page.preview.hidden.button is not None
    press(qtbot, page.preview.hidden.button)
    assert page.preview.pages.isVisible()
    window._look.turn_private()  # noqa: SLF001
    window._look.turn_private()  # noqa: SLF001
    assert not page.preview.pages.isVisible()  # each hiding asks anew


def test_short_messages_name_nobody_and_still_say_how_many(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    window._look.turn_private()  # noqa: SLF001
    title = window.desk.title("customer", firm.customers[1])
    shown = window.desk.row("customer", firm.customers[1])
    assert shown is not None
    window.desk.delete(shown)
    settle(window, qtbot)
    assert window.toast.words() == f"Deleted: {DOTS}"
    window.desk.told.emit(msg("{count} rows copied").of(count=12), False)
    assert window.toast.words() == "12 rows copied"
    window.desk.refused.emit(Refused(msg("“{line}” has no price yet.").of(line=title)))
    assert title not in window.bar.words()
    panel = the_list(window).panel
    panel.show_row(window.desk.row("customer", firm.customers[0]))
    window.desk.told.emit(msg("Copied: {text}").of(text="138 1290 8866"), False)
    assert window.toast.words() == f"Copied: {DOTS}"
    panel._copy_phone()  # noqa: SLF001
    assert window.toast.words() == f"Copied: {DOTS}"
    window.desk.refused.emit(Refused(msg("“{line}” has no price yet.").of(line=title)))
    window._look.turn_private()  # noqa: SLF001
    assert title in window.bar.words()  # and what is shown already says it again


def test_boxes_over_a_list_paint_no_names(
    window: Window, qtbot: QtBot, firm: Firm, painted: list[str]
) -> None:
    page = the_list(window)
    page.list.setCurrentIndex(page.table.index(1, 0))
    page.list.step_in(next(n for n, each in enumerate(page.table.columns) if each.name == "next_step"))
    QGuiApplication.clipboard().setText("Send it")
    window._look.turn_private()  # noqa: SLF001
    page.edits.paste()
    box = page.edits.box
    assert box is not None
    painted.clear()
    box.grab()
    assert DOTS in painted
    assert not {"Send it", window.desk.title("customer", firm.customers[1])} & set(painted)
    box.dismiss()
