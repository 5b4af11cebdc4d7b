"""A small sealed quote of one page, its company and its laptop, and what other programs say of a seal."""

import random
import re
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop.documents.ink import ink_page
from desktop.documents.quote import quote_pdf
from desktop.documents.seal import seal
from desktop.documents.seal_form import customer_place
from desktop.models import certificates
from desktop.rules.canonical import content_hash
from tests import inks
from tests.documents import sample
from tests.documents.sample import Snapshot, text

NOON: Final = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
FIRM: Final = "苏州衡岳工业装备有限公司"
HOLDER: Final = "林一鸣 · K7M"
KEY: Final = certificates.key_of(b"laptop".ljust(32))
_COMPANY_KEY: Final = certificates.key_of(b"company".ljust(32))
COMPANY: Final = certificates.company(_COMPANY_KEY, FIRM, NOON)
LAPTOP: Final = certificates.laptop(
    COMPANY,
    _COMPANY_KEY,
    certificates.read_public(certificates.public_of(KEY)),
    HOLDER,
    "ab" * 16,
    NOON,
)


def small() -> Snapshot:
    """Two lines and a term: one page."""
    lines = [line for line in sample.quote()["lines"] if line["kind"] == "item"][:2]
    return sample.quote(lines=lines, terms=[text("交货期 25 个工作日。")], milestones=[])


def sealed_by(laptop: bytes, *above: bytes, snapshot: Snapshot | None = None) -> bytes:
    """The small quote with the seal of a certificate."""
    content = snapshot or small()
    paper = quote_pdf(content, sealed_by=HOLDER)
    reason = f"Q2611-0187 R2 SHA-256 {content_hash(content)}"
    return seal(paper, KEY, [laptop, *above], at=NOON, name=FIRM, reason=reason)


@lru_cache(maxsize=1)
def sealed() -> bytes:
    """The small quote, sealed under the company's certificate."""
    return sealed_by(LAPTOP, COMPANY)


def other_signer() -> SimpleSigner:
    """Somebody with a program of their own and pyHanko's way to sign."""
    key = KEY.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = Certificate.load(certificates.alone(KEY, "乙方", "王总", "cd" * 16, NOON))
    return SimpleSigner(own, PrivateKeyInfo.load(key), SimpleCertificateStore())


def signed_by_the_customer(pdf: bytes) -> bytes:
    """The same with the customer's field signed."""
    return seal(pdf, KEY, [LAPTOP, COMPANY], at=NOON, name="王总", reason="Q2611-0187 R2", field="Customer")


@lru_cache(maxsize=1)
def signed() -> bytes:
    """The small quote with a customer's ink in their field."""
    base = sealed()
    width, height = customer_place(base)
    shows = ink_page(inks.name(), "张建国\u3000总经理\u30002026-11-24 12:00:00", width, height)
    reason = "Q2611-0187 R2 SHA-256 … evidence SHA-256 …"
    return seal(
        base, KEY, [LAPTOP, COMPANY], at=NOON, name="张建国", reason=reason, field="Customer", shows=shows
    )


def signed_by_a_stranger(base: bytes, rng: random.Random) -> bytes:
    """The customer's field, signed and shown by somebody whose laptop nobody here knows."""
    key = certificates.key_of(rng.randbytes(32))
    own = certificates.alone(key, FIRM, HOLDER, "ab" * 16, NOON)
    width, height = customer_place(base)
    shows = ink_page(inks.name(), "张建国", width, height)
    return seal(
        base, key, [own], at=NOON, name="张建国", reason="Q2611-0187 R2", field="Customer", shows=shows
    )


def pyhanko_accepts(path: Path) -> bool:
    """Whether pyHanko alone, without our own rules, calls every signature good."""
    root = Certificate.load(COMPANY)
    try:
        with path.open("rb") as file:
            found = PdfFileReader(file).embedded_signatures
            contexts = [ValidationContext(trust_roots=[root], moment=NOON) for _ in found]
            judged = [validate_pdf_signature(*pair) for pair in zip(found, contexts, strict=True)]
            return bool(judged) and all(each.bottom_line for each in judged)
    except Exception:  # noqa: BLE001 - a file may be broken in every way
        return False


def pdfsig_says(path: Path) -> str:
    """What poppler says of the signatures of a file."""
    ended = subprocess.run(["pdfsig", str(path)], capture_output=True, check=False)
    return ended.stdout.decode(errors="replace")


def pdfsig_accepts(path: Path, *, signatures: int = 1) -> bool:
    """Whether poppler finds so many valid signatures, one of them over the whole of the file."""
    said = pdfsig_says(path)
    return said.count("Signature is Valid") == signatures and "Total document signed" in said


def openssl_accepts(path: Path) -> bool:
    """Whether OpenSSL verifies the signature over the bytes that its range names."""
    pdf = path.read_bytes()
    ranged = re.search(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+)", pdf)
    if ranged is None:
        return False
    start, first, second, rest = map(int, ranged.groups())
    digits = pdf[first + 1 : second - 1].decode(errors="replace")
    cms, content, root = (path.with_suffix(end) for end in (".cms", ".content", ".pem"))
    try:
        cms.write_bytes(bytes.fromhex(digits).rstrip(b"\0"))
    except ValueError:
        return False
    content.write_bytes(pdf[start : start + first] + pdf[second : second + rest])
    company = x509.load_der_x509_certificate(COMPANY)
    root.write_bytes(company.public_bytes(serialization.Encoding.PEM))
    command = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    ]
    command += ["-attime", str(int(NOON.timestamp())), "-CAfile", str(root)]
    command += ["-in", str(cms), "-content", str(content)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
