"""What in a document asks for whose approval, and how much may still be given away: rules as data over facts.

Percentages are compared in money, rounded up to the next cent: who gives exactly 15 % keeps within 15 %.
Floors stand for costs, so that laptops that may not see a cost judge as the office does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from desktop.rules.floors import AMBER, GREEN, RED, Light
from desktop.rules.money import number, printed
from desktop.rules.roles import CHOICES, Role
from desktop.words import Message, msg

LINE: Final = "line_discount"
WHOLE: Final = "document_discount"
MARGIN: Final = "margin"
FLOOR: Final = "floor"
TOTAL: Final = "total"
DAYS: Final = "payment_days"
CLAUSE: Final = "clause"
VALIDITY: Final = "validity"
GIFT: Final = "gift"
CREDIT: Final = "credit"
FREE: Final = "free"
KINDS: Final = (
    (LINE, msg("Discount of a line, in %")),
    (WHOLE, msg("Discount on the whole, in %")),
    (FLOOR, msg("A line below its floor price, in %")),
    (MARGIN, msg("The whole below its floor prices, in %")),
    (TOTAL, msg("Total of the quote")),
    (DAYS, msg("Days until the last payment")),
    (CLAUSE, msg("Terms that are not the standard ones")),
    (VALIDITY, msg("Days of validity")),
    (GIFT, msg("Goods for nothing, by their price")),
    (CREDIT, msg("What the customer owes above the credit limit")),
    (FREE, msg("Lines without a product, by their amount")),
)
"""What a rule may look at; more of it is always the worse."""
IN_MONEY: Final = frozenset({TOTAL, GIFT, CREDIT, FREE})
"""Kinds whose limit is an amount, so they count in one currency alone."""
IN_PERCENT: Final = frozenset({LINE, WHOLE, FLOOR, MARGIN})
COUNTED: Final = frozenset({DAYS, CLAUSE, VALIDITY})
QUOTE: Final = "quote"
CONTRACT: Final = "contract"
ORDER: Final = "order"
SUBJECTS: Final = ((QUOTE, msg("Quotes")), (CONTRACT, msg("Contracts")), (ORDER, msg("Orders")))
"""What may need approval."""
KINDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    QUOTE: (LINE, WHOLE, FLOOR, MARGIN, TOTAL, DAYS, CLAUSE, VALIDITY, GIFT, FREE),
    CONTRACT: (CLAUSE, TOTAL, DAYS),
    ORDER: (TOTAL, DAYS, CREDIT),
}
"""What can be looked at in each."""
NOTHING: Final[Mapping[str, Message]] = {
    QUOTE: msg("Nothing in this quote asks for approval."),
    CONTRACT: msg("Nothing in this contract asks for approval."),
    ORDER: msg("Nothing in this order asks for approval."),
}
_RANKS: Final = {"rep": 0, "office": 1, "manager": 2, "admin": 3}
APPROVERS: Final = ("office", "manager", "admin")
"""Roles that a rule may ask, from the lowest to the highest."""
ROLE_WORDS: Final = {code: label for code, label in CHOICES if code in APPROVERS}
_NEAR: Final = 100
"""Whoever has less left to give than this part of the sum is close to the limit."""


@dataclass(frozen=True, slots=True)
class Part:
    """A line that counts, in minor units: at the price that was found for it, after its own discounts,
    after those of the document, and at its floor price where one is known. `free`: it is of no product, so
    no price and no floor are known to hold it against.
    """

    name: str
    reference: int
    net: int
    final: int
    floor: int | None = None
    free: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a document that rules look at. `given` is what its document discounts take away, and lines that
    are below zero; `owed` is by how much a customer's debts with this order are above the credit.
    """

    currency: str
    digits: int
    parts: tuple[Part, ...]
    given: int
    payable: int
    payment_days: int | None = None
    clauses: int = 0
    validity: int | None = None
    subject: str = QUOTE
    owed: int | None = None

    @property
    def subtotal(self) -> int:
        """What the lines come to before what is given on the whole."""
        return sum(max(part.net, 0) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Rule:
    """Above `limit` of `kind`, `role` has to agree. `currency` is that of a limit in money.

    `conditional`: for how many days a quote may be issued subject to that; None: it may not.
    """

    id: str
    kind: str
    limit: Decimal
    role: str
    currency: str = ""
    conditional: int | None = None
    subject: str = QUOTE

    def speaks_of(self, subject: str) -> bool:
        """Whether it counts for quotes, contracts or orders: one about terms of quotes holds for contracts.

        >>> rule = Rule("1", CLAUSE, Decimal(0), "manager")
        >>> [rule.speaks_of(each) for each in (QUOTE, CONTRACT, ORDER)]
        [True, True, False]
        """
        meant = self.subject or QUOTE
        return subject == meant or (self.kind == CLAUSE and (meant, subject) == (QUOTE, CONTRACT))


@dataclass(frozen=True, slots=True)
class Ask:
    """A rule that asks: what it found, as printed, and what says so to a person."""

    rule: Rule
    found: str
    words: Message


def enough(role: Role, required: str) -> bool:
    """Whether what needs `required` may be agreed to by somebody of this role.

    >>> from desktop.rules.roles import named
    >>> [enough(named(role), "manager") for role in ("rep", "office", "manager", "admin", "auditor")]
    [False, False, True, True, False]
    """
    return _RANKS.get(role.base or role.name, -1) >= _RANKS.get(required, max(_RANKS.values()))


def asks(rules: Iterable[Rule], facts: Facts) -> tuple[Ask, ...]:
    """The rules that ask, in their order."""
    known = list(rules)
    gifts = any(rule.kind == GIFT and _counts(rule, facts) for rule in known)
    return tuple(
        Ask(rule, *said)
        for rule in known
        if _counts(rule, facts) and (said := _over(rule.kind, rule.limit, facts, gifts=gifts)) is not None
    )


def conditional_days(asked: Iterable[Ask]) -> int | None:
    """For how many days a quote may be issued subject to approval; None where a rule that asks forbids it.

    >>> rules = [Rule("1", LINE, Decimal(5), "manager", conditional=7), Rule("2", LINE, Decimal(5), "admin")]
    >>> [conditional_days([Ask(rule, "", msg("")) for rule in some]) for some in (rules[:1], rules, [])]
    [7, None, None]
    """
    found = [ask.rule.conditional for ask in asked]
    days = [each for each in found if each is not None]
    return min(days) if days and len(days) == len(found) else None


def highest(asked: Iterable[Ask]) -> str:
    """The role that may agree to all that asks."""
    roles = {ask.rule.role for ask in asked}
    return next((role for role in reversed(APPROVERS) if role in roles), APPROVERS[0])


def within(kind: str, limit: Decimal, facts: Facts, *, gifts: bool) -> bool:
    """Whether the facts keep to a limit of this kind; `gifts`: what is given for nothing is looked at apart.

    >>> facts = Facts("CNY", 2, (Part("A", 10000, 8500, 8500),), 0, 8500)
    >>> [within(LINE, Decimal(limit), facts, gifts=False) for limit in (14, 15)]
    [False, True]
    """
    return _over(kind, limit, facts, gifts=gifts) is None


def room(facts: Facts, limits: Mapping[str, Decimal]) -> int | None:
    """How much the whole may still be reduced, in minor units, under these limits; None: nothing limits it.

    Never more than what keeps to all of them once it is spread over the lines.
    """
    found = [
        rest
        for kind, find in _ROOMS.items()
        if kind in limits and (rest := find(facts, limits[kind])) is not None
    ]
    return max(min(found), 0) if found else None


def light(asked: Sequence[Ask], facts: Facts, left: int | None, *, granted: Message | None) -> Light:
    """How a document stands before anybody sees it; `granted` says why what asks is agreed to."""
    if asked and granted is None:
        return Light(RED, asked[0].words)
    if granted is not None:
        return Light(GREEN, granted)
    if left is None:
        return Light(GREEN, NOTHING[facts.subject])
    amount = printed(left, facts.digits)
    if left * _NEAR < facts.subtotal:
        said = msg("Close to what needs approval: you may still give {amount} {currency}.")
        return Light(AMBER, said.of(amount=amount, currency=facts.currency))
    said = msg("You may still give {amount} {currency}.")
    return Light(GREEN, said.of(amount=amount, currency=facts.currency))


def share(base: int, percent: Decimal) -> int:
    """`percent` of an amount, up to the next minor unit.

    >>> share(10001, Decimal(15)), share(10000, Decimal("4.5"))
    (1501, 450)
    """
    return ceil(Fraction(base) * Fraction(percent) / 100)


def _counts(rule: Rule, facts: Facts) -> bool:
    if rule.kind not in KINDS_OF.get(facts.subject, ()) or not rule.speaks_of(facts.subject):
        return False
    return rule.kind in _TELL and (rule.kind not in IN_MONEY or rule.currency in ("", facts.currency))


def _over(kind: str, limit: Decimal, facts: Facts, *, gifts: bool) -> tuple[str, Message] | None:
    """What is found above the limit, in print and in words; None where all keeps to it."""
    return _TELL[kind](facts, limit, gifts)


def _line(facts: Facts, limit: Decimal, gifts: bool) -> tuple[str, Message] | None:
    over = [
        part
        for part in facts.parts
        if part.reference > 0
        and not (gifts and part.net == 0)
        and part.reference - part.net > share(part.reference, limit)
    ]
    if not over:
        return None
    worst = max(over, key=lambda part: Fraction(part.reference - part.net, part.reference))
    found = _percent(worst.reference - worst.net, worst.reference)
    said = msg("“{line}” is {found} % below its price; without approval it may be {limit} %.")
    return found, said.of(line=worst.name, found=found, limit=number(limit))


def _whole(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    base = facts.subtotal
    if facts.given <= share(max(base, 0), limit):
        return None
    found = _percent(facts.given, base)
    said = msg("The discount on the whole is {found} %; without approval it may be {limit} %.")
    return found, said.of(found=found, limit=number(limit))


def _floor(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    below = [part for part in facts.parts if _under(part, limit) < 0]
    if not below:
        return None
    worst = max(below, key=lambda part: Fraction(_floored(part) - part.final, max(_floored(part), 1)))
    found = _percent(_floored(worst) - worst.final, _floored(worst))
    said = msg("“{line}” is {found} % below its floor price; without approval it may be {limit} %.")
    return found, said.of(line=worst.name, found=found, limit=number(limit))


def _margin(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    left = _margin_left(facts, limit)
    if left is None or left >= 0:
        return None
    floors = sum(_floored(part) for part in facts.parts)
    finals = sum(part.final for part in facts.parts if part.floor is not None)
    found = _percent(floors - finals, floors)
    said = msg("The whole is {found} % below its floor prices; without approval it may be {limit} %.")
    return found, said.of(found=found, limit=number(limit))


def _total(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    if Decimal(facts.payable).scaleb(-facts.digits) <= limit:
        return None
    found = printed(facts.payable, facts.digits)
    said = msg("The total is {found} {currency}; without approval it may be {limit}.")
    return found, said.of(found=found, currency=facts.currency, limit=f"{limit:,f}")


def _gift(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    worth = sum(part.reference for part in facts.parts if part.net == 0 and part.reference > 0)
    if Decimal(worth).scaleb(-facts.digits) <= limit:
        return None
    found = printed(worth, facts.digits)
    said = msg("Goods worth {found} {currency} are given for nothing; without approval it may be {limit}.")
    return found, said.of(found=found, currency=facts.currency, limit=f"{limit:,f}")


def _credit(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    if facts.owed is None or Decimal(facts.owed).scaleb(-facts.digits) <= limit:
        return None
    found = printed(facts.owed, facts.digits)
    said = msg(
        "With this order the customer owes {found} {currency} more than the credit limit; without approval"
        " it may be {limit}."
    )
    return found, said.of(found=found, currency=facts.currency, limit=f"{limit:,f}")


def _free(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
    worth = sum(part.net for part in facts.parts if part.free and part.net > 0)
    if Decimal(worth).scaleb(-facts.digits) <= limit:
        return None
    found = printed(worth, facts.digits)
    said = msg("Lines without a product come to {found} {currency}; without approval it may be {limit}.")
    return found, said.of(found=found, currency=facts.currency, limit=f"{limit:,f}")


def _counted(count: Callable[[Facts], int | None], said: Message) -> "_Tell":
    def tell(facts: Facts, limit: Decimal, _gifts: bool) -> tuple[str, Message] | None:
        found = count(facts)
        if found is None or found <= limit:
            return None
        return str(found), said.of(found=str(found), limit=number(limit))

    return tell


_Tell = Callable[[Facts, Decimal, bool], tuple[str, Message] | None]
_TELL: Final[Mapping[str, _Tell]] = {
    LINE: _line,
    WHOLE: _whole,
    FLOOR: _floor,
    MARGIN: _margin,
    TOTAL: _total,
    GIFT: _gift,
    CREDIT: _credit,
    FREE: _free,
    DAYS: _counted(
        lambda facts: facts.payment_days,
        msg("The last payment is due after {found} days; without approval it may be {limit}."),
    ),
    CLAUSE: _counted(
        lambda facts: facts.clauses,
        msg("{found} terms are not the standard ones; without approval it may be {limit}."),
    ),
    VALIDITY: _counted(
        lambda facts: facts.validity,
        msg("The quote is valid for {found} days; without approval it may be {limit}."),
    ),
}


def _floored(part: Part) -> int:
    return part.floor or 0


def _under(part: Part, limit: Decimal) -> int:
    """What a line may still lose; negative where it is too far below its floor."""
    if part.floor is None or part.floor <= 0:
        return 0
    return part.final - part.floor + share(part.floor, limit)


def _margin_left(facts: Facts, limit: Decimal) -> int | None:
    known = [part for part in facts.parts if part.floor is not None]
    floors = sum(_floored(part) for part in known)
    if not known or floors <= 0:
        return None
    return sum(part.final for part in known) - floors + share(floors, limit)


def _spread(facts: Facts, left: int, over: int) -> int | None:
    """The reduction of the whole of which parts that come to `over` bear `left`."""
    whole = sum(part.final for part in facts.parts)
    return left * whole // over if over > 0 and whole > 0 else None


def _room_of_floor(facts: Facts, limit: Decimal) -> int | None:
    found = [
        spread
        for part in facts.parts
        if part.floor is not None and (spread := _spread(facts, _under(part, limit), part.final)) is not None
    ]
    return min(found) if found else None


def _room_of_margin(facts: Facts, limit: Decimal) -> int | None:
    left = _margin_left(facts, limit)
    if left is None:
        return None
    # each line may bear a cent more than its share
    known = [part for part in facts.parts if part.floor is not None]
    spared = left - len(known) if len(known) < len(facts.parts) else left
    return _spread(facts, spared, sum(part.final for part in known))


def _room_of_whole(facts: Facts, limit: Decimal) -> int | None:
    return share(max(facts.subtotal, 0), limit) - facts.given


_ROOMS: Final[Mapping[str, Callable[[Facts, Decimal], int | None]]] = {
    WHOLE: _room_of_whole,
    FLOOR: _room_of_floor,
    MARGIN: _room_of_margin,
}


def _percent(part: int, whole: int) -> str:
    """A share in percent, rounded so that what is above a limit is not printed as the limit itself."""
    if whole <= 0:
        return "100"
    return number((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), rounding=ROUND_CEILING))
