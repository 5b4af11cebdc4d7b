"""Asks the office for the keys of approvals by telephone where those kept here are for something else."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from desktop.models import phone_keys
from desktop.models.remote_values import Identity, Known
from desktop.models.store import Store
from sync.protocol import bundle
from sync.protocol import phone_keys as sealed

KEY = phone_keys.ASKED


def wish(store: Store, known: Known) -> str:
    """The box key to which they are to be sealed; empty where nothing is wanted."""
    server = known.identity.server
    if not server or known.also.get(KEY) == phone_keys.wanted(store, server):
        return ""
    return _box(known.identity).public_key().public_bytes_raw().hex()


def learn(store: Store, identity: Identity | None, keys: str) -> None:
    """Keep what the office handed out; what does not open is left, and asked for again."""
    if not keys or identity is None:
        return
    try:
        opened = sealed.unseal(_box(identity), identity.device.hex, keys)
    except sealed.BadKeys:
        return
    phone_keys.keep(store, phone_keys.wanted(store, identity.server), opened)


def _box(identity: Identity) -> X25519PrivateKey:
    return bundle.box_key(identity.key)
