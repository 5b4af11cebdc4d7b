"""Which price a customer gets, and why: one fixed order, every step kept in a trace.

Customer's contract, customer's book, segment book, region book, standard book; then the quantity tier, the
manual discount, the currency and the floor. Nothing here knows where the entries come from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal

from desktop.errors import Refused
from desktop.rules import promotions
from desktop.rules.lines import PRICE_DIGITS, Slab, mean_price
from desktop.rules.money import ONE, ZERO, number, rounded
from desktop.rules.promotions import Part, Promotion
from desktop.words import Message, msg

TierKind = Literal["range", "slab", "block"]


class Scope(StrEnum):
    """Whom a price is for; the order of the members is the order of resolution."""

    CONTRACT = "contract"
    CUSTOMER = "customer"
    SEGMENT = "segment"
    REGION = "region"
    STANDARD = "standard"


SCOPE_LABELS: Final[Mapping[Scope, Message]] = {
    Scope.CONTRACT: msg("Agreed in the customer's contract"),
    Scope.CUSTOMER: msg("Customer's price book"),
    Scope.SEGMENT: msg("Segment price book"),
    Scope.REGION: msg("Region price book"),
    Scope.STANDARD: msg("Standard price book"),
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A price from a quantity on."""

    from_quantity: Decimal
    price: Decimal


