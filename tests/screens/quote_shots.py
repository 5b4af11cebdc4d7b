"""The quote editor: its grid, a price and its reasons, files in the place of the paper."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal

from desktop.models.records import User
from desktop.rules import approvals as rules
from desktop.rules import edition_changes, phone_approvals
from desktop.services import approval_conditions, approval_verdicts, approvals
from desktop.services.approval_answers import Found, Laptop
from desktop.services.approval_phone import Opened
from desktop.services.days import day_words
from desktop.views.approvals.phone_answer import PhoneAnswer
from desktop.views.approvals.phone_call import Asked
from desktop.views.quotes import QuotePage
from desktop.views.window import Window
from desktop.words import msg
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


def quote_phone(window: Window, firm: Firm) -> None:
    """Approval by telephone: letters to read out, letters that come back."""
    quote_approval(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    found = page.light.standing
    assert found is not None
    found = replace(found, asks=(replace(found.asks[0], rule=replace(found.asks[0].rule, conditional=3)),))
    page.light._show(found)  # noqa: SLF001
    render(window)
    at = int(window.desk.store.clock().timestamp() * 1000)
    of = phone_approvals.Matter("", approvals.bound_hash(page.draft), (), found.facts.payable, "CNY")
    call = Opened(of, "K7QF2M5X", at - 199_000, 4, at - 90_000)
    boss = User(name="沈清", job="大区经理", phone="139 1588 3301", role="manager")
    page.light._opened(page.draft, found, Asked(call, (boss,)))  # noqa: SLF001
    assert page.light.call is not None
    page.light.call.code.setText("R7KD2QX4")


def phone_answer(window: Window, firm: Firm) -> None:
    """What an approver sees of a quote that is read out, as far as their laptop knows it."""
    quote_approval(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    found, draft = page.light.standing, page.draft
    assert found is not None
    render(window)
    person = User(name="林一鸣", job="客户经理", role="rep")
    laptop = Laptop(firm.quote, "ThinkPad X1", person)
    made = window.doing.answer_phone()
    made.letters.blockSignals(True)
    made.letters.setText("K7QF2M5X")
    made._looked(Found(laptop, draft, found.facts, found.asks, approvals.bound_hash(draft)))  # noqa: SLF001


def phone_answer_unknown(window: Window, firm: Firm) -> None:
    """The same where the laptop does not have it: the total is asked for."""
    quote(window, firm)
    made = window.doing.answer_phone()
    made.letters.blockSignals(True)
    made.letters.setText("K7QF2M5X")
    made.laptop.addItem("林一鸣 · ThinkPad X1", "0" * 32)
    made.laptop.setCurrentIndex(made.laptop.count() - 1)
    made.total.setText("355,900")
    made._looked(None)  # noqa: SLF001


def phone_answered(window: Window, firm: Firm) -> None:
    """The letters that are read back."""
    phone_answer(window, firm)
    made = window.findChild(PhoneAnswer)
    assert made is not None
    made._show_state(looked=True, code="R7KD2QX4AB")  # noqa: SLF001


def quote_breach(window: Window, firm: Firm) -> None:
    """What was issued under an approval that does not cover it says so."""
    quote(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    page.draft.quote.stage = "issued"
    page.draft.revision.content_hash = page.draft.revision.content_hash or "0" * 64
    why = approval_verdicts.BREACH.of(why=msg("The approver has no entry of this approval by telephone."))
    page.light.standing = None
    page.light._judge(approval_verdicts.Verdict("bad", why))  # noqa: SLF001


def quote_conditional(window: Window, firm: Firm) -> None:
    """Issued subject to approval, and approved: the confirmation is one press away."""
    quote_breach(window, firm)
    page = window.page()
    assert isinstance(page, QuotePage)
    words = approval_conditions.GIVEN.of(who="沈清", day=day_words(date(2026, 11, 25)))
    page.light._judge(approval_verdicts.Verdict("good", words, confirms=True))  # noqa: SLF001


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
    "quote_phone": quote_phone,
    "phone_answer": phone_answer,
    "phone_answer_unknown": phone_answer_unknown,
    "phone_answered": phone_answered,
    "quote_breach": quote_breach,
    "quote_conditional": quote_conditional,
    "quote_changes": quote_changes,
}
