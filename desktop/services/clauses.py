"""The clause library: what a contract says as a rule, from which day on, and how its places are filled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.documents.clauses import template
from desktop.models.records import Clause, ClauseVersion
from desktop.models.store import Work
from desktop.rules.clauses import Wording
from desktop.services.commands import command, every
from desktop.services.quote_prices import today
from desktop.words import msg

NEEDS: Final = "approval"
"""The approval class of a clause whose other wordings somebody has to agree to."""
_BROUGHT: Final = uuid5(NAMESPACE_URL, "satchel:clauses")


@dataclass(frozen=True, slots=True)
class Standard:
    """One clause of the library as it holds on a day."""

    code: str
    wording: Wording
    edition: str
    version_id: UUID | None = None
    approval_class: str = "standard"
    approver: str = ""
    fixed: bool = False
    usual: bool = True
    values: Mapping[str, str] = field(default_factory=dict)


def library(session: Session, on: date) -> list[Standard]:
    """The active clauses in their order, each in the version that holds on this day.

    A firm without a library of its own has the clauses that the program brings along.
    """
    rows = select(Clause).where(Clause.deleted_at.is_(None)).order_by(Clause.place, Clause.id)
    clauses = list(session.scalars(rows))
    if not clauses:
        return brought_along()
    newest: dict[UUID | None, ClauseVersion] = {}
    held = select(ClauseVersion).where(ClauseVersion.deleted_at.is_(None))
    for version in session.scalars(held.order_by(ClauseVersion.valid_from, ClauseVersion.id)):
        if version.valid_from is None or version.valid_from <= on:
            newest[version.clause_id] = version
    return [_standard(one, newest[one.id]) for one in clauses if one.active and one.id in newest]


def _standard(clause: Clause, version: ClauseVersion) -> Standard:
    return Standard(
        clause.code or clause.id.hex,
        Wording(
            version.heading or clause.name or "",
            version.heading_en or clause.name_en or "",
            version.body or "",
            version.body_en or "",
        ),
        version.edition or "",
        version.id,
        clause.approval_class or "standard",
        clause.approver or "",
        bool(clause.fixed),
        bool(clause.usual),
        {str(name): str(value) for name, value in (version.usual or {}).items()},
    )


def brought_along() -> list[Standard]:
    """The clauses that the program brings along."""
    made = template()
    return [
        Standard(
            one["code"],
            Wording(one["heading"]["zh"], one["heading"]["en"], one["body"]["zh"], one["body"]["en"]),
            str(made["version"]),
            None,
            NEEDS if one.get("approval") else "standard",
            fixed=bool(one.get("fixed")),
            values=dict(one.get("values", {})),
        )
        for one in made["clauses"]
    ]


@command(
    "clause.adopt",
    label=msg("Begin a clause library with the standard clauses"),
    on=Clause,
    creates=True,
    icon="download",
    writes=every(Clause, ClauseVersion),
)
def adopt(work: Work) -> list[Clause]:
    """Put the clauses that the program brings along into the firm's own library, to be changed there.

    Two people who do it at once make the same records; what is there already stays as it is.
    """
    made = []
    for place, one in enumerate(brought_along(), 1):
        clause_id = uuid5(_BROUGHT, one.code)
        if work.session.get(Clause, clause_id) is not None:
            continue
        clause = Clause(
            id=clause_id,
            code=one.code,
            name=one.wording.heading,
            name_en=one.wording.heading_en,
            place=place,
            fixed=one.fixed,
            approval_class=one.approval_class,
        )
        work.add(clause)
        work.add(_first_version(clause, one, today(work)))
        made.append(clause)
    return made


def _first_version(clause: Clause, one: Standard, on: date) -> ClauseVersion:
    wording = one.wording
    return ClauseVersion(
        id=uuid5(clause.id, one.edition),
        clause_id=clause.id,
        edition=one.edition,
        valid_from=on.replace(month=1, day=1),
        heading=wording.heading,
        heading_en=wording.heading_en,
        body=wording.body,
        body_en=wording.body_en,
        usual=dict(one.values),
    )


def wording_of(record: Any) -> Wording:
    """What a clause of a contract says."""
    return Wording(record.heading or "", record.heading_en or "", record.body or "", record.body_en or "")


def standard_of(record: Any) -> Wording | None:
    """The library's text that a clause of a contract came from; None for one of one's own."""
    kept = record.standard or {}
    names = ("heading", "heading_en", "body", "body_en")
    return Wording(*(str(kept.get(name) or "") for name in names)) if record.code and kept else None


def pinned(wording: Wording) -> dict[str, str]:
    """The library's text as a contract keeps it beside its own."""
    return {
        "heading": wording.heading,
        "heading_en": wording.heading_en,
        "body": wording.body,
        "body_en": wording.body_en,
    }
