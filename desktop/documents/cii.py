"""An invoice request as EN 16931 data, a Cross Industry Invoice (D16B) that finance's programs read.

Nothing is computed here but where it must add up: the nets of lines are shares of their tax group's base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree

from desktop.rules.money import allocate, number, plain, sign

RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
GUIDELINE: Final = "urn:cen.eu:en16931:2017"
_INVOICE: Final = "380"
_DAY: Final = "102"
_UNITS: Final = {
    name: code
    for code, names in (
        ("KGM", "kg 公斤 千克"),
        ("TNE", "t 吨"),
        ("MTR", "m 米"),
        ("HUR", "h 小时"),
        ("DAY", "天 day"),
        ("MON", "月"),
        ("SET", "套 set"),
        ("LTR", "L 升"),
    )
    for name in names.split()
}
"""UN/ECE Recommendation 20; whatever is counted is `C62`, one."""
_REASONS: Final = {"E": "exempt", "AE": "reverse charge", "G": "export", "O": "not subject to tax"}
"""Why nothing is charged, by the code of the category that must say so."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys."""

    name: str
    tax_id: str = ""
    address: str = ""
    country: str = "CN"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `amount` in minor units, in the price basis of the order."""

    id: str
    name: str
    quantity: Decimal
    unit: str
    amount: int
    category: str
    rates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One tax group, in minor units."""

    category: str
    rates: tuple[str, ...]
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Request:
    """All that the file says."""

    number: str
    issued_on: date
    currency: str
    digits: int
    seller: Party
    buyer: Party
    lines: Sequence[Line]
    groups: Sequence[Group]
    rounding: int
    order: str = ""
    reference: str = ""
    due_on: date | None = None


def invoice_xml(request: Request) -> bytes:
    """The file, in the order that the schema wants."""
    for prefix, address in (("rsm", RSM), ("ram", RAM), ("udt", UDT)):
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _put(context, "GuidelineSpecifiedDocumentContextParameter/ID", GUIDELINE)
    document = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    _put(document, "ID", request.number)
    _put(document, "TypeCode", _INVOICE)
    _day(_put(document, "IssueDateTime"), request.issued_on)
    deal = ElementTree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for line, net in zip(request.lines, nets(request), strict=True):
        _line(deal, line, net, request)
    agreed = _put(deal, "ApplicableHeaderTradeAgreement")
    if request.reference:
        _put(agreed, "BuyerReference", request.reference)
    _party(_put(agreed, "SellerTradeParty"), request.seller)
    _party(_put(agreed, "BuyerTradeParty"), request.buyer)
    if request.order:
        _put(agreed, "SellerOrderReferencedDocument/IssuerAssignedID", request.order)
    if request.reference:
        _put(agreed, "BuyerOrderReferencedDocument/IssuerAssignedID", request.reference)
    _put(deal, "ApplicableHeaderTradeDelivery")
    _settlement(_put(deal, "ApplicableHeaderTradeSettlement"), request)
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def nets(request: Request) -> list[int]:
    """What each line is without tax: its share of its group's base, so that the lines are the bases."""
    found = [0] * len(request.lines)
    for group in request.groups:
        key = (group.category, group.rates)
        places = [place for place, line in enumerate(request.lines) if (line.category, line.rates) == key]
        amounts = [request.lines[place].amount for place in places]
        side = sign(sum(amounts))  # a line that gives back keeps its sign
        shares = allocate(group.base, [side * amount for amount in amounts])
        if not side:
            shares = [share + amount for share, amount in zip(shares, amounts, strict=True)]
        for place, share in zip(places, shares, strict=True):
            found[place] = share
    return found


def _line(deal: ElementTree.Element, line: Line, net: int, request: Request) -> None:
    item = _put(deal, "IncludedSupplyChainTradeLineItem")
    _put(item, "AssociatedDocumentLineDocument/LineID", line.id)
    _put(item, "SpecifiedTradeProduct/Name", line.name)
    unit = _UNITS.get(line.unit, "C62")
    price = _put(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
    _put(price, "ChargeAmount", plain(net, request.digits))  # of all of them: no price is rounded anew
    _put(price, "BasisQuantity", number(line.quantity), unitCode=unit)
    _put(item, "SpecifiedLineTradeDelivery/BilledQuantity", number(line.quantity), unitCode=unit)
    settled = _put(item, "SpecifiedLineTradeSettlement")
    _tax(_put(settled, "ApplicableTradeTax"), line.category, line.rates)
    total = "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    _put(settled, total, plain(net, request.digits))


def _settlement(settled: ElementTree.Element, request: Request) -> None:
    _put(settled, "InvoiceCurrencyCode", request.currency)
    for group in request.groups:
        tax = _put(settled, "ApplicableTradeTax")
        _put(tax, "CalculatedAmount", plain(group.tax, request.digits))
        _put(tax, "TypeCode", "VAT")
        category = _category(group.category, group.rates)
        if category in _REASONS:
            _put(tax, "ExemptionReason", _REASONS[category])
        _put(tax, "BasisAmount", plain(group.base, request.digits))
        _put(tax, "CategoryCode", category)
        _put(tax, "RateApplicablePercent", _rate(group.rates))
    terms = _put(settled, "SpecifiedTradePaymentTerms")
    if request.due_on is None:
        _put(terms, "Description", "as agreed")
    else:
        _day(_put(terms, "DueDateDateTime"), request.due_on)
    net, tax_total = sum(one.base for one in request.groups), sum(one.tax for one in request.groups)
    foot = _put(settled, "SpecifiedTradeSettlementHeaderMonetarySummation")

    def amount(name: str, minor: int, **more: str) -> None:
        _put(foot, name, plain(minor, request.digits), **more)

    amount("LineTotalAmount", net)
    amount("TaxBasisTotalAmount", net)
    amount("TaxTotalAmount", tax_total, currencyID=request.currency)
    if request.rounding:
        amount("RoundingAmount", request.rounding)
    amount("GrandTotalAmount", net + tax_total)
    amount("DuePayableAmount", net + tax_total + request.rounding)


def _category(category: str, rates: Sequence[str]) -> str:
    """The standard's code: what bears no tax is not its standard rate."""
    return "Z" if category == "S" and not any(Decimal(rate) for rate in rates) else category


def _rate(rates: Sequence[str]) -> str:
    return number(sum((Decimal(rate) for rate in rates), Decimal(0)))


def _tax(tax: ElementTree.Element, category: str, rates: Sequence[str]) -> None:
    _put(tax, "TypeCode", "VAT")
    _put(tax, "CategoryCode", _category(category, rates))
    _put(tax, "RateApplicablePercent", _rate(rates))


def _party(party: ElementTree.Element, said: Party) -> None:
    _put(party, "Name", said.name)
    address = _put(party, "PostalTradeAddress")
    if said.address:
        _put(address, "LineOne", said.address)
    _put(address, "CountryID", said.country)
    if said.tax_id:
        _put(party, "SpecifiedTaxRegistration/ID", said.tax_id, schemeID="VA")


def _day(parent: ElementTree.Element, day: date) -> None:
    made = ElementTree.SubElement(parent, f"{{{UDT}}}DateTimeString", {"format": _DAY})
    made.text = f"{day:%Y%m%d}"


def _put(parent: ElementTree.Element, path: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """Add the elements of a path below each other; the last one gets text and attributes."""
    names = path.split("/")
    for name in names:
        parent = ElementTree.SubElement(parent, f"{{{RAM}}}{name}")
    for key, value in _plain(attributes).items():
        parent.set(key, value)
    if text:
        parent.text = text
    return parent


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in attributes.items() if value}
