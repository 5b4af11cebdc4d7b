"""Sealed paper: what is issued is sealed and kept as a file of its quote; any PDF is told if it is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.documents import seal, seal_check
from desktop.documents.fonts import missing
from desktop.documents.seal_check import Checked
from desktop.documents.voice import short_hash
from desktop.errors import Damaged, NotFound
from desktop.models import seals
from desktop.models.changes import read_local
from desktop.models.records import Attachment, Quote, QuoteRevision, Signature
from desktop.models.store import Store, Work
from desktop.rules import attachments as rules
from desktop.words import Message, msg

warm = seal.warm
OURS: Final = frozenset({"sound", "signed"})
"""The states of a file that may be relied on."""
_SOUND: Final = msg(
    "This is what {firm} issued: sealed by {holder} at {time}, and not a byte differs since."
    " Content check {check}."
)
_ALONE: Final = msg(
    "This was sealed by {holder} of {firm} at {time} with a laptop's own certificate, for which no office"
    " vouches; not a byte differs since. Content check {check}."
)
_SIGNED: Final = msg(
    "This is what {firm} issued, sealed by {holder} at {time}; the customer signed it at {signed},"
    " and nothing was added but that signature. Content check {check}."
)
_APPENDED: Final = msg(
    "Something was appended after the seal: the file is more than what {firm} sealed at {time}, and what it"
    " shows may differ. Ask for the file as it was issued."
)
_ALTERED: Final = msg("This file was altered after it was sealed. Nothing in it can be relied on.")
_FOREIGN: Final = msg(
    "This is not ours. The seal is whole, but nobody known here vouches for it: it names {firm} ({holder}),"
    " and anybody can write a name. Fingerprint of its certificate: {fingerprint}."
)
_UNSEALED: Final = msg("This PDF has no seal of Satchel; nothing can be said of it.")
_NO_PDF: Final = msg("This file is no PDF.")
_ROLLED_BACK: Final = msg(
    "The seal is whole, but the customer's signature is missing: {signer} signed this at {signed}. The file"
    " was put back to what it was before; ask for the signed one."
)
SIGNED_FILE: Final = "paper"
"""In a signature's evidence: the hash of the PDF that carries it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a PDF; `facts` are for scripts."""

    state: str
    message: Message
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reliable(self) -> bool:
        """Whether it is what was sealed, by somebody known."""
        return self.state in OURS


def holder(work: Work) -> str:
    """The name that stands in this laptop's seal.

    Empty where nothing sealed could be kept: without files, or in a role whose files the office refuses. A
    name that cannot be printed is left out: nobody can help what they are called.
    """
    rights = work.actor.rights
    if work.store.blobs is None or not all(map(rights.may, ("attachment.create", "attachment.attach"))):
        return ""
    name = work.actor.name if not missing(work.actor.name) else ""
    code = str(read_local(work.connection, "code", ""))
    return " · ".join(part for part in (name, code) if part) or work.device.hex[:8]


def keep(work: Work, quote: Quote, revision: QuoteRevision, paper: bytes) -> bytes:
    """Seal the finished paper of an edition and keep it as a file of its quote; returns what was sealed."""
    by_whom = holder(work)
    if work.store.blobs is None or not by_whom:
        return paper
    name = ((revision.snapshot or {}).get("seller") or {}).get("name") or {}
    firm = str(name.get("zh") or name.get("en") or "")
    by = seals.sealer(work.connection, work.device, firm, by_whom, work.now)
    what = f"{quote.number} R{revision.revision}"
    sealed = seal.seal(
        paper,
        by.key,
        [by.certificate] if by.alone else [by.certificate, by.company],
        at=work.now,
        name=firm,
        reason=f"{what} SHA-256 {revision.content_hash}",
    )
    made = Attachment(
        name=_name_of(what, revision.content_hash),
        of=Quote.__tablename__,
        of_id=quote.id,
        media_type=rules.PDF,
        size=len(sealed),
        sha256=work.store.blobs.put(sealed),
        purpose=rules.SEALED,
    )
    made.owner_id, made.team_id = quote.owner_id, quote.team_id
    work.add(made)
    return sealed


