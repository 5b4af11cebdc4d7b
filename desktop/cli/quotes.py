"""Quotes from the command line: new, issue, sign, pdf, contract, revise, rebuild, changes, totals."""

import argparse
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.cli import bundle_parts, coupons, declining, orders, paying, sealed, totals
from desktop.cli.console import Console
from desktop.documents import changes as printed
from desktop.documents.voice import Voice
from desktop.errors import Refused
from desktop.models.kinds import Number, Percent
from desktop.models.records import Customer, Quote
from desktop.models.records.signatures import METHODS
from desktop.rules.attachments import SIGNATURE
from desktop.rules.money import plain
from desktop.services import (
    attachments,
    catalog,
    commands,
    contracts,
    drafts,
    editions,
    quotes,
    records,
    stale_prices,
)
from desktop.words import msg


def register(areas: Any) -> None:
    """Add the subcommands of this area."""
    quote = areas.add_parser(
        "quote", help="new, confirm, issue, sign, pdf, contract, revise, rebuild, changes, totals"
    )
    kinds = quote.add_subparsers(metavar="ACTION", required=True)
    new = kinds.add_parser("new", help="a quote with lines")
    new.add_argument("--customer", required=True, metavar="NAME|ID")
    new.add_argument("--line", action="append", default=[], metavar="SKU*QTY")
    new.add_argument("--discount", metavar="-5%%", help="percent, or an amount without %%")
    new.add_argument("--target", metavar="AMOUNT", help="the payable total wanted")
    new.add_argument("--name", default="", help="the project")
    new.add_argument("--for", dest="language", choices=("zh", "en", "both"), default="zh")
    new.set_defaults(run=new_quote)
    for name, run, text in (
        ("issue", issue, "number it, freeze it, write the PDF"),
        ("pdf", pdf, "write the PDF"),
        ("contract", contract, "write a contract from an issued quote"),
        ("revise", revise, "open the next revision"),
    ):
        area = kinds.add_parser(name, help=text)
        area.add_argument("id", metavar="ID")
        area.add_argument("--to", metavar="FILE")
        area.set_defaults(run=run)
    seen = kinds.add_parser("confirm", help="the total that two people's changes made is right")
    seen.add_argument("id", metavar="ID")
    seen.set_defaults(run=confirm)
    declining.of_quote(kinds)
    sealed.of_quote(kinds)
    paying.of_quote(kinds)
    compared = kinds.add_parser("changes", help="what changed since an issued revision; as PDF with --to")
    compared.add_argument("id", metavar="ID")
    compared.add_argument("--since", type=int, metavar="N", help="revision N; without it the last issued one")
    compared.add_argument("--to", metavar="FILE")
    compared.set_defaults(run=changes)
    stale = kinds.add_parser("stale", help="open quotes that today's prices change, and by how much")
    stale.add_argument(
        "--renew", nargs="*", metavar="ID", help="renew these at today's prices; all without ID"
    )
    stale.set_defaults(run=stale_quotes)
    signing = kinds.add_parser("sign", help="the customer signs what was issued")
    signing.add_argument("id", metavar="ID")
    signing.add_argument("--by", required=True, metavar="NAME", help="who signs")
    signing.add_argument("--job", default="", metavar="TITLE", help="their job title")
    signing.add_argument("--way", choices=[code for code, _ in METHODS], default="paper")
    signing.add_argument("--photo", metavar="FILE", help="the signed page, photographed or scanned")
    signing.set_defaults(run=sign)
    orders.of_quote(kinds)
    bundle_parts.of_quote(kinds)
    coupons.of_quote(kinds)
    derived = kinds.add_parser("totals", help="how its totals came about, row by row")
    derived.add_argument("id", metavar="ID")
    derived.set_defaults(run=totals.of_quote)


def new_quote(console: Console, chosen: argparse.Namespace) -> None:
    """Make a quote with its lines and discount; prints its id and total."""
    store, actor = console.store, console.actor
    customer = records.find(store, Customer, chosen.customer)
    wanted = [_line(console, typed) for typed in chosen.line]
    adjustments = []
    if chosen.discount:
        adjustments.append(_discount(chosen.discount))
    if chosen.target:
        adjustments.append(("target", Number(6).parse(chosen.target)))
    made = commands.run(
        store,
        actor,
        "quote.compose",
        customer_id=customer.id,
        name=chosen.name,
        language=chosen.language,
        lines=wanted,
        adjustments=adjustments,
    ).value
    draft = drafts.load(store, made.id)
    result = draft.totals()
    payable = plain(result.payable, result.digits)
    console.result(
        {"id": made.id.hex, "payable": payable, "lines": len(draft.lines)},
        msg("Quote {id}: {payable} {currency}").of(id=made.id.hex, payable=payable, currency=made.currency),
    )


def _line(console: Console, typed: str) -> tuple[Any, Decimal]:
    """`SKU*QTY`; without a quantity it is one."""
    sku, _star, quantity = typed.replace("×", "*").partition("*")
    product = catalog.product_by_sku(console.store, sku.strip())
    wanted = Number(4).parse(quantity or "1")
    if wanted is None or wanted <= 0:
        raise Refused(msg("Say how many: SKU*2."), field="quantity")
    return product.id, wanted


def _discount(typed: str) -> tuple[str, Decimal | None]:
    if typed.strip().endswith(("%", "％")):
        return "percent", Percent().parse(typed)
    return "amount", Number(6).parse(typed)


