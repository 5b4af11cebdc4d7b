"""An order as Order-X data (SCRDM, profile BASIC): what was agreed, as the supplier's answer to an order."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree import ElementTree

from desktop.documents import cii
from desktop.rules.money import number, plain

RSM: Final = "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
RAM: Final = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:128"
UDT: Final = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:128"
GUIDELINE: Final = "urn:order-x.eu:1p0:basic"
_RESPONSE: Final = "231"
_AS_ORDERED: Final = "29"
"""UNTDID 4343: accepted without amendment."""
_ORIGINAL: Final = "9"
_LINE_ACCEPTED: Final = "5"
"""UNTDID 1229: accepted without amendment."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """An order: its figures as those of an invoice over all of it, and what it refers to."""

    figures: cii.Request
    quote: str = ""
    contract: str = ""
    ship_to: str = ""
    promised_on: date | None = None


def order_xml(agreed: Agreed) -> bytes:
    """The file. Raises Refused for what the standard has no code for."""
    request = agreed.figures
    cii.check(request)
    for prefix, address in (("rsm", RSM), ("ram", RAM), ("udt", UDT)):
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.Element(f"{{{RSM}}}SCRDMCCBDACIOMessageStructure")
    context = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _put(context, "GuidelineSpecifiedDocumentContextParameter/ID", GUIDELINE)
    document = ElementTree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    _put(document, "ID", request.number)
    _put(document, "TypeCode", _RESPONSE)
    _put(document, "StatusCode", _AS_ORDERED)
    _day(_put(document, "IssueDateTime"), request.issued_on)
    _put(document, "PurposeCode", _ORIGINAL)
    deal = ElementTree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    nets = cii.nets(request)
    for line, net in zip(request.lines, nets, strict=True):
        _line(deal, line, net, request.digits)
    _agreement(_put(deal, "ApplicableHeaderTradeAgreement"), agreed)
    _delivery(_put(deal, "ApplicableHeaderTradeDelivery"), agreed)
    settled = _put(deal, "ApplicableHeaderTradeSettlement")
    _put(settled, "OrderCurrencyCode", request.currency)
    foot = _put(settled, "SpecifiedTradeSettlementHeaderMonetarySummation")
    taxes = sum(one.tax for one in request.groups)
    _put(foot, "LineTotalAmount", plain(sum(nets), request.digits))
    _put(foot, "TaxBasisTotalAmount", plain(sum(nets), request.digits))
    _put(foot, "TaxTotalAmount", plain(taxes, request.digits), currencyID=request.currency)
    _put(foot, "GrandTotalAmount", plain(sum(nets) + taxes, request.digits))
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _line(deal: ElementTree.Element, line: cii.Line, net: int, digits: int) -> None:
    item = _put(deal, "IncludedSupplyChainTradeLineItem")
    about = _put(item, "AssociatedDocumentLineDocument")
    _put(about, "LineID", line.id)
    _put(about, "LineStatusCode", _LINE_ACCEPTED)
    _put(item, "SpecifiedTradeProduct/Name", line.name)
    unit = cii.UNITS.get(line.unit, "C62")
    price = _put(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
    _put(price, "ChargeAmount", plain(net, digits))
    _put(price, "BasisQuantity", number(line.quantity), unitCode=unit)
    sent = _put(item, "SpecifiedLineTradeDelivery")
    _put(sent, "RequestedQuantity", number(line.quantity), unitCode=unit)
    _put(sent, "AgreedQuantity", number(line.quantity), unitCode=unit)
    total = "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    _put(item, total, plain(net, digits))


def _agreement(made: ElementTree.Element, agreed: Agreed) -> None:
    request = agreed.figures
    if request.reference:
        _put(made, "BuyerReference", request.reference)
    cii.put_party(_put(made, "SellerTradeParty"), request.seller, space=RAM)
    cii.put_party(_put(made, "BuyerTradeParty"), request.buyer, space=RAM)
    names = (
        ("BuyerOrderReferencedDocument", request.reference),
        ("QuotationReferencedDocument", agreed.quote),
        ("ContractReferencedDocument", agreed.contract),
    )
    for name, said in names:
        if said:
            _put(made, f"{name}/IssuerAssignedID", said)


def _delivery(made: ElementTree.Element, agreed: Agreed) -> None:
    if agreed.ship_to:
        place = cii.Party(agreed.figures.buyer.name, "", agreed.ship_to, agreed.figures.buyer.country)
        cii.put_party(_put(made, "ShipToTradeParty"), place, space=RAM)
    if agreed.promised_on is not None:
        _day(_put(made, "RequestedDeliverySupplyChainEvent/OccurrenceDateTime"), agreed.promised_on)


def _put(parent: ElementTree.Element, path: str, text: str = "", **attributes: str) -> ElementTree.Element:
    return cii.put(parent, path, text, space=RAM, **attributes)


def _day(parent: ElementTree.Element, day: date) -> None:
    cii.put_day(parent, day, space=UDT)
