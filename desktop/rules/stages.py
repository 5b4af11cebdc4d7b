"""Stages as data: which there are, how far along each is, and which step may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from desktop.words import Message, msg


@dataclass(frozen=True, slots=True)
class Stage:
    """One place on the way; `percent` is the usual chance to win from here."""

    code: str
    label: Message
    percent: int = 0
    open: bool = True


@dataclass(frozen=True)
class StageSet:
    """An ordered set of stages with the allowed steps between them."""

    stages: tuple[Stage, ...]
    steps: Mapping[str, frozenset[str]]

    @property
    def choices(self) -> tuple[tuple[str, Message], ...]:
        """Codes with their words, in order."""
        return tuple((stage.code, stage.label) for stage in self.stages)

    def may_step(self, old: str, new: str) -> bool:
        """Whether `new` may follow `old`."""
        return new in self.steps.get(old, frozenset())

    def find(self, code: str) -> Stage:
        """The stage with this code. Raises KeyError for an unknown one."""
        for stage in self.stages:
            if stage.code == code:
                return stage
        raise KeyError(code)

    def place(self, code: str) -> float:
        """How far along the way, from 0 to 1, among the open stages; 1 when it is closed."""
        codes = [stage.code for stage in self.stages if stage.open]
        return (codes.index(code) + 1) / (len(codes) + 1) if code in codes else 1


def _any_of(stages: tuple[Stage, ...]) -> dict[str, frozenset[str]]:
    codes = frozenset(stage.code for stage in stages)
    return {code: codes - {code} for code in codes}


_SALES: Final = (
    Stage("lead", msg("Enquiry"), 10),
    Stage("qualify", msg("Needs confirmed"), 25),
    Stage("proposal", msg("Proposal and quote"), 50),
    Stage("negotiation", msg("Negotiation"), 70),
    Stage("signing", msg("To be signed"), 90),
    Stage("won", msg("Won"), 100, open=False),
    Stage("lost", msg("Lost"), 0, open=False),
)
OPPORTUNITY: Final = StageSet(_SALES, _any_of(_SALES))

QUOTE: Final = StageSet(
    (
        Stage("draft", msg("Draft")),
        Stage("issued", msg("Issued")),
        Stage("accepted", msg("Accepted"), open=False),
        Stage("declined", msg("Declined"), open=False),
        Stage("expired", msg("Expired"), open=False),
        Stage("superseded", msg("Superseded"), open=False),
    ),
    {
        "draft": frozenset({"issued"}),
        "issued": frozenset({"accepted", "declined", "expired", "superseded", "draft"}),
        "accepted": frozenset({"superseded", "draft"}),
        "declined": frozenset({"draft"}),
        "expired": frozenset({"draft"}),
        "superseded": frozenset(),
    },
)

CONTRACT: Final = StageSet(
    (
        Stage("draft", msg("Draft")),
        Stage("sent", msg("To be signed", "contract")),
        Stage("signed", msg("Signed", "contract")),
        Stage("running", msg("In progress", "contract")),
        Stage("completed", msg("Completed", "contract"), open=False),
        Stage("terminated", msg("Terminated"), open=False),
        Stage("withdrawn", msg("Withdrawn"), open=False),
    ),
    {
        "draft": frozenset({"sent"}),
        "sent": frozenset({"signed", "withdrawn"}),
        "signed": frozenset({"running", "completed", "terminated"}),
        "running": frozenset({"completed", "terminated"}),
        "completed": frozenset({"running"}),
        "terminated": frozenset(),
        "withdrawn": frozenset(),
    },
)

ORDER: Final = StageSet(
    (
        Stage("draft", msg("Draft")),
        Stage("submitted", msg("Submitted")),
        Stage("acknowledged", msg("Acknowledged")),
        Stage("delivering", msg("Being delivered")),
        Stage("delivered", msg("Delivered")),
        Stage("accepted", msg("Taken over")),
        Stage("completed", msg("Completed", "order"), open=False),
        Stage("cancelled", msg("Cancelled"), open=False),
    ),
    {
        "draft": frozenset({"submitted", "cancelled"}),
        "submitted": frozenset({"acknowledged", "draft", "cancelled"}),
        "acknowledged": frozenset({"delivering", "cancelled"}),
        "delivering": frozenset({"delivered", "accepted", "completed"}),
        "delivered": frozenset({"delivering", "accepted", "completed"}),
        "accepted": frozenset({"delivering", "delivered", "completed"}),
        "completed": frozenset({"delivering", "delivered", "accepted"}),
        "cancelled": frozenset(),
    },
)

ALL: Final = (OPPORTUNITY, QUOTE, CONTRACT, ORDER)
"""Every way that a record goes."""
