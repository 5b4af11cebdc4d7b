"""The outbox in words: what waits, old → new, and taking it back."""

from decimal import Decimal

import pytest

from desktop.errors import NotFound, Refused
from desktop.models.records import Customer, QuoteLine
from desktop.models.store import Store
from desktop.services import commands, outbox
from tests.stores import customer, firm, product, quote


def test_each_command_is_a_card_with_old_and_new(store: Store) -> None:
    made = customer(store, website="a.example")
    commands.run(store, store.me(), "customer.edit", made.id, values={"website": "b.example"})
    first, second = outbox.cards(store)
    assert (first.title, first.state) == (made.name, "alone")
    (step,) = second.steps
    assert (step.field, step.shown(step.old, "zh"), step.shown(step.new, "zh")) == (
        "website",
        "a.example",
        "b.example",
    )
    assert outbox.kept(store, second) is None
    assert outbox.kept(store, first) is not None, "the edit builds on it"


def test_a_change_that_was_taken_back_is_gone_from_record_and_outbox(store: Store) -> None:
    made = customer(store, website="a.example")
    commands.run(store, store.me(), "customer.edit", made.id, values={"website": "b.example"})
    last = outbox.cards(store)[-1]
    outbox.take_back(store, last)
    with store.reading() as session:
        found = session.get(Customer, made.id)
    assert found is not None
    assert found.website == "a.example"
    assert last.tx not in {card.tx for card in outbox.cards(store)}


def test_what_a_later_change_builds_on_is_kept_with_the_reason(store: Store) -> None:
    made = customer(store, website="a.example")
    commands.run(store, store.me(), "customer.edit", made.id, values={"website": "b.example"})
    with pytest.raises(Refused):
        outbox.take_back(store, outbox.cards(store)[0])


def test_only_what_was_refused_is_sent_once_more(store: Store) -> None:
    customer(store)
    card = outbox.cards(store)[0]
    with pytest.raises(Refused):
        outbox.retry(store, card)
    with pytest.raises(NotFound):
        outbox.find(store, "no-such")


def test_a_waiting_change_is_edited_by_a_further_one(store: Store) -> None:
    made = customer(store, website="a.example")
    outbox.edit(store, outbox.find(store, outbox.cards(store)[0].tx.hex), {"website": "c.example"})
    with store.reading() as session:
        found = session.get(Customer, made.id)
    assert found is not None
    assert found.website == "c.example"


def test_links_and_choices_are_told_in_words(store: Store) -> None:
    first, second = customer(store, "甲公司"), customer(store, "乙公司", grade="a")
    made = commands.run(
        store, store.me(), "contact.new", values={"name": "王芳", "customer_id": first.id}
    ).value
    commands.run(store, store.me(), "contact.edit", made.id, values={"customer_id": second.id})
    commands.run(store, store.me(), "customer.edit", second.id, values={"grade": "vip"})
    moved, graded = outbox.cards(store)[-2:]
    (step,) = moved.steps
    assert (step.shown(step.old, "zh"), step.shown(step.new, "zh")) == ("甲公司", "乙公司")
    (step,) = graded.steps
    assert [step.shown(one, "zh") for one in (step.old, step.new)] == ["A", "VIP"]


def test_pages_hold_every_card_once_also_where_one_command_wrote_more_than_a_page(store: Store) -> None:
    firm(store)
    made = quote(store, *((product(store, f"P-{n}").id, "1") for n in range(12)))
    for number in range(6):
        commands.run(store, store.me(), "quote.edit", made.id, values={"name": f"报价 {number}"})
    found: list[outbox.Card] = []
    after = 0
    for _ in range(50):
        page = outbox.page(store, 5, after)
        found += page.cards
        if page.after is None:
            break
        after = page.after
    assert [card.tx for card in found] == [card.tx for card in outbox.cards(store)]
    assert len({card.tx for card in found}) == len(found) == outbox.count(store)


def test_a_line_is_found_on_its_quote(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    with store.reading() as session:
        line = session.query(QuoteLine).filter(QuoteLine.quote_id == made.id).one()
    values = {"quantity": Decimal(3)}
    commands.run(store, store.me(), "quote.set_line", made.id, line_id=line.id, values=values)
    card = next(card for card in outbox.cards(store)[::-1] if card.type == "quote_line")
    assert outbox.place_of(store, card) == ("quote", made.id)
    assert outbox.find(store, card.tx.hex[:20]).tx == card.tx


def test_an_amount_that_waits_carries_the_sign_of_its_currency(store: Store) -> None:
    made = customer(store)
    values = {"name": "deal", "customer_id": made.id, "amount": 100_00, "currency": "USD"}
    deal = commands.run(store, store.me(), "opportunity.new", values=values).value
    commands.run(store, store.me(), "opportunity.edit", deal.id, values={"amount": 250_00})
    (step,) = outbox.cards(store)[-1].steps[:1]
    assert (step.shown(step.old, "en"), step.shown(step.new, "zh")) == ("$100.00", "$250.00")
