"""Files of records from the command line: attach one, list them, write a copy."""

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.cli.console import Console
from desktop.errors import NotFound
from desktop.services import attachments, commands, records
from desktop.services.attachments import Shown
from desktop.words import Message, msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    attach = areas.add_parser("attach", help="attach a file to a record")
    attach.add_argument("record", metavar="RECORD")
    attach.add_argument("id", metavar="ID")
    attach.add_argument("file", metavar="FILE")
    attach.add_argument("--name", default="", help="what the file is called here")
    attach.add_argument("--original", action="store_true", help="keep a photo as large as it is")
    attach.add_argument("--keep-place", action="store_true", help="keep where a photo was taken")
    attach.set_defaults(run=attach_file)
    several = areas.add_parser("attachments", help="the files of a record")
    several.add_argument("record", metavar="RECORD")
    several.add_argument("id", metavar="ID")
    several.set_defaults(run=list_files)
    one = areas.add_parser("attachment", help="get ID --to FILE, fetch ID, remove ID")
    one.add_argument("action", choices=("get", "fetch", "remove"))
    one.add_argument("id", metavar="ID")
    one.add_argument("--to", default=".", metavar="FILE")
    one.set_defaults(run=act)


def attach_file(console: Console, chosen: argparse.Namespace) -> None:
    """Attach a file; prints the id of its record."""
    cls = records.record_type(chosen.record)
    parent = records.find(console.store, cls, chosen.id)
    path = Path(chosen.file)
    made = attachments.attach(
        console.store,
        console.actor,
        cls.__tablename__,
        parent.id,
        chosen.name or path.name,
        attachments.read_file(path),
        shrink=not chosen.original,
        keep_place=chosen.keep_place,
    ).value
    console.result(
        {"id": made.id.hex, "name": made.name, "bytes": made.size, "sha256": made.sha256},
        msg("Attached: {name}, {size} bytes. It goes to the office with the next sync.").of(
            name=made.name, size=made.size
        ),
    )


def list_files(console: Console, chosen: argparse.Namespace) -> None:
    """The files of a record and where their bytes are."""
    cls = records.record_type(chosen.record)
    parent = records.find(console.store, cls, chosen.id)
    found = attachments.listed(console.store, cls.__tablename__, parent.id)
    if console.options.json:
        console.emit([flat(one) for one in found])
        return
    for one in found:
        said = console.say(whereabouts(one))
        console.line(f"{one.record.id.hex}  {one.record.name} · {one.record.size} · {said}")
    console.line(console.say(msg("{count} shown").of(count=len(found))))


def flat(one: Shown) -> dict[str, Any]:
    """An attachment as JSON."""
    return {
        "id": one.record.id.hex,
        "name": one.record.name,
        "media_type": one.record.media_type,
        "bytes": one.record.size,
        "sha256": one.record.sha256,
        "here": one.here,
        "on_server": one.state is not None and one.state.on_server,
        "done": one.done,
    }


def whereabouts(one: Shown) -> Message:
    """Where the bytes of a file are, in words."""
    if one.waits:
        return msg("waits for the network")
    return msg("here") if one.here else msg("not here yet")


def act(console: Console, chosen: argparse.Namespace) -> None:
    """Write a copy, ask for the bytes, or take the file off its record."""
    try:
        wanted = UUID(chosen.id)
    except ValueError:
        raise NotFound(msg("There is no file “{id}”.").of(id=chosen.id)) from None
    one = attachments.find(console.store, wanted)
    if chosen.action == "get":
        path = attachments.save_copy(console.store, one, Path(chosen.to))
        console.result(
            {"id": one.id.hex, "file": str(path)},
            msg("Written to {file}. {warning}").of(file=path, warning=attachments.CLEAR_COPY),
        )
    elif chosen.action == "fetch":
        attachments.fetch_now(console.store, one)
        console.result({"id": one.id.hex}, msg("It comes first with the next sync."))
    else:
        commands.run(console.store, console.actor, "attachment.detach", one.id)
        console.result({"id": one.id.hex}, msg("Removed; “satchel undo” brings it back."))
