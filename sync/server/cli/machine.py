"""`satchel-server tls|service`: what makes a computer the office's: its certificate, its start."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.errors import Usage
from desktop.models import profile
from desktop.words import msg
from sync.server import certificates, units
from sync.server.cli.console import Console, command
from sync.server.store import DATABASE


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    added = command(
        commands, shared, "tls", "a certificate for the network, and the pin that laptops check", tls
    )
    added.add_argument("names", nargs="*", metavar="HOST", help="names and addresses of this computer")
    added.add_argument("--certificate", type=Path, metavar="FILE", help="the firm's own certificate (PEM)")
    added.add_argument("--key", type=Path, metavar="FILE", help="its private key (PEM)")
    added.add_argument("--authority", type=Path, metavar="FILE", help="the firm's own authority (PEM)")
    added = command(commands, shared, "service", "how the office starts with the computer", service)
    added.add_argument("--to", type=Path, metavar="FILE", help="write it there")
    added.add_argument("--user", default="satchel", help="the account that runs the office")
    added.add_argument("--host", default="0.0.0.0")
    added.add_argument("--port", type=int, default=certificates.PORT)
    added.add_argument("--system", choices=("systemd", "windows"), default=_system())


def _system() -> str:
    return "windows" if sys.platform == "win32" else "systemd"


def tls(console: Console, chosen: argparse.Namespace) -> None:
    """Make or take over a certificate; say the pin."""
    folder = certificates.folder_of(console.folder)
    now = datetime.now(UTC)
    if chosen.certificate or chosen.key:
        if not (chosen.certificate and chosen.key) or chosen.names:
            raise Usage(msg("Give either the names of this computer, or --certificate and --key."))
        pin = certificates.adopt(folder, chosen.certificate, chosen.key, chosen.authority)
    else:
        known = console.database_url or (console.folder / DATABASE).exists()
        firm = console.office.office_name() if known else "Satchel"
        pin = certificates.make(folder, chosen.names, firm, now)
    value = {
        "folder": str(folder),
        "pin": pin,
        "address": certificates.address(folder),
        "days": certificates.days_left(folder, now),
    }
    console.result(
        value,
        msg("Laptops reach the office at:  {address}\nThe certificate is good for {days} days.").of(
            address=value["address"], days=value["days"]
        ),
    )


def service(console: Console, chosen: argparse.Namespace) -> None:
    """Print or write what starts the office with the computer."""
    secure = (certificates.folder_of(console.folder) / certificates.SERVER).exists()
    if console.database_url and chosen.system == "systemd":
        profile.prepare(console.folder)
        secrets = units.secrets_of(console.database_url).encode()
        profile.write_durably(console.folder.absolute() / units.SECRETS, secrets)
    text = units.text(
        chosen.system,
        folder=console.folder.absolute(),
        database_url=console.database_url or "",
        user=chosen.user,
        host=chosen.host if secure else "127.0.0.1",
        port=chosen.port,
        tls=secure,
    )
    if chosen.to is None:
        console.result({"text": text}, text.rstrip("\n"))
        return
    chosen.to.write_text(text, encoding="utf-8")
    console.result({"file": str(chosen.to)}, msg("Written: {file}").of(file=chosen.to))
