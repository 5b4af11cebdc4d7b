"""Sharing from the command line: lend one record to a person or a team, end that, list what is lent."""

import argparse
from typing import Any
from uuid import UUID

from desktop.cli.console import Console
from desktop.errors import Usage
from desktop.models.kinds import Day
from desktop.models.record import RECORDS
from desktop.models.records import Share
from desktop.rules.sharing import EDIT, READ
from desktop.services import commands, records, sharing
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    for name, run, word, text in (
        ("share", share, "with", "lend a record to a person or a team"),
        ("unshare", unshare, "with", "end that"),
    ):
        area = areas.add_parser(name, help=text)
        area.add_argument("record", metavar="RECORD")
        area.add_argument("id", metavar="ID")
        area.add_argument("word", metavar=word, choices=(word,))
        area.add_argument("name", metavar="NAME")
        if name == "share":
            area.add_argument("--edit", action="store_true", help="they may change it too")
            area.add_argument("--until", metavar="DAY", default="", help="its last day")
        area.set_defaults(run=run)
    listed = areas.add_parser("shares", help="what is shared with whom")
    listed.add_argument("record", metavar="RECORD", nargs="?")
    listed.add_argument("id", metavar="ID", nargs="?")
    listed.set_defaults(run=shares)


def share(console: Console, chosen: argparse.Namespace) -> None:
    """Lend a record; prints the id of the share."""
    cls = records.record_type(chosen.record)
    record = records.find(console.store, cls, chosen.id)
    whom: dict[str, Any] = {**sharing.find_receiver(console.store, chosen.name)}
    done = commands.run(
        console.store,
        console.actor,
        "share.give",
        of=cls.__tablename__,
        of_id=record.id,
        access=EDIT if chosen.edit else READ,
        until=Day().parse(chosen.until),
        **whom,
    )
    console.result({"id": done.value.id.hex}, done.value.id.hex)


def unshare(console: Console, chosen: argparse.Namespace) -> None:
    """End a share."""
    record = records.find(console.store, records.record_type(chosen.record), chosen.id)
    found = sharing.find_share(console.store, record.id, chosen.name)
    commands.run(console.store, console.actor, "share.delete", found.id)
    console.result({"id": found.id.hex}, found.id.hex)


def shares(console: Console, chosen: argparse.Namespace) -> None:
    """What is shared with whom: everything known here, or of one record."""
    if chosen.record and not chosen.id:
        raise Usage(msg("Say of which record: shares RECORD ID."))
    found = sharing.all_shares(console.store)
    if chosen.record:
        record = records.find(console.store, records.record_type(chosen.record), chosen.id)
        found = sharing.of_record(console.store, record.id)
    with console.store.reading() as session:
        titles = records.link_titles(session, found)
    if console.options.json:
        console.emit([_flat(one, titles) for one in found])
        return
    for one in found:
        console.line(_line(console, one, titles))


def _flat(one: Share, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": one.id.hex,
        "record": one.of,
        "of": one.of_id.hex if one.of_id else None,
        "title": one.name,
        "with": _with(one, titles),
        "team": one.group_id is not None,
        "access": one.access,
        "until": one.until.isoformat() if one.until else None,
    }


def _with(one: Share, titles: dict[UUID, str]) -> str:
    who = one.person_id or one.group_id
    return titles.get(who, who.hex) if who else ""


def _line(console: Console, one: Share, titles: dict[UUID, str]) -> str:
    fields = Share.fields()
    parts = [
        console.say(RECORDS[one.of].__label__) if one.of in RECORDS else one.of,
        one.name,
        _with(one, titles),
        fields["access"].kind.format(one.access, console.language),
    ]
    if one.until:
        parts.append(console.say(msg("until {day}").of(day=one.until.isoformat())))
    return " · ".join(parts)
