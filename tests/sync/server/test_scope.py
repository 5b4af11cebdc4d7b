"""Who holds what: two people's streams, the way of a record from one to the other, and what each role may
do.
"""

import pytest

from desktop.models.record import new_id
from desktop.rules.roles import ROLES
from sync.protocol import messages
from sync.server.server import Server
from tests.sync.server.conftest import Join
from tests.sync.server.laptop import Laptop, Refused


def customers(laptop: Laptop) -> set[str]:
    return {key for kind, key in laptop.rows if kind == "customer"}


def test_two_teams_share_the_firm_and_nothing_else(join: Join) -> None:
    north, south = join("Li", "North"), join("Zhao", "South")
    mine = north.create("customer", name="A", owner_id=north.user)
    theirs = south.create("customer", name="B", owner_id=south.user)
    north.sync()
    south.sync()
    north.sync()
    assert customers(north) == {mine}
    assert customers(south) == {theirs}
    assert set(north.cursors) & set(south.cursors) == {"org"}
    with pytest.raises(Refused) as refused:
        north.snapshot(f"user:{south.user}")
    assert (refused.value.status, refused.value.problem.code) == (404, "stream")
    wish = messages.DigestRequest(stream=f"user:{south.user}")
    with pytest.raises(Refused):
        north.call("POST", messages.DIGEST, wish, messages.DigestResponse)
    north.cursors[f"user:{south.user}"] = 0
    north.sync()
    assert customers(north) == {mine}


def test_nobody_writes_what_they_cannot_see_nor_learns_that_it_exists(join: Join) -> None:
    north, south = join("Li", "North"), join("Zhao", "South")
    theirs = south.create("customer", name="B", owner_id=south.user)
    south.sync()
    north.set("customer", theirs, base=1, name=("B", "mine"))
    north.tx(("delete", "customer", theirs, {}, 1))
    north.create("contact", name="C", customer_id=theirs)
    north.create("customer", name="D", owner_id=south.user)
    codes = [verdict.code for verdict in north.sync().verdicts]
    assert codes[:2] == ["not_found", "not_found"]
    assert set(codes[2:]) <= {"not_found", "not_allowed"}
    south.sync()
    assert south.row("customer", theirs)["name"] == "B"


