"""The office's public keys for bundles as it announced them first; joining anew replaces them."""

from typing import Final

from desktop.models.store import Store
from sync.protocol.messages import Keys

KEYS: Final = "office_keys"


def keys(store: Store) -> Keys | None:
    """What was announced, or None."""
    known = store.local(KEYS)
    return Keys(box=known["box"], sign=known["sign"]) if known else None


def learn(store: Store, announced: Keys | None) -> None:
    """Keep what the office announces, unless something is kept already."""
    if announced is not None and keys(store) is None:
        replace(store, announced)


def replace(store: Store, announced: Keys | None) -> None:
    """This laptop has joined: the keys of the office that it joined count."""
    if announced is not None and keys(store) != announced:
        store.set_local(KEYS, {"box": announced.box, "sign": announced.sign})
