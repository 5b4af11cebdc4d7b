"""When the office received what was issued, by its own signed word; an authority's timestamp beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from desktop.models import receipts as form
from desktop.models import seals, timestamps
from desktop.models.columns import moment_text
from desktop.models.records import Receipt
from desktop.models.store import Store
from desktop.models.timestamps import Stamp
from desktop.services.sealed import Verdict
from desktop.words import Message, msg

RECEIVED: Final = msg("Received by the office on {time}.")
STAMPED: Final = msg("Received by the office on {time}; timestamp of {authority}: {stamped}.")
UNKNOWN: Final = msg("A receipt of {time} lies here, signed by no office that is known here.")
BOTH: Final = msg("{verdict} {receipt}")
BROKEN: Final = msg("The office's receipt does not fit this content: it counts for nothing.")


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt; `state` is `sound`, `unknown` (an office nobody knows here) or `broken`."""

    state: str
    received_at: datetime | None
    stamped_at: datetime | None = None
    authority: str = ""

    @property
    def sound(self) -> bool:
        """Whether it counts."""
        return self.state == "sound"

    @property
    def words(self) -> Message:
        """What a person reads."""
        time = _said(self.received_at)
        if self.state != "sound":
            return BROKEN if self.state == "broken" else UNKNOWN.of(time=time)
        if self.stamped_at is None:
            return RECEIVED.of(time=time)
        return STAMPED.of(time=time, authority=self.authority or "?", stamped=_said(self.stamped_at))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What a script is told."""
        return {
            "received_at": _said(self.received_at),
            "receipt": self.state,
            "stamped_at": _said(self.stamped_at) if self.stamped_at else "",
            "authority": self.authority,
        }


def of_content(store: Store, content: str) -> Found | None:
    """The receipt for this content, examined; None while there is none. The first sound one counts."""
    if not content:
        return None
    query = select(Receipt).where(Receipt.content_hash == content, Receipt.deleted_at.is_(None))
    with store.reading() as session:
        kept = list(session.scalars(query.order_by(Receipt.received_at, Receipt.id)))
    found = [_examined(store, one) for one in kept]
    sound = [one for one in found if one.state == "sound"]
    return next(iter([*sound, *found]), None)


def beside(store: Store, verdict: Verdict) -> Found | None:
    """The receipt for the content of a PDF that may be relied on."""
    return of_content(store, str(verdict.facts.get("hash") or "")) if verdict.reliable else None


def with_verdict(store: Store, verdict: Verdict) -> Message:
    """What is said of a PDF, and when the office received its content."""
    found = beside(store, verdict)
    return verdict.message if found is None else BOTH.of(verdict=verdict.message, receipt=found.words)


def _examined(store: Store, receipt: Receipt) -> Found:
    at, content = receipt.received_at, receipt.content_hash
    told = receipt.office or "", content, moment_text(at) if at is not None else ""
    if at is None or not form.holds(receipt.key or "", *told, receipt.signature or ""):
        return Found("broken", at)
    if not form.is_of(receipt.key, seals.trusted(store)):
        return Found("unknown", at)
    stamp = _stamp(receipt, form.told(*told))
    return Found("sound", at) if stamp is None else Found("sound", at, stamp.at, stamp.authority)


def _stamp(receipt: Receipt, about: bytes) -> Stamp | None:
    """The authority's timestamp, where there is one of exactly this receipt."""
    if not receipt.stamp:
        return None
    try:
        return timestamps.read(bytes.fromhex(receipt.stamp), about)
    except ValueError:
        return None


def _said(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at is not None else "?"
