"""The seal on paper: a PAdES signature over the whole finished file; its form alone may be filled after it.

Made offline by pyHanko with this laptop's P-256 key. The same paper, key and moment give the same bytes.
Nothing here is imported before it is needed: loading pyHanko takes as long as issuing twenty quotes.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.documents.seal_form import SEAL

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.signers import Signer

DIGEST: Final = "sha256"
ROOM: Final = 96
"""Hexadecimal digits left for what a later signature of the same length may need more."""


def seal(
    paper: bytes,
    key: ec.EllipticCurvePrivateKey,
    certificates: Sequence[bytes],
    *,
    at: datetime,
    name: str,
    reason: str,
    field: str = SEAL,
    shows: bytes = b"",
) -> bytes:
    """The paper with the seal in its field. `certificates` are DER, the signer's own first.

    Everything before is left as it was: the seal is appended. A `field` other than the seal's own is signed
    without a word on what may follow, and from then on it `shows` a PDF of one page of its size.
    """
    from pyhanko.sign import fields
    from pyhanko.sign.signers import cms_embedder as embedder
    from pyhanko.sign.signers.pdf_byterange import PdfSignedData

    signer = _signer(key, certificates)
    writer = _appending(paper)
    if shows:
        _show(writer, field, shows)
    cms = asyncio.run(_cms(signer, bytes(32)))
    placeholder = PdfSignedData(
        _name("/Sig"),
        subfilter=fields.SigSeedSubFilter.PADES,
        timestamp=at,
        bytes_reserved=2 * len(cms.dump()) + ROOM,
    )
    placeholder[_name("/Name")], placeholder[_name("/Reason")] = _text(name), _text(reason)
    embedding = embedder.PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
    next(embedding)
    setup = embedder.SigMDPSetup(
        md_algorithm=DIGEST, certify=field == SEAL, docmdp_perms=fields.MDPPerm.FILL_FORMS
    )
    embedding.send(embedder.SigObjSetup(sig_placeholder=placeholder, mdp_setup=setup))
    prepared, output = embedding.send(embedder.SigIOSetup(md_algorithm=DIGEST))
    embedding.send(asyncio.run(_cms(signer, prepared.document_digest)))
    return bytes(output.getvalue())


def warm() -> None:
    """Load what sealing needs, ahead of the first paper."""
    _signer_class()
    _writer_class()


def _show(writer: "IncrementalPdfFileWriter", field: str, shown: bytes) -> None:
    """Let a field that is there show this page, as part of the revision that its signature closes."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    page = PdfFileReader(io.BytesIO(shown)).root["/Pages"]["/Kids"][0]
    box = [float(edge) for edge in page["/MediaBox"]]
    made: Any = generic.StreamObject(
        {
            _name("/Type"): _name("/XObject"),
            _name("/Subtype"): _name("/Form"),
            _name("/BBox"): _numbers(*box),
            _name("/Matrix"): _numbers(1, 0, 0, 1, -box[0], -box[1]),
            _name("/Resources"): writer.import_object(page["/Resources"]),
        },
        stream_data=page["/Contents"].data,
    )
    made.compress()
    fields = (each.get_object() for each in writer.root["/AcroForm"]["/Fields"])
    widget = next(each for each in fields if each["/T"] == field)
    face: Any = generic.DictionaryObject
    widget[_name("/AP")] = face({_name("/N"): writer.add_object(made)})
    writer.update_container(widget)


def _numbers(*values: float) -> Any:
    from pyhanko.pdf_utils import generic

    number: Any = generic.FloatObject
    return generic.ArrayObject([number(f"{value:.2f}") for value in values])


async def _cms(signer: "Signer", digest: bytes) -> Any:
    return await signer.async_sign(digest, DIGEST, use_pades=True)


def _appending(paper: bytes) -> "IncrementalPdfFileWriter":
    writer: IncrementalPdfFileWriter = _writer_class()(io.BytesIO(paper))
    return writer


@lru_cache(maxsize=1)
def _writer_class() -> Any:
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Appending(IncrementalPdfFileWriter):
        """Leaves what the file says about itself alone, and names it by its content instead of by chance."""

        @classmethod
        def _handle_id(cls, prev: Any) -> Any:
            prev.stream.seek(0)
            own = hashlib.sha256(prev.stream.read()).digest()[:16]
            return ArrayObject([ByteStringObject(prev.document_id[0]), ByteStringObject(own)])

        def _update_meta(self) -> None:
            """Its dates are those of the issue."""

    return Appending


@lru_cache(maxsize=1)
def _signer_class() -> Any:
    from pyhanko.sign.signers import Signer

    class DeviceSigner(Signer):
        """Signs with a key that stays in this process."""

        key: ec.EllipticCurvePrivateKey

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            """ECDSA over P-256 with a nonce by RFC 6979: no chance, no two seals with one nonce."""
            if digest_algorithm != DIGEST:
                raise ValueError(f"no seal is made with {digest_algorithm}")
            return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    return DeviceSigner


def _signer(key: ec.EllipticCurvePrivateKey, certificates: Sequence[bytes]) -> "Signer":
    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.x509 import Certificate
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    own, *others = [Certificate.load(each) for each in certificates]
    store: Any = SimpleCertificateStore
    signer: Any = _signer_class()(
        signing_cert=own,
        cert_registry=store.from_certs(others),
        embed_roots=True,
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )
    signer.key = key
    made: Signer = signer
    return made


def _name(text: str) -> Any:
    from pyhanko.pdf_utils.generic import pdf_name

    return pdf_name(text)


def _text(text: str) -> Any:
    from pyhanko.pdf_utils.generic import pdf_string

    return pdf_string(text)
