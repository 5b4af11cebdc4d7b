"""What each list shows: columns in order of reading, saved views, icon, first order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from desktop.models.record import RECORDS
from desktop.models.records import Customer, Opportunity, Product, Quote, Task
from desktop.rules.roles import Role
from desktop.services import records
from desktop.views import cells
from desktop.views.cells import Shape
from desktop.words import Message, msg

Filter = Callable[[UUID, date], tuple[ColumnElement[bool], ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field, how it is shown, width; `grow` shares the rest; a low `rank` leaves first."""

    name: str
    shape: Shape
    width: int
    grow: int = 0
    rank: int = 5
    words: Message | None = None
    sortable: bool = True
    right: bool = False

    def label(self, kind: str) -> Message:
        """The head of the column."""
        return self.words or RECORDS[kind].fields()[self.name].label


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: a tab with its filter."""

    key: str
    words: Message
    where: Filter


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A whole list."""

    kind: str
    icon: str
    columns: tuple[Column, ...]
    views: tuple[View, ...]
    order: str = "id"
    descending: bool = True
    why_empty: Message = msg("What you add appears here at once, also without a network.")

    def seen_by(self, role: Role | str) -> "ListSpec":
        """The list as somebody of this role is shown it."""
        seen = records.seen_by(role, RECORDS[self.kind], [column.name for column in self.columns])
        return replace(self, columns=tuple(column for column in self.columns if column.name in seen))


def _all(_me: UUID, _today: date) -> tuple[ColumnElement[bool], ...]:
    return ()


def _mine(kind: str) -> Filter:
    return lambda me, _today: (RECORDS[kind].table().c.owner_id == me,)


def _views(kind: str, *more: View) -> tuple[View, ...]:
    return (View("all", msg("All"), _all), *more, View("mine", msg("Mine"), _mine(kind)))


def _in(column: Any, *values: str) -> Filter:
    return lambda _me, _today: (column.in_(values),)


def _quiet(_me: UUID, _today: date) -> tuple[ColumnElement[bool], ...]:
    return (or_(Customer.next_on.is_(None), Customer.next_step == ""),)


def _late(column: Any) -> Filter:
    return lambda _me, today: (column < today,)


def _soon(_me: UUID, today: date) -> tuple[ColumnElement[bool], ...]:
    return (Quote.stage == "issued", Quote.valid_until <= today + timedelta(days=7))


def _under_way(_me: UUID, _today: date) -> tuple[ColumnElement[bool], ...]:
    return (Opportunity.stage.not_in(("won", "lost")),)


def _on_offer(_me: UUID, _today: date) -> tuple[ColumnElement[bool], ...]:
    return (Product.active.is_(True),)


def _late_tasks(_me: UUID, today: date) -> tuple[ColumnElement[bool], ...]:
    return (Task.due_on < today, Task.done_at.is_(None))


def _open_tasks(_me: UUID, _today: date) -> tuple[ColumnElement[bool], ...]:
    return (Task.done_at.is_(None),)


