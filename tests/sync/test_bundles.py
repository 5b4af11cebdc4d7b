"""A sync by file: a letter up, a reply down, the same as over the network; and nobody else opens either."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from desktop.cli import main
from desktop.errors import Damaged, Refused
from desktop.models import leases
from desktop.models.record import Record
from desktop.models.records import Customer
from desktop.models.remote import HEARD, LETTERS, TAKEN, Remote
from desktop.models.store import Store
from desktop.models.vault import open_vault
from desktop.rules.chain import START
from desktop.services import commands
from desktop.services.profiles import open_store
from desktop.words import Message
from sync.client import bundle, keyring
from sync.client.driver import enrol, sync_once
from sync.protocol import bundle as sealing
from sync.protocol.bundle import BadBundle, Letter, NoBundle
from sync.protocol.messages import MAX_UNPACKED, Cursor, Keys, Problem, SyncRequest
from sync.server import bundle as office_bundle
from sync.server import people
from sync.server import store as office_store
from sync.server.cli import run as server
from sync.server.problems import Refusal
from sync.server.server import Server
from sync.server.tables import AUDIT, DEVICE, LETTER, VERDICT
from tests.stores import customer, opened
from tests.sync.simulator.world import Direct


@dataclass
class Firm:
    """An office with two laptops of one team."""

    office: Server
    ann: Store
    bob: Store
    letters: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)

    def by_file(self, store: Store) -> bundle.TakenIn:
        """A letter up, the reply down."""
        self.letters.append(bundle.write(store).data)
        self.replies.append(office_bundle.take_in(self.office, self.letters[-1]).reply)
        return bundle.take_in(store, self.replies[-1])

    def net(self, store: Store) -> None:
        """A sync over the network."""
        sync_once(store, Direct(self.office))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    office = Server(office_store.open_folder(tmp_path / "office"))
    with opened(tmp_path / "ann") as ann, opened(tmp_path / "bob") as bob:
        for name, store in (("Ann", ann), ("Bob", bob)):
            office.add_user(name, "South", "manager")
            enrol(store, Direct(office), office.new_code(name))
        yield Firm(office, ann, bob)
    office.store.close()


def names(store: Store) -> list[str]:
    with store.reading() as session:
        found = session.query(Customer).filter(Customer.deleted_at.is_(None)).all()
    return sorted(one.name for one in found)


def rename(store: Store, record: Record, name: str) -> None:
    commands.run(store, store.me(), "customer.edit", record.id, values={"name": name})


def said(store: Store) -> dict[str, Any]:
    """Everything that a laptop keeps besides its records."""
    with store.reader.connect() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
            for table in ("sync_cursor", "number_lease", "sync_await", "inbox", "customer", "local")
        }


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
    with pytest.raises(Refusal, match="revoked"):
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


# ---------------------------------------------------------------- hostile


def both(firm: Firm) -> list[tuple[bytes, Callable[[bytes], object]]]:
    """A small letter and a small reply, and who takes each in."""
    firm.net(firm.ann)
    letter = bundle.write(firm.ann).data
    reply = office_bundle.take_in(firm.office, letter).reply
    return [
        (letter, lambda data: office_bundle.take_in(firm.office, data)),
        (reply, lambda data: bundle.take_in(firm.ann, data)),
    ]


def why(told: pytest.ExceptionInfo[Exception]) -> Message:
    found = told.value
    assert isinstance(found, Refused | Refusal)
    return found.message


def state(firm: Firm) -> object:
    with firm.office.store.read() as conn:
        rows = [conn.execute(table.select()).all() for table in (DEVICE, LETTER, AUDIT)]
    return said(firm.ann), rows


def test_cut_short_at_any_byte_nothing_is_taken_in(firm: Firm) -> None:
    for data, take in both(firm):
        before = state(firm)
        for length in range(len(data)):
            with pytest.raises((Refused, Refusal)) as told:
                take(data[:length])
            assert why(told) in (sealing.DAMAGED, sealing.NOT_ONE)
        assert state(firm) == before


def test_with_any_byte_changed_nothing_is_taken_in(firm: Firm) -> None:
    for data, take in both(firm):
        before = state(firm)
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= 1 << place % 8
            with pytest.raises((Refused, Refusal)):
                take(bytes(changed))
        with pytest.raises((Refused, Refusal)):
            take(data + b"\0")
        assert state(firm) == before


def test_a_bundle_for_somebody_else_is_refused_by_name(firm: Firm, tmp_path: Path) -> None:
    (letter, _), (reply, _) = both(firm)
    with pytest.raises(Refused, match="another laptop"):
        bundle.take_in(firm.bob, reply)
    with pytest.raises(Refused, match="for the office"):
        bundle.take_in(firm.ann, letter)
    with pytest.raises(Refusal) as told:
        office_bundle.take_in(firm.office, reply)
    assert told.value.message == office_bundle.FOR_LAPTOP
    other = Server(office_store.open_folder(tmp_path / "other"))
    with pytest.raises(Refusal) as told:
        office_bundle.take_in(other, letter)
    assert told.value.message == office_bundle.OTHER_OFFICE
    other.store.close()
    for take in (
        lambda: bundle.take_in(firm.ann, b"PK\3\4 a zip"),
        lambda: office_bundle.take_in(firm.office, b""),
    ):
        with pytest.raises((Refused, Refusal)) as nothing:
            take()
        assert why(nothing) in (sealing.NOT_ONE, sealing.DAMAGED)


def test_a_carrier_reads_nothing_but_for_whom_it_is(firm: Firm) -> None:
    customer(firm.ann, "Anchor Precision")
    data = bundle.write(firm.ann).data
    shown = sealing.address(data)
    assert (shown.kind, shown.to) == ("letter", firm.office.store.office)
    identity = Remote(firm.ann).identity()
    for secret in (b"Anchor", identity.device.bytes, identity.device.hex.encode(), identity.user.encode()):
        assert secret not in data
    assert bundle.write(firm.ann).data[:300] != data[:300]
    with pytest.raises(BadBundle):
        sealing.unseal(data, sealing.box_key(Remote(firm.bob).identity().key))


def forged(firm: Firm, key: Ed25519PrivateKey, **changes: Any) -> bytes:
    """A letter in Ann's name, signed by `key`."""
    known = Remote(firm.ann).known(0, 0)
    values: dict[str, Any] = {
        "device": known.identity.device.hex,
        "protocol": 1,
        "schema": 1,
        "last": known.last,
        "head": known.head.hex(),
        "acked": known.acked,
        "cursors": [],
    }
    more: dict[str, Any] = {"nonce": "ab" * 16, "reply_to": "cd" * 32}
    outside = {
        name: value for name, value in changes.items() if name in ("nonce", "reply_to", "heard", "taken")
    }
    letter = Letter(
        request=SyncRequest(
            **values | {name: value for name, value in changes.items() if name not in outside}
        ),
        **more | outside,
    )
    public = bytes.fromhex(firm.office.seals.public.box)
    return sealing.seal(
        "letter", firm.office.store.office, public, letter, sender=firm.ann.device.hex, key=key
    )


