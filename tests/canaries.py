"""Canaries: texts that must never be found in clear on a disk, and the eyes that look for them.

    texts = plant(1000)                     put them into every field, by whatever door
    hits([profile, temp, cache], texts)     what is readable: [] from a build that encrypts

A build that does not encrypt is made by `plain_build()`, also in a child process:
`python -c "from tests.canaries import plain_build as p; p(); from desktop.__main__ import main; main()" …`
"""

import base64
import os
import random
import re
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final

LATIN: Final = "Zqx7Canary"
CHINESE: Final = "鹮檞鸤"
"""Every canary holds both; neither occurs by itself (6 random bytes are alike once in 10¹⁴)."""

NUMBER: Final = re.compile(rf"{LATIN}(\d{{6}})", re.IGNORECASE)
PACKED: Final = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
LARGEST_UNPACKED: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where something readable was found; `canary` is empty where only the common part is left."""

    path: Path
    encoding: str
    canary: str


def plant(n: int, seed: int = 0) -> list[str]:
    """`n` texts that differ, with Chinese, Latin letters and digits in each; the same for the same seed."""
    draw = random.Random(seed)
    numbers = draw.sample(range(1_000_000), n)
    return [f"{CHINESE}{LATIN}{number:06d}" for number in numbers]


def hits(folders: Iterable[Path], canaries: Sequence[str]) -> list[Hit]:
    """Every canary that can be read in a name or in the content of a file below `folders`."""
    known = {match[1]: canary for canary in canaries if (match := NUMBER.search(canary))}
    found: dict[Hit, None] = {}
    for path in sorted({path for folder in folders for path in folder.rglob("*")}):
        found |= dict.fromkeys(_in_bytes(path, os.fsencode(path.name), "name ", known))
        if path.is_file():
            content = path.read_bytes()
            found |= dict.fromkeys(_in_bytes(path, content, "", known))
            for unpacked in _unpacked(content):
                found |= dict.fromkeys(_in_bytes(path, unpacked, "packed ", known))
    return list(found)


def _in_bytes(path: Path, content: bytes, prefix: str, known: dict[str, str]) -> Iterator[Hit]:
    lower = content.lower()
    for encoding, needle, folded in _needles():
        haystack, at = lower if folded else content, -1
        while (at := haystack.find(needle, at + 1)) >= 0:
            yield Hit(path, prefix + encoding, _which(content, at, encoding, known))


def _which(content: bytes, at: int, encoding: str, known: dict[str, str]) -> str:
    """The canary whose number stands near the common part."""
    window = content[max(0, at - 8) : at + 160]
    for text in _readings(window, encoding):
        if match := NUMBER.search(text):
            return known.get(match[1], "")
    return ""


def _readings(window: bytes, encoding: str) -> Iterator[str]:
    if not encoding.startswith("base64"):
        name = encoding.split(" ")[0]
        for shift in (0, 1):
            yield window[shift:].decode(name, errors="ignore")
        return
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", window.translate(bytes.maketrans(b"-_", b"+/"))) + b"AAA"
    for shift in range(4):
        whole = letters[shift : shift + (len(letters) - shift) // 4 * 4]
        inner = base64.b64decode(whole)
        for name in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            yield inner.decode(name, errors="ignore")


def _needles() -> list[tuple[str, bytes, bool]]:
    """(encoding, bytes to look for, whether the case of letters does not matter)."""
    needles = []
    for word in (LATIN, CHINESE):
        for name in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            plain = word.encode(name)
            needles.append((f"{name} {word}", plain.lower(), True))
            for shift in range(3):
                coded = base64_within(plain, shift)
                needles.append((f"base64 {name} {word}", coded, False))
                needles.append(
                    (f"base64 {name} {word}", coded.translate(bytes.maketrans(b"+/", b"-_")), False)
                )
    return list(dict.fromkeys(needles))


def base64_within(plain: bytes, shift: int) -> bytes:
    """The letters of base64 that `plain` alone decides when it stands `shift` bytes after a multiple of 3."""
    coded = base64.b64encode(bytes(shift) + plain + bytes(2))
    first = -(-shift * 8 // 6)
    return coded[first : (shift + len(plain)) * 8 // 6]


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What zlib or gzip streams inside `content` hold."""
    for start in PACKED.finditer(content):
        stream = zlib.decompressobj(wbits=47)
        try:
            yield stream.decompress(memoryview(content)[start.start() :], LARGEST_UNPACKED)
        except zlib.error:
            continue


def plain_build() -> None:
    """Make this process a build that forgets to encrypt: it gives no key, and nobody notices."""
    from sqlcipher3 import dbapi2

    from desktop.models import engines

    class Keyless(dbapi2.Connection):  # type: ignore[misc]
        def execute(self, sql: str, *values: Any) -> Any:
            return super().execute("SELECT 1" if sql.startswith("PRAGMA key") else sql, *values)

    plain = ModuleType("plain")
    vars(plain).update(vars(dbapi2), connect=partial(dbapi2.connect, factory=Keyless))
    vars(engines).update(dbapi2=plain, is_encrypted=_blind)


def _blind(_connection: Any) -> bool:
    return True


def run_until(program: Sequence[str], ready: str, *, kill: bool, environment: dict[str, str]) -> None:
    """Run a Python program until it prints `ready`; then kill it with SIGKILL, or let it end by itself."""
    with subprocess.Popen(
        [sys.executable, *program], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip() == ready:
                if kill:
                    child.send_signal(signal.SIGKILL)
                break
        child.communicate()
    if child.returncode != (-signal.SIGKILL if kill else 0):
        raise AssertionError(f"the program ended with {child.returncode}")
