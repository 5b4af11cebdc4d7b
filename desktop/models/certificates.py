"""Certificates for paper, all on P-256: a company's own, and those of its laptops that it vouches for.

The office makes them with its company's key; a laptop that never met one makes itself a lone one.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

COMPANY_DAYS: Final = 7300
LAPTOP_DAYS: Final = 1825
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LONGEST: Final = 64
"""Of a name in a certificate (X.520): characters of a firm, bytes of a person."""
_CURVE: Final = ec.SECP256R1


def key_of(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that a secret of 32 bytes stands for."""
    wide = HKDF(hashes.SHA256(), length=48, salt=None, info=b"SATCHEL-SEAL-1").derive(seed)
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, _CURVE())


def public_of(key: ec.EllipticCurvePrivateKey) -> str:
    """Its public half as it goes over the wire: the point in 33 bytes, hexadecimal."""
    form = serialization.PublicFormat.CompressedPoint
    return key.public_key().public_bytes(serialization.Encoding.X962, form).hex()


def read_public(text: str) -> ec.EllipticCurvePublicKey:
    """A public half from the wire. Raises ValueError for anything else."""
    if len(text) != 66:
        raise ValueError("a P-256 point has 33 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE(), bytes.fromhex(text))


def company(key: ec.EllipticCurvePrivateKey, firm: str, now: datetime) -> bytes:
    """The company's own certificate, which vouches for its laptops; DER."""
    name = _name(firm, f"{firm} · Satchel")
    extensions = (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_usage(vouches=True), True),
    )
    return _made(name, name, key.public_key(), key, now, COMPANY_DAYS, extensions)


def laptop(
    vouching: bytes,
    key: ec.EllipticCurvePrivateKey,
    public: ec.EllipticCurvePublicKey,
    holder: str,
    device: str,
    now: datetime,
) -> bytes:
    """A laptop's certificate under the company's, which `vouching` is; DER."""
    above = x509.load_der_x509_certificate(vouching)
    subject = _name(firm_of(above), holder, device)
    extensions = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(vouches=False), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    )
    return _made(subject, above.subject, public, key, now, LAPTOP_DAYS, extensions)


def alone(key: ec.EllipticCurvePrivateKey, firm: str, holder: str, device: str, now: datetime) -> bytes:
    """The certificate of a laptop for which no office vouches: it vouches for itself; DER."""
    name = _name(firm, holder, device)
    extensions = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(vouches=False), True),
    )
    return _made(name, name, key.public_key(), key, now, LAPTOP_DAYS, extensions)


def firm_of(certificate: x509.Certificate) -> str:
    """The company that a certificate names."""
    return _first(certificate, NameOID.ORGANIZATION_NAME)


def holder_of(certificate: x509.Certificate) -> str:
    """Whose laptop it is, in words."""
    return _first(certificate, NameOID.COMMON_NAME)


def ends_at(certificate: bytes) -> datetime:
    """When it stops to hold."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def same_key(one: bytes, other: bytes) -> bool:
    """Whether two certificates are about one key: a company may have been renamed."""
    first, second = (x509.load_der_x509_certificate(each).public_key() for each in (one, other))
    return first == second


def vouches(above: bytes, below: bytes) -> bool:
    """Whether `above` is a company's certificate and has signed itself and `below`."""
    try:
        issuer, subject = (x509.load_der_x509_certificate(each) for each in (above, below))
        issuer.verify_directly_issued_by(issuer)
        subject.verify_directly_issued_by(issuer)
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except Exception:  # noqa: BLE001 - whatever is wrong with them, they vouch for nothing
        return False


def _first(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _name(firm: str, holder: str, device: str = "") -> x509.Name:
    short = holder.encode()[:_LONGEST].decode(errors="ignore")
    parts = (
        (NameOID.ORGANIZATION_NAME, firm[:_LONGEST]),
        (NameOID.COMMON_NAME, short),
        (NameOID.SERIAL_NUMBER, device),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])


def _made(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> bytes:
    """Signed; the same key at the same moment gives the same bytes."""
    form = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    told = f"{issuer.rfc4514_string()}|{subject.rfc4514_string()}|{now.isoformat()}".encode()
    serial = int.from_bytes(hashlib.sha256(told + public.public_bytes(*form)).digest()[:16], "big") >> 1 | 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    signed = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(serialization.Encoding.DER)


def _usage(*, vouches: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not vouches,
        content_commitment=not vouches,
        key_cert_sign=vouches,
        crl_sign=vouches,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
