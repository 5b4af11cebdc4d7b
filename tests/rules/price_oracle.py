"""Which price a customer gets, once more: on fractions, from the text of the rule, sharing no arithmetic."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from desktop.rules.pricing import Asked, CurrencyRate, PriceEntry

ORDER = ("contract", "customer", "segment", "region", "standard")


def half_away(exact: Fraction, digits: int) -> Fraction:
    """The nearest number with so many decimals; a half goes away from zero."""
    whole = abs(exact) * 10**digits
    up = int(whole) + (1 if whole - int(whole) >= Fraction(1, 2) else 0)
    return Fraction(up if exact >= 0 else -up, 10**digits)


def turned(source: str, asked: Asked, rates: Sequence[CurrencyRate]) -> Fraction | None:
    """What a price is multiplied by; None where no rate of that day or before is known."""
    if source == asked.currency:
        return Fraction(1)
    found: list[tuple[int, int, Fraction, Fraction]] = []
    for rate in rates:
        if rate.on > asked.on:
            continue
        day = rate.on.toordinal()
        if rate.source == source and rate.target == asked.currency:
            found.append((day, 1, Fraction(rate.rate), Fraction(rate.rate)))
        elif rate.target == source and rate.source == asked.currency:
            found.append((day, 0, Fraction(rate.rate), Fraction(1) / Fraction(rate.rate)))
    return sorted(found)[-1][3] if found else None


def decimals(price: Decimal) -> int:
    """How many decimals the price needs to be said."""
    return next(digits for digits in range(7) if Fraction(price) * 10**digits % 1 == 0)


def used_up(entry: PriceEntry, together: Decimal, price: Decimal) -> bool:
    """Whether a framework agreement has less left than is asked for."""
    said = entry.agreed
    if said is None:
        return False
    few = said.quantity is not None and Fraction(together) + Fraction(said.used_quantity) > said.quantity
    worth = Fraction(together) * Fraction(price)
    little = said.amount is not None and worth + Fraction(said.used_amount) > said.amount
    return few or little


def unit_price(asked: Asked, entries: Sequence[PriceEntry], rates: Sequence[CurrencyRate]) -> Fraction | None:
    """The price of a product whose entries are ranges, one audience a scope."""
    together = abs(asked.quantity if asked.together is None else asked.together)
    for scope in ORDER:
        fitting = []
        for entry in entries:
            meant = {"segment": asked.segments, "region": (asked.region,), "standard": ("",)}
            if entry.scope.value != scope or entry.audience not in meant.get(scope, (asked.customer,)):
                continue
            first = entry.valid_from or asked.on
            if not first <= asked.on <= (entry.valid_until or asked.on):
                continue
            turn = turned(entry.currency, asked, rates)
            reached = [tier for tier in entry.tiers if tier.from_quantity <= together]
            if turn is None or not reached or used_up(entry, together, reached[-1].price):
                continue
            age = -(entry.valid_from.toordinal() if entry.valid_from else 0)
            foreign = entry.currency != asked.currency
            fitting.append((foreign, age, entry.tiers[0].price, entry.id, entry, reached[-1].price, turn))
        if fitting:
            foreign, *_, entry, price, turn = min(fitting, key=lambda one: one[:4])
            if not foreign:
                return Fraction(price)
            digits = max([asked.price_digits, *(decimals(tier.price) for tier in entry.tiers)])
            return half_away(Fraction(price) * turn, digits)
    return None