def own_key(store: Store) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(Remote(store).identity().key)


def test_a_letter_that_another_hand_signed_is_refused(firm: Firm) -> None:
    assert office_bundle.take_in(firm.office, forged(firm, own_key(firm.ann))).status == "ok"
    for key in (own_key(firm.bob), Ed25519PrivateKey.generate()):
        with pytest.raises(Refusal) as told:
            office_bundle.take_in(firm.office, forged(firm, key))
        assert told.value.message == sealing.DAMAGED


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "0" * 32},
        {"nonce": "x"},
        {"nonce": "AB" * 16},
        {"reply_to": ""},
        {"heard": -1},
        {"taken": 2**60},
        {"protocol": 99},
        {"cursors": [("org", -1, 1, "")]},
        {"cursors": [("org", 2**60, 1, "")]},
    ],
)
def test_a_letter_that_makes_no_sense_changes_nothing(firm: Firm, changes: dict[str, Any]) -> None:
    if "cursors" in changes:
        changes = {"cursors": [Cursor(*cursor) for cursor in changes["cursors"]]}
    before = state(firm)
    with pytest.raises(Refusal) as told:
        office_bundle.take_in(firm.office, forged(firm, own_key(firm.ann), **changes))
    assert told.value.status in (400, 426)
    assert state(firm) == before


