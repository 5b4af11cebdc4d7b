"""One field of many records at once: what the preview promises is done, in one step that goes back as one."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, Refused, Usage
from desktop.models.record import new_id
from desktop.models.records import Customer, Opportunity, Product, Quote, Team, User
from desktop.models.store import Actor, Store
from desktop.rules import formulas
from desktop.services import asides, bulk, commands, outbox, undo
from tests.stores import customer, product


def several(store: Store, count: int, **values: object) -> list[UUID]:
    return [customer(store, f"客户 {number}", **values).id for number in range(count)]


def cities(store: Store, ids: list[UUID]) -> list[str]:
    with store.reading() as session:
        return [getattr(session.get(Customer, one), "city", "?") for one in ids]


def steps(store: Store) -> int:
    with store.reader.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one())


def test_the_preview_says_old_and_new_and_writes_nothing(store: Store) -> None:
    ids = several(store, 3, city="无锡")
    commands.run(store, store.me(), "customer.edit", ids[1], values={"city": "苏州"})
    before = steps(store)
    made = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    assert [(line.old, line.new, line.changes) for line in made.lines] == [
        ("无锡", "苏州", True),
        ("苏州", "苏州", False),
        ("无锡", "苏州", True),
    ]
    assert (len(made.changing()), made.same(), made.refused()) == (2, 1, [])
    assert steps(store) == before
    assert cities(store, ids) == ["无锡", "苏州", "无锡"]


def test_one_undo_takes_all_of_it_back(store: Store) -> None:
    ids = several(store, bulk.SLICE + 5, city="无锡")
    made = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    report = bulk.carry_out(store, store.me(), made)
    assert (report.saved, report.clashes, report.refused) == (len(ids), (), ())
    assert set(cities(store, ids)) == {"苏州"}
    undone = undo.undo(store, store.me())
    assert (undone.records, undone.kept) == (len(ids), [])
    assert set(cities(store, ids)) == {"无锡"}


def test_sums_are_told_by_currency_before_and_after(store: Store) -> None:
    buyer = customer(store)
    ids = []
    for currency, amount in (("CNY", 100_00), ("CNY", 250_00), ("USD", 70_00)):
        values = {"name": "deal", "customer_id": buyer.id, "amount": amount, "currency": currency}
        made = commands.run(store, store.me(), "opportunity.new", values=values).value
        assert isinstance(made, Opportunity)
        ids.append(made.id)
    plan = bulk.plan(store, store.me(), "opportunity", ids, "amount", 300_00)
    assert {(one.currency, one.old, one.new) for one in plan.sums()} == {
        ("CNY", 350_00, 600_00),
        ("USD", 70_00, 300_00),
    }
    assert plan.shown(plan.lines[2], plan.lines[2].old, "en") == "$70.00"
    assert bulk.plan(store, store.me(), "opportunity", ids, "competitor", "x").sums() == []


def test_what_would_be_refused_is_told_in_the_preview_and_left_out(store: Store) -> None:
    ids = several(store, 2)
    nameless = commands.run(store, store.me(), "customer.new", values={"phone": "13800138000"}).value
    assert isinstance(nameless, Customer)
    plan = bulk.plan(store, store.me(), "customer", [*ids, nameless.id, new_id()], "phone", "")
    reasons = [line.refused.in_language("en") if line.refused else "" for line in plan.lines]
    assert reasons == [
        "",
        "",
        "A customer needs a name or a phone number.",
        "It is no longer on this laptop.",
    ]
    assert [line.same for line in plan.lines] == [True, True, False, False]
    report = bulk.carry_out(store, store.me(), plan)
    assert report.saved == 0


def test_printed_fields_of_an_issued_quote_are_refused_row_by_row(store: Store) -> None:
    buyer = customer(store)
    made: list[Quote] = [
        commands.run(store, store.me(), "quote.new", values={"customer_id": buyer.id, "name": name}).value
        for name in ("a", "b")
    ]
    with store.work(store.me(), "quote.edit") as work:
        work.get(Quote, made[0].id).stage = "issued"
    plan = bulk.plan(store, store.me(), "quote", [one.id for one in made], "currency", "USD")
    assert [bool(line.refused) for line in plan.lines] == [True, False]
    assert "issued" in str(plan.refused()[0].refused)


def test_fields_that_are_led_or_hidden_are_not_offered_and_not_taken(store: Store) -> None:
    me = store.me()
    assert "stage" not in bulk.fields_of(me, "quote")
    assert "custom" not in bulk.fields_of(me, "customer")
    assert "owner_id" in bulk.fields_of(me, "customer")
    assert "owner_id" not in bulk.fields_of(me, "contact"), "a contact goes with its customer"
    assert {"tags", "grade", "credit", "next_on"} <= set(bulk.fields_of(me, "customer"))
    with pytest.raises(NotAllowed):
        bulk.plan(store, me, "quote", [], "stage", "issued")
    with pytest.raises(Usage):
        bulk.plan(store, me, "quote", [], "nothing", "x")


def test_a_role_that_may_not_edit_is_told_so(store: Store) -> None:
    me = store.me()
    auditor = Actor(me.id, me.name, "auditor", None)
    assert bulk.refusal(store, auditor, "customer") is not None
    assert bulk.refusal(store, me, "customer") is None
    ids = several(store, 1)
    plan = bulk.plan(store, auditor, "customer", ids, "city", "苏州")
    assert plan.changing() == []


def test_tags_join_and_leave_without_losing_the_others(store: Store) -> None:
    ids = [
        customer(store, "甲", tags=["a", "b"]).id,
        customer(store, "乙", tags=["c"]).id,
        customer(store, "丙", tags=["x"]).id,
    ]
    me = store.me()
    bulk.carry_out(store, me, bulk.plan(store, me, "customer", ids, "tags", ["x"], "add"))
    with store.reading() as session:
        assert [session.get(Customer, one).tags for one in ids] == [["a", "b", "x"], ["c", "x"], ["x"]]  # type: ignore[union-attr]
    bulk.carry_out(store, me, bulk.plan(store, me, "customer", ids, "tags", ["a", "c"], "remove"))
    with store.reading() as session:
        assert [session.get(Customer, one).tags for one in ids] == [["b", "x"], ["x"], ["x"]]  # type: ignore[union-attr]


def clashing(store: Store) -> tuple[list[UUID], bulk.Report]:
    """Three customers, one of them changed by somebody between the preview and the button."""
    ids = several(store, 3, city="无锡")
    plan = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    commands.run(store, store.me(), "customer.edit", ids[1], values={"city": "常州"})
    return ids, bulk.carry_out(store, store.me(), plan)


def test_a_row_that_changed_meanwhile_is_asked_about_and_the_rest_is_saved(store: Store) -> None:
    ids, report = clashing(store)
    assert cities(store, ids) == ["苏州", "常州", "苏州"]
    (clashed,) = report.clashes
    (clash,) = clashed.clashes
    assert (clashed.record, clash.original, clash.current, clash.mine) == (ids[1], "无锡", "常州", "苏州")
    assert report.saved == 2
    assert next(one.state for one in outbox.cards(store) if one.record == ids[1]) == "aside"


def test_mine_is_used_without_typing_again_and_goes_back_in_the_same_step(store: Store) -> None:
    ids, report = clashing(store)
    after = bulk.decide(store, store.me(), report, [ids[1]])
    assert (after.saved, after.clashes) == (1, ())
    assert set(cities(store, ids)) == {"苏州"}
    assert asides.find(store) == []
    undo.undo(store, store.me())
    assert cities(store, ids) == ["无锡", "常州", "无锡"]


def test_a_row_that_changes_again_while_one_decides_is_asked_about_again(store: Store) -> None:
    ids, report = clashing(store)
    commands.run(store, store.me(), "customer.edit", ids[1], values={"city": "镇江"})
    after = bulk.decide(store, store.me(), report, [ids[1]])
    assert after.saved == 0
    assert after.clashes[0].clashes[0].current == "镇江"
    assert cities(store, ids)[1] == "镇江"


def test_stopped_half_way_everything_is_as_it_was(store: Store) -> None:
    ids = several(store, bulk.SLICE * 2 + 1, city="无锡")
    heard: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        heard.append((done, total))
        return len(heard) < 2

    plan = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    with pytest.raises(Refused) as stopped:
        bulk.carry_out(store, store.me(), plan, progress)
    assert stopped.value.message == bulk.STOPPED
    assert heard == [(bulk.SLICE, len(ids)), (bulk.SLICE * 2, len(ids))]
    assert set(cities(store, ids)) == {"无锡"}


@pytest.mark.parametrize("meanwhile", ["常州", "苏州"])
def test_stopped_before_anything_was_written_takes_back_nothing_else(store: Store, meanwhile: str) -> None:
    """Somebody wrote something else meanwhile, or the very same."""
    ids = several(store, 1, city="无锡")
    plan = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    commands.run(store, store.me(), "customer.edit", ids[0], values={"city": meanwhile})
    with pytest.raises(Refused):
        bulk.carry_out(store, store.me(), plan, lambda _done, _all: False)
    assert cities(store, ids) == [meanwhile]


def test_one_record_that_is_refused_when_it_is_written_does_not_hold_the_others(store: Store) -> None:
    ids = several(store, 4, city="无锡")
    plan = bulk.plan(store, store.me(), "customer", ids, "city", "苏州")
    commands.run(store, store.me(), "customer.delete", ids[2])
    report = bulk.carry_out(store, store.me(), plan)
    assert report.saved == 3
    assert [one for one, _reason in report.refused] == [ids[2]]


def test_undo_keeps_a_value_that_somebody_changed_since(store: Store) -> None:
    ids = several(store, 3, city="无锡")
    bulk.carry_out(store, store.me(), bulk.plan(store, store.me(), "customer", ids, "city", "苏州"))
    other: Any = Actor(new_id(), "沈清", "rep", None)
    commands.run(store, other, "customer.edit", ids[0], values={"city": "镇江"})
    undone = undo.undo(store, store.me())
    assert cities(store, ids) == ["镇江", "无锡", "无锡"]
    assert undone.kept == [("customer", ids[0])]


def test_numbers_change_by_a_formula_and_texts_get_more(store: Store) -> None:
    me = store.me()
    ids = [customer(store, "a", credit=19_99).id, customer(store, "b", credit=None).id]
    plan = bulk.plan(store, me, "customer", ids, "credit", formulas.read("+5%"), "by")
    assert [(line.old, line.new, bool(line.refused)) for line in plan.lines] == [
        (19_99, 20_99, False),
        (None, None, True),
    ]
    assert [(one.old, one.new) for one in plan.sums()] == [(19_99, 20_99)]
    assert bulk.carry_out(store, me, plan).saved == 1
    goods = product(store, "A", "9.999").id
    for text, price in (("×1.1", "10.999"), ("-0.0001", "10.9989")):
        bulk.carry_out(
            store, me, bulk.plan(store, me, "product", [goods], "price", formulas.read(text), "by")
        )
        with store.reading() as session:
            assert session.get(Product, goods).price == Decimal(price)  # type: ignore[union-attr]
    bulk.carry_out(store, me, bulk.plan(store, me, "customer", ids, "remark", "已回访", "append"))
    bulk.carry_out(store, me, bulk.plan(store, me, "customer", ids, "remark", "两次", "append"))
    with store.reading() as session:
        assert session.get(Customer, ids[0]).remark == "已回访\n两次"  # type: ignore[union-attr]
    fields = Customer.fields()
    assert [bulk.hows(fields[name]) for name in ("tags", "credit", "remark", "grade", "phone")] == [
        ("add", "remove", "set"),
        ("set", "by"),
        ("set", "append"),
        ("set",),
        ("set",),
    ]


def test_customers_are_given_away_with_what_hangs_on_them_and_come_back_in_one_step(store: Store) -> None:
    me = store.me()
    with store.work(me, "user.new") as work:
        team = work.add(Team(name="South"))
        heir = work.add(User(name="韩梅梅", role="rep", team_id=team.id, active=True))
        gone = work.add(User(name="李雷", role="rep", active=False))
    own = customer(store, "甲公司")
    made = commands.run(store, me, "opportunity.new", values={"name": "deal", "customer_id": own.id}).value
    assert isinstance(made, Opportunity)
    plan = bulk.plan(store, me, "customer", [own.id], "owner_id", heir.id)
    assert plan.shown(plan.lines[0], plan.lines[0].new, "zh") == "韩梅梅"
    assert bulk.carry_out(store, me, plan).saved == 1
    with store.reading() as session:
        assert session.get(Opportunity, made.id).owner_id == heir.id  # type: ignore[union-attr]
        assert session.get(Customer, own.id).owner_id == heir.id  # type: ignore[union-attr]
    assert bulk.plan(store, me, "customer", [own.id], "owner_id", heir.id).same() == 1
    for nobody in (gone.id, None):
        (line,) = bulk.plan(store, me, "customer", [own.id], "owner_id", nobody).lines
        assert line.refused is not None
    undo.undo(store, me)
    with store.reading() as session:
        assert session.get(Opportunity, made.id).owner_id == me.id  # type: ignore[union-attr]
        assert session.get(Customer, own.id).owner_id == me.id  # type: ignore[union-attr]
