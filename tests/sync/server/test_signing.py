"""A customer's signature is never lost or altered, whatever the office heard first."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.models.record import new_id
from desktop.models.records import QuoteRevision, Signature, Task
from desktop.rules.canonical import content_hash
from desktop.services import commands, drafts
from sync.client.driver import sync_once
from tests.sync.pair import Pair, pairs
from tests.sync.server.conftest import Join
from tests.sync.simulator.world import Direct


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pairs(tmp_path) as made:
        yield made


def prices(draft: drafts.QuoteDraft) -> list[str]:
    return [str(line.unit_price) for line in draft.lines]


def test_a_signature_reaches_the_other_laptop_with_what_was_signed(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.do(pair.ann, "quote.sign", signer="王总", job="总经理", method="screen")
    pair.meet()
    [signature] = pair.all(pair.bob, Signature)
    draft = pair.draft(pair.bob)
    assert (signature.signer, signature.job, signature.method) == ("王总", "总经理", "screen")
    assert signature.content_hash == draft.revision.content_hash == content_hash(draft.snapshot())
    assert draft.quote.stage == "accepted"
    assert not draft.quote.needs_review
    assert len(pair.all(pair.bob, QuoteRevision)) == 1


def test_other_edits_move_into_a_new_draft_and_what_was_signed_stays(pair: Pair) -> None:
    pair.price(pair.bob, 0, "50")
    pair.do(pair.bob, "quote.add_line", product_id=pair.products[1].id, quantity=Decimal(3))
    pair.do(pair.bob, "quote.discount", kind="percent", value=Decimal(-5))
    pair.do(pair.ann, "quote.remove_line", line_id=pair.lines[1])
    pair.do(pair.ann, "quote.issue")
    signed = pair.do(pair.ann, "quote.sign", signer="王总")
    snapshot = pair.draft(pair.ann).snapshot()
    sync_once(pair.bob, Direct(pair.server))
    pair.meet()
    for store in (pair.ann, pair.bob):
        draft = pair.draft(store)
        assert draft.snapshot() == snapshot
        assert prices(draft) == ["100"]
        assert draft.adjustments == []
        assert drafts.totals_of(draft.totals()) == snapshot["totals"]
        assert draft.revision.content_hash == signed.content_hash
        assert draft.quote.stage == "accepted"
        assert draft.quote.needs_review
        assert draft.quote.payable == draft.totals().payable
        [aside] = [one for one in pair.all(store, QuoteRevision) if one.id != draft.revision.id]
        other = pair.draft(store, aside.id)
        assert (aside.revision, aside.content_hash, aside.issued_at) == (2, "", None)
        assert prices(other) == ["50", "200", "200"]
        assert [str(one.value) for one in other.adjustments] == ["-5"]
    with pytest.raises(Refused, match="confirm"):
        pair.do(pair.bob, "quote.sign", signer="李总")
    pair.do(pair.bob, "quote.confirm")
    assert pair.do(pair.bob, "quote.revise").id == aside.id
    pair.meet()
    assert prices(pair.draft(pair.ann)) == ["50", "200", "200"]
    assert pair.all(pair.ann, Signature)[0].content_hash == signed.content_hash


def test_two_papers_of_one_edition_are_both_kept_and_the_signed_one_counts(pair: Pair) -> None:
    pair.price(pair.ann, 0, "90")
    pair.do(pair.ann, "quote.issue")
    pair.do(pair.ann, "quote.sign", signer="王总")
    pair.price(pair.bob, 0, "80")
    pair.do(pair.bob, "quote.issue")
    papers = [pair.draft(store).revision.content_hash for store in (pair.bob, pair.ann)]
    sync_once(pair.bob, Direct(pair.server))
    pair.meet()
    for store in (pair.ann, pair.bob):
        kept = {one.content_hash: one for one in pair.all(store, QuoteRevision)}
        assert set(kept) == set(papers)
        draft = pair.draft(store)
        assert draft.revision.content_hash == papers[1]
        assert prices(draft) == ["90", "200"]
        assert prices(pair.draft(store, kept[papers[0]].id)) == ["80", "200"]
        [signature] = pair.all(store, Signature)
        assert (signature.content_hash, signature.revision_id) == (papers[1], draft.revision.id)
        for edition in kept.values():
            assert content_hash(edition.snapshot) == edition.content_hash


def test_a_quote_deleted_meanwhile_comes_back_with_its_signature(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    pair.do(pair.ann, "quote.sign", signer="王总")
    pair.do(pair.bob, "quote.delete")
    sync_once(pair.bob, Direct(pair.server))
    pair.meet()
    for store in (pair.ann, pair.bob):
        draft = pair.draft(store)
        assert draft.quote.deleted_at is None
        assert prices(draft) == ["100", "200"]
        assert len(pair.all(store, Signature)) == 1


def test_what_made_no_sense_any_more_is_recorded_and_somebody_is_told(pair: Pair) -> None:
    pair.do(pair.bob, "quote.issue")
    pair.do(pair.bob, "quote.decline")
    sync_once(pair.bob, Direct(pair.server))
    pair.do(pair.ann, "quote.issue")
    pair.do(pair.ann, "quote.sign", signer="王总")
    pair.meet()
    assert len(pair.all(pair.bob, Signature)) == 1
    assert {pair.draft(store).quote.stage for store in (pair.ann, pair.bob)} == {"declined"}
    assert len(pair.all(pair.bob, Task)) == 2


def test_nothing_is_signed_before_it_is_issued_seen_and_valid(pair: Pair) -> None:
    with pytest.raises(Refused, match="Issue this quote first"):
        pair.do(pair.ann, "quote.sign", signer="王总")
    pair.price(pair.ann, 0, "90")
    pair.price(pair.bob, 1, "80")
    pair.meet()
    for store in (pair.ann, pair.bob):
        with pytest.raises(Refused, match="confirm"):
            pair.do(store, "quote.issue")
    pair.do(pair.bob, "quote.confirm")
    pair.do(pair.bob, "quote.issue")
    pair.meet()
    with pytest.raises(Refused, match="Say who signs"):
        pair.do(pair.ann, "quote.sign", signer=" ")
    clock = pair.ann.clock
    pair.ann.clock = lambda: clock().replace(year=2027)
    with pytest.raises(Refused, match="expired"):
        pair.do(pair.ann, "quote.sign", signer="王总")


def test_a_signature_stays_as_it_was_given(pair: Pair) -> None:
    pair.do(pair.ann, "quote.issue")
    signature = pair.do(pair.ann, "quote.sign", signer="王总")
    with pytest.raises(Refused):
        commands.run(pair.ann, pair.ann.me(), "signature.edit", signature.id, values={"signer": "李总"})
    with pytest.raises(Refused):
        commands.run(pair.ann, pair.ann.me(), "signature.delete", signature.id)
    with pytest.raises(Refused):
        commands.run(pair.ann, pair.ann.me(), "signature.new", values={"signer": "x"})
    with pytest.raises(Refused):
        commands.run(pair.ann, pair.ann.me(), "signature.new", values={})


def test_the_office_takes_only_signatures_that_fit_their_content(join: Join) -> None:
    laptop = join("Li", role="manager")
    made = laptop.create("customer", name="A")
    quote_id, revision, signature = new_id().hex, new_id().hex, new_id().hex
    laptop.tx(
        ("create", "quote", quote_id, {"customer_id": made, "revision_id": revision}, 0),
        ("create", "quote_revision", revision, {"quote_id": quote_id}, 0),
        command="quote.new",
    )
    snapshot = {"schema": 1, "total": "400"}
    fields = {"quote_id": quote_id, "revision_id": revision, "signer": "王总"}
    body = {"hash": content_hash(snapshot), "snapshot": snapshot, "fields": fields}

    def sign(record: str = signature, **changed: Any) -> None:
        laptop.tx(("sign", "signature", record, {**body, **changed}, 0), command="quote.sign")

    laptop.sync()
    sign(hash="0" * 64)
    sign(fields={**fields, "revision_id": new_id().hex})
    sign(fields=[])
    sign(snapshot="x")
    laptop.tx(("append", "signature", new_id().hex, fields, 0), command="quote.sign")
    laptop.tx(("sign", "customer", made, body, 0), command="quote.sign")
    codes = [one.code for one in laptop.sync().verdicts]
    assert codes == ["invalid", "not_found", "invalid", "invalid", "invalid", "invalid"]
    sign()
    sign()
    assert [one.kind for one in laptop.sync().verdicts] == ["applied"] * 2
    row = laptop.row("signature", signature)
    assert (row["signer"], row["content_hash"], row["quote_id"]) == ("王总", body["hash"], quote_id)
    laptop.tx(("set", "signature", signature, {"signer": ["王总", "x"]}, 1), command="signature.edit")
    laptop.tx(("delete", "signature", signature, {}, 1), command="signature.delete")
    assert [one.kind for one in laptop.sync().verdicts] == ["rejected"] * 2


def test_a_lost_laptop_cannot_sign_for_a_team_it_never_was_part_of(join: Join) -> None:
    first, stranger = join("Li", "North"), join("Zhao", "South", "rep")
    made = first.create("customer", name="A")
    quote_id, revision = new_id().hex, new_id().hex
    first.tx(
        ("create", "quote", quote_id, {"customer_id": made, "revision_id": revision}, 0),
        ("create", "quote_revision", revision, {"quote_id": quote_id}, 0),
        command="quote.new",
    )
    first.sync()
    snapshot = {"schema": 1}
    fields = {"quote_id": quote_id, "revision_id": revision, "signer": "x"}
    body = {"hash": content_hash(snapshot), "snapshot": snapshot, "fields": fields}
    stranger.tx(("sign", "signature", new_id().hex, body, 0), command="quote.sign")
    assert [one.code for one in stranger.sync().verdicts] == ["not_found"]
