"""What breaks says so; a backup brings everything back; a log that was tampered with is found out."""

import json
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from desktop.models.vault import open_vault
from tests.stories.people import Laptop, Starter
from tests.vaults import PASSPHRASE

KINDS = ("customer", "product", "organisation", "quote", "quote_line", "quote_revision")


def everything(laptop: Laptop) -> dict[str, Any]:
    return {kind: laptop.json("list", kind, "--limit", "1000") for kind in KINDS}


def test_a_backup_brings_every_record_back(selling: Laptop, starter: Starter, tmp_path: Path) -> None:
    quote = selling.json("quote", "new", "--customer", "苏州星河精密机械有限公司", "--line", "SAT-75V*2")
    selling.json("quote", "issue", quote["id"])
    before = everything(selling)
    folder = tmp_path / "backups"
    backup = selling.json("backup", str(folder))["file"]
    (selling.profile / "vault.db").write_bytes(b"\0" * 8192)
    for side in ("vault.db-wal", "vault.db-shm"):
        (selling.profile / side).unlink(missing_ok=True)
    said = selling.fails(1, "--language", "zh", "list", "customer")
    assert "损坏" in said
    selling.fails(1, "--language", "en", "verify")
    selling.json("restore", backup)
    assert everything(selling) == before
    assert selling.json("verify")["ok"]
    elsewhere = Laptop(starter, tmp_path / "another laptop")
    elsewhere.json("restore", backup)
    assert everything(elsewhere) == before
    elsewhere.fails(6, "list", "customer", SATCHEL_PASSPHRASE="wrong")


def test_a_backup_that_is_damaged_or_strange_is_refused_and_nothing_changes(
    selling: Laptop, tmp_path: Path
) -> None:
    before = everything(selling)
    backup = Path(selling.json("backup", str(tmp_path))["file"])
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    for name, wrong in (("flipped", bytes(content)), ("cut", bytes(content[:5000])), ("text", b"hello" * 99)):
        path = tmp_path / f"{name}.satchel"
        path.write_bytes(wrong)
        assert selling.fails(1, "restore", str(path))
        assert everything(selling) == before
    selling.fails(6, "restore", str(backup), SATCHEL_PASSPHRASE="wrong")
    assert everything(selling) == before


def test_a_wrong_passphrase_and_a_missing_one_are_told_apart(laptop: Laptop, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        said = laptop.fails(6, "--language", language, "list", "customer", SATCHEL_PASSPHRASE="春风")
        assert said
    right = tmp_path / "passphrase"
    right.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    with_file = laptop.run("--passphrase-file", str(right), "list", "customer", SATCHEL_PASSPHRASE="wrong")
    assert with_file.code == 0
    laptop.fails(3, "--passphrase-file", str(tmp_path / "none"), "list", "customer")
    del laptop.environment["SATCHEL_PASSPHRASE"]
    assert "SATCHEL_PASSPHRASE" in laptop.fails(2, "list", "customer")


TAMPERED = {
    "another value": "UPDATE change SET body = replace(body, '0512-2', '0512-3') WHERE n = 2",
    "another time": "UPDATE change SET at = at + 1 WHERE n = 2",
    "another person": "UPDATE change SET actor = device WHERE n = 2",
    "a hole": "DELETE FROM change WHERE n = 2",
    "a cut tail": "DELETE FROM change WHERE n = 3",
}


@pytest.mark.parametrize("how", sorted(TAMPERED))
def test_a_tampered_log_is_found_out(laptop: Laptop, how: str) -> None:
    made = laptop.new_id("customer", "name=甲", "phone=0512-1")
    laptop.json("edit", "customer", made, "phone=0512-2")
    laptop.json("edit", "customer", made, "phone=0512-4")
    assert laptop.json("verify")["operations"] == 3
    with open_vault(laptop.profile, PASSPHRASE) as vault, vault.engine.begin() as connection:
        connection.exec_driver_sql(TAMPERED[how])
    said = laptop.fails(1, "verify")
    assert "operation" in said or "log" in said
    assert "2" in said


def test_what_was_acknowledged_is_there_after_a_kill(laptop: Laptop) -> None:
    known: set[str] = set()
    for turn in range(6):
        writing = laptop.start("--json", "new", "customer", f"name=第{turn}号")
        time.sleep(0.01 * turn)
        ended = writing.kill(signal.SIGKILL)
        if ended.out.endswith("\n"):
            known.add(json.loads(ended.out)["id"])
        known.add(laptop.new_id("customer", f"name=第{turn}号之后"))
    listed = {one["id"] for one in laptop.json("list", "customer")}
    assert known <= listed
    assert len(listed) <= 12
    assert laptop.json("verify")["ok"]


def test_init_shows_a_recovery_code_once_and_never_overwrites(starter: Starter, tmp_path: Path) -> None:
    laptop = Laptop(starter, tmp_path / "new")
    made = laptop.json("init", "--name", "林一鸣")
    assert len(made["recovery_code"].replace("-", "")) >= 24
    content = [path.read_bytes() for path in laptop.profile.rglob("*") if path.is_file()]
    assert not any(made["recovery_code"].encode() in one for one in content)
    laptop.fails(1, "init")
    created = laptop.new_id("customer", "name=甲")
    assert laptop.json("history", "customer", created)[0]["who"] == "林一鸣"
    with open_vault(laptop.profile, recovery_code=made["recovery_code"]) as vault:
        assert vault.vault_id == made["vault"]
    shutil.rmtree(laptop.profile)
    laptop.fails(3, "list", "customer")
