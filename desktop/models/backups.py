"""Backups: one encrypted file with key slots of its own, which counts only once opened and compared.

Floor: models. The file, in this order:

    magic (16) · length of the header (4) · header, canonical JSON · the parts · HMAC (32) · SHA-256 (32)

The first part is the database under a key of this backup alone; the others are attachment files, encrypted
as they lie. The header holds the envelope, so that the passphrase of that day or the recovery code opens the
file on any laptop. The SHA-256 finds damage before a key is asked for; the HMAC finds what was changed on
purpose.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desktop.errors import Damaged, NotFound, Refused
from desktop.models import keys, profile, swap
from desktop.models.keys import Envelope, MasterKey, Sealed
from desktop.rules.canonical import canonical
from desktop.words import msg

if TYPE_CHECKING:
    from desktop.models.engines import Keyring

MAGIC: Final = b"SATCHEL BACKUP\x00\x01"
FORMAT: Final = 1
SUFFIX: Final = ".satchel"
WORK: Final = "making-backup"
DATABASE: Final = "vault.db"
BLOBS: Final = "blobs"
FILES: Final = "blobs/blobs.db"

_CHUNK: Final = 1 << 20
_SEAL: Final = 32
_LARGEST_HEADER: Final = 64 << 20
_BLOB_NAME: Final = re.compile(r"blobs(/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,4}")

BROKEN: Final = msg("The backup {file} is damaged and was not used. Take another backup.")


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a backup: its place under the profile folder and its length in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the header of a backup says, and where its parts begin."""

    path: Path
    sealed: Sealed
    nonce: bytes
    made_at: str
    parts: tuple[Part, ...]
    begin: int


def write(
    folder: Path,
    envelope: Envelope,
    master: MasterKey,
    keyring: "Keyring",
    to_folder: Path,
    files: "Keyring | None" = None,
) -> Path:
    """Write and verify a backup of the open vault in `folder`; the path of the finished file.

    `files` is the database of the bytes of files, which travels under its own key of the same master key.

    Raises Damaged when the copy is not equal to the vault: then no file is left that looks like a backup.
    """
    now = datetime.now(UTC)
    to_folder.mkdir(mode=profile.PRIVATE_FOLDER, parents=True, exist_ok=True)
    final = to_folder / f"satchel-{now:%Y%m%d-%H%M%S}-{now.microsecond:06d}{SUFFIX}"
    draft = final.with_name(final.name + ".part")
    nonce = secrets.token_bytes(16)
    work = _fresh(folder / WORK)
    try:
        before = _copy(keyring, work / DATABASE, _page_key(master, nonce))
        bytes_before = _copy_files(files, work / FILES, master.subkey("blob"))
        header = {
            "format": FORMAT,
            "made_at": now.isoformat(timespec="seconds"),
            "nonce": nonce.hex(),
            "envelope": envelope.sealed(master),
        }
        _pack(work, draft, work / DATABASE, header, _mac_key(master, nonce))
        contents = _read(draft)
        _authenticate(contents, master)
        _extract(contents, checked := _fresh(work / "check"))
        same = _fingerprint_of(checked / DATABASE, _page_key(master, nonce)) == before
        if not same or _files_in(checked / FILES, master.subkey("blob")) != bytes_before:
            raise Damaged(msg("The backup is not equal to the vault and does not count. Try another disk."))
        profile.move_durably(draft, final)
        return final
    except OSError as error:
        raise Refused(
            msg("The backup could not be written to {folder}: {why}.").of(
                folder=to_folder, why=error.strerror
            )
        ) from error
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)


def restore(
    backup_file: Path, folder: Path, passphrase: str | None = None, *, recovery_code: str | None = None
) -> None:
    """Put the vault of `backup_file` into `folder`; the one there is kept in `before-restore`.

    Nothing is touched before the new files are complete and verified. The restored vault says `restored_at`,
    so that it takes a new device id before it synchronises. Raises Damaged, WrongPassphrase, NotFound, InUse.
    """
    from desktop.models.engines import Keyring

    contents = _read(backup_file)
    master = contents.sealed.open(passphrase, recovery_code)
    profile.prepare(folder)
    with profile.locked(folder):
        swap.finish(folder)
        try:
            _refuse_another_vault(folder, contents)
            _authenticate(contents, master)
            staging = swap.stage(folder)
            _extract(contents, staging)
            packed = (staging / DATABASE).rename(staging / "packed.db")
            page_key, key = _page_key(master, contents.nonce), master.subkey("db")
            before = _copy(Keyring(packed, page_key), staging / DATABASE, key)
            if _fingerprint_of(staging / DATABASE, key) != before:
                raise Damaged(BROKEN.of(file=backup_file))
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            keys.write_envelope(staging, replace(contents.sealed.envelope, restored_at=moment), master)
            swap.begin(folder)
        finally:
            swap.finish(folder)
            master.wipe()


