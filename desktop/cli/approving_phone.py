"""Approval by telephone and subject to approval from the command line: on both ends of the telephone."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from desktop.cli.console import Console
from desktop.errors import NotFound, Refused, Usage
from desktop.models.records import Contract, Order, Quote
from desktop.models.store import Store
from desktop.rules import approvals as rules
from desktop.rules import money, phone_approvals
from desktop.services import (
    approval_answers,
    approval_conditions,
    approval_papers,
    approval_phone,
    approvals,
    commands,
    drafts,
    records,
)
from desktop.words import msg

NO_SUCH: Final = msg("There is no quote, contract or order “{name}” on this laptop.")
READ_OUT: Final = msg(
    "Read out: {letters}. Total: {total} {currency}. It counts until {until}; tries left: {left}."
)


def arguments(area: argparse.ArgumentParser) -> None:
    """What is said besides."""
    area.add_argument("challenge", nargs="?", metavar="LETTERS", help="with phone: what was read out to you")
    area.add_argument("--quote", metavar="NUMBER", help="with phone: the quote, contract or order")
    area.add_argument("--code", metavar="LETTERS", help="with phone --quote: what was read back")
    area.add_argument("--total", help="with phone: the total that was read out, where it is not known here")
    area.add_argument("--currency", default="CNY", help="of the total")
    area.add_argument("--laptop", metavar="WHO", help="with phone: who reads it out, or the laptop's name")
    area.add_argument("--subject", metavar="QUOTE", help="issue it subject to approval")
    area.add_argument("--confirmation", metavar="QUOTE", help="the page that confirms it, once approved")
    area.add_argument("--out", type=Path, metavar="FILE", help="where that page is put")


def document(store: Store, wanted: str) -> Quote | Contract | Order:
    """What somebody names by number or id; a name that several share is the quote's. Raises NotFound."""
    for cls in (Quote, Contract, Order):
        try:
            found = records.find(store, cls, wanted)
        except NotFound:
            continue
        if isinstance(found, Quote | Contract | Order):
            return found
    raise NotFound(NO_SUCH.of(name=wanted))


def standing_of(store: Store, about: Quote | Contract | Order) -> approvals.Standing | None:
    """How it stands for the person of this vault."""
    if isinstance(about, Quote):
        return approvals.now_standing(store, drafts.load(store, about.id))
    return approval_papers.now_standing(store, about)


def phone(console: Console, chosen: argparse.Namespace) -> None:
    """Read out, take what was read back, or answer what is read out to one."""
    if chosen.quote:
        _reading_out(console, chosen.quote, chosen.code)
    elif chosen.challenge:
        _answering(console, chosen)
    else:
        raise Usage(msg("Say what was read out to you, or --quote for which quote you want to call."))


def _reading_out(console: Console, wanted: str, code: str | None) -> None:
    store, quote = console.store, document(console.store, wanted)
    found = standing_of(store, quote)
    if found is None or not found.asks:
        raise Refused(rules.NOTHING[quote.__tablename__])
    if isinstance(quote, Quote):
        matter = approvals.matter_of(store, quote.id, found)
    else:
        matter = approval_papers.matter_of(store, quote)[0]
    call = approval_phone.open_call(store, matter)
    if code:
        person = approval_phone.read_back(store, call, found.asks, code)
        said = approval_phone.BY_PHONE.of(who=person.name)
        console.result({"quote": quote.id.hex, "approver": person.id.hex}, said)
        return
    until = datetime.fromtimestamp(call.ends / 1000, UTC).astimezone().strftime("%H:%M")
    total = money.printed(found.facts.payable, found.facts.digits)
    console.result(
        {
            "quote": quote.id.hex,
            "challenge": call.challenge,
            "left": call.left,
            "ends": call.ends,
            "total": f"{total} {found.facts.currency}",
        },
        msg(
            "Read out: {letters}. Total: {total} {currency}. It counts until {until}; tries left: {left}."
        ).of(
            letters=phone_approvals.spaced(call.challenge),
            total=total,
            currency=found.facts.currency,
            until=until,
            left=call.left,
        ),
    )


def _answering(console: Console, chosen: argparse.Namespace) -> None:
    store = console.store
    found = approval_answers.look(store, chosen.challenge)
    total = approval_answers.amount(chosen.total) if chosen.total else None
    made = commands.run(
        store,
        console.actor,
        "phone_approval.answer",
        challenge=chosen.challenge,
        device_id=_laptop(console, chosen.laptop),
        total=total,
        currency=chosen.currency,
        remark=chosen.remark,
    ).value
    code = approval_answers.code(store, made)
    told: dict[str, Any] = {
        "id": made.id.hex,
        "code": code,
        "total": f"{made.total:f}",
        "currency": made.currency,
        "quote": made.quote_id.hex if made.quote_id else "",
        "asks": [console.say(ask.words) for ask in found.asks] if found is not None else [],
    }
    for words in told["asks"]:
        if not console.options.json:
            console.line(words)
    said = msg("Read back: {letters}. You approve a total of {total} {currency}, and nothing else.")
    console.result(
        told,
        said.of(
            letters=phone_approvals.spaced(code), total=f"{made.total.normalize():,f}", currency=made.currency
        ),
    )


def _laptop(console: Console, wanted: str | None) -> Any:
    """Whose laptop it is; where only one can be meant, it need not be said."""
    known = approval_answers.laptops(console.store)
    meant = [
        one
        for one in known
        if not wanted or wanted in (one.name, one.device.hex, one.person.name if one.person else "")
    ]
    return meant[0].device if len(meant) == 1 else None


def subject(console: Console, wanted: str, remark: str) -> None:
    """Issue a quote subject to approval."""
    quote = records.find(console.store, Quote, wanted)
    commands.run(console.store, console.actor, "quote.issue_subject", quote.id, remark=remark)
    found = approval_conditions.of_quote(console.store, drafts.load(console.store, quote.id))
    issued = records.find(console.store, Quote, quote.id.hex)
    until = found.until.isoformat() if found is not None else ""
    said = msg("{number} is issued subject to approval until {day}; the request is on its way.")
    console.result(
        {"id": quote.id.hex, "number": issued.title, "until": until}, said.of(number=issued.title, day=until)
    )


def confirmation(console: Console, wanted: str, out: Path | None) -> None:
    """Write the page that confirms a quote that was issued subject to approval."""
    quote = records.find(console.store, Quote, wanted)
    page = commands.run(console.store, console.actor, "quote.keep_confirmation", quote.id).value
    path = out or Path(f"{quote.title} OK.pdf")
    path.write_bytes(page)
    console.result({"id": quote.id.hex, "file": str(path)}, msg("Written: {path}").of(path=path))
