"""A bundle on the quote page: its parts stand below it, and the menu takes others in."""

from decimal import Decimal

from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands
from desktop.views import quote_bundles
from desktop.views.quote_table import AMOUNT, NUMBER, PRICE, QUANTITY
from desktop.views.window import Window
from tests.screens.bundle_shots import bundled
from tests.screens.sample import Firm
from tests.views.pages import settle, the_quote


def test_parts_stand_below_their_bundle_and_are_chosen_from_the_menu(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    _whole, made = bundled(window, firm)
    window.open_record("quote", made)
    settle(window, qtbot)
    page = the_quote(window)
    table = page.table
    assert [row.number for row in table.rows] == ["1", "", "", "", "2"]
    assert table.text(table.rows[1], AMOUNT) in ("included", "已含")
    assert (table.text(table.rows[1], PRICE), table.edit_text(table.rows[1], PRICE)) == ("—", "")
    flag = table.flags(table.index(0, QUANTITY))
    assert flag != table.flags(table.index(1, QUANTITY)) == table.flags(table.index(1, NUMBER))
    page.grid.setCurrentIndex(table.index(1, PRICE))
    acts = quote_bundles.acts(window.desk, page.draft, page.grid.line(), page._do)  # noqa: SLF001
    assert len(acts) == 2  # what is always in it is not taken out
    acts[0][1]()
    settle(window, qtbot)
    assert [row.number for row in page.table.rows] == ["1", "", "", "2"]
    commands.run(
        store,
        store.me(),
        "quote.set_line",
        made,
        line_id=page.draft.lines[0].id,
        values={"quantity": Decimal(5)},
    )
    settle(window, qtbot)
    assert [row.line.quantity for row in page.table.rows] == [5, 5, 5, 1]
