"""`satchel-server init|user|team|code`: the firm, who works there, and what lets their laptops in."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from desktop.errors import NotFound, Refused, Usage
from desktop.rules.roles import Role
from desktop.words import msg
from sync.server import accounts, people, roles
from sync.server.cli import laptops
from sync.server.cli.console import Console, command, group, moment

DAY: Final = 24 * 60
LONGEST: Final = 30
"""Days that a code on paper may be good for."""


def register(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands of this area."""
    added = command(commands, shared, "init", "begin an office: folder, key, firm, first administrator", init)
    added.add_argument("--name", required=True, help="what the firm is called")
    added.add_argument("--name-en", default="", help="its English name")
    added.add_argument("--currency", default="CNY")
    added.add_argument("--time-zone", default="Asia/Shanghai")
    added.add_argument("--admin", required=True, help="name of the first administrator")
    verbs = group(commands, shared, "user", "people: add, list, import, reset, reassign")
    added = command(verbs, shared, "add", "one more person", add_user)
    added.add_argument("name")
    added.add_argument("--team", default="")
    added.add_argument("--role", default="rep")
    command(verbs, shared, "list", "everybody with team, role and laptops", list_users)
    added = command(verbs, shared, "import", "people from a CSV file (姓名, 团队, 角色 …)", import_users)
    added.add_argument("file", type=Path)
    added.add_argument("--dry-run", action="store_true", help="only say what would be done")
    added = command(verbs, shared, "reset", "a person's laptops erase themselves; they get a new code", reset)
    added.add_argument("user")
    laptops.ending(added)
    added = command(verbs, shared, "reassign", "a leaver's records go to somebody else", reassign)
    added.add_argument("leaver")
    added.add_argument("--to", required=True, metavar="NAME", help="who takes the records over")
    laptops.ending(added)
    verbs = group(commands, shared, "team", "teams: add, list, join")
    command(verbs, shared, "add", "a new team", add_team).add_argument("name")
    command(verbs, shared, "list", "every team and how many work in it", list_teams)
    added = command(verbs, shared, "join", "move a person into a team", join_team)
    added.add_argument("user")
    added.add_argument("team")
    added = command(commands, shared, "code", "a code that lets one laptop of USER in, for 10 minutes", code)
    added.add_argument("user", nargs="*", help="with --sheet: all who have no laptop, if nobody is named")
    added.add_argument("--sheet", action="store_true", help="a printable page for each person")
    added.add_argument("--days", type=int, help="how long the codes are good for")
    added.add_argument("--to", type=Path, metavar="FILE", help="FILE.pdf or FILE.txt")
    added.add_argument(
        "--address", default="", help="where laptops reach the office, such as https://office.example:8440"
    )


# ---------------------------------------------------------------- the firm


def init(console: Console, chosen: argparse.Namespace) -> None:
    """Begin an office and say what to do next."""
    server = console.server
    facts = {"name_en": chosen.name_en, "currency": chosen.currency, "time_zone": chosen.time_zone}

    def make(conn: Any) -> tuple[str, str]:
        admin = people.begin(conn, chosen.name, chosen.admin, facts, server.clock())
        return admin, accounts.new_code(conn, admin, server.clock(), server.choose)

    admin, code = server.store.write(make)
    key = "" if console.database_url else str(console.folder / "office.key")
    value = {
        "office": server.store.office,
        "name": chosen.name,
        "admin": admin,
        "code": code,
        "minutes": accounts.MINUTES,
        "key": key,
    }
    steps = [
        msg("The office “{name}” is ready.").of(name=chosen.name),
        *(
            [msg("Copy {key} to a stick for the safe: no backup opens without it.").of(key=key)]
            if key
            else []
        ),
        msg("A certificate for the network:  satchel-server tls HOST-NAME {place}").of(place=console.place),
        msg("Start it:  satchel-server serve --host 0.0.0.0 --tls {place}").of(place=console.place),
        msg("Start it with the computer:  satchel-server service {place}").of(place=console.place),
        msg("Your people:  satchel-server user import FILE.csv {place}").of(place=console.place),
        msg("A page with a code for each:  satchel-server code --sheet --days 7 --to codes.pdf {place}").of(
            place=console.place
        ),
        msg("Every night:  satchel-server backup DIR --keep 14 {place}").of(place=console.place),
        msg("Code for the first laptop of {name}, good for {minutes} minutes: {code}").of(
            name=chosen.admin, minutes=accounts.MINUTES, code=code
        ),
    ]
    console.result(value, "\n".join(console.say(step) for step in steps))


