"""Contracts and orders as the office works them out again, to hold approval rules against them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from desktop.errors import Refused
from desktop.models.record import Record
from desktop.models.records import Contract, ContractClause, Customer, Order, OrderLine
from desktop.rules import approvals
from desktop.rules.clauses import filled
from desktop.services import approval_papers, clauses
from desktop.services.approval_papers import Paper
from desktop.services.contract_drafts import BOTH, ContractDraft
from sync.protocol.ops import Op
from sync.server.batch import Batch, Held

KINDS: Final = (approvals.CONTRACT, approvals.ORDER)
"""Record types that are looked at here; every other issue is one of a quote."""
_UNREADABLE: Final = (ArithmeticError, AttributeError, KeyError, Refused, TypeError, ValueError)
R = TypeVar("R", bound=Record)


def leaves(op: Op) -> bool:
    """Whether something goes out with an operation: an issue, or an order that is handed in."""
    submitted = op.type == approvals.ORDER and op.kind == "transition" and op.body.get("to") == "submitted"
    return op.kind == "issue" or submitted


def subject_of(record_type: str) -> str:
    """Whose rules count for it."""
    return record_type if record_type in KINDS else approvals.QUOTE


def paper_of(batch: Batch, session: Session, op: Op, held: Held, earlier: Iterable[Held]) -> Paper | None:
    """What went out, as the office works it out; None where nobody can. `earlier`: before it in this push."""
    try:
        if held.type == approvals.ORDER:
            return _order(batch, session, held, earlier)
        return _contract(batch, session, held, op.body["fields"]["snapshot"][1])
    except _UNREADABLE:
        return None


def buyer(held: Held, content: Mapping[str, Any]) -> str:
    """Whom the paper names."""
    quote = content.get("quote")
    named = quote.get("customer") if isinstance(quote, dict) else None
    return str((named.get("id") if isinstance(named, dict) else "") or held.row["customer_id"] or "")


def _order(batch: Batch, session: Session, held: Held, earlier: Iterable[Held]) -> Paper:
    order, customer = _record(Order, held.row), batch.get("customer", held.row["customer_id"])
    if customer is None and held.row["customer_id"]:
        batch.load([("customer", held.row["customer_id"])])
        customer = batch.get("customer", held.row["customer_id"])
    lines = [
        _record(OrderLine, one.row)
        for one in batch.load_children("order", [held.id])
        if one.type == OrderLine.__tablename__ and not one.deleted
    ]
    before = [_record(Order, one.row) for one in earlier if one.type == "order" and one.id != held.id]
    same = [one for one in before if (one.customer_id, one.currency) == (order.customer_id, order.currency)]
    more = {one.id: approval_papers.worth(one) for one in same}
    owing = _record(Customer, customer.row) if customer is not None else None
    return approval_papers.order_paper(session, order, lines, owing, more)


def _contract(batch: Batch, session: Session, held: Held, snapshot: dict[str, Any]) -> Paper:
    """What a contract prints, each clause with what the office itself holds of where it came from."""
    batch.load_children("contract", [held.id])
    printed = []
    for said in snapshot["clauses"]:
        row = batch.get("contract_clause", said["id"])
        kept = row.row if row is not None and row.row["contract_id"] == held.id else {}
        values = {"code": said["code"], "edition": said["edition"], "version_id": said["version"] or None}
        clause = _record(ContractClause, {**kept, **values, **said["text"]}, said["id"])
        printed.append(clause)
    on = date.fromisoformat(snapshot["issued_on"])
    said_of_it = {name: snapshot[name] or None for name in ("valid_from", "valid_until", "variables")}
    contract = _record(Contract, {**held.row, **said_of_it, "snapshot": snapshot})
    draft = ContractDraft(contract, printed, [], snapshot["quote"], clauses.library(session, on))
    for clause, said in zip(printed, snapshot["clauses"], strict=True):
        if not _filled(draft, clause, said):
            clause.code = ""  # it prints another text than it says: one of its own
    return approval_papers.of_contract(session, draft, snapshot)


def _filled(draft: ContractDraft, clause: ContractClause, said: Mapping[str, Any]) -> bool:
    """Whether what is printed is the text of a clause with its places filled."""
    return all(
        (said["heading"][one], said["body"][one])
        == tuple(filled(text, draft.values(one)) for text in clauses.wording_of(clause).said(one))
        for one in BOTH
    )


def _record(cls: type[R], row: Mapping[str, Any], record: str = "") -> R:
    """A record of these values in wire form; what they do not name has its default."""
    fields = cls.fields()
    values = {name: fields[name].kind.from_wire(value) for name, value in row.items() if name in fields}
    return cls(**values, id=UUID(hex=record or row["id"]))