def tiers_of(pairs: Iterable[tuple[Decimal, Decimal]]) -> tuple[Tier, ...]:
    """Tiers from (quantity, price) in any order; a quantity named twice keeps its lower price."""
    best: dict[Decimal, Decimal] = {}
    for quantity, price in pairs:
        best[quantity] = min(price, best.get(quantity, price))
    return tuple(Tier(quantity, best[quantity]) for quantity in sorted(best))


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a framework agreement says of a product, and how much of it is used up; None: no limit is agreed.

    Amounts are in the agreement's currency, in major units.
    """

    book: str
    quantity: Decimal | None = None
    used_quantity: Decimal = ZERO
    amount: Decimal | None = None
    used_amount: Decimal = ZERO

    def short_of(self, quantity: Decimal, worth: Fraction) -> tuple[str, Decimal, Decimal] | None:
        """What does not last for so much (`quantity` or `amount`), what is left of it and what was agreed."""
        left = ZERO if self.quantity is None else self.quantity - self.used_quantity
        if self.quantity is not None and quantity > left:
            return "quantity", max(left, ZERO), self.quantity
        rest = ZERO if self.amount is None else self.amount - self.used_amount
        if self.amount is not None and worth > Fraction(rest):
            return "amount", max(rest, ZERO), self.amount
        return None


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """A product's price in one book; `audience` is the customer, segment or region (standard: empty).

    Range: the whole quantity at the tier it reaches. Slab: each part at its tier. Block: the tier's price is
    for the whole quantity, however many that is. Both days are included; None is open.
    """

    id: str
    product: str
    scope: Scope
    currency: str
    tiers: tuple[Tier, ...]
    audience: str = ""
    tier_kind: TierKind = "range"
    valid_from: date | None = None
    valid_until: date | None = None
    floor: Decimal | None = None
    book: str = ""
    agreed: Agreed | None = None

    def __post_init__(self) -> None:
        froms = [tier.from_quantity for tier in self.tiers]
        if not froms or froms != sorted(set(froms)):
            raise Refused(msg("A price needs tiers in the order of their quantities"), field="tiers")

    def holds_on(self, day: date) -> bool:
        """Whether the entry is valid on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def worth(self, quantity: Decimal) -> Fraction:
        """What so much of the product comes to, before it is rounded."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity]
        if self.tier_kind == "block":
            return Fraction(reached[-1].price)
        if self.tier_kind == "range":
            return Fraction(reached[-1].price) * Fraction(quantity)
        parts = _parts(self, ZERO, quantity)
        return sum((Fraction(size) * Fraction(price) for size, price in parts), Fraction(0))


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    """One unit of `source` is `rate` units of `target`, from that day on; read either way round."""

    source: str
    target: str
    rate: Decimal
    on: date

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise Refused(msg("A rate is above zero."), field="rate")

    @property
    def pair(self) -> frozenset[str]:
        """The two currencies, whichever is said first."""
        return frozenset((self.source, self.target))

    def factor(self, source: str) -> Fraction:
        """What a price in `source`, one of the two, is multiplied by: exact also the other way round."""
        return Fraction(self.rate) if source == self.source else 1 / Fraction(self.rate)


def rates_of(known: Iterable[CurrencyRate], pinned: Iterable[CurrencyRate]) -> list[CurrencyRate]:
    """The rates that a quote goes by: those it was begun with, and for other pairs what is known."""
    kept = {rate.pair: rate for rate in pinned}
    return [*kept.values(), *(rate for rate in known if rate.pair not in kept)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is priced: a product for a customer on a day.

    `together` is the quantity of this product in the whole quote (tiers look at that), and `before` how much
    of it stands in earlier lines (slabs are filled in that order). `discounts` are percentages; a reduction
    is negative.
    """

    product: str
    quantity: Decimal
    currency: str
    on: date
    customer: str = ""
    segments: tuple[str, ...] = ()
    region: str = ""
    together: Decimal | None = None
    before: Decimal = ZERO
    discounts: tuple[Decimal, ...] = ()
    price_digits: int = 2

    def audiences(self, scope: Scope) -> tuple[str, ...]:
        """The audiences of that scope this request belongs to, the closest first."""
        if scope in (Scope.CONTRACT, Scope.CUSTOMER):
            return (self.customer,) if self.customer else ()
        if scope is Scope.SEGMENT:
            return self.segments
        if scope is Scope.REGION:
            return (self.region,) if self.region else ()
        return ("",)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of "why this price?": what was looked at, and the unit price after it, once there is one."""

    name: str
    said: Message
    price: Decimal | None
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """What is stored with the line as its `price_trace`."""
        return {"step": self.name, "price": None if self.price is None else number(self.price), **self.facts}


@dataclass(frozen=True, slots=True)
class Price:
    """`unit_price` is for `base_quantity` and before the manual discount, `net_unit_price` after it."""

    entry: PriceEntry
    unit_price: Decimal
    net_unit_price: Decimal
    base_quantity: Decimal
    slabs: tuple[Slab, ...]
    floor: Decimal | None

    @property
    def below_floor(self) -> bool:
        """Whether the net price is under what may be sold without asking."""
        return self.floor is not None and self.net_unit_price < self.floor

    def head_room(self, quantity: Decimal) -> Decimal | None:
        """How much money may still be given away on that quantity; None where no floor is set."""
        if self.floor is None:
            return None
        return max(self.net_unit_price - self.floor, ZERO) * quantity / self.base_quantity


@dataclass(frozen=True, slots=True)
class Resolution:
    """A price, or None when no book has one; and how that was found, always."""

    price: Price | None
    trace: tuple[Step, ...]

    def as_json(self) -> list[dict[str, object]]:
        """The `price_trace` of a quote line."""
        return [step.as_json() for step in self.trace]


def resolve(
    asked: Asked,
    entries: Iterable[PriceEntry],
    rates: Sequence[CurrencyRate] = (),
    offers: Sequence[Promotion] = (),
) -> Resolution:
    """Find the price. Nothing here raises: a product without a price is an answer."""
    trace: list[Step] = []
    together = abs(asked.quantity if asked.together is None else asked.together)
    entry = _find(asked, list(entries), rates, together, trace)
    if entry is None:
        return Resolution(None, tuple(trace))
    unit, base, slabs = _tiered(entry, asked, together, trace)
    unit, slabs = _promoted(entry, asked, together, unit, slabs, offers, trace)
    rate = _rate(entry.currency, asked, rates)
    turn = None if rate is None else rate.factor(entry.currency)
    factor = _discounted(asked, unit, trace)
    digits = asked.price_digits if turn is None else max(asked.price_digits, _decimals(entry))
    floor = None if entry.floor is None else _converted(entry.floor, Fraction(1), turn, digits)
    price = _converted(unit, Fraction(1), turn, digits)
    net = _converted(unit, factor, turn, digits)
    if rate is not None:
        slabs = tuple(
            Slab(slab.quantity, _converted(slab.unit_price, Fraction(1), turn, digits)) for slab in slabs
        )
        price = mean_price(slabs) if slabs else price
        said = msg("Currency: 1 {source} = {rate} {target}, rate of {day}").of(
            source=rate.source, rate=number(rate.rate), target=rate.target, day=rate.on.isoformat()
        )
        facts = {"rate": number(rate.rate), "on": rate.on.isoformat(), "from": rate.source, "to": rate.target}
        trace.append(Step("currency", said, net, facts))
    if floor is not None:
        below, above = msg("Below the floor price of {floor}"), msg("At or above the floor price of {floor}")
        said = below if net < floor else above
        trace.append(Step("floor", said.of(floor=number(floor)), net, {"floor": number(floor)}))
    return Resolution(Price(entry, price, net, base, slabs, floor), tuple(trace))


def _find(
    asked: Asked,
    entries: list[PriceEntry],
    rates: Sequence[CurrencyRate],
    together: Decimal,
    trace: list[Step],
) -> PriceEntry | None:
    for scope in Scope:
        audiences = asked.audiences(scope)
        fitting = [
            entry
            for entry in entries
            if entry.scope is scope
            and entry.product == asked.product
            and entry.audience in audiences
            and entry.holds_on(asked.on)
            and entry.tiers[0].from_quantity <= together
            and (entry.currency == asked.currency or _rate(entry.currency, asked, rates) is not None)
        ]
        fitting = [entry for entry in fitting if _lasts(entry, together, trace)]
        if fitting:
            entry = min(fitting, key=lambda entry: _closeness(entry, asked, audiences))
            facts = {"scope": scope.value, "entry": entry.id, "book": entry.book, "currency": entry.currency}
            facts |= {"agreement": entry.agreed.book} if entry.agreed is not None else {}
            trace.append(Step(scope.value, SCOPE_LABELS[scope], None, facts))
            return entry
        said = msg("{book}: no price").of(book=SCOPE_LABELS[scope])
        trace.append(Step(scope.value, said, None, {"scope": scope.value}))
    return None


def _lasts(entry: PriceEntry, together: Decimal, trace: list[Step]) -> bool:
    """Whether the agreement still holds enough for the whole quantity; else the trace says what is left."""
    short = entry.agreed.short_of(together, entry.worth(together)) if entry.agreed is not None else None
    if short is None:
        return True
    of, left, agreed = short
    said = msg("Framework agreement {book}: {left} of {agreed} are left").of(
        book=entry.book, left=number(left), agreed=number(agreed)
    )
    facts = {"book": entry.book, "of": of, "left": number(left), "agreed": number(agreed)}
    trace.append(Step("used_up", said, None, facts))
    return False


def _closeness(
    entry: PriceEntry, asked: Asked, audiences: tuple[str, ...]
) -> tuple[int, bool, int, Decimal, str]:
    """Closest audience, the quote's own currency, the newest, the better one for the customer."""
    newest = entry.valid_from.toordinal() if entry.valid_from else 0
    return (
        audiences.index(entry.audience),
        entry.currency != asked.currency,
        -newest,
        entry.tiers[0].price,
        entry.id,
    )


