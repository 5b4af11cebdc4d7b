"""The vault: a folder with one encrypted database, opened by a passphrase or by the recovery code.

Floor: models. Owns keys and connections; the store receives an Engine. Heavy imports wait until one opens.

    vault.json, vault.copy.json   who the vault is and the sealed master key (keys.py)
    vault.db                      the database (engines.py)
    blobs/blobs.db                the bytes of files (blobs.py)
    lock, attempts.json           one program at a time; wrong guesses in a row
"""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from desktop.errors import Damaged, NotFound, Refused
from desktop.models import keys, profile, swap, wiping
from desktop.models.keys import Attempts, Envelope, KdfCost, MasterKey
from desktop.words import msg

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from desktop.models.engines import Problem

DATABASE: Final = "vault.db"
FILES: Final = "blobs/blobs.db"
UNFINISHED: Final = "vault.db.new"
APPLICATION_ID: Final = int.from_bytes(b"SATC", "big")
QUICK_CHECK_BYTES: Final = 4 * 1024 * 1024
"""Up to this size every page is verified when the vault is opened (about 5 ms); beyond it, when idle."""

__all__ = ["KdfCost", "Vault", "create_vault", "open_vault"]


class Vault:
    """An open vault. Nobody else has it open; `close` gives it back and forgets the keys."""

    def __init__(self, folder: Path, envelope: Envelope, master: MasterKey, lock: profile.FolderLock) -> None:
        from desktop.models.engines import FILE_SETTINGS, Engines, Keyring

        self.folder: Final = folder
        self.unclean = False
        """Whether the program that had it open before did not end well."""
        self._envelope = envelope
        self._master = master
        self._lock = lock
        self._engines = Engines(Keyring(folder / DATABASE, master.subkey("db")))
        self._files = Engines(
            Keyring(folder / FILES, master.subkey("blob"), create=True, settings=FILE_SETTINGS)
        )

    @property
    def vault_id(self) -> str:
        """32 hexadecimal characters, the same for the life of the vault and in its backups."""
        return self._envelope.vault_id

    @property
    def restored_at(self) -> str | None:
        """When this vault was put back from a backup and has not yet taken a new device id; else None."""
        return self._envelope.restored_at

    @property
    def engine(self) -> "Engine":
        """For writing: each transaction takes the write lock at its beginning."""
        return self._engines.get(read_only=False)

    def reader(self) -> "Engine":
        """For reading: each transaction sees one moment, waits for nobody and can change nothing."""
        return self._engines.get(read_only=True)

    def files(self, *, read_only: bool = False) -> "Engine":
        """The database of the bytes of files, under a key of its own; made when there is none."""
        (self.folder / FILES).parent.mkdir(mode=profile.PRIVATE_FOLDER, exist_ok=True)
        return self._files.get(read_only=read_only)

    def subkey(self, purpose: str) -> bytes:
        """The key for one purpose: db, blob, backup, anchor, log or transport."""
        return self._master.subkey(purpose)

    def settle_restored(self) -> None:
        """The restored vault has its new device id."""
        self._write(replace(self._envelope, restored_at=None))

    def change_passphrase(self, old: str, new: str, *, kdf: KdfCost | None = None) -> None:
        """Seal the master key under `new`; no database byte changes. Raises WrongPassphrase for `old`.

        `old` may be the recovery code, for whoever lost the passphrase.
        """
        _refuse_empty(new)
        secret = (None, old) if keys.is_recovery_code(old) else (old, None)
        _unlock(self.folder, keys.read_envelope(self.folder), *secret).wipe()
        self._write(self._envelope.with_slot(keys.passphrase_slot(self._master, self._envelope, new, kdf)))

    def draw_recovery_code(self) -> tuple[keys.Slot, str]:
        """A fresh code that opens nothing before its slot is taken; so it can be on paper first."""
        return keys.recovery_slot(self._master, self._envelope)

    def take_recovery_code(self, slot: keys.Slot) -> None:
        """From now on the fresh code opens the vault; the one on the old paper opens nothing any more."""
        self._write(self._envelope.with_slot(slot))

    @contextmanager
    def maintenance(self) -> Iterator[Any]:
        """A DB-API connection of its own, in autocommit mode, that alone may ATTACH and VACUUM."""
        from desktop.models.engines import told_plainly

        with closing(self._engines.keyring.connect(may_attach=True)) as raw, told_plainly():
            yield raw

    def verify(self, *, full: bool = True) -> "list[Problem]":
        """What is wrong with the databases: each page is verified and, if `full`, each row and index."""
        from desktop.models.engines import check, told_plainly

        with self.maintenance() as raw:
            problems = check(raw, full=full)
        if (self.folder / FILES).exists():
            with closing(self._files.keyring.connect()) as raw, told_plainly():
                problems += check(raw, full=full)
        return problems

    def backup(self, to_folder: Path) -> Path:
        """An encrypted, verified copy in one file that the passphrase or the recovery code opens anywhere."""
        from desktop.models import backups

        files = self._files.keyring if (self.folder / FILES).exists() else None
        return backups.write(
            self.folder, self._envelope, self._master, self._engines.keyring, to_folder, files
        )

    def close(self) -> None:
        """Close the database, overwrite the keys and let the next program in; may be called twice."""
        self._files.close()
        self._engines.close()
        self._master.wipe()
        self._lock.release()

    lock = close

    def erase(self, note: dict[str, Any]) -> None:
        """Destroy it for good, keys first: the office ordered it. `note` stays, to be told."""
        self._files.close()
        self._engines.close()
        self._master.wipe()
        wiping.erase(self.folder, note)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, envelope: Envelope) -> None:
        self._envelope = keys.write_envelope(self.folder, envelope, self._master)