def test_a_team_mate_reads_and_edits(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    record = first.create("customer", name="A", owner_id=first.user)
    first.sync()
    second.sync()
    second.set("customer", record, name="B")
    assert second.sync().verdicts[0].kind == "applied"


def test_what_nobody_owns_belongs_to_whoever_brings_it(join: Join) -> None:
    laptop = join("Li")
    nobody = laptop.create("customer", name="A")
    stranger = laptop.create("customer", name="B", owner_id=new_id().hex)
    laptop.sync()
    assert laptop.row("customer", nobody)["owner_id"] == laptop.user
    assert laptop.row("customer", stranger)["owner_id"] == laptop.user


def test_a_customer_that_changes_hands_takes_its_parts_along(join: Join) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    customer = north.create("customer", name="A", owner_id=north.user)
    contact = north.create("contact", name="B", customer_id=customer)
    north.sync()
    south.sync()
    office.sync()
    assert office.row("contact", contact)["owner_id"] == north.user
    office.tx(
        ("assign", "customer", customer, {"owner_id": [north.user, south.user]}, 1), command="customer.assign"
    )
    verdict = office.sync().verdicts[0]
    assert (verdict.kind, verdict.version) == ("applied", 2)
    answer = north.sync()
    removed = [removal for part in answer.page.parts for removal in part.removals]
    assert sorted((one.flag, one.record) for one in removed) == sorted(
        [("move", customer), ("move", contact)]
    )
    assert not customers(north)
    south.sync()
    assert south.row("customer", customer)["owner_id"] == south.user
    assert south.row("contact", contact)["owner_id"] == south.user
    assert south.row("contact", contact)["version"] == 2


@pytest.mark.parametrize("kind", ["quote", "task"])
def test_what_hangs_on_a_record_that_changes_hands_goes_with_it(join: Join, kind: str) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    customer = north.create("customer", name="A", owner_id=north.user)
    record = north.create(kind, name="Q", customer_id=customer, owner_id=north.user)
    about = {"of": kind, "of_id": record, "owner_id": north.user}
    file = {"name": "Q.pdf", "size": 9, "sha256": "ab" * 32, "purpose": "signed", **about}
    paper = north.create("attachment", "attachment.attach", **file)
    stays = north.create("attachment", "attachment.attach", **file | {"of": "customer", "sha256": "cd" * 32})
    hung = {("attachment", paper)}
    if kind == "task":
        hung.add(("comment", north.create("comment", text="?", author="Li", **about)))
    assert {verdict.kind for verdict in north.sync().verdicts} == {"applied"}
    office.sync()
    body = {"owner_id": [north.user, south.user]}
    office.tx(("assign", kind, record, body, 1), command=f"{kind}.assign")
    assert office.sync().verdicts[0].kind == "applied"
    removed = [one for part in north.sync().page.parts for one in part.removals]
    assert {(one.type, one.record) for one in removed if one.flag == "move"} == {(kind, record), *hung}
    south.sync()
    assert {south.row(*key)["owner_id"] for key in hung} == {south.user}
    assert ("attachment", paper) not in north.rows
    assert ("attachment", stays) in north.rows
    asked = [laptop.ask("HEAD", messages.BLOBS + "ab" * 32).status for laptop in (south, north)]
    assert asked == [200, 404]


def test_a_rep_cannot_hand_a_customer_to_another_team(join: Join) -> None:
    north, south = join("Li", "North"), join("Zhao", "South")
    customer = north.create("customer", name="A", owner_id=north.user)
    north.tx(
        ("assign", "customer", customer, {"owner_id": [north.user, south.user]}, 1), command="customer.assign"
    )
    assert [one.code for one in north.sync().verdicts] == ["", "not_allowed"]


def test_a_new_line_lives_where_its_quote_lives(join: Join) -> None:
    first, second = join("Li"), join("Wang")
    customer = first.create("customer", name="A", owner_id=first.user)
    first.sync()
    second.sync()
    contact = second.create("contact", name="B", customer_id=customer, owner_id=second.user)
    second.sync()
    assert second.row("contact", contact)["owner_id"] == first.user
    other = second.create("customer", name="C", owner_id=second.user)
    second.set("contact", contact, customer_id=other)
    second.sync()
    assert second.row("contact", contact)["owner_id"] == second.user


def test_what_is_said_about_a_product_is_for_all_and_about_a_task_for_whoever_has_it(join: Join) -> None:
    office, rep, other = join("Shen", role="admin"), join("Li", "North"), join("Zhao", "South")
    product = office.create("product", name="SAT", sku="SAT-1")
    office.sync()
    rep.sync()
    task = rep.create("task", name="Tidy up", owner_id=rep.user)
    rep.sync()
    about = {"owner_id": rep.user, "of": "product", "of_id": product, "author": "Li"}
    said = rep.create("comment", text="Long delivery", **about)
    inner = rep.create("comment", text="By Friday", **{**about, "of": "task", "of_id": task})
    unknown = rep.create("comment", text="?", **{**about, "of_id": new_id().hex})
    assert [verdict.kind for verdict in rep.sync().verdicts] == ["applied", "applied", "rejected"]
    other.sync()
    assert {key for kind, key in other.rows if kind == "comment"} == {said}
    assert (other.row("comment", said)["owner_id"], rep.row("comment", inner)["owner_id"]) == (None, rep.user)
    rep.set("comment", said, text="Long delivery, 8 weeks")
    assert rep.sync().verdicts[0].kind == "applied"
    office.sync()
    assert office.row("comment", said)["text"] == "Long delivery, 8 weeks"
    assert ("comment", unknown) not in office.rows


def test_what_somebody_said_is_changed_by_them_and_by_an_administrator_alone(join: Join) -> None:
    admin, rep, other = join("Shen", role="admin"), join("Li", "North"), join("Zhao", "North", "manager")
    product = admin.create("product", name="SAT", sku="SAT-1")
    admin.sync()
    rep.sync()
    theirs = rep.create("customer", name="A", owner_id=rep.user)
    about = {"of": "product", "of_id": product, "author": "Li", "author_id": other.user}
    loose = rep.create("comment", text="Long delivery", **about)
    tied = rep.create("comment", text="He is away", customer_id=theirs, author="Li")
    rep.sync()
    other.sync()
    assert {other.row("comment", one)["author_id"] for one in (loose, tied)} == {rep.user}
    for one in (loose, tied):
        other.set("comment", one, text="Short delivery")
        other.set("comment", one, command="comment.sharpen", text="Short delivery")
        other.set("comment", one, command="customer.edit", text="Short delivery")
        other.tx(("delete", "comment", one, {}, 1))
    other.tx(("delete", "comment", loose, {}, 1), command="customer.delete")
    other.set("comment", loose, author_id=other.user)
    verdicts = other.sync().verdicts
    assert len(verdicts) == 10
    assert {verdict.kind for verdict in verdicts} == {"rejected"}
    along = (("delete", kind, one, {}, 1) for kind, one in (("comment", tied), ("customer", theirs)))
    other.tx(*along, command="customer.delete")
    rep.set("comment", loose, text="8 weeks")
    for laptop in (other, rep):
        assert {verdict.kind for verdict in laptop.sync().verdicts} == {"applied"}
    admin.sync()
    admin.tx(("delete", "comment", loose, {}, admin.row("comment", loose)["version"]))
    assert [verdict.kind for verdict in admin.sync().verdicts] == ["applied"]


def test_a_change_of_role_and_team_changes_what_comes(join: Join) -> None:
    north, south, admin = join("Li", "North"), join("Zhao", "South"), join("Root", "", "admin")
    theirs = south.create("customer", name="B", owner_id=south.user)
    south.sync()
    admin.sync()
    team = admin.row("user", south.user)["team_id"]
    admin.set("user", north.user, team_id=team)
    assert admin.sync().verdicts[0].kind == "applied"
    answer = north.sync()
    assert answer.person.team == team
    assert customers(north) == {theirs}
    admin.set("user", north.user, role="auditor")
    admin.sync()
    north.set("customer", theirs, name="C")
    assert north.sync().verdicts[0].code == "not_allowed"
    admin.set("user", north.user, active=False)
    admin.sync()
    with pytest.raises(Refused) as refused:
        north.sync()
    assert refused.value.problem.code == "revoked"


MAY = {
    # role → (own customer, foreign customer, product, user)
    "rep": ("", "not_found", "", "not_allowed"),
    "manager": ("", "", "", "not_allowed"),
    "office": ("", "", "", "not_allowed"),
    "auditor": ("not_allowed", "not_allowed", "not_allowed", "not_allowed"),
    "admin": ("", "", "", ""),
}


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_may_what_its_list_says(role: str, join: Join, server: Server) -> None:
    other = join("Other", "Elsewhere")
    foreign = other.create("customer", name="F", owner_id=other.user)
    other.sync()
    laptop = join("Somebody", "Here", role)
    product = laptop.create("customer", name="A")
    laptop.set("customer", foreign, base=1, name=("F", "G"))
    product = laptop.create("product", name="P", sku="1")
    laptop.set("user", other.user, base=1, name=("Other", "Else"))
    assert tuple(verdict.code for verdict in laptop.sync().verdicts) == MAY[role]
    assert ("product", product) in laptop.rows or MAY[role][2]


def test_a_false_name_of_a_command_opens_no_door(join: Join) -> None:
    laptop = join("Li")
    laptop.tx(("create", "tax_rate", new_id().hex, {"name": "P"}, 0), command="customer.new")
    laptop.tx(("set", "user", laptop.user, {"role": ["rep", "admin"]}, 1), command="customer.edit")
    assert [verdict.code for verdict in laptop.sync().verdicts] == ["not_allowed", "not_allowed"]


def test_an_unknown_role_sees_the_directory_and_changes_nothing(join: Join) -> None:
    laptop, admin = join("Li"), join("Root", "", "admin")
    admin.sync()
    admin.set("user", laptop.user, role="wizard")
    admin.sync()
    laptop.create("customer", name="A")
    answer = laptop.sync()
    assert [one.code for one in answer.verdicts] == ["not_allowed"]
    assert [head.stream for head in answer.heads] == ["org"]


def test_a_link_to_what_one_may_not_see_comes_with_its_name_and_no_more(join: Join) -> None:
    north, office = join("Li", "North"), join("Chen", "Office", "office")
    south = join("Zhao", "South")
    customer = office.create("customer", name="青禾", phone="secret", owner_id=south.user)
    deal = office.create("opportunity", name="Deal", customer_id=customer, owner_id=north.user)
    office.sync()
    answer = north.sync()
    assert answer.page.stubs == [messages.Stub("customer", customer, "青禾")]
    assert customers(north) == set()
    assert north.row("opportunity", deal)["customer_id"] == customer
    fresh = Laptop(north.server)
    fresh.enrol(north.server.new_code("Li"))
    page = fresh.call("GET", f"{messages.SNAPSHOT}user:{north.user}", None, messages.Snapshot)
    assert page.stubs == [messages.Stub("customer", customer, "青禾")]
    assert not office.sync().page.stubs


def test_a_customer_that_leaves_its_deal_behind_leaves_its_name(join: Join) -> None:
    north, south, office = join("Li", "North"), join("Zhao", "South"), join("Chen", "Office", "office")
    linked, loose = (north.create("customer", name=name, owner_id=north.user) for name in ("青禾", "B"))
    quote = north.create("quote", name="Q", customer_id=linked, owner_id=north.user)
    north.sync()
    office.sync()
    for customer in (linked, loose):
        office.set("customer", customer, owner_id=south.user)
    office.sync()
    answer = north.sync()
    assert answer.page.stubs == [messages.Stub("customer", linked, "青禾")]
    assert customers(north) == set()
    assert ("quote", quote) in north.rows
