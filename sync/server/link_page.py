"""A customer's page as HTML: one quote as it was sealed, its answer, and how its order stands; nothing else.

It is written from the sealed content, field by field by name: what is not named here is not shown. No script
or picture comes from anywhere; the one script of the page draws ink, and everything works without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from desktop.documents.linecolumns import since_section
from desktop.documents.linetable import counts, tax_labels
from desktop.documents.summary import in_words, sum_rows
from desktop.documents.voice import Voice, amount, figure, minor_units, money, percent, short_hash
from desktop.models.records.quotes import DECLINES
from desktop.words import RESOURCES, Message, msg
from sync.server.links import (
    ACCEPTED,
    CONSENT,
    DECLINED,
    EXPIRED,
    HELD,
    OPEN,
    REVOKED,
    SHOWN,
    SUPERSEDED,
    Found,
)
from sync.server.rows import Row

STYLE: Final = (RESOURCES / "link" / "page.css").read_text(encoding="utf-8")
INK: Final = (RESOURCES / "link" / "ink.js").read_text(encoding="utf-8")
NOTICES: Final[Mapping[str, tuple[str, Message, Message]]] = {
    OPEN: (
        "wait",
        msg("Waits for your answer", "link"),
        msg("Look at it in peace; you can accept it at the foot of this page.", "link"),
    ),
    ACCEPTED: (
        "good",
        msg("Accepted", "link"),
        msg("Thank you. We have received your answer; this page shows how it goes on.", "link"),
    ),
    DECLINED: (
        "calm",
        msg("Declined", "link"),
        msg("We have received your answer. Whoever made this offer gets in touch if you wish.", "link"),
    ),
    EXPIRED: (
        "calm",
        msg("Ended", "link"),
        msg("This offer or this link has ended. Ask whoever sent it for a new one.", "link"),
    ),
    SUPERSEDED: (
        "calm",
        msg("Replaced", "link"),
        msg("A newer revision replaces this offer. Ask whoever sent it for the newest one.", "link"),
    ),
    REVOKED: (
        "calm",
        msg("Closed", "link"),
        msg("This link is not open. Ask whoever sent it for a new one.", "link"),
    ),
    HELD: (
        "wait",
        msg("Being looked at", "link"),
        msg("This offer is just being looked at by those who made it. Come back a little later.", "link"),
    ),
}
NOTHING: Final = msg("There is nothing at this address, or not any more.", "link")
BUSY: Final = msg("Too many tries. Wait a while, then open the page again.", "link")
TITLE: Final = msg("Quote", "link")
_STEPS: Final = (
    ("issued", msg("Issued", "link")),
    ("accepted", msg("Accepted", "link")),
    ("acknowledged", msg("Order confirmed", "link")),
    ("sent", msg("Sent", "link")),
    ("delivered", msg("Delivered", "link")),
)
_KNOWN: Final = frozenset({"acknowledged", "delivering", "delivered", "accepted", "completed"})
_ARRIVED: Final = frozenset({"delivered", "accepted", "completed"})


def page(
    found: Found, language: str, base: str, nonce: str, *, paper: bool, why: Message | None = None
) -> str:
    """The whole page; `base` is its own address, `why` what was wrong with an answer."""
    voice = Voice(language)
    parts = [_head(found, voice, base), _notice(found, voice, why)]
    if found.state == ACCEPTED:
        parts.append(_progress(found, voice))
    if found.state in SHOWN:
        parts.append(_content(found.snapshot, voice))
        parts.append(_paper(voice, base) if paper else "")
    if found.state == OPEN:
        parts.append(_answer(found, voice, base))
    parts.append(_foot(found, voice))
    return _frame(_name(found.snapshot, voice), language, nonce, "".join(parts), ink=found.state == OPEN)


def notice(words: Message, language: str, nonce: str) -> str:
    """A page that says one thing and shows nothing."""
    said = escape(words.in_language(language))
    other = "en" if language == "zh" else "zh"
    below = f'<p class="also" lang="{other}">{escape(words.in_language(other))}</p>'
    body = f'<main class="alone"><p>{said}</p>{below}</main>'
    return _frame("Satchel", language, nonce, body, ink=False)


def _frame(title: str, language: str, nonce: str, body: str, *, ink: bool) -> str:
    script = f'<script nonce="{nonce}">{INK}</script>' if ink else ""
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title>'
        f'<style nonce="{nonce}">{STYLE}</style></head><body>{body}{script}</body></html>\n'
    )


def _name(snapshot: Mapping[str, Any], voice: Voice) -> str:
    return f"{_say(voice, TITLE)} {snapshot.get('number', '')}"


def _say(voice: Voice, message: Message) -> str:
    return voice.say(message).first


def _text(voice: Voice, text: Any) -> str:
    """A text of the content, safe to stand between tags; its lines are kept."""
    return escape(voice.text(text).first).replace("\n", "<br>")


def _head(found: Found, voice: Voice, base: str) -> str:
    snapshot, other = found.snapshot, "en" if voice.primary == "zh" else "zh"
    seller = snapshot.get("seller") or {}
    words = {"zh": "中文", "en": "English"}[other]
    turn = f'<a class="turn" lang="{other}" href="{escape(base)}?lang={other}">{words}</a>'
    number = f"{snapshot.get('number', '')} R{snapshot.get('revision', 1)}"
    project = _text(voice, snapshot.get("title")) if found.state in SHOWN else ""
    name = f'<p class="project">{project}</p>' if project else ""
    return (
        '<header><div class="wide"><div class="firm">'
        f"<span>{_text(voice, seller.get('name'))}</span>{turn}</div>"
        f"<h1>{escape(_say(voice, TITLE))} <span>{escape(number)}</span></h1>{name}</div></header>"
    )


def _notice(found: Found, voice: Voice, why: Message | None) -> str:
    mood, title, words = NOTICES[found.state]
    wrong = f'<p class="wrong" role="alert">{escape(_say(voice, why))}</p>' if why is not None else ""
    who = found.link["answered_by"] if found.state in (ACCEPTED, DECLINED) else ""
    by = f' <span class="by">{escape(who)} · {found.answered_on}</span>' if who else ""
    return (
        f'<div class="wide">{wrong}<p class="notice {mood}" role="status">'
        f"<b>{escape(_say(voice, title))}</b>{by}"
        f"<br>{escape(_say(voice, words))}</p></div>"
    )


# ---------------------------------------------------------------- how it goes on


def _progress(found: Found, voice: Voice) -> str:
    """Where the orders of this quote stand, and what was sent."""
    parts = [_steps(found.orders[0] if len(found.orders) == 1 else None, voice, bool(found.orders))]
    for order, sent in found.orders:
        number = escape(order["number"] or "")
        head = (
            f"<h3>{escape(_say(voice, msg('Order', 'link')))} {number}</h3>" if len(found.orders) > 1 else ""
        )
        steps = _steps((order, sent), voice, True) if head else ""
        parts.append(head + steps + "".join(_delivery(one, voice) for one in sent))
    title = escape(_say(voice, msg("How it stands", "link")))
    return f'<section class="wide card"><h2>{title}</h2>{"".join(parts)}</section>'


def _steps(one: tuple[Row, tuple[Row, ...]] | None, voice: Voice, ordered: bool) -> str:
    if one is None and ordered:
        return ""
    done = 2
    if one is not None:
        order, sent = one
        arrived = order["stage"] in _ARRIVED or (bool(sent) and all(each["arrived_on"] for each in sent))
        gone = bool(sent) or order["stage"] in _ARRIVED
        known = order["stage"] in _KNOWN
        done = 5 if arrived and order["stage"] in _ARRIVED else 4 if gone else 3 if known else 2
    items = "".join(
        f'<li class="{"done" if place < done else "ahead"}">{escape(_say(voice, words))}</li>'
        for place, (_, words) in enumerate(_STEPS)
    )
    return f'<ol class="steps">{items}</ol>'


def _delivery(one: Row, voice: Voice) -> str:
    facts = (
        (msg("Carrier", "link"), one["carrier"]),
        (msg("Tracking number", "link"), one["tracking"]),
        (msg("Sent on", "link"), one["shipped_on"]),
        (msg("Expected on", "link"), one["expected_on"] if not one["arrived_on"] else ""),
        (msg("Arrived on", "link"), one["arrived_on"]),
    )
    return _facts(((_say(voice, name), escape(str(value))) for name, value in facts if value), "sent")


def _facts(pairs: Iterable[tuple[str, str]], kind: str = "") -> str:
    """Names with values; the values are safe already."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="facts {kind}">{rows}</dl>'