def create_vault(folder: Path, passphrase: str, *, kdf: KdfCost | None = None) -> tuple[Vault, str]:
    """A new vault in `folder` and its recovery code, which is shown once and kept nowhere.

    `kdf` is for tests; without it the cost of a guess is calibrated to this machine.
    Raises Refused when the folder holds a vault or is no place for one, InUse when somebody is at it.
    """
    _refuse_empty(passphrase)
    profile.prepare(folder)
    lock = profile.FolderLock(folder)
    try:
        wiping.begin_anew(folder)
        _refuse_occupied(folder)
        vault_id = secrets.token_hex(16)
        master = MasterKey(secrets.token_bytes(keys.KEY_BYTES), vault_id, epoch=1)
        envelope = Envelope(vault_id, datetime.now(UTC).isoformat(timespec="seconds"), (), generation=0)
        recovery, code = keys.recovery_slot(master, envelope)
        envelope = envelope.with_slot(keys.passphrase_slot(master, envelope, passphrase, kdf)).with_slot(
            recovery
        )
        _new_database(folder, master)
        envelope = keys.write_envelope(folder, envelope, master)
        _finish_creation(folder)
        return Vault(folder, envelope, master, lock), code
    except BaseException:
        lock.release()
        raise


def open_vault(folder: Path, passphrase: str | None = None, *, recovery_code: str | None = None) -> Vault:
    """Open the vault in `folder`.

    Raises NotFound, InUse, WrongPassphrase (after a few wrong ones only every 1 to 30 seconds), Damaged, and
    Refused when a newer Satchel made it; a vault that does not open is left as it was.
    """
    if recovery_code is not None:
        keys.read_recovery_code(recovery_code)
    profile.refuse_unsafe_place(folder)
    left = (keys.ENVELOPE, keys.ENVELOPE_COPY, DATABASE, swap.PLAN, wiping.NOTE)
    if not any((folder / name).exists() for name in left):
        raise NotFound(msg("There is no vault in {folder}.").of(folder=folder))
    lock = profile.FolderLock(folder)
    try:
        wiping.refuse(folder)
        swap.finish(folder)
        sealed = keys.read_envelope(folder)
        master = _unlock(folder, sealed, passphrase, recovery_code)
        _finish_creation(folder)
        log = folder / f"{DATABASE}-wal"
        unclean = log.exists() and log.stat().st_size > 0  # a clean end writes the log back
        vault = Vault(folder, sealed.envelope, master, lock)
        vault.unclean = unclean
        _look_at(vault)
        return vault
    except BaseException:
        lock.release()
        raise


def _unlock(
    folder: Path, sealed: keys.Sealed, passphrase: str | None, recovery_code: str | None
) -> MasterKey:
    attempts = Attempts(folder)
    attempts.begin()
    master = sealed.open(passphrase, recovery_code)
    attempts.forget()
    return master


def _look_at(vault: Vault) -> None:
    """Refuse a missing or damaged database before anyone relies on it."""
    from desktop.models.engines import DAMAGED, check

    try:
        with vault.maintenance() as raw:
            small = (vault.folder / DATABASE).stat().st_size <= QUICK_CHECK_BYTES
            if small and check(raw, full=False):
                raise Damaged(DAMAGED)
    except BaseException:
        vault.close()
        raise


def _new_database(folder: Path, master: MasterKey) -> None:
    """An empty database beside its final name: the envelope comes first, a crash leaves all or nothing."""
    from desktop.models.engines import Keyring

    for side in ("", "-wal", "-shm"):
        (folder / f"{UNFINISHED}{side}").unlink(missing_ok=True)
    keyring = Keyring(folder / UNFINISHED, master.subkey("db"), create=True)
    raw = keyring.connect()
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.close()
    keyring.wipe()


def _finish_creation(folder: Path) -> None:
    if (folder / UNFINISHED).exists() and not (folder / DATABASE).exists():
        profile.move_durably(folder / UNFINISHED, folder / DATABASE)


def _refuse_occupied(folder: Path) -> None:
    if any((folder / name).exists() for name in (keys.ENVELOPE, keys.ENVELOPE_COPY, DATABASE)):
        raise Refused(msg("{folder} already holds a vault.").of(folder=folder))


def _refuse_empty(passphrase: str) -> None:
    if not passphrase:
        raise Refused(msg("The passphrase is empty."), field="passphrase")
