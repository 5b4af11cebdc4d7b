"""A quote rebuilt from its sealed PDF: a draft with the same content, also at a stranger's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.kinds import Choice, Short
from desktop.models.record import Record
from desktop.models.records import (
    Adjustment,
    BundlePart,
    Contact,
    Customer,
    Product,
    Promotion,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from desktop.models.store import Store, Work
from desktop.rules import ranks, rebuilding
from desktop.rules.canonical import canonical
from desktop.rules.rebuilding import Content, Row
from desktop.services import bundle_lines, drafts, quote_copies, quote_prices, sealed
from desktop.services import quote_sense as of
from desktop.services.commands import command, every
from desktop.services.records import check
from desktop.services.sealed import Verdict
from desktop.words import Message, msg

_WHOLE: Final = frozenset({"sound", "signed", "foreign", "rolled_back"})
"""States of a file whose content is what was sealed, by whomever."""
_LABEL: Final = msg("Rebuild quote from its PDF")
_NOT_WHOLE: Final = msg("A quote is rebuilt only from a sealed PDF that is whole. {why}")
NOTHING: Final = rebuilding.NOT_A_QUOTE
NO_CUSTOMERS: Final = msg("Its customer is not here, and your role adds none.")
OFFER: Final = msg("In it: {number} for {customer}, {lines} lines, {payable} {currency}.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a PDF is, and what can be made of it: the quote it carries, and where that is here already."""

    verdict: Verdict
    content: Mapping[str, Any] | None = None
    known: UUID | None = None
    why: Message | None = None
    """Why nothing can be built of it."""

    def offer(self) -> Message | None:
        """What would be built, in words."""
        said = self.content
        if said is None:
            return None
        name = said["customer"]["name"]
        priced = sum(line["kind"] in of.PRICED for line in said["lines"])
        return OFFER.of(
            number=f"{said['number']} R{said['revision']}",
            customer=name["zh"] or name["en"],
            lines=priced,
            payable=said["totals"]["payable"],
            currency=said["currency"],
        )


def examine(pdf: bytes, store: Store) -> Found:
    """Whether a PDF is whole, whose it is, and which quote can be rebuilt from it; nothing is written."""
    verdict = sealed.examine(pdf, store)
    if verdict.state not in _WHOLE:
        return Found(verdict, why=_NOT_WHOLE.of(why=verdict.message))
    try:
        rebuilding.read(verdict.content)
        offered = Found(verdict, verdict.content, known_here(store, str(verdict.facts["hash"])))
        offered.offer()
    except Refused as refused:
        return Found(verdict, why=refused.message)
    except (KeyError, TypeError):
        return Found(verdict, why=rebuilding.NOT_A_QUOTE)
    return offered


