"""A table whose rows are here already: known again, looked at, written once, asked about where it clashes."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from desktop.documents import tables
from desktop.errors import Refused, Usage
from desktop.models.record import Record
from desktop.models.records import Contact, Customer, Product
from desktop.models.store import Actor, Store
from desktop.services import asides, bulk, exports, import_ahead, import_updates, imports, outbox, undo
from desktop.services.commands import run
from tests.stores import customer, product


def table(*rows: str) -> bytes:
    return "\r\n".join(rows).encode("utf-8-sig")


def looked_at(
    store: Store, data: bytes, key: str = "", kind: str = "customers", *, add: bool = True
) -> import_updates.Update:
    made = imports.plan(data, kind)
    return import_updates.plan(store, store.me(), made, key or import_updates.best_key(store, made), add=add)


def below(last: int, done: int, _total: int) -> bool:
    """Goes on before `last`."""
    return done < last


def said(plan: import_updates.Update) -> list[tuple[str, str, str]]:
    return [
        (line.title.in_language("en"), plan.shown(line, line.old, "en"), plan.shown(line, line.new, "en"))
        for line in plan.changing()
    ]


def of(store: Store, cls: type[Record], ids: Sequence[UUID], field: str) -> list[object]:
    with store.reading() as session:
        return [getattr(session.get(cls, one), field) for one in ids]


HEAD = "客户名称,税号,电话,城市,等级"
FILE = table(
    HEAD,
    "甲公司,91320594MA1XH7K26L,0512-62888899,苏州,",
    "乙公司,,0510-1234567,无锡,B",
    "丙公司,,0519-7654321,常州,A",
)


def firm(store: Store) -> list[UUID]:
    first = customer(store, "甲公司（老）", tax_id="91320594MA1XH7K26L", city="昆山", phone="0512-62888899")
    second = customer(store, "乙公司", city="无锡", phone="0510-1234567", grade="b")
    return [first.id, second.id]


def test_rows_are_known_again_and_only_what_is_new_is_written_in_one_step(store: Store) -> None:
    ids = firm(store)
    plan = looked_at(store, FILE, "tax_id")
    assert said(plan) == [
        ("甲公司（老）: Name", "甲公司（老）", "甲公司"),
        ("甲公司（老）: City", "昆山", "苏州"),
        ("乙公司", "", "new"),
        ("丙公司", "", "new"),
    ], "an empty cell changes nothing"
    assert (plan.known, len(plan.records())) == (1, 1)
    plan = looked_at(store, FILE, "phone")
    assert (plan.known, plan.same(), len(plan.added)) == (2, 1, 1)
    report = import_updates.carry_out(store, store.me(), plan)
    assert (report.saved, report.added, report.clashes, report.refused) == (1, 1, (), ())
    assert of(store, Customer, ids, "city") == ["苏州", "无锡"]
    undone = undo.undo(store, store.me())
    assert of(store, Customer, ids, "city") == ["昆山", "无锡"]
    assert undone.records == 2, "what was changed and what was added go back together"


def test_what_somebody_changed_after_the_preview_is_asked_about_and_the_rest_is_saved(store: Store) -> None:
    ids = firm(store)
    plan = looked_at(store, FILE, "tax_id", add=False)
    assert plan.added == ()
    run(store, store.me(), "customer.edit", ids[0], values={"city": "太仓"})
    report = import_updates.carry_out(store, store.me(), plan)
    (clashed,) = report.clashes
    (clash,) = clashed.clashes
    assert (clash.field, clash.original, clash.current, clash.mine) == ("city", "昆山", "太仓", "苏州")
    assert of(store, Customer, ids[:1], "name") == ["甲公司"], "what nobody else touched is saved"
    assert "aside" in [one.state for one in outbox.cards(store) if one.record == ids[0]]
    after = bulk.decide(store, store.me(), report, [ids[0]])
    assert (after.saved, after.clashes, asides.find(store)) == (1, (), [])
    assert of(store, Customer, ids[:1], "city") == ["苏州"]
    undo.undo(store, store.me())
    assert of(store, Customer, ids[:1], "name") == ["甲公司（老）"], "the whole import is one step"


def test_what_clashes_by_the_hundred_is_all_kept(store: Store) -> None:
    ids = [customer(store, f"公司{n}", city="昆山").id for n in range(230)]
    plan = looked_at(store, table("客户名称,城市", *(f"公司{n},苏州" for n in range(230))), "name")
    bulk.carry_out(store, store.me(), bulk.plan(store, store.me(), "customer", ids, "city", "太仓"))
    report = import_updates.carry_out(store, store.me(), plan)
    assert (report.saved, len(report.clashes), len(asides.find(store))) == (0, 230, 230)


def test_rows_that_nobody_can_tell_apart_are_refused_with_their_place(store: Store) -> None:
    customer(store, "甲公司", phone="1")
    customer(store, "甲公司", phone="2")
    third = customer(store, "乙公司", city="无锡")
    plan = looked_at(store, table("客户名称,城市", "甲公司,苏州", "乙公司,苏州", "乙公司,常州"), "name")
    assert [line.refused.in_language("en") for line in plan.refused() if line.refused] == [
        "Row 2: several records here have this Name.",
        "Row 4 is the same record as row 3; row 3 counts.",
    ]
    import_updates.carry_out(store, store.me(), plan)
    assert of(store, Customer, [third.id], "city") == ["苏州"]


def test_what_the_record_itself_refuses_stays_and_says_why(store: Store) -> None:
    firm(store)
    auditor = Actor(store.me().id, "A", "auditor", None)
    plan = import_updates.plan(store, auditor, imports.plan(FILE, "customers"), "phone")
    assert plan.records() == []


def test_people_of_customers_that_are_here_come_to_them_once(store: Store) -> None:
    ids = firm(store)
    data = table("客户名称,联系人,手机", "乙公司,王芳,13800138000")
    plan = looked_at(store, data, "name")
    import_updates.carry_out(store, store.me(), plan)
    with store.reading() as session:
        (person,) = session.query(Contact).all()
        assert (person.name, person.customer_id) == ("王芳", ids[1])
        assert session.query(Customer).count() == 2
    assert looked_at(store, data, "name").added == ()


def test_a_new_colleague_of_somebody_known_brings_the_company_along(store: Store) -> None:
    with store.work(store.me(), "contact.new") as work:
        known = work.add(Contact(name="张建国", mobile="138 0013 8000"))
    data = table("姓名,手机,公司,职务", "张建国,13800138000,甲公司,经理", "李明,13900139000,甲公司,")
    plan = looked_at(store, data, kind="contacts")
    assert plan.key == "mobile"
    report = import_updates.carry_out(store, store.me(), plan)
    assert (report.saved, report.added) == (1, 1)
    assert of(store, Contact, [known.id], "job") == ["经理"]
    with store.reading() as session:
        new = session.query(Contact).filter(Contact.name == "李明").one()
        assert session.get(Customer, new.customer_id).name == "甲公司"  # type: ignore[union-attr]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_was_exported_and_edited_comes_back_to_its_records(
    store: Store, tmp_path: Path, ending: str
) -> None:
    one = product(store, "A-1", "100")
    product(store, "A-2", "200")
    path = tmp_path / f"goods{ending}"
    exports.export(store, Product, path, "zh")
    data = path.read_bytes()
    assert looked_at(store, data, kind="products").changing() == [], "as it went out it changes nothing"
    sheet = tables.read_table(data)
    rows = [["B-1" if cell == "A-1" else cell for cell in row] for row in sheet.rows]
    data = (tables.write_csv if ending == ".csv" else tables.write_xlsx)(sheet.header, rows)
    plan = looked_at(store, data, kind="products")
    assert (plan.key, plan.known, len(plan.records())) == ("id", 2, 1)
    import_updates.carry_out(store, store.me(), plan)
    assert of(store, Product, [one.id], "sku") == ["B-1"]


def test_a_workbook_that_lay_on_the_desk_writes_over_nothing_that_changed_meanwhile(
    store: Store, tmp_path: Path
) -> None:
    one, two, three = (product(store, f"A-{n}", "100").id for n in range(3))
    path = tmp_path / "goods.xlsx"
    exports.export(store, Product, path, "zh")
    for record in (one, two):
        run(store, store.me(), "product.edit", record, values={"unit": "箱"})
    sheet = tables.read_table(path.read_bytes())
    unit = sheet.header.index("单位")
    for row in sheet.rows:
        row[unit] = "套" if row[sheet.header.index("编号")] in ("A-1", "A-2") else row[unit]
    kept = datetime.fromisoformat(tables.made_at(path.read_bytes()))
    data = tables.write_xlsx(sheet.header, sheet.rows, made=kept)
    plan = looked_at(store, data, kind="products")
    assert {line.record for line in plan.changing()} == {two, three}, "nobody typed the old unit of the first"
    assert plan.moved() == 1
    report = import_updates.carry_out(store, store.me(), plan)
    (clash,) = report.clashes[0].clashes
    assert (clash.current, clash.mine, report.saved) == ("箱", "套", 1)
    assert of(store, Product, [one, two, three], "unit") == ["箱", "箱", "套"]


def test_stopped_it_is_as_it_was_and_a_column_that_knows_nobody_is_refused(store: Store) -> None:
    ids = firm(store)
    plan = looked_at(store, FILE, "phone")
    for last in (1, 2):
        with pytest.raises(Refused):
            import_updates.carry_out(store, store.me(), plan, partial(below, last))
        assert of(store, Customer, ids, "city") == ["昆山", "无锡"]
        with store.reading() as session:
            assert session.query(Customer).filter(Customer.deleted_at.is_(None)).count() == 2
        plan = looked_at(store, FILE, "phone")
    with pytest.raises(Usage):
        looked_at(store, FILE, "email")
    assert import_updates.best_key(store, imports.plan(table("客户名称", "戊"), "customers")) == ""


@pytest.mark.parametrize(
    ("how", "kinds", "added"), [("new", ["skip", "new"], 1), ("fill", ["update", "new"], 2)]
)
def test_of_rows_that_are_left_out_nobody_comes_along(
    store: Store, how: import_ahead.How, kinds: list[str], added: int
) -> None:
    customer(store, "甲公司")
    data = table("客户名称,联系人,手机", "甲公司,王芳,13806160227", "乙公司,李强,13806160228")
    ahead = import_ahead.look(store, store.me(), imports.plan(data, "customers"), how)
    assert [fate.kind for fate in ahead.fates.values()] == kinds
    assert import_ahead.carry_out(store, store.me(), ahead).added == added


def test_the_company_of_a_card_comes_in_though_the_card_that_named_it_first_is_left_out(store: Store) -> None:
    run(store, store.me(), "contact.new", values={"name": "Ann", "mobile": "13806160229"})
    people = ("FN:Ann\nTEL;TYPE=CELL:13806160229", "FN:Bob\nTEL:13806160227")
    data = "\n".join(f"BEGIN:VCARD\nVERSION:3.0\n{one}\nORG:Acme\nEND:VCARD" for one in people).encode()
    ahead = import_ahead.look(store, store.me(), imports.plan(data, "contacts"), "new")
    assert ahead.counts()["skip"] == 1
    import_ahead.carry_out(store, store.me(), ahead)
    with store.reading() as session:
        bob = session.query(Contact).filter(Contact.name == "Bob").one()
        company = session.get(Customer, bob.customer_id)
    assert company is not None
    assert company.name == "Acme"
