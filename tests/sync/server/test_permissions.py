"""The office asks what the laptop asks: the command, what it may write, whether it makes sense now."""

import pkgutil
import sys
from typing import Any

import pytest

from desktop import services
from desktop.models import certificates
from desktop.models.record import RECORDS, new_id
from desktop.rules.roles import ROLES
from desktop.services.commands import COMMANDS
from sync.server import permission  # noqa: F401 - has every command known
from sync.server.server import Server
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_quotes import Draft


@pytest.fixture
def draft(join: Join) -> Draft:
    return Draft(join("Li"), join("Wang"))


def codes(laptop: Laptop) -> list[str]:
    return [verdict.code for verdict in laptop.sync().verdicts]


def step(laptop: Laptop, quote: str, old: str, new: str, command: str) -> None:
    body = {"field": "stage", "from": old, "to": new}
    laptop.tx(("transition", "quote", quote, body, laptop.row("quote", quote)["version"]), command=command)


def tasks(laptop: Laptop) -> list[dict[str, Any]]:
    laptop.sync()
    return [row for (kind, _), row in laptop.rows.items() if kind == "task"]


def test_a_command_writes_what_it_declares_and_nothing_else(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    laptop.sync()
    laptop.set("customer", customer, command="contact.edit", name="B")
    laptop.tx(("delete", "customer", customer, {}, 1), command="customer.edit")
    laptop.tx(("create", "task", new_id().hex, {"name": "T"}, 0), command="customer.new")
    laptop.set("customer", customer, phone="1")
    assert codes(laptop) == ["writes", "writes", "writes", ""]
    assert laptop.row("customer", customer)["name"] == "A"


def test_what_only_its_own_command_leads_is_not_edited(draft: Draft) -> None:
    laptop = draft.first
    laptop.sync()
    laptop.set("quote", draft.quote, number="SQ-1")
    laptop.set("quote", draft.quote, needs_review=False)
    step(laptop, draft.quote, "draft", "issued", "quote.edit")
    laptop.set("quote", draft.quote, name="Project")
    assert codes(laptop) == ["writes", "writes", "writes", ""]


def test_one_refused_operation_takes_its_command_along_and_no_other(join: Join) -> None:
    laptop = join("Li")
    first, second = laptop.create("customer", name="A"), laptop.create("customer", name="B")
    name = new_id().hex
    laptop.tx(
        ("create", "contact", name, {"name": "C", "customer_id": first}, 0),
        ("create", "task", new_id().hex, {"name": "T"}, 0),
        command="contact.new",
    )
    assert codes(laptop) == ["", "", "writes", "writes"]
    assert {("customer", first), ("customer", second)} <= set(laptop.rows)
    assert ("contact", name) not in laptop.rows


def test_a_command_of_a_newer_laptop_is_judged_by_its_fields_alone(join: Join) -> None:
    rep, auditor = join("Li"), join("Chen", "North", "auditor")
    customer = rep.create("customer", name="A")
    rep.set("customer", customer, base=1, command="customer.beautify", name=("A", "B"))
    rep.tx(("create", "tax_rate", new_id().hex, {"name": "T"}, 0), command="customer.beautify")
    assert codes(rep) == ["", "", "not_allowed"]
    auditor.set("customer", customer, base=1, command="customer.beautify", name=("B", "C"))
    assert codes(auditor) == ["not_allowed"]


def test_a_field_of_a_newer_laptop_goes_through_its_command(join: Join) -> None:
    laptop = join("Li")
    customer = laptop.create("customer", name="A")
    laptop.set("customer", customer, base=1, mood=(None, "good"))
    assert codes(laptop) == ["", ""]
    assert laptop.row("customer", customer)["unknown"] == {"mood": "good"}


def test_a_request_that_makes_no_sense_any_more_is_refused(draft: Draft) -> None:
    line = {"quote_id": draft.quote, "kind": "item", "rank": "c"}
    draft.issue(draft.first)
    draft.first.sync()
    late = new_id().hex
    draft.second.tx(("create", "quote_line", late, line, 0), command="quote.add_line")
    draft.second.tx(("set", "quote", draft.quote, {"needs_review": [False, True]}, 1), command="quote.accept")
    assert codes(draft.second) == ["state", "writes"]
    assert ("quote_line", late) not in draft.second.rows


def test_an_answer_to_a_quote_and_its_undo_make_sense(draft: Draft) -> None:
    laptop = draft.first
    laptop.sync()
    step(laptop, draft.quote, "draft", "accepted", "quote.accept")
    draft.issue(laptop)
    assert [verdict.kind for verdict in laptop.sync().verdicts] == ["conflict", *["applied"] * 3]
    step(laptop, draft.quote, "issued", "declined", "quote.decline")
    step(laptop, draft.quote, "declined", "draft", "quote.revise")
    assert codes(laptop) == ["", ""]
    assert laptop.row("quote", draft.quote)["stage"] == "draft"


def test_the_undo_of_a_command_carries_its_name(draft: Draft) -> None:
    """Undo leads back to where the command makes sense; it need not make sense where it starts."""
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    draft.first.sync()
    draft.second.sync()
    draft.second.set("quote", draft.quote, command="quote.confirm", needs_review=False)
    assert codes(draft.second) == [""]
    draft.second.set("quote", draft.quote, command="quote.confirm", needs_review=True)
    assert codes(draft.second) == [""]
    assert draft.needs_review(draft.second)


def test_two_who_answer_the_same_are_of_one_mind_and_two_who_differ_are_asked(draft: Draft) -> None:
    draft.issue(draft.first)
    draft.first.sync()
    draft.second.sync()
    step(draft.first, draft.quote, "issued", "accepted", "quote.accept")
    assert codes(draft.first) == [""]
    step(draft.second, draft.quote, "issued", "accepted", "quote.accept")
    step(draft.second, draft.quote, "issued", "declined", "quote.decline")
    answers = draft.second.sync().verdicts
    assert [one.kind for one in answers] == ["applied", "conflict"]
    assert [(loss.mine, loss.theirs) for loss in answers[1].losses] == [("declined", "accepted")]


def test_what_has_happened_is_recorded_and_somebody_is_told(join: Join) -> None:
    """A quote issued offline, whose total somebody else had changed by then: the customer has the paper."""
    chief = join("Chief", "North", "manager")
    draft = Draft(join("Li"), join("Wang"))
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    snapshot = draft.issue(draft.second)
    draft.first.sync()
    assert [one.kind for one in draft.second.sync().verdicts] == ["applied"] * 4
    assert draft.second.row("quote_revision", draft.revision)["snapshot"] == snapshot
    assert draft.second.row("quote", draft.quote)["stage"] == "issued"
    [told] = tasks(chief)
    assert (told["owner_id"], told["priority"]) == (chief.user, "high")
    assert told["customer_id"] == draft.customer
    assert "confirm" in told["remark"]
    assert told["name"]


def test_without_a_manager_the_owner_is_told(draft: Draft) -> None:
    draft.price(draft.first, 0, "90")
    draft.price(draft.second, 1, "80")
    draft.issue(draft.second)
    draft.first.sync()
    draft.second.sync()
    [told] = tasks(draft.first)
    assert told["owner_id"] == draft.first.user


def test_every_command_that_a_laptop_knows_is_known_here(server: Server) -> None:
    assert server
    assert {f"{name}.edit" for name, cls in RECORDS.items() if not cls.__private__} <= set(COMMANDS)
    assert {"quote.issue", "customer.import", "inbox.resolve"} <= set(COMMANDS)
    there = {f"{services.__name__}.{found.name}" for found in pkgutil.iter_modules(services.__path__)}
    assert there <= set(sys.modules)


def test_what_a_command_says_it_writes_is_there() -> None:
    wrong = [
        f"{command.name}: {written}"
        for command in COMMANDS.values()
        for written in command.writes
        if not _exists(*written.split("."))
    ]
    assert wrong == []


def _exists(record_type: str, name: str) -> bool:
    return record_type in RECORDS and (name == "deleted_at" or name in RECORDS[record_type].fields())


def test_the_office_vouches_for_the_laptops_of_those_who_may_issue(join: Join) -> None:
    admin = join("Root", role="admin")
    admin.create("organisation", name="A")
    admin.sync()
    key = certificates.public_of(certificates.key_of(bytes(32)))
    given = {role: join(role, role=role).sync(seal=key).seal is not None for role in ROLES}
    assert given == {"rep": True, "manager": True, "office": True, "auditor": False, "admin": True}
