"""Approval of contracts and orders between a rep, an approver and the office: the same on both sides."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import Refused
from desktop.models.records import Approval, Contract, ContractClause, Order, Task
from desktop.services import approval_papers, approval_requests, approvals, contracts, matters, orders, ways
from tests.sync.test_approvals import Firm, firms

assert orders.STAGE


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


def contract(firm: Firm) -> Contract:
    """A contract of Li's whose clause about payment says something else."""
    made = firm.quoted("-5")
    firm.do(firm.li, "quote.issue", made.id)
    found: Contract = firm.do(firm.li, "contract.new", values={"quote_id": made.id})
    reword(firm, found, "货到付款。")
    return found


def reword(firm: Firm, made: Contract, body: str) -> None:
    [payment] = [one for one in firm.all(firm.li, ContractClause) if one.code == "payment"]
    firm.do(firm.li, "contract.set_clause", made.id, clause_id=payment.id, values={"body": body})


def order(firm: Firm, percent: str = "-5") -> Order:
    made = firm.quoted(percent)
    firm.do(firm.li, "quote.issue", made.id)
    found: Order = firm.do(firm.li, "quote.order", made.id)
    return found


def tasks(firm: Firm) -> list[str]:
    return [one.remark.splitlines()[0] for one in firm.all(firm.chen, Task)]


def test_a_contract_is_asked_for_and_the_answer_counts_for_that_wording_alone(firm: Firm) -> None:
    firm.rule("clause", "0")
    firm.sync(firm.chen, firm.li)
    made = contract(firm)
    with pytest.raises(Refused, match="Not the standard text: 付款"):
        firm.do(firm.li, "contract.issue", made.id)
    asked = firm.do(firm.li, "contract.ask_approval", made.id, remark="they insist")
    with pytest.raises(Refused, match="nobody has answered"):
        firm.do(firm.li, "contract.ask_approval", made.id)
    firm.sync(firm.li, firm.chen)
    [matter] = matters.matters(firm.chen)
    assert (matter.type, matter.record, matter.key) == ("contract", made.id, asked.id)
    told = ways.tell(firm.chen, matter)
    assert "they insist" in told.reason.in_language("en")
    assert approval_requests.still_so(firm.chen, asked)
    matters.decide(firm.chen, matter, "grant")
    firm.sync(firm.chen, firm.li)
    reword(firm, made, "货到付款，不得拖延。")
    with pytest.raises(Refused, match="another content"):
        firm.do(firm.li, "contract.issue", made.id)
    reword(firm, made, "货到付款。")
    firm.do(firm.li, "contract.issue", made.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert (note.way, note.verdict, note.contract_id) == ("grant", "kept", made.id)
    assert not tasks(firm)


def test_a_contract_that_went_out_unasked_opens_a_task_whatever_its_laptop_wrote(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.rule("clause", "0")
    firm.sync(firm.chen, firm.li)
    made = contract(firm)
    with firm.li.work(firm.li.me(), "contract.set_clause") as work:  # what a rep could do to their own rows
        clause = work.get(ContractClause, next(one.id for one in firm.all(firm.li, ContractClause)))
        assert made.id == clause.contract_id
        [payment] = [one for one in firm.all(firm.li, ContractClause) if one.code == "payment"]
        mine = work.get(ContractClause, payment.id)
        mine.standard, mine.approval_class = {**mine.standard, "body": "货到付款。"}, "standard"
    monkeypatch.setattr(contracts, "BEFORE_ISSUE", [])
    firm.do(firm.li, "contract.issue", made.id)
    firm.sync(firm.li, firm.chen)
    assert not firm.all(firm.chen, Approval)
    [said] = tasks(firm)
    assert "1 terms are not the standard ones" in said


def test_an_order_over_a_total_or_the_credit_is_asked_for_and_checked_again(firm: Firm) -> None:
    firm.rule("total", "1000", subject="order", currency="CNY")
    firm.sync(firm.chen, firm.li)
    small = order(firm)  # 950
    firm.do(firm.li, "order.submit", small.id)
    large = order(firm, "+10")
    with pytest.raises(Refused, match="The total is"):
        firm.do(firm.li, "order.submit", large.id)
    firm.do(firm.li, "order.ask_approval", large.id)
    firm.sync(firm.li, firm.chen)
    [matter] = matters.matters(firm.chen)
    assert (matter.type, matter.record) == ("order", large.id)
    matters.decide(firm.chen, matter, "grant")
    firm.sync(firm.chen, firm.li)
    firm.do(firm.li, "order.submit", large.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert (note.way, note.verdict, note.order_id) == ("grant", "kept", large.id)
    assert not tasks(firm)
    with firm.chen.reading() as session:
        assert session.get_one(Order, large.id).stage == "submitted"


def test_what_a_customer_owes_is_counted_over_all_orders_on_both_sides(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.rule("credit", "0", subject="order", currency="CNY")
    firm.do(firm.li, "customer.edit", firm.buyer.id, values={"credit": 150000})
    firm.sync(firm.chen, firm.li, firm.chen)
    first, second = order(firm), order(firm)
    firm.do(firm.li, "order.submit", first.id)
    with pytest.raises(Refused, match="owes 400"):
        firm.do(firm.li, "order.submit", second.id)
    given = {"document_discount": None, "credit": Decimal(400), "subject": "order"}
    firm.delegate(**{**given, "subject": "quote"})
    firm.sync(firm.chen, firm.li)
    with pytest.raises(Refused, match="another kind of document"):
        firm.do(firm.li, "order.submit", second.id)
    firm.delegate(**given)
    firm.sync(firm.chen, firm.li)
    firm.do(firm.li, "order.submit", second.id)
    monkeypatch.setattr(approval_papers, "at_work", lambda *_: None)
    firm.do(firm.li, "order.submit", order(firm).id)  # a laptop that does not ask
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert (note.way, note.verdict, note.order_id) == ("delegation", "kept", second.id)
    [said] = tasks(firm)
    assert "owes 1,350.00 CNY more" in said


def test_nobody_is_asked_for_what_a_rule_of_another_document_says(firm: Firm) -> None:
    firm.rule("total", "1", subject="contract", currency="CNY")
    firm.rule("total", "1", currency="CNY")
    firm.sync(firm.chen, firm.li)
    with firm.li.reading() as session:
        li = firm.li.me().rights
        kinds = {
            of: [one.kind for one in approvals.rules_for(session, li, of)]
            for of in ("quote", "contract", "order")
        }
    assert kinds == {"quote": ["document_discount", "total"], "contract": ["total"], "order": []}
