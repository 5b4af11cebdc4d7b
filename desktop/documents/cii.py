"""An invoice request as EN 16931 data, a Cross Industry Invoice (D16B) that finance's programs read.

Nothing is computed here but where it must add up: the nets of lines are shares of their tax group's base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree

from babel import Locale

from desktop.errors import Refused
from desktop.rules.money import allocate, number, plain, rounded, sign
from desktop.words import msg

RSM: Final = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT: Final = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
GUIDELINE: Final = "urn:cen.eu:en16931:2017"
_INVOICE: Final = "380"
_CREDIT: Final = "381"
KNOWN: Final = frozenset({"S", "Z", "E", "AE", "G", "O"})
"""Categories of tax that are written; what the standard has beside them is for trade within Europe."""
UNKNOWN: Final = msg("No EN 16931 data is written for this: {what} “{code}”.")
NOT_BESIDE: Final = msg("What is not subject to tax has an invoice of its own in EN 16931 data.")
_UNTAXED: Final = "O"
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_DAY: Final = "102"
UNITS: Final = {
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
    included: bool = False
    """Whether amounts of lines contain their taxes."""
    credit: bool = False
    """A credit note: its amounts are what is taken back, above zero."""
    preceding: Sequence[tuple[str, date | None]] = ()
    """The invoices that it takes back: number and day."""


def check(request: Request) -> None:
    """Raises Refused, naming it, for a currency, country or tax that the standard has no code for."""
    names = map(str, Locale("en").territories)
    countries = {one for one in names if len(one) == 2 and one.isalpha()} - _NO_COUNTRIES
    parties = (request.seller.country, request.buyer.country)
    asked = (
        (msg("currency"), [request.currency], set(Locale("en").currencies)),
        (msg("country"), parties, countries),
        (msg("tax category"), [one.category for one in request.groups], KNOWN),
    )
    for what, codes, known in asked:
        for code in codes:
            if code not in known:
                raise Refused(UNKNOWN.of(what=what, code=code))
    categories = {one.category for one in request.groups}
    if _UNTAXED in categories and len(categories) > 1:
        raise Refused(NOT_BESIDE)


def invoice_xml(request: Request) -> bytes:
    """The file, in the order that the schema wants. Raises Refused for what the standard has no code for."""
    check(request)
    for prefix, address in (("rsm", RSM), ("ram", RAM), ("udt", UDT), ("qdt", QDT)):
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    put(context, "GuidelineSpecifiedDocumentContextParameter/ID", GUIDELINE)
    document = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    put(document, "ID", request.number)
    put(document, "TypeCode", _CREDIT if request.credit else _INVOICE)
    put_day(put(document, "IssueDateTime"), request.issued_on)
    deal = ElementTree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for line, net in zip(request.lines, nets(request), strict=True):
        _line(deal, line, net, request)
    agreed = put(deal, "ApplicableHeaderTradeAgreement")
    if request.reference:
        put(agreed, "BuyerReference", request.reference)
    taxed = all(one.category != _UNTAXED for one in request.groups)
    put_party(put(agreed, "SellerTradeParty"), request.seller, scheme="VA" if taxed else "FC")
    put_party(put(agreed, "BuyerTradeParty"), request.buyer, scheme="VA" if taxed else "")
    if request.order:
        put(agreed, "SellerOrderReferencedDocument/IssuerAssignedID", request.order)
    if request.reference:
        put(agreed, "BuyerOrderReferencedDocument/IssuerAssignedID", request.reference)
    place = "ShipToTradeParty/PostalTradeAddress/CountryID"
    put(put(deal, "ApplicableHeaderTradeDelivery"), place, request.buyer.country)
    _settlement(put(deal, "ApplicableHeaderTradeSettlement"), request)
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
        if side:
            shares = allocate(group.base, [side * amount for amount in amounts])
        else:
            shares = _even(group, amounts, included=request.included)
        for place, share in zip(places, shares, strict=True):
            found[place] = share
    return found


def _even(group: Group, amounts: Sequence[int], *, included: bool) -> list[int]:
    """The nets of lines that together come to nothing: each one's own, the largest bears the rest."""
    rate = sum((Fraction(one) for one in group.rates), Fraction(0)) if included else Fraction(0)
    parts = [Fraction(amount) / (1 + rate / 100) for amount in amounts]
    shares = [rounded(part.numerator, part.denominator) for part in parts]
    largest = max(range(len(shares)), key=lambda place: abs(shares[place]), default=None)
    if largest is not None:
        shares[largest] += group.base - sum(shares)
    return shares


