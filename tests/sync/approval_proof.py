"""Random papers, rules, delegations and calls: what a laptop decides offline, the office says again at sync.

`python -m tests.sync.approval_proof --cases 10000` runs the full count; the suite runs some of them.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast
from unittest.mock import patch
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import Refused
from desktop.models import delegations as signed
from desktop.models.record import Record
from desktop.models.records import (
    Adjustment,
    Approval,
    Customer,
    Delegation,
    Organisation,
    Quote,
    QuoteLine,
    QuoteRevision,
)
from desktop.rules import approvals, delegations, phone_approvals, roles
from desktop.rules.approval_facts import bound
from desktop.rules.approvals import Rule
from desktop.rules.canonical import content_hash
from desktop.rules.delegations import Case, Used
from desktop.rules.phone_approvals import Call
from desktop.services import approvals as laptop
from desktop.services import prices
from desktop.services.drafts import QuoteDraft
from desktop.words import Message
from sync.protocol import phone_keys
from sync.protocol.messages import Person
from sync.server import approval_calls
from sync.server import approvals as office
from sync.server.batch import Batch, Held
from sync.server.scope import Scope
from tests.sync import approval_paper_cases

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from sync.protocol.ops import Op

SEED: Final = bytes(range(32, 64))
"""The office's secret, from which the keys of calls come."""
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC: Final = KEY.public_key().public_bytes_raw().hex()
TODAY: Final = date(2026, 11, 24)
NOW: Final = int(datetime(2026, 11, 24, 4, tzinfo=UTC).timestamp() * 1000)
NEVER: Final = cast("Session", None)
"""Floors are looked up by `_floor`; nothing else asks the database."""


class Rows:
    """What the office holds of one quote, as JSON brought it."""

    def __init__(self, *records: Record) -> None:
        self.rows: dict[tuple[str, str], Held] = {}
        self.conn, self.now = None, NOW
        for record in records:
            row = json.loads(json.dumps({"id": record.id.hex, "deleted_at": None, **record.wire()}))
            self.rows[record.__tablename__, record.id.hex] = Held(record.__tablename__, row)

    def get(self, kind: str, record: str | None) -> Held | None:
        return self.rows.get((kind, record or ""))

    def held(self, kind: str) -> list[Held]:
        return [held for (of, _), held in self.rows.items() if of == kind]

    def load(self, _keys: object) -> None:
        """Everything is here."""

    def load_children(self, _kind: str, _parents: object) -> None:
        """Everything is here."""


