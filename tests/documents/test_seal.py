"""The seal on paper: made the same each time, accepted by others, and broken by any change."""

import io
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test, printed_texts
from desktop.documents.seal_check import check
from desktop.errors import Refused
from desktop.models import certificates
from tests.documents import sample, sealing, tamper
from tests.documents.sealing import COMPANY, FIRM, HOLDER, KEY, LAPTOP, NOON

TRUSTED = {COMPANY}


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(sealing.sealed())
    return path


def test_untouched_paper_passes_everybody(paper: Path) -> None:
    assert sealing.pyhanko_accepts(paper)
    assert sealing.pdfsig_accepts(paper)
    assert sealing.openssl_accepts(paper)
    found = check(paper.read_bytes(), TRUSTED)
    assert (found.state, found.firm, found.holder, found.alone) == ("sound", FIRM, HOLDER, False)
    assert (found.sealed_at, found.data["number"]) == (NOON, "Q2611-0187")


def test_nothing_is_wrong_with_the_file_itself(paper: Path) -> None:
    with pikepdf.open(paper) as opened:
        assert opened.check_pdf_syntax() == []
    if shutil.which("qpdf"):
        said = subprocess.check_output(["qpdf", "--check", str(paper)], text=True)
        assert "No syntax or stream encoding errors" in said
    assert b"/BaseFont /Courier" not in paper.read_bytes()


def test_the_same_paper_key_and_moment_give_the_same_bytes() -> None:
    assert sealing.sealed_by(LAPTOP, COMPANY) == sealing.sealed()


def test_the_seal_appends_and_leaves_the_paper_as_it_was() -> None:
    snapshot = sealing.small()
    painted = quote_pdf(snapshot, sealed_by=HOLDER)
    assert sealing.sealed().startswith(painted)
    assert printed_texts(sealing.sealed()) == printed_texts(quote_pdf(snapshot))
    calculator_test(sealing.sealed(), snapshot)


def test_both_places_are_on_the_paper_before_the_seal_and_after_it_only_the_form_is_open() -> None:
    with pikepdf.open(io.BytesIO(quote_pdf(sample.quote(), sealed_by=HOLDER))) as opened:
        assert [str(field.T) for field in opened.Root.AcroForm.Fields] == ["Seal", "Customer"]
        last = opened.pages[-1]
        assert [str(field.T) for field in last.Annots] == ["Seal", "Customer"]
        (left, low, right, high), (begin, *_) = (map(float, field.Rect) for field in last.Annots)
        assert 0 < left < right < begin
        assert 0 < low < high
    with pikepdf.open(io.BytesIO(sealing.sealed())) as opened:
        assert opened.Root.Perms.DocMDP.Reference[0].TransformParams.P == 2


def test_paper_that_is_not_to_be_sealed_has_no_places_for_it() -> None:
    with pikepdf.open(io.BytesIO(quote_pdf(sealing.small()))) as opened:
        assert "/AcroForm" not in opened.Root
        assert "/Annots" not in opened.pages[0]


def test_changed_bytes_and_overlays_are_refused_each_of_them() -> None:
    rng, pdf = random.Random(11), sealing.sealed()
    changed = [tamper.changed_byte(pdf, rng) for _ in range(150)] + [
        tamper.overlaid(pdf, rng) for _ in range(50)
    ]
    states = [check(each, TRUSTED).state for each in changed]
    assert set(states) <= {"altered", "unsealed", "no_pdf"}
    assert states.count("altered") >= 170


def test_other_programs_refuse_them_too(paper: Path) -> None:
    rng, pdf = random.Random(12), sealing.sealed()
    for make in tamper.WAYS.values():
        path = paper.with_name("changed.pdf")
        path.write_bytes(make(pdf, rng))
        assert not sealing.pyhanko_accepts(path)
        assert not sealing.pdfsig_accepts(path)


def test_the_envelope_which_no_signature_covers_is_free_nowhere() -> None:
    pdf = sealing.sealed()
    places = tamper.envelope(pdf)
    versions_lengths_bits_and_zeros = [*places[:24:2], *places[1040:1060], *places[-80::3]]
    states = {
        check(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :], TRUSTED).state
        for place in versions_lengths_bits_and_zeros
    }
    assert states == {"altered"}
    lower = pdf[places[0] : places[-1]].lower()
    assert check(pdf[: places[0]] + lower + pdf[places[-1] :], TRUSTED).state == "altered"


def test_what_is_appended_is_told_apart_from_the_customers_signature(paper: Path) -> None:
    pdf = sealing.sealed()
    for more in (b"\n", b"%comment\n%%EOF\n", pdf):
        assert check(pdf + more, TRUSTED).state in {"appended", "altered"}
    assert check(tamper.appended(pdf, random.Random(1)), TRUSTED).state == "appended"
    paper.write_bytes(tamper.appended(pdf, random.Random(2)))
    assert "Not total document signed" in sealing.pdfsig_says(paper)
    signed = sealing.signed_by_the_customer(pdf)
    found = check(signed, TRUSTED)
    assert (found.state, found.customer_at) == ("signed", NOON)
    assert check(tamper.appended(signed, random.Random(3)), TRUSTED).state == "appended"
    assert check(signed + b"\n", TRUSTED).state == "appended"
    assert check(signed[: len(pdf)], TRUSTED).state == "sound"


