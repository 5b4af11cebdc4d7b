"""An independent oracle for totals: written from the rule's text on exact fractions, sharing no code.

It is slow and plain on purpose. `python -m tests.rules.oracle --count 1000000 --seed 1` compares the product
with it on random documents and prints the count and the first documents on which the two differ.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
GroupName = tuple[str, tuple[Fraction, ...], tuple[bool, ...]]


def half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def signum(value: Fraction | int) -> int:
    return 0 if value == 0 else (1 if value > 0 else -1)


def share_out(total: int, weights: list[int], names: list[GroupName]) -> list[int]:
    """Floor each share; one more by largest remainder, then larger weight, group, position."""
    if total < 0:
        return [-share for share in share_out(-total, weights, names)]
    if all(weight == 0 for weight in weights):
        order = sorted(range(len(weights)), key=lambda i: (names[i], i))
        return [total if i == order[0] else 0 for i in range(len(weights))] if weights else []
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [value.numerator // value.denominator for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], -weights[i], names[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


class Group:
    """A tax group and what the rule says about taxing it."""

    def __init__(self, tax: Json) -> None:
        self.category = tax["category"]
        self.rates = [Fraction(rate) for rate in tax["rates"]]
        self.compound = tax.get("compound") or [False] * len(self.rates)
        self.name: GroupName = (self.category, tuple(self.rates), tuple(self.compound))

    def on_top(self, base: Fraction, keep: Callable[[Fraction], Fraction]) -> list[Fraction]:
        """The taxes added to a base; `keep` rounds each, or not."""
        taxes: list[Fraction] = []
        for rate, compound in zip(self.rates, self.compound, strict=True):
            taxes.append(keep((base + sum(taxes) if compound else base) * rate / 100))
        return taxes

    def inside(self, amount: int) -> list[int]:
        """The taxes contained in an amount."""
        per_base = self.on_top(Fraction(1), lambda value: value)
        whole = 1 + sum(per_base)
        if len(per_base) == 1:
            return [amount - half_away(Fraction(amount) / whole)]
        return [half_away(amount * part / whole) for part in per_base]

    def taxes(self, amount: int, included: bool) -> list[int]:
        if included:
            return self.inside(amount)
        return [int(tax) for tax in self.on_top(Fraction(amount), lambda value: Fraction(half_away(value)))]


class Row:
    """Something with a running amount: a counted line, or an adjustment in a group without lines."""

    def __init__(self, group: Group, amount: int) -> None:
        self.group = group
        self.amount = amount


def line_amounts(line: Json, digits: int, net_price: bool) -> tuple[int, int]:
    """Gross and net of a line, steps 1 and 2."""
    unit = 10**digits
    quantity = Fraction(line["quantity"]) / Fraction(line.get("base_quantity", "1"))
    price = Fraction(line["unit_price"])
    gross = half_away(quantity * price * unit)
    adjustments = line.get("adjustments", [])
    side = signum(quantity * price)
    running = gross
    if net_price:
        percents = [Fraction(a["value"]) for a in adjustments if a["kind"] == "percent"]
        for percent in percents:
            price *= max(1 + percent / 100, Fraction(0))
        if percents:
            places = max(digits, decimals(line["unit_price"]))
            price = Fraction(half_away(price * 10**places), 10**places)
            running = half_away(quantity * price * unit)
        adjustments = [a for a in adjustments if a["kind"] == "amount"]
    for adjustment in adjustments:
        value = Fraction(adjustment["value"])
        change = half_away(running * value / 100) if adjustment["kind"] == "percent" else int(value * unit)
        direction = side or signum(running)
        if direction > 0 and running + change < 0:
            change = -running
        if direction < 0 and running + change > 0:
            change = -running
        running += change
    return gross, running


def decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))


class Sheet:
    """The document while its adjustments are applied."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.digits: int = document["digits"]
        self.included = document["tax_mode"] == "included"
        policy = document.get("policy") or {}
        self.by_line = policy.get("tax_scope") == "line"
        self.step = policy.get("cash_step")
        net_price = policy.get("discount_rounding") == "net"
        self.line_amounts = [line_amounts(line, self.digits, net_price) for line in document["lines"]]
        self.rows = [
            Row(Group(line["tax"]), net)
            for line, (_, net) in zip(document["lines"], self.line_amounts, strict=True)
        ]
        self.target_missed_by = 0
        self.target_stands = False

    def taxed(self, rows: Sequence[Row]) -> dict[GroupName, tuple[int, list[int]]]:
        """Amount and taxes by group."""
        found: dict[GroupName, tuple[int, list[int]]] = {}
        if self.by_line:
            for row in rows:
                amount, taxes = found.get(row.group.name, (0, [0] * len(row.group.rates)))
                more = row.group.taxes(row.amount, self.included)
                found[row.group.name] = (
                    amount + row.amount,
                    [a + b for a, b in zip(taxes, more, strict=True)],
                )
            return found
        for name in {row.group.name for row in rows}:
            members = [row for row in rows if row.group.name == name]
            amount = sum(row.amount for row in members)
            found[name] = (amount, members[0].group.taxes(amount, self.included))
        return found

    def total(self, amounts: dict[int, int] | None = None) -> int:
        """The total now, or with other amounts for some rows."""
        rows = [Row(row.group, (amounts or {}).get(i, row.amount)) for i, row in enumerate(self.rows)]
        whole = sum(row.amount for row in rows)
        return whole if self.included else whole + sum(sum(taxes) for _, taxes in self.taxed(rows).values())

    def adjust(self, adjustment: Json) -> None:
        kind, value, tax = adjustment["kind"], Fraction(adjustment["value"]), adjustment.get("tax")
        scope = list(range(len(self.rows)))
        if tax is not None:
            scope = [i for i in scope if self.rows[i].group.name == Group(tax).name]
            if not scope and kind != "percent":
                self.rows.append(Row(Group(tax), 0))
                scope = [len(self.rows) - 1]
        amounts = [self.rows[i].amount for i in scope]
        names = [self.rows[i].group.name for i in scope]
        together = sum(amounts)
        if kind == "percent":
            change = half_away(together * value / 100)
            weights = [n * signum(together) for n in amounts]
        else:
            change = int(value * 10**self.digits)
            weights = [max(n * signum(together), 0) if together else abs(n) for n in amounts]
        if kind == "target":
            wanted = change
            change = self.solve(wanted, scope, weights, names)
        for i, share in zip(scope, share_out(change, weights, names), strict=True):
            self.rows[i].amount += share
        if kind == "target":
            self.target_missed_by = wanted - self.total()
            self.target_stands = True
        elif change:
            self.target_stands = False

    def solve(self, wanted: int, scope: list[int], weights: list[int], names: list[GroupName]) -> int:
        gap = wanted - self.total()
        if self.included or gap == 0:
            return gap
        weights_for_rate = weights if sum(weights) else [int(name == min(names)) for name in names]
        growth = Fraction(0)
        for i, weight in zip(scope, weights_for_rate, strict=True):
            taxes = self.rows[i].group.on_top(Fraction(1), lambda value: value)
            growth += (1 + sum(taxes)) * Fraction(weight, sum(weights_for_rate))
        near = half_away(gap / growth)
        tries: list[tuple[int, int]] = []
        for step in (0, 1, 2, 3):
            for move in (-step * signum(gap), step * signum(gap)):
                shares = share_out(near + move, weights, names)
                after = {i: self.rows[i].amount + share for i, share in zip(scope, shares, strict=True)}
                miss = abs(wanted - self.total(after))
                if miss == 0:
                    return near + move
                tries.append((miss, near + move))
        least = min(miss for miss, _ in tries)
        return next(change for miss, change in tries if miss == least)

    def rounding(self, total: int) -> int:
        if self.target_stands or self.step is None:
            return self.target_missed_by
        step = int(Fraction(self.step) * 10**self.digits)
        return half_away(Fraction(total + self.target_missed_by, step)) * step - total

    def line_taxes(self, found: dict[GroupName, tuple[int, list[int]]]) -> list[int]:
        if self.by_line:
            return [sum(row.group.taxes(row.amount, self.included)) for row in self.rows]
        result = [0] * len(self.rows)
        for name, (amount, taxes) in found.items():
            places = [i for i, row in enumerate(self.rows) if row.group.name == name]
            amounts = [self.rows[i].amount for i in places]
            weights = [n * signum(amount) for n in amounts] if amount else [abs(n) for n in amounts]
            for i, share in zip(places, share_out(sum(taxes), weights, [name] * len(places)), strict=True):
                result[i] = share
        return result


