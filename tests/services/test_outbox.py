"""The outbox in words: what waits, old → new, and taking it back."""

import pytest

from desktop.errors import NotFound, Refused
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands, outbox
from tests.stores import customer


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
