"""Editions that a customer holds: what was issued or signed is frozen exactly so, whatever else was merged.

A laptop issues or signs what it shows. Where the office holds other edits by then, they move into a draft of
their own; where the edition was issued otherwise meanwhile, both papers exist and both are kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from desktop.models.kinds import Number
from desktop.models.overlay import moment
from desktop.models.record import RECORDS, Field
from desktop.rules import ranks
from sync.server.batch import OFFICE, Batch, Held
from sync.server.permission import new_row
from sync.server.values import check

FLAG: Final = "needs_review"
MOST_LINES: Final = 5000
"""Of a longer edition the snapshot alone is kept as it was issued."""
_DEFAULTS: Final = {"base_quantity": "1", "tax_category": "S", "chosen": True, "kind": "item"}


@dataclass(frozen=True, slots=True)
class Content:
    """What a snapshot says of the rows of its edition, in wire form."""

    revision: Mapping[str, Any]
    lines: Sequence[tuple[str, Mapping[str, Any]]]
    adjustments: Mapping[str | None, Sequence[tuple[str, str]]]
    """Kind and value of the discounts, by line; None: of the whole document."""
    slabs: Mapping[str, Any]
    """The parts at tier prices, by line: they follow from quantity and price."""


def freeze(batch: Batch, edition: Held, snapshot: Mapping[str, Any], sealed: str, now: str) -> Held:
    """The edition that holds exactly this content from now on: the given one, or another that has it."""
    quote = batch.root_of(edition)
    parts = _parts(batch, edition)
    known: list[Held] = [edition, *parts.get("quote_revision", ())]
    held = [one for one in known if one.row["content_hash"] == sealed]
    if held:
        return held[0]
    content = content_of(snapshot)
    if edition.row["content_hash"]:
        edition = _beside(batch, edition, content)
        _look(batch, quote)
    elif content is not None and _differs(edition, parts, content):
        _put_aside(batch, edition, parts)
        _write(batch, edition, parts, content)
        _look(batch, quote)
    for name, value in (("snapshot", dict(snapshot)), ("content_hash", sealed)):
        batch.change(edition, name, value)
    if not edition.row["issued_at"]:
        batch.change(edition, "issued_at", now)
    return edition


def bring_back(batch: Batch, edition: Held) -> bool:
    """What a customer holds is not deleted, whoever did so before the office heard of it."""
    found = [held for held in (batch.root_of(edition), edition) if held is not None and held.deleted]
    for held in found:
        batch.change(held, "deleted_at", None)
    return bool(found)


def _look(batch: Batch, quote: Held | None) -> None:
    if quote is not None and not quote.row[FLAG]:
        batch.change(quote, FLAG, True, by=OFFICE)


def _parts(batch: Batch, edition: Held) -> dict[str, list[Held]]:
    """The parts of the quote: every edition, but lines and discounts of this one alone."""
    found: dict[str, list[Held]] = {}
    quote = edition.row["quote_id"]
    for part in batch.load_children("quote", [quote]) if quote else ():
        if part.type == "quote_revision" or part.row.get("revision_id") == edition.id:
            found.setdefault(part.type, []).append(part)
    for parts in found.values():
        parts.sort(key=lambda part: (part.row.get("rank") or "", part.id))
    return found


# ---------------------------------------------------------------- reading


def content_of(snapshot: Mapping[str, Any]) -> Content | None:
    """The rows that a snapshot stands for; None where it does not say, or says what no row can hold."""
    try:
        revision = _revision(snapshot)
        lines = [(str(line["id"]), _line(line)) for line in snapshot["lines"]]
        adjustments: dict[str | None, Sequence[tuple[str, str]]] = {None: _values(snapshot["adjustments"])}
        adjustments |= {str(line["id"]): _values(line["adjustments"]) for line in snapshot["lines"]}
        _check("quote_revision", [revision])
        _check("quote_line", [values for _, values in lines])
        _check("quote_line", [{"slabs": line["slabs"]} for line in snapshot["lines"] if "slabs" in line])
        said = [{"kind": kind, "value": value} for group in adjustments.values() for kind, value in group]
        _check("adjustment", said)
    except (KeyError, TypeError, AttributeError, ArithmeticError, ValueError):
        return None
    slabs = {str(line["id"]): line["slabs"] for line in snapshot["lines"] if "slabs" in line}
    return Content(revision, lines, adjustments, slabs) if len(lines) <= MOST_LINES else None


def _revision(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    policy = snapshot["policy"]
    return {
        "language": snapshot["language"],
        "tax_mode": snapshot["tax_mode"],
        "tax_scope": policy["tax_scope"],
        "discount_rounding": policy["discount_rounding"],
        "cash_step": policy["cash_step"] or "",
        "valid_until": snapshot["valid_until"] or None,
        "intro": snapshot["intro"]["zh"],
        "intro_en": snapshot["intro"]["en"],
        "prepaid": snapshot["prepaid"],
        "terms": [{"zh": term["zh"], "en": term["en"]} for term in snapshot["terms"]],
        "milestones": [
            {
                "name": part["name"]["zh"],
                "name_en": part["name"]["en"],
                "percent": part["percent"],
                "due": part["due"]["zh"],
                "due_en": part["due"]["en"],
            }
            for part in snapshot["milestones"]
        ],
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: line[name] for name in ("kind", "group", "chosen", "sku", "quantity", "unit_price")}
    for name in ("name", "detail", "unit"):
        values |= {name: line[name]["zh"], f"{name}_en": line[name]["en"]}
    tax = line["tax"]
    return values | {
        "bundle_id": line.get("of"),
        "base_quantity": line["base_quantity"],
        "tax_category": tax["category"],
        "tax_rates": tax["rates"],
    }


def _values(adjustments: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(one["kind"], one["value"]) for one in adjustments]


def _check(record_type: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        for name, value in row.items():
            check(record_type, name, value)


# ---------------------------------------------------------------- comparing


def _differs(edition: Held, parts: Mapping[str, list[Held]], content: Content) -> bool:
    """Whether the rows say anything else than the content."""
    living = [line for line in parts.get("quote_line", ()) if not line.deleted]
    if [line.id for line in living] != [line for line, _ in content.lines]:
        return True
    pairs = [
        (edition, content.revision),
        *((line, values) for line, (_, values) in zip(living, content.lines, strict=True)),
    ]
    if any(not _same(held, name, value) for held, values in pairs for name, value in values.items()):
        return True
    lines = [line.id for line in living]
    return any(
        not _as_said(_discounts(parts, line), content.adjustments.get(line, ())) for line in (None, *lines)
    )


def _as_said(rows: Sequence[Held], said: Sequence[tuple[str, str]]) -> bool:
    return len(rows) == len(said) and all(
        row.row["kind"] == kind and _number(row.row["value"]) == _number(value)
        for row, (kind, value) in zip(rows, said, strict=True)
    )


def _discounts(parts: Mapping[str, list[Held]], line: str | None) -> list[Held]:
    return [one for one in parts.get("adjustment", ()) if not one.deleted and one.row["line_id"] == line]


def _same(held: Held, name: str, value: Any) -> bool:
    described: Field = RECORDS[held.type].fields()[name]
    mine = held.row[name]
    if mine in (None, ""):
        mine = _DEFAULTS.get(name)
    if isinstance(described.kind, Number):
        return _number(mine) == _number(value)
    if name in ("terms", "milestones"):
        return [_said(part) for part in mine or ()] == [_said(part) for part in value]
    return (mine or None) == (value or None)


def _said(part: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(text) for name, text in part.items() if text}


def _number(value: Any) -> Decimal:
    return Decimal(value or 0)


# ---------------------------------------------------------------- writing


def _put_aside(batch: Batch, edition: Held, parts: Mapping[str, list[Held]]) -> None:
    """The rows as they were merged go on as a draft of their own."""
    newest = max(int(one.row["revision"] or 0) for one in parts.get("quote_revision", [edition]))
    draft = _copy(batch, edition, revision=newest + 1)
    twins: dict[str | None, str] = {}
    for line in sorted(parts.get("quote_line", ()), key=lambda one: bool(one.row["bundle_id"])):
        if not line.deleted:
            bundle = twins.get(line.row["bundle_id"]) if line.row["bundle_id"] else None
            twins[line.id] = _copy(batch, line, revision_id=draft.id, bundle_id=bundle).id
    for one in parts.get("adjustment", ()):
        line_id = one.row["line_id"]
        if not one.deleted and (line_id is None or line_id in twins):
            _copy(batch, one, revision_id=draft.id, line_id=twins.get(line_id))


def _copy(batch: Batch, held: Held, **values: Any) -> Held:
    """Another record with the same values, as the office makes it."""
    fields = RECORDS[held.type].fields()
    same = {name: held.row[name] for name in fields}
    row = new_row(held.type, {**same, **values})
    if held.type == "quote_revision":
        row |= {"snapshot": None, "content_hash": "", "issued_at": None}
    return batch.add(held.type, row)


def _beside(batch: Batch, edition: Held, content: Content | None) -> Held:
    """A second paper of the same edition: it is in a customer's hands as well."""
    other = _copy(batch, edition)
    if content is not None:
        parts = _parts(batch, edition)
        lines = {line.id: line for line in parts.get("quote_line", ())}
        twins = {
            name: _copy(batch, lines[name], revision_id=other.id, deleted_at=None)
            for name, _ in content.lines
            if name in lines
        }
        named = {name: twin.id for name, twin in twins.items()}
        said = Content(
            content.revision,
            [(named.get(name, name), _within(values, named)) for name, values in content.lines],
            {twins[name].id if name in twins else name: group for name, group in content.adjustments.items()},
            {twins[name].id if name in twins else name: slabs for name, slabs in content.slabs.items()},
        )
        _write(batch, other, {"quote_line": list(twins.values())}, said)
    return other


