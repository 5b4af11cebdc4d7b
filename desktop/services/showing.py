"""What a customer is shown to sign: an issued paper and the figures on it, and nothing that is not on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from desktop.documents.preview import Picture, page_pictures
from desktop.documents.summary import in_words
from desktop.documents.voice import Voice, figure, money, short_hash
from desktop.errors import Refused
from desktop.models.records import Contract, Quote
from desktop.models.store import Store
from desktop.rules.attachments import hash_of
from desktop.rules.canonical import content_hash
from desktop.services import contract_drafts, contract_signing, contracts, drafts, quotes, sealed, signing
from desktop.services.commands import Asking
from desktop.services.contract_drafts import ContractDraft
from desktop.services.drafts import QuoteDraft
from desktop.services.papers import A4_POINTS
from desktop.words import Message, msg

QUOTE: Final = "quote"
CONTRACT: Final = "contract"
COMMANDS: Final = {QUOTE: "quote.sign", CONTRACT: "contract.sign_here"}
"""What a customer is shown to sign, and the command that signs it."""
NOT_ISSUED: Final = msg("What is kept of this document does not fit its content check; nobody signs it.")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is said beside the paper, in one language; everything of it is printed on the paper too."""

    firm: str
    customer: str
    payable: str
    basis: Message
    capitals: str
    milestones: tuple[tuple[str, str], ...]
    options: tuple[tuple[bool, str, str], ...]
    """Whether it was chosen, its name and quantity, its amount."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One issued document; `sha256` is that of the PDF whose pages are shown, `content` of what they say."""

    of: str
    record_id: UUID
    number: str
    language: str
    check: str
    sha256: str
    content: str
    snapshot: Mapping[str, Any]
    signer: str
    job: str
    pictures: tuple[Picture, ...]
    zone: str = "Asia/Shanghai"
    """The firm's, in which the days on its paper are."""

    @property
    def words(self) -> str:
        """The language of what is said around it: that of the document, Chinese for both."""
        return Voice(self.language).primary

    @property
    def logo(self) -> Mapping[str, Any] | None:
        """The seller's, as the paper draws it."""
        found: Mapping[str, Any] | None = (self.snapshot.get("seller") or {}).get("logo")
        return found

    def figures(self, language: str) -> Figures:
        """What is said beside the paper."""
        shot, voice = self.snapshot.get("quote") or self.snapshot, Voice(language)
        digits, currency = int(shot["digits"]), shot["currency"]

        def name(text: Any) -> str:
            return voice.text(text).first

        options = tuple(
            (
                bool(line["chosen"]),
                f"{name(line['name'])} {line['quantity']} {name(line['unit'])}".rstrip(),
                figure(line["net"], digits),
            )
            for line in shot["lines"]
            if line["kind"] in ("option", "alternative")
        )
        return Figures(
            firm=name(shot["seller"]["name"]),
            customer=name(shot["customer"]["name"]),
            payable=money(shot["totals"]["payable"], currency, digits),
            basis=msg("tax included"),
            capitals=in_words(shot) if language == "zh" else "",
            milestones=tuple(
                (f"{name(part['name'])} {part['percent']} %", figure(part["amount"], digits))
                for part in shot["milestones"]
            ),
            options=options,
        )


def to_be_signed(draft: QuoteDraft | ContractDraft) -> tuple[str, Quote | Contract]:
    """Which of the two it is, and the record itself."""
    return (QUOTE, draft.quote) if isinstance(draft, QuoteDraft) else (CONTRACT, draft.contract)


def who_signs(draft: QuoteDraft | ContractDraft) -> tuple[str, str]:
    """Name and title of the customer's person, as far as they are known."""
    if isinstance(draft, QuoteDraft):
        contact = draft.contact
        return (contact.name or "", contact.job or "") if contact else ("", "")
    return _person(draft.quote["customer"].get("person"), Voice(draft.languages[0]))


@dataclass(frozen=True, slots=True)
class _Issued:
    """What is to be signed, as it is kept."""

    paper: Callable[[], bytes]
    content: str
    snapshot: Mapping[str, Any]
    number: str
    language: str
    zone: str
    refused: Message | None


