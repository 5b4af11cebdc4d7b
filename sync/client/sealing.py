"""Has the office vouch for the key with which this laptop seals paper, and keeps its word."""

from typing import Final

from desktop.models import seals
from desktop.models.remote_values import Known
from desktop.models.store import Store
from sync.protocol.messages import Vouched

KEY: Final = seals.SEAL
ISSUE: Final = "quote.issue"


def wish(store: Store, known: Known) -> str:
    """The public key that the office is to vouch for; empty where it has, nobody joined it, or the person
    here may issue nothing: then it would not.
    """
    server = known.identity.server
    wanted = seals.wanted(store, known.also.get(KEY), server) if server else ""
    return wanted if wanted and store.me().rights.may(ISSUE) else ""


def learn(store: Store, vouched: Vouched | None) -> None:
    """Keep what the office vouched with; what does not hold is left, and asked for again."""
    if vouched is None:
        return
    try:
        certificate, company = bytes.fromhex(vouched.certificate), bytes.fromhex(vouched.company)
    except ValueError:
        return
    office = store.local("office") or {}
    seals.learn(store, certificate, company, office.get("server", ""))
