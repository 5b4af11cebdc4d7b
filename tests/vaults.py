"""Vaults for tests: real files and real encryption, at a guess cost that only a test may ask for."""

from pathlib import Path
from typing import Final

from desktop.models.keys import KdfCost
from desktop.models.vault import Vault, create_vault

CHEAP: Final = KdfCost(memory_kib=8, passes=1, lanes=1, below_floor_for_tests=True)
PASSPHRASE: Final = "春风 Passphrase 2026"


def cheap_vault(folder: Path, passphrase: str = PASSPHRASE) -> Vault:
    """A new open vault in `folder`."""
    return create_vault(folder, passphrase, kdf=CHEAP)[0]
