"""What nobody does on purpose: the answer is a sentence or nothing at all, never a half-done thing."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from desktop.errors import NotFound, Refused
from desktop.models.records import Customer, Organisation, QuoteLine
from desktop.models.store import Store
from desktop.services import commands, drafts, finding, history, quotes, undo
from desktop.services.records import read_values
from tests.stores import customer, firm, product, quote


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


def lines(store: Store, quote_id: UUID) -> list[QuoteLine]:
    return drafts.load(store, quote_id).lines


# Texts


def test_what_is_typed_loses_what_nobody_can_see() -> None:
    typed = {"name": " 星\0河\x1b 精密\udc80", "remark": "一\0\r\n二", "tags": "老\x07客户,甲"}
    assert read_values(Customer, typed) == {
        "name": "星河 精密\ufffd",
        "remark": "一\n二",
        "tags": ["甲", "老客户"],
    }


@pytest.mark.parametrize("text", ["星\0河", "half \ud83d"])
def test_what_cannot_be_kept_everywhere_is_refused_at_the_door(store: Store, text: str) -> None:
    with pytest.raises(Refused, match="cannot be kept"):
        customer(store, text)
    with pytest.raises(Refused, match="cannot be kept"):
        customer(store, custom={"note": [text]})
    assert finding.find(store, "星") == []
    assert customer(store, "a\\u0000b").name == "a\\u0000b"


def test_a_remark_has_an_end() -> None:
    assert len(read_values(Customer, {"remark": "好" * 100_000})["remark"]) == 100_000
    with pytest.raises(Refused, match="too long"):
        read_values(Customer, {"remark": "好" * 100_001})
    with pytest.raises(Refused, match="not a number"):
        read_values(QuoteLine, {"unit_price": "1000000000000"})


# Lines


def test_a_line_is_changed_in_its_own_quote_only(store: Store) -> None:
    machine = product(store)
    mine, other = quote(store, (machine.id, "1"), (machine.id, "2")), quote(store, (machine.id, "3"))
    [line] = lines(store, other.id)
    for name, more in (
        ("quote.set_line", {"values": {"quantity": Decimal(9)}}),
        ("quote.remove_line", {}),
        ("quote.move_line", {"after": None}),
        ("quote.discount", {"value": Decimal(-5)}),
    ):
        with pytest.raises(NotFound, match="not one of this quote"):
            run(store, name, mine.id, line_id=line.id, **more)
    first, _ = lines(store, mine.id)
    with pytest.raises(NotFound, match="not one of this quote"):
        run(store, "quote.move_line", mine.id, line_id=first.id, after=line.id)
    assert [one.quantity for one in lines(store, mine.id)] == [1, 2]
    assert [one.quantity for one in lines(store, other.id)] == [3]


def test_a_line_does_not_move_to_another_quote(store: Store) -> None:
    machine = product(store)
    mine, other = quote(store, (machine.id, "1")), quote(store)
    [line] = lines(store, mine.id)
    run(store, "quote.discount", mine.id, line_id=line.id, value=Decimal(-5))
    [discount] = drafts.load(store, mine.id).adjustments
    for name, target in (("quote_line.edit", line.id), ("adjustment.edit", discount.id)):
        with pytest.raises(Refused, match="stays where it is"):
            run(store, name, target, values={"quote_id": other.id})
    run(store, "quote_line.edit", line.id, values={"name": "主机"})


def test_a_line_after_itself_stays_and_places_taken_twice_make_room(store: Store) -> None:
    machine = product(store)
    made = quote(store, (machine.id, "1"), (machine.id, "2"), (machine.id, "3"))
    first, second, third = lines(store, made.id)
    run(store, "quote.move_line", made.id, line_id=first.id, after=first.id)
    assert [line.id for line in lines(store, made.id)] == [first.id, second.id, third.id]
    with store.work(store.me(), "quote.set_line") as work:
        work.get(QuoteLine, second.id).rank = first.rank
    added = run(store, "quote.add_line", made.id, product_id=machine.id, after=first.id)
    assert [line.id for line in lines(store, made.id)] == [first.id, second.id, added.id, third.id]
    run(store, "quote.move_line", made.id, line_id=first.id, after=third.id)
    assert [line.id for line in lines(store, made.id)] == [second.id, added.id, third.id, first.id]


def test_a_price_per_nothing_is_refused(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    [line] = lines(store, made.id)
    with pytest.raises(Refused, match="above zero"):
        run(store, "quote.set_line", made.id, line_id=line.id, values={"base_quantity": Decimal(-1)})


def test_a_row_that_nobody_can_compute_leaves_the_quote_without_a_total(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    [line] = lines(store, made.id)
    for name, wrong in (("tax_rates", ["abc"]), ("tax_rates", {"a": 1}), ("quantity", Decimal("9e13"))):
        with store.work(store.me(), "quote.set_line") as work:
            found = work.get(QuoteLine, line.id)
            found.tax_rates = ["13"]
            found.unit_price = Decimal("9e11")
            setattr(found, name, wrong)
        draft = drafts.load(store, made.id)
        assert draft.quote.payable is None, wrong
    with store.work(store.me(), "quote.set_line") as work:
        work.get(QuoteLine, line.id).tax_rates = ["abc"]
    with pytest.raises(Refused, match="cannot be computed"):
        drafts.load(store, made.id).totals()


# What was issued, what is gone


def test_a_removed_line_does_not_come_back_into_what_was_issued(store: Store) -> None:
    machine = product(store)
    made = quote(store, (machine.id, "1"), (machine.id, "2"))
    first, _ = lines(store, made.id)
    run(store, "quote.remove_line", made.id, line_id=first.id)
    run(store, "quote.issue", made.id)
    with pytest.raises(Refused, match="never changes"):
        run(store, "quote_line.restore", id=first.id)
    with pytest.raises(Refused, match="cannot be undone"):
        undo.undo(store, store.me())


def test_undo_does_not_reach_into_what_somebody_else_issued(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    [line] = lines(store, made.id)
    run(store, "quote.set_line", made.id, line_id=line.id, values={"quantity": Decimal(2)})
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE quote_revision SET content_hash = 'ab'")
    with pytest.raises(Refused, match="never changes"):
        undo.undo(store, store.me())
    assert lines(store, made.id)[0].quantity == 2


def test_a_revision_that_was_opened_by_mistake_is_taken_back(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    run(store, "quote.issue", made.id)
    run(store, "quote.revise", made.id)
    undo.undo(store, store.me())
    draft = drafts.load(store, made.id)
    assert (draft.quote.stage, draft.revision.revision, len(draft.lines)) == ("issued", 1, 1)


def test_undo_goes_back_step_by_step_and_never_takes_back_itself(store: Store) -> None:
    made = customer(store, phone="1")
    for phone in "23":
        run(store, "customer.edit", made.id, values={"phone": phone})
    for phone in "21":
        undo.undo(store, store.me())
        with store.reading() as session:
            assert session.get_one(Customer, made.id).phone == phone


def test_a_quote_is_not_issued_to_a_customer_who_is_gone(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    assert made.customer_id
    run(store, "customer.delete", made.customer_id)
    with pytest.raises(Refused, match="is gone"):
        run(store, "quote.issue", made.id)
    with pytest.raises(NotFound):
        run(store, "quote.new", values={"customer_id": made.customer_id})
    run(store, "customer.restore", id=made.customer_id)
    run(store, "quote.issue", made.id)


def test_what_is_not_here_says_so(store: Store) -> None:
    with pytest.raises(NotFound, match="not on this laptop"):
        quotes.paper(store, uuid4())
    made = customer(store)
    run(store, "customer.delete", made.id)
    for name in ("edit", "delete"):
        with pytest.raises(NotFound):
            run(store, f"customer.{name}", made.id, **({"values": {}} if name == "edit" else {}))
    assert history.history(store, Customer, uuid4()) == []


# The firm


def test_a_firm_has_a_currency_a_validity_and_a_schedule_that_make_sense(store: Store) -> None:
    made = firm(store)
    for field, wrong in (
        ("currency", "rmb"),
        ("valid_days", 0),
        ("valid_days", 10**9),
        ("milestones", [{"name": "预付款", "percent": "50"}]),
    ):
        with pytest.raises(Refused):
            run(store, "organisation.edit", made.id, values={field: wrong})
    run(store, "organisation.edit", made.id, values={"currency": "JPY", "milestones": [], "valid_days": 7})
    with store.reading() as session:
        assert session.get_one(Organisation, made.id).currency == "JPY"
    draft = drafts.load(store, quote(store, (product(store).id, "1")).id)
    assert (draft.quote.currency, draft.totals().payable) == ("JPY", 98600)
    with pytest.raises(Refused, match="not a currency"):
        run(store, "quote.new", values={"customer_id": customer(store).id, "currency": "yuan"})


def test_a_firm_that_is_not_known_yet_does_not_stop_a_quote(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    run(store, "quote.issue", made.id)
    assert drafts.load(store, made.id).snapshot()["seller"]["name"] == {"zh": "", "en": ""}
