"""Records that are lent: what comes to whom, what they may do to it, and that it leaves when it is over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models.records import Customer
from desktop.services import attachments, finding, proposals, sharing, undo
from sync.client.blobs import carry_files
from tests.stores import product, quote
from tests.sync import raw_pages
from tests.sync.server.laptop import Laptop
from tests.sync.sharing import Circle, Whole, circles


@pytest.fixture
def circle(tmp_path: Path) -> Iterator[Circle]:
    with circles(tmp_path, "Ann", "Cai", "Dai", "Eve") as made:
        yield made


def test_a_shared_customer_comes_with_all_that_hangs_on_it_and_leaves_when_it_ends(circle: Circle) -> None:
    customer, other = circle.customer("Ann"), circle.customer("Ann", "B")
    circle.do("Ann", "contact.new", values={"name": "C", "customer_id": customer.id})
    deal = circle.do("Ann", "opportunity.new", values={"name": "D", "customer_id": customer.id})
    made = quote(circle["Ann"], (product(circle["Ann"]).id, "1"), to=customer)
    circle.share("Ann", customer, "Cai")
    circle.meet()
    lent = circle.held("Cai")
    assert ("opportunity", deal.id) in lent
    assert ("quote", made.id) in lent
    assert {kind for kind, _ in lent} == {
        *("customer", "contact", "opportunity", "quote", "quote_revision", "quote_line", "share")
    }
    assert ("customer", other.id) not in lent
    assert circle.held("Dai") == set()
    later = circle.do("Ann", "interaction.new", values={"name": "E", "customer_id": customer.id})
    circle.meet()
    assert ("interaction", later.id) in circle.held("Cai")
    [share] = sharing.of_record(circle["Ann"], customer.id)
    circle.do("Ann", "share.delete", share.id)
    circle.meet()
    assert circle.held("Cai") == set()
    undo.undo(circle["Ann"], circle["Ann"].me())
    circle.meet()
    assert circle.held("Cai") == lent | {("interaction", later.id)}


def test_a_team_has_what_is_shared_with_it(circle: Circle) -> None:
    customer = circle.customer("Ann")
    circle.share("Ann", customer, "East")
    circle.meet()
    assert circle.held("Dai") == circle.held("Eve") == circle.held("Ann")
    assert circle.held("Cai") == set()


def test_a_reader_is_refused_here_and_at_the_office(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = circle.customer("Ann")
    share = circle.share("Ann", customer, "Cai")
    circle.meet()
    edits = {
        "customer.edit": (customer.id, {"values": {"city": "X"}}),
        "customer.delete": (customer.id, {}),
        "contact.new": (None, {"values": {"name": "C", "customer_id": customer.id}}),
        "share.edit": (share.id, {"values": {"access": "edit"}}),
        "share.delete": (share.id, {}),
    }
    for command, (target, arguments) in edits.items():
        with pytest.raises(NotAllowed):
            circle.do("Cai", command, target, **arguments)
    with pytest.raises(NotAllowed):
        circle.share("Cai", customer, "Dai")
    monkeypatch.setattr("desktop.services.access.refuse_lent", lambda _work: None)
    monkeypatch.setattr("desktop.services.sharing._shareable", lambda work, _of, key: work.get(Customer, key))
    circle.share("Cai", customer, "Dai")
    for command, (target, arguments) in edits.items():
        circle.do("Cai", command, target, **arguments)
    circle.meet()
    assert set(codes(circle, "Cai")) == {"not_allowed"}
    assert len(codes(circle, "Cai")) == len(edits) + 1
    assert circle.value("Ann", customer).city == ""
    assert circle.held("Dai") == set()


def codes(circle: Circle, name: str) -> list[str]:
    """Why the office refused what a person did."""
    with circle[name].reader.connect() as conn:
        return [row[0] for row in conn.exec_driver_sql("SELECT code FROM inbox WHERE kind = 'rejected'")]


def test_who_may_edit_edits_adds_parts_and_neither_deletes_nor_gives_away(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = circle.customer("Ann")
    circle.share("Ann", customer, "Cai", "edit")
    circle.meet()
    circle.do("Cai", "customer.edit", customer.id, values={"city": "X"})
    part = circle.do("Cai", "contact.new", values={"name": "C", "customer_id": customer.id})
    circle.do("Cai", "contact.edit", part.id, values={"name": "D"})
    circle.meet()
    assert circle.value("Ann", customer).city == "X"
    assert circle.value("Ann", part).name == "D"
    assert circle.value("Cai", part).owner_id == circle["Ann"].me().id
    me = circle["Cai"].me().id
    beyond: dict[str, dict[str, Any]] = {
        "customer.edit": {"values": {"owner_id": me}},
        "customer.delete": {},
    }
    for command, arguments in beyond.items():
        with pytest.raises(NotAllowed):
            circle.do("Cai", command, customer.id, **arguments)
    monkeypatch.setattr("desktop.services.access.refuse_lent", lambda _work: None)
    for command, arguments in beyond.items():
        circle.do("Cai", command, customer.id, **arguments)
    circle.meet()
    assert set(codes(circle, "Cai")) == {"not_allowed"}
    assert circle.value("Ann", customer).owner_id == circle["Ann"].me().id
    circle.do("Cai", "contact.delete", part.id)
    circle.meet()
    assert ("contact", part.id) not in circle.held("Ann")


def test_what_comes_by_two_loans_leaves_with_the_second(circle: Circle, tmp_path: Path) -> None:
    def seen() -> set[str]:
        words = raw_pages.texts("13900000088", "Umbrellafirm")
        return set(raw_pages.holding(tmp_path / "Cai" / "satchel.db", words))

    customer = circle.customer("Ann")
    circle.do("Ann", "customer.edit", customer.id, values={"name": "Umbrellafirm", "phone": "13900000088"})
    deal = circle.do("Ann", "opportunity.new", values={"name": "D", "customer_id": customer.id})
    first = circle.share("Ann", customer, "Cai")
    second = circle.share("Ann", deal, "South", "edit")
    circle.meet()
    assert circle.held("Cai") >= {("customer", customer.id), ("opportunity", deal.id)}
    assert seen() == {"13900000088", "Umbrellafirm"}
    circle.do("Ann", "share.delete", first.id)
    circle.meet()
    assert circle.held("Cai") == {("opportunity", deal.id), ("share", second.id)}
    assert seen() == {"Umbrellafirm"}  # the name of what is led to stays
    circle.do("Cai", "opportunity.edit", deal.id, values={"name": "E"})
    circle.do("Ann", "share.delete", second.id)
    circle.meet()
    assert circle.held("Cai") == set()
    assert seen() == set()
    assert lent_rows(circle, "Cai") == 0


def lent_rows(circle: Circle, name: str) -> int:
    with circle[name].reader.connect() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM sync_lent").scalar_one())


def test_what_moves_away_stays_lent_and_what_belongs_to_others_is_not(circle: Circle) -> None:
    """The customer goes to Dai with its share and file; Ann's opportunity does not live with it any more."""
    circle.server.add_user("Root", "", "admin")
    customer, ann = circle.customer("Ann"), circle["Ann"]
    file = attachments.attach(ann, ann.me(), "customer", customer.id, "paper.txt", b"paper").value
    deal = circle.do("Ann", "opportunity.new", values={"name": "D", "customer_id": customer.id})
    circle.share("Ann", customer, "Cai")
    circle.meet()
    with circle.server.store.read() as conn:
        where = conn.exec_driver_sql(
            "SELECT count(*) FROM office_feed WHERE substr(stream, 1, 6) = 'share:'"
        ).scalar_one()
    assert where == 4
    office = Boss(circle)
    office.give(customer, "Dai")
    circle.meet()
    along = {("customer", customer.id), ("attachment", file.id), *shares_of(circle, "Dai")}
    assert circle.held("Cai") == circle.held("Dai") == along
    assert circle.held("Ann") == {("opportunity", deal.id)}
    office.give(deal, "Dai")
    circle.meet()
    assert ("opportunity", deal.id) in circle.held("Cai")


