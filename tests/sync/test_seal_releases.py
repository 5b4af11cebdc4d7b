"""Seals of the firm: kept by the office, released to a person, printed offline, counted and checked again."""

import base64
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2.raw as raw
import pytest
from PIL import Image

from desktop.documents import stamp
from desktop.documents.contract import contract_pdf
from desktop.documents.draw import Page, Picture
from desktop.documents.preview import opened as opened_pdf
from desktop.documents.readback import calculator_test
from desktop.documents.theme import A4, MM
from desktop.documents.theme import paper as look
from desktop.errors import NotAllowed, Refused
from desktop.models import seal_releases as signed
from desktop.models.records import SealRelease, SealUse, Task
from desktop.models.store import Store
from desktop.rules import seal_releases as rules
from desktop.rules.attachments import hash_of
from desktop.rules.seal_releases import Case, Release
from desktop.services import commands, contract_drafts, contracts, sealed, seals
from sync.server import people
from tests import seals as pictures
from tests.documents import sample
from tests.stores import NOON, firm
from tests.sync.pair import Pair, pairs

DAY = NOON.date()
GIVEN = Release("合同专用章", "ann", rules.CONTRACT, DAY, DAY + timedelta(days=9), 2, 1_000_000)
CASE = Case("ann", rules.CONTRACT, DAY, 2_000_000)


def run(store: Store, name: str, target: UUID | None = None, **arguments: Any) -> Any:
    return commands.run(store, store.me(), name, target, **arguments).value


class Sealed(Pair):
    """Ann keeps the firm's seal and releases it to Bob."""

    seal: UUID
    release: UUID

    def begin(self, **of: Any) -> None:
        firm(self.ann)
        self.seal = run(self.ann, "company_seal.new", values={"name": "合同专用章"}).id
        run(self.ann, "company_seal.picture", self.seal, data=pictures.picture())
        self.release = self.give(**of)
        self.meet()
        self.meet()

    def give(self, **of: Any) -> UUID:
        days = {"valid_from": DAY - timedelta(days=1), "valid_until": DAY + timedelta(days=400)}
        given = {"seal_id": self.seal, "owner_id": self.bob.me().id, "most": 2, **days, **of}
        made: UUID = run(self.ann, "seal_release.new", values=given).id
        return made

    def contract(self, store: Store) -> UUID:
        buyer = self.draft(store).quote.customer_id
        quote = run(store, "quote.compose", customer_id=buyer, lines=[(self.products[0].id, Decimal(1))])
        run(store, "quote.issue", quote.id)
        made: UUID = run(store, "contract.new", values={"quote_id": quote.id}).id
        return made

    def issue(self, store: Store) -> UUID:
        made = self.contract(store)
        run(store, "contract.put_seal", made, release_id=self.release)
        run(store, "contract.issue", made)
        return made

    def verdicts(self, store: Store) -> list[str]:
        return [one.verdict for one in self.all(store, SealUse)]


@pytest.fixture
def sealing(tmp_path: Path) -> Iterator[Sealed]:
    with pairs(tmp_path) as pair:
        pair.__class__ = Sealed
        assert isinstance(pair, Sealed)
        pair.begin()
        yield pair


def test_a_released_seal_is_printed_offline_and_the_office_finds_it_in_order(sealing: Sealed) -> None:
    bob = sealing.bob
    [(release, why)] = seals.offered(bob)
    assert (release.name, why) == ("合同专用章", None)
    assert seals.offered(sealing.ann) == []
    made = sealing.issue(bob)
    paper = contracts.paper_of(bob, made)
    draft = contract_drafts.load(bob, made)
    assert draft.snapshot()["seal"]["picture"] == release.sha256
    verdict = sealed.examine(paper, bob)
    assert verdict.reliable
    with opened_pdf(paper) as pdf:
        pictures_on = [_pictures(pdf[number]) for number in range(len(pdf))]
    assert min(pictures_on) == 1
    assert max(pictures_on) == 2
    sealing.meet()
    sealing.meet()
    assert sealing.verdicts(bob) == sealing.verdicts(sealing.ann) == ["kept"]
    assert not sealing.all(sealing.ann, Task)
    sealing.issue(bob)
    with pytest.raises(Refused, match="used up"):
        sealing.issue(bob)
    assert seals.used(bob, sealing.release) == 2