def expected(document: Json) -> Json:
    """The totals of a document in the documented shape, by the text of the rule."""
    sheet = Sheet(document)
    for adjustment in document.get("adjustments", []):
        sheet.adjust(adjustment)
    found = sheet.taxed(sheet.rows)
    bases = {name: amount - sum(taxes) * sheet.included for name, (amount, taxes) in found.items()}
    net, tax = sum(bases.values()), sum(sum(taxes) for _, taxes in found.values())
    rounding = sheet.rounding(net + tax)

    def text(amount: int) -> str:
        digits = sheet.digits
        if digits == 0:
            return str(amount)
        whole, cents = divmod(abs(amount), 10**digits)
        return ("-" if amount < 0 else "") + f"{whole}.{cents:0{digits}d}"

    order = sorted(sorted(found, reverse=True), key=lambda name: name[0])
    line_taxes = sheet.line_taxes(found)
    return {
        "lines": [
            {"gross": text(gross), "net": text(line_net), "tax": text(line_taxes[i])}
            for i, (gross, line_net) in enumerate(sheet.line_amounts)
        ],
        "net": text(net),
        "tax": text(tax),
        "total": text(net + tax),
        "rounding": text(rounding),
        "payable": text(
            net + tax + rounding - int(Fraction(document.get("prepaid", "0")) * 10**sheet.digits)
        ),
        "groups": [
            {
                "category": name[0],
                "rates": [rate_text(rate) for rate in name[1]],
                "base": text(bases[name]),
                "taxes": [text(part) for part in found[name][1]],
            }
            for name in order
        ],
    }