# ---------------------------------------------------------------- what was offered


def _content(snapshot: Mapping[str, Any], voice: Voice) -> str:
    customer, seller = snapshot.get("customer") or {}, snapshot.get("seller") or {}
    included = snapshot["tax_mode"] != "excluded"
    basis = msg("Prices contain tax", "link") if included else msg("Prices are before tax", "link")
    facts = (
        (msg("For", "link"), _text(voice, customer.get("name"))),
        (msg("Attention", "link"), _text(voice, customer.get("person"))),
        (msg("Issued on", "link"), escape(snapshot.get("issued_on", ""))),
        (msg("Valid until", "link"), escape(snapshot.get("valid_until", ""))),
        (msg("Contact", "link"), _text(voice, seller.get("person"))),
        (msg("Telephone", "link"), escape(seller.get("phone", ""))),
        (msg("Mail", "link"), escape(seller.get("email", ""))),
        (msg("Currency", "link"), escape(voice.currency(snapshot["currency"]))),
    )
    intro = _text(voice, snapshot.get("intro"))
    return (
        '<section class="wide card">'
        + _facts((_say(voice, name), value) for name, value in facts if value)
        + (f'<p class="intro">{intro}</p>' if intro else "")
        + f'<p class="basis">{escape(_say(voice, basis))}</p>'
        + _lines(snapshot, voice)
        + _sums(snapshot, voice)
        + _milestones(snapshot, voice)
        + _terms(snapshot, voice)
        + "</section>"
    )


