"""Who may do what, whether it makes sense, and that a refusal changes nothing."""

from uuid import UUID, uuid4

import pytest

from desktop.errors import NotAllowed, NotFound, Refused
from desktop.models.record import RECORDS
from desktop.models.records import Customer, Quote
from desktop.models.store import Actor, Changed, Store, Work
from desktop.rules import roles
from desktop.services import (  # noqa: F401 - each registers its commands
    commands,
    imports,
    inbox,
    quotes,
    records,
)
from desktop.services.commands import COMMANDS, Asking
from desktop.services.records import find
from desktop.words import msg
from tests.stores import NOON, customer, product, quote

REP = Actor(UUID(int=1), "林一鸣", "rep")
AUDITOR = Actor(UUID(int=2), "审计", "auditor")


def test_every_record_type_can_be_made_edited_deleted_and_brought_back() -> None:
    for name, cls in RECORDS.items():
        if cls.__private__:
            assert not [one for one in COMMANDS if one.startswith(f"{name}.")]
            continue
        for verb in ("new", "edit", "delete", "restore"):
            found = COMMANDS[f"{name}.{verb}"]
            assert found.on is RECORDS[name]
            assert found.label.in_language("zh") != found.label.in_language("en")


@pytest.mark.parametrize("role", sorted(roles.ROLES))
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_command_asks_the_same_table_as_the_office(role: str, name: str) -> None:
    refused = COMMANDS[name].refusal(None, Asking(Actor(UUID(int=1), "x", role), NOON))
    assert (refused is None) == roles.may(role, name)
    assert refused is None or isinstance(refused, NotAllowed)


def test_what_a_role_holds() -> None:
    assert roles.may("rep", "quote.issue")
    assert roles.may("rep", "customer.import")
    assert not roles.may("rep", "product.edit")
    assert not roles.may("rep", "user.new")
    assert roles.may("manager", "product.edit")
    assert not roles.may("manager", "user.new")
    assert roles.may("admin", "user.new")
    assert not any(roles.may("auditor", name) for name in COMMANDS)
    assert not roles.may("nobody", "customer.new")


def test_a_refused_command_changes_nothing(store: Store) -> None:
    made = customer(store)
    seen: list[Changed] = []
    store.listeners.append(seen.append)
    for actor, values in ((AUDITOR, {"name": "别人"}), (REP, {"name": "", "phone": ""})):
        with pytest.raises(Refused):
            commands.run(store, actor, "customer.edit", made.id, values=values)
    with pytest.raises(NotFound):
        commands.run(store, REP, "customer.edit", uuid4(), values={"name": "x"})
    assert records.find(store, Customer, made.id.hex).title == made.name
    assert seen == []
    commands.run(store, REP, "customer.edit", made.id, values={"name": "新名"})
    assert [(one.by, one.records, one.remote) for one in seen] == [
        ("customer.edit", frozenset({("customer", made.id)}), False)
    ]


def test_a_button_is_grey_with_its_reason(store: Store) -> None:
    made = quote(store, (product(store).id, "2"))
    asking = Asking(store.me(), NOON)

    def reason(name: str) -> str:
        found = records.find(store, Quote, made.id.hex)
        refused = COMMANDS[name].refusal(found, asking)
        return str(refused) if refused else ""

    assert reason("quote.issue") == ""
    assert "draft" in reason("quote.revise")
    assert reason("quote.accept")
    commands.run(store, store.me(), "quote.issue", made.id)
    assert "already" in reason("quote.issue")
    assert reason("quote.revise") == reason("quote.accept") == ""
    assert reason("quote.add_line")


def test_an_edit_to_the_same_value_is_no_change(store: Store) -> None:
    made = customer(store, phone="1")
    seen: list[Changed] = []
    store.listeners.append(seen.append)
    commands.run(store, store.me(), "customer.edit", made.id, values={"phone": "1"})
    assert seen == []


def test_a_command_writes_only_what_it_declares(store: Store) -> None:
    made = customer(store, phone="1")

    @commands.command("test.greedy", label=msg("Customer"), on=Customer, writes=("customer.phone",))
    def greedy(_work: Work, record: Customer, *, website: str) -> None:
        record.phone, record.website = "2", website

    try:
        commands.run(store, store.me(), "test.greedy", made.id, website="")
        with pytest.raises(RuntimeError, match=r"customer\.website"):
            commands.run(store, store.me(), "test.greedy", made.id, website="example.com")
    finally:
        del commands.COMMANDS["test.greedy"]
    kept = find(store, Customer, made.id.hex)
    assert isinstance(kept, Customer)
    assert (kept.phone, kept.website) == ("2", "")