def copy_of(store: Store, quote_id: UUID, content_hash: str) -> bytes | None:
    """The sealed paper with this content, where its bytes are here and whole; else it is asked for."""
    if store.blobs is None or not content_hash:
        return None
    query = select(Attachment.name, Attachment.sha256, Attachment.size).where(
        Attachment.of_id == quote_id,
        Attachment.of == Quote.__tablename__,
        Attachment.purpose.in_((rules.SEALED, rules.SIGNED)),
        Attachment.deleted_at.is_(None),
    )
    with store.reading() as session:
        kept = session.execute(query.order_by(Attachment.id)).all()
    ending = _name_of("", content_hash).lstrip()
    for name, sha256, size in kept:
        if name.endswith(ending):
            try:
                return store.blobs.read(sha256)
            except (NotFound, Damaged):
                if rules.is_hash(sha256) and rules.fits(size):
                    store.blobs.want(sha256, size or 0)
    return None


def examine(pdf: bytes, store: Store | None = None) -> Verdict:
    """Whether a PDF is what was sealed, and by whom; offline. Without a store nobody is known."""
    checked = seal_check.check(pdf, seals.trusted(store) if store is not None else ())
    if checked.state == "sound" and store is not None:
        signature = _signature_in_a_file(store, checked.digest)
        if signature is not None:
            signed = _moment(signature.signed_at)
            message = _ROLLED_BACK.of(signer=signature.signer, signed=signed)
            facts = {**_facts(checked), "signer": signature.signer, "signed_at": signed}
            return Verdict("rolled_back", message, facts)
    return Verdict(checked.state, _said(checked), _facts(checked))


def _said(checked: Checked) -> Message:
    message = _ALONE if checked.state == "sound" and checked.alone else _MESSAGES[checked.state]
    return message.of(
        firm=checked.firm or "?",
        holder=checked.holder or "?",
        time=_moment(checked.sealed_at),
        signed=_moment(checked.customer_at),
        check=short_hash(checked.digest) if checked.digest else "",
        fingerprint=checked.fingerprint[:16].upper(),
    )


_MESSAGES: Final = {
    "sound": _SOUND,
    "signed": _SIGNED,
    "appended": _APPENDED,
    "altered": _ALTERED,
    "foreign": _FOREIGN,
    "unsealed": _UNSEALED,
    "no_pdf": _NO_PDF,
}


def _facts(checked: Checked) -> dict[str, Any]:
    """What a script is told; of an altered file nothing, for nothing in it counts."""
    if not checked.digest:
        return {}
    data = checked.data
    return {
        "firm": checked.firm,
        "holder": checked.holder,
        "office": not checked.alone,
        "sealed_at": _moment(checked.sealed_at),
        "customer_signed_at": _moment(checked.customer_at),
        "fingerprint": checked.fingerprint,
        "hash": checked.digest,
        "number": data.get("number"),
        "revision": data.get("revision"),
    }


def _signature_in_a_file(store: Store, digest: str) -> Signature | None:
    """The customer's signature under this content that was put into a PDF, where the log knows of one."""
    query = select(Signature).where(Signature.content_hash == digest, Signature.deleted_at.is_(None))
    with store.reading() as session:
        found = list(session.scalars(query.order_by(Signature.id)))
    return next((each for each in found if (each.evidence or {}).get(SIGNED_FILE)), None)


def _moment(at: datetime | None) -> str:
    """A moment by this machine's clock."""
    return at.astimezone().isoformat(" ", "minutes") if at is not None else ""


def _name_of(what: str, content_hash: str) -> str:
    return f"{what} {short_hash(content_hash).replace(' ', '')}.pdf"
