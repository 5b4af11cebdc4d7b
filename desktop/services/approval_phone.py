"""Approval by telephone: what the laptop that wants to issue reads out, and what it makes of the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models import delegations as signed
from desktop.models import phone_keys
from desktop.models.changes import now_ms, read_local
from desktop.models.records import Approval, User
from desktop.models.store import Store
from desktop.rules import approvals as rules
from desktop.rules import phone_approvals
from desktop.rules.approvals import Ask, Facts
from desktop.rules.phone_approvals import CODE, LASTS, MINUTE, TRIES, Call, Matter
from desktop.rules.roles import named
from desktop.words import msg

CALLS: Final = "phone_calls"
"""What was read out on this laptop lately, by challenge; kept for this laptop alone."""
KEPT: Final = 24 * 60 * MINUTE
BY_PHONE: Final = msg("Approved by telephone by {who}; it counts once their own entry says so.")
NOT_LETTERS: Final = msg("A code has ten letters and digits: A to Z and 2 to 7.")
LEFT: Final = msg("{why} Tries left: {left}.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A challenge that is read out: until when, how often it may be tried, and whether it was answered."""

    matter: Matter
    challenge: str
    opened: int
    left: int
    wrong_at: int = 0
    approver: UUID | None = None

    @property
    def ends(self) -> int:
        """The moment after which it counts no more, in milliseconds."""
        return self.opened + LASTS


def running(session: Session, of: Matter, at: int) -> Opened | None:
    """The challenge for exactly this that is still read out, or was answered and not used yet."""
    for challenge, kept in _calls(session).items():
        opened = int(kept["opened"])
        if challenge != of.challenge(opened) or not opened - 5 * MINUTE <= at <= opened + LASTS:
            continue
        approver = UUID(hex=kept["approver"]) if kept.get("approver") else None
        left = TRIES - int(kept["tries"])
        if (left > 0 or approver is not None) and not _used(session, challenge):
            return Opened(of, challenge, opened, left, int(kept.get("wrong_at") or 0), approver)
    return None


def open_call(store: Store, of: Matter) -> Opened:
    """What is to be read out for this: what runs already, or a new one. Raises Refused without a key."""
    with store.reading() as session:
        found = running(session, of, now_ms(store.clock()))
        keyed = phone_keys.key_of(session.connection(), store.device) is not None
        known = set(_calls(session))
    if found is not None:
        return found
    if not keyed:
        raise Refused(phone_approvals.NO_KEY)
    opened = now_ms(store.clock()) // MINUTE * MINUTE
    while of.challenge(opened) in known:  # what was used up is not read out again
        opened += MINUTE
    challenge = of.challenge(opened)
    _note(store, challenge, {"opened": opened, "tries": 0})
    return Opened(of, challenge, opened, TRIES)


def read_back(store: Store, call: Opened, asked: Iterable[Ask], text: str) -> User:
    """Take what the approver read back; returns who that is. Raises Refused.

    The try counts before it is compared: whoever pulls the plug gains nothing.
    """
    code = phone_approvals.heard(text, CODE)
    if code is None:
        raise Refused(NOT_LETTERS, field="code")
    at, why, asks = now_ms(store.clock()), phone_approvals.WRONG, tuple(asked)
    with store.reading() as session:
        kept = _calls(session).get(call.challenge, {})
        if int(kept.get("tries", TRIES)) >= TRIES:
            raise Refused(phone_approvals.NO_TRIES, field="code")
    tries = int(kept["tries"]) + 1
    _note(store, call.challenge, {**kept, "tries": tries, "wrong_at": at})
    with store.reading() as session:
        key = phone_keys.key_of(session.connection(), store.device)
        newest = signed.newest(session.connection())
        for person in approvers(session, store.me().id):
            said = Call(call.opened, call.challenge, code, person.id.hex, named(person.role or ""))
            refused = phone_approvals.refusal(said, call.matter, asks, key, at, newest)
            if refused is None:
                _note(store, call.challenge, {**kept, "code": code, "approver": person.id.hex})
                return person
            if refused != phone_approvals.WRONG:
                why = refused
    if tries >= TRIES:
        raise Refused(phone_approvals.NO_TRIES, field="code")
    raise Refused(LEFT.of(why=why, left=TRIES - tries), field="code")


def approvers(session: Session, me: UUID, role: str = "") -> list[User]:
    """Who may approve something, or what asks for this role; the lowest role first."""
    least = role or rules.APPROVERS[0]
    found = [
        person
        for person in session.scalars(select(User).where(User.deleted_at.is_(None), User.id != me))
        if person.active is not False and rules.enough(named(person.role or ""), least)
    ]
    order = {name: place for place, name in enumerate(("manager", *rules.APPROVERS))}
    return sorted(found, key=lambda person: (order.get(person.role or "", 9), person.name or ""))


def covering(
    session: Session, device: UUID, content: str, asked: tuple[Ask, ...], facts: Facts, at: int
) -> tuple[Call, User] | None:
    """The call that was answered for exactly this, and who answered."""
    of = phone_approvals.matter(device.hex, content, asked, facts.payable, facts.currency)
    found = running(session, of, at)
    if found is None or found.approver is None:
        return None
    person = session.get(User, found.approver)
    if person is None:
        return None
    code = str(_calls(session)[found.challenge]["code"])
    call = Call(found.opened, found.challenge, code, person.id.hex, named(person.role or ""))
    key, newest = phone_keys.key_of(session.connection(), device), signed.newest(session.connection())
    return None if phone_approvals.refusal(call, of, asked, key, at, newest) is not None else (call, person)


def _used(session: Session, challenge: str) -> bool:
    return session.scalars(select(Approval.id).where(Approval.challenge == challenge)).first() is not None


def _calls(session: Session) -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_local(session.connection(), CALLS, {})
    return found


def _note(store: Store, challenge: str, said: Mapping[str, Any]) -> None:
    """Keep what became of a challenge, and forget the old ones."""
    calls: Mapping[str, Any] = store.local(CALLS, {})
    recent = {
        name: kept for name, kept in calls.items() if int(kept["opened"]) > now_ms(store.clock()) - KEPT
    }
    store.set_local(CALLS, {**recent, challenge: dict(said)})
