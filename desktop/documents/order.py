"""The papers of an order: its confirmation, a delivery note for each batch, the acceptance, the account."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pikepdf import Pdf

from desktop.documents.draw import Block, Cover, paint
from desktop.documents.finish import About, finish
from desktop.documents.fonts import check_text
from desktop.documents.letterhead import (
    Identity,
    facts,
    letterhead,
    paragraph,
    parties,
    places_to_sign,
    signatures,
)
from desktop.documents.linetable import LineTable
from desktop.documents.order_embed import embed
from desktop.documents.order_table import Column, PlainFurnishings, PlainTable
from desktop.documents.paginator import Furniture, paginate
from desktop.documents.quote import Furnishings, check_glyphs, frame, where_stands
from desktop.documents.seal_form import Form, add_form
from desktop.documents.summary import milestones, terms, totals
from desktop.documents.theme import paper
from desktop.documents.voice import Said, Voice, figure, short_hash
from desktop.rules.canonical import canonical, hash_of
from desktop.words import Message, msg

TITLES: Final = {
    "order": msg("Order confirmation", "paper"),
    "delivery_note": msg("Delivery note", "paper"),
    "acceptance": msg("Certificate of acceptance", "paper"),
    "statement": msg("Statement of account", "paper"),
}
_MARKS: Final = {
    "draft": msg("DRAFT", "paper"),
    "submitted": msg("NOT YET CONFIRMED", "paper"),
    "cancelled": msg("CANCELLED", "paper"),
}
"""The word under the text of what does not hold, or not yet."""
_OPENINGS: Final = {
    "order": msg("We confirm your order as follows.", "paper"),
    "delivery_note": msg("We deliver as follows. Please check the goods and sign for them.", "paper"),
    "acceptance": msg("The goods below were delivered, checked and found to be as ordered.", "paper"),
    "statement": msg("This is what was invoiced for this order and what we have received.", "paper"),
}
_SIGNS: Final = {
    "order": (msg("Supplier (seal)", "paper"), msg("Customer (signature, seal)", "paper")),
    "delivery_note": (msg("Handed over by", "paper"), msg("Received by (signature, seal)", "paper")),
    "acceptance": (msg("Supplier (seal)", "paper"), msg("Accepted by (signature, seal)", "paper")),
    "statement": (msg("Supplier (seal)", "paper"), msg("Customer (signature, seal)", "paper")),
}
_UNDER: Final = msg("Name, date", "paper")
FACTS: Final[Mapping[str, Message]] = {
    "number": msg("Order no.", "paper"),
    "date": msg("Date", "paper"),
    "quote": msg("From quote", "paper"),
    "contract": msg("Contract no.", "paper"),
    "reference": msg("Your order no.", "paper"),
    "promised": msg("Delivery by", "paper"),
    "batch": msg("Batch no.", "paper"),
    "shipped": msg("Shipped on", "paper"),
    "expected": msg("Expected on", "paper"),
    "arrived": msg("Arrived on", "paper"),
    "carrier": msg("Carrier", "paper"),
    "tracking": msg("Tracking no.", "paper"),
    "accepted": msg("Accepted on", "paper"),
    "signer": msg("Accepted by", "paper"),
    "currency": msg("Currency", "paper"),
    "basis": msg("Price basis", "paper"),
    "ship_to": msg("Deliver to", "paper"),
    "payable": msg("Order total", "paper"),
    "due": msg("Balance due", "paper"),
}
"""What stands under the letterhead; a paper has those that its content names, in their order."""
_COLUMNS: Final[Mapping[str, Sequence[Column]]] = {
    "delivery_note": (
        Column(msg("No.", "paper"), 24),
        Column(msg("Description", "paper")),
        Column(msg("Article no.", "paper"), 96),
        Column(msg("Ordered", "paper"), 62, figures=True),
        Column(msg("Delivered", "paper"), 62, figures=True),
        Column(msg("Unit", "paper"), 44),
    ),
    "acceptance": (
        Column(msg("No.", "paper"), 24),
        Column(msg("Description", "paper")),
        Column(msg("Article no.", "paper"), 96),
        Column(msg("Delivered", "paper"), 62, figures=True),
        Column(msg("Accepted", "paper"), 62, figures=True),
        Column(msg("Unit", "paper"), 44),
    ),
    "statement": (
        Column(msg("Date", "paper"), 66),
        Column(msg("What for", "paper")),
        Column(msg("Reference", "paper"), 112),
        Column(msg("Invoiced", "paper"), 78, figures=True),
        Column(msg("Received", "paper"), 78, figures=True),
        Column(msg("Balance", "paper"), 78, figures=True),
    ),
}


def order_pdf(
    snapshot: Mapping[str, Any],
    *,
    state: str = "",
    language: str | None = None,
    sealed_by: str = "",
    orderx: bytes = b"",
) -> bytes:
    """One of the papers as PDF bytes; the same content, state and language give the same bytes everywhere.

    `state` puts a word under the text of what does not hold yet; `orderx` goes into the file as Order-X. For
    whom is about to seal it (`sealed_by`) it has places for seal and signature. Raises Refused, naming it,
    where a character cannot be printed.
    """
    check_text(sealed_by)
    check_glyphs(snapshot)
    voice, kind = Voice(language or snapshot["language"]), TITLES[snapshot["kind"]]
    data = canonical(dict(snapshot))
    digest = hash_of(data)
    identity = _identity(voice, kind, snapshot, digest)
    body, furniture = _body(voice, identity, snapshot)
    signing = _signing(voice, identity, snapshot)
    body[-1].keep = max(body[-1].keep, 1)
    blocks = [*_front(voice, kind, snapshot), *body, signing]
    pages, page = paginate(blocks, frame(), furniture), paper()
    title = f"{voice.say(kind).joined()} {identity.number}"
    mark = voice.say(_MARKS[state]).first if state in _MARKS else ""
    about = About(
        title=title,
        author=identity.seller.first,
        language=voice.language,
        issued_on=str(snapshot["issued_on"] or ""),
        digest=digest,
        data=data,
    )
    more: list[Callable[[Pdf], None]] = []
    if orderx:
        more.append(partial(embed, xml=orderx, stamp=about.stamp))
    if sealed_by:
        number, top = where_stands(pages, signing)
        form = Form(number, top, *places_to_sign(), voice, identity.seller, sealed_by, about.issued_on)
        more.append(partial(add_form, form=form))
    painted = paint(pages, page.left, page.ink, Cover(title, mark, page.watermark_alpha))
    return finish(painted, about, partial(_each, more))


def _each(more: Sequence[Callable[[Pdf], None]], pdf: Pdf) -> None:
    for one in more:
        one(pdf)


def _identity(voice: Voice, kind: Message, snapshot: Mapping[str, Any], digest: str) -> Identity:
    seller = snapshot["seller"]
    number = str(snapshot.get("number") or "") or voice.say(msg("(no number yet)", "paper")).first
    content = f"satchel:{snapshot['kind']}/{snapshot['number']}?h={digest[:32]}"
    return Identity(
        kind, number, short_hash(digest), voice.text(seller.get("name")), seller.get("logo"), content
    )


def _front(voice: Voice, kind: Message, snapshot: Mapping[str, Any]) -> list[Block]:
    """Letterhead, facts, parties and one sentence."""
    known = {**snapshot["facts"], "currency": voice.currency(snapshot["currency"])}
    if snapshot["kind"] == "order":
        basis = (
            msg("Tax included", "paper")
            if snapshot["tax_mode"] == "included"
            else msg("Tax excluded", "paper")
        )
        known["basis"] = voice.say(basis).joined()
    else:
        known.pop("currency" if snapshot["kind"] != "statement" else "", None)
    pairs = [(label, str(known[name])) for name, label in FACTS.items() if known.get(name)]
    sides = ((msg("Customer", "paper"), snapshot["customer"]), (msg("Supplier", "paper"), snapshot["seller"]))
    opening = paragraph(voice, voice.say(_OPENINGS[snapshot["kind"]]), 18.5)
    return [
        letterhead(voice, kind, snapshot["seller"]),
        facts(voice, pairs),
        parties(voice, sides),
        opening,
        Block(height=7.2),
    ]


def _body(voice: Voice, identity: Identity, snapshot: Mapping[str, Any]) -> tuple[list[Block], Furniture]:
    """The table with its head, what follows it, and the furniture of its pages."""
    if snapshot["kind"] == "order":
        table = LineTable(voice, snapshot)
        head = table.head()
        head.keep = 1
        after = [totals(voice, snapshot), *milestones(voice, snapshot), *terms(voice, snapshot)]
        return [head, *table.rows(), *after], Furnishings(voice, identity, table)
    plain = PlainTable(voice, _COLUMNS[snapshot["kind"]], _cells(voice, snapshot), _has_foot(snapshot))
    head = plain.head()
    head.keep = 1
    blocks: list[Block] = [head, *plain.rows()]
    if snapshot["kind"] == "statement":
        blocks += milestones(voice, snapshot)
    if snapshot.get("note"):
        blocks.append(paragraph(voice, voice.text(snapshot["note"]), 18.5))
    return blocks, PlainFurnishings(voice, identity, plain)


def _has_foot(snapshot: Mapping[str, Any]) -> bool:
    return bool(snapshot["kind"] == "statement")


def _cells(voice: Voice, snapshot: Mapping[str, Any]) -> list[list[Said]]:
    if snapshot["kind"] == "statement":
        return _account(voice, snapshot)
    columns = ("ordered", "quantity") if snapshot["kind"] == "delivery_note" else ("quantity", "accepted")
    return [
        [
            Said(str(place)),
            voice.text(line["name"]),
            Said(str(line["sku"] or "")),
            *(Said(figure(line[name]) if line.get(name) else "______") for name in columns),
            voice.text(line["unit"]),
        ]
        for place, line in enumerate(snapshot["lines"], 1)
    ]


def _account(voice: Voice, snapshot: Mapping[str, Any]) -> list[list[Said]]:
    digits = int(snapshot["digits"])

    def money(value: str) -> Said:
        return Said(figure(value, digits) if value else "")

    rows = [
        [
            Said(entry["on"]),
            voice.say(_WHAT[entry["what"]]),
            Said(entry["reference"]),
            *(money(entry[name]) for name in ("charged", "received", "balance")),
        ]
        for entry in snapshot["entries"]
    ]
    foot = snapshot["foot"]
    last = [Said(""), voice.say(msg("Together", "paper")), Said("")]
    return [*rows, [*last, *(money(foot[name]) for name in ("charged", "received", "balance"))]]


_WHAT: Final[Mapping[str, Message]] = {
    "prepaid": msg("Prepaid", "paper"),
    "invoice": msg("Invoice", "paper"),
    "credit": msg("Credit note", "paper"),
    "payment": msg("Payment received", "paper"),
    "refund": msg("Paid back", "paper"),
}


def _signing(voice: Voice, identity: Identity, snapshot: Mapping[str, Any]) -> Block:
    under = voice.say(_UNDER).joined()
    signer = " ".join(
        part for part in (snapshot["facts"].get("signer", ""), snapshot["facts"].get("accepted", "")) if part
    )
    return signatures(voice, identity, _SIGNS[snapshot["kind"]], (under, signer or under))