def _lines(snapshot: Mapping[str, Any], voice: Voice) -> str:
    titles = (
        msg("Item", "link"),
        msg("Quantity", "link"),
        msg("Unit price", "link"),
        msg("Tax", "link"),
        msg("Amount", "link"),
    )
    said = [_say(voice, title) for title in titles]
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in said)
    before: list[Mapping[str, Any]] = []
    rows = []
    for line in snapshot["lines"]:
        rows.append(_row(line, before, snapshot, voice, said))
        before.append(line)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(
    line: Mapping[str, Any],
    before: Sequence[Mapping[str, Any]],
    snapshot: Mapping[str, Any],
    voice: Voice,
    titles: Sequence[str],
) -> str:
    digits, kind, name = int(snapshot["digits"]), line["kind"], _text(voice, line.get("name"))
    if kind in ("section", "note"):
        return f'<tr class="{kind}"><td colspan="5">{name}{_detail(line, voice)}</td></tr>'
    if kind == "subtotal":
        total = sum(minor_units(each["net"], digits) for each in since_section(before) if counts(each))
        label = name or escape(_say(voice, msg("Subtotal", "link")))
        return f'<tr class="subtotal"><td colspan="4">{label}</td><td>{amount(total, digits)}</td></tr>'
    mark = "" if counts(line) else f'<span class="mark">{escape(_say(voice, _not_counted(kind)))}</span>'
    sku = f'<span class="sku">{escape(line["sku"])}</span>' if line.get("sku") else ""
    less = "".join(
        f'<span class="less">{_less(each, digits)}</span>' for each in line.get("adjustments") or ()
    )
    base = figure(line["base_quantity"])
    per = f" / {base}" if base != "1" else ""
    unit = _text(voice, line.get("unit"))
    cells = (
        f"{figure(line['quantity'])} {unit}",
        f"{figure(line['unit_price'], digits)}{per}{less}",
        escape(" + ".join(tax_labels(line.get("tax"), voice))),
        amount(minor_units(line["net"], digits), digits),
    )
    tail = "".join(
        f'<td data-name="{escape(title)}">{cell}</td>' for title, cell in zip(titles[1:], cells, strict=True)
    )
    part = "part" if line.get("of") else ""
    off = "" if counts(line) else "off"
    return f'<tr class="item {part} {off}"><td><b>{name}</b>{mark}{sku}{_detail(line, voice)}</td>{tail}</tr>'


def _less(adjustment: Mapping[str, Any], digits: int) -> str:
    """What a line gives off, or adds."""
    value = adjustment["value"]
    return percent(value, signed=True) if adjustment["kind"] == "percent" else figure(value, digits)


def _not_counted(kind: str) -> Message:
    return msg("Not in the total", "link") if kind != "option" else msg("Option, not in the total", "link")


def _detail(line: Mapping[str, Any], voice: Voice) -> str:
    detail = _text(voice, line.get("detail"))
    return f'<span class="detail">{detail}</span>' if detail else ""


def _sums(snapshot: Mapping[str, Any], voice: Voice) -> str:
    rows = [(entry.said.first, escape(entry.value)) for entry in sum_rows(voice, snapshot)]
    payable = money(snapshot["totals"]["payable"], snapshot["currency"], int(snapshot["digits"]))
    words = in_words(snapshot) if voice.primary == "zh" else ""
    label = escape(_say(voice, msg("Total payable incl. tax", "paper")))
    below = f'<p class="words">{escape(words)}</p>' if words else ""
    total = f'<p class="total"><span>{label}</span><strong>{escape(payable)}</strong></p>'
    return f'<div class="sums">{_facts(rows)}{total}{below}</div>'


