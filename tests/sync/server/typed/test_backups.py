"""Backups of the office are made, kept, brought back and refused."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from sync.server.server import Server
from sync.server.store import open_folder
from sync.server.tables import META
from tests.sync.server.laptop import Laptop
from tests.sync.server.typed.conftest import Cli


def test_a_backup_is_whole_unreadable_and_comes_back_on_a_new_computer(
    cli: Cli, begun: dict[str, Any], office: Server, data: Path, tmp_path: Path
) -> None:
    office.add_user("金丝雀Canary")
    laptop = Laptop(office)
    laptop.enrol(office.new_code("金丝雀Canary"))
    before = laptop.create("customer", name="以前")
    laptop.sync()
    made = cli("backup", tmp_path / "backups")
    file = Path(made["file"])
    content = file.read_bytes()
    assert b"Canary" not in content
    assert "以前".encode() not in content
    after = laptop.create("customer", name="以后")
    laptop.sync()
    new = tmp_path / "new"
    assert "密钥" in cli("restore", file, code=1, folder=new)
    assert cli("restore", file, "--key", data / "office.key", folder=new)["kept"] is None
    restored = Server(open_folder(new))
    laptop.server, laptop.sent, laptop.acked = restored, 1, 1
    laptop.sync()
    assert laptop.row("customer", before)["name"] == "以前"
    assert laptop.row("customer", after)["name"] == "以后"
    assert restored.check_audit()[0] == 0
    restored.store.close()


@pytest.mark.parametrize("numbered", [True, False])
def test_after_a_restore_no_laptop_misses_what_comes_next(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path, numbered: bool
) -> None:
    """The counters of the restored office stand below what laptops saw; they jump above it."""
    first = Server(open_folder(data))
    if numbered:
        Laptop(first).enrol(begun["code"])
    first.store.close()
    file = Path(cli("backup", tmp_path / "a.office")["file"])
    server = Server(open_folder(data))
    for name in ("Li", "Wang"):
        server.add_user(name, "North")
    laptops = [Laptop(server) for _ in range(2)]
    for laptop, name in zip(laptops, ("Li", "Wang"), strict=True):
        lent = laptop.enrol(server.new_code(name)).leases
        laptop.sync()
    ahead = dict(laptops[0].cursors)
    server.store.close()
    kept = cli("restore", file)["kept"]
    assert Path(kept, "office.db").exists()
    with_heads = Server(open_folder(data))
    fresh = Laptop(with_heads)
    with_heads.add_user("Zhao")
    fresh_blocks = fresh.enrol(with_heads.new_code("Zhao")).leases
    fresh.sync()
    assert [one.series for one in fresh_blocks] == [one.series for one in lent]
    assert all(new.first > old.last for new, old in zip(fresh_blocks, lent, strict=True)), "no number twice"
    assert fresh.cursors["org"] > ahead["org"]
    with_heads.store.close()


def test_only_the_newest_backups_are_left(cli: Cli, begun: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "satchel-other.txt").write_text("mine")
    made = [cli("backup", folder, "--keep", 2)["file"] for _ in range(4)]
    assert sorted(map(str, folder.glob("*.office"))) == made[2:]
    assert (folder / "satchel-other.txt").exists()


@pytest.mark.parametrize("damage", ["cut", "flip", "header", "swap", "empty"])
def test_a_damaged_backup_is_refused_and_the_office_stays_as_it_is(
    cli: Cli, begun: dict[str, Any], data: Path, tmp_path: Path, damage: str
) -> None:
    file = Path(cli("backup", tmp_path / "a.office")["file"])
    content = bytearray(file.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flip":
        content[len(content) // 2] ^= 1
    elif damage == "header":
        content = bytearray(bytes(content).replace(b'"format": 1', b'"format": 2'))
    elif damage == "swap":
        content = bytearray(bytes(content).replace(b'"schema": 1', b'"schema": 0'))
    else:
        content = bytearray()
    file.write_bytes(content)
    before = (data / "office.db").read_bytes()
    assert cli("restore", file, code=1)
    assert (data / "office.db").read_bytes() == before
    assert not (data / "restoring").exists()
    assert len(cli("user", "list")) == 1


def test_an_upgrade_keeps_a_backup_and_refuses_newer_data(
    cli: Cli, begun: dict[str, Any], data: Path
) -> None:
    with_old_shape = Server(open_folder(data))
    with_old_shape.store.write(lambda conn: conn.exec_driver_sql("DROP TABLE office_audit_root"))
    with_old_shape.store.write(lambda conn: conn.exec_driver_sql("ALTER TABLE user DROP COLUMN job_en"))
    with_old_shape.store.close()
    told = cli("upgrade")
    assert told["added"] == ["office_audit_root", "user.job_en"]
    assert Path(told["backup"]).parent == data / "before-upgrade"
    assert cli("upgrade")["added"] == []
    newer = Server(open_folder(data))
    newer.store.write(
        lambda conn: conn.execute(update(META).where(META.c.name == "schema").values(value="99"))
    )
    newer.store.close()
    count = len(list((data / "before-upgrade").iterdir()))
    assert "更新" in cli("upgrade", code=1)
    assert len(list((data / "before-upgrade").iterdir())) == count
