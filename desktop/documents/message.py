"""A quote as a message: what one pastes into a chat or a mail, from the same snapshot as the paper."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from desktop.documents.linecolumns import COUNTED, inside
from desktop.documents.linetable import INCLUDED, below_price, choice_label, counts, discounts
from desktop.documents.summary import sum_rows
from desktop.documents.voice import Voice, figure, money, ordinal
from desktop.words import Message, msg

QUOTATION: Final = msg("Quotation", "paper")
TOTAL: Final = msg("Total payable incl. tax", "paper")
VALID: Final = msg("Valid until", "paper")
LINE: Final = msg("{number}. {name} × {quantity}", "message")
PRICED: Final = msg("{price} each, {amount}", "message")
PART: Final = msg("– {name} × {quantity}: {value}", "message")
NOT_COUNTED: Final = msg("{text} (optional, not in the total)", "message")
LABELLED: Final = msg("{label}: {value}", "message")
MARKED: Final = msg("{text} ({mark})", "message")


def quote_text(snapshot: Mapping[str, Any], *, mark: Message | None = None, language: str = "") -> str:
    """The quote in lines of plain text, in one language; `mark` says what it is not (or no longer)."""
    asked = language or str(snapshot["language"])
    voice = Voice("en" if asked == "en" else "zh")
    head = " ".join(filter(None, (voice.say(QUOTATION).first, snapshot.get("number"), _edition(snapshot))))
    if mark is not None:
        head = _filled(voice, MARKED, text=head, mark=voice.say(mark).first)
    parts = [
        [head, voice.text(snapshot["customer"].get("name")).first, voice.text(snapshot.get("title")).first],
        list(_lines(voice, snapshot)),
        list(_sums(voice, snapshot)),
        [
            " ".join(filter(None, (voice.text(snapshot["seller"].get("person")).first, _phone(snapshot)))),
            voice.text(snapshot["seller"].get("name")).first,
        ],
    ]
    said = ("\n".join(line for line in part if line) for part in parts)
    return "\n\n".join(part for part in said if part)


def _edition(snapshot: Mapping[str, Any]) -> str:
    return f"R{snapshot['revision']}" if snapshot["revision"] > 1 else ""


def _phone(snapshot: Mapping[str, Any]) -> str:
    return str(snapshot["seller"].get("phone") or "")


def _filled(voice: Voice, message: Message, **values: str) -> str:
    return message.of(**values).in_language(voice.primary)


def _lines(voice: Voice, snapshot: Mapping[str, Any]) -> Iterator[str]:
    number = sections = 0
    groups: dict[str, tuple[int, int]] = {}  # of alternatives: their number, and how many were said
    for line in snapshot["lines"]:
        name = voice.text(line["name"]).first
        if line["kind"] == "section":
            sections += 1
            first = ordinal(sections, voice.primary)
            yield f"{first}、{name}" if voice.primary == "zh" else f"{first}. {name}"
        elif line.get("of"):
            yield _part(voice, snapshot, line, name)
        elif line["kind"] in COUNTED:
            group = str(line.get("group") or "") if line["kind"] == "alternative" else ""
            number += group not in groups
            if group:
                own, place = groups.get(group, (number, 0))
                groups[group] = own, place + 1
                name = _filled(voice, LABELLED, label=choice_label(voice, place + 1), value=name)
            yield _line(voice, snapshot, line, groups[group][0] if group else number, name)
        elif line["kind"] == "note":
            yield name


def _line(voice: Voice, snapshot: Mapping[str, Any], line: Mapping[str, Any], number: int, name: str) -> str:
    currency, digits = snapshot["currency"], int(snapshot["digits"])
    quantity = f"{figure(line['quantity'])} {voice.text(line['unit']).first}".strip()
    text = _filled(voice, LINE, number=str(number), name=name, quantity=quantity)
    if not counts(line):
        text = _filled(voice, NOT_COUNTED, text=text)
    price = money(line["unit_price"], currency, digits)
    price = " ".join([price, *below_price(line, digits), *discounts(line, digits)])
    amount = money(line["net"], currency, digits)
    return f"{text}\n   {_filled(voice, PRICED, price=price, amount=amount)}"


def _part(voice: Voice, snapshot: Mapping[str, Any], line: Mapping[str, Any], name: str) -> str:
    """A part of the bundle above it: that it is included, or what it costs."""
    quantity = f"{figure(line['quantity'])} {voice.text(line['unit']).first}".strip()
    said = voice.say(INCLUDED).first
    if not inside(line):
        currency, digits = snapshot["currency"], int(snapshot["digits"])
        price = " ".join([money(line["unit_price"], currency, digits), *discounts(line, digits)])
        said = _filled(voice, PRICED, price=price, amount=money(line["net"], currency, digits))
    if not counts(line):
        said = _filled(voice, NOT_COUNTED, text=said)
    return "   " + _filled(voice, PART, name=name, quantity=quantity, value=said)


def _sums(voice: Voice, snapshot: Mapping[str, Any]) -> Iterator[str]:
    rows = sum_rows(voice, snapshot)
    for _role, said, value in rows if len(rows) > 1 else ():
        yield _filled(voice, LABELLED, label=said.first, value=value)
    payable = money(snapshot["totals"]["payable"], snapshot["currency"], int(snapshot["digits"]))
    yield _filled(voice, LABELLED, label=voice.say(TOTAL).first, value=payable)
    if snapshot.get("valid_until"):
        yield _filled(voice, LABELLED, label=voice.say(VALID).first, value=str(snapshot["valid_until"]))
