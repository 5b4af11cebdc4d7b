"""The search index follows the records: of equal hits one's own come first; after an import it is tidy."""

import pytest

from desktop.models import indexing, search
from desktop.models.record import new_id
from desktop.models.records import Customer
from desktop.models.store import Store
from desktop.services import commands, finding, imports
from tests.stores import customer


def test_of_equal_hits_ones_own_come_first(store: Store) -> None:
    customer(store, "星河一厂")
    customer(store, "星河二厂", owner_id=new_id())
    assert [hit.title for hit in finding.find(store, "星河")] == ["星河一厂", "星河二厂"]


def test_a_record_given_away_is_nobodys_first_hit(store: Store) -> None:
    first, second = customer(store, "星河一厂"), customer(store, "星河二厂")
    assert [hit.title for hit in finding.find(store, "星河")] == [second.name, first.name]
    values = {"owner_id": new_id(), "phone": "1"}
    commands.run(store, store.me(), "customer.edit", second.id, values=values)
    assert [hit.title for hit in finding.find(store, "星河")] == [first.name, second.name]


def test_pulled_rows_are_ranked_the_same(store: Store) -> None:
    me, ids = store.me().id, [new_id(), new_id()]
    with store.engine.begin() as connection:
        rows = [
            (ids[0], {"name": "星河一厂", "owner_id": me.hex}, False),
            (ids[1], {"name": "星河二厂", "owner_id": new_id().hex}, False),
        ]
        indexing.refresh_rows(connection, Customer, rows)
    assert [hit.id for hit in finding.find(store, "星河")] == ids


def test_the_index_is_tidied_after_a_large_import(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MANY", 4)
    merged: list[int] = []
    merge = search.merge

    def watched(connection: search.Connection, blocks: int) -> bool:
        merged.append(blocks)
        return merge(connection, blocks)

    monkeypatch.setattr(search, "merge", watched)
    for names, large in (("甲乙丙", False), ("子丑寅卯", True)):
        rows = "\n".join(["客户名称", *(f"星河{name}厂" for name in names)])
        imports.carry_out(store, store.me(), imports.plan(rows.encode(), "customers"))
        assert bool(merged) is large
    assert len(finding.find(store, "星河")) == 7
