"""What a stranger's table says that cannot be taken as it stands, and who in it may be here already."""

import threading
from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.models.record import Record, new_id
from desktop.models.records import Contact, Customer, Product
from desktop.models.store import Store
from desktop.services import commands, imports, undo
from tests.stores import customer


def table(*rows: str) -> bytes:
    return "\r\n".join(rows).encode("utf-8-sig")


HEAD = "客户名称,电话,邮箱,等级,税号,下次跟进日,信用额度(万)"
ODD = table(
    HEAD.replace("下次跟进日", "Verified on"),
    "苏州星河精密机械有限公司,见名片,zhang at xh.cn,特级,91320594MA1XH7K26L,2026-13-41,12.5",
    "无锡绿洲食品有限公司,138 0616 227,li@lz.cn,A,,2026-03-01,3",
)


def of_type(plan: imports.Plan, cls: type[Record]) -> list[Record]:
    return [record for row in plan.rows for record in row.records if isinstance(record, cls)]


def test_what_does_not_fit_is_kept_as_typed_and_listed_with_row_and_reason(store: Store) -> None:
    plan = imports.plan(ODD, "customers")
    first, second = of_type(plan, Customer)
    assert (first.custom["import"], first.title) == (
        {"Phone": "见名片", "E-mail": "zhang at xh.cn", "Grade": "特级", "Verified on": "2026-13-41"},
        "苏州星河精密机械有限公司",
    )
    assert isinstance(second, Customer)
    assert (second.phone, second.grade, str(second.verified_on)) == ("138 0616 227", "a", "2026-03-01")
    said = [(one.number, one.reason.in_language("zh")) for one in plan.warnings]
    assert [number for number, _ in said] == [2, 2, 2, 2, 3]
    for word, (_, reason) in zip(("见名片", "zhang", "特级", "13-41", "138 0616"), said, strict=True):
        assert word in reason
    report = imports.carry_out(store, store.me(), plan)
    assert (report.records, len(report.warnings), report.doubles) == ({"customer": 2}, 5, [])


def test_a_heading_multiplies_numbers_and_nothing_else() -> None:
    plan = imports.plan(table("客户名称,手机(万科),信用额度(万)", "甲公司,13800138000,12.5"), "customers")
    [found] = of_type(plan, Customer)
    assert isinstance(found, Customer)
    assert (found.phone, found.credit) == ("13800138000", 12500000)
    plan = imports.plan(table("型号,名称,单价（万元）", "M-1,主机,9.86"), "products")
    [machine] = of_type(plan, Product)
    assert isinstance(machine, Product)
    assert machine.price == Decimal(98600)


def test_a_card_with_a_wrong_day_says_so() -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:张建国\r\nBDAY:soon\r\nTEL:1\r\nEMAIL:nobody\r\nEND:VCARD\r\n"
    plan = imports.plan(card.encode(), "contacts")
    assert [one.number for one in plan.warnings] == [1, 1, 1]
    [person] = of_type(plan, Contact)
    assert isinstance(person, Contact)
    assert person.phone == "1"
    assert (person.custom["vcard"]["birthday"], person.custom["vcard"]["email"]) == ("soon", "nobody")


PEOPLE = table(
    "姓名,手机,公司,邮箱", "张建国,13800138000,甲公司,z@a.cn", "李明,,乙公司,l@b.cn", "王五,,丙公司,"
)
GOODS = table("型号,名称,单价", "SAT-75V,主机,100", "FLT-3,滤芯,10")
BUYERS = table(
    "客户名称,电话,税号",
    "苏州星河精密机械有限公司,,",
    "甲公司,0512-6288 8899,",
    "丁,,91320594MA1XH7K26L",
)


@pytest.mark.parametrize(
    ("data", "kind", "by"),
    [
        (PEOPLE, "contacts", ["phone", "email", "name"]),
        (GOODS, "products", ["sku", "sku"]),
        (BUYERS, "customers", ["name", "phone", "tax_id"]),
    ],
)
def test_the_same_file_again_warns_of_each_row_and_comes_in_all_the_same(
    store: Store, data: bytes, kind: str, by: list[str]
) -> None:
    first = imports.carry_out(store, store.me(), imports.plan(data, kind))
    assert first.doubles == []
    dry = imports.plan(data, kind)
    imports.meet(store, dry)
    assert [one.by for one in dry.doubles] == by
    again = imports.carry_out(store, store.me(), imports.plan(data, kind))
    assert [(one.number, one.by, one.row) for one in again.doubles] == [
        (number, way, 0) for number, way in enumerate(by, 2)
    ]
    assert again.records[kind.removesuffix("s")] == len(by)
    assert "here already" in again.doubles[0].reason.in_language("en")
    undo.undo(store, store.me())
    undo.undo(store, store.me())
    assert imports.carry_out(store, store.me(), imports.plan(data, kind)).doubles == []


def test_rows_of_one_file_are_held_against_each_other_and_against_this_laptop(store: Store) -> None:
    customer(store, "星河精密机械（苏州）有限公司")
    rows = ("苏州星河精密机械,", "乙公司,0512-62888899", "B Ltd.,(0512) 6288 8899", "公司,1")
    data = table("客户名称,电话", *rows)
    plan = imports.plan(data, "customers")
    imports.meet(store, plan)
    assert [(one.number, one.title, one.by, one.row) for one in plan.doubles] == [
        (2, "星河精密机械（苏州）有限公司", "name", 0),
        (4, "乙公司", "phone", 3),
    ]
    assert "第 3 行" in plan.doubles[1].reason.in_language("zh")


