"""Random documents wherever their totals go: through JSON and an office, or through list, form and paper.

    python -m tests.sync.totals_everywhere --way office --count 100000 --seed 1
    python -m tests.sync.totals_everywhere --way paper --count 2000 --seed 1

An oracle that shares no code with the product (`tests/rules/oracle.py`) says what each must be.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from desktop.documents.quote import quote_pdf
from desktop.documents.readback import calculator_test, printed_texts
from desktop.documents.voice import money as printed_money
from desktop.errors import Refused
from desktop.models.record import new_id
from desktop.models.records import Adjustment, Quote, QuoteLine, QuoteRevision
from desktop.models.store import Store
from desktop.rules import totals_json
from desktop.services import drafts, lists
from sync.server.server import Server
from sync.server.store import open_folder
from tests.rules.oracle import Json, expected, random_document
from tests.stores import customer, firm, opened
from tests.sync.server.laptop import Laptop

CURRENCY: Final = {0: "JPY", 2: "CNY", 3: "KWD"}
AT_ONCE: Final = 400
"""Quotes in one push."""


def quotable(dice: random.Random) -> Json:
    """A random document that a quote can be: no tax on tax, no discount for one tax alone."""
    found = random_document(dice)
    for line in found["lines"]:
        line["tax"] = {name: line["tax"][name] for name in ("category", "rates")}
    for adjustment in found.get("adjustments", ()):
        adjustment["tax"] = None
    if "adjustments" in found:  # a wanted total comes last in a quote; two people may each have wanted one
        found["adjustments"].sort(key=lambda one: one["kind"] == "target")
    found["currency"] = CURRENCY[found["digits"]]
    if found["digits"] == 3:
        found.pop("prepaid", None)  # a quote keeps what was prepaid with two decimals
    return found


def text_of(value: Json) -> str:
    """One spelling for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def through_json(document: Json, wanted: Json) -> str:
    """Out as text, in as text, computed and out again: the same to the byte."""
    told = text_of(totals_json.compute(json.loads(text_of(document))))
    return "" if told == text_of(wanted) else f"JSON: {text_of(document)} gives {told}"


def parts_of(document: Json) -> Iterator[tuple[str, Json]]:
    """The records of a quote with this content, in wire form, the quote first."""
    quote, revision, policy = new_id().hex, new_id().hex, document.get("policy") or {}
    whole = {"quote_id": quote, "revision_id": revision}
    head = {"revision_id": revision, "stage": "draft", "currency": document["currency"]}
    yield "quote", {"id": quote, **head}
    yield (
        "quote_revision",
        {
            "id": revision,
            "quote_id": quote,
            "tax_mode": document["tax_mode"],
            "tax_scope": policy.get("tax_scope", "group"),
            "discount_rounding": policy.get("discount_rounding", "amount"),
            "cash_step": policy.get("cash_step") or "",
            "prepaid": document.get("prepaid", "0"),
        },
    )
    for place, line in enumerate(document["lines"]):
        made = {"id": new_id().hex, **whole, "rank": f"{place:04}", "kind": "item", "name": f"Line {place}"}
        figures = {name: line[name] for name in ("quantity", "unit_price")}
        taxes = {"tax_category": line["tax"]["category"], "tax_rates": line["tax"]["rates"]}
        yield "quote_line", {**made, **figures, **taxes, "base_quantity": line.get("base_quantity", "1")}
        for rank, one in enumerate(line.get("adjustments", ())):
            what = {"line_id": made["id"], "kind": one["kind"], "value": one["value"]}
            yield "adjustment", {"id": new_id().hex, **whole, "rank": f"{rank:04}", **what}
    for rank, one in enumerate(document.get("adjustments", ())):
        what = {"kind": one["kind"], "value": one["value"], "rank": f"{rank:04}"}
        yield "adjustment", {"id": new_id().hex, **whole, **what}


def minor(text: str) -> int:
    """`-12.34` in the currency's own units."""
    return int(text.replace(".", ""))


# ------------------------------------------------------------ JSON and the office


