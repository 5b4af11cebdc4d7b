"""Records of any type: named, found, typed, listed page by page, deleted with their parts."""

import json
import secrets
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from desktop import settings
from desktop.errors import NotFound, Refused, Usage
from desktop.models.record import new_id
from desktop.models.records import Comment, Contact, Customer, Product, Quote, QuoteLine
from desktop.models.store import Actor, Store
from desktop.services import commands, contracts, drafts, exports, integrity, records
from tests.stores import customer, firm, product, quote


def test_a_type_is_named_in_the_singular_the_plural_or_with_a_hyphen() -> None:
    for name in ("customer", "Customers", "CUSTOMER"):
        assert records.record_type(name) is Customer
    assert records.record_type("quote-line") is QuoteLine
    with pytest.raises(Usage, match="unicorn"):
        records.record_type("unicorn")


def test_what_is_typed_becomes_values() -> None:
    typed = {
        "credit": "1,234.50",
        "next_on": "2026/12/1",
        "grade": "VIP",
        "tags": "老客户, 展会",
        "name": " 甲  乙 ",
    }
    assert records.read_values(Customer, typed) == {
        "credit": 123450,
        "next_on": date(2026, 12, 1),
        "grade": "vip",
        "tags": ["展会", "老客户"],
        "name": "甲 乙",
    }
    assert records.read_values(QuoteLine, {"tax_rates": "13%, 5"}) == {"tax_rates": ["13", "5"]}
    assert records.read_values(QuoteLine, {"tax_rates": '["13", "2.50"]'}) == {"tax_rates": ["13", "2.5"]}
    for field, wrong in (("credit", "1.234"), ("next_on", "2026-02-30"), ("grade", "z"), ("email", "x")):
        with pytest.raises(Refused) as refused:
            records.read_values(Customer, {field: wrong})
        assert refused.value.field == field
    with pytest.raises(Refused):
        records.read_values(QuoteLine, {"tax_rates": "101"})


def test_records_are_found_by_id_name_or_number(store: Store) -> None:
    made, thing = customer(store, name="甲公司", name_en="Jia Ltd."), product(store, sku="A-1")
    for typed in (made.id.hex, str(made.id), "甲公司", "Jia Ltd."):
        assert records.find(store, Customer, typed).id == made.id
    assert records.find(store, Product, "A-1").id == thing.id
    with pytest.raises(NotFound):
        records.find(store, Customer, "乙公司")


