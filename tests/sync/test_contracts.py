"""Contracts between two laptops and the office: wording merges, what was issued stays as it was printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import Refused
from desktop.models.records import Contract, ContractClause, Milestone, Task
from desktop.models.store import Store
from desktop.rules.canonical import content_hash
from desktop.services import (
    commands,
    contract_clauses,
    contract_drafts,
    contract_signing,
    contracts,
    sealed,
    undo,
)
from sync.client.driver import sync_once
from tests import inks
from tests.stores import firm
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct

assert contract_clauses.WORDS


class Agreed(Pair):
    """A contract of an issued quote, that Ann and Bob both hold."""

    contract: UUID

    def begin(self) -> None:
        self.do(self.ann, "quote.issue")
        self.contract = self.run(self.ann, "contract.new", None, values={"quote_id": self.quote}).id
        self.meet()

    def run(self, store: Store, name: str, target: UUID | None, **arguments: Any) -> Any:
        return commands.run(store, store.me(), name, target, **arguments).value

    def on(self, store: Store, name: str, **arguments: Any) -> Any:
        return self.run(store, f"contract.{name}", self.contract, **arguments)

    def held(self, store: Store) -> contract_drafts.ContractDraft:
        return contract_drafts.load(store, self.contract)

    def word(self, store: Store, code: str, body: str) -> None:
        clause = next(one for one in self.held(store).clauses if one.code == code)
        self.on(store, "set_clause", clause_id=clause.id, values={"body": body})

    def said(self, store: Store, code: str) -> str:
        return next(one.body for one in self.held(store).clauses if one.code == code)


@pytest.fixture
def agreed(tmp_path: Path) -> Iterator[Agreed]:
    with pairs(tmp_path) as pair:
        pair.__class__ = Agreed
        assert isinstance(pair, Agreed)
        pair.begin()
        yield pair


def test_two_people_word_different_clauses_and_both_count(agreed: Agreed) -> None:
    agreed.word(agreed.ann, "secrecy", "保密三年。")
    agreed.word(agreed.bob, "disputes", "提交仲裁。")
    agreed.meet()
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        assert (agreed.said(store, "secrecy"), agreed.said(store, "disputes")) == ("保密三年。", "提交仲裁。")
        assert [one.code for one in agreed.held(store).deviations] == ["secrecy", "disputes"]
        parts = [*agreed.all(store, ContractClause), *agreed.all(store, Milestone)]
        home = {(one.owner_id, one.team_id) for one in [*agreed.all(store, Contract), *parts]}
        assert len(home) == 1


def test_what_one_issued_is_the_same_to_the_byte_for_the_other_and_never_changes(agreed: Agreed) -> None:
    agreed.on(agreed.ann, "issue")
    agreed.meet()
    mine, theirs = agreed.held(agreed.ann), agreed.held(agreed.bob)
    assert theirs.contract.number == mine.contract.number != ""
    assert theirs.contract.stage == "sent"
    assert theirs.contract.snapshot == mine.contract.snapshot
    assert content_hash(theirs.snapshot()) == theirs.contract.content_hash
    with pytest.raises(Refused):
        agreed.word(agreed.bob, "secrecy", "保密三年。")
    agreed.on(agreed.bob, "sign")
    agreed.on(agreed.ann, "withdraw")
    agreed.run(agreed.bob, "milestone.new", None, values={"contract_id": agreed.contract, "name": "到货"})
    for store in (agreed.bob, agreed.ann, agreed.bob):
        _sync(agreed, store)
    assert {agreed.held(store).contract.stage for store in (agreed.ann, agreed.bob)} == {"signed"}
    assert [one.name for one in agreed.all(agreed.ann, Milestone)] == ["到货"]


def test_a_step_is_taken_back_by_whoever_took_it_and_by_nobody_else(agreed: Agreed) -> None:
    agreed.on(agreed.ann, "issue")
    agreed.on(agreed.ann, "sign")
    agreed.meet()
    undo.undo(agreed.ann, agreed.ann.me())
    agreed.meet()
    assert [agreed.held(store).contract.stage for store in (agreed.ann, agreed.bob)] == ["sent"] * 2
    assert not agreed.all(agreed.bob, Task)
    agreed.on(agreed.ann, "sign")
    agreed.meet()
    with agreed.bob.work(agreed.bob.me(), "contract.sign") as work:  # as no program would
        contract = work.get(Contract, agreed.contract)
        work.op("transition", contract, {"field": "stage", "from": "signed", "to": "sent"})
        contract.stage = "sent"
    agreed.meet()
    assert [agreed.held(store).contract.stage for store in (agreed.ann, agreed.bob)] == ["signed"] * 2


def test_nothing_is_issued_past_its_content(agreed: Agreed) -> None:
    with agreed.bob.work(agreed.bob.me(), "contract.unheard_of") as work:
        work.get(Contract, agreed.contract).content_hash = "0" * 64
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        assert agreed.held(store).contract.content_hash == ""


def test_wording_that_reached_the_office_before_the_issue_goes_on_as_a_draft(agreed: Agreed) -> None:
    agreed.word(agreed.bob, "secrecy", "保密三年。")
    agreed.on(agreed.ann, "issue")
    printed = agreed.held(agreed.ann).contract.snapshot
    sync = (agreed.bob, agreed.ann)
    for store in (*sync, *sync):
        _sync(agreed, store)
    for store in (agreed.ann, agreed.bob):
        held = agreed.held(store)
        assert held.contract.snapshot == printed
        assert agreed.said(store, "secrecy") != "保密三年。"
        others = [one for one in agreed.all(store, Contract) if one.id != agreed.contract]
        assert [(one.stage, one.number) for one in others] == [("draft", "")]
        aside = contract_drafts.load(store, others[0].id)
        assert next(one.body for one in aside.clauses if one.code == "secrecy") == "保密三年。"
        assert not aside.frozen
    assert any("合同" in task.name for task in [*agreed.all(agreed.ann, Task), *agreed.all(agreed.bob, Task)])


def test_a_clause_worded_after_somebody_else_issued_waits_for_a_person(agreed: Agreed) -> None:
    agreed.word(agreed.bob, "secrecy", "保密三年。")
    agreed.on(agreed.ann, "issue")
    agreed.meet()
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        assert agreed.held(store).frozen
        assert "保密三年。" not in str(agreed.held(store).snapshot())
    assert (
        agreed.said(agreed.ann, "secrecy") == agreed.held(agreed.ann).snapshot()["clauses"][8]["body"]["zh"]
    )


def test_two_who_issue_the_same_contract_otherwise_both_keep_their_paper(agreed: Agreed) -> None:
    agreed.word(agreed.bob, "secrecy", "保密三年。")
    agreed.on(agreed.bob, "issue")
    theirs = agreed.held(agreed.bob).contract
    agreed.on(agreed.ann, "issue")
    mine = agreed.held(agreed.ann).contract
    agreed.meet()
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        hashes = {one.content_hash for one in agreed.all(store, Contract)}
        assert hashes == {mine.content_hash, theirs.content_hash}
        for one in agreed.all(store, Contract):
            held = contract_drafts.load(store, one.id)
            assert content_hash(held.snapshot()) == one.content_hash
            printed = [each["text"]["body"] for each in held.snapshot()["clauses"]]
            assert [each.body for each in held.clauses] == printed
    numbers = {one.number for one in agreed.all(agreed.ann, Contract)}
    assert len(numbers) == 2


def _sync(agreed: Agreed, store: Store) -> None:
    sync_once(store, Direct(agreed.server))


def test_a_signature_under_a_contract_is_kept_at_the_office_and_known_on_the_other_laptop(
    agreed: Agreed,
) -> None:
    firm(agreed.ann)
    agreed.meet()
    agreed.meet()
    agreed.on(agreed.ann, "issue")
    content = agreed.held(agreed.ann).contract.content_hash
    shown = inks.on_screen(content=content)
    agreed.on(agreed.ann, "sign_here", signer="张建国", job="总经理", on_screen=shown)
    signed = contracts.paper_of(agreed.ann, agreed.contract)
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        [signature] = contract_signing.signatures(store, agreed.contract)
        assert (signature.signer, signature.content_hash) == ("张建国", content)
        assert agreed.held(store).contract.stage == "signed"
    verdict = sealed.examine(signed, agreed.bob)
    assert verdict.facts["evidence"] is True
    assert agreed.server.check_audit()[0] == 0


def test_what_one_laptop_signed_is_the_contract_although_another_withdrew_it_meanwhile(
    agreed: Agreed,
) -> None:
    agreed.on(agreed.ann, "issue")
    agreed.meet()
    agreed.on(agreed.bob, "withdraw", reason="x")
    content = agreed.held(agreed.ann).contract.content_hash
    sync_once(agreed.bob, Direct(agreed.server))
    agreed.on(agreed.ann, "sign_here", signer="张建国", on_screen=inks.on_screen(content=content))
    agreed.meet()
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        assert [one.signer for one in contract_signing.signatures(store, agreed.contract)] == ["张建国"]


def test_two_contracts_of_one_quote_are_both_kept_and_somebody_is_told(agreed: Agreed) -> None:
    agreed.on(agreed.ann, "delete")
    agreed.meet()
    agreed.meet()
    assert not agreed.all(agreed.ann, Task)
    for store in (agreed.ann, agreed.bob):
        agreed.run(store, "contract.new", None, values={"quote_id": agreed.quote})
    agreed.meet()
    agreed.meet()
    for store in (agreed.ann, agreed.bob):
        assert len(agreed.all(store, Contract)) == 2
    told = [one for store in (agreed.ann, agreed.bob) for one in agreed.all(store, Task)]
    assert any("已有另一份合同" in one.name for one in told)
    assert any("another contract already" in (one.remark or "") for one in told)


def as_no_program_would(agreed: Agreed, **values: Any) -> None:
    """Bob's changed laptop writes what no command of the program lets anybody write."""
    with agreed.bob.work(agreed.bob.me(), "contract.unheard_of") as work:
        contract = work.get(Contract, agreed.contract)
        for name, value in values.items():
            setattr(contract, name, value)
    agreed.meet()
    agreed.meet()


