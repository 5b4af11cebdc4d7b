"""`satchel-server role`: the built-in roles, and copies that the office changes for its own people."""

import argparse
from typing import Any, Final

from desktop.rules.roles import GROUPS, Role, as_facts
from desktop.words import Message, msg
from sync.server import people, roles
from sync.server.cli.console import Console, command, group

SCOPES: Final = {
    "own": msg("sees their own"),
    "team": msg("sees what the team owns"),
    "all": msg("sees everything"),
}
SIGHTS: Final = {
    "cost": msg("what things cost", "masked fields"),
    "identity": msg("numbers of identity cards", "masked fields"),
}


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    verbs = group(commands, shared, "role", "roles: list, show, set USER ROLE, copy, change, remove")
    command(verbs, shared, "list", "the roles and how far they see", list_roles)
    command(verbs, shared, "show", "what a role may do and is shown", show).add_argument("role")
    added = command(verbs, shared, "set", "give a person another role", set_role)
    added.add_argument("user")
    added.add_argument("role")
    added = command(verbs, shared, "copy", "make a role of your own out of another one", copy)
    added.add_argument("of", metavar="ROLE")
    added.add_argument("name", metavar="NAME")
    added.add_argument("--label", default="", help="what people are told that it is called")
    added = command(verbs, shared, "change", "change a role of your own", change)
    added.add_argument("role")
    added.add_argument("--label", default="")
    added.add_argument("--scope", default="", help="own, team or all: whose records")
    for name, about in (
        ("--may", "a command such as quote.issue or “quote.*”; may be given again"),
        ("--may-not", "likewise; a refusal wins"),
        ("--shows", f"sensitive fields: {', '.join(sorted(GROUPS))}"),
        ("--hides", "likewise"),
    ):
        added.add_argument(name, action="append", default=[], metavar="WHAT", help=about)
    added = command(verbs, shared, "remove", "take a role of your own away that nobody has", remove)
    added.add_argument("role")


def list_roles(console: Console, _chosen: argparse.Namespace) -> None:
    """Every role."""
    with console.office.store.read() as conn:
        found = roles.every(conn)
    rows = [
        {
            "name": role.name,
            "label": console.say(role.label),
            "scope": role.scope,
            "base": role.base,
            "sees": console.say(SCOPES[role.scope]),
            "of": console.say(msg("copy of {role}").of(role=role.base)) if role.base else "",
        }
        for role in found
    ]
    console.table(rows, "name", "label", "sees", "of")


def show(console: Console, chosen: argparse.Namespace) -> None:
    """One role wholly."""
    with console.office.store.read() as conn:
        role = roles.find(conn, chosen.role)
        held = len(roles.holders(conn, role.name))
    _tell(console, role, held)


def _tell(console: Console, role: Role, held: int | None = None) -> None:
    shown = [console.say(SIGHTS[one]) for one in sorted(role.sees)]
    lines: list[Message] = [
        msg("{label} ({name}) {scope}.").of(label=role.label, name=role.name, scope=SCOPES[role.scope]),
        msg("May: {what}").of(what=" ".join(role.commands) or "–"),
        msg("May not: {what}").of(what=" ".join(role.refused) or "–"),
        msg("Is shown: {what}").of(what=", ".join(shown) or "–"),
    ]
    if role.base:
        said = msg("A copy of {role}; a laptop too old to know that asks as {role}.")
        lines.append(said.of(role=role.base))
    if held is not None:
        lines.append(msg("{count} people have this role.").of(count=held))
    facts = {**as_facts(role), "label": console.say(role.label), "people": held}
    console.result(facts, "\n".join(console.say(line) for line in lines))


def set_role(console: Console, chosen: argparse.Namespace) -> None:
    """Give a person another role."""
    server = console.office
    user = server.store.write(lambda conn: people.set_role(conn, chosen.user, chosen.role, server.clock()))
    console.result({"id": user, "role": chosen.role}, user)


def copy(console: Console, chosen: argparse.Namespace) -> None:
    """A role of the office's own, to be changed."""
    server = console.office
    made = server.store.write(
        lambda conn: roles.copy(conn, chosen.of, chosen.name, chosen.label, server.clock())
    )
    _tell(console, made)


def change(console: Console, chosen: argparse.Namespace) -> None:
    """Change it; the laptops of its people hear of it at once."""
    from desktop.services.commands import COMMANDS
    from sync.server import permission  # noqa: F401 - has every command known

    changes = roles.Changes(
        chosen.label,
        chosen.scope,
        tuple(chosen.may),
        tuple(chosen.may_not),
        tuple(chosen.shows),
        tuple(chosen.hides),
    )
    server = console.office
    changed = server.store.write(
        lambda conn: roles.change(conn, chosen.role, changes, COMMANDS, server.clock())
    )
    _tell(console, changed)


def remove(console: Console, chosen: argparse.Namespace) -> None:
    """Take it away."""
    server = console.office
    server.store.write(lambda conn: roles.remove(conn, chosen.role, server.clock()))
    console.result({"role": chosen.role}, msg("The role {role} is gone.").of(role=chosen.role))