def shares_of(circle: Circle, name: str) -> set[tuple[str, UUID]]:
    return {("share", one.id) for one in sharing.all_shares(circle[name])}


class Boss:
    """An administrator with a laptop made by hand, who gives records to others."""

    def __init__(self, circle: Circle) -> None:
        self.circle = circle
        self.laptop = Laptop(circle.server)
        self.laptop.enrol(circle.server.new_code("Root"))

    def give(self, record: Any, whom: str) -> None:
        person = self.circle[whom].me()
        self.laptop.sync()
        home: dict[str, Any] = {
            "owner_id": person.id.hex,
            "team_id": person.team_id.hex if person.team_id else None,
        }
        self.laptop.set(record.__tablename__, record.id.hex, **home)
        assert {one.kind for one in self.laptop.sync().verdicts} == {"applied"}


def test_a_record_that_left_home_and_loan_at_once_is_gone(circle: Circle) -> None:
    """Ben's laptop holds Ann's customer by team and by loan; both end before it syncs again."""
    circle.server.add_user("Root", "", "admin")
    customer = circle.customer("Dai")
    share = circle.share("Dai", customer, "Eve")
    circle.meet()
    assert lent_rows(circle, "Eve") == 2
    Boss(circle).give(customer, "Cai")
    circle.meet("Cai")
    circle.do("Cai", "share.delete", share.id)
    circle.meet("Cai")
    circle.meet("Eve")
    assert circle.held("Eve") == set()


