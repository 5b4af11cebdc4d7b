"""`satchel-server device|audit`: which laptops sync, and whether the office's own log is whole."""

import argparse
from typing import Any

from desktop.errors import Damaged
from desktop.words import msg
from sync.server import audit, wiping
from sync.server.cli.console import Console, command, group
from sync.server.cli.people import moment


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    verbs = group(commands, shared, "device", "laptops: list, revoke, wipe")
    command(verbs, shared, "list", "every laptop, whose it is and when it was last seen", list_devices)
    added = command(verbs, shared, "revoke", "shut a laptop out, from its next request on", revoke)
    added.add_argument("device", help="its id or its three-letter code")
    added = command(verbs, shared, "wipe", "order a laptop to erase itself at its next contact", wipe)
    added.add_argument("device", help="its id, its three-letter code or its name")
    first = (
        "let the changes that wait on it come here first; without this they are lost, and counted in the log"
    )
    added.add_argument("--send-first", action="store_true", help=first)
    command(commands, shared, "token", "what lets a monitor read /metrics from elsewhere", show_token)
    added = command(commands, shared, "audit", "the office's own log: verify (or nothing), root", check)
    added.add_argument("verb", nargs="?", default="verify", choices=("verify", "root"))


def list_devices(console: Console, _chosen: argparse.Namespace) -> None:
    """Every laptop."""
    devices = console.office.devices()
    with console.office.store.read() as conn:
        orders = wiping.states(conn)
    if console.json:
        console.result([{**one, "wipe": orders.get(one["id"])} for one in devices], "")
        return
    shown = [
        {**one, "state": _state(console, one, orders.get(one["id"])), "seen": moment(one["seen_at"])}
        for one in devices
    ]
    console.table(shown, "code", "id", "user", "name", "seen", "state")


def revoke(console: Console, chosen: argparse.Namespace) -> None:
    """Shut a laptop out."""
    device = console.office.revoke(chosen.device)
    console.result({"id": device, "revoked": True}, msg("{device} is shut out.").of(device=device))


def _state(console: Console, device: dict[str, Any], order: dict[str, Any] | None) -> str:
    if order is None:
        return console.say(msg("shut out")) if device["revoked_at"] else ""
    if order["wiped_at"] is None:
        return console.say(msg("to be wiped"))
    lost = sum(order["lost"].values()) + order["files"]
    text = msg("wiped {when}, {count} changes lost") if lost else msg("wiped {when}, nothing lost")
    return console.say(text.of(when=moment(order["wiped_at"]), count=lost))


def wipe(console: Console, chosen: argparse.Namespace) -> None:
    """Order a laptop to be wiped."""
    server = console.office
    office, seed, send = (server.store.office, server.office_name()), server.seals.seed, chosen.send_first
    device = server.store.write(
        lambda conn: wiping.give(conn, seed, office, chosen.device, server.clock(), send=send)
    )
    text = msg("{device} is shut out and erases itself at its next contact; what waits on it is lost.")
    if send:
        text = msg("{device} is shut out; at its next contact it sends what waits on it and erases itself.")
    console.result({"id": device, "wipe": True, "send": send}, text.of(device=device))


def show_token(console: Console, _chosen: argparse.Namespace) -> None:
    """The token of the monitor; made when first asked for."""
    from sync.server import health

    token = health.token(console.office)
    console.result({"token": token}, token)


def check(console: Console, chosen: argparse.Namespace) -> None:
    """Check the chain of the office's own log, or list its daily roots."""
    server = console.office
    if chosen.verb == "root":
        with server.store.read() as conn:
            console.table([audit.described(root) for root in audit.roots(conn)], "day", "seq", "hash")
        return
    wrong, rows = server.check_audit()
    if wrong:
        raise Damaged(msg("Row {row} of the office's log does not fit the one before.").of(row=wrong))
    console.result({"ok": True, "rows": rows}, msg("The office's log is whole: {rows} rows.").of(rows=rows))