class Drawn:
    """One case: a quote that is issued, the rules, one delegation, and what was issued under it before."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        r = self.random = random.Random(seed)
        self.rep, self.device = UUID(int=r.getrandbits(128)), UUID(int=r.getrandbits(128))
        self.floors: dict[UUID, Decimal] = {}
        self.draft = self._draft()
        self.rules = [self._rule(n) for n in range(r.randint(1, 4))]
        self.given = self._delegation()
        self.used = Used(r.choice((*[0] * 9, 1, 3)), Decimal(r.choice((*[0] * 8, 500, 20000))))
        self.at = NOW + r.choice((*[0] * 12, 86_400_000, -86_400_000, -(6 * 60_000), -(4 * 60_000)))
        self.newest = NOW if r.random() < 0.7 else 0

    def _draft(self) -> QuoteDraft:
        r = self.random
        firm = Organisation(name="F", terms=[{"zh": "交货", "en": "Delivery"}], time_zone="UTC")
        buyer = Customer(name="C")
        quote = Quote(customer_id=buyer.id, currency=r.choice((*["CNY"] * 6, "USD")), number="Q-1")
        revision = QuoteRevision(
            quote_id=quote.id,
            tax_mode=r.choice(("included", "excluded")),
            valid_until=TODAY + timedelta(days=r.choice((0, 7, 30, 90))),
            terms=r.choice(([], firm.terms, [{"zh": "自提", "en": ""}])),
            milestones=r.choice(
                ([], [{"name": "款", "percent": "100", "due": f"{r.choice((7, 30, 90))} 天内"}])
            ),
        )
        lines = [self._line(quote, revision, n) for n in range(r.randint(1, 5))]
        discounts = [
            Adjustment(line_id=line.id, kind="percent", value=Decimal(-r.randint(1, 10000)).scaleb(-2))
            for line in lines
            if r.random() < 0.4
        ]
        if r.random() < 0.7:
            kind = r.choice(("percent", "percent", "amount"))
            value = Decimal(-r.randint(1, 3000)).scaleb(-2 if kind == "percent" else 0)
            discounts.append(Adjustment(kind=kind, value=value))
        return QuoteDraft(quote, revision, lines, discounts, buyer, None, firm, None)

    def _line(self, quote: Quote, revision: QuoteRevision, n: int) -> QuoteLine:
        r = self.random
        found = Decimal(r.randint(100, 1_000_000)).scaleb(-2)
        trace: list[dict[str, Any]] = [
            {"step": "tier", "price": f"{found:f}", "kind": "range", "quantity": "1"}
        ]
        price = found
        if r.random() < 0.3:
            price = (found * r.choice((Decimal("0.85"), Decimal("0.9"), Decimal("1.1")))).quantize(found)
            trace.append({"step": "by_hand", "price": f"{price:f}"})
        line = QuoteLine(
            quote_id=quote.id,
            revision_id=revision.id,
            rank=chr(97 + n),
            kind=r.choice(("item", "item", "item", "option", "section")),
            chosen=r.random() < 0.7,
            product_id=UUID(int=r.getrandbits(128)) if r.random() < 0.85 else None,
            name=f"L{n}",
            quantity=Decimal(r.randint(1, 500)).scaleb(-r.choice((0, 0, 1))),
            unit_price=price,
            tax_rates=["13"],
            price_trace=trace,
        )
        if r.random() < 0.7 and line.product_id is not None:
            self.floors[line.product_id] = (found * Decimal("0.88")).quantize(found)
        return line

    def _rule(self, n: int) -> Rule:
        r = self.random
        kind = r.choice(approvals.KINDS_OF[approvals.QUOTE])
        return Rule(
            str(n), kind, self._limit(kind, 0), r.choice(("manager", "manager", "manager", "admin")), "CNY"
        )

    def _limit(self, kind: str, above: int) -> Decimal:
        r = self.random
        if kind in approvals.IN_MONEY:
            return Decimal(r.choice((0, 1000, 50_000)) + above * r.choice((10_000, 10**8)))
        if kind in (approvals.DAYS, approvals.VALIDITY):
            return Decimal(r.choice((0, 10, 30)) + above * 90)
        return Decimal(r.choice((0, 5, 10)) + above * r.choice((5, 15, 95, 95, 95)))

    def _delegation(self) -> Delegation:
        r = self.random
        limits: dict[str, Any] = {
            kind: self._limit(kind, 1) for kind in approvals.KINDS_OF[approvals.QUOTE] if r.random() < 0.98
        }
        for kind in ("payment_days", "clause", "validity"):
            if kind in limits:
                limits[kind] = int(limits[kind])
        made = Delegation(
            code="G-7K2QX",
            owner_id=self.rep if r.random() < 0.95 else UUID(int=1),
            device_id=self.device if r.random() < 0.95 else UUID(int=2),
            customer_id=r.choice((*[None] * 8, self.draft.quote.customer_id, UUID(int=3))),
            valid_from=TODAY - timedelta(days=r.choice((*[20] * 8, 0, -1))),
            valid_until=TODAY + timedelta(days=r.choice((*[30] * 8, 0, -1))),
            most=r.choice((1, 3, 10, 10)),
            exposure=Decimal(r.choice((1000, 100_000, 10**9, 10**9, 10**9))),
            granted_as=r.choice(("manager", "manager", "admin")),
            granted_by_id=UUID(int=4),
            **limits,
        )
        made.granted_at = NOW - r.choice((0, 86_400_000))
        made.signature = signed.sign(KEY, signed.wire(made), made.granted_at)
        return made

    def floor(self, _session: object, _draft: object, line: QuoteLine, _on: object) -> Decimal | None:
        """In place of the price books: both sides ask for a product."""
        return self.floors.get(line.product_id) if line.product_id else None

    def case(self) -> Case:
        on = datetime.fromtimestamp(self.at / 1000, UTC).date()
        buyer = self.draft.quote.customer_id
        return Case(self.rep.hex, self.device.hex, buyer.hex if buyer else "", on, self.at, self.newest)


@dataclass(frozen=True, slots=True)
class Called:
    """What was read out and back for a case, some of it otherwise than it should be."""

    call: Call
    key: bytes

    @classmethod
    def of(cls, drawn: Drawn) -> "Called | None":
        """None where nothing asks: then nobody calls."""
        r, case = random.Random(f"call {drawn.seed}"), drawn.case()
        facts = laptop.facts_of(NEVER, drawn.draft, drawn.draft.totals(), drawn.rules, case.on)
        asks = approvals.asks(drawn.rules, facts)
        if not asks:
            return None
        key = phone_keys.key_of(SEED, drawn.device.hex)
        content = laptop.bound_hash(drawn.draft)
        said = phone_approvals.matter(drawn.device.hex, content, asks, facts.payable, facts.currency)
        meant = replace(
            said,
            device=r.choice((*[said.device] * 24, drawn.rep.hex)),
            content=r.choice((*[said.content] * 24, "0" * 64)),
            rules=r.choice((*[said.rules] * 24, ("0",), said.rules[:-1])),
            total=said.total + r.choice((*[0] * 24, 1)),
        )
        minutes = r.choice((0, 3, 12, 20, 28, 30, 31, 60 * 24, -4, -6))
        opened = (drawn.at - minutes * phone_approvals.MINUTE) // 60_000 * 60_000
        approver, challenge = UUID(int=r.getrandbits(128)).hex, meant.challenge(opened)
        code = phone_approvals.answer(
            r.choice((*[key] * 24, phone_keys.key_of(SEED, drawn.rep.hex))),
            *(challenge, meant.total, meant.currency, r.choice((*[approver] * 24, "1" * 32))),
        )
        if r.random() < 0.05:
            place = r.randrange(len(code))
            code = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        role = roles.named(r.choice(("manager", "manager", "manager", "admin", "office", "rep", "")))
        return cls(Call(opened, challenge, code, approver, role), key)


def called_offline(drawn: Drawn, called: Called) -> str:
    """Whether the laptop issues under what was read back."""
    facts = laptop.facts_of(NEVER, drawn.draft, drawn.draft.totals(), drawn.rules, drawn.case().on)
    asks, content = approvals.asks(drawn.rules, facts), laptop.bound_hash(drawn.draft)
    of = phone_approvals.matter(drawn.device.hex, content, asks, facts.payable, facts.currency)
    refused = phone_approvals.refusal(called.call, of, asks, called.key, drawn.at, drawn.newest)
    return _said(refused)


def called_at_the_office(drawn: Drawn, called: Called) -> str:
    """What the office says of a note of that call, out of what was pushed."""
    draft, call = drawn.draft, called.call
    snapshot = json.loads(json.dumps(draft.snapshot(number="Q-1", issued_on=drawn.case().on)))
    body = {"hash": content_hash(snapshot), "fields": {"snapshot": [None, snapshot]}}
    note = Approval(
        quote_id=draft.quote.id,
        content_hash=body["hash"],
        way="phone",
        challenge=call.challenge,
        code=call.code,
        opened=call.opened,
        approver_id=UUID(hex=call.approver),
    )
    assert draft.customer is not None
    rows = Rows(draft.quote, draft.revision, draft.customer, note, *draft.lines)
    batch = cast("Batch", rows)
    quote, held = rows.get("quote", draft.quote.id.hex), rows.get("approval", note.id.hex)
    assert quote is not None
    assert held is not None
    facts = office.facts_of(batch, NEVER, drawn.rules, quote, cast("Op", Pushed(body)), draft.seller)
    assert facts is not None
    asks, content = approvals.asks(drawn.rules, facts), content_hash(bound(snapshot))
    known = Scope(Person(user=call.approver, name="", team="", role=""), call.role, None)
    with (
        patch.object(approval_calls, "scope_of", lambda *_: known),
        patch.object(approval_calls, "_used", lambda *_: False),
    ):
        refused = approval_calls.refusal_of_call(batch, held, asks, facts, content, drawn.case(), SEED)
    return _said(refused)


Answer = tuple[tuple[str, ...], str]
"""What asks, in print, and why the delegation does not cover it (empty: it does)."""


def offline(drawn: Drawn) -> Answer:
    """As the laptop decides, out of its records."""
    totals = drawn.draft.totals()
    on = drawn.case().on
    facts = laptop.facts_of(NEVER, drawn.draft, totals, drawn.rules, on)
    asks = approvals.asks(drawn.rules, facts)
    if not asks:
        return (), ""
    given = signed.read(signed.wire(drawn.given))
    assert given is not None
    assert signed.is_signed(PUBLIC, signed.wire(drawn.given))
    gifts = delegations.gifts_apart(((rule.kind, rule.currency) for rule in drawn.rules), facts.currency)
    refused = delegations.refusal(given, drawn.case(), asks, facts, drawn.used, gifts=gifts)
    return tuple(f"{ask.rule.id} {ask.found}" for ask in asks), _said(refused)


def at_the_office(drawn: Drawn) -> Answer:
    """As the office decides, out of what was pushed and of the rows that it holds."""
    draft = drawn.draft
    snapshot = json.loads(json.dumps(draft.snapshot(number="Q-1", issued_on=drawn.case().on)))
    body = {"hash": content_hash(snapshot), "fields": {"snapshot": [None, snapshot]}}
    note = Approval(quote_id=draft.quote.id, source_id=drawn.given.id, content_hash=body["hash"])
    assert draft.customer is not None
    rows = Rows(draft.quote, draft.revision, draft.customer, drawn.given, note, *draft.lines)
    batch = cast("Batch", rows)
    quote, held = rows.get("quote", draft.quote.id.hex), rows.get("approval", note.id.hex)
    assert quote is not None
    assert held is not None
    facts = office.facts_of(batch, NEVER, drawn.rules, quote, cast("Op", Pushed(body)), draft.seller)
    assert facts is not None
    asks = approvals.asks(drawn.rules, facts)
    if not asks:
        return (), ""
    with patch.object(office, "used_before", lambda *_: drawn.used):
        refused = office.refusal_of(batch, held, drawn.rules, asks, facts, drawn.case())
    return tuple(f"{ask.rule.id} {ask.found}" for ask in asks), _said(refused)


class Pushed:
    """Of an operation what is asked here."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body


