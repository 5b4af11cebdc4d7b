"""The profile folder: private files, durable replacement, one Satchel at a time, no place that ruins it.

Floor: models. Knows files and nothing of keys.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from desktop.errors import InUse, Refused
from desktop.words import msg

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600

NETWORK_FILESYSTEMS: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "webdav", "davfs"),
        *("coda", "ceph", "glusterfs", "lustre", "beegfs", "orangefs", "fuse.sshfs", "fuse.davfs2"),
        *("fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.glusterfs", "fuse.cephfs", "fuse.onedriver"),
        *("fuse.google-drive-ocamlfuse", "fuse.jmtpfs"),
    }
)
"""File systems whose locks SQLite cannot trust (sqlite.org/howtocorrupt.html, 2.1)."""

CLOUD_FOLDERS: Final = (
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "my drive",
    "icloud drive",
    "com~apple~clouddocs",
    "mobile documents",
    "cloudstorage",
    "nutstore",
    "坚果云",
    "我的坚果云",
    "baidusyncdisk",
    "baidunetdiskworkspace",
    "百度网盘同步空间",
    "wps云盘",
    "wpsdrive",
    "nextcloud",
    "owncloud",
    "pcloud drive",
    "seafile",
)
"""Names, in lower case, of folders that a cloud program copies behind SQLite's back."""

CLOUD_MARKERS: Final = (".dropbox.cache", ".stfolder", ".owncloudsync.log", ".nextcloudsync.log")
"""What such a program leaves in the folder that it copies, and nowhere else."""


def prepare(folder: Path) -> None:
    """Make `folder` if need be, for its owner alone. Refused where a database would be ruined."""
    refuse_unsafe_place(folder)
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)


def refuse_unsafe_place(folder: Path) -> None:
    """Refused for network drives and folders that a cloud program copies: both ruin databases."""
    where = folder.expanduser().absolute()
    if _cloud_name(where.parts) or any(
        (above / name).exists() for above in _upwards(where) for name in CLOUD_MARKERS
    ):
        raise Refused(
            msg(
                "{folder} is copied by a cloud program, which damages an open database. "
                "Choose a folder on this computer and let Satchel synchronise it."
            ).of(folder=where)
        )
    if _on_network(where):
        raise Refused(
            msg(
                "{folder} is on a network drive, which damages an open database. "
                "Choose a folder on this computer."
            ).of(folder=where)
        )


def _upwards(where: Path) -> Iterator[Path]:
    yield where
    yield from where.parents


def _cloud_name(parts: Iterable[str]) -> bool:
    names = [part.casefold() for part in parts]
    return any(
        name == cloud or name.startswith((f"{cloud} -", f"{cloud}-", f"{cloud} ("))
        for name in names
        for cloud in CLOUD_FOLDERS
    )


def _on_network(where: Path) -> bool:
    if sys.platform == "win32":
        return _windows_network_drive(where)
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return filesystem_of(where.resolve(), mounts) in NETWORK_FILESYSTEMS


def _windows_network_drive(where: Path) -> bool:
    import ctypes

    remote = 4
    kind: Callable[[str], int] = getattr(ctypes, "windll").kernel32.GetDriveTypeW  # noqa: B009 - known to Windows alone
    return str(where).startswith("\\\\") or kind(f"{where.drive}\\") == remote


def filesystem_of(where: Path, mounts: str) -> str:
    """The file system that holds `where`, by the text of /proc/self/mountinfo; empty if it does not say."""
    best, found = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:
            continue
        mounted = Path(fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        if where.is_relative_to(mounted) and len(mounted.parts) >= best:
            best, found = len(mounted.parts), after.split(" ")[0]
    return found


def create_private(path: Path) -> None:
    """An empty file for its owner alone, unless it exists; SQLite gives its side files the same mode.

    A database in use is never opened here: closing any descriptor of a file drops every POSIX lock that this
    process holds on it, and another process would take the database for unused (howtocorrupt.html, 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` as a whole: after a crash at any moment it holds the old content or the new."""
    draft = path.with_name(path.name + ".tmp")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move_durably(draft, path)


def move_durably(source: Path, target: Path) -> None:
    """Rename within one file system and wait until the folder says so on disk."""
    source.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderLock:
    """The right to use one profile folder; the operating system takes it back when the process ends."""

    def __init__(self, folder: Path) -> None:
        """Raises InUse when another process, or another vault of this process, holds it."""
        descriptor = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        self._file: IO[bytes] | None = os.fdopen(descriptor, "r+b")
        try:
            _lock(self._file)
        except OSError:
            self.release()
            raise InUse(
                msg("Another Satchel is using {folder}. Close it first, or choose another profile.").of(
                    folder=folder
                )
            ) from None

    def release(self) -> None:
        """Let the next one in; may be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path) -> Iterator[FolderLock]:
    """Hold the folder for the length of a block."""
    lock = FolderLock(folder)
    try:
        yield lock
    finally:
        lock.release()
