"""Delegations between an approver, the office that signs them, and a rep without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import NotAllowed, Refused
from desktop.models import delegations as signed
from desktop.models.records import (
    Approval,
    ApprovalGrant,
    ApprovalRequest,
    Delegation,
    Quote,
    QuoteLine,
    Task,
)
from desktop.models.records.approvals import STATES
from desktop.models.store import Store
from desktop.rules import delegations
from desktop.services import approvals as laptop
from desktop.services import commands, matters, quotes, ways
from sync.client.driver import enrol, sync_once
from sync.server import approval_papers
from sync.server import approvals as office
from sync.server.server import Server
from tests.stores import NOON, customer, opened, product, quote
from tests.sync import approval_paper_cases, approval_proof, postgres
from tests.sync.simulator.world import Direct

assert quotes.PRICED


class Firm:
    """Li sells, Chen approves; the whole may be reduced by 10 % without asking."""

    def __init__(self, office: Server, li: Store, chen: Store) -> None:
        self.office, self.li, self.chen = office, li, chen
        self.product = product(chen, "A", "100")
        self.buyer = customer(li)

    def do(self, store: Store, command: str, *about: Any, **arguments: Any) -> Any:
        return commands.run(store, store.me(), command, *about, **arguments).value

    def sync(self, *stores: Store) -> None:
        for store in stores:
            sync_once(store, Direct(self.office))

    def rule(self, kind: str = "document_discount", threshold: str = "10", **more: str) -> None:
        values = {"name": kind, "kind": kind, "threshold": Decimal(threshold), "role": "manager", **more}
        self.do(self.chen, "approval_rule.new", values=values)

    def delegate(self, **values: Any) -> Delegation:
        given = {
            "owner_id": self.li.me().id,
            "device_id": self.li.device,
            "valid_from": date(2026, 11, 1),
            "valid_until": date(2026, 12, 1),
            "most": 5,
            "exposure": Decimal(5000),
            "document_discount": Decimal(15),
        }
        made: Delegation = self.do(self.chen, "delegation.new", values={**given, **values})
        return made

    def quoted(self, percent: str) -> Quote:
        made = quote(self.li, (self.product.id, "10"), to=self.buyer)
        self.do(self.li, "quote.discount", made.id, value=Decimal(percent))
        return made

    def all(self, store: Store, cls: type[Any]) -> list[Any]:
        with store.reading() as session:
            return list(session.query(cls).filter(cls.deleted_at.is_(None)).order_by(cls.id))


@contextmanager
def firms(folder: Path) -> Iterator[Firm]:
    noon = int(NOON.timestamp() * 1000)
    office = Server(postgres.office(folder / "office"), clock=lambda: noon)
    try:
        with opened(folder / "li") as li, opened(folder / "chen") as chen:
            for name, store, role in (("Li", li, "rep"), ("Chen", chen, "admin")):
                office.add_user(name, "South", role)
                enrol(store, Direct(office), office.new_code(name))
            made = Firm(office, li, chen)
            made.rule()
            made.sync(chen, li)
            yield made
    finally:
        office.store.close()


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


def test_what_an_approver_delegates_is_signed_by_the_office_and_counts_offline(firm: Firm) -> None:
    given = firm.delegate()
    firm.sync(firm.chen, firm.li)
    [held] = firm.all(firm.li, Delegation)
    public = firm.li.local(signed.KEYS)["sign"]
    assert held.code == given.code
    assert (held.granted_by_id, held.granted_as) == (firm.chen.me().id, "admin")
    assert signed.is_signed(public, signed.wire(held))
    made = firm.quoted("-15")
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert (note.verdict, note.source_id) == ("kept", given.id)
    assert not firm.all(firm.chen, Task)
    over = firm.quoted("-16")
    with pytest.raises(Refused):
        firm.do(firm.li, "quote.issue", over.id)


def test_what_was_withdrawn_meanwhile_is_a_breach_with_a_task_and_the_paper_stays(firm: Firm) -> None:
    given = firm.delegate()
    firm.sync(firm.chen, firm.li)
    firm.do(firm.chen, "delegation.delete", given.id)
    firm.sync(firm.chen)
    made = firm.quoted("-15")
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    [task] = firm.all(firm.chen, Task)
    assert note.verdict == "breach"
    assert "withdrawn" in note.reason["en"]
    assert "withdrawn" in task.remark
    with firm.chen.reading() as session:
        assert session.get_one(Quote, made.id).stage == "issued"


def test_a_laptop_that_did_not_know_the_rule_is_told_on(firm: Firm) -> None:
    made = firm.quoted("-9")
    firm.do(firm.li, "quote.issue", made.id)
    firm.rule("total", "500", currency="CNY")
    firm.sync(firm.chen, firm.li, firm.chen)
    [task] = firm.all(firm.chen, Task)
    assert "910.00" in task.remark
    assert not firm.all(firm.chen, Approval)


def test_two_laptops_of_one_profile_cannot_use_a_delegation_twice_unseen(firm: Firm) -> None:
    firm.delegate(most=1)
    firm.sync(firm.chen, firm.li)
    first = firm.quoted("-15")
    firm.do(firm.li, "quote.issue", first.id)
    second = firm.quoted("-15")
    with firm.li.engine.begin() as connection:  # what a rep could do to a database of their own
        connection.exec_driver_sql("INSERT INTO content_guard (id) VALUES (1)")
        connection.exec_driver_sql("UPDATE approval SET source_id = NULL")
    firm.do(firm.li, "quote.issue", second.id)
    firm.sync(firm.li, firm.chen)
    verdicts = [note.verdict for note in firm.all(firm.chen, Approval)]
    assert verdicts == ["kept", "breach"]


def test_a_request_travels_to_the_approver_and_the_answer_counts_for_that_content_alone(firm: Firm) -> None:
    made = firm.quoted("-20")
    asked = firm.do(firm.li, "quote.ask_approval", made.id, remark="first order")
    with pytest.raises(Refused, match="nobody has answered"):
        firm.do(firm.li, "quote.ask_approval", made.id)
    firm.sync(firm.li, firm.chen)
    [matter] = matters.matters(firm.chen)
    assert (matter.kind, matter.key, matters.count(firm.chen)) == ("approval", asked.id, 1)
    assert not matters.matters(firm.li)
    told = ways.tell(firm.chen, matter)
    assert "20 %" in told.reason.in_language("en")
    assert "first order" in told.reason.in_language("en")
    matters.decide(firm.chen, matter, "grant")
    assert not matters.matters(firm.chen)
    firm.sync(firm.chen, firm.li)
    line = firm.all(firm.li, QuoteLine)[0]
    firm.do(firm.li, "quote.set_line", made.id, line_id=line.id, values={"quantity": Decimal(11)})
    with pytest.raises(Refused, match="another content"):
        firm.do(firm.li, "quote.issue", made.id)
    firm.do(firm.li, "quote.set_line", made.id, line_id=line.id, values={"quantity": Decimal(10)})
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert (note.way, note.verdict) == ("grant", "kept")
    assert not firm.all(firm.chen, Task)


def test_who_is_refused_reads_why_and_a_rep_answers_nobody(firm: Firm) -> None:
    made = firm.quoted("-20")
    asked = firm.do(firm.li, "quote.ask_approval", made.id)
    with pytest.raises(NotAllowed):
        firm.do(firm.li, "approval_request.grant", asked.id)
    firm.sync(firm.li, firm.chen)
    firm.do(firm.chen, "approval_request.refuse", asked.id, remark="not below cost")
    firm.sync(firm.chen, firm.li)
    with pytest.raises(Refused, match="not below cost"):
        firm.do(firm.li, "quote.issue", made.id)


def test_an_approval_that_the_office_does_not_know_is_a_breach(firm: Firm) -> None:
    made = firm.quoted("-20")
    asked = firm.do(firm.li, "quote.ask_approval", made.id)
    with firm.li.work(firm.chen.me(), "approval_request.grant") as work:  # what a rep could forge
        request = work.get(ApprovalRequest, asked.id)
        forged = ApprovalGrant(
            quote_id=made.id, request_id=asked.id, content_hash=request.content_hash, granted=True
        )
        forged.owner_id, forged.team_id = request.owner_id, request.team_id
        work.add(forged)
    with pytest.raises(Refused, match="not signed"):
        firm.do(firm.li, "quote.issue", made.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signed, "is_signed", lambda *_: True)
        patch.setattr(delegations, "enough", lambda *_: True)
        firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    [task] = firm.all(firm.chen, Task)
    assert note.verdict == "breach"
    assert "does not know this approval" in task.remark


def test_a_total_noted_otherwise_than_on_the_paper_is_a_breach(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.delegate()
    firm.sync(firm.chen, firm.li)
    monkeypatch.setattr(laptop, "Approval", lambda **said: Approval(**{**said, "exposure": Decimal(1)}))
    firm.do(firm.li, "quote.issue", firm.quoted("-15").id)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    [task] = firm.all(firm.chen, Task)
    assert (note.verdict, "another content" in task.remark) == ("breach", True)


def test_what_the_office_cannot_compute_is_looked_at_and_not_called_in_order(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.delegate()
    firm.sync(firm.chen, firm.li)
    firm.do(firm.li, "quote.issue", firm.quoted("-15").id)
    monkeypatch.setattr(office, "facts_of", lambda *_: None)
    firm.sync(firm.li, firm.chen)
    [note] = firm.all(firm.chen, Approval)
    [task] = firm.all(firm.chen, Task)
    assert (note.verdict, "cannot work out" in task.remark) == ("", True)


def test_laptop_and_office_say_the_same_of_random_quotes() -> None:
    ended = approval_proof.quotes(0, 120)
    ways = ("covered", "refused", "nothing asks", "call counts", "call refused")
    assert min(ended[how] for how in ways) > 5
    assert all(approval_proof.altered(seed) for seed in range(120))


def test_laptop_and_office_say_the_same_of_random_contracts_and_orders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = approval_paper_cases.run(0, 80)
    ways = [f"{of}: {how}" for of in ("contract", "order") for how in ("covered", "refused", "nothing asks")]
    assert min(ended[how] for how in ways) > 2
    whole = approval_papers.paper_of
    monkeypatch.setattr(approval_papers, "paper_of", lambda *said: whole(*said[:4], ()))
    with pytest.raises(AssertionError, match="laptop"):  # an office that forgets what came before it
        approval_paper_cases.run(0, 80)


def test_an_office_that_forgot_a_limit_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "refusal_of", lambda *_: None)
    with pytest.raises(AssertionError, match="laptop"):
        approval_proof.quotes(0, 60)


def test_an_office_that_takes_any_code_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.approval_calls, "refusal_of_call", lambda *_: None)
    with pytest.raises(AssertionError, match="call"):
        approval_proof.quotes(0, 60)


def test_the_states_of_a_request_are_states_in_chinese_too() -> None:
    said = [label.in_language("zh") for _, label in STATES]
    assert said == ["尚未答复", "已批准", "未批准", "已撤回"]
