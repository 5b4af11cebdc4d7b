"""Contracts: from an issued quote to paper with the standard clauses."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from desktop.documents.clauses import contract_from
from desktop.documents.contract import contract_pdf
from desktop.errors import Refused
from desktop.models.numbers import CONTRACT
from desktop.models.store import Store
from desktop.rules.numbering import parse_number
from desktop.services import drafts
from desktop.words import msg


def contract(store: Store, quote_id: UUID) -> dict[str, Any]:
    """The contract of an issued quote; its number is the quote's in the series of contracts.

    Raises Refused while the quote is a draft: a contract stands on what was offered, not on what may change.
    """
    draft = drafts.load(store, quote_id)
    if not draft.frozen:
        raise Refused(msg("Issue the quote first; the contract is made from what was issued."))
    snapshot = draft.snapshot()
    number = replace(parse_number(snapshot["number"]), series=CONTRACT)
    return contract_from(snapshot, number=str(number), issued_on=snapshot["issued_on"])


def paper(store: Store, quote_id: UUID, *, language: str | None = None) -> bytes:
    """The contract as PDF."""
    return contract_pdf(contract(store, quote_id), language=language)
