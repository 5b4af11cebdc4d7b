"""Totals from the command line: documents one by one or as a stream, and how a quote's came about."""

import json
from typing import Any

from tests.stories.people import Laptop

TAX = {"category": "S", "rates": ["13"]}
GOOD: dict[str, Any] = {
    "currency": "CNY",
    "tax_mode": "excluded",
    "lines": [{"quantity": "2", "unit_price": "10.00", "tax": TAX}],
}


def test_a_stream_goes_on_after_a_document_that_is_wrong(laptop: Laptop) -> None:
    odd = {**GOOD, "lines": [{"quantity": "2", "unit_price": 10.0, "tax": TAX}]}
    lines = [json.dumps(GOOD), "{nonsense", json.dumps(odd), "[]", "", '{"\\ud800": 1}', "[" * 3000]
    ended = laptop.run("totals", "--lines", stdin="\n".join([*lines, json.dumps(GOOD)]) + "\n")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert [answer.get("payable", answer.get("error")) for answer in answers] == [
        "22.60",
        "Usage",
        "Refused",
        "Usage",
        "Refused",
        "Usage",
        "22.60",
    ]
    assert answers[2]["field"] == "lines[0].unit_price"
    assert not ended.err


def test_a_stream_without_a_fault_ends_well(laptop: Laptop) -> None:
    ended = laptop.run("totals", "--lines", stdin=f"{json.dumps(GOOD)}\n" * 3)
    assert (ended.code, len(ended.out.splitlines())) == (0, 3)
    assert laptop.run("totals", "--lines", stdin="\n\n").code == 0


def test_a_document_alone_is_refused_with_its_place(laptop: Laptop) -> None:
    ended = laptop.run("totals", "--json", stdin=json.dumps({**GOOD, "lines": 7}))
    assert ended.code == 1
    assert ended.value["field"] == "lines"
    assert laptop.run("totals", stdin=" ").code == 3
    assert laptop.run("totals", stdin="\ufeff" + json.dumps(GOOD)).value["payable"] == "22.60"


def test_a_quote_tells_how_its_totals_came_about(selling: Laptop) -> None:
    made = selling.json(
        "quote", "new", "--customer", "苏州星河精密机械有限公司", "--line", "SAT-75V*2", "--discount", "-5%"
    )
    told = selling.json("quote", "totals", made["id"])
    assert told["payable"] == made["payable"] == told["rows"][-1]["amount"]
    assert told["faults"] == []
    assert told["rows"][0]["label"] == "Sum of the lines"
    [line] = told["lines"]
    assert line["rows"][0]["amount"] == told["rows"][0]["amount"]
    said = selling.run("quote", "totals", made["id"], "--language", "zh")
    assert said.code == 0
    assert "应付" in said.out.splitlines()[-1]
    assert selling.run("quote", "totals", "nothing").code == 3
