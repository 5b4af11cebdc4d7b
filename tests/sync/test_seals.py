"""The office vouches for the keys with which its laptops seal paper."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DatabaseError

from desktop.errors import Refused, SatchelError
from desktop.models import certificates, seals
from desktop.models.records import Signature
from desktop.models.store import Store
from desktop.services import attachments, commands, quotes, sealed
from sync.client import sealing
from sync.client.driver import sync_once
from sync.protocol.messages import Vouched
from tests import inks
from tests.stores import firm
from tests.sync.pair import Pair, pairs
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def kept(store: Store) -> dict[str, Any]:
    return store.local(seals.SEAL, {})


def rename(pair: Pair, name: str) -> None:
    with pair.ann.reading() as session:
        organisation = session.connection().exec_driver_sql("SELECT id FROM organisation").scalar_one()
    record = UUID(bytes=bytes(organisation))
    commands.run(pair.ann, pair.ann.me(), "organisation.edit", record, values={"name": name})


def test_what_one_laptop_sealed_another_one_of_the_office_knows(pair: Pair) -> None:
    firm(pair.ann)
    pair.meet()
    pair.meet()
    paper = pair.do(pair.ann, "quote.issue")
    verdict = sealed.examine(paper, pair.bob)
    assert verdict.reliable
    assert verdict.facts["office"] is True
    assert verdict.facts["holder"].startswith("Ann · ")
    assert "office vouches" not in verdict.message.in_language("en")
    pair.meet()
    assert pair.server.check_audit()[0] == 0


def test_what_a_customer_signed_on_one_laptop_is_known_on_the_other_and_a_rollback_is_told_there(
    pair: Pair,
) -> None:
    firm(pair.ann)
    pair.meet()
    pair.meet()
    paper = pair.do(pair.ann, "quote.issue")
    shown = inks.in_front(pair.ann, pair.quote)
    pair.do(pair.ann, "quote.sign", signer="张建国", job="总经理", on_screen=shown)
    signed = quotes.paper(pair.ann, pair.quote)
    assert sealed.examine(paper, pair.bob).state == "sound"
    pair.meet()
    verdict = sealed.examine(signed, pair.bob)
    assert (verdict.state, verdict.facts["evidence"], verdict.facts["customer"]) == ("signed", True, "张建国")
    assert sealed.examine(paper, pair.bob).state == "rolled_back"
    [mine], [theirs] = (pair.all(store, Signature) for store in (pair.ann, pair.bob))
    assert mine.evidence == theirs.evidence
    clock = mine.evidence["clock"]
    assert clock["office"] is not None
    assert clock["bound_ms"] >= 0
    attached = [each.record for each in attachments.listed(pair.bob, "quote", pair.quote)]
    assert {each.purpose for each in attached} == {"sealed", "signed"}
    assert {each.sha256 for each in attached} >= {mine.evidence["paper"]}
    assert pair.server.check_audit()[0] == 0


def test_nobody_changes_the_record_of_a_signature_not_at_the_office_either(pair: Pair) -> None:
    firm(pair.ann)
    pair.do(pair.ann, "quote.issue")
    shown = inks.in_front(pair.ann, pair.quote)
    pair.do(pair.ann, "quote.sign", signer="张建国", on_screen=shown)
    pair.meet()
    [mine] = pair.all(pair.ann, Signature)
    with pytest.raises(SatchelError):
        commands.run(pair.bob, pair.bob.me(), "signature.edit", mine.id, values={"signer": "别人"})
    with pytest.raises(SatchelError):
        commands.run(pair.bob, pair.bob.me(), "signature.delete", mine.id)
    with pytest.raises(DatabaseError), pair.bob.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE signature SET evidence = '{}'")


def test_a_laptop_asks_until_there_is_a_firm_and_not_again_once_it_is_vouched_for(pair: Pair) -> None:
    pair.meet()
    assert kept(pair.ann) == {}
    firm(pair.ann)
    pair.meet()
    pair.meet()
    first = kept(pair.ann)
    assert first["office"] == pair.server.store.office
    assert seals.wanted(pair.ann, first, first["office"]) == ""
    pair.meet()
    assert kept(pair.ann) == first
    assert kept(pair.bob)["company"] == first["company"]
    assert kept(pair.bob)["seed"] != first["seed"]


def test_paper_sealed_before_the_office_was_met_still_counts_at_its_own_laptop_alone(pair: Pair) -> None:
    firm(pair.ann)
    paper = pair.do(pair.ann, "quote.issue")
    pair.meet()
    pair.meet()
    assert sealed.examine(paper, pair.ann).reliable
    assert sealed.examine(paper, pair.bob).state == "foreign"


def test_a_firm_that_is_renamed_keeps_its_key(pair: Pair) -> None:
    firm(pair.ann)
    pair.meet()
    pair.meet()
    before = pair.do(pair.ann, "quote.issue")
    old = kept(pair.ann)
    rename(pair, "衡岳集团")
    pair.meet()
    pair.meet()
    assert kept(pair.ann)["certificate"] != old["certificate"]
    assert certificates.same_key(bytes.fromhex(kept(pair.bob)["company"]), bytes.fromhex(old["company"]))
    verdict = sealed.examine(before, pair.bob)
    assert (verdict.reliable, verdict.facts["firm"]) == (True, "苏州衡岳工业装备有限公司")


def test_a_certificate_about_another_key_or_by_a_stranger_is_not_kept(pair: Pair) -> None:
    firm(pair.ann)
    pair.meet()
    pair.meet()
    before, known = kept(pair.ann), seals.trusted(pair.ann)
    stranger, noon = certificates.key_of(bytes(32)), datetime(2026, 11, 24, tzinfo=UTC)
    company = certificates.company(stranger, "陌生人", noon)
    for public in (stranger.public_key(), certificates.key_of(bytes.fromhex(before["seed"])).public_key()):
        made = certificates.laptop(company, certificates.key_of(b"x" * 32), public, "x", "y", noon)
        sealing.learn(pair.ann, Vouched(made.hex(), company.hex()))
    wrong = certificates.laptop(company, stranger, stranger.public_key(), "x", "y", noon)
    sealing.learn(pair.ann, Vouched(wrong.hex(), company.hex()))
    sealing.learn(pair.ann, Vouched("no", "hex"))
    sealing.learn(pair.ann, Vouched("00", "ff"))
    assert (kept(pair.ann), seals.trusted(pair.ann)) == (before, known)


def test_a_key_that_is_none_is_refused_before_the_push_is_taken(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm(pair.ann)
    monkeypatch.setattr(seals, "wanted", lambda *_: "00" * 33)
    with pytest.raises(Refused, match="not a key"):
        sync_once(pair.ann, Direct(pair.server))
    with pair.server.store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM organisation").scalar_one() == 0


def test_a_certificate_that_fails_does_not_cost_the_answer(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm(pair.ann)
    with monkeypatch.context() as broken:
        broken.setattr(certificates, "laptop", lambda *_: 1 // 0)
        pair.meet()
    assert not kept(pair.ann).get("company")
    pair.meet()
    assert kept(pair.ann)["company"]


def test_whoever_may_not_issue_does_not_ask(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    firm(pair.ann)
    pair.ann.become(replace(pair.ann.me(), role="auditor"))
    monkeypatch.setattr(seals, "wanted", lambda *_: "00" * 33)
    assert sync_once(pair.ann, Direct(pair.server)).pushed


def test_the_sealed_paper_travels_as_a_file_of_its_quote(pair: Pair) -> None:
    firm(pair.ann)
    pair.meet()
    pair.do(pair.ann, "quote.issue")
    pair.meet()
    [there] = attachments.listed(pair.bob, "quote", pair.quote)
    assert there.record.purpose == "sealed"
    assert there.record.name.endswith(f"{pair.draft(pair.bob).revision.content_hash[:8].upper()}.pdf")