def test_what_a_customer_signed_passes_everybody_and_any_change_of_it_is_refused(paper: Path) -> None:
    paper.write_bytes(sealing.signed())
    assert tamper.whole_and_signed(paper)
    with pikepdf.open(paper) as opened:
        assert opened.check_pdf_syntax() == []
    assert b"/BaseFont /Courier" not in paper.read_bytes()
    rng, pdf = random.Random(14), sealing.signed()
    for make in tamper.WAYS.values():
        states = {check(make(pdf, rng), TRUSTED).state for _ in range(8)}
        assert states <= tamper.REFUSED
        paper.write_bytes(make(pdf, rng))
        assert not sealing.pyhanko_accepts(paper)
        assert not sealing.pdfsig_accepts(paper, signatures=2)


def test_the_same_ink_key_and_moment_give_the_same_bytes() -> None:
    first = sealing.signed()
    sealing.signed.cache_clear()
    assert sealing.signed() == first


def test_a_signed_file_that_was_put_back_is_told_by_the_log_in_every_form(tmp_path: Path) -> None:
    tally: Counter[str] = Counter()
    assert tamper.rolled_back(12, 5, tmp_path, tally) == []
    assert any(each.endswith("rolled_back") for each in tally)
    assert len(tally) >= 3


def test_a_seal_counts_by_the_key_that_vouches_and_not_by_names() -> None:
    company_key = certificates.key_of(b"company".ljust(32))
    renamed = certificates.company(company_key, "改名后的公司", NOON)
    assert check(sealing.sealed(), {renamed}).state == "sound"
    forged = certificates.company(KEY, FIRM, NOON)
    assert check(sealing.sealed(), {forged}).state == "foreign"
    assert check(sealing.sealed(), ()).state == "foreign"


def test_a_laptop_without_an_office_vouches_for_itself() -> None:
    lone = certificates.alone(KEY, FIRM, HOLDER, "ab" * 16, NOON)
    found = check(sealing.sealed_by(lone), {lone})
    assert (found.state, found.alone, found.firm) == ("sound", True, FIRM)


def test_a_certificate_that_its_company_never_signed_is_an_alteration() -> None:
    stranger = certificates.company(certificates.key_of(b"stranger".ljust(32)), FIRM, NOON)
    assert check(sealing.sealed_by(LAPTOP, stranger), {stranger}).state == "altered"


@pytest.mark.parametrize("missing", ["pyhanko.pdf_utils.reader", "pyhanko.sign.validation"])
def test_an_installation_that_is_not_whole_accuses_no_paper(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError):
        check(sealing.sealed(), TRUSTED)


def test_what_is_no_sealed_paper_is_said_to_be_none() -> None:
    assert check(b"", TRUSTED).state == "no_pdf"
    assert check(b"PK\x03\x04", TRUSTED).state == "no_pdf"
    assert check(quote_pdf(sealing.small()), TRUSTED).state == "unsealed"
    assert check(quote_pdf(sealing.small(), sealed_by=HOLDER), TRUSTED).state == "unsealed"
    assert check(b"%PDF-1.7\nnonsense", TRUSTED).state == "unsealed"
    assert check(sealing.sealed()[:-300], TRUSTED).state == "altered"


@pytest.mark.parametrize("field", ["Signature1", "Customer"])
def test_what_others_signed_is_not_called_altered(field: str) -> None:
    plain = quote_pdf(sealing.small(), sealed_by=HOLDER if field == "Customer" else "")
    signer = sealing.other_signer()
    meta = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha512")
    signed = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(plain)), meta, signer).getvalue()
    assert check(signed, TRUSTED).state == "unsealed"
    assert check(signed[:-300], TRUSTED).state == "unsealed"


def test_data_that_is_not_what_the_paper_says_is_refused_even_under_a_good_seal() -> None:
    other = sealing.seal(
        quote_pdf(sealing.small(), sealed_by=HOLDER),
        KEY,
        [LAPTOP, COMPANY],
        at=NOON,
        name=FIRM,
        reason="Q2611-0187 R2 SHA-256 " + "0" * 64,
    )
    assert check(other, TRUSTED).state == "altered"


def test_fifty_lines_are_drawn_recomputed_and_sealed_in_half_a_second() -> None:
    snapshot = sample.quote(lines=[sealing.small()["lines"][0]] * 50)
    sealing.sealed()
    start = time.process_time()
    paper = sealing.sealed_by(LAPTOP, COMPANY, snapshot=snapshot)
    calculator_test(paper, snapshot)
    assert time.process_time() - start < 0.5


def test_a_name_that_cannot_be_printed_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(Refused, match="cannot be printed"):
        quote_pdf(sealing.small(), sealed_by="林\U0010fffd")
    assert check(sealing.sealed_by(LAPTOP, COMPANY, snapshot=sample.quote("both")), TRUSTED).state == "sound"
