"""The short PIN that leads back from the customer's screen: a salted hash in the vault, five tries.

The vault's own encryption keeps it from who finds the laptop; this keeps a customer at the table from a rep's
window. After five wrong ones the vault is locked, and its passphrase opens it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final

from desktop.errors import Refused
from desktop.models.store import Store
from desktop.words import msg

KEY: Final = "customer_pin"
TRIES: Final = 5
SHORTEST, LONGEST = 4, 6
_COST: Final = 2**13
"""scrypt's N: a try takes about 20 ms."""
NO_PIN: Final = msg("A PIN has 4 to 6 digits.")
SIMPLE: Final = msg("Everybody tries this PIN first; take another one.")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it was the PIN, and how many tries are left; with none left the vault is to be locked."""

    right: bool
    left: int


def choose(store: Store, pin: str) -> None:
    """Set the PIN of this vault. Raises Refused for what is none, or the same digit or a row of digits."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise Refused(NO_PIN, field="pin")
    if len(set(pin)) == 1 or pin in "0123456789" or pin in "9876543210":
        raise Refused(SIMPLE, field="pin")
    salt = secrets.token_bytes(16)
    store.set_local(KEY, {"salt": salt.hex(), "hash": _hash(pin, salt).hex(), "length": len(pin), "tries": 0})


def length(store: Store) -> int:
    """How many digits it has; 0 while there is none."""
    return int((store.local(KEY) or {}).get("length", 0))


def forgive(store: Store) -> None:
    """Whoever hands the laptop over has the vault open: the tries begin anew."""
    kept = store.local(KEY)
    if kept and kept["tries"]:
        store.set_local(KEY, {**kept, "tries": 0})


def answer(store: Store, pin: str) -> Answer:
    """Try a PIN. The try counts before it is compared: whoever pulls the plug gains nothing."""
    kept: dict[str, Any] | None = store.local(KEY)
    if kept is None or kept["tries"] >= TRIES:
        return Answer(right=False, left=0)
    store.set_local(KEY, {**kept, "tries": kept["tries"] + 1})
    right = hmac.compare_digest(_hash(pin, bytes.fromhex(kept["salt"])).hex(), kept["hash"])
    if right:
        store.set_local(KEY, {**kept, "tries": 0})
    return Answer(right, TRIES if right else TRIES - kept["tries"] - 1)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=_COST, r=8, p=1, dklen=32)
