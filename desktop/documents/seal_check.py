"""What the seal on a PDF says of it, offline: whose it is, and whether one byte differs from what was sealed.

pyHanko judges digest, signature, certificates and what was appended. What a signature cannot cover, the
envelope in which it lies, must be exactly as a seal is written: then no byte of the file is free.
"""

import hashlib
import io
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from cryptography import x509

from desktop.documents.finish import read_data
from desktop.documents.seal_form import CUSTOMER, SEAL
from desktop.models import certificates
from desktop.rules.canonical import hash_of

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

State = Literal["sound", "signed", "appended", "altered", "foreign", "unsealed", "no_pdf"]
_MARK: Final = b"/ETSI.CAdES.detached"
_OUR_FIELD: Final = b"/T (Seal)"
_LOG: Final = logging.getLogger(__name__)
_TALKATIVE: Final = ("pyhanko", "pyhanko_certvalidator")
"""What they find wrong with a file is said in our words, not on a terminal."""
_BITS: Final = 0x03
"""The tag of a BIT STRING."""
_SHA256: Final = {"algorithm": "sha256", "parameters": None}
_ECDSA: Final = {"algorithm": "sha256_ecdsa", "parameters": None}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. Nothing but `state` counts of a file that was altered.

    `alone`: no office vouched for the laptop. `customer_at`: when the customer's field was signed;
    `signer` and `signed_reason` are what that signature says of itself.
    `digest` is the content hash of the data that the file carries.
    """

    state: State
    firm: str = ""
    holder: str = ""
    alone: bool = False
    sealed_at: datetime | None = None
    customer_at: datetime | None = None
    signer: str = ""
    signed_reason: str = ""
    fingerprint: str = ""
    digest: str = ""
    data: Any = None


class _Altered(Exception):
    """Something is not as it was sealed."""


def check(pdf: bytes, trusted: Collection[bytes]) -> Checked:
    """Examine a PDF, however broken; `trusted` are the certificates (DER) whose word counts.

    Raises what says nothing of the file: MemoryError, and ImportError of an installation that is not whole.
    """
    if b"%PDF-" not in pdf[:1024] and _MARK not in pdf:
        return Checked("no_pdf")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return _examined(pdf, trusted)
    except _Altered:
        return Checked(_broken(pdf))
    except (MemoryError, ImportError):
        raise
    except Exception as error:  # noqa: BLE001 - pyHanko fails in many ways over a file that is broken
        _LOG.debug("a PDF that cannot be examined: %s", type(error).__name__)
        return Checked(_broken(pdf))


def _broken(pdf: bytes) -> State:
    """What a file without a whole signature is called; one that others made is not ours to judge."""
    return "altered" if _MARK in pdf and _OUR_FIELD in pdf else "unsealed"


def _signatures(pdf: bytes) -> "list[EmbeddedPdfSignature]":
    """In the order in which they were made."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(pdf))
    return sorted(reader.embedded_signatures, key=lambda each: int(each.byte_range[2]))


def _examined(pdf: bytes, trusted: Collection[bytes]) -> Checked:
    found = _signatures(pdf)
    if not found:
        return Checked(_broken(pdf))
    seal, *later = found
    if seal.field_name != SEAL or seal.docmdp_level is None or seal.docmdp_level.value != 2:
        return Checked("unsealed")  # whoever signed this, it was not Satchel, and has rules of its own
    end, root = _signed_by(pdf, seal)
    signer = x509.load_der_x509_certificate(seal.signer_cert.dump())
    data = _data(pdf[:end], seal)
    checked = Checked(
        "sound" if any(certificates.same_key(root, each) for each in trusted) else "foreign",
        certificates.firm_of(signer),
        certificates.holder_of(signer),
        root == seal.signer_cert.dump(),
        seal.self_reported_timestamp,
        fingerprint=hashlib.sha256(root).hexdigest(),
        digest=hash_of(data),
        data=json.loads(data),
    )
    return checked if end == len(pdf) else _followed(pdf, checked, later, root, trusted)


def _followed(
    pdf: bytes,
    checked: Checked,
    later: "list[EmbeddedPdfSignature]",
    root: bytes,
    trusted: Collection[bytes],
) -> Checked:
    """What came after the seal: the customer's signature over all of the file, or something that may not.

    Whoever sealed made it, or somebody who counts here as well: a laptop that joined an office since.
    """
    appended = replace(checked, state="appended")
    if len(later) != 1 or later[0].field_name != CUSTOMER or not _followed_rightly(pdf, root):
        return appended
    try:
        end, vouching = _signed_by(pdf, later[0])
    except _Altered:
        return appended
    known = vouching == root or any(certificates.same_key(vouching, each) for each in trusted)
    if end != len(pdf) or not known:
        return appended
    state: State = "signed" if checked.state == "sound" else checked.state
    said = later[0].sig_object
    return replace(
        checked,
        state=state,
        customer_at=later[0].self_reported_timestamp,
        signer=str(said.get("/Name", "")),
        signed_reason=str(said.get("/Reason", "")),
    )


