"""The quote editor: type lines, see totals at once, look at the paper, issue and revise."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands, drafts
from desktop.views import cells
from desktop.views.buttons import Button
from desktop.views.look import Look
from desktop.views.paperwork import forget_copies
from desktop.views.quote_table import DISCOUNT, NAME, PRICE, QUANTITY
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from desktop.words import msg
from tests.screens.sample import Firm
from tests.views.pages import LEFT, key, press, settle, stored, the_quote, type_in


def opened(window: Window, qtbot: QtBot, firm: Firm) -> QuotePage:
    window.open_record("quote", firm.quote)
    settle(window, qtbot)
    return the_quote(window)


def row_of(page: QuotePage, sku: str) -> int:
    return next(place for place, row in enumerate(page.table.rows) if row.line.sku == sku)


def edit_cell(qtbot: QtBot, page: QuotePage, row: int, column: int) -> QLineEdit:
    index = page.table.index(row, column)
    page.grid.setCurrentIndex(index)
    page.grid.edit(index)
    editor = page.grid.indexWidget(index) or page.grid.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    return editor


def payable(page: QuotePage) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", page.foot.payable()))


def test_the_totals_are_those_of_the_rules(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = opened(window, qtbot, firm)
    assert payable(page) == Decimal(drafts.load(store, firm.quote).totals().payable).scaleb(-2)
    assert page.table.rows[0].amount == "244,400.00"


def test_names_leave_the_bar_when_its_values_need_the_room(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    facts = page._facts  # noqa: SLF001
    named = facts["terms"].sizeHint().width()
    steps = "\n".join(f"{number} 2.5%" for number in range(40))
    commands.run(store, store.me(), "quote.schedule", firm.quote, text=steps)
    page.fill()
    assert facts["terms"].sizeHint().width() > named
    assert all(fact.sizeHint().width() == fact.short_width() for fact in facts.values())


def test_one_box_adds_a_product_by_its_number_and_count(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    before, lines = payable(page), len(page.table.rows)
    page.add.setFocus()
    qtbot.keyClicks(page.add, "svctrn*3")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.table.rows) == lines + 1)
    added = page.table.rows[-1].line
    assert (added.sku, added.quantity, added.unit_price) == ("SVC-TRN", Decimal(3), Decimal(3200))
    assert payable(page) == before + Decimal("9504.00")  # 3 × 3,200 less 1 %
    qtbot.waitUntil(lambda: page.add.text() == "")


def test_what_is_typed_while_a_line_is_being_added_stays(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    lines = len(page.table.rows)
    page.add.setFocus()
    qtbot.keyClicks(page.add, "sat37*2")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.keyClicks(page.add, "sat75v")
    qtbot.waitUntil(lambda: len(page.table.rows) == lines + 1)
    assert page.add.text() == "sat75v"
    key(qtbot, page.add, Qt.Key.Key_Return)
    assert not page.add.completer().popup().isVisible()
    qtbot.waitUntil(lambda: len(page.table.rows) == lines + 2)


def test_a_hash_begins_a_section(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    qtbot.keyClicks(page.add, "# Spare parts")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.table.rows[-1].line.kind == "section")
    assert page.table.rows[-1].line.name == "Spare parts"


def test_an_unknown_product_is_refused_in_words(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    qtbot.keyClicks(page.add, "zzzzqqq")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "zzzzqqq" in window.bar.words())
    assert page.add.text() == "zzzzqqq"


def test_a_number_means_its_own_product_also_with_an_x_in_it(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    for sku in ("YJV-3X25", "YJV-3X2", "YJV-3"):
        values = {"sku": sku, "name": "Cable", "price": Decimal(9)}
        commands.run(store, store.me(), "product.new", values=values)
    lines = len(page.table.rows)
    for typed in ("yjv-3x2", "yjv3*4"):
        page.add.setText(typed)
        page.add.submit()
    qtbot.waitUntil(lambda: len(page.table.rows) == lines + 2)
    added = [(row.line.sku, row.line.quantity) for row in page.table.rows[-2:]]
    assert added == [("YJV-3X2", Decimal(1)), ("YJV-3", Decimal(4))]


def test_a_discount_that_is_refused_stands_in_the_box_again(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    page.add.setText("-150%")
    page.add.submit()
    qtbot.waitUntil(lambda: page.add.text() == "-150%")
    assert window.bar.words()


def test_totals_follow_each_key_and_are_kept_with_enter(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row, before = row_of(page, "PIP-AL80"), payable(page)
    editor = edit_cell(qtbot, page, row, QUANTITY)
    type_in(qtbot, editor, "100")
    assert payable(page) == before + Decimal("8500.14")  # 36 more at 238.50, less 1 %
    assert drafts.load(store, firm.quote).lines[row].quantity == 64
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: drafts.load(store, firm.quote).lines[row].quantity == 100)
    settle(window, qtbot)
    assert payable(page) == before + Decimal("8500.14")


def test_a_discount_is_typed_without_its_sign(window: Window, qtbot: QtBot, firm: Firm, store: Store) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "CTL-8")
    editor = edit_cell(qtbot, page, row, DISCOUNT)
    type_in(qtbot, editor, "10%")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.table.rows[row].discount == Decimal(-10))
    assert page.table.rows[row].amount == "11,340.00"


def test_nonsense_in_a_cell_is_refused_and_changes_nothing(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "CTL-8")
    editor = edit_cell(qtbot, page, row, PRICE)
    type_in(qtbot, editor, "cheap")
    key(qtbot, editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "not a number" in window.bar.words())
    assert drafts.load(store, firm.quote).lines[row].unit_price == 12600


def test_an_option_is_ticked_and_counts(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    row, before = row_of(page, "HRS-75"), payable(page)
    assert page.table.rows[row].amount == "(38,600.00)"
    box = page.grid.visualRect(page.table.index(row, 0))
    qtbot.mouseClick(page.grid.viewport(), LEFT, pos=box.center())
    qtbot.waitUntil(lambda: page.table.rows[row].amount == "38,600.00")
    assert payable(page) == before + Decimal("38214.00")


def test_a_total_wanted_is_met_exactly(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    type_in(qtbot, page.foot.target, "340000")
    key(qtbot, page.foot.target, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: payable(page) == 340000)


def test_delete_removes_the_line_and_undo_brings_it_back(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    row, lines = row_of(page, "CTL-8"), len(page.table.rows)
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.table.index(row, NAME))
    key(qtbot, page.grid, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.table.rows) == lines - 1)
    settle(window, qtbot)
    window.desk.undo()
    qtbot.waitUntil(lambda: len(page.table.rows) == lines)


def test_the_columns_of_a_quote_end_where_its_grid_ends(window: Window, qtbot: QtBot, firm: Firm) -> None:
    grid = opened(window, qtbot, firm).grid
    assert grid.horizontalHeader().length() == grid.viewport().width()


def test_ctrl_d_takes_the_value_from_above(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    row = row_of(page, "SAT-37V")
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.table.index(row, QUANTITY))
    key(qtbot, page.grid, Qt.Key.Key_D, control=True)
    qtbot.waitUntil(lambda: page.table.rows[row].line.quantity == 2)


def test_the_paper_is_made_beside_and_follows(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    qtbot.waitUntil(lambda: len(page.preview.pages.images) == 2, timeout=10_000)
    first = page.preview.pages.images[0]
    page._do("quote.add_line", msg("Section added"), values={"kind": "section", "name": "更多"})  # noqa: SLF001
    qtbot.waitUntil(lambda: page.preview.pages.images[0] is not first, timeout=10_000)


def test_why_this_price_shows_the_steps(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.table.index(row_of(page, "SAT-75V"), PRICE))
    qtbot.keyClick(page.grid, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    assert page.why.isVisible()
    assert page.why.prices() == ["98,600.00", "98,600.00", "93,670.00"]
    qtbot.keyClick(page.why, Qt.Key.Key_Escape)
    assert not page.why.isVisible()
    assert page.grid.hasFocus()


def test_issuing_asks_once_then_gives_a_number_and_freezes(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    qtbot.keyClick(page, Qt.Key.Key_F9)
    assert page.confirm.isVisible()
    assert stored(store, "quote", firm.quote).stage == "draft"
    press(qtbot, page.confirm.yes)
    qtbot.waitUntil(lambda: stored(store, "quote", firm.quote).stage == "issued", timeout=10_000)
    settle(window, qtbot)
    assert re.fullmatch(r"SQ-\d\d-.+", stored(store, "quote", firm.quote).number)
    assert page.table.editable is False
    assert not page.add.isVisible()
    assert window.toast.words() == "Quote issued"


def test_the_pdf_can_be_copied_as_a_file(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    page.paper.take_file("copy")
    qtbot.waitUntil(lambda: window.toast.words() == "The PDF is on the clipboard", timeout=10_000)
    urls = QGuiApplication.clipboard().mimeData().urls()
    file = Path(urls[0].toLocalFile())
    assert file.suffix == ".pdf"
    assert file.read_bytes().startswith(b"%PDF")
    forget_copies()
    assert not file.exists()
    assert QGuiApplication.clipboard().text() == "", "a link to nothing stays behind"


def test_a_contract_follows_from_an_issued_quote(
    window: Window, qtbot: QtBot, firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "contract.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page = opened(window, qtbot, firm)
    page.ask_issue()
    press(qtbot, page.confirm.yes)
    qtbot.waitUntil(lambda: page.draft.frozen, timeout=10_000)
    page.paper.take_file("contract")
    qtbot.waitUntil(target.exists, timeout=10_000)
    assert target.read_bytes().startswith(b"%PDF")


def test_an_issued_quote_is_revised_into_a_new_draft(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    page.ask_issue()
    press(qtbot, page.confirm.yes)
    qtbot.waitUntil(lambda: page.draft.frozen, timeout=10_000)
    settle(window, qtbot)
    press(qtbot, page._revise)  # noqa: SLF001
    qtbot.waitUntil(lambda: page.draft.revision.revision == 2)
    assert page.table.editable is True
    assert len(page.table.rows) == 16


def test_an_empty_quote_cannot_be_issued_and_says_why(window: Window, qtbot: QtBot, firm: Firm) -> None:
    window.desk.create(
        "quote",
        {},
        values={"customer_id": firm.customers[1]},
        done=lambda q: window.open_record("quote", q.id),
    )
    qtbot.waitUntil(lambda: isinstance(window.page(), QuotePage))
    page = the_quote(window)
    assert not page.issue.isEnabled()
    assert page.issue.toolTip() == "No line yet: add a product first."
    assert page.grid.mapTo(window, QPoint(0, 0)).y() > 0


def test_a_total_that_two_people_made_is_confirmed_first(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE quote SET needs_review = 1 WHERE id = ?", (firm.quote.bytes,))
    page = opened(window, qtbot, firm)
    assert not page.issue.isEnabled()
    assert page.foot.confirm.isVisible()
    press(qtbot, page.foot.confirm)
    qtbot.waitUntil(page.issue.isEnabled)
    assert not page.foot.confirm.isVisible()


def shown(page: QuotePage) -> list[str]:
    rows = page.table.rows
    return [
        row.line.sku or row.line.name or "" for at, row in enumerate(rows) if not page.grid.isRowHidden(at)
    ]


def test_a_section_folds_by_key_and_by_its_arrow_keeps_its_sum_and_stays_so(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, look: Look
) -> None:
    page = opened(window, qtbot, firm)
    before, all_of_it = payable(page), shown(page)
    page.grid.setCurrentIndex(page.table.index(1, QUANTITY))
    page.folds.fold(1)
    assert page.grid.currentIndex().row() == 0
    inside = sum(1 for each in page.folds.sections() if each == 0) - 1
    assert len(shown(page)) == len(all_of_it) - inside < len(all_of_it)
    assert (page.table.rows[0].amount, payable(page)) == ("244,400.00", before)
    assert "folded" in page.table.data(page.table.index(0, NAME), Qt.ItemDataRole.AccessibleTextRole)
    key(qtbot, page.grid, Qt.Key.Key_Return)
    assert page.grid.currentIndex().row() == inside + 1  # the next that is in sight
    qtbot.waitUntil(lambda: bool(store.local(f"folds:{firm.quote.hex}")))
    again = QuotePage(look, window.desk, firm.quote)
    qtbot.addWidget(again)
    assert shown(again) == shown(page)
    page.grid.setCurrentIndex(page.table.index(0, NAME))
    key(qtbot, page.grid, Qt.Key.Key_Right)
    assert shown(page) == all_of_it
    arrow = page.grid.visualRect(page.table.index(0, 0)).center()
    qtbot.mouseClick(page.grid.viewport(), LEFT, pos=arrow)
    assert len(shown(page)) == len(all_of_it) - inside


def test_a_folded_section_opens_for_a_new_line_and_for_who_is_sent_to_a_line_in_it(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    page = opened(window, qtbot, firm)
    page.folds.fold_all(folded=True)
    assert len(shown(page)) == sum(row.line.kind == "section" for row in page.table.rows)
    page.grid.setCurrentIndex(page.table.index(1, NAME))
    assert not page.grid.isRowHidden(1)
    assert page.grid.isRowHidden(len(page.table.rows) - 1)
    page.folds.fold(1, folded=True)
    known = {row.line.id for row in page.table.rows}
    qtbot.keyClicks(page.add, "svctrn*3")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.table.rows) == len(known) + 1)
    new = next(at for at, row in enumerate(page.table.rows) if row.line.id not in known)
    assert not page.grid.isRowHidden(new)


def test_a_quote_is_copied_as_text_for_a_chat(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    button = next(
        each for each in page.paper.view.findChildren(Button) if each.accessibleName() == "Copy as text"
    )
    for language, first, told in (
        ("zh", "报价单", "The quote is on the clipboard as text"),
        ("en", "Quotation", "报价文字已复制"),
    ):
        page.paper.view.language_chosen.emit(language)
        settle(window, qtbot)
        press(qtbot, button)
        settle(window, qtbot)
        said = QGuiApplication.clipboard().text()
        assert said.startswith(first)
        assert f"¥{payable(page):,.2f}" in said
        assert window.toast.words() == told
        window._look.switch(language="zh")  # noqa: SLF001


def test_what_a_second_edition_changes_is_read_beside_it_and_saved(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("quote.issue", "quote.revise"):
        commands.run(store, store.me(), name, firm.quote)
    page = opened(window, qtbot, firm)
    line = next(line for line in page.draft.lines if line.kind == "item")
    price = (line.unit_price or Decimal(0)) + 1
    commands.run(
        store, store.me(), "quote.set_line", firm.quote, line_id=line.id, values={"unit_price": price}
    )
    press(qtbot, page.changes.button)
    qtbot.waitUntil(page.changes.isVisible)
    said = " ".join(each.text() for each in page.changes.findChildren(QLabel))
    assert "R1 → R2" in said
    assert f"→ {price:,.2f}" in said
    file = tmp_path / "changes.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    page.paper.take_file("changes")
    qtbot.waitUntil(lambda: file.exists() and file.read_bytes().startswith(b"%PDF"))
    settle(window, qtbot)
    page.changes.hide()
    page._look.turn_private()  # noqa: SLF001
    page.changes.ask()
    qtbot.waitUntil(page.changes.isVisible)
    hidden = " ".join(each.text() for each in page.changes.findChildren(QLabel) if each.isVisible())
    assert f"{price:,.2f}" not in hidden
    assert line.name not in hidden


def test_the_same_again_is_opened_to_go_on_with(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    lines = len(page.draft.lines)
    window.desk.do("quote.repeat_last", page.draft.quote.customer_id)
    qtbot.waitUntil(lambda: getattr(window.page(), "quote_id", firm.quote) != firm.quote)
    settle(window, qtbot)
    again = the_quote(window)
    assert (len(again.draft.lines), again.editable()) == (lines, True)


def test_rows_of_a_spreadsheet_are_lines_at_once(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    page = opened(window, qtbot, firm)
    before = len(page.draft.lines)
    page.add.setFocus()
    QGuiApplication.clipboard().setText("SAT-75V\t2\t95,000.00\n# 安装\nFLT-150\t3\n")
    key(qtbot, page.add, Qt.Key.Key_V, control=True)
    qtbot.waitUntil(lambda: len(page.draft.lines) == before + 3)
    lines = page.draft.lines[before:]
    assert [(line.kind, line.quantity) for line in lines] == [
        ("item", Decimal(2)),
        ("section", None),
        ("item", Decimal(3)),
    ]
    assert lines[0].unit_price == Decimal(95000)
    settle(window, qtbot)
    window.desk.undo()
    qtbot.waitUntil(lambda: len(page.draft.lines) == before)


def test_more_rows_than_a_quote_takes_are_refused_in_words(window: Window, qtbot: QtBot, firm: Firm) -> None:
    page = opened(window, qtbot, firm)
    before = len(page.draft.lines)
    QGuiApplication.clipboard().setText("SAT-75V\t2\n" * 1001)
    assert page.add.paste_block()
    assert "1000" in window.bar.words()
    settle(window, qtbot)
    assert len(page.draft.lines) == before


def test_what_is_no_product_needs_a_price_and_stands_in_the_box_again(
    window: Window, qtbot: QtBot, firm: Firm
) -> None:
    page = opened(window, qtbot, firm)
    before = len(page.draft.lines)
    type_in(qtbot, page.add, "qqzz*2")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.add.text() == "qqzz*2")
    assert "qqzz" in window.bar.words()
    type_in(qtbot, page.add, "qqzz*2 @500")
    key(qtbot, page.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.draft.lines) == before + 1)
    assert (page.draft.lines[-1].name, page.draft.lines[-1].unit_price) == ("qqzz", Decimal(500))


def test_an_offer_past_its_day_says_so_and_is_renewed_by_one_press(
    window: Window, qtbot: QtBot, firm: Firm, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.run(store, store.me(), "quote.issue", firm.quote)
    until = drafts.load(store, firm.quote).revision.valid_until
    assert until is not None
    monkeypatch.setattr(cells, "now", lambda: datetime(until.year + 1, 1, 1, tzinfo=UTC))
    page = opened(window, qtbot, firm)
    assert (page._chip.words(), page._revise.text()) == ("Expired", "Renew at today's prices")  # noqa: SLF001
    press(qtbot, page._revise)  # noqa: SLF001
    qtbot.waitUntil(lambda: page.draft.revision.revision == 2)
    assert page._chip.words() == "Draft"  # noqa: SLF001
