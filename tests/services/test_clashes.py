"""Nobody saves over what they did not see: mine, current and original, whichever command is asked."""

from decimal import Decimal
from typing import Any

import pytest

from desktop.errors import NotFound
from desktop.models.leaving import ASIDE, hide
from desktop.models.record import RECORDS
from desktop.models.records import Contact, Customer, Quote, QuoteLine
from desktop.models.store import Store
from desktop.rules.threeway import Overlap
from desktop.services import asides, clashes, commands, imports, outbox
from desktop.services.clashes import Clash, Clashed
from tests.stores import customer, firm, product, quote


def edit(store: Store, record: Customer, values: dict[str, object], seen: dict[str, object]) -> None:
    commands.run(store, store.me(), "customer.edit", record.id, values=values, seen=seen)


def now(store: Store, record: Customer) -> Customer:
    with store.reading() as session:
        found = session.get(Customer, record.id)
    assert found is not None
    return found


def test_a_newer_value_is_not_written_over_and_the_rest_is_saved(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    with pytest.raises(Clashed) as caught:
        edit(
            store,
            made,
            {"website": "c.example", "city": "苏州"},
            {"website": "a.example", "city": made.city},
        )
    (clash,) = caught.value.clashes
    assert (clash.original, clash.current, clash.mine) == ("a.example", "b.example", "c.example")
    assert clash.who == store.me().name
    assert clash.at is not None
    assert caught.value.saved == ("city",)
    assert now(store, made).website == "b.example"
    assert now(store, made).city == "苏州"


def test_nothing_is_written_where_all_of_it_clashes(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    with store.reader.connect() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one()
    with pytest.raises(Clashed):
        edit(store, made, {"website": "c.example"}, {"website": "a.example"})
    with store.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one() == before


def test_the_same_value_from_both_is_no_clash(store: Store) -> None:
    made = customer(store, website="a.example")
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    edit(store, made, {"website": "b.example"}, {"website": "a.example"})
    assert now(store, made).website == "b.example"


def test_a_cell_of_a_quote_line_clashes_like_any_field(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    with store.reading() as session:
        line = session.query(QuoteLine).filter(QuoteLine.quote_id == made.id).one()
    assert isinstance(made, Quote)
    seen = {"quantity": line.quantity}
    for typed in ("3", "4"):
        arguments: dict[str, Any] = {"line_id": line.id, "values": {"quantity": Decimal(typed)}, "seen": seen}
        if typed == "3":
            commands.run(store, store.me(), "quote.set_line", made.id, **arguments)
        else:
            with pytest.raises(Clashed) as caught:
                commands.run(store, store.me(), "quote.set_line", made.id, **arguments)
    (clash,) = caught.value.clashes
    assert (clash.original, clash.current, clash.mine) == (Decimal(2), Decimal(3), Decimal(4))


def discount(store: Store, made: Quote, value: str | None, seen: str | None) -> None:
    wanted, before = (Decimal(one) if one else None for one in (value, seen))
    commands.run(
        store, store.me(), "quote.discount", made.id, kind="percent", value=wanted, seen={"value": before}
    )


def test_a_discount_clashes_by_its_value_also_where_there_was_none(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    discount(store, made, "-5", None)
    with pytest.raises(Clashed) as caught:
        discount(store, made, "-7", None)
    (clash,) = caught.value.clashes
    assert (clash.original, clash.current, clash.mine) == (None, Decimal(-5), Decimal(-7))
    discount(store, made, None, "-5")
    with pytest.raises(Clashed) as caught:
        discount(store, made, "-7", "-5")
    assert caught.value.clashes[0].current is None
    discount(store, made, "0", "-5")  # both took it away


def test_lines_of_a_text_come_together_and_only_those_that_both_changed_are_asked_about(store: Store) -> None:
    made = customer(store, remark="one\ntwo\nthree")
    edit(store, made, {"remark": "one\ntwo\nTHREE"}, {"remark": "one\ntwo\nthree"})
    edit(store, made, {"remark": "ONE\ntwo\nthree"}, {"remark": "one\ntwo\nthree"})
    assert now(store, made).remark == "ONE\ntwo\nTHREE"
    with pytest.raises(Clashed) as caught:
        edit(store, made, {"remark": "Eins\ntwo\nthree\nfour"}, {"remark": "one\ntwo\nTHREE\nfour"})
    (clash,) = caught.value.clashes
    (overlap,) = [piece for piece in clash.pieces() if isinstance(piece, Overlap) and piece.one == ("ONE",)]
    assert overlap.other == ("Eins",)
    assert clash.value("current") == "ONE\ntwo\nTHREE"
    assert str(clash.value("both")).split("\n")[:2] == ["ONE", "Eins"]


def test_a_text_too_long_to_compare_is_one_overlap() -> None:
    many = "\n".join(str(n) for n in range(clashes.MOST_LINES + 1))
    clash = Clash("remark", many, many + "\na", many + "\nb", text=True)
    assert len(clash.pieces()) == 1
    assert clash.value("mine") == many + "\nb"


def test_links_and_choices_are_said_in_words_in_the_persons_language(store: Store) -> None:
    first, second = customer(store, "甲公司"), customer(store, "乙公司")
    values = {"name": "王芳", "customer_id": first.id}
    made = commands.run(store, store.me(), "contact.new", values=values).value
    commands.run(store, store.me(), "contact.edit", made.id, values={"customer_id": second.id})
    third = customer(store, "丙公司", grade="A")
    typed, seen = {"customer_id": third.id}, {"customer_id": first.id}
    with pytest.raises(Clashed) as caught:
        commands.run(store, store.me(), "contact.edit", made.id, values=typed, seen=seen)
    (clash,) = caught.value.clashes
    sides = (clash.original, clash.current, clash.mine)
    assert [clash.shown(Contact, one, "zh") for one in sides] == ["甲公司", "乙公司", "丙公司"]
    assert "乙公司" in caught.value.message.in_language("zh")
    edit(store, third, {"grade": "B"}, {"grade": "A"})
    with pytest.raises(Clashed) as caught:
        edit(store, third, {"source": "web", "grade": "vip"}, {"grade": "A", "source": ""})
    message = caught.value.message
    assert message.in_language("zh") != message.in_language("en")
    assert "等级" in message.in_language("zh")


def put_aside(store: Store, made: Customer) -> asides.Aside:
    edit(store, made, {"website": "theirs.example"}, {"website": "a.example"})
    values, seen = {"website": "mine.example"}, {"website": "a.example"}
    with pytest.raises(Clashed):
        asides.run(store, store.me(), "customer.edit", made.id, values=values, seen=seen)
    (one,) = asides.find(store)
    return one


def test_what_was_typed_is_kept_until_it_is_used_or_let_go(store: Store) -> None:
    made = customer(store, website="a.example")
    one = put_aside(store, made)
    assert (one.field, one.mine) == ("website", "mine.example")
    assert now(store, made).website == "theirs.example"
    asides.use(store, one)
    assert now(store, made).website == "mine.example"
    assert asides.find(store) == []
    asides.let_go(store, one.id)


def test_what_is_saved_after_all_is_not_kept_twice(store: Store) -> None:
    made = customer(store, website="a.example")
    put_aside(store, made)
    values, seen = {"website": "mine.example"}, {"website": "theirs.example"}
    asides.run(store, store.me(), "customer.edit", made.id, values=values, seen=seen)
    assert asides.find(store) == []


def test_a_kept_discount_and_a_kept_cell_are_used_where_they_were_typed(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    discount(store, made, "-5", None)
    with store.reading() as session:
        line = session.query(QuoteLine).filter(QuoteLine.quote_id == made.id).one()
    typed: dict[str, Any] = {"kind": "percent", "value": Decimal(-7), "seen": {"value": None}}
    with pytest.raises(Clashed):
        asides.run(store, store.me(), "quote.discount", made.id, **typed)
    typed = {"line_id": line.id, "values": {"quantity": Decimal(9)}, "seen": {"quantity": Decimal(1)}}
    with pytest.raises(Clashed):
        asides.run(store, store.me(), "quote.set_line", made.id, **typed)
    for one in asides.find(store):
        asides.use(store, one)
    with pytest.raises(Clashed) as caught:
        discount(store, made, "-8", "-5")
    assert caught.value.clashes[0].current == Decimal(-7)
    with store.reading() as session:
        assert session.get(QuoteLine, line.id).quantity == 9  # type: ignore[union-attr]
    assert asides.find(store) == []


def test_what_was_typed_into_a_field_goes_when_the_field_is_hidden(store: Store) -> None:
    made = customer(store, website="a.example")
    put_aside(store, made)
    with store.engine.begin() as connection:
        hide(connection, {"customer": frozenset({"website"})})
    assert store.local(ASIDE) == []


def test_an_import_never_writes_over_a_record_that_is_here_already(store: Store) -> None:
    made = customer(store, "苏州星河精密机械有限公司", phone="0512-62888899", website="a.example")
    table = "客户名称,电话,网址\r\n苏州星河精密机械有限公司,0512-62888899,b.example"
    report = imports.carry_out(store, store.me(), imports.plan(table.encode(), "customers"))
    assert [double.number for double in report.doubles] == [2]
    assert report.records == {"customer": 1}
    assert now(store, made).website == "a.example"


def test_what_was_typed_into_a_removed_line_is_kept(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    with store.reading() as session:
        line = session.query(QuoteLine).filter(QuoteLine.quote_id == made.id).one()
    commands.run(store, store.me(), "quote.remove_line", made.id, line_id=line.id)
    for name, typed in (
        ("quote.set_line", {"values": {"name": "带吊钩"}, "seen": {"name": line.name}}),
        ("quote.discount", {"value": Decimal(-7), "seen": {"value": None}}),
    ):
        with pytest.raises(NotFound, match="waits in the outbox"):
            asides.run(store, store.me(), name, made.id, line_id=line.id, **typed)
    one, other = asides.find(store)
    assert (one.type, one.record, one.field, one.mine) == ("quote_line", line.id, "name", "带吊钩")
    assert (other.type, other.field, other.mine) == ("adjustment", "value", Decimal(-7))
    assert [card.steps[0].new for card in outbox.cards(store) if card.state == "aside"] == ["带吊钩", "-7"]
    with pytest.raises(NotFound):
        asides.use(store, one)
    assert len(asides.find(store)) == 2


def test_what_was_not_seen_and_is_gone_is_refused_alone(store: Store) -> None:
    made = customer(store)
    commands.run(store, store.me(), "customer.delete", made.id)
    with pytest.raises(NotFound):
        asides.run(store, store.me(), "customer.edit", made.id, values={"website": "a.example"}, seen={})
    assert asides.find(store) == []


def test_a_value_that_clashes_is_told_with_its_sign_and_in_the_readers_language(store: Store) -> None:
    made = customer(store, name_en="Xinghe", credit=100_00)
    edit(store, made, {"credit": 200_00}, {"credit": 100_00})
    with pytest.raises(Clashed) as caught:
        edit(store, made, {"credit": 300_00}, {"credit": 100_00})
    (clash,) = caught.value.clashes
    assert clash.shown(Customer, clash.mine, "en") == "¥300.00"
    firm(store)
    offer = quote(store, (product(store).id, "1"), to=made)
    me = store.me()
    commands.run(store, me, "quote.discount", offer.id, kind="percent", value=Decimal(-5))
    with pytest.raises(Clashed) as caught:
        commands.run(
            store, me, "quote.discount", offer.id, kind="percent", value=Decimal(-3), seen={"value": None}
        )
    (clash,) = caught.value.clashes
    assert clash.shown(RECORDS["adjustment"], clash.mine, "en") == "\N{MINUS SIGN}3 %"