def issue(console: Console, chosen: argparse.Namespace) -> None:
    """Issue the quote; with --to also write its PDF."""
    quote = records.find(console.store, Quote, chosen.id)
    done = commands.run(console.store, console.actor, "quote.issue", quote.id)
    issued = drafts.load(console.store, quote.id)
    if chosen.to:
        _write(Path(chosen.to), done.value)
    console.result(
        {
            "id": quote.id.hex,
            "number": issued.quote.number,
            "revision": issued.revision.revision,
            "hash": issued.revision.content_hash,
            "file": chosen.to,
        },
        msg("Issued as {number}.").of(number=issued.quote.number),
    )


def confirm(console: Console, chosen: argparse.Namespace) -> None:
    """Confirm the total that came of two people's changes."""
    quote = records.find(console.store, Quote, chosen.id)
    commands.run(console.store, console.actor, "quote.confirm", quote.id)
    payable = quote.payable if isinstance(quote, Quote) else None
    console.result({"id": quote.id.hex, "payable": payable}, msg("New total confirmed"))


def _photo(console: Console, path: str) -> dict[str, Any]:
    """The bytes of the signed page, kept, and what names them."""
    file = Path(path)
    return attachments.keep(console.store, file.name, attachments.read_file(file), purpose=SIGNATURE)


def sign(console: Console, chosen: argparse.Namespace) -> None:
    """Record the customer's signature under the issued content."""
    quote = records.find(console.store, Quote, chosen.id)
    made = commands.run(
        *(console.store, console.actor, "quote.sign", quote.id),
        signer=chosen.by,
        job=chosen.job,
        method=chosen.way,
        photo=_photo(console, chosen.photo) if chosen.photo else None,
    ).value
    console.result(
        {"id": made.id.hex, "quote": quote.id.hex, "hash": made.content_hash},
        msg("Signed by {name}.").of(name=made.signer),
    )


def pdf(console: Console, chosen: argparse.Namespace) -> None:
    """Write the PDF of the current revision."""
    quote = records.find(console.store, Quote, chosen.id)
    target = Path(chosen.to or f"{_file_name(quote.title) or quote.id.hex}.pdf")
    _write(target, quotes.paper(console.store, quote.id))
    console.result({"id": quote.id.hex, "file": str(target)}, str(target))


def contract(console: Console, chosen: argparse.Namespace) -> None:
    """Write a contract from an issued quote."""
    quote = records.find(console.store, Quote, chosen.id)
    target = Path(chosen.to or f"{_file_name(quote.title) or quote.id.hex}-contract.pdf")
    _write(target, contracts.paper(console.store, quote.id))
    console.result({"id": quote.id.hex, "file": str(target)}, str(target))


def revise(console: Console, chosen: argparse.Namespace) -> None:
    """Open the next revision of an issued quote."""
    quote = records.find(console.store, Quote, chosen.id)
    made = commands.run(console.store, console.actor, "quote.revise", quote.id).value
    console.result({"id": quote.id.hex, "revision": made.revision}, made.title)


def changes(console: Console, chosen: argparse.Namespace) -> None:
    """What the current revision changes against an earlier one; with --to also as PDF."""
    quote = records.find(console.store, Quote, chosen.id)
    found = editions.changes(console.store, quote.id, since=chosen.since)
    if chosen.to:
        _write(Path(chosen.to), editions.paper(console.store, quote.id, since=chosen.since))
    voice, digits = Voice(console.language), int(found.after["digits"])
    lines = [
        {
            "kind": line.kind,
            "name": voice.text(line.line["name"]).first,
            "difference": f"{line.difference:.{digits}f}",
            "steps": _steps(voice, printed.steps_of(voice, line, digits)),
        }
        for line in found.lines
    ]
    told = [f"{one['difference']:>14}  {one['name']}" for one in lines]
    payable = f"{found.difference:.{digits}f}"
    console.result(
        {
            "from": found.before["revision"],
            "to": found.after["revision"],
            "lines": lines,
            "whole": _steps(voice, printed.whole_of(voice, found)),
            "difference": payable,
            "file": chosen.to,
        },
        "\n".join([*told, f"{payable:>14}  {voice.say(printed.TOTAL).first}"]),
    )


def stale_quotes(console: Console, chosen: argparse.Namespace) -> None:
    """The open quotes that today's prices change; with --renew they are renewed."""
    store, found = console.store, stale_prices.affected(console.store)
    if chosen.renew is not None:
        named = [records.find(store, Quote, each).id for each in chosen.renew]
        wanted = named or [one.quote for one in found]
        stale_prices.renew_all(store, console.actor, wanted)
        renewed = [one.hex for one in wanted]
        console.result({"renewed": renewed}, msg("Quotes renewed: {count}").of(count=len(renewed)))
        return
    told = [
        {
            "id": one.quote.hex,
            "number": one.number,
            "name": one.name,
            "stage": one.stage,
            "lines": len(one.changes.lines),
            "old": one.changes.before["totals"]["payable"],
            "new": one.changes.after["totals"]["payable"],
            "difference": f"{one.changes.difference:.{int(one.changes.after['digits'])}f}",
            "margins": [None if each is None else f"{each:.1f}" for each in one.margins],
        }
        for one in found
    ]
    lines = [f"{one['difference']:>14}  {one['number'] or one['name'] or one['id']}" for one in told]
    none = console.say(msg("No open quote would cost something else today."))
    console.result({"quotes": told}, "\n".join(lines) or none)


def _steps(voice: Voice, steps: Sequence[printed.Step]) -> list[list[str]]:
    return [[voice.say(step.label).first, step.old, step.new] for step in steps]


def _file_name(title: str) -> str:
    return "".join("-" if character in '/\\:*?"<>|' else character for character in title).strip(". ")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(msg("{path} cannot be written: {why}.").of(path=path, why=error.strerror)) from None
