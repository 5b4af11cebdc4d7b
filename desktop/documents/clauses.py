"""The standard clauses of a contract in both languages, their places filled from the quote they belong to."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from desktop.documents.summary import in_words
from desktop.documents.voice import Voice, money, percent
from desktop.rules.canonical import content_hash
from desktop.rules.clauses import filled
from desktop.words import RESOURCES

_TWO = ("zh", "en")


def contract_from(
    snapshot: Mapping[str, Any],
    *,
    number: str,
    issued_on: str,
    language: str | None = None,
    title: Mapping[str, str] | None = None,
    clauses: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The contract of an issued quote: the quote whole, its hash, and the clauses with every place filled."""
    return {
        "schema": 1,
        "kind": "contract",
        "number": number,
        "revision": 1,
        "language": language or snapshot["language"],
        "issued_on": issued_on,
        "title": dict(title or template()["title"]),
        "seller": snapshot["seller"],
        "customer": snapshot["customer"],
        "clauses": standard_clauses(snapshot) if clauses is None else clauses,
        "quote": dict(snapshot),
        "quote_hash": content_hash(dict(snapshot)),
        "template": {"name": template()["name"], "version": template()["version"]},
    }


def standard_clauses(snapshot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The clauses for this quote, `[{"heading": text, "body": text}]`, with the usual values."""
    live = {language: live_values(snapshot, language) for language in _TWO}
    return [
        {
            "heading": dict(clause["heading"]),
            "body": {
                each: filled(clause["body"][each], {**clause.get("values", {}), **live[each]})
                for each in _TWO
            },
        }
        for clause in template()["clauses"]
    ]


@lru_cache(maxsize=1)
def template() -> dict[str, Any]:
    """The clauses that the program brings along, for a firm without a library of its own."""
    text = (RESOURCES / "templates" / "clauses.json").read_text(encoding="utf-8")
    template: dict[str, Any] = json.loads(text)
    return template


def live_values(snapshot: Mapping[str, Any], language: str) -> dict[str, str]:
    """What a clause may say of its quote, by the name of the place, in one language."""
    words = in_words(snapshot)
    address = Voice(language).text(snapshot["customer"].get("address")).first
    nowhere = "需方指定地点" if language == "zh" else "the place named by the customer"
    return {
        "price": money(snapshot["totals"]["payable"], snapshot["currency"], int(snapshot["digits"])),
        "words": f"（{words}）" if words else "",
        "quote": f"{snapshot['number']} R{snapshot['revision']}",
        "payment": _payment(snapshot, language),
        "address": address or nowhere,
    }


def _payment(snapshot: Mapping[str, Any], language: str) -> str:
    """The payment schedule as a sentence."""
    voice, digits = Voice(language), int(snapshot["digits"])
    steps = []
    for step in snapshot.get("milestones") or ():
        name, due = voice.text(step.get("name")).first, voice.text(step.get("due")).first
        share = money(step["amount"], snapshot["currency"], digits)
        if language == "zh":
            steps.append(
                f"{due}付{name} {percent(step['percent'])}，即 {share}" if due else f"{name} {share}"
            )
        else:
            steps.append(f"{name} {percent(step['percent'])}, {share}" + (f" ({due})" if due else ""))
    if not steps:
        return "需方在供货前付清全款。" if language == "zh" else "The customer pays in full before delivery. "
    return f"{'；'.join(steps)}。" if language == "zh" else f"{'; '.join(steps)}. "
