"""Signing: the customer puts a name under exactly what was issued; the office always records it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from desktop.errors import Refused
from desktop.models.records import Attachment, Quote, QuoteRevision, Signature
from desktop.models.store import Work
from desktop.services import attachments, quotes, sealed
from desktop.services import evidence as records
from desktop.services.commands import Asking, command, every
from desktop.services.evidence import OnScreen
from desktop.words import Message, msg

PAPER: Final = "paper"
SCREEN: Final = "screen"
"""Ways of signing."""
ANOTHER: Final = msg("This quote was changed after it was shown. Show the customer what is issued now.")
EXPIRED = msg("This offer has expired. Make a new revision, so that the customer signs what holds today.")


def can_sign(quote: Quote, _asking: Asking) -> Message | None:
    """An issued quote is signed, once whatever two people made of it was seen by a person."""
    if quote.stage not in ("issued", "accepted"):
        return msg("Issue this quote first; the customer signs what is on paper.")
    if quote.needs_review:
        return msg("Two people changed this quote. Look at the new total and confirm it first.")
    return None


@command(
    "quote.sign",
    label=msg("Customer signs"),
    on=Quote,
    when=can_sign,
    writes=("quote.stage", *every(Signature, Attachment)),
    undoable=False,
    fact=True,
    icon="pencil",
)
def sign(
    work: Work,
    quote: Quote,
    *,
    signer: str,
    job: str = "",
    method: str = "screen",
    image_id: UUID | None = None,
    evidence: dict[str, Any] | None = None,
    on_screen: OnScreen | None = None,
    photo: Mapping[str, Any] | None = None,
) -> Signature:
    """Record the customer's signature under the issued content, and that the quote is accepted by it.

    A `photo` of signed paper (see `attachments.keep`) becomes a file of the quote with it. What was written
    `on_screen` also goes into the sealed paper, as its second signature, in the same
    transaction: there is a signature with its paper, or neither.
    """
    if not signer.strip():
        raise Refused(msg("Say who signs."), field="signer")
    revision = work.get(QuoteRevision, quote.revision_id) if quote.revision_id else None
    if revision is None or not revision.content_hash:
        raise Refused(msg("Issue this quote first; the customer signs what is on paper."))
    if revision.valid_until is not None and revision.valid_until < quotes.today(work):
        raise Refused(EXPIRED)
    signer, job = signer.strip(), job.strip()
    if photo is not None:
        image_id = attachments.attach_file(work, of=Quote.__tablename__, of_id=quote.id, **photo).id
    if on_screen is not None:
        if on_screen.content != revision.content_hash:
            raise Refused(ANOTHER)  # a sync brought a new revision while the customer was reading
        evidence = records.record(work, on_screen)
        paper = sealed.Paper.of(revision, quote.number)
        inked = sealed.keep_signed(work, quote, paper, on_screen.ink, evidence, signer, job)
        if inked:
            evidence[records.PAPER] = inked
    signature = Signature(
        quote_id=quote.id,
        revision_id=revision.id,
        signer=signer,
        job=job,
        method=method,
        signed_at=work.now,
        content_hash=revision.content_hash,
        image_id=image_id,
        evidence=evidence or {},
        owner_id=quote.owner_id,
        team_id=quote.team_id,
    )
    work.add(signature)
    work.op("sign", signature, {"hash": revision.content_hash, "snapshot": revision.snapshot})
    if quote.stage == "issued":
        work.op("transition", quote, {"field": "stage", "from": quote.stage, "to": "accepted"})
        quote.stage = "accepted"
    return signature
