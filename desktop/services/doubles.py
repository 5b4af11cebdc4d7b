"""Who may be here already: records to be brought in beside those of this laptop and those of the same file.

Only a hint for the person who imports; nothing is joined or left out because of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.record import Record
from desktop.models.records import Contact, Customer, Product
from desktop.rules import names, phones
from desktop.words import Message, msg

Key = tuple[str, str]
Get = Callable[[str], Any]
_SHORTEST_NUMBER: Final = 7
_SAID: Final = {
    "name": msg("the same name"),
    "tax_id": msg("the same tax number"),
    "phone": msg("the same phone"),
    "email": msg("the same e-mail"),
    "sku": msg("the same number"),
}


@dataclass(frozen=True, slots=True)
class Double:
    """Row `number` may be the record called `title`; of the same file it is that of row `row`, else 0."""

    number: int
    title: str
    by: str
    row: int = 0

    @property
    def reason(self) -> Message:
        """As a sentence."""
        said = msg("Perhaps the same as row {row}, “{title}”: {by}.")
        if not self.row:
            said = msg("Perhaps the same as “{title}”, which is here already: {by}.")
        return said.of(row=self.row, title=self.title, by=_SAID[self.by])


def find(session: Session, cls: type[Record], rows: Iterable[tuple[int, Sequence[Record]]]) -> list[Double]:
    """The rows whose record of type `cls` may be here already or stand in an earlier row, each once."""
    known = _known(session, cls)
    seen: dict[Key, tuple[str, int]] = {}
    found: list[Double] = []
    for number, records in rows:
        record = next((one for one in records if isinstance(one, cls)), None)
        if record is None:
            continue
        keys = list(keys_of(cls, partial(getattr, record)))
        double = _double(number, keys, known, seen)
        if double is not None:
            found.append(double)
        for key in keys:
            seen.setdefault(key, (record.title, number))
    return found


def _double(
    number: int, keys: Sequence[Key], known: dict[Key, str], seen: dict[Key, tuple[str, int]]
) -> Double | None:
    for key in keys:
        if key in known:
            return Double(number, known[key], key[0])
    for key in keys:
        if key in seen:
            return Double(number, *(seen[key][0], key[0], seen[key][1]))
    return None


def _known(session: Session, cls: type[Record]) -> dict[Key, str]:
    columns = [cls.table().c[name] for name in _READ[cls]]
    found: dict[Key, str] = {}
    query = select(*columns).where(cls.table().c.deleted_at.is_(None)).order_by(cls.table().c.id)
    for row in session.execute(query).mappings():
        for key in keys_of(cls, row.get):
            found.setdefault(key, str(row["name"] or row.get("sku") or ""))
    return found


_READ: Final[dict[type[Record], tuple[str, ...]]] = {
    Customer: ("name", "tax_id", "phone"),
    Contact: ("name", "customer_id", "mobile", "phone", "email"),
    Product: ("name", "sku"),
}


def keys_of(cls: type[Record], get: Get) -> Iterator[Key]:
    """By what a record is known again, the surest first."""
    if cls is Product:
        sku = "".join(one for one in str(get("sku") or "").casefold() if one.isalnum())
        if sku:
            yield "sku", sku
        return
    if cls is Customer and get("tax_id"):
        yield "tax_id", "".join(str(get("tax_id")).split()).upper()
    for name in ("mobile", "phone") if cls is Contact else ("phone",):
        digits = phones.plain(str(get(name) or ""))
        if len(digits) >= _SHORTEST_NUMBER:
            yield "phone", digits
    if cls is Contact and get("email"):
        yield "email", str(get("email")).casefold()
    name = str(get("name") or "")
    if cls is Contact:
        if name and get("customer_id"):
            yield "name", f"{get('customer_id').hex} {name}"
    elif len(core := names.core(name)) > 1:
        yield "name", core
