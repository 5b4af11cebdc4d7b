"""Approval rules as sentences, in their order, and tried on what went out before: how often each asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models.records import ApprovalRule, Contract, Customer, Order, Quote, QuoteRevision
from desktop.models.store import Store, Work
from desktop.rules import approvals as rules
from desktop.rules import ranks
from desktop.rules.approvals import CONTRACT, ORDER, QUOTE, Facts, Rule
from desktop.rules.money import number, printed
from desktop.services import approval_papers, approvals, contract_drafts, drafts
from desktop.services.commands import command
from desktop.services.naming import called
from desktop.words import Message, msg, verbatim

MOST: Final = 200
"""So many of what went out last are tried."""
SENTENCES: Final[Mapping[tuple[str, str], Message]] = {
    (QUOTE, rules.LINE): msg("When a line is more than {limit} % below its price, {role} approves."),
    (QUOTE, rules.WHOLE): msg("When the discount on the whole is over {limit} %, {role} approves."),
    (QUOTE, rules.FLOOR): msg("When a line is more than {limit} % below its floor price, {role} approves."),
    (QUOTE, rules.MARGIN): msg(
        "When the whole is more than {limit} % below its floor prices, {role} approves."
    ),
    (QUOTE, rules.TOTAL): msg("When a quote comes to more than {limit}, {role} approves."),
    (QUOTE, rules.DAYS): msg("When a quote is to be paid after more than {limit} days, {role} approves."),
    (QUOTE, rules.CLAUSE): msg(
        "When more than {limit} terms of a quote or clauses of a contract are not the standard ones,"
        " {role} approves."
    ),
    (QUOTE, rules.VALIDITY): msg("When a quote is valid for more than {limit} days, {role} approves."),
    (QUOTE, rules.GIFT): msg("When goods worth more than {limit} are given for nothing, {role} approves."),
    (QUOTE, rules.FREE): msg(
        "When lines without a product come to more than {limit} in a quote, {role} approves."
    ),
    (CONTRACT, rules.TOTAL): msg("When a contract comes to more than {limit}, {role} approves."),
    (CONTRACT, rules.DAYS): msg(
        "When a contract is to be paid after more than {limit} days, {role} approves."
    ),
    (CONTRACT, rules.CLAUSE): msg(
        "When more than {limit} clauses of a contract are not the standard ones, {role} approves."
    ),
    (ORDER, rules.TOTAL): msg("When an order comes to more than {limit}, {role} approves."),
    (ORDER, rules.DAYS): msg("When an order is to be paid after more than {limit} days, {role} approves."),
    (ORDER, rules.CREDIT): msg(
        "When an order brings a customer more than {limit} above the credit limit, {role} approves."
    ),
}
CONDITION: Final = msg("{what} It may be issued subject to that for {days} days.")
UNSAID: Final = msg("Say above which limit.")
WOULD: Final[Mapping[str, Message]] = {
    QUOTE: msg("Of the last {count} issued quotes {asked} would have asked."),
    CONTRACT: msg("Of the last {count} issued contracts {asked} would have asked."),
    ORDER: msg("Of the last {count} submitted orders {asked} would have asked."),
}
NONE_YET: Final[Mapping[str, Message]] = {
    QUOTE: msg("No quote was issued yet: there is nothing to try this on."),
    CONTRACT: msg("No contract was issued yet: there is nothing to try this on."),
    ORDER: msg("No order was submitted yet: there is nothing to try this on."),
}
BEFORE: Final = msg("As the rule stands it is {asked}.")
CLOSEST: Final = msg("Closest of the others is {number}: one may still give {amount} {currency}.")


@dataclass(frozen=True, slots=True)
class Would:
    """Something that went out for which a rule would have asked."""

    kind: str
    record: UUID
    number: str
    customer: Message
    words: Message


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have asked of what went out last. `before`: as often as it asks as it is kept."""

    subject: str
    looked: int
    asked: tuple[Would, ...] = ()
    before: int | None = None
    closest: tuple[str, int, Facts] | None = field(default=None, repr=False)

    @property
    def words(self) -> Message:
        """The answer in a sentence."""
        if not self.looked:
            return NONE_YET[self.subject]
        return WOULD[self.subject].of(count=self.looked, asked=len(self.asked))

    @property
    def room(self) -> Message | None:
        """What is left to whoever came closest without asking; None where nothing of that kind is left."""
        if self.closest is None:
            return None
        name, left, facts = self.closest
        amount = printed(left, facts.digits)
        return CLOSEST.of(number=name, amount=amount, currency=facts.currency)


def all_rules(store: Store) -> list[ApprovalRule]:
    """Every rule in its order, those that are off as well."""
    with store.reading() as session:
        return approvals.in_order(session)