# ---------------------------------------------------------------- people


def add_user(console: Console, chosen: argparse.Namespace) -> None:
    """One more person."""
    user = console.office.add_user(chosen.name, chosen.team, chosen.role)
    console.result({"id": user, "name": chosen.name, "team": chosen.team, "role": chosen.role}, user)


def list_users(console: Console, _chosen: argparse.Namespace) -> None:
    """Everybody."""
    with console.office.store.read() as conn:
        found = people.users(conn)
        known = {role.name: role for role in roles.every(conn)}
    if console.json:
        console.result(found, "")
        return
    shown = [
        {
            **one,
            "role": _role(console, known, one["role"]) if one["active"] else console.say(msg("has left")),
            "seen": moment(one["seen_at"]),
        }
        for one in found
    ]
    console.table(shown, "name", "team", "role", "laptops", "seen", "id")


def _role(console: Console, known: Mapping[str, Role], name: str) -> str:
    role = known.get(name)
    return console.say(role.label) if role else name


def import_users(console: Console, chosen: argparse.Namespace) -> None:
    """People from a file: all or none; who is there already stays as they are."""
    if not chosen.file.is_file():
        raise NotFound(msg("There is no file {path}.").of(path=chosen.file))
    server = console.office
    with server.store.read() as conn:
        known_roles = roles.every(conn)
    listed = people.read_list(chosen.file.read_bytes(), known_roles)
    if chosen.dry_run:
        with server.store.read() as conn:
            known = {one["name"] for one in people.users(conn)}
        done = [{"name": one.name, "new": one.name not in known, "id": None} for one in listed]
    else:
        done = server.store.write(lambda conn: people.import_people(conn, listed, server.clock()))
    new = sum(bool(one["new"]) for one in done)
    console.result(
        {"new": new, "there": len(done) - new, "people": done, "dry_run": chosen.dry_run},
        (
            msg("{new} would be added, {there} are there.")
            if chosen.dry_run
            else msg("{new} added, {there} were there.")
        ).of(new=new, there=len(done) - new),
    )


def reset(console: Console, chosen: argparse.Namespace) -> None:
    """Lost laptops, or a fresh start: everything shut out, one new code."""
    server = console.office
    _confirm(console, chosen, chosen.user)
    end = laptops.chosen_end(console, chosen)
    user, shut, fresh = server.store.write(
        lambda conn: people.reset(conn, chosen.user, server.clock(), server.choose, end)
    )
    text = msg("{count} laptops erase themselves at their next contact.")
    if chosen.keep:
        text = msg("{count} laptops shut out.")
    code = msg("New code, good for {minutes} minutes: {code}").of(minutes=accounts.MINUTES, code=fresh)
    console.result(
        {"id": user, "revoked": shut, "wipe": not chosen.keep, "code": fresh, "minutes": accounts.MINUTES},
        f"{console.say(text.of(count=len(shut)))}\n{console.say(code)}",
    )


def _confirm(console: Console, chosen: argparse.Namespace, who: str) -> None:
    """Have the person's name typed, where laptops of theirs are to erase themselves."""
    with console.office.store.read() as conn:
        user = people.find_anyone(conn, who)
        count = len(people.laptops(conn, user))
        (name,) = [one["name"] for one in people.users(conn) if one["id"] == user]
    if count and not chosen.keep:
        question = msg("{count} laptops of {name} erase themselves at their next contact.")
        console.confirm(question.of(count=count, name=name), name, chosen.confirm)


