"""A backup is one encrypted file that opens anywhere with the passphrase of its day, or it does not count."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from desktop.errors import Damaged, InUse, NotFound, Refused, WrongPassphrase
from desktop.models import backups, keys, swap
from desktop.models.backups import restore
from desktop.models.blobs import Blobs
from desktop.models.vault import Vault, create_vault, open_vault
from desktop.rules.attachments import hash_of
from tests.vaults import CHEAP, PASSPHRASE, cheap_vault

PHOTO = bytes(range(256)) * 2000


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault with rows, a search index and an attachment."""
    made = cheap_vault(tmp_path / "profile")
    with made.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE found USING fts5(body, content='', contentless_delete=1)"
        )
        connection.exec_driver_sql("INSERT INTO found (rowid, body) VALUES (1, '苏 州')")
    add(made, 300)
    Blobs(made.files()).put(PHOTO)
    yield made
    made.close()


def add(vault: Vault, count: int) -> None:
    with vault.engine.begin() as connection:
        rows = [{"body": f"字 {n} " * 30} for n in range(count)]
        connection.execute(sa.text("INSERT INTO note (body) VALUES (:body)"), rows)


def bodies(vault: Vault) -> list[str]:
    with vault.reader().connect() as connection:
        return list(connection.scalars(sa.text("SELECT body FROM note ORDER BY id")))


def test_a_backup_opens_on_a_new_laptop_with_all_that_was_there(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path / "usb")
    restore(file, tmp_path / "new laptop", PASSPHRASE)
    with open_vault(tmp_path / "new laptop", PASSPHRASE) as restored:
        assert bodies(restored) == bodies(vault)
        assert restored.vault_id == vault.vault_id
        assert restored.verify() == []
        assert Blobs(restored.files()).read(hash_of(PHOTO)) == PHOTO
        with restored.reader().connect() as connection:
            assert connection.scalar(sa.text("SELECT rowid FROM found WHERE found MATCH '苏'")) == 1


def test_a_restored_vault_says_so_until_it_has_a_new_device_id(vault: Vault, tmp_path: Path) -> None:
    assert vault.restored_at is None
    file = vault.backup(tmp_path / "usb")
    restore(file, tmp_path / "new", PASSPHRASE)
    for _ in range(2):
        with open_vault(tmp_path / "new", PASSPHRASE) as restored:
            assert restored.restored_at is not None
    with open_vault(tmp_path / "new", PASSPHRASE) as restored:
        restored.settle_restored()
    with open_vault(tmp_path / "new", PASSPHRASE) as restored:
        assert restored.restored_at is None


def test_the_recovery_code_opens_a_backup(tmp_path: Path) -> None:
    vault, code = create_vault(tmp_path / "profile", PASSPHRASE, kdf=CHEAP)
    file = vault.backup(tmp_path)
    vault.close()
    restore(file, tmp_path / "new", recovery_code=code)
    open_vault(tmp_path / "new", recovery_code=code).close()
    with pytest.raises(WrongPassphrase):
        restore(file, tmp_path / "other", "wrong")
    assert not (tmp_path / "other").exists()


def test_the_passphrase_of_the_day_of_the_backup_opens_it(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path)
    vault.change_passphrase(PASSPHRASE, "later", kdf=CHEAP)
    with pytest.raises(WrongPassphrase):
        restore(file, tmp_path / "new", "later")
    restore(file, tmp_path / "new", PASSPHRASE)


def test_a_restore_takes_the_vault_back_and_keeps_what_it_replaced(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path)
    earlier = bodies(vault)
    add(vault, 5)
    with pytest.raises(InUse):
        restore(file, vault.folder, PASSPHRASE)
    vault.close()
    restore(file, vault.folder, PASSPHRASE)
    with open_vault(vault.folder, PASSPHRASE) as restored:
        assert bodies(restored) == earlier
    aside = tmp_path / "looked at"
    shutil.copytree(vault.folder / swap.ASIDE, aside)
    with open_vault(aside, PASSPHRASE) as old:
        assert len(bodies(old)) == len(earlier) + 5


def test_a_damaged_vault_is_replaced_by_its_backup(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path)
    rows = bodies(vault)
    vault.close()
    for name in ("vault.db", keys.ENVELOPE, keys.ENVELOPE_COPY):
        (vault.folder / name).write_bytes(os.urandom(5000))
    restore(file, vault.folder, PASSPHRASE)
    with open_vault(vault.folder, PASSPHRASE) as restored:
        assert bodies(restored) == rows