def _pictures(page: Any) -> int:
    return sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))


def test_what_a_release_does_not_cover_is_refused_with_the_reason() -> None:
    def why(given: Release = GIVEN, used: int = 0, **changes: Any) -> Any:
        refused = rules.refusal(given, replace(CASE, **changes), used)
        return refused.text if refused is not None else None

    assert why() is None
    assert why(on=GIVEN.last) is None
    assert why(person="bob") == rules.OTHER_PERSON.text
    assert why(subject="quote") == rules.OTHER_KIND.text
    assert why(on=DAY - timedelta(days=1)) == rules.NOT_YET.text
    assert why(on=GIVEN.last + timedelta(days=1)) == rules.EXPIRED.text
    assert why(used=2) == rules.USED_UP.text
    assert why(at=GIVEN.granted_at - rules.FORGIVEN - 1) == rules.WOUND_BACK.text
    assert why(newest=CASE.at + rules.FORGIVEN + 1) == rules.WOUND_BACK.text


def test_one_byte_of_a_release_or_its_picture_and_it_does_not_count(sealing: Sealed) -> None:
    bob = sealing.bob
    with bob.reading() as session:
        release = session.get(SealRelease, sealing.release)
        assert release is not None
        row = {"id": release.id.hex, **release.wire()}
    public = bob.local("office_keys", {})["sign"]
    assert signed.is_signed(public, row)
    for name in signed.SIGNED:
        assert not signed.is_signed(public, {**row, name: "x" if name != "most" else 99}), name
    png = stamp.prepared(pictures.picture("公章"))
    forged: tuple[dict[str, Any], ...] = (
        {"most": 99},
        {"valid_until": date(2099, 1, 1)},
        {"picture": {"png": base64.b64encode(png).decode()}},
        {"picture": {"png": base64.b64encode(png).decode()}, "sha256": hash_of(png)},
        {"picture": {}},
        {"signature": ""},
    )
    table = SealRelease.table()
    mine = sealing.contract(bob)
    for values in forged:
        before = {name: getattr(release, name) for name in values}
        with bob.engine.begin() as connection:
            connection.execute(table.update().where(table.c.id == release.id).values(**values))
        [(_, why)] = seals.offered(bob)
        assert why is not None, values
        with pytest.raises(Refused):
            run(bob, "contract.put_seal", mine, release_id=sealing.release)
        with bob.engine.begin() as connection:
            connection.execute(table.update().where(table.c.id == release.id).values(**before))
    assert seals.offered(bob)[0][1] is None