def reassign(console: Console, chosen: argparse.Namespace) -> None:
    """A leaver's records go to somebody else; their laptops are let in no more."""
    server = console.office
    _confirm(console, chosen, chosen.leaver)
    end = laptops.chosen_end(console, chosen)
    leaver, heir, shut = server.store.write(
        lambda conn: people.leave(conn, chosen.leaver, chosen.to, server.clock(), end)
    )
    moved = people.hand_over(server.store.write, server.store.read, leaver, heir, server.clock)
    text = msg("{count} records of {name} now belong to {heir}; {laptops} laptops erase themselves.")
    if chosen.keep:
        text = msg("{count} records of {name} now belong to {heir}; {laptops} laptops shut out.")
    console.result(
        {"id": leaver, "to": heir, "moved": moved, "revoked": shut, "wipe": not chosen.keep},
        text.of(count=sum(moved.values()), name=chosen.leaver, heir=chosen.to, laptops=len(shut)),
    )


# ---------------------------------------------------------------- teams


def add_team(console: Console, chosen: argparse.Namespace) -> None:
    """A new team."""
    server = console.office
    team = server.store.write(lambda conn: people.add_team(conn, chosen.name, server.clock()))
    console.result({"id": team, "name": chosen.name}, team)


def list_teams(console: Console, _chosen: argparse.Namespace) -> None:
    """Every team."""
    with console.office.store.read() as conn:
        console.table(people.teams(conn), "name", "people", "id")


def join_team(console: Console, chosen: argparse.Namespace) -> None:
    """Move a person into a team."""
    server = console.office
    user = server.store.write(lambda conn: people.join_team(conn, chosen.user, chosen.team, server.clock()))
    console.result({"id": user, "team": chosen.team}, user)


# ---------------------------------------------------------------- codes


def code(console: Console, chosen: argparse.Namespace) -> None:
    """One code now, or a page for each of many people."""
    if chosen.sheet:
        _sheet(console, chosen)
        return
    if len(chosen.user) != 1:
        raise Usage(msg("Say whose laptop the code is for, or --sheet for many people."))
    minutes = _days(chosen.days) * DAY if chosen.days else accounts.MINUTES
    server = console.office
    fresh = server.store.write(
        lambda conn: accounts.new_code(
            conn, accounts.find_user(conn, chosen.user[0]), server.clock(), server.choose, minutes
        )
    )
    console.result({"code": fresh, "minutes": minutes}, fresh)


def _days(days: int) -> int:
    if not 1 <= days <= LONGEST:
        raise Usage(msg("A code can be good for 1 to {most} days.").of(most=LONGEST))
    return days


def _sheet(console: Console, chosen: argparse.Namespace) -> None:
    from sync.server import certificates, codesheet

    days = _days(chosen.days or 7)
    if chosen.to and chosen.to.suffix.lower() not in (".pdf", ".txt"):
        raise Usage(msg("The sheet is written as FILE.pdf or FILE.txt."))
    server = console.office
    address = chosen.address or certificates.address(certificates.folder_of(console.folder))
    if not address:
        raise Usage(
            msg("Say where laptops reach the office: --address https://HOST:8440, or run “tls” first.")
        )

    def make(conn: Any) -> list[codesheet.Entry]:
        named = [accounts.find_user(conn, who) for who in chosen.user]
        wanted = [
            one
            for one in people.users(conn)
            if (one["id"] in named if named else one["active"] and not one["laptops"])
        ]
        now = server.clock()
        return [
            codesheet.Entry(
                one["name"],
                one["team"],
                accounts.new_code(conn, one["id"], now, server.choose, days * DAY),
                now + days * DAY * 60_000,
            )
            for one in wanted
        ]

    entries = server.store.write(make)
    if not entries:
        raise Refused(msg("Everybody has a laptop already; name the people who need another one."))
    firm = server.office_name()
    if chosen.to:
        codesheet.write(chosen.to, firm, address, entries)
    console.result(
        {
            "file": str(chosen.to) if chosen.to else None,
            "address": address,
            "days": days,
            "people": [{"name": one.name, "code": one.code} for one in entries],
        },
        msg("{count} codes, good for {days} days: {file}").of(count=len(entries), days=days, file=chosen.to)
        if chosen.to
        else codesheet.as_text(firm, address, entries),
    )
