"""A coupon typed under the lines of a quote: put on, refused with its reason, taken off."""

from decimal import Decimal

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.store import Store
from desktop.services import commands
from desktop.views.window import Window
from tests.screens.coupon_shots import coupons
from tests.screens.sample import Firm
from tests.views.pages import key, settle, the_quote


def test_a_code_behind_its_mark_is_a_coupon_and_what_is_refused_stands_in_the_box_again(
    window: Window, qtbot: QtBot, firm: Firm, store: Store
) -> None:
    made = coupons(window, firm)
    told: list[str] = []
    window.desk.refused.connect(lambda error: told.append(error.message.in_language("en")))
    window.open_record("quote", made)
    settle(window, qtbot)
    page = the_quote(window)

    def typed(text: str) -> list[tuple[str | None, Decimal | None]]:
        page.add.setFocus()
        page.add.setText(text)
        key(qtbot, page.add, Qt.Key.Key_Return)
        settle(window, qtbot)
        return [(one.label, one.value) for one in page.draft.document_adjustments]

    thanks, fair = ("客户答谢券", Decimal(-5000)), ("展会专享券", Decimal(-3))
    assert typed("!expo2026") == [thanks, fair]
    assert (told, page.add.text()) == ([], "")
    assert typed("！EXPO-2026") == [thanks, fair]
    assert (told, page.add.text()) == (["Coupon EXPO-2026 is on this quote already."], "！EXPO-2026")
    assert page.foot.discount.text() == ""  # what a coupon gives is not typed by hand
    assert typed("-5%") == [thanks, fair, ("", Decimal(-5))]
    assert typed("-!xh-7k2m") == [fair, ("", Decimal(-5))]
    commands.run(store, store.me(), "quote.issue", made)
    settle(window, qtbot)
    assert page.draft.frozen