@pytest.mark.parametrize(("name", "forged"), [("payable", 1), ("currency", "USD"), ("quote_hash", "0" * 64)])
def test_the_figures_of_a_contract_are_those_of_its_quote_whoever_writes_others(
    agreed: Agreed, name: str, forged: object
) -> None:
    before = getattr(agreed.held(agreed.ann).contract, name)
    as_no_program_would(agreed, **{name: forged})
    assert [getattr(agreed.held(store).contract, name) for store in (agreed.ann, agreed.bob)] == [before] * 2


def test_an_issued_contract_keeps_its_number(agreed: Agreed) -> None:
    agreed.on(agreed.ann, "issue")
    agreed.meet()
    number = agreed.held(agreed.ann).contract.number
    as_no_program_would(agreed, number="SC-2099-0001")
    assert agreed.held(agreed.ann).contract.number == number
    agreed.meet()
    assert agreed.held(agreed.bob).contract.number == number


def test_no_contract_is_made_with_figures_of_its_own(agreed: Agreed) -> None:
    with agreed.bob.work(agreed.bob.me(), "contract.unheard_of") as work:
        real = work.get(Contract, agreed.contract)
        given = ("customer_id", "quote_id", "revision_id", "quote_hash", "currency", "name")
        forged = Contract(**{name: getattr(real, name) for name in given}, payable=1)
        work.add(forged)
    agreed.meet()
    agreed.meet()
    assert [one.id for one in agreed.all(agreed.ann, Contract)] == [agreed.contract]