def _tiered(
    entry: PriceEntry, asked: Asked, together: Decimal, trace: list[Step]
) -> tuple[Decimal, Decimal, tuple[Slab, ...]]:
    tier = [tier for tier in entry.tiers if tier.from_quantity <= together][-1]
    facts = {"kind": entry.tier_kind, "quantity": number(together), "from": number(tier.from_quantity)}
    if entry.tier_kind == "slab":
        slabs = _slabs(entry, asked)
        mean = mean_price(slabs) if slabs else tier.price
        said = msg("Each part of {quantity} at the price of its tier").of(quantity=number(together))
        trace.append(Step("tier", said, mean, facts))
        return mean, ONE, slabs
    if entry.tier_kind == "block":
        said = msg("A fixed price for {quantity} together").of(quantity=number(together))
        trace.append(Step("tier", said, tier.price, facts))
        return tier.price, together or ONE, ()
    said = msg("{quantity} together reach the tier from {tier}").of(
        quantity=number(together), tier=number(tier.from_quantity)
    )
    trace.append(Step("tier", said, tier.price, facts))
    return tier.price, ONE, ()


def _slabs(entry: PriceEntry, asked: Asked) -> tuple[Slab, ...]:
    """The parts of this line's quantity by tier, counted on from what earlier lines have used."""
    quantity, way = abs(asked.quantity), ONE.copy_sign(asked.quantity)
    parts = _parts(entry, asked.before, asked.before + quantity)
    return tuple(Slab(size * way, price) for size, price in parts)


