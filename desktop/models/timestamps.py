"""Timestamps of an authority (RFC 3161): what is asked, and what an answer says about which content.

Whether the authority itself is to be trusted is not decided here: its name is told to a person.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from asn1crypto import cms

GRANTED: Final = frozenset({"granted", "granted_with_mods"})
LARGEST: Final = 64 * 1024
"""Bytes of an answer that are read; a token with its certificates has about 5,000."""


class BadStamp(ValueError):
    """The answer is no timestamp of this."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority says: it saw this at `at`. `token` is what is kept, DER."""

    at: datetime
    authority: str
    token: bytes


def question(about: bytes, nonce: int) -> bytes:
    """A request for a timestamp of these bytes, DER; the authority sees their SHA-256 alone."""
    from asn1crypto import tsp

    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(about).digest()}
    asked = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(asked).dump())


def answer(data: bytes, about: bytes, nonce: int) -> Stamp:
    """The timestamp in an authority's answer to that request. Raises BadStamp."""
    from asn1crypto import tsp

    try:
        found = tsp.TimeStampResp.load(data, strict=True)
        status = found["status"]["status"].native
        if status not in GRANTED:
            raise BadStamp(f"the authority says {status}")
        return _read(found["time_stamp_token"].dump(), about, nonce)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise error if isinstance(error, BadStamp) else BadStamp("no timestamp") from error


def read(token: bytes, about: bytes) -> Stamp:
    """The timestamp in a token that was kept. Raises BadStamp where it is not one of these bytes."""
    try:
        return _read(token, about, None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise error if isinstance(error, BadStamp) else BadStamp("no timestamp") from error


def _read(token: bytes, about: bytes, nonce: int | None) -> Stamp:
    from asn1crypto import cms, tsp

    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise BadStamp("no signed data")
    signed = content["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise BadStamp("no timestamp")
    told = bytes(inner["content"].contents)
    info = tsp.TSTInfo.load(told, strict=True)
    imprint = info["message_imprint"]
    same = imprint["hashed_message"].native == hashlib.sha256(about).digest()
    if imprint["hash_algorithm"]["algorithm"].native != "sha256" or not same:
        raise BadStamp("a timestamp of something else")
    if nonce is not None and info["nonce"].native != nonce:
        raise BadStamp("an answer to another question")
    certificate = _signer(signed)
    _check_signature(signed["signer_infos"][0], certificate, told)
    return Stamp(info["gen_time"].native, _name(certificate), token)


def _signer(signed: "cms.SignedData") -> Any:
    """The certificate of whoever signed, which the token carries and which is there to stamp times."""
    sid = signed["signer_infos"][0]["sid"].chosen
    for choice in signed["certificates"] or ():
        one = choice.chosen
        named = getattr(one, "serial_number", None) == getattr(sid, "native", {}).get("serial_number")
        usage = one.extended_key_usage_value if named else None
        if usage is not None and "time_stamping" in usage.native and one.issuer == sid["issuer"]:
            return one
    raise BadStamp("its signer is not in it, or is none for timestamps")


def _check_signature(signer: Any, certificate: Any, told: bytes) -> None:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, told).digest()
    try:
        whole, valid = validate_sig_integrity(signer, certificate, "tst_info", digest)
    except Exception as error:
        raise BadStamp("its signature cannot be read") from error
    if not (whole and valid):
        raise BadStamp("its signature does not hold")


def _name(certificate: Any) -> str:
    subject = certificate.subject.native
    return str(subject.get("common_name") or subject.get("organization_name") or "")[:120]
