"""A laptop's database as somebody reads it who has its key and no database program: page by page.

What no table shows any more may still stand in free pages, in the unused part of a page, in blocks of the
search index and in the log beside the file; `holding` finds it there.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.stores import KEY

PAGE: Final = 4096
SALT: Final = 16
"""Bytes in clear at the beginning of the file, in the place of SQLite's own mark."""
VECTOR, SEAL = 16, 64
"""What stands at the end of every page: where its cipher began, and its HMAC."""
LOG_HEAD, FRAME_HEAD = 32, 24
"""Of the write-ahead log and of each of its frames."""


def pages(path: Path, key: bytes = KEY) -> Iterator[tuple[str, bytes]]:
    """Every page of the file and every frame of its log, also those that nothing leads to any more."""
    content = path.read_bytes()
    for at in range(0, len(content), PAGE):
        yield f"page {at // PAGE + 1}", _clear(content[at : at + PAGE], key, SALT if at == 0 else 0)
    log = path.with_name(f"{path.name}-wal")
    frames = log.read_bytes() if log.exists() else b""
    for at in range(LOG_HEAD, len(frames), FRAME_HEAD + PAGE):
        first = int.from_bytes(frames[at : at + 4], "big") == 1
        page = frames[at + FRAME_HEAD : at + FRAME_HEAD + PAGE]
        yield f"log {at}", _clear(page, key, SALT if first else 0)


def _clear(page: bytes, key: bytes, salt: int) -> bytes:
    end = PAGE - VECTOR - SEAL
    if len(page) < PAGE or not any(page):
        return page
    mode = modes.CBC(page[end : end + VECTOR])
    opener = Cipher(algorithms.AES(key), mode).decryptor()
    return opener.update(page[salt:end]) + opener.finalize()


def holding(path: Path, needles: Mapping[str, bytes], key: bytes = KEY) -> dict[str, list[str]]:
    """Which of these stand anywhere in the file or its log, and on which pages."""
    found: dict[str, list[str]] = {}
    for place, page in pages(path, key):
        for name, needle in needles.items():
            if needle in page:
                found.setdefault(name, []).append(place)
    return found


def texts(*words: str) -> dict[str, bytes]:
    """Words as they stand on a page."""
    return {word: word.encode() for word in words}


def amounts(values: Iterable[str], digits: int) -> dict[str, bytes]:
    """Amounts as a column holds them: whole numbers of the smallest unit, the highest byte first.

    Raises ValueError for one so small that its bytes would be found by chance.
    """
    found = {}
    for value in values:
        number = int(Decimal(value).scaleb(digits))
        if number < 2**32:
            raise ValueError(f"{value} is too small to be told apart")
        found[f"{value} as a number"] = number.to_bytes(6 if number < 2**47 else 8, "big")
    return found
