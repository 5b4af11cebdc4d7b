"""From the command line: a record lent to a person or a team, seen there, and taken back."""

from tests.stories.people import Laptop

Pair = tuple[Laptop, Laptop]


def test_a_customer_is_lent_to_a_person_and_a_team_and_taken_back(pair: Pair) -> None:
    rep, desk = pair
    made = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    given = rep.json("share", "customer", made, "with", "沈清", "--edit", "--until", "2099-12-31")["id"]
    (told,) = rep.json("shares")
    assert told == {
        "id": given,
        "record": "customer",
        "of": made,
        "title": "苏州星河精密机械有限公司",
        "with": "沈清",
        "team": False,
        "access": "edit",
        "until": "2099-12-31",
    }
    assert "until 2099-12-31" in rep.run("shares", "customer", made).out
    assert rep.json("share", "customer", made, "with", "沈清")["id"] == given
    (told,) = rep.json("shares", "customer", made)
    assert (told["access"], told["until"]) == ("read", None)
    rep.json("share", "customer", "苏州星河精密机械有限公司", "with", "华东")
    assert [one["with"] for one in rep.json("shares") if one["team"]] == ["华东"]
    rep.json("sync")
    desk.json("sync")
    assert len(desk.json("shares", "customer", made)) == 2
    rep.json("unshare", "customer", made, "with", "沈清")
    rep.json("unshare", "customer", made, "with", "华东")
    assert rep.json("shares") == []
    rep.json("sync")
    desk.json("sync")
    assert desk.json("shares") == []


def test_what_cannot_be_lent_is_said(pair: Pair) -> None:
    rep, _ = pair
    made = rep.new_id("customer", "name=苏州星河精密机械有限公司")
    contact = rep.new_id("contact", "name=张建国", f"customer_id={made}")
    rep.fails(1, "share", "contact", contact, "with", "沈清")
    rep.fails(1, "share", "customer", made, "with", "林一鸣")
    rep.fails(1, "share", "customer", made, "with", "沈清", "--until", "someday")
    rep.fails(2, "share", "customer", made, "沈清")
    rep.fails(2, "shares", "customer")
    rep.fails(3, "share", "customer", made, "with", "nobody")
    rep.fails(3, "unshare", "customer", made, "with", "沈清")
    assert rep.json("shares") == []
