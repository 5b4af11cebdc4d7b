"""A vault opens for its owner, for nobody else, for one program at a time, and says what is wrong with it."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from desktop.errors import Damaged, InUse, NotFound, Refused, WrongPassphrase
from desktop.models import keys
from desktop.models.vault import Vault, create_vault, open_vault
from desktop.rules.canonical import canonical
from tests.vaults import CHEAP, PASSPHRASE

BEGINNING = "2026-11-24T01:00:00Z"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A vault with one table of rows, its folder and its recovery code."""
    vault, code = create_vault(tmp_path / "profile", PASSPHRASE, kdf=CHEAP)
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        connection.execute(
            sa.text("INSERT INTO note (body) VALUES (:body)"),
            [{"body": f"note {n} " * 40} for n in range(500)],
        )
    yield SimpleNamespace(vault=vault, folder=vault.folder, code=code)
    vault.close()


def notes(vault: Vault) -> int:
    with vault.reader().connect() as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM note")) or 0)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x01
    path.write_bytes(content)


def test_what_was_written_is_there_after_reopening(made: SimpleNamespace) -> None:
    made.vault.close()
    with open_vault(made.folder, PASSPHRASE) as vault:
        assert notes(vault) == 500
        assert vault.vault_id == made.vault.vault_id


def test_a_second_vault_in_the_same_folder_is_refused(made: SimpleNamespace) -> None:
    made.vault.close()
    with pytest.raises(Refused, match="already holds a vault"):
        create_vault(made.folder, "another", kdf=CHEAP)


def test_an_empty_folder_holds_no_vault_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_vault(tmp_path, PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_passphrase_is_refused_and_the_right_one_still_opens(made: SimpleNamespace) -> None:
    made.vault.close()
    with pytest.raises(WrongPassphrase, match="passphrase is wrong"):
        open_vault(made.folder, PASSPHRASE + "!")
    open_vault(made.folder, PASSPHRASE).close()


def test_wrong_passphrases_cost_growing_time_even_across_restarts(made: SimpleNamespace) -> None:
    made.vault.close()
    waits = []
    with time_machine.travel(BEGINNING, tick=False) as clock:
        for _ in range(12):
            with pytest.raises(WrongPassphrase):
                open_vault(made.folder, "wrong")
            waits.append(waited := _wait_needed(made.folder))
            clock.shift(waited)
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (0, 30)
        open_vault(made.folder, PASSPHRASE).close()
        with pytest.raises(WrongPassphrase, match="passphrase is wrong"):
            open_vault(made.folder, "wrong")
        assert _wait_needed(made.folder) == 0


def _wait_needed(folder: Path) -> int:
    """Seconds until the next guess is heard, without making one."""
    before = (folder / "attempts.json").read_bytes()
    try:
        keys.Attempts(folder).begin()
    except WrongPassphrase as error:
        return int(str(error.message.values["seconds"]))
    finally:
        (folder / "attempts.json").write_bytes(before)
    return 0


def test_a_clock_set_back_does_not_lock_the_owner_out(made: SimpleNamespace) -> None:
    made.vault.close()
    (made.folder / "attempts.json").write_bytes(canonical({"failed": 20, "last": 4_000_000_000}))
    with time_machine.travel(BEGINNING, tick=False), pytest.raises(WrongPassphrase, match="Wait 30 seconds"):
        open_vault(made.folder, PASSPHRASE)


def test_the_recovery_code_opens_the_vault_however_it_is_typed(made: SimpleNamespace) -> None:
    made.vault.close()
    for typed in (
        made.code,
        made.code.lower().replace("-", " "),
        made.code.replace("0", "O").replace("1", "l"),
    ):
        open_vault(made.folder, recovery_code=typed).close()


def test_each_single_mistake_in_the_recovery_code_is_named_as_mistyped(made: SimpleNamespace) -> None:
    made.vault.close()
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for at, right in enumerate(made.code):
        for wrong in letters if right != "-" else "":
            if wrong != right:
                with pytest.raises(WrongPassphrase, match="mistyped"):
                    keys.read_recovery_code(made.code[:at] + wrong + made.code[at + 1 :])
    plain = made.code.replace("-", "")
    for at in range(len(plain) - 1):
        swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        if swapped != plain:
            with pytest.raises(WrongPassphrase, match="mistyped"):
                keys.read_recovery_code(swapped)
    with pytest.raises(WrongPassphrase, match="mistyped"):
        open_vault(made.folder, recovery_code=made.code[:-1])
    assert not (made.folder / "attempts.json").exists(), "a slip of the pen is no guess"


def test_a_code_of_another_vault_and_a_replaced_code_open_nothing(made: SimpleNamespace) -> None:
    slot, fresh = made.vault.draw_recovery_code()
    made.vault.close()
    with pytest.raises(WrongPassphrase, match="another vault"):
        open_vault(made.folder, recovery_code=fresh)
    with open_vault(made.folder, recovery_code=made.code) as vault:
        vault.take_recovery_code(slot)
    with pytest.raises(WrongPassphrase, match="another vault"):
        open_vault(made.folder, recovery_code=made.code)
    open_vault(made.folder, recovery_code=fresh).close()


def test_changing_the_passphrase_changes_no_byte_of_the_database(made: SimpleNamespace) -> None:
    made.vault.verify()
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in made.folder.glob("vault.db*")}
    made.vault.change_passphrase(PASSPHRASE, "new one", kdf=CHEAP)
    after = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in made.folder.glob("vault.db*")}
    assert after == before
    made.vault.close()
    with pytest.raises(WrongPassphrase):
        open_vault(made.folder, PASSPHRASE)
    (made.folder / keys.ENVELOPE).unlink()
    with pytest.raises(WrongPassphrase):
        open_vault(made.folder, PASSPHRASE)
    open_vault(made.folder, "new one").close()
    open_vault(made.folder, recovery_code=made.code).close()


