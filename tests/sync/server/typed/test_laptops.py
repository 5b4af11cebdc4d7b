"""A laptop is lost, a person leaves: typed by the office manager."""

from typing import Any

import pytest

from sync.protocol.wiping import FAREWELL, Farewell, Farewelled
from sync.server import people
from sync.server.server import Server
from tests.sync.server.laptop import Laptop, Refused
from tests.sync.server.typed.conftest import Cli


def test_a_lost_laptop_is_shut_out_and_its_person_goes_on_with_a_new_one(
    cli: Cli, begun: dict[str, Any], office: Server
) -> None:
    office.add_user("李雷")
    lost = Laptop(office)
    lost.enrol(office.new_code("李雷"))
    record = lost.create("customer", name="A")
    lost.sync()
    spare = office.new_code("李雷")
    assert "--confirm" in cli("user", "reset", "李雷", code=2), "this erases: nobody does it by a slip"
    assert "什么都没有改" in cli("user", "reset", "李雷", "--confirm", "李", code=1)
    lost.sync()
    told = cli("user", "reset", "李雷", "--confirm", "李雷")
    assert (told["revoked"], told["wipe"]) == ([lost.device], True)
    with pytest.raises(Refused, match="wipe"):
        lost.sync()
    with pytest.raises(Refused):
        Laptop(office).enrol(spare)
    fresh = Laptop(office)
    fresh.enrol(told["code"])
    fresh.sync()
    assert fresh.row("customer", record)["name"] == "A"
    assert "待擦除" in cli("device", "list", text=True)


def test_a_laptop_erases_itself_or_is_shut_out_alone_and_an_order_can_be_taken_back(
    cli: Cli, begun: dict[str, Any], office: Server
) -> None:
    office.add_user("李雷")
    laptop = Laptop(office)
    laptop.enrol(office.new_code("李雷"))
    for options, send in (([], True), (["--drop-unsent"], False)):
        told = cli("device", "revoke", laptop.device, *options, "--confirm", "laptop")
        assert (told["wipe"], told["send"]) == (True, send)
        with pytest.raises(Refused) as refused:
            laptop.sync()
        assert (refused.value.status, refused.value.problem.data["send"]) == (401, send)
    assert cli("device", "revoke", laptop.device, "--keep")["wipe"] is False
    with pytest.raises(Refused) as refused:
        laptop.sync()
    assert (refused.value.status, refused.value.problem.code) == (403, "revoked")
    assert "已停用" in cli("device", "list", text=True)
    cli("device", "revoke", laptop.device, "--confirm", "laptop")
    laptop.call("POST", FAREWELL, Farewell(laptop.device, done=True), Farewelled)
    assert "已擦除" in cli("device", "revoke", laptop.device, "--keep", code=1)
    assert cli("audit")["ok"]


def test_what_a_leaver_owned_moves_with_one_command(
    cli: Cli, begun: dict[str, Any], office: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SOME", 7)
    for name, team in (("李雷", "华东"), ("韩梅梅", "华南"), ("Jim", "华东")):
        office.add_user(name, team)
    laptops = {}
    for name in ("李雷", "韩梅梅", "Jim"):
        laptops[name] = Laptop(office)
        laptops[name].enrol(office.new_code(name))
        laptops[name].sync()
    leaver = laptops["李雷"]
    owner = {"owner_id": leaver.user}
    customers = [leaver.create("customer", name=f"客户{n}", **owner) for n in range(20)]
    contacts = [leaver.create("contact", name="张三", customer_id=one, **owner) for one in customers[:5]]
    quote = leaver.create("quote", customer_id=customers[0], **owner)
    other = laptops["Jim"].create("customer", name="别人的", owner_id=laptops["Jim"].user)
    for laptop in laptops.values():
        laptop.sync()
    told = cli("user", "reassign", "李雷", "--to", "韩梅梅", "--confirm", "李雷")
    assert told["revoked"] == [leaver.device]
    assert told["moved"]["customer"] == 20
    assert told["moved"]["contact"] == 5
    with pytest.raises(Refused):
        leaver.sync()
    heir = laptops["韩梅梅"]
    heir.sync()
    for kind, ids in (("customer", customers), ("contact", contacts), ("quote", [quote])):
        for one in ids:
            assert heir.row(kind, one)["owner_id"] == heir.user
    assert ("customer", other) not in heir.rows
    mate = laptops["Jim"]
    mate.sync()
    assert not [one for one in customers if ("customer", one) in mate.rows], "they left the team's streams"
    fresh = Laptop(office)
    fresh.enrol(office.new_code("韩梅梅"))
    fresh.sync()
    assert set(customers) <= {record for kind, record in fresh.rows if kind == "customer"}
    again = cli("user", "reassign", "李雷", "--to", "韩梅梅")
    assert again["moved"] == {}
    listed = {one["name"]: one for one in cli("user", "list")}
    assert listed["李雷"]["active"] is False
    assert "没有用户" in cli("code", "李雷", code=3)
    assert "另一个人" in cli("user", "reassign", "Jim", "--to", "Jim", "--keep", code=1)
    assert "唯一的管理员" in cli("user", "reassign", "王芳", "--to", "Jim", code=1)
    assert cli("audit")["ok"]
