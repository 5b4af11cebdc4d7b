"""Orders between two laptops and the office: nothing twice, nothing superseded, no other cent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.models.records import Delivery, InvoiceRequest, Order, OrderLine, Quote, QuoteLine
from desktop.models.store import Store, Work
from desktop.services import commands, order_chain, order_sense, order_work, orders
from sync.client.driver import enrol, sync_once
from sync.server import orders as office_orders
from sync.server.permission import NOT_ALLOWED, Rejected
from sync.server.server import Server
from tests.stores import NOON, customer, opened, product, quote
from tests.sync import postgres
from tests.sync.simulator.world import Direct

assert orders.WRITES


class Firm:
    """Li sells, Wang sells with him in one team, Shen keeps the office."""

    def __init__(self, office: Server, li: Store, wang: Store, shen: Store) -> None:
        self.office, self.li, self.wang, self.shen = office, li, wang, shen

    def do(self, store: Store, command: str, *about: Any, **arguments: Any) -> Any:
        return commands.run(store, store.me(), command, *about, **arguments).value

    def sync(self, *stores: Store) -> None:
        for store in stores or (self.li, self.wang, self.shen):
            sync_once(store, Direct(self.office))

    def issued(self, *quantities: str) -> Quote:
        kinds = [product(self.shen, f"P{place}", "333.33") for place in range(len(quantities))]
        self.sync(self.shen, self.li)
        lines = [(kind.id, count) for kind, count in zip(kinds, quantities, strict=True)]
        made = quote(self.li, *lines, to=customer(self.li))
        self.do(self.li, "quote.issue", made.id)
        self.sync()
        return made

    def orders(self, store: Store) -> list[Order]:
        with store.reading() as session:
            return list(session.query(Order).filter(Order.deleted_at.is_(None)).order_by(Order.id))

    def sources(self, store: Store) -> list[QuoteLine]:
        with store.reading() as session:
            return list(session.query(QuoteLine).order_by(QuoteLine.rank))

    def refusals(self, store: Store) -> list[str]:
        with store.reader.connect() as connection:
            rows = connection.exec_driver_sql("SELECT en FROM inbox WHERE kind = 'rejected'").all()
        return sorted({row[0] for row in rows})


@contextmanager
def firms(folder: Path) -> Iterator[Firm]:
    noon = int(NOON.timestamp() * 1000)
    office = Server(postgres.office(folder / "office"), clock=lambda: noon)
    try:
        with opened(folder / "li") as li, opened(folder / "wang") as wang, opened(folder / "shen") as shen:
            for name, store, role in (("Li", li, "rep"), ("Wang", wang, "rep"), ("Shen", shen, "office")):
                office.add_user(name, "South", role)
                enrol(store, Direct(office), office.new_code(name))
            yield Firm(office, li, wang, shen)
    finally:
        office.store.close()


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


def test_of_two_laptops_that_order_the_same_rest_the_second_is_refused_with_its_reason(firm: Firm) -> None:
    made = firm.issued("7")
    first = firm.do(firm.li, "quote.order", made.id)
    firm.do(firm.wang, "quote.order", made.id)
    firm.sync(firm.li, firm.wang)
    [why] = firm.refusals(firm.wang)
    assert "0 of 7 are left, 7 were wanted" in why
    firm.sync()
    for store in (firm.li, firm.wang, firm.shen):
        assert [order.id for order in firm.orders(store)] == [first.id]


def test_two_laptops_order_other_lines_of_one_quote_and_both_stand(firm: Firm) -> None:
    made = firm.issued("3", "7")
    one, two = firm.sources(firm.li)
    firm.do(firm.li, "quote.order", made.id, quantities={one.id: Decimal(2)})
    firm.do(firm.wang, "quote.order", made.id, quantities={two.id: Decimal(5)})
    firm.sync(firm.li, firm.wang, firm.li)
    firm.do(firm.li, "quote.order", made.id)
    firm.sync()
    found = firm.orders(firm.shen)
    assert len(found) == 3
    assert not firm.refusals(firm.wang)
    with firm.shen.reading() as session:
        assert sum(order.payable or 0 for order in found) == session.get(Quote, made.id).payable  # type: ignore[union-attr]


def test_what_was_superseded_meanwhile_is_refused_at_sync(firm: Firm) -> None:
    made = firm.issued("7")
    firm.do(firm.wang, "quote.order", made.id)
    firm.do(firm.li, "quote.revise", made.id)
    firm.sync(firm.li, firm.wang)
    assert firm.refusals(firm.wang) == ["Revision R1 of this quote was superseded by R2; order that one."]
    firm.sync()
    assert not firm.orders(firm.shen)
    assert not firm.orders(firm.wang)


def test_what_was_ordered_before_is_not_submitted_once_it_is_superseded(firm: Firm) -> None:
    made = firm.issued("7")
    order = firm.do(firm.wang, "quote.order", made.id)
    firm.sync()
    firm.do(firm.wang, "order.submit", order.id)
    firm.do(firm.li, "quote.revise", made.id)
    firm.sync(firm.li, firm.wang)
    assert "superseded by R2" in firm.refusals(firm.wang)[0]
    firm.sync()
    assert [one.stage for one in firm.orders(firm.shen)] == ["draft"]


def test_a_submitted_order_is_acknowledged_by_the_office_and_bears_a_lent_number(firm: Firm) -> None:
    order = firm.do(firm.li, "quote.order", firm.issued("7").id)
    firm.do(firm.li, "order.submit", order.id)
    firm.sync()
    [seen] = firm.orders(firm.shen)
    assert seen.number == "SO-26-000001-" + seen.number[-1]
    firm.do(firm.shen, "order.acknowledge", order.id)
    firm.sync(firm.shen, firm.li)
    assert [one.stage for one in firm.orders(firm.li)] == ["acknowledged"]


def test_a_laptop_that_writes_past_its_program_is_refused(firm: Firm) -> None:
    made, other = firm.issued("7"), firm.issued("7")
    order = firm.do(firm.li, "quote.order", other.id)
    firm.sync()
    for count, what in enumerate(
        ("amount", "foot", "more", "stage", "edit", "line", "late line", "tax", "whose"), 1
    ):
        command = "order.unheard_of" if what == "line" else "quote.order"
        with firm.li.work(firm.li.me(), command) as work:
            forge(work, what, made, order)
        firm.sync(firm.li)
        with firm.li.reader.connect() as connection:
            told = connection.exec_driver_sql("SELECT count(DISTINCT n) FROM inbox WHERE kind = 'rejected'")
            assert told.scalar_one() >= count, what
    firm.sync(firm.shen)
    assert [(one.id, one.payable) for one in firm.orders(firm.shen)] == [(order.id, order.payable)]


def forge(work: Work, what: str, made: Quote, order: Order) -> None:
    """Write what no command would."""
    if what == "line":
        [line] = order_chain.chain_of(work.session, work.get(Order, order.id)).lines
        line.amount = 1
        return
    if what == "edit":
        work.get(Order, order.id).payable = 1
        return
    if what == "late line":
        [line] = order_chain.chain_of(work.session, work.get(Order, order.id)).lines
        work.add(OrderLine(**{name: getattr(line, name) for name in OrderLine.fields()}))
        return
    given = {"stage": "acknowledged"} if what == "stage" else {}
    forged = orders.make(work, work.get(Quote, made.id), values=given)
    [line] = order_chain.chain_of(work.session, forged).lines
    if what == "amount":
        line.amount, forged.net = (line.amount or 0) - 100, (forged.net or 0) - 100
        forged.payable = (forged.payable or 0) - 100
    elif what == "foot":
        forged.payable = 1
    elif what == "more":
        line.quantity = Decimal(8)
    elif what == "tax":
        line.tax_category = "Z"
    elif what == "whose":
        forged.customer_id = order.customer_id


def test_a_rep_acknowledges_nothing_under_another_name(firm: Firm) -> None:
    order = firm.do(firm.li, "quote.order", firm.issued("7").id)
    firm.do(firm.li, "order.submit", order.id)
    firm.sync()
    for command in ("order.cancel", "order.edit", "order.unheard_of"):
        with firm.li.work(firm.li.me(), command) as work:
            orders.acknowledge(work, work.get(Order, order.id))
        firm.sync(firm.li)
        assert firm.orders(firm.li)[0].stage == "submitted"
    firm.sync(firm.shen)
    assert firm.refusals(firm.li)
    assert [one.stage for one in firm.orders(firm.shen)] == ["submitted"]


def acknowledged(firm: Firm, *quantities: str) -> Order:
    """An order that the office has taken on; every laptop knows."""
    order: Order = firm.do(firm.li, "quote.order", firm.issued(*quantities).id)
    firm.do(firm.li, "order.submit", order.id)
    firm.sync()
    firm.do(firm.shen, "order.acknowledge", order.id)
    firm.sync(firm.shen, firm.li, firm.wang)
    return order


def chain(store: Store, order: Order) -> order_chain.Chain:
    return order_chain.load(store, order.id)


def test_what_two_people_take_over_at_once_makes_the_order_taken_over_for_both(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    [line] = chain(firm.shen, order).lines
    one = firm.do(firm.shen, "order.ship", order.id, quantities={line.id: Decimal(3)})
    two = firm.do(firm.shen, "order.ship", order.id)
    firm.sync(firm.shen, firm.li)
    firm.do(firm.li, "order.take_over", order.id, delivery_id=one.id, signer="张建国")
    firm.do(firm.shen, "order.take_over", order.id, delivery_id=two.id, signer="彭立")
    assert [chain(store, order).order.stage for store in (firm.li, firm.shen)] == ["delivering"] * 2
    firm.sync(firm.li, firm.shen, firm.li)
    assert [chain(store, order).order.stage for store in (firm.li, firm.shen)] == ["accepted"] * 2


def test_of_two_who_send_the_same_rest_the_second_is_refused(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    for store in (firm.li, firm.shen):
        firm.do(store, "order.ship", order.id)
    firm.sync(firm.li, firm.shen, firm.li)
    assert "0 of 7 are left" in firm.refusals(firm.shen)[0]
    assert len(chain(firm.shen, order).deliveries) == 1


def test_invoice_requests_of_two_laptops_never_share_a_cent_out_twice(firm: Firm) -> None:
    order = acknowledged(firm, "7", "3")
    lines = chain(firm.li, order).lines
    firm.do(firm.li, "order.invoice", order.id, quantities={lines[0].id: Decimal(2)})
    firm.do(firm.shen, "order.invoice", order.id, quantities={lines[0].id: Decimal(3)})
    firm.sync(firm.li, firm.shen, firm.li)
    first = chain(firm.shen, order).living_requests()
    firm.do(firm.shen, "order.invoice", order.id)
    firm.sync(firm.shen, firm.li)
    found = chain(firm.li, order)
    assert len(found.requests) == len(first) + 1
    assert sum(one.payable or 0 for one in found.requests) == found.order.payable
    assert sum(one.tax or 0 for one in found.requests) == found.order.tax


def test_what_follows_from_an_order_is_worked_out_again(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    batch = firm.do(firm.li, "order.ship", order.id)
    firm.sync(firm.li)
    for what in ("more", "amount", "tax", "paid", "twice", "rewritten", "deleted"):
        with firm.li.work(firm.li.me(), "order.pay" if what == "paid" else "order.invoice") as work:
            forge_part(work, what, order, batch)
        firm.sync(firm.li)
        found = chain(firm.li, order)
        assert (len(found.deliveries), found.requests, found.payments) == (1, [], []), what
        assert found.deliveries[0].amount == batch.amount, what
    firm.sync(firm.shen)
    found = chain(firm.shen, order)
    assert (len(found.deliveries), found.requests, found.payments) == (1, [], [])


def test_lines_come_with_their_order_and_not_a_moment_later(firm: Firm) -> None:
    made = firm.issued("7", "3")
    one, _two = firm.sources(firm.li)
    order = firm.do(firm.li, "quote.order", made.id, quantities={one.id: Decimal(7)})
    with firm.li.work(firm.li.me(), "order.unheard_of") as work:
        [line] = order_chain.chain_of(work.session, work.get(Order, order.id)).lines
        work.add(
            OrderLine(
                **{name: getattr(line, name) for name in OrderLine.fields()},
            )
        )
    firm.sync()
    assert firm.refusals(firm.li)
    assert len(chain(firm.shen, order).lines) == 1


def test_of_two_editions_only_one_is_ordered(firm: Firm) -> None:
    made = firm.issued("7")
    firm.do(firm.wang, "quote.revise", made.id)
    firm.do(firm.wang, "quote.issue", made.id)
    order = firm.do(firm.li, "quote.order", made.id)
    firm.do(firm.wang, "quote.order", made.id)
    firm.sync(firm.li, firm.wang, firm.li)
    assert "Revision R1 of this quote was ordered already" in firm.refusals(firm.wang)[0]
    firm.sync()
    assert [one.id for one in firm.orders(firm.shen)] == [order.id]


def test_an_order_is_not_cancelled_over_money_or_an_invoice(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    firm.do(firm.shen, "order.pay", order.id, amount=Decimal(5))
    firm.do(firm.li, "order.cancel", order.id)
    firm.sync(firm.shen, firm.li)
    assert firm.refusals(firm.li) == [order_sense.BOUND.in_language("en")]
    firm.sync(firm.shen, firm.li)
    assert firm.orders(firm.li)[0].stage == "acknowledged"
    with pytest.raises(Refused, match="book the money back"):
        firm.do(firm.shen, "order.cancel", order.id)
    firm.do(firm.shen, "order.pay", order.id, amount=Decimal(-5))
    firm.do(firm.shen, "order.cancel", order.id)
    with pytest.raises(Refused, match="was cancelled"):
        firm.do(firm.shen, "order.pay", order.id, amount=Decimal(5))


def test_an_invoice_that_was_written_is_neither_withdrawn_nor_written_by_a_rep(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    request = firm.do(firm.li, "order.invoice", order.id)
    firm.sync(firm.li, firm.shen)
    with firm.li.work(firm.li.me(), "order.unheard_of") as work:
        work.get(InvoiceRequest, request.id).invoice_number = "42"
    firm.do(firm.shen, "order.invoiced", order.id, request_id=request.id, number="24-7")
    firm.sync(firm.shen, firm.li)
    with firm.li.work(firm.li.me(), "order.unheard_of") as work:
        work.get(InvoiceRequest, request.id).state = "cancelled"
    firm.sync(firm.li)
    told = {why.in_language("en") for why in (NOT_ALLOWED, order_sense.ANSWERED)}
    assert set(firm.refusals(firm.li)) == told
    [held] = chain(firm.li, order).requests
    assert (held.state, held.invoice_number) == ("invoiced", "24-7")


def test_a_quantity_that_nobody_could_type_is_refused_at_once() -> None:
    def said(quantity: Any, amount: Any = 1) -> Any:
        return office_orders._said([{"line": "a" * 32, "quantity": quantity, "amount": amount}])  # noqa: SLF001

    assert said("-7.5")
    for quantity in ("1E+999999999", "1E-99999", "0.00001", "NaN", "7.50", "1" + "0" * 13, 1, None):
        with pytest.raises(Rejected):
            said(quantity)
    with pytest.raises(Rejected):
        said("7", "1")


def forge_part(work: Work, what: str, order: Order, batch: Delivery) -> None:
    """Write what no command would."""
    here = work.get(Order, order.id)
    if what == "paid":
        order_work.pay(work, here, amount=Decimal(5))
    elif what in ("amount", "tax", "more"):
        request = order_work.invoice(work, here)
        request.payable = (request.payable or 0) - 1
        part = {**request.lines[0], "quantity": "8"} if what == "more" else request.lines[0]
        request.lines = [part]
        request.groups = [{**request.groups[0], "tax": 1}] if what == "tax" else request.groups
    elif what == "twice":
        work.add(Delivery(**{name: getattr(batch, name) for name in Delivery.fields()}))
    elif what == "rewritten":
        work.get(Delivery, batch.id).amount = 1
    else:
        work.delete(work.get(Delivery, batch.id))


def test_an_offer_that_ended_is_ordered_neither_here_nor_by_a_laptop_that_says_otherwise(firm: Firm) -> None:
    made = firm.issued("7")
    revise = {"valid_until": NOON.date() - timedelta(days=1)}
    edition = firm.do(firm.li, "quote.revise", made.id)
    firm.do(firm.li, "quote_revision.edit", edition.id, values=revise)
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync()
    with pytest.raises(Refused, match="This offer was valid until"):
        firm.do(firm.li, "quote.order", made.id)
    with pytest.MonkeyPatch.context() as program:
        program.setattr(order_sense, "expired", lambda *_: None)
        firm.do(firm.li, "quote.order", made.id)
    firm.sync(firm.li)
    [why] = firm.refusals(firm.li)
    assert why.startswith("This offer was valid until")
    firm.do(firm.shen, "quote.accept", made.id)
    firm.sync(firm.shen, firm.li)
    order = firm.do(firm.li, "quote.order", made.id)
    firm.sync(firm.li, firm.shen)
    assert [one.id for one in firm.orders(firm.shen)] == [order.id]


def test_a_batch_is_taken_over_in_parts_and_what_is_refunded_lets_the_order_close(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    [line] = chain(firm.shen, order).lines
    batch = firm.do(firm.shen, "order.ship", order.id)
    firm.sync(firm.shen, firm.li)

    def take(store: Store, count: str) -> None:
        counts = {line.id: Decimal(count)}
        firm.do(store, "order.take_over", order.id, delivery_id=batch.id, signer="张", quantities=counts)

    take(firm.li, "4")
    with pytest.raises(Refused, match="3 of 7 are left, 4 were wanted"):
        take(firm.li, "4")
    take(firm.shen, "2")
    firm.sync(firm.li, firm.shen, firm.li)
    assert (len(chain(firm.li, order).acceptances), firm.refusals(firm.shen)) == (2, [])
    back = {"quantities": {line.id: Decimal(1)}, "reason": "漏气"}
    request = firm.do(firm.li, "order.invoice", order.id)
    firm.sync(firm.li, firm.shen)
    firm.do(firm.shen, "order.invoiced", order.id, request_id=request.id, number="24-7")
    firm.do(firm.shen, "order.take_back", order.id, outcome="refunded", **back)
    with pytest.raises(Refused, match="Nothing is left"):
        firm.do(firm.shen, "order.ship", order.id)
    credit = firm.do(firm.shen, "order.credit", order.id)
    found = chain(firm.shen, order)
    assert found.waiting(found.deliveries[0]) == {}
    firm.do(firm.shen, "order.pay", order.id, amount=Decimal(found.asked_for) / 100)
    firm.sync(firm.shen, firm.li)
    assert not firm.refusals(firm.shen)
    for store in (firm.li, firm.shen):
        found = chain(store, order)
        assert (found.order.stage, found.kept()) == ("completed", {line.id.hex: 6})
        assert found.requests[-1].payable == credit.payable == -33_333
        assert found.progress().invoiced == found.asked_for == (order.payable or 0) - 33_333


def test_an_order_whose_invoice_was_written_is_cancelled_once_it_is_credited(firm: Firm) -> None:
    order = acknowledged(firm, "7")
    request = firm.do(firm.li, "order.invoice", order.id)
    with pytest.raises(Refused, match="written invoice"):
        firm.do(firm.li, "order.credit", order.id)
    firm.sync(firm.li, firm.shen)
    firm.do(firm.shen, "order.invoiced", order.id, request_id=request.id, number="24-7")
    with firm.shen.work(firm.shen.me(), "order.credit") as work:  # more than the invoice says
        asked = order_work.credit(work, work.get(Order, order.id))
        asked.lines = [{**asked.lines[0], "quantity": "-8"}]
    firm.sync(firm.shen, firm.li)
    assert firm.refusals(firm.shen)
    note = firm.do(firm.shen, "order.credit", order.id)
    assert note.payable == -(order.payable or 0)
    with pytest.raises(Refused, match="credit the invoice"):
        firm.do(firm.shen, "order.cancel", order.id)
    firm.do(firm.shen, "order.invoiced", order.id, request_id=note.id, number="24-8")
    firm.do(firm.shen, "order.cancel", order.id)
    firm.sync(firm.shen, firm.li)
    assert chain(firm.li, order).order.stage == "cancelled"