def rate_text(rate: Fraction) -> str:
    """Rates have at most six decimals here."""
    text = f"{'-' if rate < 0 else ''}{int(abs(rate))}.{int(abs(rate) * 10**6) % 10**6:06d}"
    return text.rstrip("0").rstrip(".")


TAXES: list[Json] = [
    {"category": "S", "rates": ["13"]},
    {"category": "S", "rates": ["9"]},
    {"category": "S", "rates": ["6.0"]},
    {"category": "S", "rates": ["19"], "compound": [False]},
    {"category": "S", "rates": ["9.975"]},
    {"category": "Z", "rates": ["0"]},
    {"category": "E", "rates": []},
    {"category": "S", "rates": ["5", "9.975"]},
    {"category": "S", "rates": ["5", "9.975"], "compound": [False, True]},
    {"category": "S", "rates": ["21", "-15"]},
    {"category": "K", "rates": ["7", "3", "0.125"], "compound": [True, False, True]},
]
PERCENTS = [
    "-100",
    "-50",
    "-33.33",
    "-16.66",
    "-12.5",
    "-5",
    "-4",
    "-3",
    "-1",
    "-0.5",
    "0",
    "2",
    "7.5",
    "10",
    "100",
]


def random_document(dice: random.Random) -> Json:
    """A document with everything the rule speaks of; most are small, some figures negative."""
    digits = dice.choice([2, 2, 2, 2, 0, 3])
    taxes = dice.sample(TAXES, dice.choice([1, 1, 2, 3]))
    document: Json = {
        "currency": "CNY",
        "digits": digits,
        "tax_mode": dice.choice(["excluded", "included"]),
        "lines": [
            random_line(dice, digits, taxes) for _ in range(dice.choice([1, 1, 2, 2, 3, 3, 4, 5, 7, 12]))
        ],
    }
    if dice.random() < 0.5:
        document["policy"] = {
            "tax_scope": dice.choice(["group", "group", "line"]),
            "discount_rounding": dice.choice(["amount", "net"]),
            "cash_step": amount(dice, digits, 1, dice.choice([5, 50, 100])) if dice.random() < 0.3 else None,
        }
    if dice.random() < 0.7:
        document["adjustments"] = [
            random_adjustment(dice, digits, taxes) for _ in range(dice.choice([1, 1, 1, 2, 3]))
        ]
    if dice.random() < 0.2:
        document["prepaid"] = amount(dice, digits, -999, 99999)
    return document


