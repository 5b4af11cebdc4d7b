"""A sync by file: a letter up, a reply down, the same as over the network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from desktop.errors import Refused
from desktop.models import leases
from desktop.models.remote import Remote
from desktop.models.vault import open_vault
from desktop.rules.chain import START
from desktop.services.profiles import open_store
from sync.client import bundle, keyring
from sync.client.driver import enrol, sync_once
from sync.protocol.messages import Keys
from sync.server import bundle as office_bundle
from sync.server import people
from sync.server import store as office_store
from sync.server.cli import run as server
from sync.server.problems import Refusal
from sync.server.server import Server
from sync.server.tables import DEVICE, VERDICT
from tests.stores import customer, opened
from tests.sync.bundle_firm import Firm, firms, names, rename, said
from tests.sync.simulator.world import Direct


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- there and back


def test_a_first_copy_comes_by_file_and_what_was_typed_goes_by_file(firm: Firm) -> None:
    customer(firm.bob, "Bridge")
    firm.net(firm.bob)
    customer(firm.ann, "Anchor")
    took = firm.by_file(firm.ann)
    assert (took.counts, took.answered, took.more, took.waiting) == ("new", 1, False, 0)
    assert names(firm.ann) == ["Anchor", "Bridge"]
    firm.net(firm.bob)
    assert names(firm.bob) == ["Anchor", "Bridge"]
    assert sync_once(firm.ann, Direct(firm.office)).pulled == 0


def test_after_a_bundle_a_laptop_is_at_rest_and_finds_what_came(firm: Firm) -> None:
    customer(firm.bob, "Bridge")
    firm.net(firm.bob)
    customer(firm.ann, "Anchor")
    firm.by_file(firm.ann)
    now = Remote(firm.ann).known(0, 0)
    assert (now.awaiting, now.unindexed, now.marks) == (False, False, ())
    with firm.ann.reader.connect() as connection:
        assert len(connection.exec_driver_sql("SELECT 1 FROM search_entry").all()) >= 2


def test_a_conflict_comes_back_by_file_into_the_inbox(firm: Firm) -> None:
    made = customer(firm.ann, "Anchor")
    firm.net(firm.ann)
    firm.net(firm.bob)
    rename(firm.bob, made, "Bob's")
    firm.net(firm.bob)
    rename(firm.ann, made, "Ann's")
    firm.by_file(firm.ann)
    assert names(firm.ann) == ["Bob's"]
    with firm.ann.reader.connect() as connection:
        assert len(connection.exec_driver_sql("SELECT 1 FROM inbox").all()) == 1


def test_bundles_leave_the_numbers_of_requests_alone(firm: Firm) -> None:
    firm.net(firm.ann)
    before = firm.ann.local("sequence"), firm.office.devices()
    customer(firm.ann, "Anchor")
    firm.by_file(firm.ann)
    firm.by_file(firm.ann)
    assert firm.ann.local("sequence") == before[0]
    customer(firm.ann, "Bridge")
    firm.net(firm.ann)
    firm.net(firm.bob)
    assert names(firm.bob) == ["Anchor", "Bridge"]


def test_a_letter_taken_in_twice_does_its_work_once(firm: Firm) -> None:
    made = customer(firm.ann, "Anchor")
    first = firm.by_file(firm.ann)
    again = office_bundle.take_in(firm.office, firm.letters[0])
    assert again.again
    rename(firm.ann, made, "Anchors")
    assert bundle.take_in(firm.ann, again.reply).counts == "new"
    assert (first.answered, names(firm.ann)) == (1, ["Anchors"])
    assert firm.by_file(firm.ann).answered == 1
    firm.net(firm.bob)
    assert names(firm.bob) == ["Anchors"]


def test_letters_in_the_wrong_order_are_late_and_no_fork(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    early = bundle.write(firm.ann).data
    customer(firm.ann, "Bridge")
    late = bundle.write(firm.ann).data
    customer(firm.ann, "Crane")
    firm.net(firm.ann)
    replies = [office_bundle.take_in(firm.office, letter) for letter in (late, early, late)]
    assert [one.status for one in replies] == ["ok"] * 3
    before = said(firm.ann)["customer"]
    for reply in reversed(replies):
        bundle.take_in(firm.ann, reply.reply)
    assert said(firm.ann)["customer"] == before
    assert names(firm.ann) == ["Anchor", "Bridge", "Crane"]


def test_replies_in_the_wrong_order_give_every_verdict_and_no_old_row(firm: Firm) -> None:
    made = customer(firm.ann, "Anchor")
    early = office_bundle.take_in(firm.office, bundle.write(firm.ann).data)
    rename(firm.ann, made, "Anchors")
    late = office_bundle.take_in(firm.office, bundle.write(firm.ann).data)
    assert bundle.take_in(firm.ann, late.reply).counts == "new"
    before = said(firm.ann)
    for reply in (early, late, early):
        took = bundle.take_in(firm.ann, reply.reply)
        assert (took.counts, took.answered) == ("old", 0)
    assert said(firm.ann) == before
    assert names(firm.ann) == ["Anchors"]


def test_a_reply_from_before_leaves_what_was_answered_and_cut_off(firm: Firm) -> None:
    """The power went between the verdicts of the newer reply and its rows."""
    made = customer(firm.ann, "Anchor")
    firm.by_file(firm.ann)
    early = office_bundle.take_in(firm.office, bundle.write(firm.ann).data)
    rename(firm.ann, made, "Anchors")
    late = office_bundle.take_in(firm.office, bundle.write(firm.ann).data)
    remote, begun = Remote(firm.ann), iter((False, True))

    def power(name: str) -> None:
        if name == "arriving" and next(begun, False):
            raise KeyboardInterrupt

    remote.point = power
    with pytest.raises(KeyboardInterrupt):
        bundle.take_in(firm.ann, late.reply, remote=remote)
    assert bundle.take_in(firm.ann, early.reply).counts == "new"
    assert names(firm.ann) == ["Anchors"]
    assert bundle.take_in(firm.ann, late.reply).counts == "new"
    assert (names(firm.ann), said(firm.ann)["sync_await"]) == (["Anchors"], [])


def test_what_the_network_brought_since_is_newer_than_a_reply(firm: Firm) -> None:
    made = customer(firm.ann, "Anchor")
    firm.net(firm.ann)
    firm.net(firm.bob)
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data).reply
    rename(firm.bob, made, "Bob's")
    firm.net(firm.bob)
    firm.net(firm.ann)
    before = said(firm.ann)
    assert bundle.take_in(firm.ann, reply).counts == "old"
    assert said(firm.ann) == before


def test_an_old_reply_brings_no_lost_role_or_stream_back(firm: Firm) -> None:
    customer(firm.bob, "Bridge")
    firm.net(firm.bob)
    firm.net(firm.ann)
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data).reply
    move(firm.office, "Ann", "North", "rep")
    customer(firm.ann, "Anchor")
    firm.net(firm.ann)
    assert names(firm.ann) == ["Anchor"]
    bundle.take_in(firm.ann, reply)
    assert names(firm.ann) == ["Anchor"]
    assert firm.ann.me().role == "rep"


def test_a_stream_that_was_lost_leaves_with_a_reply(firm: Firm) -> None:
    customer(firm.bob, "Bridge")
    firm.net(firm.bob)
    firm.net(firm.ann)
    assert names(firm.ann) == ["Bridge"]
    move(firm.office, "Ann", "North", "rep")
    firm.by_file(firm.ann)
    assert names(firm.ann) == []


def move(office: Server, who: str, team: str, role: str) -> None:
    """Somebody goes to another team and role."""
    office.store.write(lambda conn: people.join_team(conn, who, team, office.clock()))
    office.store.write(lambda conn: people.set_role(conn, who, role, office.clock()))


def test_a_long_outbox_and_a_long_answer_go_in_parts(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_OPS", 2)
    monkeypatch.setattr(bundle, "MOST_PUSHES", 2)
    monkeypatch.setattr(office_bundle, "ROWS", 2)
    monkeypatch.setattr(office_bundle, "MOST_BYTES", 3000)
    for place in range(12):
        customer(firm.bob, f"b{place:02}")
    firm.net(firm.bob)
    for place in range(6):
        customer(firm.ann, f"a{place:02}")
    assert bundle.write(firm.ann).left > 0
    rounds = [firm.by_file(firm.ann) for _ in range(2)]
    assert rounds[0].more
    while rounds[-1].more or rounds[-1].waiting:
        rounds.append(firm.by_file(firm.ann))
        assert len(rounds) < 20
    assert names(firm.ann) == [
        f"{who}{place:02}" for who, many in (("a", 6), ("b", 12)) for place in range(many)
    ]
    for place in range(12):
        customer(firm.bob, f"c{place:02}")
    firm.net(firm.bob)
    assert firm.by_file(firm.ann).more
    while firm.by_file(firm.ann).more:
        pass
    assert len(names(firm.ann)) == 30


# ---------------------------------------------------------------- numbers


def test_numbers_are_lent_once_for_each_letter_and_kept_by_who_wrote_it(firm: Firm) -> None:
    with firm.ann.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE number_lease SET next = last")
        assert leases.wanted(connection)
    letter = bundle.write(firm.ann).data
    first, second = (office_bundle.take_in(firm.office, letter).reply for _ in range(2))
    before = len(said(firm.ann)["number_lease"])
    bundle.take_in(firm.ann, first)
    lent = said(firm.ann)["number_lease"]
    assert len(lent) > before
    bundle.take_in(firm.ann, second)
    assert said(firm.ann)["number_lease"] == lent


def test_a_vault_from_a_backup_takes_no_numbers_out_of_an_old_reply(firm: Firm) -> None:
    with firm.ann.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE number_lease SET next = last")
    letter = bundle.write(firm.ann).data
    Remote(firm.ann).came_from_backup()
    took = bundle.take_in(firm.ann, office_bundle.take_in(firm.office, letter).reply)
    assert took.counts == "unasked"
    with firm.ann.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1 FROM number_lease WHERE next <= last").all() == []


def test_a_reply_to_a_lost_disk_answers_nothing_that_was_typed_since(firm: Firm) -> None:
    """Op 1 of the lost disk and op 1 of the vault from the backup are two ops."""
    customer(firm.ann, "Anchor")
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data).reply
    Remote(firm.ann).came_from_backup()
    before = said(firm.ann)
    assert (bundle.take_in(firm.ann, reply).answered, said(firm.ann)) == (0, before)
    assert bundle.take_in(firm.ann, reply).waiting == 1


# ---------------------------------------------------------------- copies, backups, another identity


def test_a_copy_of_a_vault_takes_nothing_in_and_is_told_the_way_out(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    firm.by_file(firm.ann)
    with firm.ann.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change SET hash = zeroblob(32) WHERE n = 1")
        connection.exec_driver_sql(
            "UPDATE local SET value = json_set(value, '$.hash', ?) WHERE key = 'head'", ("ab" * 32,)
        )
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data)
    assert reply.status == "forked"
    before = said(firm.ann)
    with pytest.raises(Refused, match="over the network"):
        bundle.take_in(firm.ann, reply.reply)
    assert said(firm.ann) == before


def test_an_office_from_a_backup_gets_again_what_it_had_answered(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    firm.by_file(firm.ann)
    lose(firm.office)
    took = firm.by_file(firm.ann)
    assert (took.counts, took.more, took.waiting) == ("gap", True, 1)
    assert firm.by_file(firm.ann).answered == 1


def lose(office: Server) -> None:
    """The office forgets every op of every laptop."""

    def forget(conn: Any) -> None:
        conn.execute(DEVICE.update().values(last_op=0, head=START, acked=0))
        conn.execute(VERDICT.delete())

    office.store.write(forget)


def test_a_laptop_that_was_shut_out_is_shut_out_by_file_too(firm: Firm) -> None:
    customer(firm.ann, "Anchor")
    letter = bundle.write(firm.ann).data
    firm.office.revoke(firm.ann.device.hex)
    with pytest.raises(Refusal, match="wipe"):
        office_bundle.take_in(firm.office, letter)
    assert firm.office.devices()[0]["ops"] == 0


def test_before_it_joined_or_without_the_offices_keys_a_laptop_says_what_to_do(
    firm: Firm, tmp_path: Path
) -> None:
    with opened(tmp_path / "new") as fresh, pytest.raises(Refused, match="not joined"):
        bundle.write(fresh)
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data).reply
    firm.ann.set_local(keyring.KEYS, None)
    with pytest.raises(Refused, match="over the network once"):
        bundle.write(firm.ann)
    with pytest.raises(Refused, match="over the network once"):
        bundle.take_in(firm.ann, reply)
    firm.net(firm.ann)
    assert keyring.keys(firm.ann) == firm.office.seals.public
    assert bundle.take_in(firm.ann, reply).answered == 0


def test_the_keys_that_were_announced_first_count(firm: Firm) -> None:
    keyring.learn(firm.ann, Keys(box="00" * 32, sign="11" * 32))
    assert keyring.keys(firm.ann) == firm.office.seals.public


# ---------------------------------------------------------------- by hand


def satchel(folder: Path, capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    """The laptop's command line; what it said."""
    asked = ["--profile", str(folder), *map(str, words)]
    assert main(asked) == code, capsys.readouterr().err
    said = capsys.readouterr()
    return said.err if code else said.out