def _write(batch: Batch, edition: Held, parts: Mapping[str, list[Held]], content: Content) -> None:
    """Make the rows of the edition say what the content says."""
    for name, value in content.revision.items():
        if not _same(edition, name, value):
            batch.change(edition, name, value)
    known = {line.id: line for line in parts.get("quote_line", ())}
    written = _write_lines(batch, edition, known, content)
    for name, line in known.items():
        if name not in written and not line.deleted:
            batch.change(line, "deleted_at", moment(batch.now))
    for line_id in (None, *written):
        _write_discounts(batch, edition, line_id, written, parts, content)
    for one in parts.get("adjustment", ()):
        if one.row["line_id"] is not None and one.row["line_id"] not in written and not one.deleted:
            batch.change(one, "deleted_at", moment(batch.now))


def _within(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What a line says, its bundle by the name that its row has here."""
    bundle = values["bundle_id"]
    return {**values, "bundle_id": names.get(bundle, bundle)}


def _write_lines(batch: Batch, edition: Held, known: Mapping[str, Held], content: Content) -> dict[str, Held]:
    """By the id that the content names."""
    written: dict[str, Held] = {}
    rank = ""
    for name, said in content.lines:
        bundle = written.get(said["bundle_id"] or "")
        line, values = known.get(name), said if bundle is None else {**said, "bundle_id": bundle.id}
        if line is None:
            part = {"quote_id": edition.row["quote_id"], "revision_id": edition.id}
            owner = {key: edition.row[key] for key in ("owner_id", "team_id")}
            line = batch.add("quote_line", new_row("quote_line", {**part, **owner, **values}))
        differing = {field: value for field, value in values.items() if not _same(line, field, value)}
        for field, value in differing.items():
            batch.change(line, field, value)
        if differing:
            batch.change(line, "slabs", content.slabs.get(name, []))
        if line.deleted:
            batch.change(line, "deleted_at", None)
        if not (line.row["rank"] or "") > rank:
            batch.change(line, "rank", ranks.following(rank))
        rank = line.row["rank"]
        written[name] = line
    return written


def _write_discounts(
    batch: Batch,
    edition: Held,
    name: str | None,
    written: Mapping[str, Held],
    parts: Mapping[str, list[Held]],
    content: Content,
) -> None:
    line = written[name].id if name is not None else None
    said = content.adjustments.get(name, ())
    present = _discounts(parts, line)
    if _as_said(present, said):
        return
    for one in present:
        batch.change(one, "deleted_at", moment(batch.now))
    owner = {key: edition.row[key] for key in ("quote_id", "owner_id", "team_id")}
    rank = ""
    for kind, value in said:
        rank = ranks.following(rank)
        values = {**owner, "revision_id": edition.id, "line_id": line, "kind": kind, "value": value}
        batch.add("adjustment", new_row("adjustment", {**values, "rank": rank}))
