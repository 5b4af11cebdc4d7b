"""Issuing seals: what is kept, shown and told of it, at a laptop that never met an office."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desktop import cli
from desktop.documents.finish import read_data
from desktop.errors import Refused
from desktop.models import certificates, seals
from desktop.models.records import Attachment, Quote
from desktop.models.store import Store
from desktop.rules.roles import Role
from desktop.services import attachments, commands, drafts, evidence, quotes, sealed, signing
from tests.documents import sealing, tamper
from tests.stores import NOON, firm, opened, product, quote

assert signing.EXPIRED  # the commands of signing are registered


@pytest.fixture
def issued(store: Store) -> tuple[Quote, bytes]:
    firm(store)
    made = quote(store, (product(store).id, "2"))
    return made, commands.run(store, store.me(), "quote.issue", made.id).value


def said(pdf: bytes, store: Store | None) -> tuple[str, str]:
    verdict = sealed.examine(pdf, store)
    return verdict.state, verdict.message.in_language("en")


def test_what_is_issued_is_sealed_kept_with_its_quote_and_shown_again_to_the_byte(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, paper = issued
    draft = drafts.load(store, made.id)
    [kept] = attachments.listed(store, "quote", made.id)
    check = draft.revision.content_hash[:8].upper()
    assert kept.record.name == f"{draft.quote.number} R1 {check}.pdf"
    assert attachments.contents(store, kept.record) == paper == quotes.paper(store, made.id)
    assert quotes.paper(store, made.id, language="zh") == paper
    assert json.loads(read_data(paper)) == draft.revision.snapshot
    state, words = said(paper, store)
    assert state == "sound"
    assert "no office vouches" in words
    assert check in words.replace(" ", "")


def test_another_language_and_paper_out_of_force_are_drawn_without_the_seal(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, _ = issued
    assert said(quotes.paper(store, made.id, language="en"), store)[0] == "unsealed"
    commands.run(store, store.me(), "quote.decline", made.id)
    assert said(quotes.paper(store, made.id), store)[0] == "unsealed"


def test_sealed_paper_that_is_not_here_is_drawn_and_asked_for(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, _ = issued
    [kept] = attachments.listed(store, "quote", made.id)
    assert store.blobs is not None
    sha256 = kept.record.sha256
    store.blobs.sent(sha256, frozenset(), whole=True)
    with store.blobs.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE piece SET data = x'00' WHERE sha256 = ?", (sha256,))
    for _ in ("damaged", "not here"):
        assert said(quotes.paper(store, made.id), store)[0] == "unsealed"
        state = store.blobs.states([sha256])[sha256]
        assert (state.here, state.wanted) == (False, True)
        with store.blobs.engine.begin() as conn:
            conn.exec_driver_sql("UPDATE blob SET wanted = 0, evicted = 1")


def test_a_person_whose_name_cannot_be_printed_issues_under_the_laptops_code(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store).id, "1"))
    me = replace(store.me(), name="林\U0010fffd")
    paper = commands.run(store, me, "quote.issue", made.id).value
    told = sealed.examine(paper, store)
    assert told.reliable
    assert "林" not in told.facts["holder"]


def test_the_sealed_paper_stays_with_its_quote(store: Store, issued: tuple[Quote, bytes]) -> None:
    [kept] = attachments.listed(store, "quote", issued[0].id)
    with pytest.raises(Refused, match="is kept with its record"):
        commands.run(store, store.me(), "attachment.detach", kept.record.id)


def test_each_revision_has_a_paper_of_its_own(store: Store, issued: tuple[Quote, bytes]) -> None:
    made, first = issued
    commands.run(store, store.me(), "quote.revise", made.id)
    commands.run(store, store.me(), "quote.discount", made.id, kind="percent", value=Decimal(-5))
    second = commands.run(store, store.me(), "quote.issue", made.id).value
    assert quotes.paper(store, made.id) == second != first
    assert len(attachments.listed(store, "quote", made.id)) == 2
    assert {said(each, store)[0] for each in (first, second)} == {"sound"}


def test_one_certificate_serves_all_papers_of_a_laptop(store: Store, issued: tuple[Quote, bytes]) -> None:
    _, first = issued
    again = quote(store, (product(store, "B").id, "1"))
    second = commands.run(store, store.me(), "quote.issue", again.id).value
    prints = {sealed.examine(each, store).facts["fingerprint"] for each in (first, second)}
    assert len(prints) == len(seals.trusted(store)) == 1


def test_a_lone_certificate_names_whoever_seals_with_it_now(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    again = quote(store, (product(store, "B").id, "1"))
    paper = commands.run(store, replace(store.me(), name="王五"), "quote.issue", again.id).value
    holders = [sealed.examine(each, store).facts["holder"] for each in (issued[1], paper)]
    assert [each.startswith("王五") for each in holders] == [False, True]
    assert said(issued[1], store)[0] == said(paper, store)[0] == "sound"


def test_a_certificate_that_has_ended_is_replaced_and_the_old_paper_still_counts(tmp_path: Path) -> None:
    now = [NOON]
    with opened(tmp_path / "profile", clock=lambda: now[0]) as store:
        firm(store)
        made = [quote(store, (product(store, sku).id, "1")) for sku in "AB"]
        first = commands.run(store, store.me(), "quote.issue", made[0].id).value
        now[0] += timedelta(days=certificates.LAPTOP_DAYS + 1)
        second = commands.run(store, store.me(), "quote.issue", made[1].id).value
        assert [said(each, store)[0] for each in (first, second)] == ["sound", "sound"]
        assert len(seals.trusted(store)) == 2


def test_elsewhere_it_is_whole_but_nobody_known_vouches_for_it(
    tmp_path: Path, issued: tuple[Quote, bytes]
) -> None:
    with opened(tmp_path / "elsewhere") as elsewhere:
        state, words = said(issued[1], elsewhere)
    assert state == "foreign" == said(issued[1], None)[0]
    assert "This is not ours" in words
    assert "Fingerprint" in words


def test_each_fault_has_words_of_its_own_in_both_languages(store: Store, issued: tuple[Quote, bytes]) -> None:
    paper = issued[1]
    half = len(paper) // 2
    files = {
        "altered": paper[:half] + bytes([paper[half] ^ 1]) + paper[half + 1 :],
        "appended": paper + b"\n",
        "unsealed": quotes.paper(store, issued[0].id, language="both"),
        "no_pdf": b"hello",
        "foreign": sealing.sealed(),
        "sound": paper,
    }
    verdicts = {state: sealed.examine(pdf, store) for state, pdf in files.items()}
    assert {state: verdict.state for state, verdict in verdicts.items()} == {each: each for each in files}
    for language in ("en", "zh"):
        assert len({verdict.message.in_language(language) for verdict in verdicts.values()}) == len(files)
    assert [state for state, verdict in verdicts.items() if verdict.reliable] == ["sound"]
    assert verdicts["altered"].facts == {}


def test_a_file_put_back_to_the_seal_is_told_when_the_log_knows_of_the_signature(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    made, paper = issued
    commands.run(store, store.me(), "quote.sign", made.id, signer="王总", evidence={"ink": []})
    assert said(paper, store)[0] == "sound"
    commands.run(
        *(store, store.me(), "quote.sign", made.id), signer="王总", evidence={evidence.PAPER: "ab" * 32}
    )
    state, words = said(paper, store)
    assert state == "rolled_back"
    assert "王总" in words
    assert not sealed.examine(paper, store).reliable


def test_a_name_that_cannot_be_printed_issues_nothing(store: Store) -> None:
    firm(store)
    made = quote(store, (product(store, name="泵\U0010fffd").id, "1"))
    with pytest.raises(Refused, match=r"U\+10FFFD"):
        commands.run(store, store.me(), "quote.issue", made.id)
    with store.reading() as session:
        assert session.query(Attachment).count() == 0
    assert drafts.load(store, made.id).quote.stage == "draft"


@pytest.mark.parametrize("refused", ["attachment.*", "attachment.create", "attachment.attach"])
def test_a_role_that_may_add_no_files_issues_without_a_seal(store: Store, refused: str) -> None:
    firm(store)
    made = quote(store, (product(store).id, "1"))
    me = store.me()
    bare = replace(me, own=Role("bare", me.rights.label, "all", ("*",), (refused,)))
    paper = commands.run(store, bare, "quote.issue", made.id).value
    assert said(paper, store)[0] == "unsealed"
    assert attachments.listed(store, "quote", made.id) == []


def test_a_laptop_under_another_identity_seals_with_another_key(
    store: Store, issued: tuple[Quote, bytes]
) -> None:
    before = store.local(seals.SEAL)["seed"]
    store.device = type(store.device)(int=store.device.int ^ 1)
    again = quote(store, (product(store, "B").id, "1"))
    paper = commands.run(store, store.me(), "quote.issue", again.id).value
    assert store.local(seals.SEAL)["seed"] != before
    assert said(paper, store)[0] == said(issued[1], store)[0] == "sound"


def test_the_command_line_tells_it_without_a_vault_too(
    tmp_path: Path, issued: tuple[Quote, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(issued[1])
    asked = ["verify-pdf", str(path), "--profile", str(tmp_path / "nobody"), "--json"]
    assert cli.main(asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["reliable"], told["revision"]) == ("foreign", False, 1)
    path.write_bytes(tamper.envelope(issued[1]).start * b"x")
    assert cli.main(["verify-pdf", str(path), "--profile", str(tmp_path / "nobody")]) == 1
    assert "no PDF" in capsys.readouterr().out
    assert cli.main(["verify-pdf", str(tmp_path / "none.pdf")]) == 3


def test_moments_are_those_of_the_issue(store: Store, issued: tuple[Quote, bytes]) -> None:
    told = sealed.examine(issued[1], store).facts["sealed_at"]
    assert datetime.fromisoformat(told).astimezone(UTC) == NOON
