"""A vault lives on a disk of this computer: not on a network drive, not in a folder that a cloud copies."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.errors import InUse, Refused
from desktop.models import profile
from desktop.models.vault import create_vault, open_vault
from tests.vaults import CHEAP, PASSPHRASE, cheap_vault

MOUNTS = """\
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 28 0:44 / /mnt/office rw shared:9 - nfs4 office:/export rw
41 28 0:45 / /mnt/my\\040share rw - cifs //office/share rw
42 40 8:2 / /mnt/office/local rw - xfs /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("/home/li/Satchel", "ext4"),
        ("/mnt/office/li", "nfs4"),
        ("/mnt/office2/li", "ext4"),
        ("/mnt/office/local/li", "xfs"),
        ("/mnt/my share/li", "cifs"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(where: str, expected: str) -> None:
    assert profile.filesystem_of(Path(where), MOUNTS) == expected


def test_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = profile.filesystem_of(tmp_path, Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    monkeypatch.setattr(profile, "NETWORK_FILESYSTEMS", {here})
    with pytest.raises(Refused, match="network drive"):
        create_vault(tmp_path / "profile", PASSPHRASE, kdf=CHEAP)
    assert not (tmp_path / "profile").exists()


@pytest.mark.parametrize(
    "name",
    ["Dropbox", "OneDrive - 苏州行囊有限公司", "我的坚果云", "WPS云盘", "Dropbox (Personal)", "Nextcloud"],
)
def test_a_folder_of_a_cloud_program_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="cloud program"):
        create_vault(tmp_path / name / "Satchel", PASSPHRASE, kdf=CHEAP)
    assert not (tmp_path / name).exists()


def test_a_folder_that_a_cloud_program_has_marked_is_refused_even_for_an_old_vault(tmp_path: Path) -> None:
    cheap_vault(tmp_path / "shared" / "profile").close()
    (tmp_path / "shared" / ".stfolder").mkdir()
    with pytest.raises(Refused, match="cloud program"):
        open_vault(tmp_path / "shared" / "profile", PASSPHRASE)


def test_an_ordinary_folder_with_a_similar_name_is_taken(tmp_path: Path) -> None:
    cheap_vault(tmp_path / "Dropboxes and Boxes").close()


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vault.json"
    profile.write_durably(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _full)
        with pytest.raises(OSError, match="full"):
            profile.write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    profile.write_durably(path, b"new")
    assert path.read_bytes() == b"new"


def _full(_descriptor: int) -> None:
    raise OSError("the disk is full")


def test_the_lock_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal\nfrom desktop.models.profile import FolderLock\n"
        f"lock = FolderLock(pathlib.Path({str(tmp_path)!r}))\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with profile.locked(tmp_path), pytest.raises(InUse):
        profile.FolderLock(tmp_path)
    with profile.locked(tmp_path):
        pass