def test_by_hand_with_a_stick(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`satchel bundle out`, `satchel-server bundle in --out`, `satchel bundle in`: as the manual says."""
    monkeypatch.setenv("SATCHEL_PASSPHRASE", "correct horse battery staple")
    for language in ("LC_ALL", "LANG"):
        monkeypatch.setenv(language, "en_US.UTF-8")
    laptop, data, up, down = (tmp_path / name for name in ("laptop", "office", "up.bundle", "down.bundle"))
    satchel(laptop, capsys, "init", "--name", "Ann")
    assert "not joined" in satchel(laptop, capsys, "bundle", "out", up, code=1)
    office = Server(office_store.open_folder(data))
    office.add_user("Ann", "South", "rep")
    with open_vault(laptop, "correct horse battery staple") as vault:
        store = open_store(vault)
        enrol(store, Direct(office), office.new_code("Ann"))
        customer(store, "Anchor")
    office.store.close()
    told = json.loads(satchel(laptop, capsys, "--json", "bundle", "out", up))
    assert (told["changes"], told["left"]) == (1, 0)
    assert server(["bundle", "in", str(up), "--out", str(down), "--data", str(data)]) == 0
    assert "1 changes taken in" in capsys.readouterr().out
    assert json.loads(satchel(laptop, capsys, "--json", "bundle", "in", down))["answered"] == 1
    assert "taken in before" in satchel(laptop, capsys, "bundle", "in", down)
    assert "for the office" in satchel(laptop, capsys, "bundle", "in", up, code=1)
    assert "给公司" in satchel(laptop, capsys, "--language", "zh", "bundle", "in", up, code=1)
    up.write_bytes(b"a letter to Mother")
    assert "no bundle" in satchel(laptop, capsys, "bundle", "out", up, code=1)
    assert up.read_bytes() == b"a letter to Mother"
    assert server(["bundle", "in", str(down), "--out", str(up), "--data", str(data)]) == 1
    assert server(["bundle", "in", str(down), "--out", str(down), "--data", str(data)]) == 1
    assert "answer for a laptop" in capsys.readouterr().err
    assert "cannot be used" in satchel(laptop, capsys, "bundle", "in", tmp_path / "none", code=1)
