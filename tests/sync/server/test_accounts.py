"""People, codes and laptops: who gets in, how often they may try, and who is shown the door."""

import pytest
from sqlalchemy.exc import OperationalError

from desktop.errors import NotFound, Refused
from desktop.words import msg
from sync.protocol import codec, messages
from sync.protocol.messages import Enrol, Enrolled
from sync.protocol.pins import LETTERS
from sync.server.server import Server
from tests.sync.server import laptop as by_hand
from tests.sync.server.conftest import Clock, Join
from tests.sync.server.laptop import Laptop


def refusal(laptop: Laptop, code: str) -> tuple[int, str]:
    with pytest.raises(by_hand.Refused) as refused:
        laptop.enrol(code)
    return refused.value.status, refused.value.problem.code


def test_a_code_lets_one_laptop_in(server: Server) -> None:
    user = server.add_user("李雷", "华东", "rep")
    code = server.new_code("李雷")
    assert len(code) == 8
    assert set(code) <= set(LETTERS)
    first = Laptop(server)
    typed = f" {code[:4].lower()}-{code[4:]} "
    answer = first.enrol(typed)
    assert (answer.person.user, answer.person.name, answer.person.role) == (user, "李雷", "rep")
    assert (answer.device, len(answer.short), answer.protocol, answer.server) == (
        first.device,
        3,
        1,
        server.store.office,
    )
    assert [(lease.series, lease.first, lease.last) for lease in answer.leases] == [
        ("IR", 1, 50),
        ("SC", 1, 50),
        ("SO", 1, 50),
        ("SQ", 1, 50),
    ]
    again = first.enrol(code)
    assert (again.short, again.leases) == (answer.short, [])
    assert refusal(Laptop(server), code) == (403, "code")
    first.sync()
    assert first.row("device", first.device)["code"] == answer.short
    assert first.row("user", user)["name"] == "李雷"


def test_a_code_lives_ten_minutes(server: Server, clock: Clock) -> None:
    server.add_user("Li")
    code = server.new_code("Li")
    clock.now += 10 * 60_000
    assert refusal(Laptop(server), code) == (403, "code")


def test_a_code_bears_five_wrong_tries(server: Server) -> None:
    server.add_user("Li")
    code = server.new_code("Li")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for _ in range(4):
        assert refusal(Laptop(server), wrong) == (403, "code")
    spared = server.new_code("Li")
    assert Laptop(server).enrol(spared)
    assert refusal(Laptop(server), wrong) == (403, "code")
    assert refusal(Laptop(server), code) == (403, "code")


def test_wrong_codes_of_a_stranger_cost_nobody_a_try(server: Server) -> None:
    server.add_user("Li")
    code = server.new_code("Li")
    finder = "000" if code[:3] != "000" else "111"
    for _ in range(20):
        assert refusal(Laptop(server), finder + code[3:]) == (403, "code")
    assert refusal(Laptop(server), "") == (403, "code")
    assert Laptop(server).enrol(code)


def test_a_laptop_cannot_take_anothers_place(server: Server, join: Join) -> None:
    laptop = join("Li")
    thief = Laptop(server, device=laptop.device)
    assert refusal(thief, server.new_code("Li")) == (403, "code")
    former = Laptop(server)
    wish = Enrol(device=former.device, key=former.public, name="x", previous=laptop.device)
    with pytest.raises(by_hand.Refused) as refused:
        former.call("POST", messages.DEVICES, wish, Enrolled)
    assert refused.value.problem.code == "bad_signature"
    former.device = laptop.device
    with pytest.raises(by_hand.Refused) as refused:
        former.call("POST", messages.DEVICES, wish, Enrolled)
    assert refused.value.problem.code == "bad_signature"


@pytest.mark.parametrize(
    "change", [{"device": "x"}, {"device": "0" * 32}, {"key": "zz"}, {"key": "ab"}, {"protocols": [99]}]
)
def test_a_malformed_enrolment_is_refused(server: Server, change: dict[str, object]) -> None:
    server.add_user("Li")
    laptop = Laptop(server)
    wish = {
        "device": laptop.device,
        "key": laptop.public,
        "name": "x",
        "code": server.new_code("Li"),
        **change,
    }
    answer = laptop.ask("POST", messages.DEVICES, codec.encode(Enrol(**wish)))
    assert answer.status in (400, 401, 426)


