"""The inbox from the command line: what is to be decided, in values and money, and deciding it."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.errors import NotFound, Usage
from desktop.models.inbox import DECIDED, Entry
from desktop.models.inbox import entries as all_entries
from desktop.models.overlay import pairs
from desktop.models.record import RECORDS
from desktop.services import commands, inbox, matters, ways
from desktop.services.matters import Matter
from desktop.words import Message, msg

SIDES = ("mine", "theirs", "edit", "split", "both", "confirm", "accept", "refuse", "back")


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    box = areas.add_parser(
        "inbox",
        help="what waits for your word; show ID; resolve ID mine|theirs|edit VALUE|split|…; reopen; decided",
    )
    box.add_argument(
        "action", nargs="?", choices=("list", "show", "resolve", "reopen", "decided"), default="list"
    )
    box.add_argument("id", nargs="?", metavar="ID", help="its first letters; “deletions” for those held back")
    box.add_argument("side", nargs="?", choices=SIDES)
    box.add_argument("value", nargs="?", metavar="VALUE")
    box.set_defaults(run=decide)


def decide(console: Console, chosen: argparse.Namespace) -> None:
    """List, show, settle or open again."""
    actions = {"list": _list, "show": _show, "resolve": _resolve, "reopen": _reopen, "decided": _decided}
    actions[chosen.action](console, chosen)


def _list(console: Console, _chosen: argparse.Namespace) -> None:
    found = matters.matters(console.store)
    if console.options.json:
        console.emit([_told(console, one) for one in found])
        return
    for one in found:
        _print(console, one)
    if not found:
        console.line(console.say(msg("Nothing to decide.")))


def _key(matter: Matter) -> str:
    return "deletions" if matter.key == matters.HELD else matter.key.hex


def _values(matter: Matter) -> list[tuple[Message, str, Any, Any]]:
    """What is compared: label, type and field, mine and theirs in wire form."""
    if matter.entry is not None:
        return [(ways.label(matter.entry), matter.entry.field, matter.entry.mine, matter.entry.theirs)]
    found = []
    for change in matter.proposal.changes or () if matter.proposal is not None else ():
        fields = RECORDS[change["type"]].fields()
        found += [
            (fields[name].label, name, new, old)
            for name, (old, new) in pairs(change["kind"], change["body"]).items()
            if name in fields
        ]
    return found


def _print(console: Console, matter: Matter) -> None:
    title = _title(console, matter)
    head = " · ".join(part for part in (title, console.say(ways.headline(console.store, matter))) if part)
    console.line(f"{_key(matter)}  {head}")
    for _, name, mine, theirs in _values(matter):
        for words, value in ((msg("    mine: {value}"), mine), (msg("    theirs: {value}"), theirs)):
            shown = inbox.shown(matter.type, name, value, console.language)
            console.line(console.say(words.of(value=shown)))


def _title(console: Console, matter: Matter) -> str:
    if matter.proposal is not None and matter.proposal.name:
        return matter.proposal.name
    cls = RECORDS.get(matter.type)
    with console.store.reading() as session:
        record = session.get(cls, matter.record) if cls is not None else None
        return record.title if record is not None else ""


def _told(console: Console, matter: Matter) -> dict[str, Any]:
    values = _values(matter)
    entry = matter.entry
    return {
        "id": _key(matter),
        "kind": matter.kind,
        "type": matter.type,
        "record": matter.record.hex,
        "title": _title(console, matter),
        "field": entry.field if entry is not None else "",
        "mine": values[0][2] if values else None,
        "theirs": values[0][3] if values else None,
        "reason": console.say(entry.reason) if entry is not None else "",
        "headline": console.say(ways.headline(console.store, matter)),
        "count": matter.deletions.count if matter.deletions is not None else 0,
    }


def _show(console: Console, chosen: argparse.Namespace) -> None:
    """One decision with what it means in money, what the customer holds, who changed it, and its ways."""
    matter = _find(console, chosen.id)
    told = ways.tell(console.store, matter)
    weighed = told.weighed
    by = inbox.changed_by(console.store, matter.entry) if matter.entry is not None else None
    paper, weights = (weighed.paper, weighed.weights) if weighed else (None, {})
    if console.options.json:
        held = {"number": paper.number, "total": paper.total, "signer": paper.signer} if paper else None
        console.emit(
            {
                **_told(console, matter),
                "money": {
                    side: {
                        "payable": one.payable,
                        "tax": one.tax,
                        "line": one.line,
                        "difference": one.difference,
                        "light": one.light.tone if one.light else "",
                    }
                    for side, one in weights.items()
                },
                "paper": held,
                "changed_by": by.who if by else "",
                "customer_holds": weighed.held if weighed else "",
                "ways": {way.name: console.say(way.meaning) for way in told.ways},
            }
        )
        return
    _print(console, matter)
    if matter.entry is not None and told.reason != matter.entry.reason:
        console.line(console.say(matter.entry.reason))
    console.line(console.say(told.reason))
    if by is not None:
        console.line(
            console.say(msg("Changed by {who}, {when}").of(who=by.who, when=f"{by.at:%Y-%m-%d %H:%M}"))
        )
    for side, one in weights.items():
        words = msg("{side}: total {total}, of it tax {tax}")
        light = f" · {console.say(one.light.words)}" if one.light else ""
        console.line(console.say(words.of(side=SIDE[side], total=one.payable, tax=one.tax)) + light)
    if paper is not None and weighed is not None:
        console.line(console.say(inbox.paper_words(paper, weighed.held)))
    for way in told.ways:
        console.line(f"  {way.name}: {console.say(way.title)} – {console.say(way.meaning)}")


SIDE = {"before": msg("Before"), "mine": msg("Yours"), "theirs": msg("The office")}


def _resolve(console: Console, chosen: argparse.Namespace) -> None:
    if not chosen.id or not chosen.side or (chosen.side != "edit" and chosen.value is not None):
        raise Usage(msg("Say which and how: inbox resolve ID mine|theirs|edit VALUE|split."))
    matter = _find(console, chosen.id)
    if chosen.side == "edit" and chosen.value is None and matter.kind != "overdraft":
        raise Usage(msg("Say which and how: inbox resolve ID mine|theirs|edit VALUE|split."))
    matters.decide(console.store, matter, chosen.side, chosen.value)
    console.result({"id": _key(matter), "resolved": chosen.side}, msg("Settled."))


def _reopen(console: Console, chosen: argparse.Namespace) -> None:
    entry = _decided_one(console, chosen.id).id
    commands.run(console.store, console.actor, "inbox.reopen", entry_id=entry)
    console.result({"id": entry.hex, "resolved": ""}, msg("Open again"))


def _decided(console: Console, _chosen: argparse.Namespace) -> None:
    """What was decided, here or on another laptop of the same person."""
    found = inbox.decided(console.store)
    if console.options.json:
        console.emit(
            [
                {"id": one.id.hex, "type": one.type, "record": one.record.hex, "resolved": one.state}
                for one in found
            ]
        )
        return
    for one in found:
        console.line(f"{one.id.hex}  {console.say(ways.label(one))} · {console.say(inbox.SAID[one.state])}")


def _find(console: Console, wanted: str | None) -> Matter:
    if not wanted:
        raise Usage(msg("Say which: inbox show ID."))
    return matters.find(console.store, wanted)


def _decided_one(console: Console, wanted: str | None) -> Entry:
    if not wanted:
        raise Usage(msg("Say which: inbox show ID."))
    with console.store.reader.connect() as connection:
        every = all_entries(connection, every=True)
    found = [one for one in every if one.state in DECIDED and one.id.hex.startswith(wanted.replace("-", ""))]
    if len(found) != 1:
        raise NotFound(msg("There is no open conflict “{id}”.").of(id=wanted))
    return found[0]
