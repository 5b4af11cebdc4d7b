"""Contracts that a customer holds: what was issued is frozen exactly so, whatever else was merged.

A laptop issues what it shows. Where the office holds other wording by then, that goes on as a draft of its
own; where the contract was issued otherwise meanwhile, both papers exist and both are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.models.overlay import moment
from desktop.models.record import RECORDS
from desktop.rules import ranks
from desktop.words import msg
from sync.server.batch import Batch, Held
from sync.server.permission import Rejected, new_row, tell
from sync.server.scope import Scope
from sync.server.values import check

CONTRACT: Final = "contract"
CLAUSE: Final = "contract_clause"
MILESTONE: Final = "milestone"
ASIDE: Final = msg("Others worded it otherwise before it was issued; their wording is a draft of its own.")
TWICE: Final = msg("It was issued twice with different content; both papers are kept.")
SECOND: Final = msg("This quote has another contract already: {title}. Withdraw one of the two.")
OTHER_FIGURES: Final = msg("The figures of a contract are those of the quote that it was made from.")
FIGURES: Final = frozenset({"payable", "currency", "revision_id", "quote_hash"})
"""What a contract takes over from its quote when it is made, and never changes."""
_OVER: Final = ("withdrawn", "terminated")
MOST: Final = 500
"""Clauses; of a longer contract the snapshot alone is kept as it was issued."""
_WORDS: Final = ("heading", "heading_en", "body", "body_en")


def is_issued(batch: Batch, held: Held) -> bool:
    """Whether a record is, or is printed on, a contract that was issued."""
    if held.type == CONTRACT:
        return bool(held.row["content_hash"])
    if held.type == CLAUSE or (held.type == MILESTONE and held.row["kind"] == "payment"):
        contract = batch.get(CONTRACT, held.row["contract_id"])
        return contract is not None and bool(contract.row["content_hash"])
    return False


def keeps_number(held: Held, name: str) -> bool:
    """Whether this is the number of a contract that bears one on its paper."""
    return (held.type, name) == (CONTRACT, "number") and bool(held.row["content_hash"] and held.row["number"])


def hold_to_quote(batch: Batch, scope: Scope, contract: Held) -> None:
    """A new contract says what its quote comes to; a second one of the same quote is told to a person.

    Raises Rejected for other figures than those of the issued edition it names.
    """
    row = contract.row
    snapshot = _quoted(batch, row)
    figures = (None, None) if snapshot is None else (_payable(snapshot), snapshot.get("currency"))
    if row["payable"] != figures[0] or (snapshot is not None and row["currency"] != figures[1]):
        raise Rejected("invalid", OTHER_FIGURES)
    other = _second(batch, contract)
    if other is not None:
        tell(batch, scope, contract, SECOND.of(title=other))


def _quoted(batch: Batch, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the quote of a contract said when it was made: an edition of it with the hash that is named."""
    quote, sealed = row["quote_id"], row["quote_hash"]
    if not quote or not sealed:
        return None
    for held in batch.held("quote_revision"):
        if (held.row["quote_id"], held.row["content_hash"]) == (quote, sealed):
            return held.row["snapshot"]  # type: ignore[no-any-return]
    table = RECORDS["quote_revision"].table()
    query = select(table.c.snapshot).where(
        table.c.quote_id == UUID(hex=quote), table.c.content_hash == sealed
    )
    return batch.conn.execute(query.limit(1)).scalar_one_or_none()