def known_here(store: Store, digest: str) -> UUID | None:
    """The quote of which an edition with exactly this content is here."""
    query = (
        select(QuoteRevision.quote_id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(
            QuoteRevision.content_hash == digest,
            QuoteRevision.deleted_at.is_(None),
            Quote.deleted_at.is_(None),
        )
    )
    with store.reading() as session:
        return session.scalars(query.limit(1)).first()


@command(
    "quote.rebuild",
    label=_LABEL,
    on=Quote,
    creates=True,
    icon="file-input",
    writes=of.CONTENT + every(Customer, Contact),
    opens=True,
)
def rebuild(work: Work, *, content: Mapping[str, Any]) -> Quote:
    """A draft that says what an issued quote says; Refused where one figure or word would differ.

    It gets a number of its own when it is issued, and the seller is whoever rebuilds it.
    """
    said = rebuilding.read(content)
    customer = _customer(work, said)
    quote = Quote(name=said.name, customer_id=customer.id, currency=said.currency)
    quote.reference = f"{content.get('number') or ''} R{content.get('revision') or 1}"[:100]
    today = quote_prices.today(work)
    until = said.valid_until if said.valid_until is None or said.valid_until >= today else None
    if until is None and said.valid_until is not None:
        firm = quote_prices.organisation(work)
        until = today + timedelta(days=(firm.valid_days if firm else None) or 30)
    revision = QuoteRevision(quote_id=quote.id, valid_until=until, **said.revision)
    for each in (quote, revision):
        _check(each)
    quote.revision_id = revision.id
    work.add(quote)
    quote_copies.belongs(work, quote, revision)
    lines = _lines(work, quote, said.rows)
    _whole_adjustments(work, quote, said)
    work.flush()
    quote_prices.tell_all(work, quote, lines)
    work.flush()
    _hold_against(work, quote, content)
    return quote


def _check(record: Record) -> None:
    """Raises Refused where a value is none that a person could have chosen or typed."""
    for name, described in type(record).fields().items():
        value = getattr(record, name)
        if value and isinstance(described.kind, Choice) and described.kind.parse(value) != value:
            raise Refused(rebuilding.NOT_A_QUOTE)
        if value and isinstance(described.kind, Short) and len(value) > described.kind.longest:
            raise Refused(rebuilding.NOT_A_QUOTE)
    check(record)


def _hold_against(work: Work, quote: Quote, content: Mapping[str, Any]) -> None:
    """Raises Refused unless the draft prints what the content says, apart from identities."""
    printed = drafts.draft_of(work.session, quote).snapshot()
    try:
        wanted = canonical(rebuilding.sameness(content))
    except (TypeError, KeyError):
        raise Refused(rebuilding.NOT_A_QUOTE) from None
    if canonical(rebuilding.sameness(printed)) != wanted:
        raise Refused(rebuilding.DIFFERS)


def _customer(work: Work, said: Content) -> Customer:
    """Whom the paper means: the same customer, one of the same tax number or name, else a new one."""
    name, tax_id = said.customer["name"], said.customer["tax_id"]
    if not name:
        raise Refused(msg("A quote needs a customer."), field="customer_id")
    living = select(Customer).where(Customer.deleted_at.is_(None)).order_by(Customer.id).limit(1)
    ways = [Customer.tax_id == tax_id] if tax_id else []
    if len(said.customer_id) == 32 and all(one in "0123456789abcdef" for one in said.customer_id):
        same = (Customer.id == UUID(hex=said.customer_id)) & (Customer.name == name)
        ways = [same, *ways]
    for way in [*ways, Customer.name == name]:
        found = work.session.scalars(living.where(way)).first()
        if found is not None:
            return found
    if not all(map(work.actor.rights.may, ("customer.new", "contact.new"))):
        raise Refused(NO_CUSTOMERS)
    made = Customer(**said.customer)
    _check(made)
    work.add(made)
    if said.contact:
        person = Contact(customer_id=made.id, **said.contact)
        person.owner_id, person.team_id = made.owner_id, made.team_id
        _check(person)
        work.add(person)
    work.flush()
    return made


def _lines(work: Work, quote: Quote, rows: Sequence[Row]) -> list[QuoteLine]:
    """The lines in their order with their discounts; products are known by their numbers."""
    wanted = {row.values["sku"] for row in rows if row.values["kind"] in of.PRICED and row.values["sku"]}
    query = select(Product).where(Product.sku.in_(sorted(wanted)), Product.deleted_at.is_(None))
    products = {each.sku: each for each in work.session.scalars(query.order_by(Product.id.desc()))}
    made: dict[str, QuoteLine] = {}
    rank = ""
    for row in rows:
        rank, product = ranks.following(rank), products.get(row.values["sku"])
        priced = row.values["kind"] in of.PRICED
        line = QuoteLine(quote_id=quote.id, revision_id=quote.revision_id, rank=rank, **row.values)
        line.product_id = product.id if product is not None and priced else None
        line.list_price = product.price if product is not None and priced else None
        if row.of:
            _below(work, line, made.get(row.of))
        _check(line)
        quote_copies.belongs(work, quote, line)
        if made.setdefault(row.place, line) is not line:
            raise Refused(rebuilding.NOT_A_QUOTE)
        for values in row.adjustments:
            _adjust(work, quote, line.id, values)
    return list(made.values())


def _below(work: Work, line: QuoteLine, bundle: QuoteLine | None) -> None:
    """A part stands below its bundle, and follows it where the catalogue has it as that bundle's part."""
    if bundle is None or bundle.bundle_id is not None:
        raise Refused(rebuilding.NOT_A_QUOTE)
    line.bundle_id = bundle.id
    query = select(BundlePart).where(
        BundlePart.product_id == bundle.product_id,
        BundlePart.part_id == line.product_id,
        BundlePart.deleted_at.is_(None),
    )
    part = work.session.scalars(query.order_by(BundlePart.id).limit(1)).first()
    if part is None:
        line.product_id = None
    else:
        line.price_trace = [bundle_lines.told_of(bundle, part)]


def _whole_adjustments(work: Work, quote: Quote, said: Content) -> None:
    """What is taken off the whole. A row under the name of a promotion that runs here follows it again."""
    names = {one["label"] for one in said.adjustments if one["kind"] == "amount" and one["label"]}
    query = select(Promotion).where(
        Promotion.name.in_(sorted(names)), Promotion.active.is_(True), Promotion.deleted_at.is_(None)
    )
    running = {each.name: each.id for each in work.session.scalars(query.order_by(Promotion.id.desc()))}
    usual = [tuple(drafts.said(each).values()) for each in (drafts.DISCOUNT, drafts.ROUNDING)]
    for values in said.adjustments:
        named = (values["label"], values["label_en"]) not in usual
        made = _adjust(work, quote, None, values if named else {**values, "label": "", "label_en": ""})
        made.promotion_id = running.get(values["label"]) if values["kind"] == "amount" else None


def _adjust(work: Work, quote: Quote, line_id: UUID | None, values: Mapping[str, Any]) -> Adjustment:
    made = Adjustment(quote_id=quote.id, revision_id=quote.revision_id, line_id=line_id, **values)
    _check(made)
    quote_copies.belongs(work, quote, made)
    return made