def sentence(rule: ApprovalRule) -> Message:
    """A rule as one would say it."""
    said = SENTENCES.get((rule.subject or QUOTE, rule.kind))
    if said is None or rule.threshold is None:
        return UNSAID
    limit = number(rule.threshold)
    if rule.kind in rules.IN_MONEY:
        limit = f"{rule.threshold.normalize():,f} {rule.currency or ''}".strip()
    whole = said.of(limit=limit, role=rules.ROLE_WORDS.get(rule.role or "manager", rule.role))
    return CONDITION.of(what=whole, days=rule.conditional) if rule.conditional else whole


@command(
    "approval_rule.move",
    label=msg("Move approval rule"),
    on=ApprovalRule,
    writes=("approval_rule.place",),
    icon="arrow-up",
)
def move(work: Work, rule: ApprovalRule, *, down: bool = False) -> None:
    """Put a rule before the one above it, or after the one below: the first that asks is named first."""
    every = approvals.in_order(work.session)
    at = next(place for place, one in enumerate(every) if one.id == rule.id)
    to = at + (1 if down else -1)
    if not 0 <= to < len(every):
        return
    every[at], every[to] = every[to], every[at]
    rank = ""
    for one in every:
        rank = ranks.following(rank)
        if one.place != rank:
            one.place = rank


def trial(store: Store, rule: Rule, kept: Rule | None = None, most: int = MOST) -> Trial:
    """Hold a rule against what went out last, and as it is kept; takes a while, and changes nothing."""
    wanted = [one for one in (rule, kept) if one is not None]
    asked: list[Would] = []
    looked = before = 0
    closest: tuple[str, int, Facts] | None = None
    with store.reading() as session:
        for record, facts in _issued(session, rule.subject, wanted, most):
            looked += 1
            before += bool(kept is not None and rules.asks([kept], facts))
            found = rules.asks([rule], facts)
            title = str(record.number or record.name or "—")
            if found:
                buyer = session.get(Customer, record.customer_id) if record.customer_id else None
                whom = called(buyer) if buyer is not None else verbatim("—")
                asked.append(Would(record.__tablename__, record.id, title, whom, found[0].words))
                continue
            left = rules.room(facts, {rule.kind: rule.limit})
            if left is not None and (closest is None or left < closest[1]):
                closest = title, left, facts
    same = kept is None or kept.subject != rule.subject
    return Trial(rule.subject, looked, tuple(asked), None if same else before, closest)


def _issued(
    session: Session, subject: str, wanted: list[Rule], most: int
) -> Iterator[tuple[Quote | Contract | Order, Facts]]:
    """What went out last, the newest first, with its facts as they were; what nobody can read is left out."""
    if subject == QUOTE:
        yield from _quotes(session, wanted, most)
        return
    for record in _papers(session, subject, most):
        try:
            if isinstance(record, Order):
                paper = approval_papers.of_order(session, record)
            else:
                on = date.fromisoformat((record.snapshot or {})["issued_on"])
                paper = approval_papers.of_contract(session, contract_drafts.draft_of(session, record, on))
        except (KeyError, NotFound, Refused, ValueError):
            continue
        yield record, paper.facts


def _papers(session: Session, subject: str, most: int) -> list[Contract] | list[Order]:
    if subject == CONTRACT:
        issued = select(Contract).where(Contract.deleted_at.is_(None), Contract.content_hash != "")
        return list(
            session.scalars(issued.order_by(Contract.issued_at.desc(), Contract.id.desc()).limit(most))
        )
    sent = select(Order).where(Order.deleted_at.is_(None), Order.submitted_at.is_not(None))
    return list(session.scalars(sent.order_by(Order.submitted_at.desc(), Order.id.desc()).limit(most)))


def _quotes(session: Session, wanted: list[Rule], most: int) -> Iterator[tuple[Quote, Facts]]:
    query = select(QuoteRevision).where(QuoteRevision.deleted_at.is_(None), QuoteRevision.content_hash != "")
    newest = QuoteRevision.issued_at.desc(), QuoteRevision.id.desc()
    for revision in session.scalars(query.order_by(*newest).limit(most)):
        quote = session.get(Quote, revision.quote_id) if revision.quote_id else None
        if quote is None or quote.deleted_at is not None:
            continue
        try:
            draft = drafts.draft_of(session, quote, revision.id)
            on = date.fromisoformat((revision.snapshot or {})["issued_on"])
            yield quote, approvals.facts_of(session, draft, draft.totals(), wanted, on)
        except (KeyError, NotFound, Refused, ValueError):
            continue


def rule_of(values: Mapping[str, object], known: ApprovalRule | None = None) -> Rule | None:
    """The rule that these values make, checked as it would be kept; None where its limit is missing.

    Raises Refused for what nobody could keep to.
    """
    from desktop.services.records import check

    given = ApprovalRule(**{"name": "—", **values})
    if given.threshold is None:
        return None
    check(given)
    made = approvals.as_rule(given)
    return replace(made, id=known.id.hex) if made is not None and known is not None else made
