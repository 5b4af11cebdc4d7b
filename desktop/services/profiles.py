"""From a vault to its store: what a start does before anything else."""

from desktop.models import repairs
from desktop.models.blobs import QUOTA_KEY, Blobs
from desktop.models.remote import Remote
from desktop.models.store import Store
from desktop.models.vault import Vault


def open_store(vault: Vault) -> Store:
    """The records of an opened vault.

    A vault that was put back from a backup no longer knows which numbers it handed out: what is left of its
    leases is void, and its own series goes on under a new code. After an end that was not clean the next sync
    compares everything with the office.
    """
    files = Blobs(vault.files(), reader=vault.files(read_only=True))
    store = Store(vault.engine, reader=vault.reader(), blobs=files)
    files.quota = int(store.local(QUOTA_KEY) or files.quota)
    files.take_in(vault.engine)
    if vault.unclean or vault.restored_at:
        repairs.compare_soon(store)
    if vault.restored_at:
        Remote(store).came_from_backup()
        vault.settle_restored()
    return store
