"""Saved views: a list as one person wants to see it again; a record like others, so it syncs and undoes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from desktop.errors import Refused
from desktop.models.record import RECORDS
from desktop.models.records import SavedView
from desktop.models.store import Actor, Store, Work
from desktop.services.commands import command, every
from desktop.words import msg

LONGEST: Final = 40
MOST: Final = 60
UNNAMED: Final = msg("A view needs a name.")
TAKEN: Final = msg("There is a view of this name already.")


@dataclass(frozen=True, slots=True)
class Kept:
    """One saved view: its name, and what it keeps as JSON; `rank` orders it among the others."""

    id: UUID
    name: str
    query: Mapping[str, Any]
    rank: int
    first: bool
    """The list opens with it."""


def of(store: Store, actor: Actor, kind: str) -> list[Kept]:
    """A person's own views of a record type, in their order."""
    with store.reading() as session:
        found = session.scalars(
            select(SavedView)
            .where(SavedView.deleted_at.is_(None), SavedView.of == kind, SavedView.owner_id == actor.id)
            .limit(MOST)
        ).all()
    return sorted((_kept(each) for each in found), key=lambda each: (each.rank, each.id.bytes))


def _kept(view: SavedView) -> Kept:
    query = view.query if isinstance(view.query, dict) else {}
    rank = query.get("rank")
    return Kept(view.id, view.name, query, rank if isinstance(rank, int) else 0, query.get("first") is True)


@command("saved_view.keep", label=msg("Save view"), on=SavedView, creates=True, writes=every(SavedView))
def keep(work: Work, *, of: str, called: str, query: Mapping[str, Any]) -> SavedView:
    """Keep a list under a name, behind the other views."""
    if of not in RECORDS:
        raise Refused(msg("There is no such list."))
    others = _mine(work, of)
    chosen = _named(called, others)
    rank = 1 + max((_kept(each).rank for each in others), default=0)
    return work.add(SavedView(name=chosen, of=of, query={**query, "rank": rank}))


@command("saved_view.change", label=msg("Change view"), on=SavedView, writes=every(SavedView))
def change(
    work: Work, view: SavedView, *, called: str = "", query: Mapping[str, Any] | None = None
) -> SavedView:
    """Another name, or what the list shows now."""
    if called:
        view.name = _named(called, [each for each in _mine(work, view.of) if each.id != view.id])
    if query is not None:
        kept = _kept(view)
        first = {"first": True} if kept.first else {}
        view.query = {**query, "rank": kept.rank, **first}
    return view


@command("saved_view.arrange", label=msg("Arrange views"), writes=every(SavedView))
def arrange(work: Work, *, of: str, order: Sequence[UUID], first: UUID | None = None) -> None:
    """The order of a person's views, and which of them the list opens with."""
    places = {each: place for place, each in enumerate(order, 1)}
    for view in _mine(work, of):
        kept = {key: value for key, value in (view.query or {}).items() if key != "first"}
        kept["rank"] = places.get(view.id, len(places) + 1)
        if view.id == first:
            kept["first"] = True
        if kept != view.query:
            view.query = kept


def _mine(work: Work, of: str) -> list[SavedView]:
    query = select(SavedView).where(
        SavedView.deleted_at.is_(None), SavedView.of == of, SavedView.owner_id == work.actor.id
    )
    return list(work.session.scalars(query))


def _named(name: str, others: Sequence[SavedView]) -> str:
    chosen = " ".join(name.split())[:LONGEST]
    if not chosen:
        raise Refused(UNNAMED, field="name")
    if any(each.name.casefold() == chosen.casefold() for each in others):
        raise Refused(TAKEN, field="name")
    return chosen
