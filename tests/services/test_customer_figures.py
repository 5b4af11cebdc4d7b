"""The figures of one customer, each the same as the rows behind it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from desktop.models.store import Store
from desktop.services import commands, customer_figures
from desktop.services.figures import Tile, counted
from tests import stores

TODAY = date(2026, 11, 24)


@pytest.fixture
def customer(store: Store) -> UUID:
    return stores.customer(store).id


def add(store: Store, kind: str, customer: UUID, **values: object) -> None:
    given = {"customer_id": customer, **values}
    commands.run(store, store.me(), f"{kind}.new", values=given)


def tiles(store: Store, customer: UUID) -> dict[str, Tile]:
    with store.reading() as session:
        return {tile.name.text: tile for tile in customer_figures.tiles(session, customer, TODAY)}


def test_of_a_new_customer_every_figure_says_that_there_is_nothing(store: Store, customer: UUID) -> None:
    found = tiles(store, customer)
    assert {tile.value for tile in found.values()} == {customer_figures.NOTHING}
    assert found["To do"].note.text == "no open task"


def test_figures_count_what_belongs_to_this_customer_alone(store: Store, customer: UUID) -> None:
    other = stores.customer(store, "Another Ltd").id
    for whose, amount in ((customer, 20_000_000), (customer, 10_000_000), (other, 5_000_000)):
        add(store, "opportunity", whose, name="Deal", amount=amount, stage="negotiation")
    add(store, "opportunity", customer, name="Old", amount=7_000_000, stage="won", close_on=TODAY)
    noon = datetime(2026, 11, 22, 12).astimezone(UTC)
    for days in (0, 10):
        add(store, "interaction", customer, name="Call", happened_at=noon - timedelta(days))
    add(store, "task", customer, name="Late", due_on=TODAY - timedelta(1))
    add(store, "task", customer, name="Next", due_on=TODAY + timedelta(1))
    found = tiles(store, customer)
    said = {name: (str_of(tile.value), tile.note.in_language("en")) for name, tile in found.items()}
    assert said["Open deals"][0] == "¥300,000"
    assert said["Won in 12 months"] == ("¥70,000", "1 deal")
    assert said["Last touch"] == ("2 days ago", "2 times, every 10 days")
    assert said["To do"] == ("2", "1 late")
    with store.reading() as session:
        behind = {name: counted(session, tile.rows) for name, tile in found.items() if tile.rows}
    wanted = {"Open deals": 2, "Won in 12 months": 1, "Quotes out": 0, "Last touch": 2, "To do": 2}
    assert behind == wanted


def str_of(value: object) -> str:
    return value if isinstance(value, str) else value.in_language("en")  # type: ignore[attr-defined,no-any-return]
