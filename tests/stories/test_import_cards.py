"""Real vCard files come in whole: every value that another reader sees in them is on the laptop then."""

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.stories.people import ROOT, Laptop

FILES = sorted((ROOT / "tests/data/vcards").glob("*.vcf"))
FRAME = {"BEGIN", "END", "VERSION"}


def properties(data: bytes) -> Iterator[tuple[str, str | bytes]]:
    """Name and value of every property, read by the standard alone and by nothing of the product."""
    lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")
    while lines:
        line = lines.pop(0)
        head, colon, value = line.partition(":")
        if not colon:
            assert not line.strip(), line
            continue
        name, *parameters = head.upper().split(";")
        if any("QUOTED-PRINTABLE" in one for one in parameters):
            while value.endswith("="):
                value = value[:-1] + lines.pop(0)
            value = quopri.decodestring(value.encode()).decode("utf-8", errors="ignore")
        elif any(one in {"BASE64", "ENCODING=BASE64", "ENCODING=B"} for one in parameters):
            while lines and lines[0].startswith((" ", "\t")):
                value += lines.pop(0)
            with suppress(binascii.Error):  # a picture that was cut off is kept as the text it is
                yield name, base64.b64decode(value)
                continue
        else:
            while lines and lines[0].startswith((" ", "\t")):
                value += lines.pop(0)[1:]
        yield name.rpartition(".")[2], value


def texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif value is not None:
        yield str(value)


def squeezed(text: str) -> str:
    """Without blanks, signs of escaping and the hyphens of days; Apple's labels without their wrapping."""
    text = re.sub(r"_\$!<(.*)>!\$_", r"\1", text)
    return re.sub(r"[\s\\-]", "", text.replace("\\n", "").replace("\\N", ""))


def held(laptop: Laptop) -> tuple[str, set[str], list[Any]]:
    """Everything that `show` prints of all records made, the hashes of their files, and the contacts."""
    shown = [
        laptop.json("show", kind, one["id"])
        for kind in ("customer", "contact", "attachment")
        for one in laptop.json("list", kind, "--limit", "1000")
    ]
    hashes = {one["sha256"] for one in shown if one["type"] == "attachment"}
    everything = "\0".join(squeezed(text) for text in texts(shown))
    return everything, hashes, [one for one in shown if one["type"] == "contact"]


def missing(data: bytes, everything: str, hashes: set[str]) -> list[tuple[str, object]]:
    """The values of a file that are nowhere."""
    lost: list[tuple[str, object]] = []
    for name, value in properties(data):
        if name in FRAME:
            continue
        if isinstance(value, bytes):
            if hashlib.sha256(value).hexdigest() not in hashes:
                coded = squeezed(base64.b64encode(value).decode())
                lost += [] if coded in everything else [(name, f"{len(value)} bytes")]
            continue
        if name == "TEL":  # the number of a link is the number
            value = re.sub("^tel:", "", value).replace(";ext=", " ext. ")
        structured = re.split(r"(?<!\\)[;,]", value) if name in {"N", "ADR", "ORG", "CATEGORIES"} else [value]
        lost += [(name, part) for part in structured if squeezed(part) not in everything]
    return lost


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_value_of_a_card_is_lost(laptop: Laptop, path: Path) -> None:
    data = path.read_bytes()
    cards = len(re.findall(rb"(?im)^BEGIN:VCARD", data))
    planned = laptop.json("import", str(path), "--as", "contacts", "--dry-run")
    assert planned["dry_run"]
    assert laptop.json("list", "contact") == []
    done = laptop.json("import", str(path), "--as", "contacts")
    assert done["rejects"] == []
    assert done["records"] == planned["records"]
    assert done["records"]["contact"] == cards > 0
    everything, hashes, contacts = held(laptop)
    assert missing(data, everything, hashes) == []
    assert all(contact["name"] for contact in contacts)
    laptop.json("undo")
    assert held(laptop) == ("", set(), [])


def test_the_check_would_notice_a_lost_value(laptop: Laptop) -> None:
    path = next(one for one in FILES if "2003" in one.stem)
    laptop.json("import", str(path), "--as", "contacts")
    everything, hashes, _ = held(laptop)
    assert missing(path.read_bytes(), everything.replace("TheProfession", ""), hashes) == [
        ("ROLE", "TheProfession")
    ]


def test_a_photo_is_a_file_of_its_contact(laptop: Laptop) -> None:
    path = next(one for one in FILES if "IPHONE" in one.stem)
    laptop.json("import", str(path), "--as", "contacts")
    (photo,) = laptop.json("list", "attachment")
    (contact,) = laptop.json("list", "contact")
    assert (photo["of"], photo["of_id"]) == ("contact", contact["id"])
    assert photo["media_type"] == "image/jpeg"
    assert photo["size"] > 30_000