def _parts(entry: PriceEntry, start: Decimal, end: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """The tiers between two quantities: how much stands at which price."""
    uppers: list[Decimal] = [tier.from_quantity for tier in entry.tiers[1:]]
    for place, tier in enumerate(entry.tiers):
        low = max(tier.from_quantity if place else ZERO, start)
        high = min(uppers[place], end) if place < len(uppers) else end
        if high > low:
            yield high - low, tier.price


def _promoted(
    entry: PriceEntry,
    asked: Asked,
    together: Decimal,
    unit: Decimal,
    slabs: tuple[Slab, ...],
    offers: Sequence[Promotion],
    trace: list[Step],
) -> tuple[Decimal, tuple[Slab, ...]]:
    """The price and its parts under the promotions of this product; all lines of it have the same ones."""
    block, slab = entry.tier_kind == "block", entry.tier_kind == "slab"
    fitting = [each for each in offers if not (block and each.kind == "nth")]
    whole, own = [Part(ONE if block else together, unit)], [Part(ONE if block else abs(asked.quantity), unit)]
    if slab:
        whole = [Part(size, price) for size, price in _parts(entry, ZERO, together)]
        own = [Part(abs(each.quantity), each.unit_price) for each in slabs] or own
    digits = max(asked.price_digits, _decimals(entry))
    chosen = promotions.on_price(fitting, whole, digits)
    way = ONE.copy_sign(asked.quantity)
    for promotion in chosen:
        own = promotions.reduced(own, asked.before, promotion, digits)
        slabs = tuple(Slab(part.quantity * way, part.price) for part in own) if slab or len(own) > 1 else ()
        unit = mean_price(slabs) if any(part.quantity for part in own) and slabs else own[0].price
        trace.append(_offer_step(promotion, unit))
    left_out = [each for each in fitting if each not in chosen] if chosen and chosen[0].exclusive else []
    trace += [_left_out(each, chosen[0]) for each in left_out]
    return unit, slabs


def _offer_step(promotion: Promotion, unit: Decimal) -> Step:
    percent = number(promotion.percent)
    facts = {"promotion": promotion.id, "name": promotion.name, "kind": promotion.kind, "percent": percent}
    facts |= {"every": str(promotion.every)} if promotion.kind == "nth" else {}
    facts |= {"exclusive": "yes"} if promotion.exclusive else {}
    said = msg("Promotion {name}: {percent} % off").of(name=promotion.name, percent=percent)
    return Step("promotion", said, unit, facts)


def _left_out(promotion: Promotion, beside: Promotion) -> Step:
    said = msg("Promotion {name} does not apply beside {other}").of(name=promotion.name, other=beside.name)
    return Step("not_beside", said, None, {"name": promotion.name, "other": beside.name})


def _discounted(asked: Asked, unit: Decimal, trace: list[Step]) -> Fraction:
    factor = Fraction(1)
    for discount in asked.discounts:
        factor *= 1 + Fraction(discount) / 100
        exact = Fraction(unit) * factor
        said = msg("Manual discount {percent} %").of(percent=number(discount))
        facts = {"percent": number(discount)}
        trace.append(Step("discount", said, _at(exact, PRICE_DIGITS), facts))
    return factor


def _rate(source: str, asked: Asked, rates: Sequence[CurrencyRate]) -> CurrencyRate | None:
    """The latest rate of or before the quote's day; None where none is needed or known.

    Of one day the rate that was said in this direction counts before one that is turned round.
    """
    pair = frozenset((source, asked.currency))
    known = [rate for rate in rates if rate.pair == pair and rate.on <= asked.on]
    if source == asked.currency or not known:
        return None
    return max(known, key=lambda rate: (rate.on, rate.source == source, rate.rate))


def _decimals(entry: PriceEntry) -> int:
    """How exactly a book says its prices: a price of 0.0035 is not rounded to nothing in another currency."""
    return max(-int(tier.price.normalize().as_tuple().exponent) for tier in entry.tiers)


def _converted(price: Decimal, factor: Fraction, turn: Fraction | None, digits: int) -> Decimal:
    """Rounded before it meets a quantity; an undiscounted price of the same currency stays as it is."""
    exact = Fraction(price) * factor
    if turn is None:
        return price if factor == 1 else _at(exact, digits)
    return _at(exact * turn, digits)


def _at(exact: Fraction, digits: int) -> Decimal:
    scaled = exact * 10**digits
    return Decimal(rounded(scaled.numerator, scaled.denominator)).scaleb(-digits)
