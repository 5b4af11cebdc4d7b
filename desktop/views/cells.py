"""From a value to what a row shows: one function per shape of column, chosen where the list is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from desktop.models.figures import kind_of, value_of
from desktop.models.kinds import Amount, Choice, Day, Kind, Link, Moment, Number, Percent, Short
from desktop.models.record import Field, Record
from desktop.rules import stages
from desktop.rules.money import currency_digits
from desktop.views import dates
from desktop.words import Message, msg

NOTHING: Final = "\N{EM DASH}"
SIGNS: Final = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
OWED: Final = ("payable", "invoiced_amount", "paid_amount")
"""Sums that are said to the cent."""
_CUSTOMER_WAY: Final = ("potential", "contacted", "following", "trial", "negotiation")
_WON: Final = frozenset({"won", "accepted", "signed", "running", "retained"})
_WON_OF: Final = {"contract": frozenset({"completed"}), "order": frozenset({"completed"})}
_LOST: Final = frozenset(
    {"lost", "declined", "expired", "superseded", "terminated", "withdrawn", "cancelled"}
)
CHANNEL_ICONS: Final = {
    "visit": "map-pin",
    "call": "phone",
    "wechat": "message-circle",
    "email": "mail",
    "meeting": "users",
    "web": "external-link",
    "note": "pencil",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one place of a row shows; the delegate paints it."""

    text: str = ""
    ink: str = "ink"
    right: bool = False
    strong: bool = False
    icon: tuple[str, str] | None = None
    ring: tuple[float, str] | None = None
    tone: str = ""
    """`accent` is a chip; whatever has a tone names nobody, and stays while names are hidden."""
    avatar: tuple[str, object, bool] | None = None
    extras: tuple[str, ...] = ()
    mark: str = ""
    tooltip: str = ""