def test_the_passphrase_changes_only_for_one_who_knows_the_old_one(made: SimpleNamespace) -> None:
    with pytest.raises(WrongPassphrase):
        made.vault.change_passphrase("not it", "new one", kdf=CHEAP)
    made.vault.close()
    open_vault(made.folder, PASSPHRASE).close()


def test_one_who_came_by_the_recovery_code_sets_a_new_passphrase(made: SimpleNamespace) -> None:
    made.vault.close()
    with open_vault(made.folder, recovery_code=made.code) as vault:
        with pytest.raises(WrongPassphrase, match="another vault"):
            vault.change_passphrase(keys.recovery_code(bytes(16)), "remembered", kdf=CHEAP)
        vault.change_passphrase(made.code.lower().replace("-", " "), "remembered", kdf=CHEAP)
    open_vault(made.folder, "remembered").close()
    with pytest.raises(WrongPassphrase):
        open_vault(made.folder, PASSPHRASE)


def test_the_second_copy_of_the_key_file_serves_when_the_first_is_broken(made: SimpleNamespace) -> None:
    made.vault.close()
    whole = (made.folder / keys.ENVELOPE).read_bytes()
    for at in range(0, len(whole), 7):
        flip(made.folder / keys.ENVELOPE, at)
        open_vault(made.folder, PASSPHRASE).close()
        assert (made.folder / keys.ENVELOPE).read_bytes() == whole, "the broken copy is healed"


def test_two_broken_copies_of_the_key_file_are_named_as_damage(made: SimpleNamespace) -> None:
    made.vault.close()
    for name in (keys.ENVELOPE, keys.ENVELOPE_COPY):
        (made.folder / name).write_bytes((made.folder / name).read_bytes()[:-40])
    with pytest.raises(Damaged, match="Restore the vault from a backup"):
        open_vault(made.folder, PASSPHRASE)


def test_a_key_file_changed_on_purpose_is_found_by_its_mac(made: SimpleNamespace) -> None:
    made.vault.close()
    _rewrite(made.folder, lambda document: document.update(created_at="1999-01-01T00:00:00+00:00"))
    with pytest.raises(Damaged, match="changed by something other than Satchel"):
        open_vault(made.folder, PASSPHRASE)


