"""Files of records: what is taken, what they are called, how they are cut up and which one travels first."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

CHUNK: Final = 256 * 1024
"""Bytes of every piece of a file but the last: lost work when a connection breaks is at most this."""
LARGEST: Final = 50 * 1024 * 1024
"""Bytes of the largest file that is taken, here and at the office."""
SMALL: Final = CHUNK
"""Up to this size a file is one piece, and travels before larger ones."""
MEGABYTE: Final = 1024 * 1024

SIGNATURE: Final = "signature"
SIGNED: Final = "signed"
FIRST: Final = frozenset({SIGNATURE, SIGNED})
"""What a customer signed: it travels before everything else, and over metered links too."""
SEALED: Final = "sealed"
KEPT: Final = FIRST | {SEALED}
"""What stays with its record. What was sealed here leaves over metered links too; others fetch it in turn."""

PDF: Final = "application/pdf"
PLAIN: Final = "application/octet-stream"
IMAGES: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
}
"""Pictures that are shown in the window."""
OTHERS: Final = {
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "eml": "message/rfc822",
    "vcf": "text/vcard",
    "ics": "text/calendar",
    "zip": "application/zip",
    "heic": "image/heic",
    "dwg": "image/vnd.dwg",
    "dxf": "image/vnd.dxf",
}
PROGRAMS: Final = frozenset(
    {
        *("exe", "com", "scr", "msi", "msix", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta"),
        *("lnk", "url", "reg", "jar", "dll", "cpl", "app", "command", "sh", "desktop", "iso", "img", "chm"),
    }
)
"""Endings of files that run when somebody opens them; a customer's file is never one of these."""
_RUNS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME: Final = 120
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def is_hash(text: str | None) -> bool:
    """Whether this can be the SHA-256 of a file, in hexadecimal.

    >>> is_hash("ab" * 32), is_hash("../" * 21 + "x"), is_hash(None)
    (True, False, False)
    """
    return bool(text and _SHA256.fullmatch(text))


def fits(size: int | None) -> bool:
    """Whether a file of so many bytes is taken; an empty file is no file."""
    return size is not None and 0 < size <= LARGEST


def pieces(size: int) -> int:
    """How many pieces a file of `size` bytes has.

    >>> pieces(1), pieces(CHUNK), pieces(CHUNK + 1)
    (1, 1, 2)
    """
    return -(-size // CHUNK)


def piece_size(size: int, n: int) -> int:
    """The bytes of piece `n` of a file; 0 for a piece that it does not have.

    >>> piece_size(CHUNK + 5, 0), piece_size(CHUNK + 5, 1), piece_size(CHUNK + 5, 2), piece_size(9, -1)
    (262144, 5, 0, 0)
    """
    return max(0, min(CHUNK, size - n * CHUNK)) if n >= 0 else 0


def cut(data: bytes) -> Iterator[bytes]:
    """The pieces of a file, in order."""
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def hash_of(data: bytes) -> str:
    """The SHA-256 by which a file is known."""
    return hashlib.sha256(data).hexdigest()


def to_bits(have: frozenset[int], count: int) -> str:
    """Which pieces are there, as hexadecimal: piece 0 is the lowest bit of the first byte.

    >>> to_bits(frozenset({0, 1, 9}), 10), to_bits(frozenset(), 3)
    ('0302', '00')
    """
    return sum(1 << n for n in have if n < count).to_bytes(-(-count // 8), "little").hex()


def from_bits(text: str, count: int) -> frozenset[int]:
    """The pieces that `to_bits` wrote. Raises ValueError for what is none.

    >>> sorted(from_bits("0302", 10))
    [0, 1, 9]
    """
    bits = int.from_bytes(bytes.fromhex(text), "little")
    if bits >> count:
        raise ValueError("more pieces than the file has")
    return frozenset(n for n in range(count) if bits >> n & 1)


def urgency(purpose: str, size: int, at: int, *, wanted: bool = False) -> tuple[int, int, int]:
    """The order in which files travel: what was signed, what a person waits for, the small, the newest.

    >>> signed, small, large = (urgency("signed", 9**8, 1), urgency("", 10, 5), urgency("", 9**8, 9))
    >>> sorted([large, small, signed]) == [signed, small, large]
    True
    """
    kind = 0 if purpose in FIRST else 1 if wanted else 2 if size <= SMALL else 3
    return kind, -at, size


def safe_name(name: str) -> str:
    """A file name that any system takes and that names no folder, no device and no hidden direction.

    >>> [safe_name(name) for name in ("../../etc/passwd", "C:\\\\x\\\\照片 1.jpg", "con.txt", "..")]
    ['passwd', '照片 1.jpg', '_con.txt', 'file']
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    kept = re.sub(r'[:*?"<>|]+', "_", " ".join(kept.split())).strip(" .")
    if _RESERVED.match(kept):
        kept = f"_{kept}"
    if len(kept) > _LONGEST_NAME:
        ending = PurePosixPath(kept).suffix[:12]
        kept = kept[: _LONGEST_NAME - len(ending)].rstrip(" .") + ending
    return kept or "file"


def ending(name: str) -> str:
    """The ending of a file name in lower case, without the dot."""
    return PurePosixPath(safe_name(name)).suffix.lower().lstrip(".")


def runs(name: str, data: bytes) -> bool:
    """Whether this file would run when it is opened, by its name or by its first bytes."""
    return ending(name) in PROGRAMS or data.startswith(_RUNS)


def media_type(name: str, data: bytes) -> str:
    """What a file is, by its first bytes; its name decides only where they do not say.

    >>> media_type("a.txt", b"%PDF-1.7"), media_type("a.pdf", b"hello"), media_type("a.csv", b"a,b")
    ('application/pdf', 'application/octet-stream', 'text/csv')
    """
    if b"%PDF-" in data[:1024]:
        return PDF
    for kind, begins in (
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/gif", b"GIF8"),
        ("image/bmp", b"BM"),
    ):
        if data.startswith(begins):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return OTHERS.get(ending(name), PLAIN)
