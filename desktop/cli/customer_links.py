"""Customers' links from the command line: `satchel link make QUOTE`, `list [QUOTE]`, `revoke ID`."""

import argparse
from typing import Any

from desktop.cli.console import Console
from desktop.errors import Usage
from desktop.models.kinds import Day
from desktop.models.records import CustomerLink, Quote
from desktop.services import commands, links, records
from desktop.words import msg

WAYS = ("make", "list", "revoke")


def act(console: Console, chosen: argparse.Namespace) -> None:
    """Do what the first word says. Raises Usage where the second is missing."""
    if chosen.record == "list":
        _list(console, chosen.id)
    elif not chosen.id:
        raise Usage(msg("Say which: satchel link {way} …").of(way=chosen.record))
    elif chosen.record == "make":
        _make(console, chosen.id, chosen.until)
    else:
        _revoke(console, chosen.id)


def _make(console: Console, wanted: str, until: str | None) -> None:
    quote = records.find(console.store, Quote, wanted)
    last = Day().parse(until) if until else None
    made = commands.run(console.store, console.actor, "quote.link", quote.id, until=last).value
    console.result(_facts(console, made), links.WAITING)


def _list(console: Console, wanted: str | None) -> None:
    quote = records.find(console.store, Quote, wanted) if wanted else None
    found = links.of_quote(console.store, quote.id) if quote is not None else links.listed(console.store)
    told = [_facts(console, each) for each in found]
    if console.options.json:
        console.emit(told)
        return
    for one in told:
        console.line(
            f"{one['id']}  {one['quote']}  {one['ends_on']}  {one['words']}  {one['address']}".rstrip()
        )
    if not told:
        console.line(console.say(msg("There are no links for customers.")))


def _revoke(console: Console, wanted: str) -> None:
    link = links.find(console.store, wanted)
    commands.run(console.store, console.actor, "customer_link.revoke", link.id)
    console.result({"id": link.id.hex, "state": "revoked"}, msg("Revoked; it closes with the next sync."))


def _facts(console: Console, link: CustomerLink) -> dict[str, Any]:
    store = console.store
    with store.reading() as session:
        quote = session.get(Quote, link.quote_id) if link.quote_id else None
    state, words = links.state(link, store.clock().date(), quote)
    return {
        "id": link.id.hex,
        "quote": (quote.number or quote.name) if quote is not None else "",
        "kind": link.kind,
        "ends_on": link.ends_on.isoformat() if link.ends_on else "",
        "state": state,
        "words": console.say(words),
        "reason": link.reason or "",
        "address": links.address(store, link),
    }
