"""The payment schedule of a quote: typed, undone, printed, in its contract; what the office takes."""

import pytest

from desktop.documents.readback import calculator_test
from desktop.errors import Refused
from desktop.models.records import Milestone
from desktop.models.store import Store
from desktop.services import commands, contracts, drafts, quote_schedule, undo
from sync.server import values
from tests.stores import firm, product, quote

assert contracts.ISSUE  # the commands of contracts are registered
assert quote_schedule.TITLE


def test_a_schedule_is_typed_undone_printed_and_in_the_contract(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store, "A", "1000").id, "3"))
    me = store.me()
    assert [step["percent"] for step in drafts.load(store, made.id).snapshot()["milestones"]] == ["30", "70"]
    commands.run(store, me, "quote.schedule", made.id, text="3-6-1")
    commands.run(
        *(store, me, "quote.schedule", made.id),
        text="预付款 ¥1,000.01 30天\n发货款 60% 发货前\n质保金 2027-6-1",
    )
    [first, _, last] = drafts.load(store, made.id).snapshot()["milestones"]
    assert (first["amount"], first["due"]["en"], last["due"]["zh"]) == (
        "1000.01",
        "within 30 days",
        "2027-06-01 前",
    )
    undo.undo(store, me)
    steps = drafts.load(store, made.id).snapshot()["milestones"]
    assert [step["amount"] for step in steps] == ["900.00", "1800.00", "300.00"]
    with pytest.raises(Refused):
        commands.run(store, me, "quote.schedule", made.id, text="3-6-2")
    commands.run(store, me, "quote.schedule", made.id, text="预付款 ¥1,000.01 30天; 发货款 60%; 质保金")
    paper = commands.run(store, me, "quote.issue", made.id).value
    calculator_test(paper, drafts.load(store, made.id).snapshot())
    with pytest.raises(Refused):
        commands.run(store, me, "quote.schedule", made.id, text="5-5")
    contract = commands.run(store, me, "contract.new", values={"quote_id": made.id}).value
    with store.reading() as session:
        found = session.query(Milestone).filter_by(contract_id=contract.id, kind="payment").all()
    assert {each.name for each in found} >= {"预付款", "发货款", "质保金"}
    assert sum(each.amount or 0 for each in found) == 300_000


def test_the_office_takes_no_other_schedule_than_a_laptop() -> None:
    values.check("quote_revision", "milestones", [{"name": "预付款", "percent": "100"}])
    values.check("quote_revision", "milestones", [])
    for wrong in ([{"percent": "90"}], [{"percent": "100", "share": 1}], [{"name": "x"}], "3-6-1"):
        with pytest.raises(values.BadValue):
            values.check("quote_revision", "milestones", wrong)
