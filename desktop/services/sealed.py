"""Sealed paper: what is issued is sealed and kept as a file of its quote; any PDF is told if it is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from desktop.documents import ink as inked
from desktop.documents import seal, seal_check
from desktop.documents.fonts import check_text, missing
from desktop.documents.seal_check import Checked
from desktop.documents.seal_form import CUSTOMER, customer_place
from desktop.documents.voice import short_hash
from desktop.errors import Damaged, NotFound, Refused
from desktop.models import seals
from desktop.models.changes import read_local
from desktop.models.record import Record
from desktop.models.records import Attachment, Contract, Organisation, Quote, QuoteRevision, Signature
from desktop.models.seals import Sealer
from desktop.models.store import Store, Work
from desktop.rules import attachments as rules
from desktop.rules.ink import Ink
from desktop.services import evidence as records
from desktop.words import Message, msg

warm = seal.warm
_SIGNED_WORDS: Final = {"zh": "已签", "en": "signed", "both": "已签"}
"""In the name of a file, in the language of its paper."""
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
    "This is what {firm} issued, sealed by {holder} at {time}; {signer} signed it for the customer at"
    " {signed}, and nothing was added but that signature. Content check {check}."
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


_NOT_ISSUED: Final = msg("The file that is kept as this paper is not what was issued; nobody signs it. {why}")
_OTHER_CONTENT: Final = msg("Its content check is {check}, and {wanted} was issued.")


@dataclass(frozen=True, slots=True)
class Paper:
    """What was issued: what it is called, what it says, and the hash of that."""

    what: str
    snapshot: Mapping[str, Any]
    content_hash: str
    language: str

    @classmethod
    def of(cls, issued: QuoteRevision | Contract, number: str | None) -> "Paper":
        """Of an edition of a quote, or of a contract, with this number."""
        what = f"{number} R{issued.revision}" if isinstance(issued, QuoteRevision) else f"{number}"
        return cls(what, issued.snapshot or {}, issued.content_hash or "", issued.language or "zh")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a PDF; `facts` are for scripts."""

    state: str
    message: Message
    facts: Mapping[str, Any] = field(default_factory=dict)
    content: Any = None
    """What a file that is whole carries as data."""

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
    what = f"{quote.number} R{revision.revision}"
    return keep_paper(work, quote, what, revision.snapshot or {}, revision.content_hash, paper)


def keep_paper(
    work: Work, record: Record, what: str, snapshot: Mapping[str, Any], content_hash: str, paper: bytes
) -> bytes:
    """Seal the finished paper with this content and keep it as a file of `record`; returns it sealed."""
    by_whom = holder(work)
    if work.store.blobs is None or not by_whom:
        return paper
    firm = _firm_in(snapshot)
    by = seals.sealer(work.connection, work.device, firm, by_whom, work.now)
    sealed = seal.seal(
        paper,
        by.key,
        _certificates(by),
        at=work.now,
        name=firm,
        reason=f"{what} SHA-256 {content_hash}",
    )
    _attach(work, record, _name_of(what, content_hash), sealed, rules.SEALED)
    return sealed


def keep_signed(
    work: Work,
    record: Record,
    paper: Paper,
    ink: Ink,
    evidence: Mapping[str, Any],
    signer: str,
    job: str,
) -> str:
    """Sign the customer's field of the sealed paper, showing the ink, and keep that paper; returns its hash.

    Empty where this laptop seals nothing or the sealed paper is not here: then the record alone counts. The
    signature names the hash of the record. Raises Refused, naming it, for a name that cannot be printed,
    and where the file kept as the sealed paper is not what was issued.
    """
    by_whom = holder(work)
    base = copy_of(work.store, record.id, paper.content_hash, signed=False, of=record.__tablename__)
    if work.store.blobs is None or not by_whom or base is None:
        return ""
    refuse_other(work.store, base, paper.content_hash)
    at = work.now.astimezone(_zone(work)).strftime("%Y-%m-%d %H:%M:%S")
    named = "\u3000".join(filter(None, (signer, job, at)))
    check_text(named)
    firm = _firm_in(paper.snapshot)
    by = seals.sealer(work.connection, work.device, firm, by_whom, work.now)
    width, height = customer_place(base)
    signed = seal.seal(
        base,
        by.key,
        _certificates(by),
        at=work.now,
        name=signer,
        reason=f"{paper.what} SHA-256 {paper.content_hash} evidence SHA-256 {records.digest(evidence)}",
        field=CUSTOMER,
        shows=inked.ink_page(ink, named, width, height),
    )
    word = _SIGNED_WORDS.get(paper.language, _SIGNED_WORDS["zh"])
    return _attach(work, record, _name_of(f"{paper.what} {word}", paper.content_hash), signed, rules.SIGNED)


