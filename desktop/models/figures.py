"""Figures that lists show beside the fields of a record: read from other tables, never stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from desktop.models import agreements, further
from desktop.models.kinds import Amount, Kind, Link, Moment, Number, Short
from desktop.models.record import RECORDS, Record
from desktop.models.records import Customer, Interaction, InvoiceRequest, Opportunity, Order, Payment
from desktop.words import Message, msg, verbatim


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is called, its kind, and the expression that finds it for a row of its table."""

    name: str
    label: Message
    kind: Kind
    of: Callable[[], ColumnElement[Any]]


def _open_deals() -> ColumnElement[Any]:
    of_it = (Opportunity.customer_id == Customer.id, Opportunity.deleted_at.is_(None))
    under_way = Opportunity.stage.not_in(("won", "lost"))
    return select(func.sum(Opportunity.amount)).where(*of_it, under_way).correlate(Customer).scalar_subquery()


def _last_touch() -> ColumnElement[Any]:
    of_it = (Interaction.customer_id == Customer.id, Interaction.deleted_at.is_(None))
    return select(func.max(Interaction.happened_at)).where(*of_it).correlate(Customer).scalar_subquery()


def _invoiced() -> ColumnElement[Any]:
    of_it = (InvoiceRequest.order_id == Order.id, InvoiceRequest.deleted_at.is_(None))
    counts = InvoiceRequest.state != "cancelled"
    return select(func.sum(InvoiceRequest.payable)).where(*of_it, counts).correlate(Order).scalar_subquery()


def _paid() -> ColumnElement[Any]:
    of_it = (Payment.order_id == Order.id, Payment.deleted_at.is_(None))
    return select(func.sum(Payment.amount)).where(*of_it).correlate(Order).scalar_subquery()


FIGURES: Final[Mapping[str, Mapping[str, Figure]]] = {
    "customer": {
        "open_deals": Figure("open_deals", msg("Open deals"), Amount(), _open_deals),
        "last_touch": Figure("last_touch", msg("Last touch"), Moment(), _last_touch),
    },
    "order": {
        "invoiced_amount": Figure("invoiced_amount", msg("Invoiced"), Amount(), _invoiced),
        "paid_amount": Figure("paid_amount", msg("Received"), Amount(), _paid),
    },
    "price_book": {
        "used_amount": Figure("used_amount", msg("Amount used"), Amount(), agreements.used_amount),
    },
    "price_entry": {
        "used_quantity": Figure("used_quantity", msg("Quantity used"), Number(4), agreements.used_quantity),
    },
}


def kind_of(cls: type[Record], name: str) -> Kind | None:
    """The kind of a field or figure, or None where the type has neither; `id` names the record itself."""
    if name == "id":
        return Link(cls.__tablename__)
    if further.called(name):
        return Short()
    found = cls.fields().get(name) or FIGURES.get(cls.__tablename__, {}).get(name)
    return found.kind if found else None


def label_of(kind: str, name: str) -> Message:
    """What a field or figure is called."""
    figure = FIGURES.get(kind, {}).get(name)
    if name == "id":
        return RECORDS[kind].__label__
    if further.called(name):
        return verbatim(further.called(name))
    return figure.label if figure else RECORDS[kind].fields()[name].label


def value_of(record: Record, name: str) -> Any:
    """What a record holds in a field, or among its further details."""
    return further.value(record, name) if further.called(name) else getattr(record, name)


def expression(cls: type[Record], name: str) -> ColumnElement[Any]:
    """The column of a field, or what finds a figure or a further detail of one's own."""
    if further.called(name):
        return further.expression(cls, name)
    figure = FIGURES.get(cls.__tablename__, {}).get(name)
    return figure.of() if figure else cls.table().c[name]