def test_columns_of_one_heading_or_none_are_all_kept() -> None:
    plan = imports.plan(table("客户名称,设备,设备,,,邮箱,E-mail?", "甲公司,a,b,c,d,wrong,f"), "customers")
    [found] = of_type(plan, Customer)
    assert sorted(found.custom["import"].values()) == ["a", "b", "c", "d", "f", "wrong"]
    assert found.custom["import"]["设备 2"] == "b"


class Killed(BaseException):
    """The program ends here."""


@pytest.mark.parametrize("ended", [Killed, Refused, MemoryError])
def test_what_ends_half_way_is_taken_back_at_once_or_at_the_next_start(
    store: Store, monkeypatch: pytest.MonkeyPatch, ended: type[BaseException]
) -> None:
    monkeypatch.setattr(imports, "SLICE", 2)
    customer(store, "从前的公司")
    many = table("客户名称", *(f"第{n}号公司" for n in range(9)))

    def cut(done: int, _of: int) -> bool:
        if done > 3:
            raise ended(imports.STOPPED)
        return True

    def living() -> list[str]:
        with store.reading() as session:
            return [each.name for each in session.query(Customer).filter(Customer.deleted_at.is_(None))]

    with pytest.raises(ended):
        imports.carry_out(store, store.me(), imports.plan(many, "customers"), cut)
    assert len(living()) == (5 if ended is Killed else 1)
    assert undo.take_back_left(store, store.me()) == (ended is Killed)
    assert living() == ["从前的公司"]
    assert undo.take_back_left(store, store.me()) == 0
    whole = imports.carry_out(store, store.me(), imports.plan(many, "customers"))
    assert (whole.records, undo.take_back_left(store, store.me())) == ({"customer": 9}, 0)


def test_what_a_person_changed_of_a_cut_off_import_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "SLICE", 2)
    plan = imports.plan(table("客户名称", *(f"第{n}号公司" for n in range(9))), "customers")
    mine = plan.rows[0].records[0].id

    def cut(_done: int, _of: int) -> bool:
        commands.run(store, store.me(), "customer.edit", mine, values={"city": "苏州"})
        raise Killed

    with pytest.raises(Killed):
        imports.carry_out(store, store.me(), plan, cut)
    assert undo.take_back_left(store, store.me()) == 1
    with store.reading() as session:
        left = session.query(Customer).filter(Customer.deleted_at.is_(None)).all()
    assert [(each.name, each.city) for each in left] == [("第0号公司", "苏州")]


@pytest.mark.parametrize("stopped", [True, False])
def test_what_ends_while_it_is_taken_back_is_taken_back_at_the_next_start(
    store: Store, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    many = table("客户名称", *(f"第{n}号公司" for n in range(9)))
    take = undo._take_back  # noqa: SLF001
    taken: list[Any] = []

    def killed(*asked: Any) -> None:
        if taken:
            raise Killed
        taken.append(asked)
        take(*asked)

    def living() -> int:
        with store.reading() as session:
            return session.query(Customer).filter(Customer.deleted_at.is_(None)).count()

    monkeypatch.setattr(undo, "SLICE", 2)
    monkeypatch.setattr(undo, "_take_back", killed)
    plan = imports.plan(many, "customers")
    if stopped:
        with pytest.raises(Killed):
            imports.carry_out(store, store.me(), plan, lambda *_: False)
    else:
        imports.carry_out(store, store.me(), plan)
        with pytest.raises(Killed):
            undo.undo(store, store.me())
    monkeypatch.setattr(undo, "_take_back", take)
    assert living() == 7
    assert (undo.take_back_left(store, store.me()), living()) == (1, 0)
    assert (undo.take_back_left(store, store.me()), store.local(undo.BEGUN)) == (0, [])


def test_what_was_killed_is_taken_back_before_the_same_is_done_again(store: Store) -> None:
    def cut(_done: int, _of: int) -> bool:
        raise Killed

    data = table("客户名称", "甲公司", "乙公司")
    with pytest.raises(Killed):
        imports.carry_out(store, store.me(), imports.plan(data, "customers"), cut)
    imports.carry_out(store, store.me(), imports.plan(data, "customers"))
    with store.reading() as session:
        assert session.query(Customer).filter(Customer.deleted_at.is_(None)).count() == 2
    assert store.local(undo.BEGUN) == []


def test_what_two_threads_note_at_once_is_noted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read, ends, begins = store.local, new_id(), new_id()
    other = threading.Thread(target=undo._note, args=(store, begins), kwargs={"begun": True})  # noqa: SLF001

    def local(key: str, default: Any = None) -> Any:
        found = read(key, default)
        if not other.ident:
            other.start()
            other.join(0.1)
        return found

    undo._note(store, ends, begun=True)  # noqa: SLF001
    monkeypatch.setattr(store, "local", local)
    undo._note(store, ends, begun=False)  # noqa: SLF001
    other.join()
    assert read(undo.BEGUN) == [begins.hex]
