"""Files that an order leaves as data: invoice requests for finance, the order for the customer's programs."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.documents import cii, cii_order
from desktop.errors import NotFound, Refused
from desktop.models.records import Contract, Customer, InvoiceRequest, Order, Organisation, Quote
from desktop.models.store import Store
from desktop.rules import order_figures as figures
from desktop.rules.money import currency_digits
from desktop.services import order_chain
from desktop.services.contract_drafts import zone_of
from desktop.services.order_chain import Chain
from desktop.words import msg

CHINA = "CN"
NO_NAMES = msg("An invoice needs the firm's name and tax number, and the customer's name.")


def invoice_data(store: Store, request_id: UUID, *, country: str = CHINA) -> bytes:
    """An invoice request or credit note as EN 16931 data (CII); `country`: the buyer's.

    Raises NotFound, and Refused where a party has no name or the standard no code.
    """
    with store.reading() as session:
        request = session.get(InvoiceRequest, request_id)
        if request is None or request.order_id is None or request.requested_on is None:
            raise NotFound(msg("This order has no such invoice request."))
        order = session.get(Order, request.order_id)
        if order is None:
            raise NotFound(msg("This order has no such invoice request."))
        chain = order_chain.chain_of(session, order)
        seller = _seller(session)
    credit = chain.is_credit(request)
    side = -1 if credit else 1
    made = order_chain.as_invoice(request)
    before = [
        (one.invoice_number or one.number, one.invoiced_on)
        for one in chain.living_requests()
        if one.state == "invoiced" and not chain.is_credit(one)
    ]
    return cii.invoice_xml(
        cii.Request(
            number=request.number,
            issued_on=request.requested_on,
            currency=request.currency,
            digits=currency_digits(request.currency),
            seller=seller,
            buyer=_buyer(request.buyer or {}, country),
            lines=_lines(chain, made.lines.items(), side),
            groups=[
                cii.Group(one.category, one.rates, side * one.base, side * one.tax) for one in made.groups
            ],
            rounding=side * (request.rounding or 0),
            order=order.number or "",
            reference=order.reference or "",
            due_on=request.due_on,
            included=chain.included,
            credit=credit,
            preceding=before if credit else (),
        )
    )


def order_data(store: Store, order_id: UUID, *, country: str = CHINA) -> bytes:
    """An order as Order-X data, once the office has acknowledged it. Raises NotFound and Refused."""
    with store.reading() as session:
        order = session.get(Order, order_id)
        if order is None or order.deleted_at is not None:
            raise NotFound(msg("This order is not on this laptop."))
        return order_data_of(session, order, country=country)


def order_data_of(session: Session, order: Order, *, country: str = CHINA) -> bytes:
    """The same within a session."""
    if not order.number or order.submitted_at is None:
        raise Refused(msg("An order has a number once it was submitted."))
    chain = order_chain.chain_of(session, order)
    whole = figures.invoice(chain.known(), [], None, included=chain.included)
    customer = session.get(Customer, order.customer_id) if order.customer_id else None
    said = {name: getattr(customer, name) or "" for name in ("name", "tax_id", "address")} if customer else {}
    quote = session.get(Quote, order.quote_id) if order.quote_id else None
    contract = session.get(Contract, order.contract_id) if order.contract_id else None
    on = order.submitted_at.astimezone(zone_of(session)).date()
    return cii_order.order_xml(
        cii_order.Agreed(
            cii.Request(
                number=order.number,
                issued_on=on,
                currency=order.currency,
                digits=currency_digits(order.currency),
                seller=_seller(session),
                buyer=_buyer(said, country),
                lines=_lines(chain, whole.lines.items(), 1),
                groups=[cii.Group(one.category, one.rates, one.base, one.tax) for one in whole.groups],
                rounding=whole.rounding,
                reference=order.reference or "",
                included=chain.included,
            ),
            (quote.number or "") if quote is not None else "",
            (contract.number or "") if contract is not None else "",
            order.ship_to or "",
            order.promised_on,
        )
    )


def _seller(session: Session) -> cii.Party:
    firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)).first()
    if firm is None or not firm.name or not firm.tax_id:
        raise Refused(NO_NAMES)
    return cii.Party(firm.name, firm.tax_id, firm.address or "")


def _buyer(said: Mapping[str, Any], country: str) -> cii.Party:
    if not said.get("name"):
        raise Refused(NO_NAMES)
    return cii.Party(said["name"], said.get("tax_id", ""), said.get("address", ""), country.upper())


def _lines(chain: Chain, parts: Iterable[tuple[str, figures.Figures]], side: int) -> list[cii.Line]:
    known = {line.id.hex: line for line in chain.lines}
    return [
        cii.Line(
            str(place),
            known[name].name or known[name].sku or name,
            side * part.quantity,
            known[name].unit or "",
            side * part.amount,
            known[name].tax_category or "S",
            tuple(known[name].tax_rates or ()),
        )
        for place, (name, part) in enumerate(parts, 1)
    ]
