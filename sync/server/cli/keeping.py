"""`satchel-server backup|restore|upgrade`: what keeps an office from being lost."""

import argparse
import secrets
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, update

from desktop.errors import NotFound, Refused
from desktop.models import profile
from desktop.words import msg
from sync.server import audit, backups, dumps, leases, upgrades
from sync.server.cli.console import Console, command
from sync.server.store import DATABASE, KEY, key_of, read_key
from sync.server.tables import HEAD, SERIES

AHEAD: Final = 1_000_000
"""How far the counters of the streams jump after a restore: above whatever a laptop has seen meanwhile."""
NUMBERS: Final = 10_000
"""How many document numbers of each series are passed over then: blocks may have been lent since."""


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    added = command(commands, shared, "backup", "an encrypted, verified copy, while the office runs", backup)
    added.add_argument("to", type=Path, metavar="FILE|DIR")
    added.add_argument("--keep", type=int, metavar="N", help="leave only the newest N backups in DIR")
    added = command(commands, shared, "restore", "put a backup back; what is there is kept", restore)
    added.add_argument("file", type=Path)
    added.add_argument("--key", type=Path, metavar="FILE", help="the copy of office.key, on a new computer")
    command(commands, shared, "upgrade", "bring the database into the shape of this version", upgrade)


def backup(console: Console, chosen: argparse.Namespace) -> None:
    """Write and verify a backup, and remember when that was."""
    server = console.office
    if console.database_url:
        key = key_of(console.folder)
        file = backups.write_dump(
            console.database_url, key, server.store.office, chosen.to.absolute(), console.folder
        )
    else:
        file = backups.write_folder(console.folder, server.store.office, chosen.to.absolute())
    size = file.stat().st_size
    now = server.clock()
    server.store.write(lambda conn: audit.record(conn, now, "office", "backup", {"bytes": size}))
    removed = backups.thin_out(file.parent, chosen.keep) if chosen.keep else []
    console.result(
        {"file": str(file), "bytes": size, "removed": [str(path) for path in removed]},
        msg("Backed up and verified: {file} ({bytes} bytes).").of(file=file, bytes=f"{size:,}"),
    )


def restore(console: Console, chosen: argparse.Namespace) -> None:
    """Put a backup back. Laptops send again what came in after it was made."""
    key = read_key(chosen.key or console.folder / KEY) if chosen.key or not console.database_url else None
    if console.database_url:
        manifest, kept = _into_database(console, chosen.file, key or key_of(console.folder)), None
    else:
        profile.prepare(console.folder)
        with profile.locked(console.folder):
            manifest, kept = backups.restore_folder(
                chosen.file, console.folder, key or read_key(console.folder / KEY), datetime.now(UTC)
            )
    server = console.server

    def settle(conn: Any) -> None:
        conn.execute(update(HEAD).values(seq=HEAD.c.seq + AHEAD))
        known = set(conn.execute(select(SERIES.c.series)).scalars())
        conn.execute(update(SERIES).values(next=SERIES.c.next + NUMBERS))
        for series in set(leases.FIRST_SERIES) - known:
            conn.execute(insert(SERIES), {"series": series, "next": 1 + NUMBERS})
        audit.record(conn, server.clock(), "office", "restore", {"made_at": manifest.made_at})

    server.store.write(settle)
    console.result(
        {
            "office": manifest.office,
            "made_at": manifest.made_at,
            "rows": sum(manifest.rows.values()),
            "kept": str(kept) if kept else None,
        },
        msg("The office is as it was at {moment}. What was there is in {kept}.").of(
            moment=manifest.made_at, kept=kept
        )
        if kept
        else msg("The office is as it was at {moment}.").of(moment=manifest.made_at),
    )


def _into_database(console: Console, file: Path, key: bytes) -> backups.Manifest:
    """A dump into a PostgreSQL database; one that holds an office is backed up first."""
    url = str(console.database_url)
    work = console.folder / f"restoring-{secrets.token_hex(4)}"
    profile.prepare(console.folder)
    work.mkdir(mode=profile.PRIVATE_FOLDER)
    try:
        manifest = backups.unpack(file, work, key)
        if not manifest.is_dump:
            raise Refused(msg("This backup is of an office in a folder: name it with --data."))
        dumps.unseal(work / dumps.DUMP, work / "plain", key)
        try:
            office, _ = upgrades.look(console.folder, url)
        except NotFound:
            pass
        else:
            kept = console.folder / "before-restore"
            backups.write_dump(url, key_of(console.folder), office, kept, console.folder)
        dumps.load(work / "plain", url)
    finally:
        for path in work.iterdir():
            path.unlink()
        work.rmdir()
    return manifest


def upgrade(console: Console, _chosen: argparse.Namespace) -> None:
    """Keep a backup, then bring the database into this version's shape. Newer data is refused, untouched."""
    folder, url = console.folder, console.database_url
    office, before = upgrades.look(folder, url)
    kept = folder / "before-upgrade"
    with _alone(console):
        if url:
            file = backups.write_dump(url, key_of(folder), office, kept, folder)
        else:
            file = backups.write_folder(folder, office, kept)
        store = console.server.store
        _, after = upgrades.look(folder, url)
        added = upgrades.differences(before, after)
        if added:
            now = console.server.clock()
            store.write(lambda conn: audit.record(conn, now, "office", "upgrade", {"added": added}))
    console.result(
        {"added": added, "backup": str(file)},
        msg("Done: {count} additions. The backup from before: {file}").of(count=len(added), file=file)
        if added
        else msg("Nothing had to be changed. A backup was kept: {file}").of(file=file),
    )


def _alone(console: Console) -> AbstractContextManager[object]:
    """No server of another version runs on the folder meanwhile."""
    there = not console.database_url and (console.folder / DATABASE).exists()
    return profile.locked(console.folder) if there else nullcontext()
