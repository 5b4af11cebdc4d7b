"""Contracts: made from what was issued, worded clause by clause, frozen once issued, carried out by steps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.documents.finish import read_data
from desktop.errors import NotFound, Refused
from desktop.models.records import Clause, ClauseVersion, Contract, ContractClause, Milestone, Quote
from desktop.models.store import Store
from desktop.rules.canonical import content_hash, hash_of
from desktop.rules.clauses import OURS, STANDARD
from desktop.services import (
    approval_papers,
    commands,
    contract_clauses,
    contract_drafts,
    contracts,
    sealed,
    today,
)
from desktop.services import contract_reminders as reminders
from desktop.words import verbatim
from tests.stores import NOON, customer, firm, opened, product, quote

assert contract_clauses.WORDS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        firm(opened_store)
        yield opened_store


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def issued(store: Store) -> Quote:
    made = quote(store, (product(store).id, "2"), to=customer(store, address="临港路 168 号"))
    run(store, "quote.issue", made.id)
    return made


@pytest.fixture
def made(store: Store) -> Contract:
    contract = run(store, "contract.new", values={"quote_id": issued(store).id})
    assert isinstance(contract, Contract)
    return contract


def clause(store: Store, contract: Contract, code: str) -> ContractClause:
    return next(one for one in contract_drafts.load(store, contract.id).clauses if one.code == code)


def now(store: Store, contract: Contract) -> Contract:
    return contract_drafts.load(store, contract.id).contract


def test_a_contract_takes_over_the_figures_and_payments_of_the_issued_quote(
    store: Store, made: Contract
) -> None:
    draft = contract_drafts.load(store, made.id)
    assert draft.quote["totals"]["payable"] == "197200.00"
    assert made.payable == 19_720_000
    assert made.quote_hash == content_hash(dict(draft.quote))
    assert [(one.name, one.percent, one.amount) for one in draft.milestones] == [
        ("预付款", Decimal(30), 5_916_000),
        ("发货款", Decimal(70), 13_804_000),
    ]
    assert [one.code for one in draft.clauses][:3] == ["subject", "payment", "delivery"]
    assert draft.missing() == []
    assert draft.deviations == []
    printed = draft.snapshot()["clauses"]
    assert "¥197,200.00（人民币壹拾玖万柒仟贰佰元整）" in printed[0]["body"]["zh"]
    assert "到货后 3 日内" in printed[2]["body"]["zh"]


def test_nothing_comes_of_a_draft_quote_or_of_a_superseded_edition(store: Store) -> None:
    draft = quote(store, (product(store).id, "1"))
    with pytest.raises(Refused, match="Issue the quote first"):
        run(store, "contract.new", values={"quote_id": draft.id})
    with pytest.raises(Refused, match="say which"):
        run(store, "contract.new", values={"name": "x"})
    run(store, "quote.issue", draft.id)
    contract = run(store, "contract.new", values={"quote_id": draft.id})
    with pytest.raises(Refused, match="has its contract already"):
        run(store, "contract.new", values={"quote_id": draft.id})
    run(store, "quote.revise", draft.id)
    with pytest.raises(Refused, match="Issue the quote first"):
        run(store, "contract.issue", contract.id)
    run(store, "quote.issue", draft.id)
    with pytest.raises(Refused, match="revised since"):
        run(store, "contract.issue", contract.id)


def test_another_wording_is_marked_compared_and_taken_back(store: Store, made: Contract) -> None:
    warranty = clause(store, made, "warranty")
    body = warranty.body.replace("质保期内因", "质保期内，因")
    run(
        store, "contract.set_clause", made.id, clause_id=warranty.id, values={"body": body, "why": "客户要求"}
    )
    draft = contract_drafts.load(store, made.id)
    changed = clause(store, made, "warranty")
    assert changed.deviation
    assert [(one.kind, one.code, one.needs_approval) for one in draft.deviations] == [
        ("changed", "warranty", True)
    ]
    pieces = draft.pieces(changed, "zh")
    assert [one.text for one in pieces if one.kind in (OURS, STANDARD)] == ["，"]
    assert any(one.place == "warranty_months" and one.text == "12" for one in pieces)
    run(store, "contract.restore_clause", made.id, clause_id=warranty.id)
    assert contract_drafts.load(store, made.id).deviations == []
    assert clause(store, made, "warranty").body == warranty.body


def test_clauses_are_chosen_ordered_left_out_and_written(store: Store, made: Contract) -> None:
    notices, effect = clause(store, made, "notices"), clause(store, made, "effect")
    run(store, "contract.remove_clause", made.id, clause_id=notices.id)
    run(store, "contract.move_clause", made.id, clause_id=effect.id, after=None)
    run(store, "contract.add_clause", made.id, values={"heading": "培训", "body": "供方培训 {people} 人。"})
    draft = contract_drafts.load(store, made.id)
    assert [one.code for one in draft.clauses[:2]] == ["effect", "subject"]
    assert draft.clauses[-1].heading == "培训"
    assert [(one.kind, one.heading, one.needs_approval) for one in draft.deviations] == [
        ("moved", "生效", False),
        ("added", "培训", True),
        ("removed", "通知", False),
    ]
    run(store, "contract.add_clause", made.id, code="notices", after=draft.clauses[1].id)
    again = contract_drafts.load(store, made.id)
    assert [one.code for one in again.clauses[:3]] == ["effect", "subject", "notices"]
    with pytest.raises(Refused, match="already"):
        run(store, "contract.add_clause", made.id, code="notices")
    with pytest.raises(NotFound, match="no clause"):
        run(store, "contract.add_clause", made.id, code="nonsense")


def test_an_unfilled_place_blocks_the_issue_by_its_name(store: Store, made: Contract) -> None:
    warranty = clause(store, made, "warranty")
    body = warranty.body + "免费保养 {free_services} 次。"
    run(store, "contract.set_clause", made.id, clause_id=warranty.id, values={"body": body})
    with pytest.raises(Refused, match=r"Fill in first: \{free_services\}") as refused:
        run(store, "contract.issue", made.id)
    assert refused.value.field == "variables"
    with pytest.raises(Refused, match="free_services"):
        run(store, "contract.set_values", made.id, values={"nothing": "2"})
    run(store, "contract.set_values", made.id, values={"free_services": " 2 "})
    run(store, "contract.issue", made.id)
    assert "免费保养 2 次。" in str(now(store, made).snapshot)


def test_what_stands_in_every_contract_cannot_be_changed(store: Store, made: Contract) -> None:
    subject = clause(store, made, "subject")
    with pytest.raises(Refused, match="every contract"):
        run(store, "contract.set_clause", made.id, clause_id=subject.id, values={"body": "随便。"})
    with pytest.raises(Refused, match="every contract"):
        run(store, "contract.remove_clause", made.id, clause_id=subject.id)
    with pytest.raises(Refused, match="every contract"):
        run(store, "contract_clause.delete", subject.id)


def test_an_issued_contract_is_sealed_and_frozen(store: Store, made: Contract) -> None:
    paper = run(store, "contract.issue", made.id)
    contract = now(store, made)
    assert (contract.stage, contract.number[:6]) == ("sent", "SC-26-")
    assert hash_of(read_data(paper)) == contract.content_hash
    assert contracts.paper_of(store, made.id) == paper
    assert made.quote_id is not None
    assert contracts.paper(store, made.quote_id) == paper
    assert sealed.examine(paper, store).reliable
    warranty = clause(store, made, "warranty")
    payment = contract_drafts.load(store, made.id).milestones[0]
    for name, target, arguments in (
        ("contract.set_clause", made.id, {"clause_id": warranty.id, "values": {"body": "x"}}),
        ("contract.issue", made.id, {}),
        ("contract.edit", made.id, {"values": {"valid_from": date(2027, 1, 1)}}),
        ("contract.edit", made.id, {"values": {"name": "另一个项目"}}),
        ("contract.delete", made.id, {}),
        ("contract_clause.edit", warranty.id, {"values": {"body": "x"}}),
        ("contract_clause.delete", warranty.id, {}),
        ("contract_clause.new", None, {"values": {"contract_id": made.id, "heading": "x"}}),
        ("milestone.edit", payment.id, {"values": {"name": "x"}}),
        ("milestone.delete", payment.id, {}),
    ):
        with pytest.raises(Refused):
            run(store, name, target, **arguments)
    run(store, "milestone.edit", payment.id, values={"due_on": date(2026, 12, 4), "remind_days": 3})
    assert contract_drafts.load(store, made.id).milestones[0].due_on == date(2026, 12, 4)
    run(store, "contract.edit", made.id, values={"renew_on": date(2027, 10, 1), "remark": "续签"})
    assert now(store, made).renew_on == date(2027, 10, 1)


def test_the_database_itself_keeps_what_was_issued(store: Store, made: Contract) -> None:
    run(store, "contract.issue", made.id)
    for statement in (
        "UPDATE contract SET payable = 1",
        "DELETE FROM contract",
        "UPDATE contract_clause SET body = 'x'",
        "UPDATE milestone SET amount = 1",
        "DELETE FROM milestone",
    ):
        with pytest.raises(Exception, match="never changes"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_stages_go_their_way_and_no_other(store: Store, made: Contract) -> None:
    for name in ("sign", "start", "complete", "terminate", "withdraw"):
        with pytest.raises(Refused):
            run(store, f"contract.{name}", made.id)
    run(store, "contract.issue", made.id)
    with pytest.raises(Refused, match="tomorrow"):
        run(store, "contract.sign", made.id, signed_on=date(2027, 1, 1))
    first, second = contract_drafts.load(store, made.id).milestones
    with pytest.raises(Refused, match="both sides"):
        run(store, "milestone.reach", first.id)
    run(store, "contract.sign", made.id)
    with pytest.raises(Refused):
        run(store, "contract.withdraw", made.id)
    run(store, "milestone.reach", first.id)
    assert now(store, made).stage == "running"
    with pytest.raises(Refused, match="already"):
        run(store, "milestone.reach", first.id)
    with pytest.raises(Refused, match="发货款"):
        run(store, "contract.complete", made.id)
    run(store, "milestone.reach", second.id)
    run(store, "contract.complete", made.id)
    assert now(store, made).stage == "completed"
    with pytest.raises(Refused):
        run(store, "contract.terminate", made.id)


def test_a_withdrawn_contract_makes_room_for_another(store: Store, made: Contract) -> None:
    run(store, "contract.issue", made.id)
    run(store, "contract.withdraw", made.id, reason="价格有误")
    assert now(store, made).reason == "价格有误"
    again = run(store, "contract.new", values={"quote_id": made.quote_id})
    run(store, "contract.issue", again.id)
    assert now(store, again).number != now(store, made).number


def test_a_library_of_ones_own_holds_by_day_and_is_pinned(store: Store) -> None:
    assert len(run(store, "clause.adopt")) == 14
    assert run(store, "clause.adopt") == []
    with store.reading() as session:
        secrecy = session.query(Clause).filter_by(code="secrecy").one()
        old = session.query(ClauseVersion).filter_by(clause_id=secrecy.id).one()
    for day, text in (("2026-06-01", "保密五年。"), ("2027-01-01", "保密十年。")):
        values = {
            "clause_id": secrecy.id,
            "edition": day,
            "valid_from": date.fromisoformat(day),
            "body": text,
        }
        run(store, "clause_version.new", values=values)
    contract = run(store, "contract.new", values={"quote_id": issued(store).id})
    chosen = clause(store, contract, "secrecy")
    assert (chosen.body, chosen.edition) == ("保密五年。", "2026-06-01")
    assert chosen.version_id not in (None, old.id)
    with pytest.raises(Refused, match="another version"):
        run(store, "clause_version.edit", old.id, values={"body": "改写"})
    with pytest.raises(Exception, match="never changes"), store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clause_version SET body = 'x'")
    run(store, "clause.edit", secrecy.id, values={"active": False})
    deviations = contracts.deviations(store, contract.id)
    assert [(one.kind, one.code) for one in deviations] == []
    assert chosen.code not in {one.code for one in contract_drafts.load(store, contract.id).library}


def test_an_area_may_ask_something_before_a_contract_is_issued(
    store: Store, made: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_work: object, draft: contract_drafts.ContractDraft, snapshot: Any) -> None:
        assert snapshot["number"]
        if any(one.needs_approval for one in draft.deviations):
            raise Refused(verbatim("needs approval"))

    monkeypatch.setattr(contracts, "BEFORE_ISSUE", [refuse])
    payment = clause(store, made, "payment")
    run(store, "contract.set_clause", made.id, clause_id=payment.id, values={"body": "货到付款。"})
    with pytest.raises(Refused, match="needs approval"):
        run(store, "contract.issue", made.id)
    assert now(store, made).number == ""
    run(store, "contract.restore_clause", made.id, clause_id=payment.id)
    run(store, "contract.issue", made.id)


def test_steps_of_ones_own_are_added_while_it_is_carried_out(store: Store, made: Contract) -> None:
    run(store, "contract.issue", made.id)
    step = run(
        store, "milestone.new", values={"contract_id": made.id, "name": "到货", "due_on": date(2027, 1, 11)}
    )
    assert isinstance(step, Milestone)
    run(store, "milestone.edit", step.id, values={"due_on": date(2027, 1, 12)})
    run(store, "milestone.delete", step.id)
    with pytest.raises(Refused, match="quote"):
        run(store, "milestone.new", values={"contract_id": made.id, "name": "x", "kind": "payment"})


def told(store: Store, on: date) -> list[str]:
    kinds = ("renewal:", "milestone:", "unsigned:")
    lines = today.agenda(store, on).lines
    return [line.title.in_language("en") for line in lines if line.key.startswith(kinds)]


def test_today_tells_of_renewals_and_milestones_in_time(store: Store, made: Contract) -> None:
    assert reminders.UNSIGNED
    run(store, "contract.edit", made.id, values={"renew_on": date(2027, 10, 31)})
    first, second = contract_drafts.load(store, made.id).milestones
    run(store, "milestone.edit", first.id, values={"due_on": date(2026, 12, 4)})
    assert told(store, date(2027, 10, 31)) == []
    run(store, "contract.issue", made.id)
    run(store, "contract.sign", made.id)
    number = now(store, made).number
    assert told(store, date(2026, 11, 26)) == []
    assert told(store, date(2026, 11, 27)) == [f"预付款 of contract {number}"]
    run(store, "milestone.reach", first.id)
    assert told(store, date(2026, 11, 27)) == []
    assert told(store, date(2027, 9, 30)) == []
    assert told(store, date(2027, 10, 1)) == [f"Renew contract {number}"]
    run(store, "milestone.reach", second.id)
    run(store, "contract.complete", made.id)
    assert told(store, date(2027, 10, 1)) == []


def test_today_asks_about_a_contract_that_nobody_signs(tmp_path: Path) -> None:
    moment = [NOON]
    with opened(tmp_path / "later", clock=lambda: moment[0]) as store:
        firm(store)
        contract = run(store, "contract.new", values={"quote_id": issued(store).id})
        run(store, "contract.issue", contract.id)
        assert told(store, NOON.date()) == []
        moment[0] = NOON + reminders.UNSIGNED
        number = now(store, contract).number
        assert told(store, moment[0].date()) == [f"Contract {number} is not signed yet"]


def test_days_are_the_firms_and_not_the_machines(tmp_path: Path) -> None:
    night = NOON.replace(hour=18)  # the 25th has begun in Shanghai
    with opened(tmp_path / "night", clock=lambda: night) as store:
        firm(store)
        run(store, "clause.adopt")
        with store.reading() as session:
            secrecy = session.query(Clause).filter_by(code="secrecy").one()
        values = {
            "clause_id": secrecy.id,
            "edition": "R9",
            "body": "保密十年。",
            "valid_from": date(2026, 11, 25),
        }
        run(store, "clause_version.new", values=values)
        made = run(store, "contract.new", values={"quote_id": issued(store).id})
        assert clause(store, made, "secrecy").edition == "R9"
        library = contract_drafts.load(store, made.id).library
        assert next(one.edition for one in library if one.code == "secrecy") == "R9"


def test_a_rule_about_terms_asks_for_somebody_above_a_sales_rep(store: Store, made: Contract) -> None:
    rule = {"name": "terms", "kind": "clause", "threshold": Decimal(0), "role": "manager"}
    payment = clause(store, made, "payment")
    run(store, "contract.set_clause", made.id, clause_id=payment.id, values={"body": "货到付款。"})
    run(store, "approval_rule.new", values=rule)
    me = store.me()
    as_rep, as_manager = replace(me, role="rep"), replace(me, role="manager")
    with pytest.raises(Refused, match="Not the standard text: 付款"):
        commands.run(store, as_rep, "contract.issue", made.id)
    secrecy = clause(store, made, "secrecy")
    run(store, "contract.restore_clause", made.id, clause_id=payment.id)
    run(store, "contract.set_clause", made.id, clause_id=secrecy.id, values={"body": "保密三年。"})
    with store.reading() as session:
        draft = contract_drafts.load(store, made.id)
        paper = approval_papers.of_contract(session, draft)
        at = {"device": store.device, "on": NOON.date(), "at": int(NOON.timestamp() * 1000)}
        found = approval_papers.standing(session, paper, as_rep, **at)
        assert found is not None
        assert found.asks == (), "this one is free"
    run(store, "contract.set_clause", made.id, clause_id=payment.id, values={"body": "货到付款。"})
    commands.run(store, as_manager, "contract.issue", made.id)
    assert now(store, made).stage == "sent"