def _milestones(snapshot: Mapping[str, Any], voice: Voice) -> str:
    entries = snapshot.get("milestones") or ()
    if not entries:
        return ""
    digits = int(snapshot["digits"])
    rows = "".join(
        f"<li><b>{_text(voice, one.get('name'))}</b> <span>{percent(one['percent'])}</span>"
        f"<strong>{escape(money(one['amount'], snapshot['currency'], digits))}</strong>"
        f"<small>{_text(voice, one.get('due'))}</small></li>"
        for one in entries
    )
    return f'<h2>{escape(_say(voice, msg("Payment schedule", "paper")))}</h2><ol class="pays">{rows}</ol>'


def _terms(snapshot: Mapping[str, Any], voice: Voice) -> str:
    terms = [said for one in snapshot.get("terms") or () if (said := _text(voice, one))]
    if not terms:
        return ""
    rows = "".join(f"<li>{said}</li>" for said in terms)
    return f'<h2>{escape(_say(voice, msg("Terms", "link")))}</h2><ol class="terms">{rows}</ol>'


def _paper(voice: Voice, base: str) -> str:
    words = escape(_say(voice, msg("Download the sealed PDF", "link")))
    return f'<p class="wide paper"><a class="button" href="{escape(base)}/paper.pdf" download>{words}</a></p>'


# ---------------------------------------------------------------- the answer


def _answer(found: Found, voice: Voice, base: str) -> str:
    hidden = (
        f'<input type="hidden" name="seen" value="{escape(found.link["content_hash"])}">'
        f'<input type="hidden" name="lang" value="{voice.primary}">'
    )
    return (
        f'<section class="wide card answer" id="answer">{_accept(voice, base, hidden)}'
        f"{_decline(voice, base, hidden)}</section>"
    )


def _accept(voice: Voice, base: str, hidden: str) -> str:
    name, job = _say(voice, msg("Your name", "link")), _say(voice, msg("Your title", "link"))
    draw, clear = msg("Draw your signature, if you like", "link"), msg("Clear", "link")
    return (
        f"<h2>{escape(_say(voice, msg('Accept and sign', 'link')))}</h2>"
        f'<form method="post" action="{escape(base)}/accept" accept-charset="utf-8" id="accept">{hidden}'
        f'<label>{escape(name)}<input name="name" required maxlength="100" autocomplete="name"></label>'
        f'<label>{escape(job)}<input name="job" maxlength="100" autocomplete="organization-title"></label>'
        '<input type="hidden" name="ink" id="ink" value="">'
        f'<div id="pad" hidden><span>{escape(_say(voice, draw))}</span>'
        '<canvas id="canvas" width="1200" height="300"></canvas>'
        f'<button type="button" id="clear" class="flat">{escape(_say(voice, clear))}</button></div>'
        f'<label class="tick"><input type="checkbox" name="agree" value="yes" required>'
        f"<span>{escape(_say(voice, CONSENT))}</span></label>"
        f'<button class="button main">{escape(_say(voice, msg("Accept this quote", "link")))}</button></form>'
    )


def _decline(voice: Voice, base: str, hidden: str) -> str:
    name, why = _say(voice, msg("Your name", "link")), _say(voice, msg("Why not? It helps us.", "link"))
    more = _say(voice, msg("What else you would like to say", "link"))
    reasons = "".join(
        f'<option value="{code}">{escape(_say(voice, words))}</option>' for code, words in DECLINES
    )
    return (
        f"<details><summary>{escape(_say(voice, msg('Decline instead', 'link')))}</summary>"
        f'<form method="post" action="{escape(base)}/decline" accept-charset="utf-8">{hidden}'
        f'<label>{escape(name)}<input name="name" required maxlength="100" autocomplete="name"></label>'
        f'<label>{escape(why)}<select name="why"><option value=""></option>{reasons}</select></label>'
        f'<label>{escape(more)}<textarea name="reason" rows="3" maxlength="500"></textarea></label>'
        f'<button class="button">{escape(_say(voice, msg("Decline this quote", "link")))}</button>'
        "</form></details>"
    )


def _foot(found: Found, voice: Voice) -> str:
    check = found.link["content_hash"] or ""
    said = msg("Content check {check}; it stands on the paper too.", "link").of(check=short_hash(check))
    alone = msg(
        "This page shows this one quote to whoever has its address: keep the address to yourself.", "link"
    )
    return (
        f'<footer class="wide"><p>{escape(_say(voice, alone))}</p><p>{escape(_say(voice, said))}</p></footer>'
    )
