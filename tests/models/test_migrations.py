"""Vaults from before gain what is new and keep what they hold; a newer vault is left alone."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from desktop.errors import Refused
from desktop.models import migrations
from desktop.models.migrations.columns import Added, Made
from desktop.models.record import Base
from desktop.models.records import Opportunity, Quote
from desktop.services import commands
from tests.stores import customer, opened, quote

GAINED = (Added("quote", ("next_step",)), Added("opportunity", ("competitor", "customer_id")))

OWN = {migrations.names_in_order: "ALTER TABLE search_entry DROP COLUMN sort"}
"""Steps of their own, and what takes them back; `test_list_order.py` tests what they bring."""


def forget(connection: Connection, step: Added) -> None:
    """Take the columns of a step away again, as a vault from before has none."""
    for index in Base.metadata.tables[step.table].indexes:
        if any(column in index.columns for column in step.columns):
            index.drop(connection, checkfirst=True)
    for column in step.columns:
        connection.exec_driver_sql(f'ALTER TABLE "{step.table}" DROP COLUMN "{column}"')


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault of shape 1 with a quote in it, and a program that knows shape 3."""
    folder = tmp_path / "older"
    with opened(folder) as store:
        quote(store, to=customer(store))
        with store.engine.begin() as connection:
            for step in GAINED:
                forget(connection, step)
            connection.exec_driver_sql("PRAGMA user_version = 1")
    monkeypatch.setattr(migrations, "STEPS", GAINED)
    monkeypatch.setattr(migrations, "NEWEST", 1 + len(GAINED))
    return folder


def test_a_vault_from_before_gains_the_new_fields_and_keeps_its_records(older: Path) -> None:
    with opened(older) as store, store.reading() as session:
        [found] = session.query(Quote).all()
        assert found.customer_id
        assert found.next_step is None
        assert session.connection().exec_driver_sql("PRAGMA user_version").scalar_one() == 3
        there = inspect(session.connection())
        for table in (Quote.__table__, Opportunity.__table__):
            assert {c["name"] for c in there.get_columns(table.name)} == {c.name for c in table.columns}
            assert {i["name"] for i in there.get_indexes(table.name)} == {i.name for i in table.indexes}


def test_a_new_field_is_written_like_any_other(older: Path) -> None:
    with opened(older) as store:
        with store.reading() as session:
            [found] = session.query(Quote).all()
        commands.run(store, store.me(), "quote.edit", found.id, values={"next_step": "call on Friday"})
        with store.reading() as session:
            assert session.get_one(Quote, found.id).next_step == "call on Friday"


def test_a_step_that_was_taken_already_changes_nothing(older: Path) -> None:
    with opened(older) as store, store.engine.begin() as connection:
        before = connection.exec_driver_sql("SELECT sql FROM sqlite_schema ORDER BY name").scalars().all()
        for step in GAINED:
            step(connection)
        after = connection.exec_driver_sql("SELECT sql FROM sqlite_schema ORDER BY name").scalars().all()
        assert before == after


def test_a_newer_vault_is_refused_and_left_untouched(tmp_path: Path) -> None:
    with opened(tmp_path / "vault") as store, store.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    before = (tmp_path / "vault/satchel.db").read_bytes()
    with pytest.raises(Refused, match="newer Satchel"), opened(tmp_path / "vault"):
        pass
    assert (tmp_path / "vault/satchel.db").read_bytes() == before


def test_the_first_shape_becomes_the_newest(tmp_path: Path) -> None:
    with opened(tmp_path / "vault") as store, store.engine.begin() as connection:
        made_now = columns_of(connection)
        for step in reversed(migrations.STEPS):
            assert isinstance(step, Added | Made) or step in OWN, "a step of its own needs a test of its own"
            if isinstance(step, Added):
                forget(connection, step)
            elif step in OWN:
                connection.exec_driver_sql(OWN[step])
            elif isinstance(step, Made):
                connection.exec_driver_sql(f'DROP TABLE "{step.table}"')
        connection.exec_driver_sql(f"PRAGMA user_version = {migrations.FIRST}")
    with opened(tmp_path / "vault") as store, store.reading() as session:
        assert columns_of(session.connection()) == made_now


def columns_of(connection: Connection) -> dict[str, set[str]]:
    """Every table with its columns."""
    there = inspect(connection)
    return {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}


def test_the_shape_counts_the_steps() -> None:
    assert len(migrations.STEPS) + 1 == migrations.NEWEST
