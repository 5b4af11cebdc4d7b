"""A list with its panel, and while it is filtered, grouped, typed into, a board or a calendar."""

from datetime import date

from PySide6.QtWidgets import QApplication

from desktop.rules.filters import ANY, NONE, Condition, Group, every
from desktop.views.board.board import Board
from desktop.views.calendar.face import CalendarFace
from desktop.views.list_page import ListPage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, until, wait_idle

KINDS = ("customer", "opportunity", "task", "interaction")


def page_of(window: Window, kind: str) -> ListPage:
    """A list as it was made."""
    window.go(kind)
    page = window.page()
    assert isinstance(page, ListPage)
    page.state.reset()
    page.state.change(face="list")
    page.show_state()
    return page


def customers(window: Window, firm: Firm) -> None:
    """The list with its panel."""
    page = window.page()
    assert isinstance(page, ListPage)
    page.list.selectRow(0)


def nothing_matches(window: Window, firm: Firm) -> None:
    """A view that holds nothing."""
    window.go("opportunity")
    page = window.page()
    assert isinstance(page, ListPage)
    page.show_view("won")
    page.show_otherwise(
        where=every(Condition("stage", "one_of", ("won",)), Condition("amount", "least", 10**12))
    )
    wait_idle(window)


def list_filtered(window: Window, firm: Firm) -> None:
    """Chips, some of them the person's own."""
    page = page_of(window, "customer")
    asked = (Condition("owner_id", "one_of", ("me", "my_team")), Condition("next_on", "in", "next:30"))
    page.show_otherwise(where=every(Condition("grade", "one_of", ("vip", "a", "b")), *asked))
    wait_idle(window)


def list_builder(window: Window, firm: Firm) -> None:
    """The builder with groups."""
    page = page_of(window, "customer")
    either = Group(
        ANY,
        (Condition("stage", "one_of", ("negotiation", "trial")), Condition("open_deals", "least", 5_000_000)),
    )
    never = Group(NONE, (Condition("city", "contains", "苏州"),))
    asked = (Condition("grade", "one_of", ("vip", "a")), Condition("last_touch", "in", "last:180"))
    page.show_otherwise(where=every(*asked, either, never))
    wait_idle(window)
    page.filters.edit(1)


def list_nothing(window: Window, firm: Firm) -> None:
    """Nothing passes."""
    page_of(window, "customer").show_otherwise(where=every(Condition("city", "is", "x")))
    wait_idle(window)


def list_grouped(window: Window, firm: Firm) -> None:
    """Groups with sums, one of them folded."""
    page = page_of(window, "customer")
    page.show_otherwise(by="stage")
    wait_idle(window)
    page.list.fold(3)
    wait_idle(window)


def list_columns(window: Window, firm: Firm) -> None:
    """The column chooser."""
    page = page_of(window, "customer")
    wait_idle(window)
    page.filters.choose_columns()


def list_cell(window: Window, firm: Firm) -> None:
    """A cell that is typed into."""
    page = page_of(window, "customer")
    wait_idle(window)
    page.select(firm.customers[4])
    page.list.setFocus()
    page.list.step_in([each.name for each in page.table.columns].index("next_step"))
    page.list.edit(page.list.currentIndex())


def list_paste(window: Window, firm: Firm) -> None:
    """A block before it is written."""
    page = page_of(window, "customer")
    wait_idle(window)
    page.select(firm.customers[1])
    page.list.setFocus()
    page.list.step_in([each.name for each in page.table.columns].index("next_step"))
    QApplication.clipboard().setText("寄样本\t2026-12-05\n约测气量\t不知道\n签约\t12.20")
    page.edits.paste()


def save_view(window: Window, firm: Firm) -> None:
    """A name for what is shown, with whom it is shared."""
    list_filtered(window, firm)
    page = window.page()
    assert isinstance(page, ListPage)
    page.views.save_as()


def board(window: Window, firm: Firm) -> None:
    """A card in mid-move."""
    page = page_of(window, "opportunity")
    page.views.show_face("board")
    wait_idle(window)
    face = page.face()
    assert isinstance(face, Board)
    cards = face.columns["negotiation"].list.cards
    until(lambda: cards.rows)
    card = cards.rows[0]
    face.select(card.id)
    face.promise(card.id, "signing")


def calendar(kind: str, span: str, day: date | None = None) -> Show:
    """A list as a calendar, around today or another day."""

    def show(window: Window, firm: Firm) -> None:
        page = page_of(window, kind)
        page.views.show_face("calendar")
        wait_idle(window)
        face = page.face()
        assert face is not None
        face.show_span(span)  # type: ignore[union-attr]
        if day is not None:
            face.go(day)  # type: ignore[union-attr]
        wait_idle(window)

    return show


def calendar_together(window: Window, firm: Firm) -> None:
    """Visits, quotes and next steps in the calendar of tasks, for this picture alone."""
    calendar("task", "week")(window, firm)
    page = window.page()
    assert isinstance(page, ListPage)
    face = page.face()
    assert isinstance(face, CalendarFace)
    face.together.kinds = ["interaction", "quote", "customer"]
    face.show_query()
    wait_idle(window)


LISTS: dict[str, Show] = {
    "customers": customers,
    "nothing_matches": nothing_matches,
    "list_filtered": list_filtered,
    "list_builder": list_builder,
    "list_nothing": list_nothing,
    "list_grouped": list_grouped,
    "list_columns": list_columns,
    "list_cell": list_cell,
    "list_paste": list_paste,
    "save_view": save_view,
    "board": board,
    "calendar_week": calendar("interaction", "week"),
    "calendar_days": calendar("task", "week"),
    "calendar_together": calendar_together,
    "calendar_month": calendar("opportunity", "month"),
    "calendar_feast": calendar("interaction", "week", date(2026, 10, 8)),
}
