"""Approvals from the command line: what waits for one's word, answering, asking, how a quote stands."""

import argparse
from typing import Any

from desktop.cli import approving_phone
from desktop.cli.approving_phone import document, standing_of
from desktop.cli.console import Console
from desktop.errors import NotFound, Usage
from desktop.models.records import ApprovalRequest, ApprovalRule
from desktop.rules import approvals as rules
from desktop.services import approval_requests, approval_rules, commands, matters, records
from desktop.services.matters import Matter
from desktop.words import msg

NO_RULE = msg("There is no approval rule “{name}” on this laptop.")


def register(areas: Any) -> None:
    """Add the subcommand of this area."""
    area = areas.add_parser("approve", help="what waits for your approval; grant or refuse it; ask for it")
    area.add_argument("id", nargs="?", metavar="ID", help="of a request, its first letters; or: phone")
    area.add_argument("--refuse", action="store_true", help="say no instead")
    area.add_argument("--ask", metavar="NUMBER", help="ask for this quote, contract or order")
    area.add_argument("--check", metavar="NUMBER", help="whether it needs approval, and what is left")
    area.add_argument("--remark", default="", metavar="TEXT", help="why")
    area.add_argument("--rules", action="store_true", help="the approval rules as sentences, in their order")
    area.add_argument("--try", dest="tried", metavar="RULE", help="what a rule would have asked so far")
    area.add_argument("--limit", metavar="NUMBER", help="with --try: above this limit instead of its own")
    approving_phone.arguments(area)
    area.set_defaults(run=approve)


def approve(console: Console, chosen: argparse.Namespace) -> None:
    """List, answer, ask or look."""
    if chosen.id == "phone":
        approving_phone.phone(console, chosen)
    elif chosen.rules:
        _rules(console)
    elif chosen.tried:
        _try(console, chosen.tried, chosen.limit)
    elif chosen.subject:
        approving_phone.subject(console, chosen.subject, chosen.remark)
    elif chosen.confirmation:
        approving_phone.confirmation(console, chosen.confirmation, chosen.out)
    elif chosen.check:
        _check(console, chosen.check)
    elif chosen.ask:
        _ask(console, chosen.ask, chosen.remark)
    elif chosen.id:
        _answer(console, _find(console, chosen.id), granted=not chosen.refuse, remark=chosen.remark)
    else:
        _list(console)


def _waiting(console: Console) -> list[Matter]:
    return [one for one in matters.matters(console.store) if one.kind == "approval"]


def _find(console: Console, wanted: str) -> Matter:
    found = [one for one in _waiting(console) if one.key.hex.startswith(wanted.replace("-", "").lower())]
    if len(found) != 1:
        raise NotFound(msg("No request “{id}” waits for you.").of(id=wanted))
    return found[0]


def _answer(console: Console, matter: Matter, *, granted: bool, remark: str) -> None:
    name = "approval_request.grant" if granted else "approval_request.refuse"
    commands.run(console.store, console.actor, name, matter.key, remark=remark)
    told = msg("Approved; it counts once it was synchronised.") if granted else msg("Refused.")
    console.result({"id": matter.key.hex, "granted": granted}, told)


def _ask(console: Console, wanted: str, remark: str) -> None:
    about = document(console.store, wanted)
    name = f"{about.__tablename__}.ask_approval"
    made = commands.run(console.store, console.actor, name, about.id, remark=remark).value
    console.result(
        {"id": made.id.hex, about.__tablename__: about.id.hex, "role": made.role},
        msg("Asked for approval; the answer comes with a sync."),
    )


def _check(console: Console, wanted: str) -> None:
    quote = document(console.store, wanted)
    found = standing_of(console.store, quote)
    if found is None:
        told: dict[str, Any] = {
            "id": quote.id.hex,
            "tone": "good",
            "asks": [],
            "left": None,
            "refusal": "",
        }
        console.result(told, rules.NOTHING[quote.__tablename__])
        return
    refusal = found.refusal
    console.result(
        {
            "id": quote.id.hex,
            "tone": found.light.tone,
            "asks": [ask.rule.kind for ask in found.asks],
            "left": found.left,
            "refusal": console.say(refusal) if refusal is not None else "",
        },
        refusal or found.light.words,
    )


def _rules(console: Console) -> None:
    found = approval_rules.all_rules(console.store)
    if console.options.json:
        said = [(one, console.say(approval_rules.sentence(one))) for one in found]
        console.emit(
            [
                {"id": one.id.hex, "name": one.name, "words": words, "active": one.active is not False}
                for one, words in said
            ]
        )
        return
    for one in found:
        state = "+" if one.active is not False else "-"
        console.line(f"{state}  {one.name}  {console.say(approval_rules.sentence(one))}")
    if not found:
        console.line(console.say(msg("No approval rules yet")))


def _try(console: Console, wanted: str, limit: str | None) -> None:
    """Hold a rule against what went out last, as it is or with another limit."""
    every = approval_rules.all_rules(console.store)
    rule = next((one for one in every if wanted in (one.name, one.id.hex)), None)
    if rule is None:
        raise NotFound(NO_RULE.of(name=wanted))
    values = {name: getattr(rule, name) for name in ("subject", "kind", "threshold", "currency", "role")}
    read = records.read_values(ApprovalRule, {"threshold": limit}) if limit else {}
    made = approval_rules.rule_of({**values, **read})
    if made is None:
        raise Usage(approval_rules.UNSAID)
    found = approval_rules.trial(console.store, made)
    told = [
        {"id": one.record.hex, "number": one.number, "asks": console.say(one.words)} for one in found.asked
    ]
    if not console.options.json:
        for each in told:
            console.line(f"{each['number']}  {each['asks']}")
    console.result({"looked": found.looked, "asked": told}, found.words)


def _list(console: Console) -> None:
    found = [approval_requests.described(console.store, one.key) for one in _waiting(console)]
    told = [_told(console, one[0], one[1]) for one in found if one is not None]
    if console.options.json:
        console.emit(told)
        return
    for one in told:
        console.line(f"{one['id']}  {one['quote']}  {one['total']} {one['currency']}  {one['asks']}")
    if not told:
        console.line(console.say(msg("Nothing waits for your approval.")))


def _told(console: Console, request: ApprovalRequest, quote: Any) -> dict[str, Any]:
    return {
        "id": request.id.hex,
        "kind": approval_requests.about(request)[0],
        "quote": quote.title if quote is not None else "",
        "total": f"{request.exposure or 0:f}",
        "currency": request.currency,
        "asks": console.say(approval_requests.asked_words(request)),
        "remark": request.remark or "",
        "role": request.role,
    }