def test_a_slot_with_other_parameters_opens_nothing(made: SimpleNamespace) -> None:
    made.vault.close()
    _rewrite(made.folder, lambda document: document["slots"][0]["kdf"].update(passes=2))
    with pytest.raises(WrongPassphrase):
        open_vault(made.folder, PASSPHRASE)
    _rewrite(made.folder, lambda document: document["slots"][0]["kdf"].update(memory_kib=1 << 40))
    with pytest.raises(Damaged):
        open_vault(made.folder, PASSPHRASE)


def test_a_vault_of_a_newer_program_is_refused_and_left_untouched(made: SimpleNamespace) -> None:
    made.vault.close()
    _rewrite(made.folder, lambda document: document.update(format=2, slots=[{"type": "iris"}]))
    before = {path: path.read_bytes() for path in made.folder.iterdir()}
    with pytest.raises(Refused, match="newer Satchel"):
        open_vault(made.folder, PASSPHRASE)
    assert {path: path.read_bytes() for path in made.folder.iterdir()} == before


def _rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads((folder / keys.ENVELOPE).read_bytes())
    change(document)
    del document["check"]
    document["check"] = hashlib.sha256(canonical(document)).hexdigest()
    for name in (keys.ENVELOPE, keys.ENVELOPE_COPY):
        (folder / name).write_bytes(canonical(document))


@pytest.mark.parametrize("page", [0, 2, 9])
def test_a_flipped_bit_in_any_page_is_damage_at_the_door(made: SimpleNamespace, page: int) -> None:
    made.vault.close()
    flip(made.folder / "vault.db", page * 4096 + 1234)
    with pytest.raises(Damaged, match="Restore the last backup"):
        open_vault(made.folder, PASSPHRASE)