def test_what_was_printed_without_a_release_that_counts_is_a_breach_and_somebody_is_told(
    sealing: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = sealing.bob
    run(sealing.ann, "seal_release.edit", sealing.release, values={"most": 1})
    sealing.meet()
    sealing.meet()
    sealing.issue(bob)
    monkeypatch.setattr(seals, "refusal", lambda *_: None)  # a changed laptop prints it again
    second = sealing.issue(bob)
    monkeypatch.setattr(seals, "note", lambda *_: None)  # and once more without a word
    third = sealing.issue(bob)
    sealing.meet()
    sealing.meet()
    assert sorted(sealing.verdicts(sealing.ann)) == ["breach", "kept"]
    told = " ".join(one.remark or "" for one in sealing.all(sealing.ann, Task))
    assert "used up" in told
    assert "without a release" in told
    for made in (second, third):
        assert contract_drafts.load(sealing.ann, made).frozen  # the paper stays as the customer has it


def test_a_withdrawn_release_ends_and_a_draft_bears_no_seal(sealing: Sealed) -> None:
    bob = sealing.bob
    made = sealing.contract(bob)
    run(bob, "contract.put_seal", made, release_id=sealing.release)
    with opened_pdf(contracts.paper_of(bob, made)) as pdf:
        assert {_pictures(pdf[number]) for number in range(len(pdf))} == {0}
    run(sealing.ann, "seal_release.delete", sealing.release)
    sealing.meet()
    sealing.meet()
    assert seals.offered(bob) == []
    with pytest.raises(Refused, match="withdrawn"):
        run(bob, "contract.issue", made)
    run(bob, "contract.put_seal", made)
    run(bob, "contract.issue", made)
    assert "seal" not in contract_drafts.load(bob, made).snapshot()


def test_a_rep_releases_nothing_and_gets_no_picture_but_the_released_one(sealing: Sealed) -> None:
    office, clock = sealing.server, sealing.server.clock()
    office.store.write(lambda conn: people.set_role(conn, "Bob", "rep", clock))
    office.store.write(lambda conn: people.set_role(conn, "Ann", "admin", clock))
    sealing.meet()
    sealing.meet()
    bob = sealing.bob
    values = {"seal_id": sealing.seal, "owner_id": bob.me().id, "most": 99}
    for name, arguments in (("seal_release.new", {"values": values}), ("company_seal.new", {"values": {}})):
        with pytest.raises(NotAllowed):
            run(bob, name, **arguments)
    with bob.work(bob.me(), "contract.unheard_of") as work:  # as no program would
        work.add(_own(values))
    sealing.meet()
    sealing.meet()
    assert [one.id for one in sealing.all(sealing.ann, SealRelease)] == [sealing.release]
    made = sealing.issue(bob)
    sealing.meet()
    sealing.meet()
    assert sealing.verdicts(sealing.ann) == ["kept"]
    assert contract_drafts.load(sealing.ann, made).contract.release_id == sealing.release


def _own(values: dict[str, Any]) -> SealRelease:
    return SealRelease(**values, valid_from=DAY, valid_until=DAY + timedelta(days=1))


def test_the_same_contract_with_the_same_seal_is_the_same_file_and_stands_clear_of_figures() -> None:
    png = stamp.prepared(pictures.picture())
    assert stamp.prepared(pictures.picture()) == png
    for clauses in (14, 3):
        made = sample.contract("zh")
        made["clauses"] = made["clauses"][:clauses]
        made["seal"] = {"release": "0" * 32, "name": "x", "kind": "contract", "picture": hash_of(png)}
        paper = contract_pdf(made, sealed_by="Lin · A1", seal=png)
        assert contract_pdf(made, sealed_by="Lin · A1", seal=png) == paper
        calculator_test(paper, made)
        _stands_clear(paper)
    two = [Page(), Page()]
    stamp.across_pages(two, png)
    assert stamp.shift(2) == pytest.approx(5 * MM)
    for page in two:
        [(_, block)] = page.placed
        [mark] = block.marks
        assert isinstance(mark, Picture)
        assert mark.width == pytest.approx(21 * MM)
        assert mark.x + look().left - stamp.shift(2) + mark.width == pytest.approx(A4[0])
        assert mark.x >= look().width + 1.9 * MM


def _stands_clear(paper: bytes) -> None:
    """No text of any page below its slice."""
    with opened_pdf(paper) as pdf:
        for number in range(len(pdf)):
            page = pdf[number]
            boxes = [one.get_bounds() for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])]
            edge = max(boxes, key=lambda box: box[2])
            assert edge[2] == pytest.approx(A4[0], abs=0.5)
            texts = page.get_textpage()
            for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=texts):
                assert one.get_bounds()[2] < edge[0]


def test_slices_laid_together_are_the_whole_seal() -> None:
    png = stamp.prepared(pictures.picture())
    with Image.open(io.BytesIO(png)) as whole:
        assert whole.mode == "RGBA"
        assert whole.getchannel("A").getextrema() == (0, 255)
        for count in (2, 3, 7):
            parts = [Image.open(io.BytesIO(part)) for part in stamp.sliced(png, count)]
            laid = Image.new("RGBA", whole.size)
            left = 0
            for part in parts:
                laid.paste(part, (left, 0))
                left += part.width
            assert laid.tobytes() == whole.tobytes()


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n broken", "blank"])
def test_what_is_no_picture_of_a_seal_is_refused(data: bytes | str) -> None:
    if data == "blank":
        buffer = io.BytesIO()
        Image.new("RGB", (300, 300), "white").save(buffer, "PNG")
        data = buffer.getvalue()
    with pytest.raises(Refused):
        stamp.prepared(bytes(data))
    assert stamp.prepared(pictures.picture(kind="JPEG"))
