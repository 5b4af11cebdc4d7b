"""Copies of a PostgreSQL database by its own tools, sealed under the office's key."""

import os
import secrets
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import URL, make_url

from desktop.errors import Damaged, NotFound, Refused
from desktop.models import keys, profile
from desktop.words import msg

DUMP: Final = "office.dump"
MAGIC: Final = b"SATCHEL DUMP\x00\x01"
CHUNK: Final = 1 << 20
OVERHEAD: Final = 16


def dump(url: str, target: Path) -> None:
    """Write the database into a file of `pg_dump`'s own format: one moment, while others write."""
    profile.create_private(target)
    address, secret = _address(url)
    _run(
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--file={target}",
        address,
        secret=secret,
    )


def contents(dumped: Path) -> list[str]:
    """The tables of a dump, read back from the file. Raises Damaged where the office's own are missing."""
    listed = _run("pg_restore", "--list", str(dumped))
    tables = sorted(
        line.split(" TABLE DATA ")[1].split()[1] for line in listed.splitlines() if " TABLE DATA " in line
    )
    if "office_meta" not in tables:
        raise Damaged(msg("There is no office in this database."))
    return tables


def load(dumped: Path, url: str) -> None:
    """Put a dump back in one transaction, in place of what the database holds."""
    address, secret = _address(url)
    _run(
        *("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"),
        *("--exit-on-error", f"--dbname={address}", str(dumped)),
        secret=secret,
    )


def _address(url: str) -> tuple[str, str]:
    """The address as PostgreSQL's tools take it, and the password, which no list of processes may show."""
    known = make_url(url)
    query = {name: value for name, value in known.query.items() if name != "password"}
    plain = URL.create("postgresql", known.username, None, known.host, known.port, known.database, query)
    secret = known.password or known.query.get("password") or ""
    return plain.render_as_string(hide_password=False), str(secret)


def _run(tool: str, *arguments: str, secret: str = "") -> str:
    found = shutil.which(tool)
    if found is None:
        raise NotFound(
            msg("{tool} is not installed here; it comes with PostgreSQL's client tools.").of(tool=tool)
        )
    environment = {**os.environ, **({"PGPASSWORD": secret} if secret else {})}
    done = subprocess.run(
        [found, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=environment,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Refused(msg("{tool} says: {why}").of(tool=tool, why=said[-1] if said else done.returncode))
    return done.stdout


# ---------------------------------------------------------------- sealed


def seal(plain: Path, target: Path, key: bytes) -> None:
    """Encrypt a file piece by piece (AES-256-GCM); each piece says its place and whether it is the last."""
    nonce = secrets.token_bytes(16)
    box = AESGCM(keys.derive(key, nonce, "satchel office dump"))
    profile.create_private(target)
    with plain.open("rb") as source, target.open("wb") as out:
        out.write(MAGIC + nonce)
        piece, place = source.read(CHUNK), 0
        while True:
            after = source.read(CHUNK)
            out.write(box.encrypt(struct.pack(">IQ", 0, place), piece, b"more" if after else b"end"))
            if not after:
                break
            piece, place = after, place + 1
        out.flush()
        os.fsync(out.fileno())


def unseal(sealed: Path, target: Path, key: bytes) -> None:
    """The opposite of `seal`. Raises Damaged for anything that was changed, cut off or put together."""
    profile.create_private(target)
    with sealed.open("rb") as source, target.open("wb") as out:
        if source.read(len(MAGIC)) != MAGIC:
            raise Damaged(msg("This is no copy of a PostgreSQL office."))
        box = AESGCM(keys.derive(key, source.read(16), "satchel office dump"))
        piece, place = source.read(CHUNK + OVERHEAD), 0
        while True:
            after = source.read(CHUNK + OVERHEAD)
            try:
                out.write(box.decrypt(struct.pack(">IQ", 0, place), piece, b"more" if after else b"end"))
            except (InvalidTag, ValueError) as error:
                raise Damaged(msg("This copy is damaged and was not used. Take another one.")) from error
            if not after:
                return
            piece, place = after, place + 1
