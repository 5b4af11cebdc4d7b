"""Putting a restored vault in the place of the old one; a crash at any moment is finished at the next start.

Floor: models. Moves files only. The plan has two steps: set the old files aside, then put the new in place.
"""

import json
import shutil
from pathlib import Path
from typing import Final

from desktop.models import keys
from desktop.models.profile import PRIVATE_FOLDER, move_durably, sync_folder, write_durably
from desktop.rules.canonical import canonical

PLAN: Final = "restore.json"
STAGING: Final = "restoring"
ASIDE: Final = "before-restore"
MEMBERS: Final = (
    "vault.db",
    "vault.db-wal",
    "vault.db-shm",
    keys.ENVELOPE,
    keys.ENVELOPE_COPY,
    "blobs",
    "attempts.json",
)
"""What makes up a vault and moves as one."""


def stage(folder: Path) -> Path:
    """An empty private folder for the new files, inside the profile so that moving is renaming."""
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=PRIVATE_FOLDER)
    return staging


def begin(folder: Path) -> None:
    """The staged files are complete and verified: from here on the swap will happen."""
    sync_folder(folder / STAGING)
    shutil.rmtree(folder / ASIDE, ignore_errors=True)
    _plan(folder, "aside")
    finish(folder)


def finish(folder: Path) -> None:
    """Carry out what the plan says is left; without a plan, clear a restore that never came so far.

    The old files stay in `before-restore` until the next restore.
    """
    step = _step(folder)
    if step == "aside":
        (folder / ASIDE).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        _move_all(folder, folder / ASIDE)
        _plan(folder, "place")
        step = "place"
    if step == "place":
        _move_all(folder / STAGING, folder)
        (folder / PLAN).unlink()
        sync_folder(folder)
    shutil.rmtree(folder / STAGING, ignore_errors=True)


def _move_all(source: Path, target: Path) -> None:
    for name in MEMBERS:
        if (source / name).exists():
            move_durably(source / name, target / name)


def _plan(folder: Path, step: str) -> None:
    write_durably(folder / PLAN, canonical({"step": step}))


def _step(folder: Path) -> str:
    try:
        return str(json.loads((folder / PLAN).read_bytes())["step"])
    except FileNotFoundError:
        return ""
