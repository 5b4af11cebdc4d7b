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
from desktop.models.changes import now_ms, read_local
from desktop.models.store import Work
from desktop.rules.canonical import canonical, hash_of
from desktop.rules.ink import Ink, read
from desktop.words import msg

FORM: Final = 1
PAPER: Final = "paper"
"""The hash of the PDF that carries the ink; it is written after the record that the PDF names."""
CLOCK: Final = "office_clock"
"""What this vault keeps of the office's clock at the last reply: `office`, `here`, and how long it `took`."""
_DRIFT: Final = 5_000
"""One millisecond in so many is what a laptop's clock may gain or lose (200 ppm), if nobody sets it."""
NOTHING_WRITTEN: Final = msg("Sign inside the box first.")
NOTHING_SHOWN: Final = msg("The document must be shown before it is signed.")
NO_CONSENT: Final = msg("Without the consent nothing is signed.")


@dataclass(frozen=True, slots=True)
class OnScreen:
    """What happened in front of the customer.

    `shown` is the hash of the PDF whose pages were on the screen, `seen` the milliseconds of each page,
    `language` that of the words around it, `pointer` what was written with: mouse, pen or touch.
    """

    shown: str
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
        "clock": _clock(work),
    }


def digest(evidence: Mapping[str, Any]) -> str:
    """The hash of a record as the paper names it: of all but the hash of that paper."""
    return hash_of(canonical({name: value for name, value in evidence.items() if name != PAPER}))


def _clock(work: Work) -> dict[str, Any]:
    """This clock's moment, the office's last, how far apart they were, and what may have come since.

    `bound_ms` holds while nobody sets the clock; `back` says that it stood behind the office's last word.
    """
    local: dict[str, Any] = {"local": _stamp(work.now)}
    kept = read_local(work.connection, CLOCK)
    if not kept:
        return {**local, "office": None}
    here, now = int(kept["here"]), now_ms(work.now)
    return {
        **local,
        "office": int(kept["office"]),
        "since_ms": now - here,
        "apart_ms": here - int(kept["office"]),
        "bound_ms": int(kept["took"]) + abs(now - here) // _DRIFT,
        "back": now < here,
    }


def _stamp(at: datetime) -> str:
    """A moment by this machine's clock, with its distance from UTC."""
    return at.astimezone().isoformat(timespec="milliseconds")