def _firm_in(snapshot: Mapping[str, Any]) -> str:
    name = (snapshot.get("seller") or {}).get("name") or {}
    return str(name.get("zh") or name.get("en") or "")


def _zone(work: Work) -> ZoneInfo:
    """The firm's, in which the days on its paper are."""
    query = select(Organisation.time_zone).where(Organisation.deleted_at.is_(None)).limit(1)
    return ZoneInfo(work.session.execute(query).scalar() or "Asia/Shanghai")


def _attach(work: Work, record: Record, name: str, pdf: bytes, purpose: str) -> str:
    """Keep a paper as a file of its record: the bytes first, durably, then the record that names them."""
    if work.store.blobs is None:
        raise RuntimeError("a store without files keeps no paper")
    made = Attachment(
        name=name,
        of=record.__tablename__,
        of_id=record.id,
        media_type=rules.PDF,
        size=len(pdf),
        sha256=work.store.blobs.put(pdf),
        purpose=purpose,
    )
    made.owner_id, made.team_id = record.owner_id, record.team_id
    work.add(made)
    return str(made.sha256)


def _certificates(by: Sealer) -> list[bytes]:
    return [by.certificate] if by.alone else [by.certificate, by.company]


def copy_of(
    store: Store, record_id: UUID, content_hash: str, *, signed: bool = True, of: str = Quote.__tablename__
) -> bytes | None:
    """The paper with this content, where its bytes are here and whole; else it is asked for.

    What the customer signed last comes before what was sealed, unless that alone is wanted.
    """
    if store.blobs is None or not content_hash:
        return None
    purposes = (rules.SIGNED, rules.SEALED) if signed else (rules.SEALED,)
    query = select(Attachment.name, Attachment.sha256, Attachment.size).where(
        Attachment.of_id == record_id,
        Attachment.of == of,
        Attachment.purpose.in_(purposes),
        Attachment.deleted_at.is_(None),
    )
    with store.reading() as session:
        kept = session.execute(query.order_by(Attachment.purpose.desc(), Attachment.id.desc())).all()
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
            return Verdict("rolled_back", message, facts, checked.data)
    facts = _facts(checked)
    if checked.state == "signed" and store is not None:
        facts["evidence"] = _has_evidence(store, checked)
    return Verdict(checked.state, _said(checked), facts, checked.data)


def refuse_other(store: Store, pdf: bytes, content_hash: str) -> None:
    """Raises Refused unless this is a sealed paper by somebody known that carries exactly this content.

    A file goes by its purpose and its name until somebody is to sign it; then its bytes are examined.
    """
    verdict = examine(pdf, store)
    if not verdict.reliable and verdict.state != "rolled_back":
        raise Refused(_NOT_ISSUED.of(why=verdict.message))
    found = str(verdict.facts.get("hash", ""))
    if found != content_hash:
        why = _OTHER_CONTENT.of(check=short_hash(found), wanted=short_hash(content_hash))
        raise Refused(_NOT_ISSUED.of(why=why))


def _has_evidence(store: Store, checked: Checked) -> bool:
    """Whether the record that this signature names is kept here, unchanged."""
    known = (records.digest(each.evidence or {}) for each in _signatures(store, checked.digest))
    return any(digest in checked.signed_reason for digest in known)


def _said(checked: Checked) -> Message:
    message = _ALONE if checked.state == "sound" and checked.alone else _MESSAGES[checked.state]
    return message.of(
        firm=checked.firm or "?",
        holder=checked.holder or "?",
        time=_moment(checked.sealed_at),
        signed=_moment(checked.customer_at),
        signer=checked.signer or "?",
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
        "customer": checked.signer,
        "fingerprint": checked.fingerprint,
        "hash": checked.digest,
        "number": data.get("number"),
        "revision": data.get("revision"),
    }


def _signature_in_a_file(store: Store, digest: str) -> Signature | None:
    """The customer's signature under this content that was put into a PDF, where the log knows of one."""
    found = _signatures(store, digest)
    return next((each for each in found if (each.evidence or {}).get(records.PAPER)), None)


def _signatures(store: Store, digest: str) -> list[Signature]:
    """What the log knows of signatures under this content."""
    query = select(Signature).where(Signature.content_hash == digest, Signature.deleted_at.is_(None))
    with store.reading() as session:
        return list(session.scalars(query.order_by(Signature.id)))


def _moment(at: datetime | None) -> str:
    """A moment by this machine's clock."""
    return at.astimezone().isoformat(" ", "minutes") if at is not None else ""


def _name_of(what: str, content_hash: str) -> str:
    return f"{what} {short_hash(content_hash).replace(' ', '')}.pdf"