def verify(backup_file: Path, passphrase: str | None = None, *, recovery_code: str | None = None) -> str:
    """When the backup was made, if it is whole and opens. Raises Damaged or WrongPassphrase."""
    contents = _read(backup_file)
    master = contents.sealed.open(passphrase, recovery_code)
    _authenticate(contents, master)
    master.wipe()
    return contents.made_at


def _refuse_another_vault(folder: Path, contents: Contents) -> None:
    """A restore replaces this vault, never a stranger's that happens to lie in the folder."""
    try:
        there = keys.read_envelope(folder)
    except Damaged:
        return
    if there.envelope.vault_id != contents.sealed.envelope.vault_id:
        raise Refused(
            msg("{folder} holds another vault. Choose an empty folder for this backup.").of(folder=folder)
        )


# ---------------------------------------------------------------- the database and its fingerprint


def _copy(source: "Keyring", target: Path, key: bytes) -> dict[str, tuple[int, str]]:
    """Copy one moment of the database under another key; the fingerprint that the source had then."""
    from desktop.models.engines import Keyring, told_plainly

    with (
        closing(source.connect()) as reading,
        closing(Keyring(target, key, create=True).connect()) as writing,
        told_plainly(),
    ):
        reading.execute("BEGIN")
        fingerprint = _fingerprint(reading)
        reading.backup(writing)
        reading.execute("COMMIT")
        return fingerprint


def _copy_files(source: "Keyring | None", target: Path, key: bytes) -> list[tuple[Any, ...]]:
    """Copy one moment of the database of files, under the key it has; what it held then."""
    from desktop.models.engines import FILE_SETTINGS, Keyring, told_plainly

    if source is None:
        return []
    target.parent.mkdir(mode=profile.PRIVATE_FOLDER)
    with (
        closing(source.connect()) as reading,
        closing(Keyring(target, key, create=True, settings=FILE_SETTINGS).connect()) as writing,
        told_plainly(),
    ):
        reading.execute("BEGIN")
        held = _files_held(reading)
        reading.backup(writing)
        reading.execute("COMMIT")
        return held


def _files_in(path: Path, key: bytes) -> list[tuple[Any, ...]]:
    """What a copied database of files holds, once every page and every piece has verified."""
    from desktop.models.engines import DAMAGED, Keyring, check, told_plainly

    if not path.exists():
        return []
    with closing(Keyring(path, key).connect()) as raw, told_plainly():
        if check(raw, full=True) or not _pieces_fit(raw):
            raise Damaged(DAMAGED)
        return _files_held(raw)


def _pieces_fit(raw: Any) -> bool:
    found = raw.execute("SELECT hash, data FROM piece") if _has_pieces(raw) else ()
    return all(hashlib.sha256(data).digest() == bytes(stored) for stored, data in found)


def _files_held(raw: Any) -> list[tuple[Any, ...]]:
    if not _has_pieces(raw):
        return []
    return list(raw.execute("SELECT sha256, n, hash FROM piece ORDER BY sha256, n").fetchall())


def _has_pieces(raw: Any) -> bool:
    return bool(raw.execute("SELECT 1 FROM sqlite_schema WHERE name = 'piece'").fetchone())


def _fingerprint_of(path: Path, key: bytes) -> dict[str, tuple[int, str]]:
    """The fingerprint of a database that first passed every check."""
    from desktop.models.engines import DAMAGED, Keyring, check, told_plainly

    with closing(Keyring(path, key).connect()) as raw, told_plainly():
        if check(raw, full=True):
            raise Damaged(DAMAGED)
        return _fingerprint(raw)


def _fingerprint(raw: Any) -> dict[str, tuple[int, str]]:
    """For each table its number of rows and a hash of them all; and the schema itself."""
    schema = raw.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    found = {"": (len(schema), hashlib.sha256(repr(schema).encode()).hexdigest())}
    for kind, name, sql in schema:
        if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL"):
            quoted = str(name).replace('"', '""')
            found[name] = _rows_of(raw.execute(f'SELECT * FROM "{quoted}"'))  # noqa: S608 - a name from the schema
    return found


