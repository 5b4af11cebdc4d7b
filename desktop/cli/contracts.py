"""Contracts from the command line: new, show, clauses, word, fill, issue, pdf, sign, state."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any, Final

from desktop.cli import seals
from desktop.cli.console import Console
from desktop.errors import NotFound, Refused, Usage
from desktop.models.kinds import Day
from desktop.models.records import Contract, ContractClause, Quote
from desktop.rules.attachments import SIGNATURE
from desktop.rules.clauses import OURS, STANDARD, Piece
from desktop.services import (
    attachments,
    commands,
    contract_clauses,
    contract_drafts,
    contract_signing,
    contracts,
    records,
)
from desktop.services.contract_drafts import ContractDraft
from desktop.services.signing import PAPER
from desktop.words import msg

WAYS: Final = ("sign", "start", "complete", "terminate", "withdraw")
assert contract_clauses.WORDS  # its commands are registered


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    area = areas.add_parser("contract", help="new, show, clauses, word, fill, issue, pdf, sign, state")
    kinds = area.add_subparsers(metavar="ACTION", required=True)
    made = kinds.add_parser("new", help="a contract from an issued quote")
    made.add_argument("quote", metavar="QUOTE")
    made.add_argument("--name", default="", help="the project; that of the quote if left out")
    made.add_argument("--from", dest="begins", metavar="DAY", help="in force from")
    made.add_argument("--until", metavar="DAY", help="in force until")
    made.add_argument("--renew", metavar="DAY", help="to be renewed by")
    made.set_defaults(run=new)
    for name, run, text in (
        ("show", show, "facts, milestones and what is not the standard text"),
        ("clauses", clauses, "its clauses as they are printed, with what differs from the standard text"),
        ("issue", issue, "number it, freeze it, write the PDF"),
        ("pdf", pdf, "write the PDF"),
    ):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id", metavar="ID")
        if name in ("issue", "pdf"):
            one.add_argument("--to", metavar="FILE")
        if name == "clauses":
            one.add_argument("--for", dest="language", choices=("zh", "en"), default="")
        one.set_defaults(run=run)
    _register_wording(kinds)
    seals.of_contract(kinds)
    signed = kinds.add_parser("sign", help="the customer signed what was issued")
    signed.add_argument("id", metavar="ID")
    signed.add_argument("--by", required=True, metavar="NAME", help="who signed")
    signed.add_argument("--job", default="", metavar="TITLE", help="their job title")
    signed.add_argument("--photo", metavar="FILE", help="the signed page, photographed or scanned")
    signed.set_defaults(run=sign)
    state = kinds.add_parser("state", help=f"{', '.join(WAYS)}; without a word how it stands")
    state.add_argument("id", metavar="ID")
    state.add_argument("way", nargs="?", choices=WAYS)
    state.add_argument("--on", metavar="DAY", help="the day on which it was signed")
    state.add_argument("--reason", default="", help="why it ends or is withdrawn")
    state.set_defaults(run=step)


def _register_wording(kinds: Any) -> None:
    word = kinds.add_parser("word", help="another text for a clause, or another place, or none")
    word.add_argument("id", metavar="ID")
    word.add_argument("clause", metavar="CLAUSE", help="its number in the contract, or in the library")
    word.add_argument("--text", help="the Chinese text")
    word.add_argument("--text-en", dest="text_en", help="the English text")
    word.add_argument("--why", help="the reason")
    word.add_argument("--standard", action="store_true", help="back to the standard text")
    word.add_argument("--out", action="store_true", help="leave it out")
    word.add_argument("--in", dest="into", action="store_true", help="put in a clause of the library")
    word.add_argument("--after", metavar="CLAUSE", help="put it after this one; 0 puts it first")
    word.set_defaults(run=word_clause)
    fill = kinds.add_parser("fill", help="what stands in the places of its clauses: NAME=VALUE …")
    fill.add_argument("id", metavar="ID")
    fill.add_argument("values", nargs="+", metavar="NAME=VALUE")
    fill.set_defaults(run=fill_in)


def new(console: Console, chosen: argparse.Namespace) -> None:
    """Make a contract from an issued quote."""
    quote = records.find(console.store, Quote, chosen.quote)
    days = {"valid_from": chosen.begins, "valid_until": chosen.until, "renew_on": chosen.renew}
    values = {name: _day(text) for name, text in days.items() if text}
    made = commands.run(
        console.store,
        console.actor,
        "contract.new",
        values={"quote_id": quote.id, "name": chosen.name, **values},
    ).value
    console.result({"id": made.id.hex, "quote": quote.id.hex}, msg("Contract {id}").of(id=made.id.hex))


def _day(text: str | None) -> date | None:
    found: date | None = Day().parse(text or "")
    return found


def _found(console: Console, chosen: argparse.Namespace) -> ContractDraft:
    return contract_drafts.load(console.store, records.find(console.store, Contract, chosen.id).id)


def show(console: Console, chosen: argparse.Namespace) -> None:
    """How a contract stands."""
    draft = _found(console, chosen)
    contract = draft.contract
    facts = {
        "id": contract.id.hex,
        "number": contract.number,
        "name": contract.name,
        "stage": contract.stage,
        "quote": f"{draft.quote['number']} R{draft.quote['revision']}",
        "payable": draft.quote["totals"]["payable"],
        "currency": contract.currency,
        "valid_from": _said(contract.valid_from),
        "valid_until": _said(contract.valid_until),
        "renew_on": _said(contract.renew_on),
        "hash": contract.content_hash,
        "missing": draft.missing(),
        "deviations": [
            {"kind": one.kind, "clause": one.heading, "approval": one.needs_approval}
            for one in draft.deviations
        ],
        "signatures": [
            {"id": one.id.hex, "signer": one.signer, "job": one.job, "method": one.method}
            | {"record": [each.in_language(console.language) for each in contract_signing.told(one)]}
            for one in contract_signing.signatures(console.store, contract.id)
        ],
        "milestones": [
            {"id": one.id.hex, "name": one.name, "amount": one.amount, "done_on": _said(one.done_on)}
            for one in draft.milestones
        ],
    }
    told = [f"{contract.title or contract.name}  {contract.stage}  {facts['payable']} {contract.currency}"]
    told += [f"  {one.kind}: {one.heading}" for one in draft.deviations]
    console.result(facts, "\n".join(told))


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""


def clauses(console: Console, chosen: argparse.Namespace) -> None:
    """Every clause with its places filled; what was added or left out stands in marks."""
    draft = _found(console, chosen)
    language = chosen.language or draft.languages[0]
    told, listed = [], []
    for number, clause in enumerate(draft.clauses, 1):
        pieces = draft.pieces(clause, language)
        heading = clause.heading_en if language == "en" else clause.heading
        listed.append(
            {
                "id": clause.id.hex,
                "code": clause.code,
                "edition": clause.edition,
                "heading": heading,
                "text": "".join(one.text for one in pieces if one.kind != STANDARD),
                "deviates": bool(clause.deviation),
                "difference": [[one.kind, one.text] for one in pieces] if clause.deviation else [],
                "approval": clause.approval_class == "approval",
            }
        )
        told.append(f"{number} {heading}\n   {''.join(map(_marked, pieces))}")
    console.result(listed, "\n".join(told))


def _marked(piece: Piece) -> str:
    if piece.kind == OURS:
        return f"[+{piece.text}+]"
    return f"[-{piece.text}-]" if piece.kind == STANDARD else piece.text


def word_clause(console: Console, chosen: argparse.Namespace) -> None:
    """Word, move, leave out or put in one clause."""
    draft = _found(console, chosen)
    target = draft.contract.id
    after: dict[str, Any] = {}
    if chosen.after is not None:
        after = {"after": None if chosen.after == "0" else _clause(draft, chosen.after).id}

    def run(name: str, **arguments: Any) -> Any:
        return commands.run(console.store, console.actor, f"contract.{name}", target, **arguments).value

    if chosen.into:
        clause = run("add_clause", code=chosen.clause, **after)
        console.result({"id": clause.id.hex}, clause.title)
        return
    clause = _clause(draft, chosen.clause)
    texts = {"body": chosen.text, "body_en": chosen.text_en, "why": chosen.why}
    values = {name: text for name, text in texts.items() if text is not None}
    if not (values or after or chosen.out or chosen.standard):
        raise Usage(msg("Say what becomes of the clause: --text, --standard, --after, --out."))
    if chosen.out:
        run("remove_clause", clause_id=clause.id)
    if chosen.standard:
        run("restore_clause", clause_id=clause.id)
    if values:
        run("set_clause", clause_id=clause.id, values=values)
    if after:
        run("move_clause", clause_id=clause.id, **after)
    console.result({"id": clause.id.hex}, clause.title)


def _clause(draft: ContractDraft, named: str) -> ContractClause:
    for number, clause in enumerate(draft.clauses, 1):
        if named in (str(number), clause.code, clause.id.hex, clause.heading, clause.heading_en):
            return clause
    raise NotFound(msg("This contract has no clause “{name}”.").of(name=named))


def fill_in(console: Console, chosen: argparse.Namespace) -> None:
    """Fill in the places of its clauses."""
    contract = records.find(console.store, Contract, chosen.id)
    values = {}
    for typed in chosen.values:
        name, sign, value = typed.partition("=")
        if not sign:
            raise Usage(msg("Values are written name=value; “{text}” is not.").of(text=typed))
        values[name.strip().strip("{}")] = value
    commands.run(console.store, console.actor, "contract.set_values", contract.id, values=values)
    missing = contract_drafts.load(console.store, contract.id).missing()
    console.result({"id": contract.id.hex, "missing": missing}, ", ".join(missing) or "ok")


def issue(console: Console, chosen: argparse.Namespace) -> None:
    """Issue the contract; with --to also write its PDF."""
    contract = records.find(console.store, Contract, chosen.id)
    done = commands.run(console.store, console.actor, "contract.issue", contract.id)
    issued = contract_drafts.load(console.store, contract.id).contract
    if chosen.to:
        _write(Path(chosen.to), done.value)
    console.result(
        {"id": issued.id.hex, "number": issued.number, "hash": issued.content_hash, "file": chosen.to},
        msg("Issued as {number}.").of(number=issued.number),
    )


def pdf(console: Console, chosen: argparse.Namespace) -> None:
    """Write the PDF: of an issued contract what was sealed, of a draft with its mark."""
    contract = records.find(console.store, Contract, chosen.id)
    target = Path(chosen.to or f"{contract.id.hex}.pdf")
    _write(target, contracts.paper_of(console.store, contract.id))
    console.result({"id": contract.id.hex, "file": str(target)}, str(target))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from None


def sign(console: Console, chosen: argparse.Namespace) -> None:
    """Record the customer's signature on paper; a photograph of the page is kept with it."""
    contract = records.find(console.store, Contract, chosen.id)
    photo = None
    if chosen.photo:
        path = Path(chosen.photo)
        photo = attachments.keep(console.store, path.name, attachments.read_file(path), purpose=SIGNATURE)
    made = commands.run(
        *(console.store, console.actor, "contract.sign_here", contract.id),
        signer=chosen.by,
        job=chosen.job,
        method=PAPER,
        photo=photo,
    ).value
    console.result(
        {"id": made.id.hex, "contract": contract.id.hex, "hash": made.content_hash},
        msg("Signed by {name}.").of(name=made.signer),
    )


def step(console: Console, chosen: argparse.Namespace) -> None:
    """Take the next step with a contract, or say where it stands."""
    contract = records.find(console.store, Contract, chosen.id)
    if chosen.way:
        arguments: dict[str, Any] = {}
        if chosen.way == "sign" and chosen.on:
            arguments["signed_on"] = _day(chosen.on)
        if chosen.way in ("terminate", "withdraw"):
            arguments["reason"] = chosen.reason
        commands.run(console.store, console.actor, f"contract.{chosen.way}", contract.id, **arguments)
    now = contract_drafts.load(console.store, contract.id).contract
    console.result(
        {"id": now.id.hex, "stage": now.stage, "signed_on": _said(now.signed_on), "reason": now.reason},
        now.stage,
    )