class Office:
    """An office and a laptop made by hand."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(open_folder(folder))
        self.server.add_user("Ann", "South", "manager")
        self.laptop = Laptop(self.server)
        self.laptop.enrol(self.server.new_code("Ann"))
        self.laptop.sync()
        self.buyer = self.laptop.create("customer", name="A", owner_id=self.laptop.user)
        self.laptop.sync()

    def carry(self, documents: list[Json]) -> list[str]:
        """Push these as quotes; what differs from the oracle in the office's answer."""
        wanted: dict[str, tuple[Json, Json]] = {}
        wrong = []
        for document in documents:
            told = expected(document)
            problem = through_json(document, told)
            if problem:
                wrong.append(problem)
            ops = []
            for kind, values in parts_of(document):
                record = values.pop("id")
                if kind == "quote":
                    wanted[record] = document, told
                    values["customer_id"] = self.buyer
                ops.append(("create", kind, record, values, 0))
            self.laptop.tx(*ops, command="quote.compose")
        answer = self.laptop.sync()
        bad = [one for one in answer.verdicts if one.kind != "applied"]
        wrong += [f"the office refused: {one}" for one in bad[:3]]
        for record, (document, told) in wanted.items():
            got = self.laptop.rows.get(("quote", record), {}).get("payable")
            if got != minor(told["payable"]):
                wrong.append(f"office: {text_of(document)} gives {got}, not {told['payable']}")
        self.laptop.rows.clear()
        self.laptop.ops[:] = [None] * len(self.laptop.ops)  # type: ignore[list-item]  # a million would stay
        return wrong


def through_office(count: int, seed: int, tell: Callable[[int, int], None]) -> list[str]:
    """Every document as JSON and as a quote that is pushed; returns what differs."""
    dice, wrong = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "office")
        for done in range(0, count, AT_ONCE):
            wrong += office.carry([quotable(dice) for _ in range(min(AT_ONCE, count - done))])
            tell(min(done + AT_ONCE, count), len(wrong))
        office.server.store.close()
    return wrong


# ------------------------------------------------------------ list, form and paper


def written(store: Store, buyer: UUID, document: Json) -> UUID:
    """A quote with this content in a laptop's vault."""
    classes: dict[str, Any] = {
        "quote": Quote,
        "quote_revision": QuoteRevision,
        "quote_line": QuoteLine,
        "adjustment": Adjustment,
    }
    with store.work(store.me(), "quote.compose") as work:
        ids = []
        for kind, values in parts_of(document):
            fields = classes[kind].fields()
            read = {
                name: fields[name].kind.from_wire(value) for name, value in values.items() if name != "id"
            }
            record = classes[kind](id=UUID(hex=values["id"]), **read)
            if isinstance(record, Quote):
                record.customer_id = buyer
            ids.append(record.id)
            work.add(record)
    return UUID(str(ids[0]))


def on_paper(store: Store, buyer: UUID, document: Json) -> str:
    """What differs from the oracle in the list, in the form or on paper; empty where nothing does."""
    from desktop.views import cells

    wanted, quote_id = expected(document), written(store, buyer, document)
    payable, currency = minor(wanted["payable"]), document["currency"]
    with store.reading() as session:
        [found] = lists.living(session, Quote, [quote_id])
    shown = cells.sum_due(cells.Row(found.record), "payable", "en", date.today()).text  # noqa: DTZ011
    if getattr(found.record, "payable", None) != payable or shown != cells.exact(payable, currency):
        return f"list: {shown}, not {wanted['payable']}"
    snapshot = drafts.load(store, quote_id).snapshot()
    if text_of(snapshot["totals"]) != text_of(wanted):
        return f"form: {text_of(snapshot['totals'])}, not {text_of(wanted)}"
    pdf = quote_pdf(snapshot)
    try:
        calculator_test(pdf, snapshot)
    except Refused as refused:
        return f"paper: {refused}"
    total = printed_money(wanted["payable"], currency, document["digits"])
    said = "".join(one.text for one in printed_texts(pdf)).replace(" ", "")
    return "" if total.replace(" ", "") in said else f"paper: {total} is not on it"


def through_paper(count: int, seed: int, tell: Callable[[int, int], None]) -> list[str]:
    """Every document as a quote in a vault: its list, its form, its PDF; returns what differs."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    dice, wrong = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "vault") as store:
        firm(store)
        buyer = customer(store).id
        for done in range(count):
            document = quotable(dice)
            problem = on_paper(store, buyer, document)
            if problem:
                wrong.append(f"{problem}: {text_of(document)}")
            tell(done + 1, len(wrong))
    return wrong


WAYS: Final = {"office": through_office, "paper": through_paper}


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m tests.sync.totals_everywhere", description=__doc__)
    parser.add_argument("--way", choices=WAYS, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    begun, last = time.monotonic(), [0.0]

    def tell(done: int, wrong: int) -> None:
        if time.monotonic() - last[0] > 30:
            last[0] = time.monotonic()
            sys.stdout.write(f"{done} of {chosen.count}, {wrong} differ\n")
            sys.stdout.flush()

    wrong = WAYS[chosen.way](chosen.count, chosen.seed, tell)
    for each in wrong[:10]:
        sys.stdout.write(f"{each}\n")
    told = f"{chosen.count} documents by way of {chosen.way}, seed {chosen.seed}: {len(wrong)} differ"
    sys.stdout.write(f"{told} ({time.monotonic() - begun:.0f} s)\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