@dataclass(slots=True)
class Row:
    """A record with what its row needs besides: titles of links, figures, unsent or not, English titles."""

    record: Record
    titles: Mapping[UUID, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    unsent: bool = False
    english: Mapping[UUID, str] = field(default_factory=dict)
    shown: dict[str, Cell] = field(default_factory=dict, compare=False)
    """What its columns show, made when they are first painted."""

    @property
    def id(self) -> UUID:
        """The record's id."""
        return self.record.id

    def called(self, linked: UUID | None, language: str) -> str:
        """What a linked record is called in a language."""
        if linked is None:
            return ""
        return (self.english.get(linked, "") if language == "en" else "") or self.titles.get(linked, "")

    def value(self, name: str) -> Any:
        """A field, or a figure that was computed for the page."""
        return self.figures[name] if name in self.figures else value_of(self.record, name)

    def kind(self, name: str) -> Kind:
        """The kind of a field."""
        described = type(self.record).fields().get(name)
        return described.kind if described is not None else kind_of(type(self.record), name) or Short()


Shape = Callable[[Row, str, str, date], Cell]


def money(minor: int, currency: str = "CNY", digits: int = 2) -> str:
    """`¥369,000`, with decimals only where there are some; negatives with a real minus."""
    value = Decimal(minor).scaleb(-digits)
    text = f"{abs(value):,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if value == value.to_integral_value() and digits else text
    return f"{'−' if value < 0 else ''}{SIGNS.get(currency, currency + ' ')}{text}"


def exact(minor: int, currency: str = "CNY") -> str:
    """`¥369,000.00`: a sum that is owed is said to the cent wherever it stands."""
    digits = currency_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    cents = f".{rest:0{digits}}" if digits else ""
    return f"{'−' if minor < 0 else ''}{SIGNS.get(currency, f'{currency} ')}{whole:,}{cents}"


def sum_of(record: Any) -> str:
    """What a record comes to: the amount that was typed, or a total, which is in units of its currency."""
    currency = getattr(record, "currency", "") or "CNY"
    typed, total = (getattr(record, name, None) for name in ("amount", "payable"))
    if typed is not None:
        return money(typed, currency)
    return money(total, currency, currency_digits(currency)) if total is not None else ""


def text(row: Row, name: str, language: str, today: date) -> Cell:
    """The value as its kind formats it; a day as every other day on screen."""
    kind, value = row.kind(name), row.value(name)
    if isinstance(kind, Day) and isinstance(value, date):
        said = dates.short_day(value, language, today)
        return Cell(said, ink="ink_2", tone="plain", tooltip=dates.exact(value))
    shown = kind.format(value, language)
    return Cell(shown or NOTHING, ink="ink_2" if shown else "ink_3", tooltip=shown)


def title(row: Row, name: str, language: str, today: date) -> Cell:
    """The name with its avatar; what else tells it apart stands behind and yields."""
    record = row.record
    kind = record.__tablename__
    by_name = language == "en" and name == "name"  # a code or a number is the same in every language
    english = str(getattr(record, "name_en", None) or "") if by_name else ""
    shown = english or str(row.value(name) or "") or record.title
    shown = shown or str(getattr(record, "phone", "")) or NOTHING
    extras = tuple(found for each in EXTRAS.get(kind, ()) if (found := _said(record, each, language)))
    avatar = (
        (record.title or shown, record.id, kind == "contact") if kind in ("customer", "contact") else None
    )
    return Cell(shown, avatar=avatar, extras=extras, mark="cloud-upload" if row.unsent else "", tooltip=shown)


def _said(record: Record, name: str, language: str) -> str:
    english = str(getattr(record, f"{name}_en", "") or "") if language == "en" else ""
    return english or str(getattr(record, name, "") or "")


EXTRAS: Final = {"customer": ("city",), "contact": ("job",), "product": ("detail",)}


def choice(row: Row, name: str, language: str, today: date) -> Cell:
    """The word of a choice."""
    return text(row, name, language, today)


def grade(row: Row, name: str, language: str, today: date) -> Cell:
    """The best grade as a chip, the others as a letter."""
    value = row.value(name)
    if not value:
        return Cell(NOTHING, ink="ink_3")
    return Cell(
        row.kind(name).format(value, language), ink="ink_2", tone="accent" if value == "vip" else "plain"
    )


def stage(row: Row, name: str, language: str, today: date) -> Cell:
    """A ring filled as far as it has come, and the name of the stage; an offer that nobody took in time."""
    value = standing(row.record, str(row.value(name) or ""), today)
    shown = row.kind(name).format(value, language)
    return Cell(shown, ring=ring_of(row.record.__tablename__, value), tooltip=shown)


def standing(record: Any, value: str, today: date) -> str:
    """The stage as it is today: an issued offer past its last day has expired, though nobody said so."""
    until = getattr(record, "valid_until", None)
    passed = record.__tablename__ == "quote" and value == "issued" and until is not None and until < today
    return "expired" if passed else value


_WAYS: Final = {"quote": stages.QUOTE, "contract": stages.CONTRACT, "order": stages.ORDER}


def ring_of(kind: str, value: str) -> tuple[float, str]:
    """How far along a stage is, and whether it has ended."""
    if value in _WON_OF.get(kind, _WON):
        return 1, "won"
    if value in _LOST:
        return 1, "lost"
    if kind == "customer":
        place = _CUSTOMER_WAY.index(value) if value in _CUSTOMER_WAY else 0
        return place / len(_CUSTOMER_WAY), ""
    way = _WAYS.get(kind, stages.OPPORTUNITY)
    codes = [each.code for each in way.stages if each.open]
    return (codes.index(value) / len(codes) if value in codes else 0), ""


def link(row: Row, name: str, language: str, today: date) -> Cell:
    """What the linked record is called."""
    shown = row.called(row.value(name), language)
    return Cell(shown or NOTHING, ink="ink_2" if shown else "ink_3", tooltip=shown)


def amount(row: Row, name: str, language: str, today: date) -> Cell:
    """Money, right-aligned, with its sign."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3", right=True)
    return Cell(money(value, getattr(row.record, "currency", "CNY") or "CNY"), right=True)


def sum_due(row: Row, name: str, language: str, today: date) -> Cell:
    """Money with its decimals, also where there are none: one form in a column of such sums."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3", right=True)
    return Cell(exact(value, getattr(row.record, "currency", "CNY") or "CNY"), right=True)


def number(row: Row, name: str, language: str, today: date) -> Cell:
    """A figure, right-aligned."""
    value = row.value(name)
    shown = row.kind(name).format(value, language)
    return Cell(shown or NOTHING, ink="ink" if shown else "ink_3", right=True)


