"""Backups of the office: one file that counts only once it was opened again and found whole.

An archive (tar) of `manifest.json` and the encrypted databases as they lie, or the sealed dump of a
PostgreSQL database. The manifest says what there must be, sealed under the office's key: nothing opens
without it.
"""

import hashlib
import hmac
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from desktop.errors import Damaged, NotFound, Refused
from desktop.models import keys, profile
from desktop.rules.canonical import canonical
from desktop.words import msg
from sync.server import dumps
from sync.server.store import DATABASE, KEY, SCHEMA, read_key

SUFFIX: Final = ".office"
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
LARGEST_MANIFEST: Final = 1 << 20
BROKEN: Final = msg("The backup {file} is damaged and was not used. Take another backup.")
_NAME: Final = re.compile(r"satchel-\d{8}-\d{6}(-\d{6})?\.office")
_PART: Final = re.compile(r"[a-z][a-z0-9_-]{0,40}\.(db|dump)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    office: str
    made_at: str
    schema: int
    rows: dict[str, int]
    parts: dict[str, tuple[int, str]]
    """Name → (bytes, SHA-256)."""

    @property
    def is_dump(self) -> bool:
        """Whether it comes from PostgreSQL."""
        return dumps.DUMP in self.parts


def target_of(where: Path, now: datetime) -> Path:
    """The file that a backup at `where` becomes: a folder gets one named by the moment."""
    if where.is_dir() or not where.suffix:
        where.mkdir(mode=profile.PRIVATE_FOLDER, parents=True, exist_ok=True)
        return where / f"satchel-{now:%Y%m%d-%H%M%S-%f}{SUFFIX}"
    return where


def write_folder(folder: Path, office: str, where: Path) -> Path:
    """Back up the office in `folder` while it runs; returns the finished file. Raises Damaged, Refused."""
    key = read_key(folder / KEY)
    with _work(folder) as work:
        rows: dict[str, int] = {}
        for source in sorted(path for path in folder.glob("*.db") if _PART.fullmatch(path.name)):
            rows |= _copy(source, work / source.name, key)
        return _finish(work, office, key, rows, where)


def write_dump(url: str, key: bytes, office: str, where: Path, scratch: Path) -> Path:
    """Back up the office in a PostgreSQL database while it runs. Raises NotFound without `pg_dump`."""
    with _work(scratch) as work:
        plain = work / "plain"
        try:
            dumps.dump(url, plain)
            tables = dumps.contents(plain)
            dumps.seal(plain, work / dumps.DUMP, key)
        finally:
            plain.unlink(missing_ok=True)
        return _finish(work, office, key, dict.fromkeys(tables, 0), where)


def _finish(work: Path, office: str, key: bytes, rows: dict[str, int], where: Path) -> Path:
    """Pack what lies in `work`, read it back as a restore would, and only then give it its name."""
    now = datetime.now(UTC)
    final = target_of(where, now)
    if final.exists():
        raise Refused(msg("{file} is there already; choose another name.").of(file=final))
    parts = {path.name: (path.stat().st_size, _sha(path)) for path in sorted(work.iterdir())}
    manifest = Manifest(office, now.isoformat(timespec="seconds"), SCHEMA, rows, parts)
    draft = final.with_name(final.name + ".part")
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        _pack(draft, work, manifest, key)
        with tempfile.TemporaryDirectory(dir=work) as again:
            if unpack(draft, Path(again), key) != manifest:
                raise Damaged(BROKEN.of(file=draft))
        profile.move_durably(draft, final)
    finally:
        draft.unlink(missing_ok=True)
    return final


def _pack(draft: Path, work: Path, manifest: Manifest, key: bytes) -> None:
    said = {
        "format": FORMAT,
        "office": manifest.office,
        "made_at": manifest.made_at,
        "schema": manifest.schema,
        "rows": manifest.rows,
        "parts": {name: list(about) for name, about in manifest.parts.items()},
    }
    whole = {**said, "seal": _seal(said, key)}
    profile.create_private(draft)
    with draft.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            text = json.dumps(whole, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(text), profile.PRIVATE_FILE
            archive.addfile(entry, io.BytesIO(text))
            for name in manifest.parts:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = (work / name).stat().st_size, profile.PRIVATE_FILE
                with (work / name).open("rb") as part:
                    archive.addfile(entry, part)
        file.flush()
        os.fsync(file.fileno())


def unpack(file: Path, target: Path, key: bytes) -> Manifest:
    """Write the parts of a backup into `target`, checked to the last page.

    Raises NotFound, Damaged, and Refused for another office's key or a newer format.
    """
    if not file.is_file():
        raise NotFound(msg("There is no backup {file}.").of(file=file))
    try:
        with tarfile.open(file, "r:") as archive:
            manifest = _manifest(archive, file, key)
            for name, (size, digest) in manifest.parts.items():
                _extract(archive, name, target / name, size)
                if _sha(target / name) != digest:
                    raise Damaged(BROKEN.of(file=file))
    except (tarfile.TarError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise Damaged(BROKEN.of(file=file)) from error
    for name in manifest.parts:
        if name == DATABASE and _counts(target / name, key) != manifest.rows:
            raise Damaged(BROKEN.of(file=file))
        if name not in (DATABASE, dumps.DUMP):
            _counts(target / name, key)
    return manifest


def _manifest(archive: tarfile.TarFile, file: Path, key: bytes) -> Manifest:
    entry = archive.next()
    if entry is None or entry.name != MANIFEST or entry.size > LARGEST_MANIFEST:
        raise Damaged(BROKEN.of(file=file))
    stream = archive.extractfile(entry)
    said: dict[str, Any] = json.loads(stream.read() if stream else b"")
    if said["format"] > FORMAT or said["schema"] > SCHEMA:
        raise Refused(msg("This backup was made by a newer Satchel. Update this program first."))
    seal = said.pop("seal")
    if not hmac.compare_digest(seal, _seal(said, key)):
        raise Refused(
            msg(
                "This backup does not open with this office's key. Name the key it was made with: --key FILE."
            )
        )
    parts = {name: (int(size), str(digest)) for name, (size, digest) in said["parts"].items()}
    if not parts or any(not _PART.fullmatch(name) for name in parts):
        raise Damaged(BROKEN.of(file=file))
    return Manifest(said["office"], said["made_at"], said["schema"], said["rows"], parts)


def _extract(archive: tarfile.TarFile, name: str, target: Path, size: int) -> None:
    entry = archive.getmember(name)
    stream = archive.extractfile(entry)
    if not entry.isreg() or entry.size != size or stream is None:
        raise ValueError(name)
    profile.create_private(target)
    with stream, target.open("wb") as out:
        shutil.copyfileobj(stream, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _seal(said: dict[str, Any], key: bytes) -> str:
    return hmac.new(
        keys.derive(key, b"", "satchel office backup"), canonical(said), hashlib.sha256
    ).hexdigest()


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- databases


def _copy(source: Path, target: Path, key: bytes) -> dict[str, int]:
    """One moment of a database in use, under the same key; how many rows each table had then."""
    from desktop.models.engines import OFFICE_SETTINGS, Keyring, told_plainly

    with (
        closing(Keyring(source, key, settings=OFFICE_SETTINGS).connect()) as reading,
        closing(Keyring(target, key, create=True, settings=OFFICE_SETTINGS).connect()) as writing,
        told_plainly(),
    ):
        reading.execute("BEGIN")
        rows = _rows(reading)
        reading.backup(writing)
        reading.execute("COMMIT")
        writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writing.execute("PRAGMA journal_mode = DELETE")
    return rows if source.name == DATABASE else {}


def _counts(path: Path, key: bytes) -> dict[str, int]:
    """The rows of each table of a database that first passed every check."""
    from desktop.models.engines import DAMAGED, OFFICE_SETTINGS, Keyring, check, told_plainly

    with closing(Keyring(path, key, settings=OFFICE_SETTINGS).connect()) as raw, told_plainly():
        if check(raw, full=True):
            raise Damaged(DAMAGED)
        found = _rows(raw)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.execute("PRAGMA journal_mode = DELETE")
    return found


def _rows(raw: Any) -> dict[str, int]:
    names = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    quoted = {name: str(name).replace('"', '""') for (name,) in names}
    return {
        name: raw.execute(f'SELECT count(*) FROM "{safe}"').fetchone()[0]  # noqa: S608 - a name from the schema
        for name, safe in quoted.items()
    }


@contextmanager
def _work(folder: Path) -> Iterator[Path]:
    """A private folder beside the data, gone afterwards."""
    folder.mkdir(mode=profile.PRIVATE_FOLDER, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-backup-", dir=folder) as work:
        yield Path(work)


# ---------------------------------------------------------------- putting back, clearing away


def restore_folder(file: Path, folder: Path, key: bytes, now: datetime) -> tuple[Manifest, Path | None]:
    """Put a backup into `folder`; what was there is kept beside it. Returns (manifest, where it is kept).

    Nothing is touched before every page of the backup was checked. Call it with the folder locked.
    """
    staging = folder / "restoring"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=profile.PRIVATE_FOLDER)
    try:
        manifest = unpack(file, staging, key)
        if manifest.is_dump:
            raise Refused(msg("This backup is of a PostgreSQL database: name it with --database-url."))
        there = [
            path
            for path in folder.iterdir()
            if re.fullmatch(r"[a-z0-9_-]+\.(db|db-wal|db-shm|key)", path.name)
        ]
        kept = folder / f"before-restore-{now:%Y%m%d-%H%M%S-%f}" if there else None
        if kept:
            kept.mkdir(mode=profile.PRIVATE_FOLDER)
            for path in there:
                if path.name == KEY:
                    shutil.copy2(path, kept / path.name)
                else:
                    path.rename(kept / path.name)
            profile.sync_folder(kept)
        profile.write_durably(folder / KEY, key.hex().encode() + b"\n")
        for name in manifest.parts:
            profile.move_durably(staging / name, folder / name)
        return manifest, kept
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def thin_out(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups that were named by their moment."""
    old = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))[: -max(keep, 1)]
    for path in old:
        path.unlink()
    return old