def _followed_rightly(pdf: bytes, root: bytes) -> bool:
    """Whether what was appended is no more than the seal allows; a fresh reading compares revisions."""
    return bool(_status(_signatures(pdf)[0], root, alone=False).docmdp_ok)


def _signed_by(pdf: bytes, signature: "EmbeddedPdfSignature") -> tuple[int, bytes]:
    """Up to which byte it covers everything, and the certificate (DER) that vouches. Raises _Altered."""
    start, first, second, rest = (int(each) for each in signature.byte_range)
    if start or not first < second or rest <= 0 or second + rest > len(pdf):
        raise _Altered
    _as_written(pdf[first:second], signature)
    if signature.compute_digest() != _digest_in(signature):  # pyHanko would find it too, much later
        raise _Altered
    own = signature.signer_cert.dump()
    others = [each.dump() for each in signature.other_embedded_certs]
    root = others[0] if others else own
    if len(others) > 1 or not (certificates.vouches(root, own) if others else _stands_alone(own)):
        raise _Altered
    status = _status(signature, root)
    if not (status.intact and status.valid and status.trusted):
        raise _Altered
    return second + rest, root


def _status(signature: "EmbeddedPdfSignature", root: bytes, *, alone: bool = True) -> Any:
    """pyHanko's word on a signature; unless `alone`, on what was appended behind it too."""
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=[Certificate.load(root)],
        allow_fetching=False,
        moment=signature.self_reported_timestamp,
    )
    return validate_pdf_signature(signature, context, skip_diff=alone)


def _digest_in(signature: "EmbeddedPdfSignature") -> bytes | None:
    """What was signed, as the signature says it."""
    told = {each["type"].native: each["values"][0].native for each in signature.signer_info["signed_attrs"]}
    found: bytes | None = told.get("message_digest")
    return found


def _stands_alone(certificate: bytes) -> bool:
    own = x509.load_der_x509_certificate(certificate)
    own.verify_directly_issued_by(own)
    return True


def _as_written(written: bytes, signature: "EmbeddedPdfSignature") -> None:
    """Raises _Altered unless the envelope holds what a seal holds, in the one way in which it is written."""
    from asn1crypto.cms import ContentInfo

    envelope = ContentInfo.load(signature.pkcs7_content)
    der = envelope.dump()
    _shortest(der)
    plain = der.hex().upper().encode()
    zeros = b"0" * (len(written) - 2 - len(plain))
    signed = envelope["content"]
    if written != b"<" + plain + zeros + b">" or len(signed["signer_infos"]) != 1:
        raise _Altered
    signer = signed["signer_infos"][0]
    told = (
        *(signed[name].native for name in ("version", "digest_algorithms", "encap_content_info", "crls")),
        *(signer[name].native for name in ("version", "digest_algorithm", "signature_algorithm")),
        signer["unsigned_attrs"].native,
    )
    body = {"content_type": "data", "content": None}
    if told != ("v1", [_SHA256], body, None, "v1", _SHA256, _ECDSA, None):
        raise _Altered


def _shortest(der: bytes) -> None:
    """Raises _Altered unless every length in it is true and written in the shortest way (X.690, DER).

    Keys and signatures are whole bytes: the count of idle bits before them is nothing, and readers ignore it.
    """
    place = 0
    while place < len(der):
        tag, size, head = der[place], der[place + 1], 2
        if size >= 0x80:
            head += size & 0x7F
            size = int.from_bytes(der[place + 2 : place + head], "big")
            if size < 0x80 or not der[place + 2]:
                raise _Altered
        body = der[place + head : place + head + size]
        if len(body) != size or not tag or tag & 0x1F == 0x1F or (tag == _BITS and body[:1] != b"\0"):
            raise _Altered
        if tag & 0x20:
            _shortest(body)
        place += head + size


def _data(sealed: bytes, seal: "EmbeddedPdfSignature") -> bytes:
    """The data in the sealed file; its hash stands in the reason and in what the file says of itself."""
    data = read_data(sealed)
    digest = hash_of(data)
    reader: PdfFileReader = seal.reader
    about = reader.root["/Metadata"].data
    if digest not in str(seal.sig_object["/Reason"]) or digest.encode() not in about:
        raise _Altered
    return data
