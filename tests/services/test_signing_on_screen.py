"""The customer signs on the screen: the record, the ink in the sealed paper, both or neither."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.documents import seal as paper_seal
from desktop.documents import seal_check
from desktop.errors import Refused
from desktop.models import blobs as kept_files
from desktop.models import clocks
from desktop.models.records import Attachment, Quote, Signature
from desktop.models.store import Store
from desktop.rules import attachments as rules
from desktop.rules.ink import Ink, read
from desktop.services import attachments, commands, drafts, evidence, quotes, sealed, signing
from tests import inks
from tests.documents import sealing
from tests.services import signing_kills
from tests.stores import NOON, firm, opened, product, quote

SIGN = "quote.sign"
assert signing.SCREEN


@pytest.fixture
def issued(store: Store) -> tuple[Quote, bytes]:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    return made, commands.run(store, store.me(), "quote.issue", made.id).value


def sign(store: Store, made: Quote, **said: object) -> Signature:
    shown = inks.in_front(store, made.id)
    given: dict[str, Any] = {"signer": " 张建国 ", "job": "总经理", "on_screen": shown, **said}
    found = commands.run(store, store.me(), SIGN, made.id, **given).value
    assert isinstance(found, Signature)
    return found


def test_the_ink_stands_in_the_paper_and_the_paper_is_what_is_shown_from_then_on(
    store: Store, issued: tuple[Quote, bytes], tmp_path: Path
) -> None:
    made, paper = issued
    signature = sign(store, made)
    signed = quotes.paper(store, made.id)
    assert signed.startswith(paper)
    assert len(signed) > len(paper)
    verdict = sealed.examine(signed, store)
    assert (verdict.state, verdict.reliable, verdict.facts["customer"]) == ("signed", True, "张建国")
    assert verdict.facts["evidence"] is True
    assert "张建国" in verdict.message.in_language("en")
    assert (signature.evidence or {})[evidence.PAPER] == rules.hash_of(signed)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    said = sealing.pdfsig_says(path)
    assert said.count("Signature is Valid") == 2
    assert "Total document signed" in said.split("Signature #2")[1]
    names = [each.record.name for each in attachments.listed(store, "quote", made.id)]
    assert [("已签" in name) for name in names] == [False, True]


def test_the_record_says_what_was_shown_agreed_to_and_written_and_by_which_clocks(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    store.set_local(clocks.KEY, {"office": 1_795_492_000_000, "here": 1_795_492_000_900, "took": 300})
    signature = sign(store, issued[0])
    found = signature.evidence or {}
    assert (signature.signer, signature.job, signature.method) == ("张建国", "总经理", "screen")
    assert found["shown"] | {"began_at": ""} == {"sha256": "ab" * 32, "pages_ms": [12_000], "began_at": ""}
    assert found["consent"] == {"text": inks.CONSENT, "language": "zh"}
    assert read(found["ink"]) == inks.name()
    assert found["ink"]["pointer"] == "pen"
    assert found["device"]["id"] == store.device.hex
    clock = found["clock"]
    since = round(NOON.timestamp() * 1000) - 1_795_492_000_900
    assert (clock["apart_ms"], clock["since_ms"], clock["back"]) == (900, since, since < 0)
    assert clock["bound_ms"] == 300 + abs(since) // 5_000
    assert json.loads(json.dumps(found)) == found


def test_a_laptop_that_never_met_an_office_says_so(store: Store, issued: tuple[Quote, bytes]) -> None:
    assert (sign(store, issued[0]).evidence or {})["clock"]["office"] is None


def test_the_paper_names_the_hash_of_the_record_and_another_record_is_found_out(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, _ = issued
    signature = sign(store, made)
    signed = quotes.paper(store, made.id)
    told = seal_check.check(signed, _trusted(store)).signed_reason
    assert evidence.digest(signature.evidence or {}) in told
    with store.engine.begin() as connection:
        for trigger in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'signature'"
        ).all():
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger[0]}"')
        connection.exec_driver_sql("UPDATE signature SET evidence = replace(evidence, '12000', '99000')")
    verdict = sealed.examine(signed, store)
    assert (verdict.state, verdict.facts["evidence"]) == ("signed", False)


def _trusted(store: Store) -> tuple[bytes, ...]:
    from desktop.models import seals

    return seals.trusted(store)


def test_a_file_put_back_to_the_seal_is_told_by_the_log(store: Store, issued: tuple[Quote, bytes]) -> None:
    made, paper = issued
    sign(store, made)
    verdict = sealed.examine(paper, store)
    assert verdict.state == "rolled_back"
    assert "customer's signature is missing" in verdict.message.in_language("en")
    assert "张建国" in verdict.message.in_language("zh")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ink": Ink(56_000, 24_000)}, "inside the box"),
        ({"ink": Ink(0, 0, inks.name().strokes)}, "inside the box"),
        ({"consent": " "}, "consent"),
        ({"shown": ""}, "must be shown"),
        ({"seen": ()}, "must be shown"),
        ({"seen": (5, 0)}, "must be shown"),
    ],
)
def test_without_reading_consent_and_ink_nothing_is_signed(
    store: Store, issued: tuple[Quote, bytes], changes: dict[str, object], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        sign(store, issued[0], on_screen=inks.in_front(store, issued[0].id, **changes))
    assert nothing_signed(store, issued[0])


def test_what_was_revised_while_the_customer_read_is_not_signed_for_what_was_shown(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, _ = issued
    shown = inks.in_front(store, made.id)
    commands.run(store, store.me(), "quote.revise", made.id)
    line = drafts.load(store, made.id).lines[0]
    commands.run(
        store, store.me(), "quote.set_line", made.id, line_id=line.id, values={"quantity": Decimal(3)}
    )
    commands.run(store, store.me(), "quote.issue", made.id)
    with pytest.raises(Refused, match="changed after it was shown"):
        sign(store, made, on_screen=shown)
    assert nothing_signed(store, made)
    sign(store, made)


def nothing_signed(store: Store, made: Quote) -> bool:
    with store.reading() as session:
        signed = session.query(Signature).count()
        files = session.query(Attachment).filter(Attachment.purpose == rules.SIGNED).count()
    return (signed, files, drafts.load(store, made.id).quote.stage) == (0, 0, "issued")


def test_a_name_that_cannot_be_printed_signs_nothing(store: Store, issued: tuple[Quote, bytes]) -> None:
    with pytest.raises(Refused, match=r"U\+10FFFD"):
        sign(store, issued[0], signer="张\U0010fffd")
    assert nothing_signed(store, issued[0])


@pytest.mark.parametrize("place", ["seal", "blob", "record"])
def test_what_is_cut_off_in_the_middle_of_signing_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with opened(tmp_path / "profile") as store:
        firm(store)
        made = quote(store, (product(store).id, "2"))
        paper = commands.run(store, store.me(), "quote.issue", made.id).value
        where = {
            "seal": (paper_seal, "seal"),
            "blob": (kept_files.Blobs, "put"),
            "record": (signing, "Signature"),
        }

        def cut(*_given: object, **_named: object) -> None:
            raise SystemExit("the power went")

        with monkeypatch.context() as patched:
            patched.setattr(*where[place], cut)
            with pytest.raises(SystemExit):
                sign(store, made)
    with opened(tmp_path / "profile") as store:
        assert nothing_signed(store, made)
        assert quotes.paper(store, made.id) == paper
        sign(store, made)
        assert sealed.examine(quotes.paper(store, made.id), store).state == "signed"


def test_a_second_person_signs_the_sealed_paper_and_not_the_first_ones(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, paper = issued
    first, second = sign(store, made), sign(store, made, signer="李工")
    files = [attachments.contents(store, each.record) for each in attachments.listed(store, "quote", made.id)]
    assert {rules.hash_of(each) for each in files} == {
        rules.hash_of(paper),
        *((each.evidence or {})[evidence.PAPER] for each in (first, second)),
    }
    assert sealed.examine(quotes.paper(store, made.id), store).facts["customer"] == "李工"
    assert all(sealed.examine(each, store).state == "signed" for each in files if each != paper)


def test_an_offer_that_has_expired_is_not_signed(tmp_path: Path) -> None:
    now = [NOON]
    with opened(tmp_path / "profile", clock=lambda: now[0]) as store:
        firm(store)
        made = quote(store, (product(store).id, "2"))
        commands.run(store, store.me(), "quote.issue", made.id)
        now[0] += timedelta(days=90)
        with pytest.raises(Refused, match="expired"):
            sign(store, made)
        assert nothing_signed(store, made)


def test_a_laptop_that_joined_an_office_since_the_seal_signs_for_its_customer_all_the_same(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    from desktop.models import certificates, seals

    made, _ = issued
    kept = store.local(seals.SEAL)
    key = certificates.key_of(bytes.fromhex(kept["seed"]))
    office = certificates.key_of(b"office".ljust(32))
    company = certificates.company(office, "苏州衡岳工业装备有限公司", NOON)
    own = certificates.laptop(
        company,
        office,
        certificates.read_public(certificates.public_of(key)),
        "林一鸣",
        store.device.hex,
        NOON,
    )
    assert seals.learn(store, own, company, "https://office")
    sign(store, made)
    assert sealed.examine(quotes.paper(store, made.id), store).state == "signed"


def test_a_program_killed_while_customers_sign_leaves_whole_signatures_or_none(
    tmp_path: Path,
) -> None:
    tally, broken = signing_kills.run(1, tmp_path, seed=3)
    assert broken == []
    assert tally["acknowledged"] >= 1