def test_a_page_that_breaks_while_open_is_damage_and_not_wrong_data(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.vault.close()
    for page in range(2, (made.folder / "vault.db").stat().st_size // 4096):
        flip(made.folder / "vault.db", page * 4096 + 99)
    monkeypatch.setattr("desktop.models.vault.QUICK_CHECK_BYTES", 0)
    with open_vault(made.folder, PASSPHRASE) as vault:
        with pytest.raises(Damaged), vault.engine.begin() as connection:
            connection.scalar(sa.text("SELECT sum(length(body)) FROM note"))
        assert {problem.check for problem in vault.verify()} >= {"cipher_integrity_check"}


def test_a_missing_or_emptied_database_is_damage_and_is_never_replaced_by_an_empty_one(
    made: SimpleNamespace,
) -> None:
    made.vault.close()
    (made.folder / "vault.db").write_bytes(b"")
    with pytest.raises(Damaged, match="missing"):
        open_vault(made.folder, PASSPHRASE)
    (made.folder / "vault.db").unlink()
    with pytest.raises(Damaged, match="missing"):
        open_vault(made.folder, PASSPHRASE)
    assert not (made.folder / "vault.db").exists()


def test_a_sound_vault_has_no_problems(made: SimpleNamespace) -> None:
    assert made.vault.verify(full=True) == []
    assert made.vault.verify(full=False) == []


def test_a_second_program_finds_the_vault_in_use(made: SimpleNamespace) -> None:
    program = (
        "import sys, pathlib\nfrom desktop.errors import SatchelError\n"
        "from desktop.models.vault import open_vault\n"
        "try:\n open_vault(pathlib.Path(sys.argv[1]), sys.argv[2]).close()\n"
        "except SatchelError as error:\n sys.exit(error.exit_code)\n"
    )
    command = [sys.executable, "-c", program, str(made.folder), PASSPHRASE]
    assert subprocess.run(command, check=False).returncode == InUse.exit_code
    with pytest.raises(InUse):
        open_vault(made.folder, PASSPHRASE)
    made.vault.close()
    assert subprocess.run(command, check=False).returncode == 0


def test_everything_in_the_profile_is_for_its_owner_alone(made: SimpleNamespace) -> None:
    old = os.umask(0)
    try:
        made.vault.change_passphrase(PASSPHRASE, "new one", kdf=CHEAP)
        with made.vault.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM note")
    finally:
        os.umask(old)
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in made.folder.rglob("*")} == {
        path.name: 0o600 for path in made.folder.rglob("*")
    }
    assert {"vault.db", "vault.db-wal"} <= {path.name for path in made.folder.iterdir()}


def test_each_purpose_has_its_own_key_and_none_after_locking(made: SimpleNamespace) -> None:
    found = {made.vault.subkey(purpose) for purpose in ("db", "blob", "backup", "anchor", "log", "transport")}
    assert len(found) == 6
    assert {len(key) for key in found} == {32}
    with pytest.raises(ValueError, match="purpose"):
        made.vault.subkey("marketing")
    engine = made.vault.engine
    made.vault.lock()
    with pytest.raises(Refused, match="locked"):
        made.vault.subkey("db")
    with pytest.raises(Refused, match="locked"):
        engine.connect()


def test_a_database_taken_away_while_open_is_not_begun_anew(made: SimpleNamespace) -> None:
    (made.folder / "vault.db").unlink()
    with pytest.raises(Damaged, match="missing"):
        made.vault.verify()
    assert not (made.folder / "vault.db").exists()


@pytest.mark.parametrize("step", [1, 2])
def test_a_change_of_passphrase_that_is_interrupted_leaves_one_that_opens(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    calls: list[bytes] = []

    def cut(path: Path, content: bytes) -> None:
        if path.name in (keys.ENVELOPE, keys.ENVELOPE_COPY):
            calls.append(content)
        if len(calls) == step:
            raise KeyboardInterrupt
        path.write_bytes(content)

    with monkeypatch.context() as patch:
        patch.setattr(keys, "write_durably", cut)
        with pytest.raises(KeyboardInterrupt):
            made.vault.change_passphrase(PASSPHRASE, "new one", kdf=CHEAP)
    made.vault.close()
    opens, refused = (PASSPHRASE, "new one") if step == 1 else ("new one", PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        open_vault(made.folder, refused)
    open_vault(made.folder, opens).close()
    copies = {(made.folder / name).read_bytes() for name in (keys.ENVELOPE, keys.ENVELOPE_COPY)}
    assert len(copies) == 1, "no older secret stays behind"


def test_the_floor_of_the_guess_cost_is_in_the_code() -> None:
    with pytest.raises(ValueError, match="floor"):
        keys.KdfCost(memory_kib=1024, passes=3, lanes=4)
    assert keys.STRONG.memory_kib >= keys.FLOOR_KIB == 64 * 1024


def test_the_real_guess_cost_is_calibrated_and_recorded(tmp_path: Path) -> None:
    vault, _code = create_vault(tmp_path / "real", PASSPHRASE)
    vault.close()
    (slot,) = [slot for slot in keys.read_envelope(vault.folder).envelope.slots if slot.type == "passphrase"]
    assert int(slot.kdf["memory_kib"]) >= keys.FLOOR_KIB
    open_vault(vault.folder, PASSPHRASE).close()


def test_a_slow_machine_gets_a_lower_cost_but_never_below_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "CALIBRATED_SECONDS", -1.0)
    monkeypatch.setattr(keys, "_argon2", lambda *_: bytes(32))
    assert keys.calibrated().memory_kib == keys.FLOOR_KIB


def test_an_interrupted_creation_is_finished_or_can_be_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "profile"
    with monkeypatch.context() as patch:
        patch.setattr(keys, "write_envelope", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            create_vault(folder, PASSPHRASE, kdf=CHEAP)
    with monkeypatch.context() as patch:
        patch.setattr("desktop.models.vault._finish_creation", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            create_vault(folder, PASSPHRASE, kdf=CHEAP)
    open_vault(folder, PASSPHRASE).close()


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_opening_the_door_needs_nothing_heavy() -> None:
    program = "import sys, desktop.models.vault; print(sorted(m for m in sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert "desktop.models.keys" in loaded
    for heavy in ("sqlalchemy", "cryptography", "argon2", "babel", "PySide6"):
        assert f"'{heavy}" not in loaded


def test_a_vault_knows_whether_it_was_closed_well(made: SimpleNamespace, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"
    shutil.copytree(made.folder, crashed)  # as the disk was while the program ran
    made.vault.close()
    with open_vault(crashed, PASSPHRASE) as vault:
        assert vault.unclean
    with open_vault(made.folder, PASSPHRASE) as vault:
        assert not vault.unclean
