"""The contract of a quote: clauses in both languages, the quote as annex."""

import json

import pytest

from desktop.documents.clauses import standard_clauses
from desktop.documents.contract import contract_pdf
from desktop.documents.finish import read_data
from desktop.documents.readback import calculator_test, printed_texts
from desktop.documents.theme import paper
from desktop.rules.canonical import content_hash
from tests.documents import sample
from tests.documents.sample import contract, read, text


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_a_contract_has_its_clauses_and_the_lines_as_annex(language: str) -> None:
    pages = read(contract_pdf(contract(language)))
    whole = "".join(pages)
    if language != "en":
        assert "不可抗力" in whole
        assert "附件一 供货清单、价款与商务条款" in whole
    if language != "zh":
        assert "Force majeure" in whole
        assert "PM VSD screw compressor" in whole
    assert "HT-2611-12 R1" in pages[0]
    assert "¥369,000.00" in whole
    assert "SAT-75V" not in pages[0]


def test_the_clauses_are_filled_from_the_quote() -> None:
    clauses = standard_clauses(sample.quote())
    assert "¥369,000.00（人民币叁拾陆万玖仟元整）" in clauses[0]["body"]["zh"]
    assert "Q2611-0187 R2" in clauses[0]["body"]["en"]
    assert "验收满 12 个月付质保金 10 %，即 ¥36,900.00" in clauses[1]["body"]["zh"]
    assert "苏州工业园区临港路 168 号" in clauses[2]["body"]["zh"]
    assert len(clauses) == 14
    assert all(clause["body"]["zh"] and clause["body"]["en"] for clause in clauses)


def test_braces_in_a_customers_address_mean_nothing() -> None:
    evil = {**sample.CUSTOMER, "address": text("{price} {0.__class__} 路 1 号")}
    clauses = standard_clauses(sample.quote(customer=evil))
    assert "{price} {0.__class__} 路 1 号" in clauses[2]["body"]["zh"]


def test_without_a_schedule_the_price_is_paid_before_delivery() -> None:
    clauses = standard_clauses(sample.quote(milestones=[]))
    assert clauses[1]["body"]["zh"].startswith("需方在供货前付清全款。")
    assert clauses[1]["body"]["en"].startswith("The customer pays in full before delivery. ")


def test_a_contract_names_the_quote_it_came_from() -> None:
    made = contract()
    assert made["quote_hash"] == content_hash(sample.quote())
    assert json.loads(read_data(contract_pdf(made)))["quote"]["number"] == "Q2611-0187"


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_the_annex_adds_up(language: str) -> None:
    made = contract(language)
    calculator_test(contract_pdf(made), made)


def test_the_signatures_never_stand_alone() -> None:
    for count in range(1, 40):
        made = contract()
        made["clauses"] = [{"heading": text("条"), "body": text("甲乙双方同意。" * 20)}] * count
        pages = read(contract_pdf(made))
        page = next(each for each in pages if "需方（签字、盖章）" in each)
        assert "甲乙双方同意。" in page, count


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_a_long_heading_of_a_clause_stays_on_its_paper(language: str) -> None:
    long = {"zh": "质量保证与售后服务以及备品备件" * 6, "en": "Warranty and all that comes with it " * 8}
    made = contract(language)
    made["clauses"][0]["heading"] = long
    printed = printed_texts(contract_pdf(made))
    assert max(piece.x1 for piece in printed if piece.page == 0) <= paper().width + 0.6
    said = "".join(piece.text for piece in printed).replace(" ", "")
    for one in ("zh", "en") if language == "both" else (language,):
        assert long[one].replace(" ", "") in said