LISTS: Final = {
    spec.kind: spec
    for spec in (
        ListSpec(
            "customer",
            "building-2",
            (
                Column("name", cells.title, 190, 3, 9),
                Column("grade", cells.grade, 52, 0, 5),
                Column("stage", cells.stage, 104, 0, 8),
                Column("last_touch", cells.since, 92, 0, 4, msg("Last touch"), sortable=False),
                Column("open_deals", cells.amount, 104, 0, 6, msg("Open deals"), sortable=False, right=True),
                Column("next_step", cells.text, 150, 3, 7),
                Column("next_on", cells.due, 104, 0, 8),
                Column("phone", cells.text, 128, 0, 2),
                Column("industry", cells.text, 112, 0, 1),
            ),
            _views(
                "customer",
                View("best", msg("VIP and A"), _in(Customer.grade, "vip", "a")),
                View("late", msg("Overdue"), _late(Customer.next_on)),
                View("quiet", msg("Nothing planned"), _quiet),
            ),
            why_empty=msg("A customer needs only a name or a phone. The rest is asked later."),
        ),
        ListSpec(
            "contact",
            "contact-round",
            (
                Column("name", cells.title, 200, 2, 9),
                Column("customer_id", cells.link, 200, 3, 8, sortable=False),
                Column("department", cells.text, 120, 0, 2),
                Column("mobile", cells.text, 130, 0, 7),
                Column("email", cells.text, 200, 2, 5),
            ),
            _views("contact"),
            why_empty=msg("People at your customers. They come with an import or from a customer's page."),
        ),
        ListSpec(
            "opportunity",
            "target",
            (
                Column("name", cells.title, 200, 3, 9),
                Column("customer_id", cells.link, 170, 2, 8, sortable=False),
                Column("stage", cells.stage, 148, 0, 8),
                Column("probability", cells.number, 64, 0, 3, right=True),
                Column("amount", cells.amount, 110, 0, 7, right=True),
                Column("next_step", cells.text, 140, 2, 4),
                Column("close_on", cells.due, 100, 0, 6),
            ),
            _views(
                "opportunity",
                View("open", msg("Under way"), _under_way),
                View("won", msg("Won"), _in(Opportunity.stage, "won")),
            ),
            why_empty=msg("A chance to sell: a customer, a name, an amount and a day."),
        ),
        ListSpec(
            "product",
            "package",
            (
                Column("sku", cells.text, 100, 0, 8),
                Column("name", cells.title, 240, 4, 9),
                Column("category", cells.text, 120, 0, 3),
                Column("unit", cells.text, 56, 0, 4),
                Column("price", cells.price, 110, 0, 7, right=True),
                Column("tax_percent", cells.number, 64, 0, 5, right=True),
            ),
            _views("product", View("active", msg("On offer"), _on_offer)),
            order="sku",
            descending=False,
            why_empty=msg("Products come with an import or from the office's price book."),
        ),
        ListSpec(
            "quote",
            "file-text",
            (
                Column("number", cells.title, 130, 1, 9, msg("Quote")),
                Column("customer_id", cells.link, 190, 3, 8, sortable=False),
                Column("name", cells.text, 150, 2, 5),
                Column("stage", cells.stage, 100, 0, 8),
                Column("payable", cells.amount, 116, 0, 7, right=True),
                Column("valid_until", cells.due, 104, 0, 6),
            ),
            _views(
                "quote",
                View("draft", msg("Drafts"), _in(Quote.stage, "draft")),
                View("issued", msg("Issued"), _in(Quote.stage, "issued")),
                View("expiring", msg("Expiring"), _soon),
            ),
            why_empty=msg("A quote needs a customer and one product. The rest is filled in for you."),
        ),
        ListSpec(
            "task",
            "list-todo",
            (
                Column("name", cells.title, 240, 4, 9),
                Column("customer_id", cells.link, 180, 2, 8, sortable=False),
                Column("priority", cells.choice, 80, 0, 5),
                Column("due_on", cells.due, 110, 0, 8),
                Column("done_at", cells.done, 100, 0, 4),
            ),
            _views(
                "task",
                View("open", msg("To do"), _open_tasks),
                View("late", msg("Overdue"), _late_tasks),
            ),
            order="due_on",
            descending=False,
            why_empty=msg("What is to be done by a day. A visit or a call can leave one behind."),
        ),
        ListSpec(
            "interaction",
            "message-circle",
            (
                Column("happened_at", cells.moment, 110, 0, 8),
                Column("channel", cells.channel, 96, 0, 7),
                Column("name", cells.title, 220, 3, 9),
                Column("customer_id", cells.link, 180, 2, 8, sortable=False),
                Column("outcome", cells.text, 180, 2, 5),
            ),
            _views("interaction"),
            order="happened_at",
            why_empty=msg("Visits, calls and messages with your customers."),
        ),
    )
}
