"""`satchel-server device|audit`: which laptops sync, and whether the office's own log is whole."""

import argparse
from typing import Any

from desktop.errors import Damaged
from desktop.words import msg
from sync.server import audit, wiping
from sync.server.cli.console import Console, command, group, moment


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    verbs = group(commands, shared, "device", "laptops: list, revoke")
    command(verbs, shared, "list", "every laptop, whose it is and when it was last seen", list_devices)
    added = command(verbs, shared, "revoke", "a laptop is let in no more, and erases itself", revoke)
    added.add_argument("device", help="its id, its three-letter code or its name")
    ending(added)
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


def ending(parser: argparse.ArgumentParser) -> None:
    """Add what is said of laptops that are let in no more."""
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--keep", action="store_true", help="shut out alone: nothing is erased there")
    unsent = "erase at once: what waits there is lost and counted; else it comes to the office first"
    kinds.add_argument("--drop-unsent", action="store_true", help=unsent)
    parser.add_argument("--confirm", metavar="NAME", help="the name that is asked for before erasing")


def chosen_end(console: Console, chosen: argparse.Namespace) -> wiping.End:
    """How the trust in a laptop ends, as said with the command."""
    return wiping.shut_out if chosen.keep else wiping.ordering(console.office, send=not chosen.drop_unsent)


def revoke(console: Console, chosen: argparse.Namespace) -> None:
    """End the trust in a laptop."""
    server = console.office
    with server.store.read() as conn:
        which = wiping.find(conn, chosen.device)
    (found,) = [one for one in server.devices() if one["id"] == which]
    if not chosen.keep:
        question = msg("“{name}” ({code}, {user}) erases itself at its next contact.")
        named = found["name"] or found["code"]
        said = question.of(name=named, code=found["code"], user=found["user"] or "?")
        console.confirm(said, named, chosen.confirm)
    end = chosen_end(console, chosen)
    server.store.write(lambda conn: end(conn, which, server.clock()))
    value = {"id": which, "revoked": True, "wipe": not chosen.keep, "send": not chosen.drop_unsent}
    text = msg("{device} is shut out; at its next contact it sends what waits on it and erases itself.")
    if chosen.drop_unsent:
        text = msg("{device} is shut out and erases itself at its next contact; what waits on it is lost.")
    if chosen.keep:
        value["send"] = False
        text = msg("{device} is shut out; what it holds stays there, sealed under its owner's passphrase.")
    console.result(value, text.of(device=which))


def _state(console: Console, device: dict[str, Any], order: dict[str, Any] | None) -> str:
    if order is None:
        return console.say(msg("shut out")) if device["revoked_at"] else ""
    if order["wiped_at"] is None:
        return console.say(msg("to be wiped"))
    lost = sum(order["lost"].values()) + order["files"]
    text = msg("wiped {when}, {count} changes lost") if lost else msg("wiped {when}, nothing lost")
    return console.say(text.of(when=moment(order["wiped_at"]), count=lost))


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
