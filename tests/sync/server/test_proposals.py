"""An edit that comes after its author lost the record goes before whoever has it; nothing typed is lost."""

from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.models.record import new_id
from desktop.models.records import Contact, Customer, Proposal
from desktop.services import commands, proposals
from sync.client.driver import enrol, sync_once
from sync.server.server import Server
from tests.stores import opened
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop
from tests.sync.simulator.world import Direct


def give(office: Laptop, customer: str, to: str) -> None:
    office.sync()
    office.set("customer", customer, owner_id=to)
    assert [one.code for one in office.sync().verdicts] == [""]


def held(laptop: Laptop) -> list[dict[str, Any]]:
    laptop.sync()
    return [row for (kind, _), row in laptop.rows.items() if kind == "proposal"]


def test_an_edit_of_a_record_that_was_given_away_meanwhile_is_proposed(join: Join) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    customer = north.create("customer", name="A", phone="1")
    north.sync()
    north.set("customer", customer, phone="2")
    late = new_id().hex
    north.tx(("create", "contact", late, {"name": "B", "customer_id": customer}, 0), command="contact.new")
    give(office, customer, south.user)
    answers = north.sync().verdicts
    assert [(one.kind, one.code, one.version) for one in answers] == [("rejected", "proposed", 0)] * 2
    assert "put your change before" in answers[0].en
    first, second = held(south)
    assert (first["of"], first["of_id"], first["author_id"]) == ("customer", customer, north.user)
    assert (first["state"], first["name"], first["owner_id"]) == ("open", "A", south.user)
    assert first["changes"] == [
        {"kind": "set", "type": "customer", "record": customer, "body": {"phone": ["1", "2"]}}
    ]
    assert second["changes"][0]["body"]["name"] == "B"
    assert south.row("customer", customer)["phone"] == "1"
    assert not held(north)


def test_an_edit_after_a_change_of_team_is_proposed(join: Join) -> None:
    north, mate, admin = join("Li", "North"), join("Wang", "North"), join("Root", "South", "admin")
    customer = mate.create("customer", name="A")
    mate.sync()
    north.sync()
    north.set("customer", customer, name="B")
    admin.sync()
    admin.set("user", north.user, team_id=admin.row("user", admin.user)["team_id"])
    admin.sync()
    assert [one.code for one in north.sync().verdicts] == ["proposed"]
    [proposal] = held(mate)
    assert proposal["owner_id"] == mate.user


def test_who_never_had_a_record_learns_nothing_and_proposes_nothing(join: Join) -> None:
    north, south = join("Li", "North"), join("Zhao", "South")
    theirs = south.create("customer", name="B")
    south.sync()
    north.set("customer", theirs, base=1, name=("B", "mine"))
    north.set("customer", new_id().hex, base=1, name=("B", "mine"))
    north.create("contact", name="C", customer_id=theirs)
    codes = [one.code for one in north.sync().verdicts]
    assert codes == ["not_found"] * 3
    assert not held(south)


@pytest.mark.parametrize(
    "body",
    [{"owner_id": ["x", "y"]}, {"id_number": ["", "1"]}, {"name": "not a pair"}, {"team_id": [None, None]}],
)
def test_what_nobody_could_accept_is_refused_as_ever(join: Join, body: dict[str, Any]) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    customer = north.create("customer", name="A")
    contact = north.create("contact", name="B", customer_id=customer)
    north.sync()
    give(office, customer, south.user)
    north.tx(("set", "contact", contact, body, 1), command="contact.edit")
    assert north.sync().verdicts[0].code in ("not_allowed", "not_found", "invalid")
    assert not held(south)


def test_the_owner_accepts_one_and_refuses_another(server: Server, join: Join, tmp_path: Path) -> None:
    north, office = join("Li", "North"), join("Chen", "Office", "office")
    ann = server.add_user("Ann", "South", "rep")
    customer = north.create("customer", name="A", phone="1", city="X", stage="potential")
    north.sync()
    north.set("customer", customer, phone="2")
    north.create("contact", name="B", customer_id=customer)
    north.set("customer", customer, city="Y")
    give(office, customer, ann)
    north.sync()
    with opened(tmp_path / "ann") as store:
        enrol(store, Direct(server), server.new_code("Ann"))
        sync_once(store, Direct(server))
        phone, contact, city = proposals.waiting(store)
        for one in (phone, contact):
            commands.run(store, store.me(), "proposal.accept", one.id)
        commands.run(store, store.me(), "proposal.refuse", city.id)
        with pytest.raises(Refused):
            commands.run(store, store.me(), "proposal.accept", city.id)
        assert proposals.waiting(store) == []
        report = sync_once(store, Direct(server))
        assert report.verdicts == {"applied": 5}
        with store.reading() as session:
            found = session.query(Customer).one()
            assert (found.phone, found.city) == ("2", "X")
            assert session.query(Contact).one().name == "B"
            assert [one.state for one in session.query(Proposal).order_by(Proposal.id)] == [
                "accepted",
                "accepted",
                "refused",
            ]
    office.sync()
    assert office.row("customer", customer)["phone"] == "2"
