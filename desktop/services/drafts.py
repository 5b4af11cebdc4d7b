"""A quote as it is being written: its parts together, recalculated by rules, ready for screen and paper."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound
from desktop.models import derived
from desktop.models.record import Record
from desktop.models.records import (
    Adjustment,
    Contact,
    Customer,
    Organisation,
    Quote,
    QuoteLine,
    QuoteRevision,
    TemplateVersion,
    User,
)
from desktop.models.store import Store
from desktop.rules import bundles, money, templates, totals
from desktop.rules.money import number
from desktop.services import template_editions
from desktop.words import LANGUAGES, Message, msg

TEMPLATE: Final = templates.STANDARD
DISCOUNT: Final = msg("Discount on the whole")
NO_QUOTE: Final = msg("This quote is not on this laptop, or not all of it.")
ROUNDING: Final = msg("Rounded off")


@dataclass
class QuoteDraft:
    """A quote with one revision and all that it prints. Change its parts and ask again for totals."""

    quote: Quote
    revision: QuoteRevision
    lines: list[QuoteLine]
    adjustments: list[Adjustment]
    customer: Customer | None
    contact: Contact | None
    seller: Organisation | None
    person: User | None
    template: TemplateVersion | None = None
    """The published edition that it is printed by; None for the built-in one."""

    def document(self) -> totals.Document:
        """What the totals are computed from."""
        return derived.document(
            _Fields(self.revision),
            [_Fields(line) for line in self.lines],
            [_Fields(adjustment) for adjustment in self.adjustments],
            self.quote.currency,
        )

    def totals(self) -> totals.Totals:
        """The totals right now. Raises Refused where a row cannot be computed."""
        return totals.totals(self.document())

    def adjustments_of(self, line: QuoteLine) -> list[Adjustment]:
        """The discounts and surcharges of one line."""
        return [one for one in self.adjustments if one.line_id == line.id]

    @property
    def document_adjustments(self) -> list[Adjustment]:
        """The discounts and surcharges of the whole document."""
        return [one for one in self.adjustments if one.line_id is None]

    @property
    def frozen(self) -> bool:
        """Whether this revision was issued."""
        return bool(self.revision.content_hash)

    def snapshot(self, *, number: str = "", issued_on: date | None = None) -> dict[str, Any]:
        """All that is printed, hashed and signed: for an issued revision exactly what was issued."""
        if self.revision.snapshot is not None:
            return dict(self.revision.snapshot)
        made = _snapshot(self, number or self.quote.number, issued_on or date.today())  # noqa: DTZ011
        worn = self.template
        if worn is not None and worn.body is not None:
            made["template"] = templates.pin(worn.name, worn.edition or 1, worn.body, made)
        return made


def load(store: Store, quote_id: UUID, revision_id: UUID | None = None) -> QuoteDraft:
    """The quote with its current revision, or with an earlier one. Raises NotFound."""
    with store.reading() as session:
        quote = session.get(Quote, quote_id)
        if quote is None:
            raise NotFound(NO_QUOTE)
        return draft_of(session, quote, revision_id)


def draft_of(session: Session, quote: Quote, revision_id: UUID | None = None) -> QuoteDraft:
    """The same within a session."""
    revision = session.get(QuoteRevision, revision_id or quote.revision_id)
    if revision is None:
        raise NotFound(NO_QUOTE)
    parts = partial(_parts, session, revision.id)
    customer = session.get(Customer, quote.customer_id) if quote.customer_id else None
    contact = None
    if customer is not None:
        contact = session.scalars(
            select(Contact)
            .where(Contact.customer_id == customer.id, Contact.deleted_at.is_(None))
            .order_by(Contact.id)
            .limit(1)
        ).first()
    return QuoteDraft(
        quote,
        revision,
        bundles.together(parts(QuoteLine)),
        parts(Adjustment),
        customer,
        contact,
        session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)).first(),
        session.get(User, quote.owner_id) if quote.owner_id else None,
        template_editions.worn(session, revision),
    )


def edits_aside(session: Session, quote: Quote) -> QuoteRevision | None:
    """An edition of this quote that was never issued and is not the current one, the newest first."""
    query = select(QuoteRevision).where(
        QuoteRevision.quote_id == quote.id,
        QuoteRevision.id != quote.revision_id,
        QuoteRevision.issued_at.is_(None),
        QuoteRevision.deleted_at.is_(None),
    )
    return session.scalars(query.order_by(QuoteRevision.revision.desc()).limit(1)).first()


def _parts(session: Session, revision_id: UUID, cls: Any) -> list[Any]:
    query = select(cls).where(cls.revision_id == revision_id, cls.deleted_at.is_(None))
    return list(session.scalars(query.order_by(cls.rank, cls.id)))


class _Fields(dict[str, Any]):
    """The fields of a record by name, as they lie in it: a total of a thousand lines is due with each key."""

    __slots__ = ("_record",)

    def __init__(self, record: Record) -> None:
        super().__init__(vars(record))
        self._record = record

    def __missing__(self, name: str) -> Any:
        return getattr(self._record, name)


def text(zh: str | None, en: str | None = "") -> dict[str, str]:
    """A text of the paper in both languages; the printer falls back to the one that is there."""
    return {"zh": zh or "", "en": en or ""}


def said(message: Message) -> dict[str, str]:
    """A message as a text of the paper."""
    return {language: message.in_language(language) for language in LANGUAGES}


def _snapshot(draft: QuoteDraft, quote_number: str, issued_on: date) -> dict[str, Any]:
    quote, revision = draft.quote, draft.revision
    document = draft.document()
    result = totals.totals(document)
    digits = document.digits
    return {
        "schema": 1,
        "kind": "quote",
        "number": quote_number,
        "revision": revision.revision,
        "language": revision.language,
        "issued_on": issued_on.isoformat(),
        "valid_until": revision.valid_until.isoformat() if revision.valid_until else "",
        "currency": quote.currency,
        "digits": digits,
        "tax_mode": revision.tax_mode,
        "policy": {
            "tax_scope": revision.tax_scope,
            "discount_rounding": revision.discount_rounding,
            "cash_step": revision.cash_step or None,
        },
        "title": text(quote.name),
        "intro": text(revision.intro, revision.intro_en),
        "seller": _seller(draft),
        "customer": _customer(draft),
        "lines": [_line(draft, place, document, result) for place in range(len(draft.lines))],
        "adjustments": [
            {
                "kind": adjustment.kind,
                "value": number(adjustment.value or money.ZERO),
                "tax": None,
                "label": _label(adjustment),
                "amount": money.plain(computed.amount, digits),
            }
            for adjustment, computed in zip(draft.document_adjustments, result.adjustments, strict=True)
        ],
        "prepaid": number(revision.prepaid or money.ZERO),
        "totals": totals_of(result),
        "milestones": [
            {
                "name": text(part.get("name"), part.get("name_en")),
                "percent": str(part["percent"]),
                "amount": money.plain(amount, digits),
                "due": text(part.get("due"), part.get("due_en")),
            }
            for part, amount in zip(revision.milestones or (), result.milestones, strict=True)
        ],
        "terms": [text(term.get("zh"), term.get("en")) for term in revision.terms or ()],
        "template": TEMPLATE,
    }


def totals_of(result: totals.Totals) -> dict[str, Any]:
    """The totals in the form that `satchel totals` writes."""
    from desktop.rules.totals_json import written

    return written(result)


def _label(adjustment: Adjustment) -> dict[str, str]:
    if adjustment.label or adjustment.label_en:
        return text(adjustment.label, adjustment.label_en)
    return said(ROUNDING if adjustment.kind == "target" else DISCOUNT)


def _line(draft: QuoteDraft, place: int, document: totals.Document, result: totals.Totals) -> dict[str, Any]:
    line, computed, slabs = draft.lines[place], result.lines[place], document.lines[place].slabs
    return {
        "id": line.id.hex,
        **({"of": line.bundle_id.hex} if line.bundle_id is not None else {}),
        "kind": line.kind,
        "group": line.group or "",
        "chosen": bool(line.chosen),
        "sku": line.sku or "",
        "name": text(line.name, line.name_en),
        "detail": text(line.detail, line.detail_en),
        "quantity": number(line.quantity or money.ZERO),
        "unit": text(line.unit, line.unit_en),
        "unit_price": number(line.unit_price or money.ZERO),
        "base_quantity": number(line.base_quantity or money.ONE),
        **({"slabs": [slab.as_json() for slab in slabs]} if len(slabs) > 1 else {}),
        "adjustments": [
            {"kind": one.kind, "value": number(one.value or money.ZERO)} for one in draft.adjustments_of(line)
        ],
        "tax": {
            "category": line.tax_category or "S",
            "rates": list(line.tax_rates or ()),
            "compound": [False] * len(line.tax_rates or ()),
        },
        "gross": money.plain(computed.gross, result.digits),
        "net": money.plain(computed.net, result.digits),
        "tax_amount": money.plain(computed.tax, result.digits),
    }


def _seller(draft: QuoteDraft) -> dict[str, Any]:
    seller, person = draft.seller, draft.person
    if seller is None:
        return {key: text("") for key in ("name", "tagline", "address", "person", "bank")} | {
            "phone": "",
            "email": "",
            "tax_id": "",
        }
    return {
        "name": text(seller.name, seller.name_en),
        "tagline": text(seller.tagline, seller.tagline_en),
        "address": text(seller.address, seller.address_en),
        "person": _person(person.name, person.job, person.name_en, person.job_en) if person else text(""),
        "phone": (person.phone if person else "") or seller.phone or "",
        "email": (person.email if person else "") or seller.email or "",
        "tax_id": seller.tax_id or "",
        "bank": text(seller.bank, seller.bank_en),
    } | ({"logo": seller.logo} if seller.logo else {})


def _customer(draft: QuoteDraft) -> dict[str, Any]:
    customer, contact = draft.customer, draft.contact
    if customer is None:
        return {
            "id": "",
            "name": text(""),
            "address": text(""),
            "person": text(""),
            "phone": "",
            "tax_id": "",
        }
    return {
        "id": customer.id.hex,
        "name": text(customer.name, customer.name_en),
        "address": text(customer.address, customer.address_en),
        "person": _person(contact.name, contact.job, contact.name_en, contact.job_en)
        if contact
        else text(""),
        "phone": ((contact.mobile or contact.phone) if contact else "") or customer.phone or "",
        "tax_id": customer.tax_id or "",
    }


def _person(name: str | None, job: str | None, name_en: str | None, job_en: str | None) -> dict[str, str]:
    return text(" ".join(filter(None, (name, job))), ", ".join(filter(None, (name_en, job_en))))
