"""Bundles that were cut, changed, forged, or meant for somebody else; and a crash in the middle of one."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from desktop.errors import Damaged, Refused
from desktop.models.remote import HEARD, LETTERS, TAKEN, Remote
from desktop.models.store import Store
from desktop.words import Message
from sync.client import bundle
from sync.protocol import bundle as sealing
from sync.protocol.bundle import BadBundle, Letter, NoBundle
from sync.protocol.messages import MAX_UNPACKED, Cursor, Problem, SyncRequest
from sync.server import bundle as office_bundle
from sync.server import store as office_store
from sync.server.problems import Refusal
from sync.server.server import Server
from sync.server.tables import AUDIT, DEVICE, LETTER
from tests.stores import customer
from tests.sync.bundle_firm import Firm, firms, names, said


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        yield made


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
