"""Whatever happens to the bytes of a database is found at the door: flipped, emptied, cut, moved, foreign."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import Damaged
from desktop.models.vault import open_vault
from tests.vaults import PASSPHRASE, cheap_vault

PAGE = 4096


def flip(content: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 3)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def empty(content: bytearray, dice: random.Random) -> None:
    page = dice.randrange(len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


def cut(content: bytearray, dice: random.Random) -> None:
    del content[-dice.randint(1, len(content) - 1) :]


def cut_at_a_page(content: bytearray, dice: random.Random) -> None:
    del content[-PAGE * dice.randint(1, len(content) // PAGE - 1) :]


def swap_pages(content: bytearray, dice: random.Random) -> None:
    one, other = dice.sample(range(len(content) // PAGE), 2)
    first, second = (bytes(content[page * PAGE : (page + 1) * PAGE]) for page in (one, other))
    content[one * PAGE : (one + 1) * PAGE] = second
    content[other * PAGE : (other + 1) * PAGE] = first


def append(content: bytearray, dice: random.Random) -> None:
    content += dice.randbytes(PAGE * dice.randint(1, 3))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed vault with a few dozen pages, some of them free."""
    vault = cheap_vault(tmp_path_factory.mktemp("sound") / "profile")
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)")
        for n in range(400):
            connection.exec_driver_sql("INSERT INTO note (body) VALUES (?)", (f"note {n} " * 30,))
        connection.exec_driver_sql("DELETE FROM note WHERE id > 250")
    vault.close()
    return vault.folder


@pytest.mark.parametrize("harm", [flip, empty, cut, cut_at_a_page, swap_pages, append])
def test_each_harm_to_the_database_is_found_when_the_vault_is_opened(
    sound: Path, tmp_path: Path, harm: Callable[[bytearray, random.Random], None]
) -> None:
    dice, folder = random.Random(20261124), tmp_path / "profile"
    shutil.copytree(sound, folder)
    whole = (folder / "vault.db").read_bytes()
    for _ in range(40):
        content = bytearray(whole)
        harm(content, dice)
        (folder / "vault.db").write_bytes(content)
        with pytest.raises(Damaged):
            open_vault(folder, PASSPHRASE)
    (folder / "vault.db").write_bytes(whole)
    open_vault(folder, PASSPHRASE).close()


def test_the_database_of_another_vault_is_found(sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path / "profile")
    stranger = cheap_vault(tmp_path / "stranger")
    stranger.close()
    shutil.copy(stranger.folder / "vault.db", tmp_path / "profile" / "vault.db")
    with pytest.raises(Damaged):
        open_vault(tmp_path / "profile", PASSPHRASE)