def _said(refused: Message | None) -> str:
    return "" if refused is None else refused.in_language("en")


def run(first: int, count: int) -> Counter[str]:
    """How many cases ended how, of quotes and of as many contracts and orders. Raises AssertionError."""
    return quotes(first, count) + approval_paper_cases.run(first, count)


def quotes(first: int, count: int) -> Counter[str]:
    """How many quotes ended how. Raises AssertionError naming the first on which the two disagree."""
    ended: Counter[str] = Counter()
    for seed in range(first, first + count):
        drawn = Drawn(seed)
        with patch.object(prices, "floor", drawn.floor):
            try:
                here = offline(drawn)
            except Refused:
                ended["no totals"] += 1
                continue
            there = at_the_office(drawn)
            assert here == there, f"case {seed}: laptop {here}, office {there}"
            called = Called.of(drawn)
            if called is not None:
                told = called_offline(drawn, called), called_at_the_office(drawn, called)
                assert told[0] == told[1], f"call {seed}: laptop {told[0]}, office {told[1]}"
                ended["call refused" if told[0] else "call counts"] += 1
        ended["nothing asks" if not here[0] else "refused" if here[1] else "covered"] += 1
    return ended


def altered(seed: int) -> bool:
    """Whether one changed byte of a delegation is always found."""
    drawn = Drawn(seed)
    row = signed.wire(drawn.given)
    r = drawn.random
    name = r.choice([one for one in signed.SIGNED if isinstance(row[one], str) and row[one]])
    text = row[name]
    place = r.randrange(len(text))
    changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
    other = {**row, name: changed}
    return signed.is_signed(PUBLIC, row) and not signed.is_signed(PUBLIC, other)


def main() -> int:
    """The full count."""
    parser = argparse.ArgumentParser(prog="python -m tests.sync.approval_proof", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args()
    began = time.process_time()
    ended = run(chosen.first, chosen.cases)
    found = sum(altered(seed) for seed in range(chosen.first, chosen.first + chosen.cases))
    told = ", ".join(f"{count} {how}" for how, count in sorted(ended.items()))
    took = time.process_time() - began
    sys.stdout.write(f"{chosen.cases} cases, 0 disagreements ({told}); ")
    sys.stdout.write(f"{found} of {chosen.cases} altered delegations found; {took:.0f} s of CPU\n")
    return 0 if found == chosen.cases else 1


if __name__ == "__main__":
    sys.exit(main())
