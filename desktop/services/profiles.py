"""From a vault to its store: what a start does before anything else."""

import secrets

from desktop.models import numbers
from desktop.models.changes import write_local
from desktop.models.store import Store
from desktop.models.vault import Vault


def open_store(vault: Vault) -> Store:
    """The records of an opened vault.

    A vault that was put back from a backup no longer knows which numbers it handed out: what is left of its
    leases is void, and its own series goes on under a new code.
    """
    store = Store(vault.engine, reader=vault.reader())
    if vault.restored_at:
        with store.engine.begin() as connection:
            numbers.forget_leases(connection)
            write_local(connection, "code", secrets.token_hex(4).upper())
        vault.settle_restored()
    return store
