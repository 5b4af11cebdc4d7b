"""What a customer is shown to sign: the issued paper and the figures on it, and nothing that is not on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from desktop.documents.preview import Picture, page_pictures
from desktop.documents.summary import in_words
from desktop.documents.voice import Voice, figure, money, short_hash
from desktop.errors import Refused
from desktop.models.store import Store
from desktop.rules.attachments import hash_of
from desktop.services import drafts, quotes, sealed, signing
from desktop.services.commands import Asking
from desktop.services.papers import A4_POINTS
from desktop.words import Message, msg


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

    quote_id: UUID
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
        shot, voice = self.snapshot, Voice(language)
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


def refusal(store: Store, quote_id: UUID) -> Message | None:
    """Why nobody can sign this quote now, or None."""
    draft = drafts.load(store, quote_id)
    return _refusal(draft, store)


def _refusal(draft: drafts.QuoteDraft, store: Store) -> Message | None:
    asking = Asking(store.me(), store.clock())
    refused = signing.can_sign(draft.quote, asking)
    until = draft.revision.valid_until
    if refused is None and until is not None and until < _today(draft, store):
        return signing.EXPIRED
    return refused


def _today(draft: drafts.QuoteDraft, store: Store) -> date:
    return store.clock().astimezone(ZoneInfo(_zone(draft))).date()


def _zone(draft: drafts.QuoteDraft) -> str:
    return (draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai"


def showing(store: Store, quote_id: UUID, width: int) -> Showing:
    """The paper to sign with its pages `width` pixels wide. Raises Refused where there is none to sign."""
    draft = drafts.load(store, quote_id)
    refused = _refusal(draft, store)
    if refused is not None:
        raise Refused(refused)
    paper, snapshot = quotes.paper(store, quote_id), draft.snapshot()
    sealed.warm()  # who is shown it is about to sign it
    language = draft.revision.language or "zh"
    signer, job = _person(snapshot["customer"].get("person"), Voice(language))
    return Showing(
        quote_id=quote_id,
        number=f"{snapshot['number']} R{snapshot['revision']}",
        language=language,
        check=short_hash(draft.revision.content_hash or ""),
        sha256=hash_of(paper),
        content=draft.revision.content_hash or "",
        snapshot=snapshot,
        signer=signer,
        job=job,
        pictures=tuple(page_pictures(paper, width / A4_POINTS)),
        zone=_zone(draft),
    )


def pages(store: Store, quote_id: UUID, width: int) -> tuple[Picture, ...]:
    """The same pages as they are now: with the signature, once there is one."""
    return tuple(page_pictures(quotes.paper(store, quote_id), width / A4_POINTS))


def _person(said: Any, voice: Voice) -> tuple[str, str]:
    """Name and title of whom the paper is addressed to: 张建国 总经理, or Zhang, General Manager."""
    text = voice.text(said).first
    name, _, job = text.partition(", ") if ", " in text else text.partition(" ")
    if ", " not in text and text.isascii():
        name, job = text, ""
    return name.strip(), job.strip()
