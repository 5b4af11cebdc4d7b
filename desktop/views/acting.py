"""What a sentence typed into the palette does: a day makes a task or moves one, an amount makes a deal."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from desktop.rules import deeplinks, typed
from desktop.views import cells, dates, share_items
from desktop.views.cells import Row
from desktop.views.desk import Desk
from desktop.views.look import Look
from desktop.views.palette import Item
from desktop.views.panel import heading
from desktop.views.privacy import veil
from desktop.words import Message, msg

VERBS: Final = re.compile(
    r"^(?:提醒我?|记得|跟进|回访|联系|拜访|约见?|打电话给?|电话|发邮件给?|给)\s*"
    r"|^(?:remind me to |follow[- ]up(?: with)? |follow |call |visit |meet |e?-?mail |ring |see |to )",
    re.IGNORECASE,
)
TITLES: Final = re.compile(r"(总|经理|工|主任|老师|女士|先生|部长|厂长)$")
DUE: Final = {"task": "due_on", "opportunity": "close_on", "customer": "next_on"}
"""The day of a record that a bare day moves."""


class Acting:
    """Reads what was typed; each answer is one row that does it."""

    def __init__(
        self,
        look: Look,
        desk: Desk,
        selected: Callable[[], Row | None],
        open_named: Callable[[str, UUID], object],
    ) -> None:
        self._look, self._desk, self._selected, self._open = look, desk, selected, open_named

    def items(self, text: str) -> list[Item]:
        """What the sentence could mean, the likeliest first; nothing where it is a search."""
        link = deeplinks.read(text)
        if link is not None:
            open_it = lambda: self._open(*link)  # noqa: E731
            return [
                Item(self._look.text(msg("Open the record of this link")), icon="external-link", run=open_it)
            ]
        day = typed.day_within(text, date.today())  # noqa: DTZ011
        if day is not None:
            return self._with_day(*day)
        amount = typed.amount_within(text)
        return self._with_amount(*amount) if amount is not None else []

    def _with_day(self, day: date, rest: str) -> list[Item]:
        items = []
        if rest and not share_items.begins(self._look, rest):
            items.append(self._task(day, rest))
        row = self._selected()
        kind = row.record.__tablename__ if row is not None else ""
        if row is not None and kind in DUE and not rest:
            label = type(row.record).fields()[DUE[kind]].label
            words = msg("{field} of {title}: {day}").of(
                field=label, title=self._name(row), day=self._day(day)
            )
            seen = {DUE[kind]: row.value(DUE[kind])}
            items.append(
                self._item(
                    words,
                    "calendar",
                    lambda: self._desk.edit(kind, row.id, {DUE[kind]: day}, parsed=True, seen=seen),
                )
            )
        return items

    def _task(self, day: date, rest: str) -> Item:
        row = self._named(rest) or self._selected()
        links = _links(row)
        words = msg("New task: {subject}, {day}").of(subject=rest, day=self._day(day))
        if row is not None and links:
            whom = msg("New task: {subject}, {day}, for {title}")
            words = whom.of(subject=rest, day=self._day(day), title=self._name(row))
        make = lambda: self._desk.create("task", {"name": rest}, values={"due_on": day, **links})  # noqa: E731
        return self._item(words, "list-todo", make)

    def _with_amount(self, amount: Decimal, rest: str) -> list[Item]:
        minor = int(amount * 100)
        shown = cells.money(minor, "CNY")
        row = self._selected()
        if row is not None and row.record.__tablename__ == "opportunity" and not rest:
            words = msg("Amount of {title}: {amount}").of(title=self._name(row), amount=shown)
            seen = {"amount": row.value("amount")}
            change = {"amount": minor}
            edit = lambda: self._desk.edit("opportunity", row.id, change, parsed=True, seen=seen)  # noqa: E731
            return [self._item(words, "target", edit)]
        if not rest:
            return []
        customer = _links(self._named(rest) or row)
        words = msg("New opportunity: {subject}, {amount}").of(subject=rest, amount=shown)
        values = {
            "amount": minor,
            **{name: value for name, value in customer.items() if name == "customer_id"},
        }
        make = lambda: self._desk.create("opportunity", {"name": rest}, values=values)  # noqa: E731
        return [self._item(words, "target", make)]

    def _named(self, rest: str) -> Row | None:
        """The customer or contact whose name stands in the sentence, without its verb and title."""
        name = VERBS.sub("", rest).strip()
        bare = TITLES.sub("", name)
        for wanted in dict.fromkeys((name, bare, name.split(" ")[0])):
            if not wanted or (len(wanted) == 1 and wanted == name and wanted.isascii()):
                continue
            hits = self._desk.search(wanted, ["contact", "customer"], 6)
            begins = [hit for hit in hits if hit.title.casefold().startswith(wanted.casefold())]
            found = self._desk.rows([(hit.type, UUID(bytes=hit.id)) for hit in (begins or hits)[:1]])
            if found:
                return found[0]
        return None

    def _item(self, words: Message, icon: str, act: Callable[[], object]) -> Item:
        return Item(self._look.text(words), icon=icon, run=act)

    def _name(self, row: Row) -> Message:
        return veil(self._look, heading(row, self._look.language))

    def _day(self, day: date) -> str:
        return dates.said(day, self._look.language, date.today())  # noqa: DTZ011


def _links(row: Row | None) -> dict[str, Any]:
    """What a task about this record is linked to."""
    if row is None:
        return {}
    record: Any = row.record
    kind = record.__tablename__
    if kind == "customer":
        return {"customer_id": record.id}
    links = {"customer_id": getattr(record, "customer_id", None)}
    if kind == "opportunity":
        links["opportunity_id"] = record.id
    return {name: value for name, value in links.items() if value is not None}
