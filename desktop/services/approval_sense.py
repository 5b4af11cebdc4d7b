"""What approval rules and delegations must say, and the number that a delegation gets."""

from collections.abc import Mapping
from typing import Any, Final

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import ApprovalRule, Delegation
from desktop.rules.approvals import COUNTED, IN_MONEY, IN_PERCENT, KINDS, KINDS_OF, QUOTE
from desktop.words import msg

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that could be taken for another one when it is read aloud."""


def check(record: Record) -> None:
    """Raises Refused for a rule or delegation that nobody could keep to."""
    if isinstance(record, ApprovalRule):
        _check_rule(record)
    if isinstance(record, Delegation):
        _check_delegation(record)


def numbered(values: Mapping[str, Any]) -> Delegation:
    """A new delegation with a number to read aloud."""
    made = Delegation(**values)
    rest, letters = made.id.int, []
    for _ in range(5):
        rest, place = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[place])
    made.code = f"G-{''.join(letters)}"
    return made


def _check_rule(rule: ApprovalRule) -> None:
    subject, limit = rule.subject or QUOTE, rule.threshold
    if rule.kind not in KINDS_OF.get(subject, ()):
        raise Refused(msg("This is not looked at in such a document."), field="kind")
    if limit is not None and limit < 0:
        raise Refused(msg("A limit is not below zero."), field="threshold")
    if limit is not None and rule.kind in IN_PERCENT and limit >= 100:
        raise Refused(msg("A limit in percent is below 100."), field="threshold")
    if limit is not None and rule.kind in COUNTED and limit != limit.to_integral_value():
        raise Refused(msg("A number of days or terms is whole."), field="threshold")
    if rule.kind in IN_MONEY and not rule.currency:
        raise Refused(msg("Say in which currency the limit is."), field="currency")
    if rule.conditional is not None and rule.conditional < 1:
        raise Refused(msg("At least one day."), field="conditional")
    if rule.conditional is not None and subject != QUOTE:
        raise Refused(msg("Only a quote is issued subject to approval."), field="conditional")


def _check_delegation(given: Delegation) -> None:
    if given.valid_from and given.valid_until and given.valid_until < given.valid_from:
        raise Refused(msg("The last day lies before the first one."), field="valid_until")
    if given.most is not None and given.most < 1:
        raise Refused(msg("At least one quote."), field="most")
    if not any(getattr(given, kind) is not None for kind, _ in KINDS):
        raise Refused(msg("Say what is delegated: give at least one limit."), field="document_discount")
    for kind, _ in KINDS:
        limit = getattr(given, kind)
        if limit is not None and limit < 0:
            raise Refused(msg("A limit is not below zero."), field=kind)
