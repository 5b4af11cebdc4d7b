"""How the office's clock stood to this laptop's at the last reply; what a signature says of its moment."""

from typing import TYPE_CHECKING, Any, Final

from desktop.models.changes import now_ms, read_local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from desktop.models.store import Store

KEY: Final = "office_clock"
"""`office` and `here` are the two clocks at the same reply, in milliseconds; it `took` so long to come."""
SELDOM: Final = 600_000
"""Milliseconds after which it is kept anew, although nothing of it is different."""
NEAR: Final = 1_000
"""Milliseconds by which two replies may differ in what they say of the clocks, and still say the same."""
DRIFT: Final = 5_000
"""One millisecond in so many is what a laptop's clock may gain or lose (200 ppm), if nobody sets it."""


def learn(store: "Store", office: int, asked_at: int) -> None:
    """Keep what a reply says of the office's clock; `asked_at` is when this laptop asked, by its own."""
    here = now_ms(store.clock())
    kept = store.local(KEY)
    if kept is not None and 0 <= here - kept["here"] < SELDOM:
        apart = (kept["here"] - kept["office"]) - (here - office)
        if abs(apart) < NEAR:
            return
    store.set_local(KEY, {"office": office, "here": here, "took": max(here - asked_at, 0)})


def known(connection: "Connection", now: int) -> dict[str, Any]:
    """What can be said of a moment of this laptop; `office` is None where no office was ever heard.

    `bound_ms` holds while nobody sets the clock; `back` says that it stood behind the office's last word.
    """
    kept = read_local(connection, KEY)
    if not kept:
        return {"office": None}
    here, office = int(kept["here"]), int(kept["office"])
    return {
        "office": office,
        "since_ms": now - here,
        "apart_ms": here - office,
        "bound_ms": int(kept["took"]) + abs(now - here) // DRIFT,
        "back": now < here,
    }
