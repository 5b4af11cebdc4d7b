"""What an approver has allowed in advance, signed by the office: whether it covers a document, or why not.

The laptop asks before it issues, without a network; the office asks the same when it hears of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from desktop.rules import roles
from desktop.rules.approvals import GIFT, IN_MONEY, QUOTE, Ask, Facts, enough, within
from desktop.rules.canonical import canonical
from desktop.words import Message, msg

SIGNED_AS: Final = "SATCHEL-DELEGATION-1"
FORGIVEN: Final = 5 * 60 * 1000
"""Milliseconds by which a laptop's clock may stand behind what it knows to have happened."""

CHANGED: Final = msg("Delegation {code} is not as the office signed it; it does not count.")
OTHER_PERSON: Final = msg("Delegation {code} is for somebody else.")
OTHER_LAPTOP: Final = msg("Delegation {code} is for another laptop.")
OTHER_CUSTOMER: Final = msg("Delegation {code} is for another customer.")
OTHER_KIND: Final = msg("Delegation {code} is for another kind of document.")
OTHER_CURRENCY: Final = msg("Delegation {code} is for quotes in {currency}.")
NOT_YET: Final = msg("Delegation {code} counts from {day} on.")
EXPIRED: Final = msg("Delegation {code} ended on {day}.")
WOUND_BACK: Final = msg(
    "The clock of this laptop was set back; delegation {code} does not count until it is right."
)
USED_UP: Final = msg("Delegation {code} is used up: {most} quotes were issued under it.")
TOO_MUCH: Final = msg("Delegation {code} has {left} {currency} left; this quote comes to {total}.")
BEYOND: Final = msg("{what} Delegation {code} goes up to {limit}.")
NOT_THEIRS: Final = msg("{what} Whoever granted delegation {code} may not approve that.")
NOT_IN_IT: Final = msg("{what} Delegation {code} does not speak of it.")
SAID_NO: Final = msg("Approval was refused.")
SAID_NO_WHY: Final = msg("Approval was refused: {remark}")
OTHER_CONTENT: Final = msg("What was approved is another content.")
BELOW: Final = msg("{what} Whoever approved it may not approve that.")
COVERED: Final = msg("Covered by delegation {code}.")


@dataclass(frozen=True, slots=True)
class Delegation:
    """Up to which limits this person may issue on this laptop without asking.

    `customer` empty: for all. `most` and `exposure` (in `currency`): of all that is issued under it.
    `granted_as`: the role of whoever granted it; `granted_at`: when the office signed it, in milliseconds.
    """

    code: str
    rep: str
    device: str
    limits: Mapping[str, Decimal]
    first: date
    last: date
    most: int
    currency: str
    exposure: Decimal
    granted_as: str
    granted_at: int
    customer: str = ""
    subject: str = QUOTE


@dataclass(frozen=True, slots=True)
class Case:
    """Who issues what to whom, and when; `newest` is the latest moment known to have been before."""

    rep: str
    device: str
    customer: str
    on: date
    at: int
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What was issued under a delegation already."""

    count: int = 0
    exposure: Decimal = Decimal(0)


def signed_text(fields: Mapping[str, Any], granted_at: int) -> bytes:
    """What the office signs: every field of a delegation in wire form, and when."""
    return canonical([SIGNED_AS, granted_at, dict(fields)])


def refusal(
    given: Delegation, case: Case, asked: Sequence[Ask], facts: Facts, used: Used, *, gifts: bool
) -> Message | None:
    """Why a delegation does not cover what asks; None where it does."""
    refused = _whose(given, case, facts) or _when(given, case) or _limits(given, asked, facts, gifts=gifts)
    return refused or _left(given, facts, used)


def refusal_of_answer(answer: Mapping[str, Any], content: str, asked: Iterable[Ask]) -> Message | None:
    """Why an approver's answer (in wire form) to a request does not cover this content; None: it does."""
    if not answer["granted"]:
        remark = answer["remark"] or ""
        return SAID_NO_WHY.of(remark=remark) if remark else SAID_NO
    if answer["content_hash"] != content:
        return OTHER_CONTENT
    role = roles.named(answer["granted_as"] or "")
    short = next((ask for ask in asked if not enough(role, ask.rule.role)), None)
    return BELOW.of(what=short.words) if short is not None else None


def effective(
    given: Delegation | None, asked_of: Iterable[tuple[str, Decimal]], currency: str
) -> dict[str, Decimal]:
    """By kind the lowest limit of rules, raised to that of a delegation that covers."""
    found: dict[str, Decimal] = {}
    for kind, limit in asked_of:
        found[kind] = min(limit, found.get(kind, limit))
    if given is not None and given.currency == currency:
        found = {kind: max(limit, given.limits.get(kind, limit)) for kind, limit in found.items()}
    return found


def _whose(given: Delegation, case: Case, facts: Facts) -> Message | None:
    if given.rep != case.rep:
        return OTHER_PERSON.of(code=given.code)
    if given.device != case.device:
        return OTHER_LAPTOP.of(code=given.code)
    if given.customer not in ("", case.customer):
        return OTHER_CUSTOMER.of(code=given.code)
    if given.subject != facts.subject:
        return OTHER_KIND.of(code=given.code)
    if given.currency != facts.currency:
        return OTHER_CURRENCY.of(code=given.code, currency=given.currency)
    return None


def _when(given: Delegation, case: Case) -> Message | None:
    if case.at + FORGIVEN < max(case.newest, given.granted_at):
        return WOUND_BACK.of(code=given.code)
    if case.on < given.first:
        return NOT_YET.of(code=given.code, day=given.first.isoformat())
    if case.on > given.last:
        return EXPIRED.of(code=given.code, day=given.last.isoformat())
    return None


def _limits(given: Delegation, asked: Sequence[Ask], facts: Facts, *, gifts: bool) -> Message | None:
    for ask in asked:
        if not enough(roles.named(given.granted_as), ask.rule.role):
            return NOT_THEIRS.of(what=ask.words, code=given.code)
        limit = given.limits.get(ask.rule.kind)
        if limit is None:
            return NOT_IN_IT.of(what=ask.words, code=given.code)
        if not within(ask.rule.kind, limit, facts, gifts=gifts):
            unit = "" if ask.rule.kind in IN_MONEY else f"{limit.normalize():f}"
            return BEYOND.of(what=ask.words, code=given.code, limit=unit or f"{limit:,f}")
    return None


def _left(given: Delegation, facts: Facts, used: Used) -> Message | None:
    if used.count >= given.most:
        return USED_UP.of(code=given.code, most=given.most)
    total = Decimal(facts.payable).scaleb(-facts.digits)
    left = given.exposure - used.exposure
    if total > left:
        said = TOO_MUCH.of(code=given.code, currency=given.currency)
        return said.of(left=f"{left:,f}", total=f"{total:,f}")
    return None


def gifts_apart(rules: Iterable[tuple[str, str]], currency: str) -> bool:
    """Whether rules (kind, currency) look at gifts by themselves, so that they are no discount of a line."""
    return any(kind == GIFT and of in ("", currency) for kind, of in rules)
