"""A first copy as one file, on the laptop: its key in the vault, its bytes beside it, then both gone.

Each block of the file is sealed under a key of this file alone, so whatever was altered, cut or exchanged is
found while it is copied.
"""

from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from desktop.errors import Damaged, Refused
from desktop.models import adoption
from desktop.models.profile import create_private
from desktop.models.remote import Remote
from sync.engine.snapshot_actions import (
    Adopted,
    AdoptFile,
    Discard,
    FileAction,
    FileEvent,
    KeepBytes,
    Prepare,
    Prepared,
)
from sync.protocol import transfer

FILE: Final = "snapshot.part"
"""Beside the vault's database; encrypted from its first byte on."""
KEY: Final = "snapshot_file"
"""The local fact that a file lies here, whole or in part."""
MOST_TRIES: Final = 3


def perform(remote: Remote, action: FileAction, heard: int) -> FileEvent | None:
    """Do what the engine asks; `heard` is the number of the last request."""
    path = _path(remote)
    if isinstance(action, Prepare):
        return _prepare(remote, path)
    if path is None:
        return Adopted(None) if isinstance(action, AdoptFile) else None
    if isinstance(action, KeepBytes):
        return _keep(path, action)
    if isinstance(action, AdoptFile):
        return Adopted(_adopt(remote, path, action, heard))
    if isinstance(action, Discard):
        adoption.forget(remote.store)
        path.unlink(missing_ok=True)
        remote.store.set_local(KEY, None)
    return None


def _path(remote: Remote) -> Path | None:
    """Beside the database, on the same disk; None for one that lies in memory."""
    with remote.store.reader.connect() as connection:
        found = connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'")
        place = str(found.scalar_one() or "")
    return Path(place).with_name(FILE) if place else None


def _prepare(remote: Remote, path: Path | None) -> Prepared:
    """The key of a file that was begun, or a new one; none where several syncs got no further with it."""
    if path is None:
        return Prepared("")
    have = path.stat().st_size if path.exists() else 0
    stored = remote.store.local(KEY)
    if stored is None:
        path.unlink(missing_ok=True)
        stored, have = {"key": transfer.new_key().hex(), "have": 0, "tries": 0}, 0
    copied = remote.store.local(adoption.BEGUN)
    further = have > stored["have"] or copied != stored.get("copied")
    tries = 1 + (0 if further else stored["tries"])
    remote.store.set_local(KEY, {**stored, "have": have, "copied": copied, "tries": tries})
    return Prepared(transfer.public(bytes.fromhex(stored["key"])) if tries <= MOST_TRIES else "", have)


def _keep(path: Path, action: KeepBytes) -> Adopted | None:
    try:
        create_private(path)
        with path.open("r+b") as file:
            file.truncate(action.start)
            file.seek(action.start)
            file.write(action.data)
    except OSError:  # most likely there is no room: the pages need less
        return Adopted(None)
    return None


def _adopt(remote: Remote, path: Path, action: AdoptFile, heard: int) -> int | None:
    """How many rows were taken; None where the file is not what the office made, or the vault not fresh."""
    try:
        if path.stat().st_size != action.size:
            return None
        private = bytes.fromhex(remote.store.local(KEY)["key"])
        key = transfer.agreed(private, action.key, device=transfer.public(private), office=action.key)
        return adoption.adopt(remote, path, key, heard)
    except (Damaged, Refused, adoption.NotFresh, ValueError, OSError, SQLAlchemyError):
        return None