def test_a_backup_never_replaces_a_strangers_vault(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path)
    stranger = cheap_vault(tmp_path / "stranger")
    stranger.close()
    with pytest.raises(Refused, match="another vault"):
        restore(file, stranger.folder, PASSPHRASE)
    open_vault(stranger.folder, PASSPHRASE).close()


def test_a_backup_with_one_flipped_byte_is_refused_wherever_it_is(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path)
    whole = file.read_bytes()
    for at in [*range(0, 3000, 61), *range(3000, len(whole), 4093), *range(len(whole) - 64, len(whole), 5)]:
        broken = bytearray(whole)
        broken[at] ^= 0x10
        file.write_bytes(broken)
        with pytest.raises(Damaged):
            restore(file, tmp_path / "new", PASSPHRASE)
    for length in (0, 10, 30, 500, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(Damaged):
            restore(file, tmp_path / "new", PASSPHRASE)
    assert not (tmp_path / "new").exists()
    file.write_bytes(whole)
    restore(file, tmp_path / "new", PASSPHRASE)


def test_a_backup_that_was_changed_and_hashed_anew_is_refused(vault: Vault, tmp_path: Path) -> None:
    import hashlib

    file = vault.backup(tmp_path)
    body = bytearray(file.read_bytes()[:-32])
    body[-2000] ^= 1
    file.write_bytes(bytes(body) + hashlib.sha256(body).digest())
    with pytest.raises(Damaged):
        restore(file, tmp_path / "new", PASSPHRASE)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


def test_a_backup_that_is_not_equal_to_the_vault_does_not_count(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = backups._rows_of  # noqa: SLF001 - the seam at which a bad disk is played
    seen: list[int] = []

    def forgetful(cursor: object) -> tuple[int, str]:
        seen.append(1)
        count, digest = truth(cursor)
        return (count - 1, digest) if len(seen) == 2 else (count, digest)

    monkeypatch.setattr(backups, "_rows_of", forgetful)
    with pytest.raises(Damaged, match="does not count"):
        vault.backup(tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []
    assert not (vault.folder / backups.WORK).exists()


def test_a_damaged_vault_gives_no_backup(vault: Vault, tmp_path: Path) -> None:
    vault.verify()
    database = vault.folder / "vault.db"
    content = bytearray(database.read_bytes())
    content[-4000] ^= 1
    database.write_bytes(content)
    with pytest.raises(Damaged):
        vault.backup(tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []


def test_work_goes_on_while_a_backup_is_made(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, before = backups._fingerprint, bodies(vault)  # noqa: SLF001 - the moment between reading and copying

    def meanwhile(raw: object) -> dict[str, tuple[int, str]]:
        found = truth(raw)
        add(vault, 3)
        return found

    monkeypatch.setattr(backups, "_fingerprint", meanwhile)
    file = vault.backup(tmp_path)
    monkeypatch.undo()
    restore(file, tmp_path / "new", PASSPHRASE)
    with open_vault(tmp_path / "new", PASSPHRASE) as restored:
        assert bodies(restored) == before
    assert len(bodies(vault)) > len(before)


def test_a_backup_is_for_its_owner_alone_and_names_nobody(vault: Vault, tmp_path: Path) -> None:
    file = vault.backup(tmp_path / "usb")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.suffix == backups.SUFFIX
    assert backups.verify(file, PASSPHRASE).startswith("20")
    with pytest.raises(NotFound):
        restore(tmp_path / "nothing.satchel", tmp_path / "new", PASSPHRASE)


@pytest.mark.parametrize("crash", range(1, 14))
def test_a_restore_interrupted_at_any_step_ends_with_a_whole_vault(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash: int
) -> None:
    file = vault.backup(tmp_path)
    earlier = bodies(vault)
    add(vault, 5)
    later = bodies(vault)
    vault.close()
    steps: list[Path] = []

    def cut(source: Path, target: Path) -> None:
        steps.append(source)
        if len(steps) >= crash:
            raise KeyboardInterrupt
        source.replace(target)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "move_durably", cut)
        patch.setattr("desktop.models.profile.move_durably", cut)
        with suppress(KeyboardInterrupt):
            restore(file, vault.folder, PASSPHRASE)
    with open_vault(vault.folder, PASSPHRASE) as now:
        assert bodies(now) in (earlier, later)
        assert now.verify() == []
        assert (now.restored_at is not None) == (bodies(now) == earlier)
    assert not (vault.folder / swap.PLAN).exists()
    assert not (vault.folder / swap.STAGING).exists()