def _payable(snapshot: Mapping[str, Any]) -> int | None:
    """What a quote comes to, in minor units; None where its snapshot does not say so."""
    try:
        return int(Decimal(snapshot["totals"]["payable"]).scaleb(int(snapshot["digits"])))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _second(batch: Batch, contract: Held) -> str | None:
    """What another living contract of the same quote is called."""
    table, quote = RECORDS[CONTRACT].table(), contract.row["quote_id"]
    if not quote:
        return None
    query = select(table.c.number, table.c.name).where(
        table.c.quote_id == UUID(hex=quote),
        table.c.id != UUID(hex=contract.id),
        table.c.deleted_at.is_(None),
        table.c.stage.not_in(_OVER),
    )
    found = batch.conn.execute(query.order_by(table.c.id).limit(1)).first()
    return None if found is None else found.number or found.name or ""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a snapshot says of the rows of its contract, in wire form."""

    head: Mapping[str, Any]
    clauses: Sequence[tuple[str, Mapping[str, Any]]]


def freeze(
    batch: Batch, scope: Scope, contract: Held, snapshot: Mapping[str, Any], sealed: str, now: str
) -> Held:
    """The contract that holds exactly this content from now on: the given one, or another beside it."""
    if contract.row["content_hash"] == sealed:
        return contract
    content = _content_of(snapshot)
    clauses = _living(batch, contract, CLAUSE)
    if contract.row["content_hash"]:
        tell(batch, scope, contract, TWICE)
        number = str(snapshot.get("number") or "")
        contract = _copied(batch, contract, {"number": number, "stage": "sent"}, clauses)
        clauses = _living(batch, contract, CLAUSE)
    elif content is not None and _differs(contract, clauses, content):
        tell(batch, scope, contract, ASIDE)
        _copied(batch, contract, {"number": "", "stage": "draft"}, clauses)
    if content is not None:
        _write(batch, contract, clauses, content)
    for name, value in (("snapshot", dict(snapshot)), ("content_hash", sealed), ("issued_at", now)):
        batch.change(contract, name, value)
    return contract


def _living(batch: Batch, contract: Held, record_type: str) -> list[Held]:
    batch.load_children(CONTRACT, [contract.id])
    parts = [
        part
        for part in batch.held(record_type)
        if part.row["contract_id"] == contract.id and not part.deleted
    ]
    return sorted(parts, key=lambda part: (part.row["rank"] or "", part.id))


def _content_of(snapshot: Mapping[str, Any]) -> _Content | None:
    """The rows that a snapshot stands for; None where it does not say, or says what no row can hold."""
    try:
        head = {
            "language": snapshot["language"],
            "title_zh": snapshot["title"]["zh"],
            "title_en": snapshot["title"]["en"],
            "name": snapshot["name"],
            "valid_from": snapshot["valid_from"] or None,
            "valid_until": snapshot["valid_until"] or None,
            "variables": dict(snapshot["variables"]),
        }
        clauses = [(str(one["id"]), _clause(one)) for one in snapshot["clauses"]]
        for kind, rows in ((CONTRACT, [head]), (CLAUSE, [values for _, values in clauses])):
            for row in rows:
                for name, value in row.items():
                    check(kind, name, value)
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return _Content(head, clauses) if len(clauses) <= MOST else None


def _clause(one: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: one["text"][name] for name in _WORDS}
    return said | {"code": one["code"], "edition": one["edition"], "version_id": one["version"] or None}


def _differs(contract: Held, clauses: Sequence[Held], content: _Content) -> bool:
    if [one.id for one in clauses] != [name for name, _ in content.clauses]:
        return True
    pairs = [(contract, content.head)]
    pairs += [(one, values) for one, (_, values) in zip(clauses, content.clauses, strict=True)]
    return any(
        (held.row[name] or None) != (value or None)
        for held, values in pairs
        for name, value in values.items()
    )


def _copied(batch: Batch, contract: Held, values: Mapping[str, Any], clauses: Sequence[Held]) -> Held:
    """Another contract with the same wording and payments, as the office makes it."""
    twin = _copy(batch, contract, **values, snapshot=None, content_hash="", issued_at=None, signed_on=None)
    for part in (*clauses, *_living(batch, contract, MILESTONE)):
        _copy(batch, part, contract_id=twin.id)
    return twin


def _copy(batch: Batch, held: Held, **values: Any) -> Held:
    same = {name: held.row[name] for name in RECORDS[held.type].fields()}
    return batch.add(held.type, new_row(held.type, {**same, **values}))


def _write(batch: Batch, contract: Held, clauses: Sequence[Held], content: _Content) -> None:
    """Make the rows of the contract say what the content says."""
    _set(batch, contract, content.head)
    known = {one.id: one for one in batch.held(CLAUSE) if one.row["contract_id"] == contract.id}
    left = list(clauses)
    rank = ""
    written = set()
    for name, values in content.clauses:
        clause = known.get(name) or next((one for one in left if _alike(one, values)), None)
        if clause is None:
            place = {key: contract.row[key] for key in ("owner_id", "team_id")}
            clause = batch.add(CLAUSE, new_row(CLAUSE, {"contract_id": contract.id, **place, **values}))
        if clause in left:
            left.remove(clause)
        _set(batch, clause, values)
        if clause.deleted:
            batch.change(clause, "deleted_at", None)
        if not (clause.row["rank"] or "") > rank:
            batch.change(clause, "rank", ranks.following(rank))
        rank = clause.row["rank"]
        written.add(clause.id)
    for clause in clauses:
        if clause.id not in written:
            batch.change(clause, "deleted_at", moment(batch.now))


def _alike(clause: Held, values: Mapping[str, Any]) -> bool:
    """Whether a clause is the twin of what the content names: the same number, or the same heading."""
    if values["code"]:
        return bool(clause.row["code"] == values["code"])
    return bool(clause.row["heading"] == values["heading"] and not clause.row["code"])


def _set(batch: Batch, held: Held, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if (held.row[name] or None) != (value or None):
            batch.change(held, name, value)
