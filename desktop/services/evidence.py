"""The record of a signature on the screen: what was shown and for how long, the consent, the ink, the clocks.

It is kept with the signature, which is written once and never changed, and travels with it; the paper that
carries the ink names the hash of this record, so that neither can be exchanged without the other.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from desktop.errors import Refused
from desktop.models import clocks
from desktop.models.changes import now_ms, read_local
from desktop.models.store import Work
from desktop.rules.canonical import canonical, hash_of
from desktop.rules.ink import Ink, read
from desktop.words import msg

FORM: Final = 1
PAPER: Final = "paper"
"""The hash of the PDF that carries the ink; it is written after the record that the PDF names."""
NOTHING_WRITTEN: Final = msg("Sign inside the box first.")
NOTHING_SHOWN: Final = msg("The document must be shown before it is signed.")
NO_CONSENT: Final = msg("Without the consent nothing is signed.")


@dataclass(frozen=True, slots=True)
class OnScreen:
    """What happened in front of the customer.

    `shown` is the hash of the PDF whose pages were on the screen, `content` that of what they say,
    `seen` the milliseconds of each page, `language` that of the words around it, `pointer` what was
    written with: mouse, pen or touch.
    """

    shown: str
    content: str
    seen: tuple[int, ...]
    consent: str
    language: str
    ink: Ink
    pointer: str
    began_at: datetime


def record(work: Work, said: OnScreen) -> dict[str, Any]:
    """The record, in whole numbers and texts. Raises Refused where something of it is missing."""
    if not said.shown or not said.seen or not all(said.seen):
        raise Refused(NOTHING_SHOWN)
    if not said.consent.strip():
        raise Refused(NO_CONSENT)
    try:
        ink = read(said.ink.facts())
    except ValueError:
        raise Refused(NOTHING_WRITTEN) from None
    if not ink.enough:
        raise Refused(NOTHING_WRITTEN)
    return {
        "form": FORM,
        "shown": {"sha256": said.shown, "pages_ms": list(said.seen), "began_at": _stamp(said.began_at)},
        "consent": {"text": said.consent, "language": said.language},
        "ink": {**ink.facts(), "pointer": said.pointer},
        "device": {
            "id": work.device.hex,
            "code": str(read_local(work.connection, "code", "")),
            "name": platform.node(),
            "system": f"{platform.system()} {platform.release()}",
        },
        "clock": {"local": _stamp(work.now), **clocks.known(work.connection, now_ms(work.now))},
    }


def digest(evidence: Mapping[str, Any]) -> str:
    """The hash of a record as the paper names it: of all but the hash of that paper."""
    return hash_of(canonical({name: value for name, value in evidence.items() if name != PAPER}))


def _stamp(at: datetime) -> str:
    """A moment by this machine's clock, with its distance from UTC."""
    return at.astimezone().isoformat(timespec="milliseconds")