@pytest.mark.parametrize("order", ["id", "name", "next_on"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_every_record_once_in_order(store: Store, order: str, descending: bool) -> None:
    dice = [secrets.randbelow(3) for _ in range(11)]
    for place, number in enumerate(dice):
        customer(store, name=f"第{number}", next_on=date(2026, 12, 1 + number) if place % 3 else None)
    with store.reading() as session:
        seen: list[Customer] = []
        while page := records.page(
            session, Customer, limit=4, after=seen[-1] if seen else None, order=order, descending=descending
        ):
            seen += page
        assert records.count(session, Customer) == len(seen) == len({one.id for one in seen}) == 11
    known = [value for one in seen if (value := getattr(one, order)) is not None]
    assert known == sorted(known, reverse=descending)
    assert all(getattr(one, order) is None for one in seen[len(known) :])


def test_a_customer_takes_its_contacts_along(store: Store) -> None:
    made = customer(store)
    person = commands.run(
        store, store.me(), "contact.new", values={"name": "张", "customer_id": made.id}
    ).value
    commands.run(store, store.me(), "customer.delete", made.id)
    with pytest.raises(NotFound):
        records.find(store, Contact, person.id.hex)
    commands.run(store, store.me(), "customer.restore", id=made.id)
    assert records.find(store, Customer, made.id.hex)


def test_the_database_itself_keeps_what_was_issued(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    commands.run(store, store.me(), "quote.issue", made.id)
    for statement in (
        "UPDATE quote_line SET quantity = 1",
        "UPDATE quote_revision SET snapshot = '{}'",
        "DELETE FROM quote_line",
        "UPDATE quote_line SET deleted_at = 'x'",
    ):
        with pytest.raises(IntegrityError, match="never changes"), store.engine.begin() as connection:
            connection.execute(text(statement))
    issued = drafts.load(store, made.id).snapshot()
    contract = contracts.contract(store, made.id)
    assert contract["kind"] == "contract"
    assert contract["quote"]["totals"] == issued["totals"]
    assert contract["number"].startswith("SC-")
    assert contract["clauses"]


def test_a_contract_needs_an_issued_quote(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    with pytest.raises(Refused, match="Issue the quote first"):
        contracts.paper(store, made.id)


def test_a_discount_is_set_changed_and_taken_away(store: Store) -> None:
    made = quote(store, (product(store, price="100").id, "1"))
    for value, payable in ((Decimal(-10), 9000), (Decimal(-5), 9500), (Decimal(0), 10000), (None, 10000)):
        commands.run(store, store.me(), "quote.discount", made.id, value=value)
        assert drafts.load(store, made.id).totals().payable == payable
    commands.run(store, store.me(), "quote.discount", made.id, kind="target", value=Decimal(88))
    assert drafts.load(store, made.id).totals().payable == 8800
    commands.run(store, store.me(), "quote.discount", made.id, kind="target", value=None)
    with pytest.raises(Refused, match="more than"):
        commands.run(store, store.me(), "quote.discount", made.id, kind="amount", value=Decimal(-200))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_an_export_holds_all_living_records(store: Store, tmp_path: Path, ending: str) -> None:
    for number in range(5):
        customer(store, name=f"第{number}", tags=["甲"], credit=100)
    gone = customer(store)
    commands.run(store, store.me(), "customer.delete", gone.id)
    path = tmp_path / f"out.{ending}"
    assert exports.export(store, Customer, path, "zh") == 5
    assert path.stat().st_size > 200
    if ending == "json":
        assert {(one["name"], one["credit"]) for one in json.loads(path.read_text("utf-8"))} == {
            (f"第{number}", 100) for number in range(5)
        }
    with pytest.raises(Usage):
        exports.export(store, Customer, tmp_path / "out.pdf", "zh")
    with pytest.raises(Refused):
        exports.export(store, Customer, tmp_path / "none" / f"out.{ending}", "zh")


def test_the_chain_is_whole_and_says_where_it_is_not(store: Store) -> None:
    made = customer(store)
    commands.run(store, store.me(), "customer.edit", made.id, values={"phone": "2"})
    whole = integrity.verify_chain(store)
    assert (whole.operations, whole.problems) == (2, [])
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change SET command = 'x' WHERE n = 1")
    assert "operation 1" in integrity.verify_chain(store).problems[0]


def test_the_settings_of_this_machine_survive_what_is_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    assert settings.load(path) == settings.Settings()
    chosen = settings.Settings().with_(language="zh", theme="dark", text_percent=125)
    settings.save(chosen, path)
    assert settings.load(path) == chosen
    assert [one.name for one in path.parent.iterdir()] == ["settings.json"]
    for spoilt in ("", "[]", '{"theme": 7, "text_percent": "x", "unknown": 1}', "\0"):
        path.write_text(spoilt)
        assert settings.load(path) == settings.Settings()


def test_a_quote_is_titled_by_its_number_and_before_by_its_project(store: Store) -> None:
    made = quote(store, (product(store).id, "1"))
    commands.run(store, store.me(), "quote.edit", made.id, values={"name": "空压站"})
    assert records.find(store, Quote, made.id.hex).title == "空压站"
    commands.run(store, store.me(), "quote.issue", made.id)
    assert records.find(store, Quote, made.id.hex).title.startswith("SQ-26-")


def test_what_somebody_said_is_changed_by_them_and_by_an_administrator_alone(store: Store) -> None:
    writer, mate, admin = (
        Actor(new_id(), name, role) for name, role in (("Li", "rep"), ("Wang", "manager"), ("Shen", "admin"))
    )
    said = commands.run(store, writer, "comment.new", values={"text": "8 weeks", "author": "Li"}).value
    with pytest.raises(Refused, match="follows from what is done"):
        commands.run(store, mate, "comment.new", values={"text": "?", "author_id": writer.id})
    for name, values in (("edit", {"text": "2 weeks"}), ("edit", {"author": "Wang"}), ("delete", None)):
        with pytest.raises(Refused, match="Only whoever wrote"):
            commands.run(store, mate, f"comment.{name}", said.id, **({"values": values} if values else {}))
    for actor in (writer, admin):
        commands.run(store, actor, "comment.edit", said.id, values={"text": f"as {actor.name} says"})
        commands.run(store, actor, "comment.delete", said.id)
        with pytest.raises(Refused, match="Only whoever wrote"):
            commands.run(store, mate, "comment.restore", id=said.id)
        commands.run(store, actor, "comment.restore", id=said.id)
    refused = commands.named("comment.edit").refusal(said, commands.Asking(mate, store.clock()))
    assert refused is not None
    assert refused.message.in_language("zh") == "评论只有写的人和管理员可以修改。"


def test_a_comment_from_before_there_were_authors_goes_by_the_name_under_it(store: Store) -> None:
    mate = Actor(new_id(), "Wang", "rep")
    with store.work(mate, "comment.new") as work:
        theirs, nobodys, mine = (
            work.add(Comment(text="8 weeks", author=name)) for name in ("Li", "", "Wang")
        )
    for said in (nobodys, mine):
        commands.run(store, mate, "comment.edit", said.id, values={"text": "9 weeks"})
    with pytest.raises(Refused, match="Only whoever wrote"):
        commands.run(store, mate, "comment.edit", theirs.id, values={"text": "9 weeks"})