def _rows_of(cursor: Any) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    while rows := cursor.fetchmany(1000):
        count += len(rows)
        for row in rows:
            digest.update(repr(row).encode())
    return count, digest.hexdigest()


# ---------------------------------------------------------------- the file


def _pack(folder: Path, draft: Path, database: Path, header: dict[str, Any], mac_key: bytes) -> None:
    """Write header and parts, sealed at the end."""
    blobs = sorted(path for path in (folder / BLOBS).rglob("*") if path.is_file())
    members = [(DATABASE, database), *((path.relative_to(folder).as_posix(), path) for path in blobs)]
    header["parts"] = [{"name": name, "size": path.stat().st_size} for name, path in members]
    head = canonical(header)
    profile.create_private(draft)
    seal, digest = hmac.new(mac_key, digestmod="sha256"), hashlib.sha256()
    with draft.open("wb") as file:
        for chunk in _chunks(MAGIC + struct.pack(">I", len(head)) + head, [path for _name, path in members]):
            seal.update(chunk)
            digest.update(chunk)
            file.write(chunk)
        digest.update(seal.digest())
        file.write(seal.digest() + digest.digest())
        file.flush()
        os.fsync(file.fileno())


def _chunks(head: bytes, paths: Iterable[Path]) -> Iterator[bytes]:
    yield head
    for path in paths:
        with path.open("rb") as part:
            while chunk := part.read(_CHUNK):
                yield chunk


def _read(path: Path) -> Contents:
    """The header of a backup whose SHA-256 holds. Raises NotFound, Damaged, or Refused for a newer format."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise Damaged(
                    msg("{file} is not a backup of Satchel, or its beginning is damaged.").of(file=path)
                )
            body, stored = _digest(path, hashlib.sha256(), behind=_SEAL)
            if body != stored:
                raise Damaged(BROKEN.of(file=path))
            (length,) = struct.unpack(">I", file.read(4))
            header = json.loads(file.read(min(length, _LARGEST_HEADER)))
            begin = file.tell()
    except FileNotFoundError:
        raise NotFound(msg("There is no backup {file}.").of(file=path)) from None
    except (struct.error, ValueError, RecursionError) as error:
        raise Damaged(BROKEN.of(file=path)) from error
    if header["format"] > FORMAT:
        raise Refused(msg("This backup was made by a newer Satchel. Update this program first."))
    return Contents(
        path=path,
        sealed=Sealed.read(header["envelope"]),
        nonce=bytes.fromhex(header["nonce"]),
        made_at=header["made_at"],
        parts=tuple(Part(part["name"], part["size"]) for part in header["parts"]),
        begin=begin,
    )


def _authenticate(contents: Contents, master: MasterKey) -> None:
    """Raises Damaged when anything in the file was written without the master key."""
    seal = hmac.new(_mac_key(master, contents.nonce), digestmod="sha256")
    body, stored = _digest(contents.path, seal, behind=2 * _SEAL)
    if not hmac.compare_digest(body, stored):
        raise Damaged(BROKEN.of(file=contents.path))


def _digest(path: Path, digest: Any, *, behind: int) -> tuple[bytes, bytes]:
    """(`digest` of all but the last `behind` bytes, the 32 bytes that follow those)."""
    left = path.stat().st_size - behind
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        return digest.digest(), file.read(_SEAL)


def _extract(contents: Contents, target: Path) -> None:
    """Write the parts of an authenticated backup below `target`."""
    with contents.path.open("rb") as file:
        file.seek(contents.begin)
        for part in contents.parts:
            if part.name != DATABASE and not _BLOB_NAME.fullmatch(part.name):
                raise Damaged(BROKEN.of(file=contents.path))
            path = target / part.name
            path.parent.mkdir(mode=profile.PRIVATE_FOLDER, parents=True, exist_ok=True)
            profile.create_private(path)
            with path.open("wb") as out:
                left = part.size
                while left and (chunk := file.read(min(_CHUNK, left))):
                    out.write(chunk)
                    left -= len(chunk)
                out.flush()
                os.fsync(out.fileno())


def _page_key(master: MasterKey, nonce: bytes) -> bytes:
    return keys.derive(master.subkey("backup"), nonce, "satchel backup pages")


def _mac_key(master: MasterKey, nonce: bytes) -> bytes:
    return keys.derive(master.subkey("backup"), nonce, "satchel backup seal")


def _fresh(folder: Path) -> Path:
    """An empty private folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=profile.PRIVATE_FOLDER)
    return folder