def amount(dice: random.Random, digits: int, low: int, high: int) -> str:
    """An amount with the currency's decimals, from minor units."""
    return number(dice.randint(low, high), digits)


def number(value: int, places: int) -> str:
    text = str(abs(value)).rjust(places + 1, "0")
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    return f"-{text}" if value < 0 else text


def random_line(dice: random.Random, digits: int, taxes: list[Json]) -> Json:
    places = dice.choice([2, 2, 2, 0, 4, 6])
    line: Json = {
        "quantity": dice.choice(
            ["1", "2", "3", "10", "0.5", number(dice.randint(-500, 99999), dice.choice([0, 1, 4]))]
        ),
        "unit_price": number(
            dice.randint(-(10 ** (places + 1)), 10 ** (places + dice.choice([1, 2, 4]))), places
        ),
        "tax": dice.choice(taxes),
    }
    if dice.random() < 0.1:
        line["base_quantity"] = dice.choice(["1", "10", "100", "0.3", "7"])
    if dice.random() < 0.5:
        line["adjustments"] = [
            {"kind": "percent", "value": dice.choice(PERCENTS)}
            if dice.random() < 0.75
            else {"kind": "amount", "value": amount(dice, digits, -5000, 3000)}
            for _ in range(dice.choice([1, 1, 2, 3]))
        ]
    return line


def random_adjustment(dice: random.Random, digits: int, taxes: list[Json]) -> Json:
    kind = dice.choice(["percent", "percent", "amount", "target"])
    tax = dice.choice([None, None, None, dice.choice(taxes), dice.choice(TAXES)])
    if kind == "percent":
        value = dice.choice([*PERCENTS, number(dice.randint(-9999, 9999), 2)])
    else:
        value = amount(dice, digits, -20000 if kind == "amount" else -1000, dice.choice([9000, 900000]))
    return {"kind": kind, "value": value, "tax": tax}


def differences(count: int, seed: int) -> Iterator[Json]:
    """The random documents on which the product and the oracle disagree."""
    from desktop.rules.totals_json import compute

    dice = random.Random(seed)
    for _ in range(count):
        document = random_document(dice)
        if compute(document) != expected(document):
            yield document


def _batch(job: tuple[int, int]) -> list[Json]:
    return list(differences(*job))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rules.oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    size = 5_000
    starts = range(0, chosen.count, size)
    jobs = [(min(size, chosen.count - start), chosen.seed * 1_000_003 + start) for start in starts]
    begun = time.perf_counter()
    with multiprocessing.Pool(chosen.processes) as pool:
        wrong = [document for batch in pool.imap_unordered(_batch, jobs) for document in batch]
    for document in wrong[:20]:
        sys.stdout.write(json.dumps(document) + "\n")
    seconds = time.perf_counter() - begun
    sys.stdout.write(f"{chosen.count} documents, seed {chosen.seed}: {len(wrong)} differ ({seconds:.0f} s)\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
