"""Random contracts and orders: what a laptop asks and what covers it offline, the office says again at sync.

Laptop and office each have a database of their own; what the office has not heard of yet comes with the push.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, create_engine
from sqlalchemy.orm import Session

from desktop.models import delegations as signed
from desktop.models.record import Base, Record
from desktop.models.records import (
    Clause,
    ClauseVersion,
    Contract,
    ContractClause,
    Customer,
    Delegation,
    Milestone,
    Order,
    OrderLine,
    Organisation,
    Payment,
)
from desktop.rules import approvals, delegations
from desktop.rules.approvals import Facts, Rule
from desktop.rules.delegations import Case, Used
from desktop.services import approval_papers as laptop
from desktop.services import clauses
from desktop.services.contract_drafts import ContractDraft
from sync.server import approval_papers as office
from sync.server.batch import Held

if TYPE_CHECKING:
    from sync.protocol.ops import Op
    from sync.server.batch import Batch

TODAY: Final = date(2026, 11, 24)
NOW: Final = int(datetime(2026, 11, 24, 4, tzinfo=UTC).timestamp() * 1000)
TABLES: Final = (Clause, ClauseVersion, Customer, Order, OrderLine, Organisation, Payment)
TEXTS: Final = ("预付三成。", "货到付款。", "保密两年。")


class Push:
    """Of a batch what is asked here: rows as JSON brought them."""

    def __init__(self, *records: Record) -> None:
        self.rows: dict[tuple[str, str], Held] = {}
        for record in records:
            row = json.loads(json.dumps({"id": record.id.hex, "deleted_at": None, **record.wire()}))
            self.rows[record.__tablename__, record.id.hex] = Held(record.__tablename__, row)

    def get(self, kind: str, record: str | None) -> Held | None:
        return self.rows.get((kind, record or ""))

    def load(self, _keys: object) -> None:
        """Everything is here."""

    def load_children(self, _kind: str, parents: list[str]) -> list[Held]:
        names = ("order_id", "contract_id")
        return [held for held in self.rows.values() if {held.row.get(name) for name in names} & {*parents}]


class Drawn:
    """One case: a contract or an order, the rules for it, a delegation, what the firm and its library say."""

    def __init__(self, seed: int) -> None:
        r = self.random = random.Random(f"paper {seed}")
        self.subject = r.choice((approvals.CONTRACT, approvals.ORDER))
        self.rep, self.device = UUID(int=r.getrandbits(128)), UUID(int=r.getrandbits(128))
        self.buyer = Customer(name="C", credit=r.choice((None, 0, 50_000, 500_000)))
        self.firm = Organisation(name="F", currency=r.choice(("CNY", "CNY", "CNY", "USD")), time_zone="UTC")
        self.rules = [self._rule(n) for n in range(r.randint(1, 4))]
        self.given = self._delegation()
        self.used = Used(r.choice((0, 0, 0, 0, 0, 0, 1, 3)), Decimal(r.choice((0, 0, 500))))
        self.at = NOW + r.choice((0, 0, 0, 0, 86_400_000, -(6 * 60_000)))

    def _rule(self, n: int) -> Rule:
        r = self.random
        kind = r.choice(approvals.KINDS_OF[self.subject])
        of = r.choice((self.subject, self.subject, self.subject, approvals.QUOTE))
        return Rule(str(n), kind, self._limit(kind, 0), r.choice(("manager", "admin")), "CNY", None, of)

    def _limit(self, kind: str, above: int) -> Decimal:
        r = self.random
        if kind in approvals.IN_MONEY:
            return Decimal(r.choice((0, 1000)) + above * r.choice((3_000, 10**8, 10**8)))
        return Decimal(r.choice((0, 1, 30)) + above * r.choice((0, 90, 90)))

    def _delegation(self) -> Delegation:
        r = self.random
        kinds = [kind for kind in approvals.KINDS_OF[self.subject] if r.random() < 0.95]
        limits: dict[str, Any] = {kind: self._limit(kind, 1) for kind in kinds}
        limits |= {kind: int(limits[kind]) for kind in ("payment_days", "clause") if kind in limits}
        return Delegation(
            code="G-7K2QX",
            owner_id=self.rep,
            device_id=self.device,
            customer_id=r.choice((*[None] * 6, self.buyer.id, UUID(int=3))),
            valid_from=TODAY - timedelta(days=20),
            valid_until=TODAY + timedelta(days=r.choice((30, 30, 30, 30, 0, -1))),
            most=r.choice((1, 3, 10, 10)),
            exposure=Decimal(r.choice((1000, *[10**9] * 5))),
            granted_as=r.choice(("manager", "admin", "admin", "admin")),
            granted_at=NOW - 86_400_000,
            subject=r.choice((*[self.subject] * 8, "quote", "")),
            **limits,
        )

    def case(self) -> Case:
        on = datetime.fromtimestamp(self.at / 1000, UTC).date()
        return Case(self.rep.hex, self.device.hex, self.buyer.id.hex, on, self.at, NOW)

    def answer(self, facts: Facts) -> tuple[tuple[str, ...], str]:
        """What asks, in print, and why the delegation does not cover it (empty: it does)."""
        asks = approvals.asks([rule for rule in self.rules if rule.speaks_of(self.subject)], facts)
        given = signed.read(json.loads(json.dumps(signed.wire(self.given))))
        assert given is not None
        said = delegations.refusal(given, self.case(), asks, facts, self.used, gifts=False) if asks else None
        refused = "" if said is None else said.in_language("en")
        return tuple(f"{ask.rule.id} {ask.found}" for ask in asks), refused

    # -------------------------------------------------------- what is drawn

    def order(self, n: int = 0) -> tuple[Order, list[OrderLine]]:
        r = self.random
        due = r.choice(("", f"验收后 {r.choice((7, 30, 90))} 天"))
        step = {"name": {"zh": "款", "en": ""}, "due": {"zh": due, "en": ""}, "percent": "100", "amount": 1}
        made = Order(
            name=f"O{n}",
            customer_id=self.buyer.id,
            currency=r.choice(("CNY", "CNY", "CNY", "USD")),
            payable=r.randint(0, 400_000),
            prepaid=r.choice((0, 0, 10_000)),
            schedule=r.choice(([], [step])),
        )
        lines = [
            OrderLine(
                order_id=made.id,
                source_id=UUID(int=r.getrandbits(128)),
                place=place,
                quantity=Decimal(r.randint(1, 500)).scaleb(-r.choice((0, 1, 4))),
                amount=r.randint(0, 10**6),
            )
            for place in range(r.randint(1, 4))
        ]
        return made, lines

    def library(self) -> list[Record]:
        r = self.random
        found: list[Record] = []
        for place in range(r.choice((0, 1, 3))):
            clause = Clause(
                code=f"c{place}",
                name=f"K{place}",
                place=place,
                usual=r.random() < 0.8,
                approval_class=r.choice(("standard", "approval", "approval")),
            )
            version = ClauseVersion(clause_id=clause.id, edition="1", body=r.choice(TEXTS), body_en="Text")
            found += [clause, version]
        return found

    def contract(self, session: Session) -> ContractDraft:
        r, library = self.random, clauses.library(session, TODAY)
        worth = Decimal(r.randint(0, 400_000)).scaleb(-2)
        quote = {
            "number": "Q-1",
            "revision": 1,
            "currency": r.choice(("CNY", "CNY", "USD")),
            "digits": 2,
            "prepaid": r.choice(("0", "100")),
            "totals": {"payable": f"{worth:f}"},
            "customer": {"id": self.buyer.id.hex, "name": {"zh": "C", "en": ""}},
            "seller": {},
            "language": "zh",
        }
        made = Contract(name="P", customer_id=self.buyer.id, currency=quote["currency"])
        parts, chosen = [], r.sample(library, k=r.randint(0, len(library)))
        for place, one in enumerate(chosen):
            clause = ContractClause(
                contract_id=made.id,
                rank=chr(97 + place),
                code=one.code,
                version_id=one.version_id,
                edition=one.edition,
                heading=one.wording.heading,
                heading_en=one.wording.heading_en,
                body=one.wording.body if r.random() < 0.6 else "另行约定。",
                body_en=one.wording.body_en,
                standard=clauses.pinned(one.wording),
                approval_class=one.approval_class,
            )
            parts.append(clause)
        if r.random() < 0.3:
            parts.append(ContractClause(contract_id=made.id, rank="z", heading="自拟", body="自拟。"))
        due = r.choice(("", f"{r.choice((7, 30, 90))} 天内"))
        steps = [Milestone(contract_id=made.id, kind="payment", name="款", due=due)]
        return ContractDraft(made, parts, steps, quote, library)


def _order(drawn: Drawn, here: Session, there: Session) -> tuple[Facts, Facts, str, str]:
    """An order on both sides; others were submitted before, some of which the office hears of just now."""
    r = drawn.random
    (order, lines), others = drawn.order(), [drawn.order(n + 1)[0] for n in range(r.choice((0, 1, 2)))]
    pushed = []
    for session in (here, there):
        session.add_all([_again(drawn.firm), _again(drawn.buyer)])
    for other in others:
        other.stage = r.choice(("draft", "submitted", "acknowledged", "completed", "cancelled"))
        late = other.stage == "submitted" and r.random() < 0.5
        paid = Payment(order_id=other.id, amount=r.choice((0, 10_000, 10**6)), currency="CNY")
        here.add_all([_again(other)] if late else [_again(other), _again(paid)])
        there.add_all([] if late else [_again(other), _again(paid)])
        pushed += [other] if late else []
    here.flush()
    there.flush()
    mine = laptop.order_paper(here, order, lines, drawn.buyer)
    push = Push(order, drawn.buyer, *lines, *pushed)
    held = [cast("Held", push.get("order", one.id.hex)) for one in (order, *pushed)]
    theirs = office.paper_of(cast("Batch", push), there, cast("Op", None), held[0], held[1:])
    assert theirs is not None
    return mine.facts, theirs.facts, mine.digest, theirs.digest


def _contract(drawn: Drawn, here: Session, there: Session) -> tuple[Facts, Facts, str, str]:
    library = drawn.library()
    for session in (here, there):
        session.add_all([_again(one) for one in library])
        session.flush()
    draft = drawn.contract(here)
    snapshot = json.loads(json.dumps(draft.snapshot(number="C-1", issued_on=TODAY)))
    mine = laptop.of_contract(here, draft, snapshot)
    push = Push(draft.contract, *draft.clauses)
    held = push.get("contract", draft.contract.id.hex)
    assert held is not None
    op = cast("Op", _Issue({"fields": {"snapshot": [None, snapshot]}}))
    theirs = office.paper_of(cast("Batch", push), there, op, held, ())
    assert theirs is not None
    assert office.buyer(held, theirs.content) == drawn.buyer.id.hex
    return mine.facts, theirs.facts, mine.digest, theirs.digest


class _Issue:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body


def _again(record: Record) -> Record:
    """The same record once more, for another database."""
    return type(record)(id=record.id, **{name: getattr(record, name) for name in type(record).fields()})


@contextmanager
def _databases() -> Iterator[tuple[Connection, Connection]]:
    engines = [create_engine("sqlite://") for _ in range(2)]
    try:
        with engines[0].connect() as here, engines[1].connect() as there:
            for one in (here, there):
                Base.metadata.create_all(one, tables=[cls.table() for cls in TABLES])
                one.commit()
            yield here, there
    finally:
        for engine in engines:
            engine.dispose()


def run(first: int, count: int) -> Counter[str]:
    """How many cases ended how. Raises AssertionError naming the first on which the two disagree."""
    ended: Counter[str] = Counter()
    with _databases() as (left, right):
        for seed in range(first, first + count):
            drawn = Drawn(seed)
            with Session(left, autoflush=False) as here, Session(right, autoflush=False) as there:
                case = _order if drawn.subject == approvals.ORDER else _contract
                ours, theirs, digest, other = case(drawn, here, there)
                here.rollback()
                there.rollback()
            said = drawn.answer(ours), drawn.answer(theirs)
            assert said[0] == said[1], f"{drawn.subject} {seed}: laptop {said[0]}, office {said[1]}"
            assert digest == other, f"{drawn.subject} {seed}: another content at the office"
            asks, refused = said[0]
            how = "nothing asks" if not asks else "refused" if refused else "covered"
            ended[f"{drawn.subject}: {how}"] += 1
    return ended
