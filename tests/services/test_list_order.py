"""Lists by name and by words: Chinese by its sound, all that answers, also while the index is being laid."""

import pytest

from desktop.models import indexing, search
from desktop.models.migrations import names_in_order
from desktop.models.store import Store
from desktop.rules.filters import every
from desktop.services import commands, lists
from desktop.services.lists import Found, Query
from tests.services.test_lists import all_pages
from tests.stores import customer

NAMES = (
    "章华泵业",
    "Zoe Trading",
    "张伟机械",
    "10号楼",
    "阿里工坊",
    "2号楼",
    "张安阀门",
    "Apple",
    "阿里工坊",
)
IN_ORDER = [
    "2号楼",
    "10号楼",
    "阿里工坊",
    "阿里工坊",
    "Apple",
    "张安阀门",
    "张伟机械",
    "章华泵业",
    "Zoe Trading",
]


def titles(rows: list[Found]) -> list[str]:
    return [row.record.title for row in rows]


@pytest.mark.parametrize("laid", [False, True])
@pytest.mark.parametrize("size", [2, 50])
def test_names_stand_by_their_sound_with_the_index_and_without(store: Store, laid: bool, size: int) -> None:
    for name in NAMES:
        customer(store, name)
    if laid:
        lists.lay_order(store)
    query = Query("customer", order="name", descending=False)
    assert lists.in_order(store, query) is laid
    assert titles(all_pages(store, query, size)) == IN_ORDER
    assert titles(all_pages(store, Query("customer", order="name"), size)) == IN_ORDER[::-1]


def test_what_is_not_in_the_index_yet_comes_last_and_is_not_left_out(store: Store) -> None:
    made = [customer(store, name) for name in NAMES[:4]]
    with store.engine.begin() as connection:
        search.remove(indexing.driver_of(connection), [made[0].id.bytes, made[2].id.bytes])
    found = titles(all_pages(store, Query("customer", order="name", descending=False), 1))
    assert found == ["10号楼", "Zoe Trading", "张伟机械", "章华泵业"]


def test_another_text_is_sorted_by_its_sound_too(store: Store) -> None:
    for city in ("苏州", "北京", "", "重庆", "成都"):
        customer(store, f"在{city}", city=city)
    rows = all_pages(store, Query("customer", order="city", descending=False), 2)
    assert [row.value("city") for row in rows] == ["", "北京", "成都", "重庆", "苏州"]


def test_the_names_of_a_vault_from_before_are_put_in_order(store: Store) -> None:
    for name in NAMES:
        customer(store, name)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE search_entry DROP COLUMN sort")
        for _ in range(2):
            names_in_order(connection)
    assert titles(all_pages(store, Query("customer", order="name", descending=False), 4)) == IN_ORDER


@pytest.mark.parametrize("order", ["id", "name", "city"])
def test_words_narrow_to_all_that_answer(store: Store, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        customer(store, f"{'星河' if number % 3 else '长江'}{number}厂", city="苏州")
    query = Query("customer", order=order).within(every(lists.words("xinghe")))
    few = titles(all_pages(store, query, 3))
    monkeypatch.setattr(search, "NARROWED", 2)
    viewer = lists.viewer_of(store, store.me())
    assert viewer.find("customer", "xinghe") is None
    assert titles(all_pages(store, query, 3)) == few
    with store.reading() as session:
        assert lists.count(session, query, viewer) == len(few) == 8


@pytest.mark.parametrize("size", [1, 4])
def test_a_column_of_links_is_sorted_by_what_is_shown_in_it(store: Store, size: int) -> None:
    for name, english in (("张安阀门", "Beta Valves"), ("阿里工坊", "Zeta Works"), ("长江泵业", "")):
        whose = customer(store, name, name_en=english)
        commands.run(store, store.me(), "task.new", values={"name": name, "customer_id": whose.id})
    commands.run(store, store.me(), "task.new", values={"name": "of nobody"})
    for language, wanted in (
        ("zh", ["阿里工坊", "长江泵业", "张安阀门", "of nobody"]),
        ("en", ["张安阀门", "长江泵业", "阿里工坊", "of nobody"]),
    ):
        query = Query("task", order="customer_id", descending=False, language=language)
        assert titles(all_pages(store, query, size)) == wanted
