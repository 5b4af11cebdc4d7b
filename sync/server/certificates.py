"""The office's own authority and certificate: made here, or files of the firm's; laptops pin the authority.

In the folder: `authority.pem` and `authority.key` (10 years), `server.pem` with its chain and `server.key`
(825 days), `names.txt` with the names that laptops may reach it by. Keys are for the owner's eyes only.
"""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from desktop.errors import Damaged, NotFound, Refused, Usage
from desktop.models import profile
from desktop.words import msg
from sync.protocol.pins import pin_of

AUTHORITY: Final = "authority.pem"
AUTHORITY_KEY: Final = "authority.key"
SERVER: Final = "server.pem"
SERVER_KEY: Final = "server.key"
NAMES: Final = "names.txt"
AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 825
RENEW_DAYS: Final = 60
"""With fewer days left, a server that starts makes itself the next certificate."""
PORT: Final = 8440


def folder_of(data: Path) -> Path:
    """Where an office keeps its certificates."""
    return data / "tls"


def make(folder: Path, names: list[str], firm: str, now: datetime) -> str:
    """An authority if there is none, and a certificate for `names`; returns the authority's pin."""
    for name in names:
        _san(name)
    if not names:
        raise Usage(msg("Say by which names or addresses laptops reach the office: tls HOST …"))
    profile.prepare(folder)
    if (folder / SERVER).exists() and not (folder / AUTHORITY_KEY).exists():
        raise Refused(msg("{folder} holds a certificate of your own; move it away first.").of(folder=folder))
    if not (folder / AUTHORITY_KEY).exists():
        _make_authority(folder, firm, now)
    _write(folder / NAMES, "\n".join(names).encode() + b"\n")
    _make_server(folder, names, now)
    return pin(folder)


def adopt(folder: Path, certificate: Path, key: Path, authority: Path | None) -> str:
    """Use the firm's own files; returns the pin of its authority, empty where a public one vouches."""
    for path in (certificate, key, *([authority] if authority else [])):
        if not path.is_file():
            raise NotFound(msg("There is no file {path}.").of(path=path))
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        if authority:
            x509.load_pem_x509_certificate(authority.read_bytes())
    except (ValueError, TypeError) as error:
        raise Damaged(msg("These are no PEM files that can be used: {why}").of(why=error)) from error
    if private.public_key() != chain[0].public_key():
        raise Refused(msg("The key is not the certificate's."))
    profile.prepare(folder)
    if (folder / AUTHORITY_KEY).exists():
        raise Refused(msg("{folder} holds the office's own authority; move it away first.").of(folder=folder))
    names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    said = [str(name) for name in names.get_values_for_type(x509.DNSName)]
    said += [str(name) for name in names.get_values_for_type(x509.IPAddress)]
    _write(folder / SERVER, certificate.read_bytes())
    _write(folder / SERVER_KEY, key.read_bytes())
    _write(folder / NAMES, "\n".join(said).encode() + b"\n")
    if authority:
        _write(folder / AUTHORITY, authority.read_bytes())
    return pin(folder)


def ready(folder: Path, now: datetime | None = None) -> tuple[Path, Path]:
    """The files to speak TLS with; the office's own certificate is renewed when it is about to end.

    Raises NotFound where there is none and Refused for one that has ended.
    """
    now = now or datetime.now(UTC)
    if not (folder / SERVER).is_file():
        raise NotFound(msg("There is no certificate yet. Make one: satchel-server tls HOST-NAME"))
    left = days_left(folder, now)
    if left < RENEW_DAYS and (folder / AUTHORITY_KEY).exists():
        _make_server(folder, _names(folder), now)
    elif left < 0:
        raise Refused(msg("The certificate has ended. Bring the new files: tls --certificate …"))
    return folder / SERVER, folder / SERVER_KEY


def days_left(folder: Path, now: datetime) -> int:
    """Whole days until the certificate ends; less than 0 when it has."""
    certificate = x509.load_pem_x509_certificate((folder / SERVER).read_bytes())
    return (certificate.not_valid_after_utc - now).days


def days_of(certificate: Path) -> int | None:
    """Whole days until this certificate ends; None for a file that is none."""
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError:
        return None
    return (read.not_valid_after_utc - datetime.now(UTC)).days


def authority(folder: Path) -> str:
    """The authority's certificate that laptops ask for, as PEM; empty where a public one vouches."""
    path = folder / AUTHORITY
    return path.read_text("ascii") if path.is_file() else ""


def pin(folder: Path) -> str:
    """The authority's pin; empty where a public one vouches."""
    pem = authority(folder)
    return (
        pin_of(x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER))
        if pem
        else ""
    )


def address(folder: Path, port: int = PORT) -> str:
    """What a person types at a laptop: the first name, with the pin behind `#`; empty without certificate."""
    names = _names(folder) if (folder / NAMES).is_file() else []
    if not names:
        return ""
    host = f"[{names[0]}]" if ":" in names[0] else names[0]
    known = pin(folder)
    return f"https://{host}:{port}" + (f"#{known}" if known else "")


def _names(folder: Path) -> list[str]:
    return (folder / NAMES).read_text("utf-8").split()


def _san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        plain = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        plain = ""
    if not plain or any(letter not in "abcdefghijklmnopqrstuvwxyz0123456789.-*" for letter in plain):
        raise Usage(msg("“{name}” is no name or address of a computer.").of(name=name))
    return x509.DNSName(plain)


def _make_authority(folder: Path, firm: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Satchel office of {firm}"[:64])])
    certificate = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder / AUTHORITY_KEY, _private(key))
    _write(folder / AUTHORITY, certificate.public_bytes(serialization.Encoding.PEM))


def _make_server(folder: Path, names: list[str], now: datetime) -> None:
    vouching = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    signer = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise Damaged(msg("The key of the office's authority is damaged; put it back from your copy."))
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        _builder(subject, vouching.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_san(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write(folder / SERVER_KEY, _private(key))
    _write(folder / SERVER, certificate.public_bytes(pem) + vouching.public_bytes(pem))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    profile.write_durably(path, content)
    os.chmod(path, profile.PRIVATE_FILE)
