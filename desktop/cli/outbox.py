"""The outbox from the command line: what waits and why, and what can be done about it."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.cli.records import values_of
from desktop.errors import Usage
from desktop.models.record import RECORDS
from desktop.services import outbox
from desktop.services.outbox import Card
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("outbox", help="what waits to be sent; show, take-back, retry, edit TX")
    area.add_argument("action", nargs="?", choices=("show", "take-back", "retry", "edit"))
    area.add_argument("tx", nargs="?", metavar="TX")
    area.add_argument("values", nargs="*", metavar="field=value")
    area.set_defaults(run=show_outbox)


def show_outbox(console: Console, chosen: argparse.Namespace) -> None:
    """List what waits, or do something with one of it."""
    if not chosen.action:
        _list(console)
        return
    if not chosen.tx:
        raise Usage(msg("Say which: outbox {action} TX.").of(action=chosen.action))
    card = outbox.find(console.store, chosen.tx)
    if chosen.action == "show":
        _show(console, card)
        return
    if chosen.action == "take-back":
        outbox.take_back(console.store, card)
        said = msg("Taken back: {what}").of(what=card.label)
    elif chosen.action == "retry":
        outbox.retry(console.store, card)
        said = msg("It goes once more: {what}").of(what=card.label)
    else:
        if not chosen.values:
            raise Usage(msg("Say what to change: field=value."))
        outbox.edit(console.store, card, values_of(console, RECORDS[card.type], chosen.values))
        said = msg("Saved.")
    console.result({"tx": card.tx.hex, "action": chosen.action}, said)


def _list(console: Console) -> None:
    found = outbox.cards(console.store)
    if console.options.json:
        console.emit([_flat(console, card) for card in found])
        return
    for card in found:
        console.line(f"{card.tx.hex}  {console.say(card.label)} · {card.title} · {console.say(card.why)}")
    if not found:
        console.line(console.say(msg("Nothing waits.")))


def _show(console: Console, card: Card) -> None:
    kept = outbox.kept(console.store, card)
    if console.options.json:
        console.emit({**_flat(console, card), "can_take_back": kept is None})
        return
    console.line(f"{card.tx.hex}  {console.say(card.label)} · {card.title}")
    for step in card.steps:
        old, new = (step.shown(value, console.language) for value in (step.old, step.new))
        console.line(f"    {console.say(step.label)}: {old} → {new}")
    console.line(f"    {console.say(card.why)}")
    for other in card.others:
        when = other.at.astimezone().strftime("%Y-%m-%d %H:%M")
        console.line(console.say(msg("    also changed by {who}, {when}").of(who=other.who, when=when)))


def _flat(console: Console, card: Card) -> dict[str, Any]:
    return {
        "tx": card.tx.hex,
        "command": card.command,
        "type": card.type,
        "record": card.record.hex,
        "title": card.title,
        "at": card.at.isoformat(),
        "state": card.state,
        "why": console.say(card.why),
        "steps": [{"field": step.field, "old": step.old, "new": step.new} for step in card.steps],
        "others": [{"who": each.who, "field": each.field, "at": each.at.isoformat()} for each in card.others],
    }
