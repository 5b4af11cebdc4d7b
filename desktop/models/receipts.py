"""The form of the office's receipts: what is signed, by the company's key, and how that is asked again."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from desktop.rules.canonical import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

FORM: Final = "SATCHEL-RECEIPT-1"


def told(office: str, content: str, received_at: str) -> bytes:
    """What is signed: this office had this content at this moment, in wire form."""
    return canonical([FORM, office, content, received_at])


def sign(key: "EllipticCurvePrivateKey", office: str, content: str, received_at: str) -> str:
    """ECDSA on P-256 with SHA-256 over it, hexadecimal; the same in, the same out."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    by = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return key.sign(told(office, content, received_at), by).hex()


def holds(key: str, office: str, content: str, received_at: str, signature: str) -> bool:
    """Whether this key has signed exactly that."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from desktop.models.certificates import read_public

    try:
        public, by = read_public(key), ec.ECDSA(hashes.SHA256())
        public.verify(bytes.fromhex(signature), told(office, content, received_at), by)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_of(key: str, certificates: Iterable[bytes]) -> bool:
    """Whether one of these certificates (DER) is about this key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    form = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    known = (x509.load_der_x509_certificate(each).public_key() for each in certificates)
    return any(one.public_bytes(*form).hex() == key for one in known)
