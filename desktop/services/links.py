"""Links for customers: ask the office for one, take it back, and what became of it.

The wish travels like any other change; what opens the link comes back sealed to the laptop that asked.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from desktop.documents import codes
from desktop.errors import NotFound, Refused
from desktop.models import boxes
from desktop.models.changes import read_local
from desktop.models.records import CustomerLink, Quote, QuoteRevision
from desktop.models.store import Store, Work
from desktop.services import quote_copies, signing
from desktop.services.commands import Asking, command, every
from desktop.services.quotes import today
from desktop.words import Message, msg

PATH: Final = "/q/"
"""Where an office shows links."""
STATUS_DAYS: Final = 90
"""How long a link to follow an order is good for, unless it is said otherwise."""
LONGEST: Final = timedelta(days=400)
ACCEPT, STATUS = "accept", "status"
NO_OFFICE: Final = msg("This vault belongs to no office yet; the customer's page is shown by the office.")
NOT_ISSUED: Final = msg("Issue this quote first; the link shows what is on paper.")
PAST: Final = msg("The last day of a link lies ahead.")
GONE: Final = msg("This link was revoked already.")
ELSEWHERE: Final = msg("This link was made on another laptop; its address is known there alone.")
WAITING: Final = msg("Waits for the office; the address comes with the next sync.")
ABOUT: Final = b"customer_link"


def can_link(quote: Quote, _asking: Asking) -> Message | None:
    """What is on paper and still counts is shown to its customer."""
    if quote.stage not in ("issued", "accepted"):
        return NOT_ISSUED
    if quote.needs_review:
        return msg("Two people changed this quote. Look at the new total and confirm it first.")
    return None


@command(
    "quote.link",
    label=msg("Make a link for the customer"),
    on=Quote,
    when=can_link,
    writes=every(CustomerLink),
    undoable=False,
    icon="external-link",
)
def make(work: Work, quote: Quote, *, until: date | None = None) -> CustomerLink:
    """Ask the office for a link: to accept and sign what is issued, or, once accepted, to follow it.

    It ends with the quote's validity, or `until` an earlier day. Raises Refused without an office.
    """
    if not (read_local(work.connection, "office") or {}).get("url"):
        raise Refused(NO_OFFICE)
    revision = work.get(QuoteRevision, quote.revision_id) if quote.revision_id else None
    if revision is None or not revision.content_hash:
        raise Refused(NOT_ISSUED)
    on = today(work)
    if until is not None and not on <= until <= on + LONGEST:
        raise Refused(PAST, field="until")
    kind, last = STATUS, until or on + timedelta(days=STATUS_DAYS)
    if quote.stage == "issued":
        if revision.valid_until is not None and revision.valid_until < on:
            raise Refused(signing.EXPIRED)
        kind, last = ACCEPT, min(filter(None, (until, revision.valid_until)), default=last)
    secret = boxes.secret_of(work.connection, make=True)
    made = CustomerLink(
        quote_id=quote.id,
        revision_id=revision.id,
        content_hash=revision.content_hash,
        kind=kind,
        ends_on=last,
        asked_at=work.now,
        device_id=work.device,
        box=boxes.public(secret) if secret is not None else "",
    )
    quote_copies.belongs(work, quote, made)
    return made


def can_revoke(link: CustomerLink, _asking: Asking) -> Message | None:
    """A link is revoked once."""
    return GONE if link.revoked_at is not None else None


@command(
    "customer_link.revoke",
    label=msg("Revoke the link"),
    on=CustomerLink,
    when=can_revoke,
    writes=("customer_link.revoked_at",),
    undoable=False,
    icon="x",
)
def revoke(work: Work, link: CustomerLink) -> None:
    """Nobody opens it any more, from the next sync on; an answer that was given stays."""
    link.revoked_at = work.now


def of_quote(store: Store, quote_id: UUID) -> Sequence[CustomerLink]:
    """The links of a quote, the newest first."""
    return _listed(store, CustomerLink.quote_id == quote_id)


def listed(store: Store) -> Sequence[CustomerLink]:
    """Every link that is known here, the newest first."""
    return _listed(store, CustomerLink.quote_id.is_not(None))


def _listed(store: Store, which: ColumnElement[bool]) -> Sequence[CustomerLink]:
    query = select(CustomerLink).where(
        which, CustomerLink.content_hash != "", CustomerLink.deleted_at.is_(None)
    )
    with store.reading() as session:
        return session.scalars(query.order_by(CustomerLink.id.desc())).all()


def find(store: Store, wanted: str) -> CustomerLink:
    """The link whose id begins so. Raises NotFound."""
    key = wanted.replace("-", "").lower()
    found = [each for each in listed(store) if key and each.id.hex.startswith(key)]
    if len(found) != 1:
        raise NotFound(msg("There is no link “{id}”.").of(id=wanted))
    return found[0]


def address(store: Store, link: CustomerLink) -> str:
    """What the customer opens; empty while the office has not answered, and on another laptop."""
    if not link.sealed:
        return ""
    with store.looking() as connection:
        secret = boxes.secret_of(connection)
        office = read_local(connection, "office") or {}
    if secret is None or boxes.public(secret) != link.box:
        return ""
    try:
        told = json.loads(boxes.unseal(secret, ABOUT + link.id.bytes, link.sealed))
        base = str(told.get("at") or office.get("url", "")).partition("#")[0].rstrip("/")
        return f"{base}{PATH}{told['token']}"
    except (boxes.BadBox, ValueError, KeyError, AttributeError):
        return ""


def squares(store: Store, link: CustomerLink) -> codes.Squares:
    """The address as a code for a telephone. Raises NotFound where it is not known here."""
    shown = address(store, link)
    if not shown:
        raise NotFound(ELSEWHERE if link.sealed else WAITING)
    return codes.squares(shown)


def state(link: CustomerLink, on: date, quote: Quote | None = None) -> tuple[str, Message]:
    """A code and words for how a link stands on this day."""
    if link.answer:
        said = msg("Accepted by {name}") if link.answer == "accepted" else msg("Declined by {name}")
        return link.answer, said.of(name=link.answered_by or "—")
    if link.revoked_at is not None:
        return "revoked", msg("Revoked")
    if link.ends_on is not None and link.ends_on < on:
        return "ended", msg("Ended")
    if quote is not None and quote.revision_id != link.revision_id:
        return "superseded", msg("Replaced by a newer revision")
    if not link.sealed:
        return "waiting", msg("Waits for the office")
    return "open", msg("Waits for the customer")
