"""What a mail carries: the paper of an issued quote or contract, with the words that go with it."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from desktop.documents.message import quote_text
from desktop.errors import NotFound, Refused, Usage
from desktop.models.records import Contact, Contract, Customer, Quote, QuoteRevision
from desktop.models.store import Store
from desktop.services import contracts, quotes
from desktop.words import Message, msg

KINDS: Final = ("quote", "contract")
GOES: Final = {"quote": ("issued", "accepted"), "contract": ("sent", "signed", "running", "completed")}
"""The stages in which a paper is given out."""
ISSUE_FIRST: Final = msg("What is not issued, or no longer stands, is not mailed. Issue it first.")
SUBJECT: Final = {
    "quote": msg("Quotation {number}", "mail"),
    "contract": msg("Contract {number}", "mail"),
}
ENCLOSED: Final = msg("Please find the contract {number} enclosed.", "mail")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it would be mailed now."""

    of: str
    of_id: UUID
    customer_id: UUID | None
    to: str
    subject: str
    text: str
    file: str
    content: str
    """Its content check: another edition has another one."""


def paper_of(store: Store, of: str, of_id: UUID) -> Paper:
    """What would go out with a mail. Raises NotFound, Usage, and Refused for what is not issued."""
    if of not in KINDS:
        raise Usage(msg("Only quotes and contracts are mailed."))
    with store.reading() as session:
        record = _record(session, of, of_id)
        if record is None or record.deleted_at is not None:
            raise NotFound(msg("What this mail carries is no longer on this laptop."))
        content, language, text = _content(session, record)
        if record.stage not in GOES[of] or not content:
            raise Refused(ISSUE_FIRST)
        buyer = session.get(Customer, record.customer_id) if record.customer_id else None
        firm = (buyer.name if buyer is not None else "") or ""
        name = " ".join(filter(None, (record.number, text[0], firm)))
        subject = SUBJECT[of].of(number=" ".join(filter(None, (record.number, text[0]))))
        return Paper(
            of,
            of_id,
            record.customer_id,
            _address(session, buyer),
            " ".join(filter(None, (subject.in_language(language), record.name))),
            text[1],
            re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", name)[:120] + ".pdf",
            content,
        )


def _record(session: Session, of: str, of_id: UUID) -> Quote | Contract | None:
    return session.get(Quote, of_id) if of == "quote" else session.get(Contract, of_id)


def _content(session: Session, record: Quote | Contract) -> tuple[str, str, tuple[str, str]]:
    """Content check, language of the words, and the edition with the words themselves."""
    if isinstance(record, Contract):
        language = "en" if record.language == "en" else "zh"
        said = ENCLOSED.of(number=record.number or "").in_language(language)
        return record.content_hash or "", language, ("", said)
    revision = session.get(QuoteRevision, record.revision_id)
    snapshot = revision.snapshot if revision is not None else None
    if revision is None or snapshot is None:
        return "", "zh", ("", "")
    language = "en" if revision.language == "en" else "zh"
    edition = f"R{revision.revision}" if revision.revision > 1 else ""
    return revision.content_hash or "", language, (edition, quote_text(snapshot, language=language))


def _address(session: Session, buyer: Customer | None) -> str:
    """The first person's address, or the firm's."""
    if buyer is None:
        return ""
    people = (
        session.query(Contact)
        .filter(Contact.customer_id == buyer.id, Contact.deleted_at.is_(None))
        .order_by(Contact.id)
    )
    return next((each.email for each in people if each.email), "") or buyer.email or ""


def pdf_of(store: Store, of: str, of_id: UUID) -> bytes:
    """The sealed paper."""
    return quotes.paper(store, of_id) if of == "quote" else contracts.paper_of(store, of_id)


def changed(store: Store, of: str, of_id: UUID, content: str) -> Message | None:
    """Why a paper that waits is not sent without asking: it is not what is out any more."""
    try:
        now = paper_of(store, of, of_id).content
    except (NotFound, Refused):
        now = ""
    return None if now == content else msg("What is attached is no longer the newest paper.")
