"""The customer signs a contract: its own record, the ink in its sealed paper, and only what was issued."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.records import Attachment, Contract, Signature
from desktop.models.store import Store
from desktop.rules import attachments as rules
from desktop.services import (
    attachments,
    commands,
    contract_drafts,
    contract_signing,
    contracts,
    evidence,
    sealed,
    showing,
)
from tests import inks
from tests.documents import sealing
from tests.stores import customer, firm, opened, product, quote


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as opened_store:
        firm(opened_store)
        yield opened_store


@pytest.fixture
def issued(store: Store) -> Contract:
    made = quote(store, (product(store).id, "2"), to=customer(store, address="临港路 168 号"))
    run(store, "quote.issue", made.id)
    contract = run(store, "contract.new", values={"quote_id": made.id})
    run(store, "contract.issue", contract.id)
    return now(store, contract)


def now(store: Store, contract: Contract) -> Contract:
    return contract_drafts.load(store, contract.id).contract


def sign(store: Store, contract: Contract, **said: Any) -> Signature:
    given = {"signer": "张建国", "job": "总经理", "on_screen": inks.on_screen(content=contract.content_hash)}
    found = run(store, "contract.sign_here", contract.id, **{**given, **said})
    assert isinstance(found, Signature)
    return found


def test_the_ink_stands_in_the_sealed_contract_and_both_sides_have_signed(
    store: Store, issued: Contract, tmp_path: Path
) -> None:
    paper = contracts.paper_of(store, issued.id)
    signature = sign(store, issued)
    signed = contracts.paper_of(store, issued.id)
    assert signed.startswith(paper)
    verdict = sealed.examine(signed, store)
    assert (verdict.state, verdict.facts["customer"], verdict.facts["evidence"]) == ("signed", "张建国", True)
    assert (signature.evidence or {})[evidence.PAPER] == rules.hash_of(signed)
    assert sealed.examine(paper, store).state == "rolled_back"
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    assert sealing.pdfsig_says(path).count("Signature is Valid") == 2
    held = now(store, issued)
    assert (held.stage, held.signed_on) == (
        "signed",
        contract_drafts.load(store, issued.id).contract.signed_on,
    )
    assert held.signed_on is not None
    [listed] = contract_signing.signatures(store, issued.id)
    said = " ".join(words.in_language("en") for words in contract_signing.told(listed))
    assert "1 pages shown for 12 s" in said
    assert inks.CONSENT in said
    assert (signature.quote_id, signature.contract_id) == (issued.quote_id, issued.id)


def test_a_second_person_signs_and_the_first_stays(store: Store, issued: Contract) -> None:
    sign(store, issued)
    sign(store, issued, signer="李四", job="")
    assert [one.signer for one in contract_signing.signatures(store, issued.id)] == ["张建国", "李四"]
    names = [each.record.name for each in attachments.listed(store, "contract", issued.id)]
    assert sum("已签" in name for name in names) == 2


def test_on_paper_the_photograph_is_kept_with_the_signature(
    store: Store, issued: Contract, tmp_path: Path
) -> None:
    path = tmp_path / "signed.jpg"
    Image.new("RGB", (60, 40), "white").save(path)
    photo = attachments.keep(store, path.name, path.read_bytes(), purpose=rules.SIGNATURE)
    signature = sign(store, issued, method="paper", on_screen=None, photo=photo)
    assert signature.image_id is not None
    assert now(store, issued).stage == "signed"
    [listed] = contract_signing.signatures(store, issued.id)
    assert "among the files" in contract_signing.told(listed)[-1].in_language("en")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"signer": " "}, "Say who"),
        ({"on_screen": inks.on_screen(content="ef" * 32)}, "Another contract"),
        ({"on_screen": inks.on_screen(consent=" ")}, "Another contract|consent"),
    ],
)
def test_without_name_reading_and_consent_nothing_is_signed(
    store: Store, issued: Contract, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        sign(store, issued, **said)
    assert contract_signing.signatures(store, issued.id) == []
    assert now(store, issued).stage == "sent"


def test_what_is_a_draft_withdrawn_or_over_is_not_signed(store: Store, issued: Contract) -> None:
    run(store, "contract.withdraw", issued.id)
    again = run(store, "contract.new", values={"quote_id": issued.quote_id, "valid_until": date(2026, 1, 31)})
    with pytest.raises(Refused, match="Issue this contract first"):
        sign(store, again)
    run(store, "contract.issue", again.id)
    with pytest.raises(Refused, match="in force until 2026-01-31"):
        sign(store, now(store, again))
    for contract in (issued, again):
        with pytest.raises(Refused):
            showing.showing(store, showing.CONTRACT, contract.id, 200)


def swap(store: Store, contract: Contract, pdf: bytes) -> None:
    """What a changed program could do: other bytes under the name and purpose of the sealed paper."""
    assert store.blobs is not None
    digest = store.blobs.put(pdf)
    with store.engine.begin() as connection:
        table = Attachment.table()
        connection.execute(
            table.update()
            .where(table.c.of_id == contract.id, table.c.purpose == rules.SEALED)
            .values(sha256=digest, size=len(pdf))
        )


def other_paper(store: Store) -> bytes:
    """A sealed paper of this firm with another content."""
    made = quote(store, (product(store, sku="OTHER").id, "1"), to=customer(store, name="另一家"))
    return bytes(run(store, "quote.issue", made.id))


@pytest.mark.parametrize("how", ["altered", "another", "unsealed"])
def test_a_file_that_is_not_what_was_issued_is_neither_shown_nor_signed(
    store: Store, issued: Contract, how: str
) -> None:
    paper = contracts.paper_of(store, issued.id)
    middle = len(paper) // 3
    swapped = {
        "altered": lambda: paper[:middle] + bytes([paper[middle] ^ 1]) + paper[middle + 1 :],
        "another": lambda: other_paper(store),
        "unsealed": lambda: b"%PDF-1.7\n%nothing\n",
    }[how]()
    shown = showing.showing(store, showing.CONTRACT, issued.id, 200)
    assert shown.sha256 == rules.hash_of(paper)
    swap(store, issued, swapped)
    with pytest.raises(Refused, match="not what was issued"):
        showing.showing(store, showing.CONTRACT, issued.id, 200)
    with pytest.raises(Refused, match="not what was issued"):
        sign(store, issued)
    with store.reading() as session:
        assert session.scalars(select(Signature)).all() == []
    assert now(store, issued).stage == "sent"