def _line(deal: ElementTree.Element, line: Line, net: int, request: Request) -> None:
    item = put(deal, "IncludedSupplyChainTradeLineItem")
    put(item, "AssociatedDocumentLineDocument/LineID", line.id)
    put(item, "SpecifiedTradeProduct/Name", line.name)
    unit, billed = UNITS.get(line.unit, "C62"), abs(line.quantity) * (sign(net) or 1)
    price = put(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
    put(price, "ChargeAmount", plain(abs(net), request.digits))  # of all of them: no price is rounded anew
    put(price, "BasisQuantity", number(abs(line.quantity)), unitCode=unit)
    put(item, "SpecifiedLineTradeDelivery/BilledQuantity", number(billed), unitCode=unit)
    settled = put(item, "SpecifiedLineTradeSettlement")
    _tax(put(settled, "ApplicableTradeTax"), line.category, line.rates)
    total = "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    put(settled, total, plain(net, request.digits))


def _settlement(settled: ElementTree.Element, request: Request) -> None:
    put(settled, "InvoiceCurrencyCode", request.currency)
    for group in request.groups:
        tax = put(settled, "ApplicableTradeTax")
        put(tax, "CalculatedAmount", plain(group.tax, request.digits))
        put(tax, "TypeCode", "VAT")
        category = category_of(group.category, group.rates)
        if category in _REASONS:
            put(tax, "ExemptionReason", _REASONS[category])
        put(tax, "BasisAmount", plain(group.base, request.digits))
        put(tax, "CategoryCode", category)
        if group.category != _UNTAXED:
            put(tax, "RateApplicablePercent", _rate(group.rates))
    terms = put(settled, "SpecifiedTradePaymentTerms")
    if request.due_on is None:
        put(terms, "Description", "as agreed")
    else:
        put_day(put(terms, "DueDateDateTime"), request.due_on)
    net, tax_total = sum(one.base for one in request.groups), sum(one.tax for one in request.groups)
    foot = put(settled, "SpecifiedTradeSettlementHeaderMonetarySummation")

    def amount(name: str, minor: int, **more: str) -> None:
        put(foot, name, plain(minor, request.digits), **more)

    amount("LineTotalAmount", net)
    amount("TaxBasisTotalAmount", net)
    amount("TaxTotalAmount", tax_total, currencyID=request.currency)
    if request.rounding:
        amount("RoundingAmount", request.rounding)
    amount("GrandTotalAmount", net + tax_total)
    amount("DuePayableAmount", net + tax_total + request.rounding)
    for number_of, on in request.preceding:
        before = put(settled, "InvoiceReferencedDocument")
        put(before, "IssuerAssignedID", number_of)
        if on is not None:
            put_day(put(before, "FormattedIssueDateTime"), on, space=QDT)


def category_of(category: str, rates: Sequence[str]) -> str:
    """The standard's code: what bears no tax is not its standard rate."""
    return "Z" if category == "S" and not any(Decimal(rate) for rate in rates) else category


def _rate(rates: Sequence[str]) -> str:
    return number(sum((Decimal(rate) for rate in rates), Decimal(0)))


def _tax(tax: ElementTree.Element, category: str, rates: Sequence[str]) -> None:
    put(tax, "TypeCode", "VAT")
    put(tax, "CategoryCode", category_of(category, rates))
    if category != _UNTAXED:
        put(tax, "RateApplicablePercent", _rate(rates))


def put_party(party: ElementTree.Element, said: Party, *, space: str = RAM, scheme: str = "VA") -> None:
    """Fill in who sells or buys; a tax number under the scheme VA begins with its country, as the rules ask.

    Under another one the number is the firm's own, by which it is registered.
    """
    put(party, "Name", said.name, space=space)
    if said.tax_id and scheme != "VA":
        put(party, "SpecifiedLegalOrganization/ID", said.tax_id, space=space)
    address = put(party, "PostalTradeAddress", space=space)
    if said.address:
        put(address, "LineOne", said.address, space=space)
    put(address, "CountryID", said.country, space=space)
    if said.tax_id and scheme:
        known = scheme != "VA" or said.tax_id.startswith(said.country)
        named = said.tax_id if known else said.country + said.tax_id
        put(party, "SpecifiedTaxRegistration/ID", named, space=space, schemeID=scheme)


def put_day(
    parent: ElementTree.Element, day: date, *, space: str = UDT, name: str = "DateTimeString"
) -> None:
    """Add a day."""
    made = ElementTree.SubElement(parent, f"{{{space}}}{name}", {"format": _DAY})
    made.text = f"{day:%Y%m%d}"


def put(
    parent: ElementTree.Element, path: str, text: str = "", *, space: str = RAM, **attributes: str
) -> ElementTree.Element:
    """Add the elements of a path below each other; the last one gets text and attributes."""
    names = path.split("/")
    for name in names:
        parent = ElementTree.SubElement(parent, f"{{{space}}}{name}")
    for key, value in _plain(attributes).items():
        parent.set(key, value)
    if text:
        parent.text = text
    return parent


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in attributes.items() if value}