def price(row: Row, name: str, language: str, today: date) -> Cell:
    """A unit price with at least two decimals."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3", right=True)
    return Cell(unit_price(value), right=True)


def unit_price(value: Decimal) -> str:
    """At least two decimals, more where there are more."""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}".replace("-", "−")


def due(row: Row, name: str, language: str, today: date) -> Cell:
    """A day to come: late in red with an icon, today in the accent, tomorrow in amber."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3")
    if getattr(row.record, "done_at", None) is not None or _ended(row):
        return Cell(
            dates.short_day(value, language, today), ink="ink_3", tone="plain", tooltip=dates.exact(value)
        )
    words, tone = (dates.validity if name == "valid_until" else dates.due)(value, language, today)
    icon = ("circle-alert", "bad") if tone == "bad" else ("clock", "warn") if tone == "warn" else None
    return Cell(words.in_language(language), ink=tone, tone="plain", icon=icon, tooltip=dates.exact(value))


def _ended(row: Row) -> bool:
    value = str(getattr(row.record, "stage", "") or "")
    kind = row.record.__tablename__
    return value in _LOST or (value in _WON_OF.get(kind, _WON) and kind != "customer")


def since(row: Row, name: str, language: str, today: date) -> Cell:
    """How long ago."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3")
    day = value.astimezone().date() if isinstance(value, datetime) else value
    said = dates.past(day, language, today).in_language(language)
    return Cell(said, ink="ink_2", tone="plain", tooltip=dates.exact(value))


def moment(row: Row, name: str, language: str, today: date) -> Cell:
    """A moment of the recent past with its time."""
    value = row.value(name)
    if value is None:
        return Cell(NOTHING, ink="ink_3")
    said = dates.moment(value, language, today).in_language(language)
    return Cell(said, ink="ink_2", tone="plain", tooltip=dates.exact(value))


def done(row: Row, name: str, language: str, today: date) -> Cell:
    """Whether a task is done."""
    value = row.value(name)
    return since(row, name, language, today) if value else Cell(NOTHING, ink="ink_3")


def channel(row: Row, name: str, language: str, today: date) -> Cell:
    """How one spoke with the customer."""
    value = str(row.value(name) or "note")
    return Cell(row.kind(name).format(value, language), icon=(CHANNEL_ICONS.get(value, "pencil"), "ink_2"))


TAXED: Final = {
    "S": msg("Standard rate"),
    "Z": msg("Zero rate"),
    "E": msg("Exempt from tax"),
    "AE": msg("Reverse charge"),
    "K": msg("Supply within the EU"),
    "G": msg("Export", "tax"),
    "O": msg("Not taxed"),
}
"""The codes of UNCL5305 that a product may have, in words."""


def tax_category(row: Row, name: str, language: str, today: date) -> Cell:
    """What a code of tax means."""
    code = str(row.value(name) or "")
    shown = TAXED[code].in_language(language) if code in TAXED else code
    return Cell(shown or NOTHING, ink="ink_2" if shown else "ink_3", tooltip=code)


def bilingual(row: Row, name: str, language: str, today: date) -> Cell:
    """A text in English where there is one and English is spoken."""
    english = str(getattr(row.record, f"{name}_en", "") or "") if language == "en" else ""
    return Cell(english, ink="ink_2", tooltip=english) if english else text(row, name, language, today)


def shape_of(described: Field) -> Shape:
    """How a field is shown where its list declares nothing else."""
    kind = described.kind
    shapes: dict[str, Shape] = {
        "stage": stage,
        "grade": grade,
        "channel": channel,
        "done_at": done,
        "tax_category": tax_category,
    }
    if described.name in shapes:
        return shapes[described.name]
    for cls, shape in ((Link, link), (Amount, amount), (Moment, moment), (Percent, number)):
        if isinstance(kind, cls):
            return shape
    if isinstance(kind, Number):
        return price if "price" in described.name else number
    return number if kind.numeric else text


def words_of(kind: Kind, code: str) -> Message | None:
    """The message of a choice's code."""
    return (
        next((word for key, word in kind.options if key == code), None) if isinstance(kind, Choice) else None
    )


def now() -> datetime:
    """This moment, for what is shown as relative."""
    return datetime.now(UTC)
