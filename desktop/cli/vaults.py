"""The vault from the command line: make one, verify it, back it up, put it back."""

import argparse
from pathlib import Path
from typing import Any

from desktop.cli import syncing
from desktop.cli.console import Console
from desktop.errors import Damaged
from desktop.models.vault import create_vault
from desktop.services import integrity
from desktop.services.profiles import open_store
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    init = areas.add_parser("init", help="a new vault")
    init.add_argument("--name", default="", help="your name")
    init.set_defaults(run=init_vault)
    check = areas.add_parser("verify", help="check the vault and the log's chain")
    check.add_argument("--with-office", action="store_true", help="then compare it with the office and mend")
    check.set_defaults(run=verify)
    backup = areas.add_parser("backup", help="write an encrypted, verified copy")
    backup.add_argument("folder", metavar="DIR")
    backup.set_defaults(run=backup_vault)
    restore = areas.add_parser("restore", help="put a backup back into the profile")
    restore.add_argument("file", metavar="FILE")
    restore.set_defaults(run=restore_vault)


def init_vault(console: Console, chosen: argparse.Namespace) -> None:
    """Make a new vault and show its recovery code once."""
    vault, code = create_vault(console.profile, console.passphrase())
    with vault:
        store = open_store(vault)
        if chosen.name:
            me = store.me()
            store.set_local("me", {"id": me.id.hex, "name": chosen.name, "role": me.role, "team": None})
    console.result(
        {"profile": str(console.profile), "vault": vault.vault_id, "recovery_code": code},
        msg("New vault in {folder}. Recovery code, shown only now: {code}").of(
            folder=console.profile, code=code
        ),
    )


def verify(console: Console, chosen: argparse.Namespace) -> None:
    """Check pages, tables and the chain of the log; with the office, each stream too."""
    problems = [console.say(problem.message) for problem in console.vault.verify(full=True)]
    chain = integrity.verify_chain(console.store)
    problems += chain.problems
    if problems:
        raise Damaged(msg("The vault is damaged: {problems}").of(problems="; ".join(problems)))
    found: dict[str, Any] = {"ok": True, "operations": chain.operations, "head": chain.head}
    told = msg("All is well: {count} operations, the chain is whole.").of(count=chain.operations)
    if chosen.with_office:
        report = syncing.with_office(console, compare=True)
        found["repaired"] = report.repaired
        told = msg("All is well: {count} operations, the chain is whole; {repaired} records mended.").of(
            count=chain.operations, repaired=report.repaired
        )
    kept = syncing.office_log(console)
    found["office_log"] = {"days": len(kept.kept), "differing": [one.day for one in kept.differing]}
    if kept.differing:
        raise Damaged(
            msg(
                "This vault is well, but the office's log of {days} is not what this laptop was given then. "
                "Ask whether the office has put a backup back; if not, its log was written anew."
            ).of(days=", ".join(one.day for one in kept.differing))
        )
    console.result(found, told)


def backup_vault(console: Console, chosen: argparse.Namespace) -> None:
    """Write a verified backup into a folder."""
    path = console.vault.backup(Path(chosen.folder))
    console.result({"file": str(path)}, msg("Backed up and verified: {file}").of(file=path))


def restore_vault(console: Console, chosen: argparse.Namespace) -> None:
    """Put a backup back; the present vault, if any, is kept aside until that is done."""
    from desktop.models.backups import restore

    restore(Path(chosen.file), console.profile, console.passphrase())
    console.result(
        {"profile": str(console.profile)}, msg("Restored into {folder}.").of(folder=console.profile)
    )
