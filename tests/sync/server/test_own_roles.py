"""A role of the office's own: laptop and office say the same, and what it loses leaves its laptops."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from desktop.errors import NotAllowed, Refused, Usage
from desktop.models import leaving, remote
from desktop.models.records import Contact, Customer, Product
from desktop.models.store import Actor
from desktop.rules import roles as rules
from desktop.rules.roles import COST, GROUPS, IDENTITY, ROLES
from desktop.services import commands, integrity
from desktop.services.commands import COMMANDS
from sync.protocol.messages import Person
from sync.server import people, roles
from sync.server.masks import mask_of
from sync.server.permission import new_row  # noqa: F401 - has every command known
from sync.server.roles import Changes
from sync.server.server import Server
from tests.sync.server.conftest import Join
from tests.sync.server.test_masks import COST as PRICE
from tests.sync.server.test_masks import NUMBER, Vault, found, set_up, sync, vault
from tests.sync.server.test_permission_matrix import Case

__all__ = ["vault"]


def make(server: Server, of: str, name: str, changes: Changes | None = None) -> None:
    server.store.write(lambda conn: roles.copy(conn, of, name, "", server.clock()))
    if changes is not None:
        alter(server, name, changes)


def alter(server: Server, name: str, changes: Changes) -> None:
    server.store.write(lambda conn: roles.change(conn, name, changes, COMMANDS, server.clock()))


def hold(server: Server, who: str, role: str) -> None:
    server.store.write(lambda conn: people.set_role(conn, who, role, server.clock()))


OWN = {
    "clerk": ("rep", Changes(scope="own", may_not=("quote.*", "customer.delete"))),
    "lead": ("manager", Changes(scope="team", may=("user.*",), may_not=("*.import",), hides=(COST,))),
    "keeper": ("office", Changes(scope="all", may_not=("*.delete",), hides=(IDENTITY,))),
    "seer": ("auditor", Changes(scope="team", may=("task.*",), shows=(IDENTITY,), hides=(COST,))),
}


@pytest.mark.parametrize("name", OWN)
def test_laptop_and_office_refuse_the_same_to_a_role_of_the_offices_own(tmp_path: Path, name: str) -> None:
    of, changes = OWN[name]
    case = Case(tmp_path / "office", of, False, "", begin=lambda server: make(server, of, name, changes))
    hold(case.server, "Me", name)
    hold(case.server, "Mate", name)
    with case.laptop(tmp_path / "laptop") as store:
        assert store.me().rights.name == name
        here = case.asked_of_the_laptop(store)
    there = case.asked_of_the_office()
    case.server.store.close()
    held = [key for key in here if here[key] != "not_found"]
    assert {key: here[key] for key in held} == {key: there[key] for key in held}
    assert all(there[key] for key in here if here[key] == "not_found")
    assert set(there.values()) >= {"", "not_allowed"}


def test_a_role_that_is_narrowed_takes_what_it_covered_from_the_whole_vault(
    server: Server, join: Join, vault: Vault
) -> None:
    admin, bob = join("Root", "", "admin"), join("Bob", "South")
    make(server, "office", "keeper")
    ann = server.add_user("Ann", "North", "keeper")
    set_up(admin, ann)
    bob.create("customer", name="Zanzibarfirm", owner_id=bob.user, phone="13900000077")
    bob.sync()
    words = (PRICE, NUMBER, "Zanzibarfirm", "zanzibarfirm", "13900000077")
    with vault("Ann") as store:
        with store.reading() as session:
            product = session.query(Product).one().id
        for price in ("8765.43", PRICE):
            commands.run(store, store.me(), "product.edit", product, values={"cost": Decimal(price)})
        sync(store, server)
        assert found(store, *words) == set(words)
        assert store.me().rights.sees == GROUPS
        alter(server, "keeper", Changes(scope="own"))
        sync(store, server)
        assert found(store, *words) == {PRICE, NUMBER}
        alter(server, "keeper", Changes(hides=(COST,)))
        sync(store, server)
        assert found(store, *words) == {NUMBER}
        alter(server, "keeper", Changes(hides=(IDENTITY,), may_not=("customer.edit",)))
        sync(store, server)
        assert found(store, *words) == set()
        with store.reading() as session:
            [customer] = session.query(Customer)
        with pytest.raises(NotAllowed) as refused:
            commands.run(store, store.me(), "customer.edit", customer.id, values={"city": "X"})
        assert "keeper" in refused.value.message.in_language("en")
        assert integrity.verify_chain(store).problems == []
        alter(server, "keeper", Changes(scope="all", shows=(COST, IDENTITY), may=("customer.edit",)))
        sync(store, server)
        commands.run(store, store.me(), "customer.edit", customer.id, values={"city": "X"})
        sync(store, server)
        with store.reading() as session:
            assert {one.name for one in session.query(Customer)} == {"A", "Zanzibarfirm"}
            assert (str(session.query(Product).one().cost), session.query(Contact).one().id_number) == (
                PRICE,
                NUMBER,
            )


def test_a_laptop_that_knows_no_own_roles_gets_the_one_that_was_copied_and_never_more(
    server: Server, join: Join
) -> None:
    make(server, "rep", "clerk", Changes(scope="own", may_not=("customer.edit",)))
    join("Wang", "North")
    old = join("Li", "North", "clerk")
    answer = old.sync()
    assert answer.person is not None
    assert (answer.person.role, answer.person.rights is not None) == ("rep", True)
    assert set(old.cursors) <= {"org", f"user:{old.user}", *[one for one in old.cursors if "team:" in one]}
    record = old.create("customer", name="A", owner_id=old.user)
    old.sync()
    old.set("customer", record, name="B")
    old.set("customer", record, command="customer.beautify", name="C")
    assert [one.code for one in old.sync().verdicts] == ["not_allowed", "not_allowed"]


def test_the_own_role_of_a_built_in_one_is_told_to_nobody(join: Join) -> None:
    answer = join("Li").sync()
    assert answer.person is not None
    assert answer.person.rights is None


def test_who_has_a_changed_role_is_woken(server: Server, join: Join) -> None:
    make(server, "rep", "clerk")
    laptop = join("Li", "North", "clerk")
    before = laptop.cursors["org"]
    alter(server, "clerk", Changes(scope="own"))
    laptop.sync()
    assert laptop.cursors["org"] > before


def test_a_leader_is_also_who_has_a_copy_of_the_manager(server: Server) -> None:
    make(server, "manager", "lead")
    with server.store.read() as conn:
        assert roles.based_on(conn, "manager") == ["manager", "lead"]


def test_what_makes_no_role_is_refused_with_what_to_do(server: Server) -> None:
    make(server, "rep", "clerk")
    for wrong, said in (
        (Changes(scope="world"), "own, team or all"),
        (Changes(shows=("salary",)), "cost, identity"),
        (Changes(may=("qoute.issue",)), "qoute.issue"),
    ):
        with pytest.raises(Usage) as usage:
            alter(server, "clerk", wrong)
        assert said in usage.value.message.in_language("en")
    with pytest.raises(Refused) as refused:
        alter(server, "clerk", Changes(may=("user.edit",)))
    assert "user.*" in refused.value.message.in_language("en")
    with pytest.raises(Refused) as refused:
        alter(server, "rep", Changes(scope="own"))
    assert "role copy rep" in refused.value.message.in_language("en")
    for taken in ("clerk", "admin"):
        with pytest.raises(Refused):
            make(server, "rep", taken)
    with pytest.raises(Usage):
        make(server, "rep", "two words")
    with pytest.raises(Refused):
        hold(server, server.add_user("Li"), "wizard")


def test_a_role_goes_when_nobody_has_it(server: Server) -> None:
    make(server, "rep", "clerk")
    user = server.add_user("Li", "North", "clerk")
    with pytest.raises(Refused):
        server.store.write(lambda conn: roles.remove(conn, "clerk", server.clock()))
    hold(server, user, "rep")
    server.store.write(lambda conn: roles.remove(conn, "clerk", server.clock()))
    with server.store.read() as conn:
        assert [role.name for role in roles.every(conn)] == list(ROLES)


def test_a_copy_of_a_copy_stands_on_the_built_in_role(server: Server) -> None:
    make(server, "rep", "clerk", Changes(may_not=("task.*",)))
    make(server, "clerk", "{junior}"[1:-1], Changes(may=("task.*",)))
    with server.store.read() as conn:
        junior = roles.find(conn, "junior")
    assert (junior.base, junior.may("task.new"), junior.may("user.new")) == ("rep", True, False)
    assert rules.of_facts(rules.as_facts(junior)) == junior


def test_every_mask_that_a_role_may_have_is_known_to_laptops() -> None:
    names = set()
    for sees in rules.every_sight():
        mask = mask_of(replace(ROLES["rep"], sees=sees))
        names.add(mask.name)
        hidden = leaving.hidden_by(mask.name)
        assert {f"{kind}.{one}" for kind, fields in hidden.items() for one in fields} == mask.fields
    assert len(names) == 2 ** len(GROUPS)


def test_an_unknown_right_of_a_newer_office_gives_nothing() -> None:
    facts = {**rules.as_facts(ROLES["rep"]), "scope": "galaxy", "sees": ["salary"], "base": "rep"}
    role = rules.of_facts(facts)
    assert (role.scope, role.sees) == ("own", frozenset())


def test_the_vault_of_an_older_program_holds_no_more_and_may_no_more(
    server: Server, join: Join, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It drops what it does not know: the role stays the copied one, streams and masks are the copy's."""
    monkeypatch.setattr(remote, "actor_of", without_own_role)
    monkeypatch.setattr(rules, "every_sight", lambda: iter({role.sees for role in ROLES.values()}))
    admin, bob = join("Root", "", "admin"), join("Bob", "South")
    make(server, "office", "keeper")
    ann = server.add_user("Ann", "North", "keeper")
    set_up(admin, ann)
    bob.create("customer", name="Zanzibarfirm", owner_id=bob.user)
    bob.sync()
    words = (PRICE, NUMBER, "Zanzibarfirm", "zanzibarfirm")
    with vault("Ann") as store:
        assert store.me().own is None
        assert found(store, *words) >= {NUMBER, "Zanzibarfirm"}
        alter(server, "keeper", Changes(scope="own", hides=(COST, IDENTITY), may_not=("customer.edit",)))
        sync(store, server)
        assert found(store, *words) == set()
        with store.reading() as session:
            [customer] = session.query(Customer)
        commands.run(store, store.me(), "customer.edit", customer.id, values={"city": "X"})
        sync(store, server)
        with store.reading() as session:
            assert [one.city for one in session.query(Customer)] == [""]
        admin.sync()
        assert admin.row("customer", customer.id.hex)["city"] in ("", None)


def without_own_role(person: Person) -> Actor:
    """What a program makes of the answer that knows no roles of an office's own."""
    return Actor(
        UUID(hex=person.user), person.name, person.role, UUID(hex=person.team) if person.team else None
    )


def test_a_copy_made_before_there_were_approvals_makes_no_rules() -> None:
    older = replace(ROLES["rep"], name="junior", base="rep", refused=("product.edit",))
    assert not any(
        older.may(f"{kind}.new") for kind in ("approval_rule", "delegation", "promotion", "coupon")
    )
    assert older.may("quote.new")
    assert not older.may("product.edit")
    told = replace(older, commands=("*", "promotion.*"))
    assert told.may("promotion.new")
    assert replace(older, base="manager").may("delegation.new")