def test_a_reply_that_the_office_did_not_sign_is_refused(firm: Firm) -> None:
    (_, _), (reply, _) = both(firm)
    box = sealing.box_key(Remote(firm.ann).identity().key)
    real = sealing.unseal(reply, box).read(sealing.Reply)
    public = box.public_key().public_bytes_raw()
    before = said(firm.ann)
    for key in (own_key(firm.bob), own_key(firm.ann)):
        fake = sealing.seal(
            "reply", firm.ann.device.hex, public, real, sender=firm.office.store.office, key=key
        )
        with pytest.raises(Damaged):
            bundle.take_in(firm.ann, fake)
    assert said(firm.ann) == before


def test_a_receiver_cannot_pass_a_letter_on_as_written_to_another(firm: Firm, tmp_path: Path) -> None:
    """The office opens a letter and seals what is inside for a second office, signature and all."""
    letter = bundle.write(firm.ann).data
    opened_ = sealing.unseal(letter, sealing.box_key(firm.office.seals.seed))
    with pytest.raises(BadBundle):
        reseal(opened_).check(own_key(firm.ann).public_key().public_bytes_raw())
    opened_.check(own_key(firm.ann).public_key().public_bytes_raw())


def reseal(opened_: sealing.Opened) -> sealing.Opened:
    """The same content under another address."""
    key = X25519PrivateKey.generate()
    fake = sealing.seal(
        "letter",
        "0" * 32,
        key.public_key().public_bytes_raw(),
        opened_.read(Letter),
        sender=opened_.sender,
        key=Ed25519PrivateKey.generate(),
    )
    there = sealing.unseal(fake, key)
    return dataclasses.replace(there, _signature=opened_._signature)  # noqa: SLF001


def test_a_bomb_is_refused_before_it_unpacks(firm: Firm) -> None:
    bomb = Problem(code="a" * (MAX_UNPACKED + 1), en="")
    public = bytes.fromhex(firm.office.seals.public.box)
    data = sealing.seal(
        "letter", firm.office.store.office, public, bomb, sender=firm.ann.device.hex, key=own_key(firm.ann)
    )
    assert len(data) < 100_000
    with pytest.raises(Refusal) as told:
        office_bundle.take_in(firm.office, data)
    assert told.value.message == sealing.DAMAGED
    with pytest.raises(BadBundle):
        sealing.address(sealing.MAGIC + bytes(sealing.MAX_FILE))
    with pytest.raises(NoBundle):
        sealing.address(b"something else")


def test_a_crash_in_the_middle_of_a_reply_is_mended_by_taking_it_in_again(firm: Firm) -> None:
    for place in range(3):
        customer(firm.bob, f"b{place}")
    firm.net(firm.bob)
    customer(firm.ann, "Anchor")
    reply = office_bundle.take_in(firm.office, bundle.write(firm.ann).data).reply

    class Cut(Exception):
        pass

    def cut(*_: object, **_more: object) -> None:
        raise Cut

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Remote, "apply_snapshot", cut)
        with pytest.raises(Cut):
            bundle.take_in(firm.ann, reply)
    assert bundle.take_in(firm.ann, reply).counts == "new"
    assert names(firm.ann) == ["Anchor", "b0", "b1", "b2"]
    assert bundle.take_in(firm.ann, reply).counts == "old"
    assert firm.ann.local(TAKEN) == 1
    assert len(firm.ann.local(LETTERS)) == 1
    assert firm.ann.local(HEARD, 0) == 0


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
    assert "给办公室" in satchel(laptop, capsys, "--language", "zh", "bundle", "in", up, code=1)
    up.write_bytes(b"a letter to Mother")
    assert "no bundle" in satchel(laptop, capsys, "bundle", "out", up, code=1)
    assert up.read_bytes() == b"a letter to Mother"
    assert server(["bundle", "in", str(down), "--out", str(up), "--data", str(data)]) == 1
    assert server(["bundle", "in", str(down), "--out", str(down), "--data", str(data)]) == 1
    assert "answer for a laptop" in capsys.readouterr().err
    assert "cannot be used" in satchel(laptop, capsys, "bundle", "in", tmp_path / "none", code=1)
