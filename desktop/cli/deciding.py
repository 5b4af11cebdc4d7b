"""The inbox from the command line: what is to be decided, in values and money, and deciding it."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.errors import NotFound, Usage
from desktop.models.inbox import Entry
from desktop.models.inbox import entries as all_entries
from desktop.services import commands, inbox
from desktop.words import msg

SIDES = ("mine", "theirs", "edit", "split")


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    box = areas.add_parser(
        "inbox",
        help="conflicts in values and money; show ID; resolve ID mine|theirs|edit VALUE|split; reopen",
    )
    box.add_argument("action", nargs="?", choices=("list", "show", "resolve", "reopen"), default="list")
    box.add_argument("id", nargs="?", metavar="ID")
    box.add_argument("side", nargs="?", choices=SIDES)
    box.add_argument("value", nargs="?", metavar="VALUE")
    box.set_defaults(run=decide)


def decide(console: Console, chosen: argparse.Namespace) -> None:
    """List, show, settle or open again."""
    {"list": _list, "show": _show, "resolve": _resolve, "reopen": _reopen}[chosen.action](console, chosen)


def _list(console: Console, _chosen: argparse.Namespace) -> None:
    cards = inbox.cards(console.store)
    if console.options.json:
        console.emit([_told(console, card) for card in cards])
        return
    for card in cards:
        _print(console, card)
    if not cards:
        console.line(console.say(msg("Nothing to decide.")))


def _print(console: Console, card: inbox.Card) -> None:
    console.line(f"{card.id.hex}  {card.title} · {console.say(card.label)}")
    console.line(console.say(msg("    mine: {value}").of(value=card.shown(card.mine, console.language))))
    console.line(console.say(msg("    theirs: {value}").of(value=card.shown(card.theirs, console.language))))


def _told(console: Console, card: inbox.Card) -> dict[str, Any]:
    return {
        "id": card.id.hex,
        "type": card.type,
        "record": card.record.hex,
        "title": card.title,
        "field": card.field,
        "mine": card.mine,
        "theirs": card.theirs,
        "reason": console.say(card.reason),
    }


def _show(console: Console, chosen: argparse.Namespace) -> None:
    """One decision with what it means in money, what the customer holds, and who changed it."""
    entry = _find(console, chosen.id, ("open",))
    card = next(one for one in inbox.cards(console.store) if one.id == entry.id)
    weighed, by = inbox.weigh(console.store, entry), inbox.changed_by(console.store, entry)
    paper = weighed.paper if weighed else None
    weights = weighed.weights if weighed else {}
    if console.options.json:
        money = {
            side: {"payable": one.payable, "tax": one.tax, "line": one.line, "difference": one.difference}
            for side, one in weights.items()
        }
        held = {"number": paper.number, "total": paper.total, "signer": paper.signer} if paper else None
        console.emit(
            {
                **_told(console, card),
                "money": money,
                "paper": held,
                "changed_by": by.who if by else "",
                "customer_holds": weighed.held if weighed else "",
            }
        )
        return
    _print(console, card)
    console.line(console.say(card.reason))
    if by is not None:
        console.line(
            console.say(msg("Changed by {who}, {when}").of(who=by.who, when=f"{by.at:%Y-%m-%d %H:%M}"))
        )
    for side, one in weights.items():
        words = msg("{side}: total {total}, of it tax {tax}")
        console.line(console.say(words.of(side=SIDE[side], total=one.payable, tax=one.tax)))
    if paper is not None and weighed is not None:
        console.line(console.say(inbox.paper_words(paper, weighed.held)))


SIDE = {"before": msg("Before"), "mine": msg("Yours"), "theirs": msg("The office")}


def _resolve(console: Console, chosen: argparse.Namespace) -> None:
    if not chosen.id or not chosen.side or (chosen.side == "edit") != (chosen.value is not None):
        raise Usage(msg("Say which and how: inbox resolve ID mine|theirs|edit VALUE|split."))
    entry = _find(console, chosen.id, ("open",)).id
    said = {"entry_id": entry, "side": chosen.side, "value": chosen.value}
    commands.run(console.store, console.actor, "inbox.resolve", **said)
    console.result({"id": entry.hex, "resolved": chosen.side}, msg("Settled."))


def _reopen(console: Console, chosen: argparse.Namespace) -> None:
    entry = _find(console, chosen.id, ("mine", "theirs", "edit", "split")).id
    commands.run(console.store, console.actor, "inbox.reopen", entry_id=entry)
    console.result({"id": entry.hex, "resolved": ""}, msg("Open again"))


def _find(console: Console, wanted: str | None, states: tuple[str, ...]) -> Entry:
    if not wanted:
        raise Usage(msg("Say which: inbox show ID."))
    with console.store.reader.connect() as connection:
        every = all_entries(connection, every=True)
    found = [one for one in every if one.state in states and one.id.hex.startswith(wanted.replace("-", ""))]
    if len(found) != 1:
        raise NotFound(msg("There is no open conflict “{id}”.").of(id=wanted))
    return found[0]
