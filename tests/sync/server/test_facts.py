"""What has happened is recorded, whatever became of the record it happened to."""

from desktop.services.commands import COMMANDS
from sync.server import permission
from tests.sync.server.conftest import Join

assert permission.NOT_ALLOWED  # every command is known


def test_these_commands_are_facts_and_no_others() -> None:
    facts = {name for name, command in COMMANDS.items() if command.fact}
    on_paper = {"quote.issue", "quote.issue_subject", "quote.sign"}
    on_paper |= {"contract.issue", "contract.sign", "contract.sign_here"}
    assert facts == {*on_paper, "interaction.new", "interaction.mailed"}


def test_a_visit_is_recorded_though_its_customer_was_deleted_or_given_away(join: Join) -> None:
    rep, mate, admin, south = join("Li"), join("Wang"), join("Root", "", "admin"), join("Zhao", "South")
    deleted, given = (rep.create("customer", name=name) for name in "AB")
    rep.sync()
    mate.sync()
    admin.sync()
    visits = [rep.create("interaction", name="Visit", customer_id=one) for one in (deleted, given)]
    mate.tx(("delete", "customer", deleted, {}, 1))
    mate.sync()
    admin.set("customer", given, owner_id=south.user)
    admin.sync()
    assert [one.kind for one in rep.sync().verdicts] == ["applied", "applied"]
    mate.sync()
    assert {key for kind, key in mate.rows if kind == "interaction"} == set(visits)
