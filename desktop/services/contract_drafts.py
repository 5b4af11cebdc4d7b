"""A contract as it is being written: clauses, milestones and quote together, ready for screen and paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.documents.clauses import contract_from, live_values
from desktop.errors import NotFound
from desktop.models.records import Contract, ContractClause, Milestone, Organisation, QuoteRevision
from desktop.models.store import Store
from desktop.rules import clauses as rules
from desktop.rules.clauses import Deviation, Piece
from desktop.services import clauses as library_of
from desktop.services import seals
from desktop.services.clauses import NEEDS, Standard, standard_of, wording_of
from desktop.words import msg

NO_CONTRACT = msg("This contract is not on this laptop, or not all of it.")
BOTH = ("zh", "en")


@dataclass
class ContractDraft:
    """A contract with its parts. `library` is what the firm's contracts say as a rule."""

    contract: Contract
    clauses: list[ContractClause]
    milestones: list[Milestone]
    quote: Mapping[str, Any]
    library: Sequence[Standard]
    seal: Mapping[str, str] | None = None
    """What the content says of the firm's seal that it is printed with."""

    @property
    def frozen(self) -> bool:
        """Whether it was issued."""
        return bool(self.contract.content_hash)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that its paper speaks."""
        return BOTH if self.contract.language == "both" else (self.contract.language or "zh",)

    def values(self, language: str) -> dict[str, str]:
        """What fills the places of its clauses: the quote's figures before what somebody typed."""
        contract = self.contract
        typed = {name: str(value) for name, value in (contract.variables or {}).items() if value}
        days = {"valid_from": contract.valid_from, "valid_until": contract.valid_until}
        dated = {name: day.isoformat() for name, day in days.items() if day is not None}
        return {**typed, **dated, **live_values(self.quote, language)}

    @cached_property
    def own_places(self) -> list[str]:
        """The places of its clauses that a person fills."""
        texts = [text for clause in self.clauses for text in wording_of(clause).texts]
        live = {*live_values(self.quote, "zh"), "valid_from", "valid_until"}
        return [name for name in rules.places(*texts) if name not in live]

    def missing(self) -> list[str]:
        """The places that nothing fills yet, in the languages of the paper."""
        found: dict[str, None] = {}
        for language in self.languages:
            texts = [text for clause in self.clauses for text in wording_of(clause).said(language)]
            found.update(dict.fromkeys(rules.unfilled(texts, self.values(language))))
        return list(found)

    def pieces(self, clause: ContractClause, language: str, *, compare: bool = True) -> list[Piece]:
        """The text of a clause with its places filled; compared, also what it left out of the standard."""
        standard = standard_of(clause)
        ours = wording_of(clause).said(language)[1]
        before = standard.said(language)[1] if standard is not None and compare else ours
        if standard is None and compare:
            return rules.with_values([Piece(rules.OURS, ours)], self.values(language))
        return rules.with_values(rules.difference(before, ours), self.values(language))

    @cached_property
    def deviations(self) -> list[Deviation]:
        """How it differs from what the firm's contracts say as a rule, and what of it needs approval."""
        usual = [
            (one.code, one.wording.heading, one.approval_class == NEEDS) for one in self.library if one.usual
        ]
        ours = [
            (
                clause.code or "",
                clause.heading or clause.heading_en or "",
                not clause.code or clause.approval_class == NEEDS,
                rules.deviates(standard_of(clause), wording_of(clause)),
            )
            for clause in self.clauses
        ]
        return rules.deviations(usual, ours)

    def snapshot(self, *, number: str = "", issued_on: date | None = None) -> dict[str, Any]:
        """All that is printed, hashed and signed: of an issued contract exactly what was issued."""
        contract = self.contract
        if contract.snapshot is not None:
            return dict(contract.snapshot)
        made = contract_from(
            self.quote,
            number=number or contract.number or "",
            issued_on=issued_on.isoformat() if issued_on else "",
            language=contract.language or None,
            title={"zh": contract.title_zh or "", "en": contract.title_en or ""},
            clauses=[self._printed(clause) for clause in self.clauses],
        )
        return made | {
            "name": contract.name or "",
            "valid_from": contract.valid_from.isoformat() if contract.valid_from else "",
            "valid_until": contract.valid_until.isoformat() if contract.valid_until else "",
            "variables": dict(contract.variables or {}),
            "milestones": [_milestone(one) for one in self.milestones if one.kind == "payment"],
            **({"seal": dict(self.seal)} if self.seal else {}),
        }

    def _printed(self, clause: ContractClause) -> dict[str, Any]:
        wording = wording_of(clause)
        filled = {one: [rules.filled(text, self.values(one)) for text in wording.said(one)] for one in BOTH}
        return {
            "id": clause.id.hex,
            "code": clause.code or "",
            "edition": clause.edition or "",
            "version": clause.version_id.hex if clause.version_id else "",
            "standard": not rules.deviates(standard_of(clause), wording),
            "heading": {one: filled[one][0] for one in BOTH},
            "body": {one: filled[one][1] for one in BOTH},
            "text": {
                "heading": wording.heading,
                "heading_en": wording.heading_en,
                "body": wording.body,
                "body_en": wording.body_en,
            },
        }


def _milestone(one: Milestone) -> dict[str, Any]:
    return {
        "id": one.id.hex,
        "name": one.name or "",
        "name_en": one.name_en or "",
        "amount": one.amount,
        "due": one.due or "",
        "due_en": one.due_en or "",
    }


def load(store: Store, contract_id: UUID) -> ContractDraft:
    """The contract with its parts. Raises NotFound."""
    with store.reading() as session:
        contract = session.get(Contract, contract_id)
        if contract is None:
            raise NotFound(NO_CONTRACT)
        return draft_of(session, contract, store.clock().astimezone(zone_of(session)).date())


def zone_of(session: Session) -> ZoneInfo:
    """The firm's time zone, by which its days are counted."""
    query = select(Organisation.time_zone).where(Organisation.deleted_at.is_(None)).limit(1)
    return ZoneInfo(session.scalar(query) or "Asia/Shanghai")


def draft_of(session: Session, contract: Contract, on: date) -> ContractDraft:
    """The same within a session; `on` is the day by which the library is read. Raises NotFound."""
    revision = session.get(QuoteRevision, contract.revision_id) if contract.revision_id else None
    kept = (contract.snapshot or {}).get("quote") or (revision.snapshot if revision is not None else None)
    if kept is None:
        raise NotFound(NO_CONTRACT)
    return ContractDraft(
        contract,
        _parts(session, contract, ContractClause),
        _parts(session, contract, Milestone),
        kept,
        library_of.library(session, on),
        seals.facts(session, contract),
    )


def _parts(session: Session, contract: Contract, cls: Any) -> list[Any]:
    query = select(cls).where(cls.contract_id == contract.id, cls.deleted_at.is_(None))
    return list(session.scalars(query.order_by(cls.rank, cls.id)))
