"""A contract from the command line: made from a quote, worded, filled, issued, signed, shown as it is."""

import hashlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.stories.people import Laptop

BUYER = "苏州星河精密机械有限公司"


@pytest.fixture
def quote(selling: Laptop) -> str:
    made = selling.json("quote", "new", "--customer", BUYER, "--line", "SAT-75V*2")["id"]
    selling.json("quote", "issue", made)
    return str(made)


def test_a_contract_is_worded_filled_issued_and_signed(selling: Laptop, quote: str, tmp_path: Path) -> None:
    def contract(*words: str) -> Any:
        return selling.json("contract", *words)

    made = contract("new", quote, "--until", "2027-12-31", "--renew", "2027-11-30")["id"]
    shown = contract("show", made)
    assert (shown["stage"], shown["missing"], shown["deviations"]) == ("draft", [], [])
    standard = next(one for one in contract("clauses", made) if one["code"] == "warranty")
    text = "质保期 {warranty_months} 个月，备件 {spares} 套。"
    contract("word", made, "warranty", "--text", text, "--why", "客户要求")
    contract("word", made, "notices", "--out")
    assert contract("show", made)["deviations"] == [
        {"kind": "changed", "clause": "质量保证", "approval": True},
        {"kind": "removed", "clause": "通知", "approval": False},
    ]
    changed = next(one for one in contract("clauses", made) if one["code"] == "warranty")
    assert changed["text"] == "质保期 12 个月，备件 {spares} 套。"
    told = {"standard": "", "ours": ""}
    for kind, piece in changed["difference"]:
        told = {side: text + (piece if kind in ("same", side) else "") for side, text in told.items()}
    assert told == {"standard": standard["text"], "ours": changed["text"]}
    assert "{spares}" in selling.fails(1, "contract", "issue", made)
    assert contract("fill", made, "spares=2")["missing"] == []
    paper = tmp_path / "contract.pdf"
    issued = contract("issue", made, "--to", str(paper))
    assert issued["number"].startswith("SC-")
    with pikepdf.open(paper) as pdf:
        [name] = pdf.attachments
        data = pdf.attachments[name].get_file().read_bytes()
    assert hashlib.sha256(data).hexdigest() == issued["hash"]
    assert selling.json("verify-pdf", str(paper))["state"] == "sound"
    again = tmp_path / "again.pdf"
    selling.json("quote", "contract", quote, "--to", str(again))
    assert again.read_bytes() == paper.read_bytes()
    selling.fails(1, "contract", "word", made, "warranty", "--standard")
    assert contract("state", made, "sign", "--on", "2020-05-01")["signed_on"] == "2020-05-01"
    selling.fails(1, "contract", "state", made, "withdraw")
    assert contract("state", made, "terminate", "--reason", "项目取消") == {
        "id": made,
        "stage": "terminated",
        "signed_on": "2020-05-01",
        "reason": "项目取消",
    }
    assert selling.json("verify")["ok"]


def test_clauses_are_put_in_another_order_and_taken_back(selling: Laptop, quote: str) -> None:
    made = selling.json("contract", "new", quote)["id"]
    selling.json("contract", "word", made, "effect", "--after", "0")
    selling.json("contract", "word", made, "保密", "--out")
    selling.json("contract", "word", made, "secrecy", "--in", "--after", "1")
    codes = [one["code"] for one in selling.json("contract", "clauses", made)]
    assert codes[:3] == ["effect", "secrecy", "subject"]
    for _ in range(3):
        selling.json("undo")
    assert [one["code"] for one in selling.json("contract", "clauses", made)][:2] == ["subject", "payment"]
    assert selling.json("contract", "show", made)["deviations"] == []
    selling.fails(2, "contract", "word", made, "secrecy")
    selling.fails(3, "contract", "word", made, "nonsense", "--out")


def test_a_draft_quote_has_no_contract(selling: Laptop) -> None:
    made = selling.json("quote", "new", "--customer", BUYER, "--line", "SAT-75V")["id"]
    selling.fails(1, "contract", "new", made)
    selling.fails(3, "contract", "new", "nobody")
