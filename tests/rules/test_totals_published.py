"""Invoices that others published come out to their cent; `tests/data/published` says where they are from."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.rules.totals_json import compute

PUBLISHED = Path(__file__).resolve().parent.parent / "data/published/documents.jsonl"
DOCUMENTS: list[dict[str, Any]] = [
    json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("published", DOCUMENTS, ids=lambda published: published["name"])
def test_a_published_invoice_comes_out_to_its_cent(published: dict[str, Any]) -> None:
    found, expected = compute(published["document"]), published["expected"]

    for name in ("net", "tax", "total"):
        assert name not in expected or Decimal(found[name]) == Decimal(expected[name]), name
    for line, net in zip(found["lines"], expected.get("lines", ()), strict=bool(expected.get("lines"))):
        assert Decimal(line["net"]) == Decimal(net)
    if "payable" in expected:
        assert Decimal(found["payable"]) + Decimal(expected["rounding"]) == Decimal(expected["payable"])


def test_enough_of_them_are_there() -> None:
    assert len(DOCUMENTS) == 195
    assert {document["source"] for document in DOCUMENTS} == {"xrechnung", "gobl"}
