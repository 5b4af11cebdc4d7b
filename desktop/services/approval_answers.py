"""Approval by telephone on the approver's laptop: what is asked for as far as it is known, and the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, Refused
from desktop.models import phone_keys
from desktop.models.changes import now_ms
from desktop.models.records import Device, PhoneApproval, Quote, User
from desktop.models.store import Store, Work
from desktop.rules import approvals as rules
from desktop.rules import money, phone_approvals
from desktop.rules.approvals import Ask, Facts
from desktop.rules.phone_approvals import CHALLENGE, MINUTE
from desktop.rules.roles import named
from desktop.services import approvals, drafts
from desktop.services.commands import command, every
from desktop.services.drafts import QuoteDraft
from desktop.words import msg

MOST: Final = 300
"""Of so many drafts, the newest first, it is asked whether one is meant."""
BEFORE, AFTER = 75, 15
"""Minutes that somebody else's clock may be off, with the half hour for which a challenge lasts."""
NOT_LETTERS: Final = msg("What is read out has eight letters and digits: A to Z and 2 to 7.")
NO_LAPTOP: Final = msg("Say on whose laptop it was read out.")
NO_TOTAL: Final = msg("Say which total was read out.")
NOT_YOURS: Final = msg("This needs the approval of somebody else: {role}.")


@dataclass(frozen=True, slots=True)
class Laptop:
    """A laptop whose codes can be answered here, and whose it is."""

    device: UUID
    name: str
    person: User | None


@dataclass(frozen=True, slots=True)
class Found:
    """A draft that is meant by what was read out, exactly as its laptop has it."""

    laptop: Laptop
    draft: QuoteDraft
    facts: Facts
    asks: tuple[Ask, ...]
    content: str

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return Decimal(self.facts.payable).scaleb(-self.facts.digits)


def laptops(store: Store) -> list[Laptop]:
    """The laptops for which one may answer, by the names of their people."""
    with store.reading() as session:
        return _laptops(session, store.device)


def _laptops(session: Session, mine: UUID) -> list[Laptop]:
    found = []
    for key in phone_keys.laptops(session.connection()):
        device = session.get(Device, key) if key != mine else None
        if device is not None and device.deleted_at is None:
            person = session.get(User, device.user_id) if device.user_id else None
            found.append(Laptop(key, device.name or "", person))
    return sorted(found, key=lambda one: (one.person.name if one.person else "", one.name))


def look(store: Store, text: str) -> Found | None:
    """The draft that is meant, if this laptop has it as it was read out. Raises Refused for no challenge."""
    challenge = phone_approvals.heard(text, CHALLENGE)
    if challenge is None:
        raise Refused(NOT_LETTERS, field="challenge")
    minute = now_ms(store.clock()) // MINUTE
    with store.reading() as session:
        known = _laptops(session, store.device)
        for draft, facts, asks in _drafts(session, store, known):
            content = approvals.bound_hash(draft)
            for laptop in known:
                if laptop.person is None or laptop.person.id != draft.quote.owner_id:
                    continue
                of = phone_approvals.matter(laptop.device.hex, content, asks, facts.payable, facts.currency)
                if any(
                    of.challenge(each * MINUTE) == challenge
                    for each in range(minute - BEFORE, minute + AFTER)
                ):
                    return Found(laptop, draft, facts, asks, content)
    return None


def _drafts(
    session: Session, store: Store, known: list[Laptop]
) -> Iterator[tuple[QuoteDraft, Facts, tuple[Ask, ...]]]:
    """Drafts of these people that ask for approval as things are known here."""
    people = {one.person.id: one.person for one in known if one.person is not None}
    query = select(Quote).where(
        Quote.deleted_at.is_(None), Quote.stage == "draft", Quote.owner_id.in_(list(people))
    )
    for quote in session.scalars(query.order_by(Quote.id.desc()).limit(MOST)):
        try:
            draft = drafts.draft_of(session, quote)
            zone = ZoneInfo((draft.seller.time_zone if draft.seller else "") or "Asia/Shanghai")
            role = named(people[quote.owner_id].role or "") if quote.owner_id else named("")
            found = approvals.rules_for(session, role)
            on = store.clock().astimezone(zone).date()
            facts = approvals.facts_of(session, draft, draft.totals(), found, on)
        except (NotFound, Refused):
            continue
        asks = rules.asks(found, facts)
        if asks:
            yield draft, facts, asks


@command(
    "phone_approval.answer",
    label=msg("Approve by telephone"),
    on=PhoneApproval,
    creates=True,
    writes=every(PhoneApproval),
    undoable=False,
    icon="phone",
)
def answer(
    work: Work,
    *,
    challenge: str,
    device_id: UUID | None,
    total: Decimal | None,
    currency: str = "CNY",
    remark: str = "",
) -> PhoneApproval:
    """Note that one agrees to what was read out, for this total; `code` of it is then read back."""
    said = phone_approvals.heard(challenge, CHALLENGE)
    if said is None:
        raise Refused(NOT_LETTERS, field="challenge")
    if total is None:
        raise Refused(NO_TOTAL, field="total")
    money.check_currency(currency)
    found = look(work.store, said)
    laptop = found.laptop.device if found is not None else device_id
    if laptop is None or phone_keys.key_of(work.connection, laptop) is None or laptop == work.device:
        raise Refused(NO_LAPTOP, field="device_id")
    if found is not None:
        role = rules.highest(found.asks)
        if not rules.enough(work.actor.rights, role):
            raise Refused(NOT_YOURS.of(role=rules.ROLE_WORDS[role]))
        total, currency = found.total, found.facts.currency
    made = PhoneApproval(
        device_id=laptop,
        challenge=said,
        total=total,
        currency=currency,
        quote_id=found.draft.quote.id if found is not None else None,
        content_hash=found.content if found is not None else "",
        remark=remark,
        answered_at=work.now,
    )
    work.add(made)
    return made


def code(store: Store, entry: PhoneApproval) -> str:
    """What is read back for an entry of one's own."""
    with store.looking() as connection:
        key = phone_keys.key_of(connection, entry.device_id) if entry.device_id else None
    if key is None or entry.total is None:
        raise Refused(phone_approvals.NO_KEY)
    minor = int(entry.total.scaleb(money.currency_digits(entry.currency)).to_integral_value())
    return phone_approvals.answer(key, entry.challenge, minor, entry.currency, store.me().id.hex)


def amount(text: str) -> Decimal:
    """A total as somebody types it. Raises Refused."""
    plain = text.strip().replace(",", "").replace("，", "").lstrip("¥￥$€").strip()
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise Refused(NO_TOTAL, field="total") from None
    if not found.is_finite() or found <= 0:
        raise Refused(NO_TOTAL, field="total")
    return found
