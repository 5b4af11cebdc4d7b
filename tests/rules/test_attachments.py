"""What files are called, what they are, how they are cut up and which one goes first."""

import random

import pytest

from desktop.rules import attachments as rules


def test_pieces_make_the_file_again() -> None:
    for size in (1, rules.CHUNK - 1, rules.CHUNK, rules.CHUNK + 1, 3 * rules.CHUNK):
        data = random.Random(size).randbytes(size)
        cut = list(rules.cut(data))
        assert b"".join(cut) == data
        assert [len(piece) for piece in cut] == [rules.piece_size(size, n) for n in range(rules.pieces(size))]


def test_the_pieces_that_are_there_travel_as_bits() -> None:
    rng = random.Random(4)
    for _ in range(200):
        count = rng.randrange(1, 300)
        have = frozenset(n for n in range(count) if rng.random() < 0.5)
        assert rules.from_bits(rules.to_bits(have, count), count) == have
    for wrong in ("0", "zz", "08"):
        with pytest.raises(ValueError, match=r"."):
            rules.from_bits(wrong, 3)


def test_only_a_size_that_fits_is_a_size() -> None:
    sizes = (None, -1, 0, 1, rules.LARGEST, rules.LARGEST + 1)
    assert [rules.fits(size) for size in sizes] == [False, False, False, True, True, False]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("/etc/shadow", "shadow"),
        ("a/b\\c.pdf", "c.pdf"),
        ("...", "file"),
        ("", "file"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("LPT1", "_LPT1"),
        ("名字?*|.png", "名字_.png"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("长" * 300 + ".jpeg", "长" * 115 + ".jpeg"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert rules.safe_name(name) == safe
    assert rules.safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("x", b"\xff\xd8\xff\xe1", "image/jpeg"),
        ("x.pdf", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("x", b"GIF89a", "image/gif"),
        ("x", b"RIFF0000WEBPVP8 ", "image/webp"),
        ("x.wav", b"RIFF0000WAVE", rules.PLAIN),
        ("x", b"junk before %PDF-1.4", rules.PDF),
        ("表.XLSX", b"PK", rules.OTHERS["xlsx"]),
        ("x.jpg", b"not a picture", rules.PLAIN),
    ],
)
def test_what_a_file_is_follows_from_its_bytes(name: str, data: bytes, kind: str) -> None:
    assert rules.media_type(name, data) == kind


def test_a_program_is_known_by_name_or_by_bytes() -> None:
    assert rules.runs("a.pdf.exe", b"x")
    assert rules.runs("a.pdf", b"\x7fELF")
    assert not rules.runs("a.pdf", b"%PDF")
