"""The record of third-party licences: what the lock installs, in which version, under which licence."""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final

from tests.house.sources import ROOT

LOCK: Final = ROOT / "requirements.lock"
RECORD: Final = ROOT / "resources/licences/packages.txt"
HEADER: Final = """\
# Packages that Satchel installs, as each of them states its licence. Written by `python3 dev.py licences`.
# Icons and fonts have files of their own.
"""
READ_BY_HAND: Final = {  # no licence in the metadata, or locked for another system only
    "colorama": "BSD-3-Clause",
    "pywin32-ctypes": "BSD-3-Clause",
    "saxonche": "MPL-2.0",
    "sqlcipher3": "Zlib (SQLCipher: BSD-3-Clause, SQLite: public domain)",
    "tzdata": "Apache-2.0",
}


def locked() -> dict[str, str]:
    """Name and version of everything in the lock; where systems differ, all versions."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    found: dict[str, list[str]] = {}
    for match in (re.match(r"([a-z0-9][\w.-]*)==([^\s;\\]+)", line) for line in lines):
        if match:
            found.setdefault(match[1], []).append(match[2])
    return {name: ", ".join(versions) for name, versions in found.items()}


def recorded() -> dict[str, tuple[str, str]]:
    """Name, version and licence of everything in the record."""
    rows = [
        line.split("\t")
        for line in RECORD.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    return {name: (version, licence) for name, version, licence in rows}


def stated(name: str) -> str:
    """The licence that an installed package gives in its metadata, in the shortest form there is."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return READ_BY_HAND.get(name, "")
    classifiers = [
        item.split(" :: ")[-1] for item in about.get_all("Classifier") or [] if item.startswith("License")
    ]
    short = (about["License-Expression"] or about["License"] or "").strip().split("\n")[0]
    return (short if len(short) <= 60 else "") or "; ".join(classifiers) or READ_BY_HAND.get(name, "")


def main() -> int:
    """Write the record; fail if a licence could not be found."""
    rows = [(name, version, stated(name)) for name, version in sorted(locked().items())]
    RECORD.write_text(HEADER + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    unknown = [name for name, _, licence in rows if not licence]
    sys.stderr.writelines(f"{name}: its licence is not known here\n" for name in unknown)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
