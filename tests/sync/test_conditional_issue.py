"""What is issued subject to approval: the paper says so, and an answer, a refusal or the last day ends it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest

from desktop.errors import Refused
from desktop.models.records import Approval, ApprovalRequest, ApprovalRule, Attachment, Quote, Task
from desktop.models.store import Store
from desktop.services import (
    approval_conditions,
    approval_requests,
    approval_today,
    approvals,
    drafts,
    today,
)
from desktop.services.approval_conditions import Condition
from sync.server import approval_calls
from tests.sync.test_approvals import Firm, firms

assert approval_today.RECENT
DAY = 24 * 60 * 60 * 1000


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


def allow(firm: Firm, days: int = 3) -> None:
    [rule] = firm.all(firm.chen, ApprovalRule)
    firm.do(firm.chen, "approval_rule.edit", rule.id, values={"conditional": days})
    firm.sync(firm.chen, firm.li)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "")
    finally:
        document.close()


def issued(firm: Firm) -> tuple[Quote, bytes]:
    made = firm.quoted("-20")
    pdf = firm.do(firm.li, "quote.issue_subject", made.id, remark="the buyer waits")
    firm.sync(firm.li, firm.chen)
    return made, pdf


def state(firm: Firm, quote: Quote) -> Condition:
    found = approval_conditions.of_quote(firm.li, drafts.load(firm.li, quote.id))
    assert found is not None
    return found


def answer(firm: Firm, *, granted: bool, remark: str = "") -> None:
    [asked] = firm.all(firm.chen, ApprovalRequest)
    assert approval_requests.still_so(firm.chen, asked)
    firm.do(firm.chen, f"approval_request.{'grant' if granted else 'refuse'}", asked.id, remark=remark)
    firm.sync(firm.chen, firm.li)


def verdict(firm: Firm) -> tuple[str, str]:
    [note] = firm.all(firm.li, Approval)
    return note.way, note.verdict


def test_only_where_the_rule_allows_it(firm: Firm) -> None:
    made = firm.quoted("-20")
    with pytest.raises(Refused, match="No rule"):
        firm.do(firm.li, "quote.issue_subject", made.id)
    allow(firm)
    with pytest.raises(Refused, match="3 days at most"):
        firm.do(firm.li, "quote.issue", made.id, until=date(2026, 12, 24))
    fine = firm.quoted("-5")
    with pytest.raises(Refused, match="Nothing in this quote"):
        firm.do(firm.li, "quote.issue_subject", fine.id)


def test_the_paper_says_until_when_and_is_confirmed_by_a_page_of_its_own(firm: Firm) -> None:
    allow(firm)
    made, pdf = issued(firm)
    assert "须经批准" in text_of(pdf)
    assert "2026-11-27" in text_of(pdf)
    assert (verdict(firm), state(firm, made).state) == (("conditional", "waits"), "open")
    with pytest.raises(Refused, match="not approved yet"):
        firm.do(firm.li, "quote.keep_confirmation", made.id)
    answer(firm, granted=True)
    assert (verdict(firm)[1], state(firm, made).state) == ("kept", "given")
    page = firm.do(firm.li, "quote.keep_confirmation", made.id)
    told = text_of(page)
    hashed = drafts.load(firm.li, made.id).revision.content_hash
    assert hashed in told
    assert "Chen" in told
    assert firm.do(firm.li, "quote.keep_confirmation", made.id) == page
    papers = [one for one in firm.all(firm.li, Attachment) if one.purpose == "sealed"]
    assert len(papers) == 2
    assert not firm.all(firm.chen, Task)


def test_an_answer_that_the_office_heard_before_the_issue_counts(firm: Firm) -> None:
    allow(firm)
    made = firm.quoted("-20")
    firm.do(firm.li, "quote.ask_approval", made.id)
    firm.sync(firm.li, firm.chen)
    [asked] = firm.all(firm.chen, ApprovalRequest)
    firm.do(firm.chen, "approval_request.grant", asked.id)
    firm.sync(firm.chen)
    firm.do(firm.li, "quote.issue_subject", made.id)  # without a network: it does not know of the answer
    firm.sync(firm.li, firm.chen, firm.li)
    assert (verdict(firm), state(firm, made).state) == (("conditional", "kept"), "given")


def test_an_answer_about_another_content_is_none(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(firm)
    made = firm.quoted("-20")
    with monkeypatch.context() as changed:  # a program that asks for something else than it issues
        changed.setattr(approvals, "bound_hash", lambda _draft: "0" * 64)
        firm.do(firm.li, "quote.issue_subject", made.id)
    firm.sync(firm.li, firm.chen)
    [asked] = firm.all(firm.chen, ApprovalRequest)
    assert asked.content_hash == "0" * 64
    firm.do(firm.chen, "approval_request.grant", asked.id)
    firm.sync(firm.chen, firm.li)
    assert verdict(firm) == ("conditional", "lapsed")
    assert state(firm, made).state == "over", "the laptop does not take it for an answer either"


def test_what_is_refused_or_answered_too_late_lapses_with_a_task(firm: Firm) -> None:
    allow(firm)
    made, _ = issued(firm)
    answer(firm, granted=False, remark="below cost")
    assert (verdict(firm)[1], state(firm, made).state) == ("lapsed", "refused")
    assert "below cost" in state(firm, made).words.in_language("en")
    [task] = firm.all(firm.chen, Task)
    assert "below cost" in task.remark


def test_the_last_day_ends_it(firm: Firm) -> None:
    allow(firm)
    made, _ = issued(firm)
    at = firm.office.clock()
    assert firm.office.store.write(lambda conn: approval_calls.overdue(conn, at + 3 * DAY)) == 0
    assert firm.office.store.write(lambda conn: approval_calls.overdue(conn, at + 4 * DAY)) == 1
    firm.sync(firm.li, firm.chen)
    assert (verdict(firm)[1], state(firm, made).state) == ("lapsed", "over")
    with firm.li.reading() as session:
        assert session.get_one(Quote, made.id).stage == "expired"
    [task] = firm.all(firm.chen, Task)
    assert "2026-11-27" in task.remark


def test_a_condition_that_no_rule_allows_any_more_is_a_breach(firm: Firm) -> None:
    allow(firm)
    [rule] = firm.all(firm.chen, ApprovalRule)
    firm.do(firm.chen, "approval_rule.edit", rule.id, values={"conditional": None})
    firm.sync(firm.chen)
    issued(firm)
    [note] = firm.all(firm.chen, Approval)
    assert (note.verdict, "subject to approval" in note.reason["en"]) == ("breach", True)
    assert note.exposure == Decimal(800)


def lines(firm: Firm, store: Store) -> list[tuple[str, str]]:
    """What Today says of approvals, most urgent first."""
    named = ("approval:", "breach:", "condition:", "confirm:")
    found = today.agenda(store).lines
    return [
        (line.key.split(":")[0], line.title.in_language("en")) for line in found if line.key.startswith(named)
    ]


def test_today_says_who_has_to_act(firm: Firm) -> None:
    allow(firm)
    made, _ = issued(firm)
    [(kind, title)] = lines(firm, firm.li)
    with firm.li.reading() as session:
        number = session.get_one(Quote, made.id).number
    assert (kind, number in title) == ("condition", True)
    assert [kind for kind, _ in lines(firm, firm.chen)] == ["approval"]
    answer(firm, granted=True)
    assert [kind for kind, _ in lines(firm, firm.li)] == ["confirm"]
    assert lines(firm, firm.chen) == []


def test_today_names_what_was_not_approved_to_both(firm: Firm) -> None:
    allow(firm)
    issued(firm)
    answer(firm, granted=False, remark="below cost")
    for store in (firm.li, firm.chen):
        assert [kind for kind, _ in lines(firm, store)] == ["breach"]