def test_a_loan_ends_with_its_last_day(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = circle.customer("Ann")
    circle.share("Ann", customer, "Cai", "edit", until=date(2026, 12, 31))
    last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    monkeypatch.setattr(circle.server, "clock", lambda: int(last.timestamp() * 1000))
    circle.meet()
    assert ("customer", customer.id) in circle.held("Cai")
    circle["Cai"].clock = lambda: last + timedelta(minutes=1)
    with pytest.raises(NotAllowed):
        circle.do("Cai", "customer.edit", customer.id, values={"city": "X"})
    monkeypatch.setattr(circle.server, "clock", lambda: int(last.timestamp() * 1000) + 60_000)
    circle.meet()
    assert circle.held("Cai") == set()


def test_an_edit_made_under_a_loan_that_ended_is_put_before_the_owner(circle: Circle) -> None:
    customer = circle.customer("Ann")
    share = circle.share("Ann", customer, "Cai", "edit")
    circle.meet()
    circle.do("Cai", "customer.edit", customer.id, values={"city": "X"})
    circle.do("Ann", "share.delete", share.id)
    circle.meet("Ann")
    circle.meet("Cai", "Ann")
    assert codes(circle, "Cai") == ["proposed"]
    assert [one.of_id for one in proposals.waiting(circle["Ann"])] == [customer.id]
    assert circle.held("Cai") == set()


def test_the_words_and_the_bytes_leave_too(circle: Circle) -> None:
    customer = circle.customer("Ann", "Zweihander")
    share = circle.share("Ann", customer, "Cai")
    circle.meet()
    paper, ann = b"secret paper of the customer", circle["Ann"]
    file = attachments.attach(ann, ann.me(), "customer", customer.id, "paper.txt", paper).value
    circle.meet()
    assert ("attachment", file.id) in circle.held("Cai")
    assert finding.find(circle["Cai"], "Zweihander")
    for name in ("Ann", "Cai"):
        carry_files(circle[name], Whole(circle.server))
    assert attachments.contents(circle["Cai"], file) == paper
    circle.do("Ann", "share.delete", share.id)
    circle.meet()
    assert circle.held("Cai") == set()
    assert finding.find(circle["Cai"], "Zweihander") == []
    carry_files(circle["Cai"], Whole(circle.server))
    assert circle["Cai"].blobs is not None
    assert circle["Cai"].blobs.total() == 0


@pytest.mark.parametrize("whom", ["Ann", "Nobody"])
def test_sharing_refuses_nonsense(circle: Circle, whom: str) -> None:
    customer = circle.customer("Ann")
    with pytest.raises((Refused, NotFound)):
        circle.share("Ann", customer, whom)
    with pytest.raises(Refused):
        circle.do("Ann", "share.give", of="customer", of_id=customer.id)
    with pytest.raises(Refused):
        circle.do("Ann", "share.new", values={"name": "A"})
    task = circle.do("Ann", "task.new", values={"name": "T"})
    with pytest.raises(Refused):
        circle.share("Ann", task, "Cai")