def refusal(store: Store, of: str, record_id: UUID) -> Message | None:
    """Why nobody can sign this quote or contract now, or None."""
    return _ISSUED[of](store, record_id).refused


def _quote(store: Store, quote_id: UUID) -> _Issued:
    draft = drafts.load(store, quote_id)
    zone = (draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai"
    refused = signing.can_sign(draft.quote, Asking(store.me(), store.clock()))
    until = draft.revision.valid_until
    if refused is None and until is not None and until < _today(store, zone):
        refused = signing.EXPIRED
    return _Issued(
        paper=lambda: quotes.paper(store, quote_id),
        content=draft.revision.content_hash or "",
        snapshot=draft.snapshot() if refused is None else {},
        number=f"{draft.quote.number} R{draft.revision.revision}",
        language=draft.revision.language or "zh",
        zone=zone,
        refused=refused,
    )


def _contract(store: Store, contract_id: UUID) -> _Issued:
    draft = contract_drafts.load(store, contract_id)
    contract = draft.contract
    with store.reading() as session:
        zone = str(contract_drafts.zone_of(session))
    refused = contract_signing.can_sign(contract, Asking(store.me(), store.clock()))
    until = contract.valid_until
    if refused is None and until is not None and until < _today(store, zone):
        refused = contract_signing.OVER.of(day=until.isoformat())
    return _Issued(
        paper=lambda: contracts.paper_of(store, contract_id),
        content=contract.content_hash or "",
        snapshot=draft.snapshot() if refused is None else {},
        number=contract.number or "",
        language=contract.language or "zh",
        zone=zone,
        refused=refused,
    )


_ISSUED: Final = {QUOTE: _quote, CONTRACT: _contract}


def _today(store: Store, zone: str) -> date:
    return store.clock().astimezone(ZoneInfo(zone)).date()


def showing(store: Store, of: str, record_id: UUID, width: int) -> Showing:
    """The paper to sign with its pages `width` pixels wide. Raises Refused where there is none to sign."""
    issued = _ISSUED[of](store, record_id)
    if issued.refused is not None:
        raise Refused(issued.refused)
    paper, snapshot = issued.paper(), issued.snapshot
    _examined(store, of, record_id, paper, issued)
    sealed.warm()  # who is shown it is about to sign it
    voice = Voice(issued.language)
    signer, job = _person(snapshot["customer"].get("person"), voice)
    return Showing(
        of=of,
        record_id=record_id,
        number=issued.number,
        language=issued.language,
        check=short_hash(issued.content),
        sha256=hash_of(paper),
        content=issued.content,
        snapshot=snapshot,
        signer=signer,
        job=job,
        pictures=tuple(page_pictures(paper, width / A4_POINTS)),
        zone=issued.zone,
    )


def _examined(store: Store, of: str, record_id: UUID, paper: bytes, issued: _Issued) -> None:
    """Raises Refused unless what is about to be shown is what was issued.

    The kept file is examined byte by byte; where none is here the paper is drawn from the content, and that
    must have the hash of the record.
    """
    if content_hash(dict(issued.snapshot)) != issued.content:
        raise Refused(NOT_ISSUED)
    if sealed.copy_of(store, record_id, issued.content, of=of) == paper:
        sealed.refuse_other(store, paper, issued.content)


def pages(store: Store, of: str, record_id: UUID, width: int) -> tuple[Picture, ...]:
    """The same pages as they are now: with the signature, once there is one."""
    return tuple(page_pictures(_ISSUED[of](store, record_id).paper(), width / A4_POINTS))


def _person(said: Any, voice: Voice) -> tuple[str, str]:
    """Name and title of whom the paper is addressed to: 张建国 总经理, or Zhang, General Manager."""
    text = voice.text(said).first
    name, _, job = text.partition(", ") if ", " in text else text.partition(" ")
    if ", " not in text and text.isascii():
        name, job = text, ""
    return name.strip(), job.strip()
