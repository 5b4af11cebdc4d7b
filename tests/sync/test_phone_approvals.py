"""An approval by telephone from the challenge on one laptop to the office's word on it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from desktop.errors import Refused
from desktop.models import phone_keys
from desktop.models.records import Approval, PhoneApproval, Quote, QuoteLine, Task
from desktop.models.store import Store
from desktop.rules import phone_approvals
from desktop.services import approval_answers, approval_phone, approvals, drafts
from desktop.services.approval_phone import Opened
from sync.protocol.bundle import box_key
from sync.protocol.phone_keys import BadKeys, seal, unseal
from sync.protocol.phone_keys import key_of as phone_keys_of
from sync.server import approval_calls, approval_keys
from sync.server.tables import DEVICE
from tests.stores import NOON
from tests.sync.test_approvals import Firm, firms

LATER = 25 * 60 * 60 * 1000


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with firms(tmp_path) as made:
        made.sync(made.chen, made.li)
        yield made


def opened(firm: Firm, quote: Quote) -> Opened:
    found = approvals.now_standing(firm.li, drafts.load(firm.li, quote.id))
    assert found is not None
    return approval_phone.open_call(firm.li, approvals.matter_of(firm.li, quote.id, found))


def answered(firm: Firm, challenge: str, total: str | None = "800", who: Store | None = None) -> str:
    """What Chen reads back to Li."""
    made = firm.do(
        who or firm.chen,
        "phone_approval.answer",
        challenge=challenge,
        device_id=firm.li.device,
        total=Decimal(total) if total else None,
    )
    return approval_answers.code(who or firm.chen, made)


def told(firm: Firm, quote: Quote, code: str) -> None:
    call = opened(firm, quote)
    found = approvals.now_standing(firm.li, drafts.load(firm.li, quote.id))
    assert found is not None
    approval_phone.read_back(firm.li, call, found.asks, code)


def note_of(firm: Firm) -> Approval:
    firm.sync(firm.chen)
    [note] = firm.all(firm.chen, Approval)
    assert isinstance(note, Approval)
    return note


def test_an_approver_holds_the_keys_of_others_and_a_rep_their_own_alone(firm: Firm) -> None:
    with firm.li.looking() as connection:
        assert phone_keys.laptops(connection) == [firm.li.device]
        mine = phone_keys.key_of(connection, firm.li.device)
    with firm.chen.looking() as connection:
        assert set(phone_keys.laptops(connection)) == {firm.li.device, firm.chen.device}
        assert phone_keys.key_of(connection, firm.li.device) == mine


def test_a_code_counts_offline_and_is_in_order_once_the_approvers_entry_is_there(firm: Firm) -> None:
    made = firm.quoted("-20")
    call = opened(firm, made)
    assert len(call.challenge) == 8
    code = answered(firm, call.challenge)
    assert len(code) == 10
    told(firm, made, f"{code[:5].lower()} {code[5:]}")
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li)
    assert note_of(firm).verdict == "kept"
    [entry] = firm.all(firm.chen, PhoneApproval)
    assert (entry.matched_id, entry.granted_by_id) == (note_of(firm).id, firm.chen.me().id)
    assert not firm.all(firm.chen, Task)


def test_it_waits_for_the_approvers_entry_whichever_comes_first(firm: Firm) -> None:
    made = firm.quoted("-20")
    told(firm, made, answered(firm, opened(firm, made).challenge))
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li)
    [note] = firm.all(firm.li, Approval)
    assert (note.way, note.verdict) == ("phone", "waits")
    assert note_of(firm).verdict == "kept"


def test_what_the_approver_never_wrote_down_is_a_breach_and_they_are_told(firm: Firm) -> None:
    made = firm.quoted("-20")
    call = opened(firm, made)
    with firm.li.looking() as connection:  # the laptop has the key: it could say anything
        key = phone_keys.key_of(connection, firm.li.device)
    assert key is not None
    chen = firm.chen.me().id
    told(firm, made, phone_approvals.answer(key, call.challenge, 80000, "CNY", chen.hex))
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.li)
    at = firm.office.clock() + LATER
    assert firm.office.store.write(lambda conn: approval_calls.overdue(conn, at)) == 1
    assert firm.office.store.write(lambda conn: approval_calls.overdue(conn, at)) == 0
    assert note_of(firm).verdict == "breach"
    [task] = firm.all(firm.chen, Task)
    assert task.owner_id == chen
    assert "no entry" in task.remark


def test_an_entry_about_another_total_or_of_somebody_else_is_a_breach(firm: Firm) -> None:
    made = firm.quoted("-20")
    call = opened(firm, made)
    answered(firm, call.challenge, "900")
    with firm.li.looking() as connection:
        key = phone_keys.key_of(connection, firm.li.device)
    assert key is not None
    told(firm, made, phone_approvals.answer(key, call.challenge, 80000, "CNY", firm.chen.me().id.hex))
    firm.do(firm.li, "quote.issue", made.id)
    firm.sync(firm.chen, firm.li)
    note = note_of(firm)
    assert (note.verdict, "900" in note.reason["en"]) == ("breach", True)


def test_any_change_of_a_line_makes_it_count_no_more(firm: Firm) -> None:
    made = firm.quoted("-20")
    told(firm, made, answered(firm, opened(firm, made).challenge))
    [line] = firm.all(firm.li, QuoteLine)
    firm.do(firm.li, "quote.set_line", made.id, line_id=line.id, values={"detail": "red"})
    with pytest.raises(Refused, match="20 %"):
        firm.do(firm.li, "quote.issue", made.id)
    firm.do(firm.li, "quote.set_line", made.id, line_id=line.id, values={"detail": ""})
    firm.do(firm.li, "quote.issue", made.id)


def test_five_tries_and_then_another_challenge(firm: Firm) -> None:
    made = firm.quoted("-20")
    call = opened(firm, made)
    code = answered(firm, call.challenge)
    wrong = ("B" if code[0] == "A" else "A") + code[1:]
    with pytest.raises(Refused, match="ten letters"):
        told(firm, made, "ABC")
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match=f"Tries left: {left}"):
            told(firm, made, wrong)
    with pytest.raises(Refused, match="five times"):
        told(firm, made, wrong)
    again = opened(firm, made)
    assert again.challenge != call.challenge
    with pytest.raises(Refused, match="not the right one"):
        told(firm, made, code)


def test_the_approver_sees_the_draft_where_it_is_known_and_otherwise_says_the_total(firm: Firm) -> None:
    made = firm.quoted("-20")
    call = opened(firm, made)
    assert approval_answers.look(firm.chen, call.challenge) is None
    with pytest.raises(Refused, match="total"):
        answered(firm, call.challenge, None)
    firm.sync(firm.li, firm.chen)
    found = approval_answers.look(firm.chen, call.challenge)
    assert found is not None
    assert (found.draft.quote.id, found.total, found.laptop.device) == (made.id, 800, firm.li.device)
    told(firm, made, answered(firm, call.challenge, "1"))  # what is known counts, not what was typed
    with pytest.raises(Refused, match="eight letters"):
        approval_answers.look(firm.chen, "K7QF")


def test_it_is_used_once_and_a_copy_of_the_note_is_a_breach(firm: Firm) -> None:
    made = firm.quoted("-20")
    told(firm, made, answered(firm, opened(firm, made).challenge))
    firm.do(firm.li, "quote.issue", made.id)
    [note] = firm.all(firm.li, Approval)
    assert note.challenge
    second = firm.quoted("-20")
    with pytest.MonkeyPatch.context() as patch:  # a changed program issues under the same letters again
        patch.setattr(phone_approvals, "refusal", lambda *_: None)
        patch.setattr(approval_phone, "_used", lambda *_: False)
        patch.setattr(phone_approvals.Matter, "challenge", lambda *_: note.challenge)
        firm.do(firm.li, "quote.issue", second.id)
    firm.sync(firm.chen, firm.li, firm.chen)
    verdicts = sorted(one.verdict for one in firm.all(firm.chen, Approval))
    assert verdicts == ["breach", "kept"]


def test_a_clock_that_was_set_back_or_half_an_hour_later_counts_no_more(tmp_path: Path) -> None:
    with firms(tmp_path) as firm:
        firm.sync(firm.chen, firm.li)
        made = firm.quoted("-20")
        told(firm, made, answered(firm, opened(firm, made).challenge))
        for minutes in (31, -6):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(firm.li, "clock", lambda minutes=minutes: NOON + timedelta(minutes=minutes))
                with pytest.raises(Refused, match="20 %"):
                    firm.do(firm.li, "quote.issue", made.id)
        firm.do(firm.li, "quote.issue", made.id)


def keys_at(store: Store) -> set[UUID]:
    with store.looking() as connection:
        return set(phone_keys.laptops(connection))


def test_a_laptop_that_was_shut_out_is_in_no_later_answer(firm: Firm) -> None:
    seed = firm.office.seals.seed
    with firm.office.store.read() as conn:
        known = approval_keys._devices(conn, firm.chen.device.hex, firm.office.clock())  # noqa: SLF001
        assert known == [firm.chen.device.hex, firm.li.device.hex]
        assert approval_keys._devices(conn, firm.li.device.hex, 0) == [firm.li.device.hex]  # noqa: SLF001
    gone = update(DEVICE).where(DEVICE.c.id == firm.li.device).values(revoked_at=1)
    firm.office.store.write(lambda conn: conn.execute(gone))
    with firm.office.store.read() as conn:
        left = approval_keys._devices(conn, firm.chen.device.hex, firm.office.clock())  # noqa: SLF001
    assert left == [firm.chen.device.hex]
    firm.sync(firm.chen)
    assert keys_at(firm.chen) == {firm.chen.device, firm.li.device}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(firm.chen, "clock", lambda: NOON + timedelta(days=1))
        firm.sync(firm.chen)
    assert keys_at(firm.chen) == {firm.chen.device}
    assert phone_keys_of(seed, "a" * 32) != phone_keys_of(seed, "b" * 32)


def test_keys_open_for_the_laptop_they_were_sealed_to_alone() -> None:
    mine, other = box_key(bytes(32)), box_key(bytes(range(32)))
    sealed = seal(mine.public_key().public_bytes_raw().hex(), "a" * 32, {"b" * 32: bytes(32)})
    assert unseal(mine, "a" * 32, sealed) == {"b" * 32: bytes(32).hex()}
    flipped = sealed[:-2] + ("00" if sealed[-2:] != "00" else "01")
    for key, device, text in ((other, "a" * 32, sealed), (mine, "c" * 32, sealed), (mine, "a" * 32, flipped)):
        with pytest.raises(BadKeys):
            unseal(key, device, text)
    for nonsense in ("", "zz", "00" * 20):
        with pytest.raises(BadKeys):
            unseal(mine, "a" * 32, nonsense)