def test_a_revoked_laptop_has_no_heir_and_does_not_come_back(server: Server, join: Join) -> None:
    laptop = join("Li")
    assert server.revoke(laptop.device) == laptop.device
    assert server.revoke(laptop.device) == laptop.device
    assert refusal(laptop, server.new_code("Li")) == (403, "revoked")
    successor = Laptop(server)
    wish = Enrol(device=successor.device, key=successor.public, name="x", previous=laptop.device)
    with pytest.raises(by_hand.Refused) as refused:
        laptop.call("POST", messages.DEVICES, wish, Enrolled)
    assert (refused.value.status, refused.value.problem.code) == (401, "wipe")
    listed = server.devices()
    assert [(one["user"], one["name"], one["revoked_at"] is not None) for one in listed] == [
        ("Li", "laptop", True)
    ]


def test_people_are_told_apart(server: Server) -> None:
    first = server.add_user("Li", "North")
    with pytest.raises(Refused):
        server.add_user(" Li ", "South")
    with pytest.raises(Refused):
        server.add_user("Wang", "North", "king")
    with pytest.raises(Refused):
        server.add_user("  ")
    with pytest.raises(Refused):
        server.add_user("x" * 201)
    with pytest.raises(NotFound):
        server.new_code("Nobody")
    with pytest.raises(NotFound):
        server.new_code("0" * 32)
    with pytest.raises(NotFound):
        server.revoke("000")
    assert server.new_code(first)


def test_members_of_one_team_share_it(server: Server, join: Join) -> None:
    assert join("Li").sync().person.team == join("Wang").sync().person.team != ""


def test_the_offices_log_shows_what_was_done_and_what_was_changed_in_it(server: Server, join: Join) -> None:
    laptop = join("Li")
    laptop.create("customer", name="A")
    laptop.sync()
    wrong, rows = server.check_audit()
    assert (wrong, rows) == (0, 4)
    server.store.write(lambda conn: conn.exec_driver_sql("UPDATE office_audit SET at = at + 1 WHERE seq = 2"))
    assert server.check_audit() == (2, 4)
    server.store.write(lambda conn: conn.exec_driver_sql("UPDATE office_audit SET at = at - 1 WHERE seq = 2"))
    assert server.check_audit() == (0, 4)
    server.store.write(lambda conn: conn.exec_driver_sql("DELETE FROM office_audit WHERE seq = 3"))
    assert server.check_audit() == (3, 3)


def test_no_code_is_given_out_twice(server: Server) -> None:
    server.add_user("Li")
    first = server.new_code("Li")
    places = [LETTERS.index(letter) for letter in first]
    scripted = iter([*places, *places[:3], *[(place + 1) % 32 for place in places], *([9] * 99)])
    server.choose = lambda _most: next(scripted)
    second = server.new_code("Li")
    assert second[:3] != first[:3]
    shorts = iter([1, 2, 3, 1, 2, 3, 1, 2, 4])
    server.choose = lambda _most: next(shorts)
    assert Laptop(server).enrol(first).short != Laptop(server).enrol(second).short


def test_a_busy_office_asks_for_patience_and_says_why_in_its_own_output(
    join: Join, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    laptop = join("Li")
    errors = iter(
        [
            OperationalError("SELECT", {"name": "Acme"}, Exception("database is locked")),
            Refused(msg("The disk is full.")),
        ]
    )

    def fail(_work: object, *, waits: bool = True) -> None:
        raise next(errors)

    monkeypatch.setattr(server.store, "write", fail)
    for _ in range(2):
        answer = laptop.ask("POST", messages.SYNC, codec.encode(laptop.request()))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert codec.decode(answer.body, messages.Problem).code == "busy"
    assert [one.getMessage() for one in caplog.records] == [
        "/v1/sync: OperationalError: database is locked",
        "/v1/sync: Refused: The disk is full.",
    ]
