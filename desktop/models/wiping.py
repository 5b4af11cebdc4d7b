"""Erasing a vault for good: the sealed keys first, then the database and the files; a small note stays.

Without the sealed key in `vault.json` nobody can open the database, whatever of its pages a disk still holds.
A wipe that was cut off goes on where the profile is opened next: asked at each start, so what erases is
loaded when it does.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from desktop.errors import InUse, NotAllowed
from desktop.models import profile
from desktop.words import msg

NOTE: Final = "wiped.json"
"""What is left: which office ordered it, when, and what was not sent; no record and no key."""
_KEPT: Final = frozenset({NOTE, "lock"})
WIPED: Final = msg("The office “{office}” has had this laptop wiped; there is nothing left to open here.")


def erase(folder: Path, note: dict[str, Any]) -> None:
    """Destroy the vault in `folder`. The caller holds its lock and has closed its databases."""
    import shutil

    from desktop.models import keys

    profile.write_durably(folder / NOTE, json.dumps(note, ensure_ascii=False).encode())
    for name in (keys.ENVELOPE, keys.ENVELOPE_COPY, f"{keys.ENVELOPE}.tmp", f"{keys.ENVELOPE_COPY}.tmp"):
        _shred(folder / name)
    profile.sync_folder(folder)
    for path in sorted(folder.iterdir(), key=lambda path: path.suffix != ".db"):
        if path.name in _KEPT:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()
    profile.sync_folder(folder)


def _shred(path: Path) -> None:
    """Overwrite a small file with noise, wait until that is on the disk, and remove it."""
    import secrets

    if not path.exists():
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def note_of(folder: Path) -> dict[str, Any] | None:
    """What is left of a vault that was wiped, or None."""
    try:
        found = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def finish(folder: Path) -> dict[str, Any] | None:
    """What is left of a vault that was wiped, or None; a wipe that was cut off goes on to its end."""
    note = note_of(folder)
    if note is not None and _remains(folder):
        with suppress(InUse):  # whoever is at it finishes it
            lock = profile.FolderLock(folder)
            try:
                erase(folder, note)
            finally:
                lock.release()
    return note


def _remains(folder: Path) -> bool:
    return any(path.name not in _KEPT for path in folder.iterdir())


def refuse(folder: Path) -> None:
    """Raises NotAllowed where the vault was wiped; finishes a wipe that was cut off. The lock is held."""
    note = note_of(folder)
    if note is None:
        return
    if _remains(folder):
        erase(folder, note)
    raise NotAllowed(WIPED.of(office=note.get("office", "")))


def begin_anew(folder: Path) -> None:
    """The folder is to hold a new vault; finishes a wipe that was cut off before."""
    note = note_of(folder)
    if note is not None:
        erase(folder, note)
        (folder / NOTE).unlink(missing_ok=True)
