"""The quote editor: its grid, a price and its reasons, files in the place of the paper."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

from desktop.rules import approvals as rules
from desktop.rules import edition_changes
from desktop.services import approvals
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from tests.screens.sample import Firm
from tests.screens.staging import Show, render


def quote(window: Window, firm: Firm) -> None:
    """The quote editor."""
    window.open_record("quote", firm.quote)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.grid.setCurrentIndex(page.table.index(1, 4))
    page.grid.setFocus()


def quote_why(window: Window, firm: Firm) -> None:
    """Why is it this price?"""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    render(window)
    line = page.grid.line()
    assert line is not None
    page._explain(line)  # noqa: SLF001


def quote_confirm(window: Window, firm: Firm) -> None:
    """Issuing cannot be taken back: it asks first."""
    quote(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.ask_issue()


def quote_cell(window: Window, firm: Firm) -> None:
    """A price while it is typed."""
    quote(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.grid.edit(page.grid.currentIndex())


def quote_files(window: Window, firm: Firm) -> None:
    """The files of a quote in the place of its paper."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.files.turn(show=True)


def quote_folded(window: Window, firm: Firm) -> None:
    """A section that is folded: its sum stays, its lines are away."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    line = page.table.rows[0].line
    page.folds.folded.add(line.id.hex)  # for this picture alone: kept is only what a person folds
    page.folds.apply()
    page.grid.setCurrentIndex(page.table.index(0, 1))


def quote_approval(window: Window, firm: Firm) -> None:
    """A discount that needs somebody's approval."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    rule = rules.Rule("", rules.WHOLE, Decimal("0.5"), "manager")
    totals = page.draft.totals()
    with window.desk.store.reading() as session:
        facts = approvals.facts_of(session, page.draft, totals, [rule], date(2026, 11, 24))
    standing = approvals.Standing(facts, rules.asks([rule], facts), 0)
    page.light._show(standing)  # noqa: SLF001


def quote_changes(window: Window, firm: Firm) -> None:
    """What a second edition changes against the first."""
    quote(window, firm)
    render(window)
    page = window.page()
    assert isinstance(page, QuotePage)
    before = page.draft.snapshot()
    after = deepcopy(before) | {"revision": before["revision"] + 1, "valid_until": "2027-01-31"}
    items = [line for line in after["lines"] if line["kind"] == "item"]
    items[0] |= {"unit_price": "97200", "net": "184680.00"}
    after["lines"].remove(items[1])
    less = Decimal(before["totals"]["payable"]) - 2660 - Decimal(items[1]["net"])
    after["totals"] |= {"payable": str(less)}
    page.changes.button.show()
    page.changes._show(edition_changes.changes(before, after))  # noqa: SLF001


QUOTES: dict[str, Show] = {
    "quote_editor": quote,
    "quote_why": quote_why,
    "quote_cell": quote_cell,
    "quote_confirm": quote_confirm,
    "quote_files": quote_files,
    "quote_folded": quote_folded,
    "quote_approval": quote_approval,
    "quote_changes": quote_changes,
}
