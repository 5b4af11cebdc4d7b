"""Files that an order leaves: the data of an invoice request for finance's programs."""

from uuid import UUID

from sqlalchemy import select

from desktop.documents import cii
from desktop.errors import NotFound, Refused
from desktop.models.records import InvoiceRequest, Organisation
from desktop.models.store import Store
from desktop.rules.money import currency_digits
from desktop.services import order_chain
from desktop.words import msg


def invoice_data(store: Store, request_id: UUID) -> bytes:
    """An invoice request as EN 16931 data (CII). Raises NotFound, and Refused where a party has no name."""
    with store.reading() as session:
        request = session.get(InvoiceRequest, request_id)
        firm = session.scalars(select(Organisation).where(Organisation.deleted_at.is_(None)).limit(1)).first()
    if request is None or request.order_id is None or request.requested_on is None:
        raise NotFound(msg("This order has no such invoice request."))
    chain = order_chain.load(store, request.order_id)
    known = {line.id.hex: line for line in chain.lines}
    buyer = request.buyer or {}
    if firm is None or not firm.name or not firm.tax_id or not buyer.get("name"):
        raise Refused(msg("An invoice needs the firm's name and tax number, and the customer's name."))
    return cii.invoice_xml(
        cii.Request(
            number=request.number,
            issued_on=request.requested_on,
            currency=request.currency,
            digits=currency_digits(request.currency),
            seller=cii.Party(firm.name, firm.tax_id or "", firm.address or ""),
            buyer=cii.Party(buyer["name"], buyer.get("tax_id", ""), buyer.get("address", "")),
            lines=[
                cii.Line(
                    str(place),
                    known[name].name or known[name].sku or name,
                    part.quantity,
                    known[name].unit or "",
                    part.amount,
                    known[name].tax_category or "S",
                    tuple(known[name].tax_rates or ()),
                )
                for place, (name, part) in enumerate(order_chain.parts_of(request.lines), 1)
            ],
            groups=[
                cii.Group(one["category"], tuple(one["rates"]), one["base"], one["tax"])
                for one in request.groups or ()
            ],
            rounding=request.rounding or 0,
            order=chain.order.number or "",
            reference=chain.order.reference or "",
            due_on=request.due_on,
        )
    )
