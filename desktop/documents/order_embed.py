"""Order-X in a PDF: the order as data for the customer's programs, and what readers of XMP find it by."""

import io
from typing import Final

import pikepdf
from pikepdf import AttachedFileSpec, Name, Pdf

ORDERX: Final = "order-x.xml"
_SPACE: Final = "urn:factur-x:pdfa:CrossIndustryDocument:1p0#"
_FIELDS: Final = (
    ("DocumentFileName", ORDERX, "name of the embedded XML file"),
    ("DocumentType", "ORDER_RESPONSE", "ORDER, ORDER_CHANGE or ORDER_RESPONSE"),
    ("Version", "1.0", "version of the XML schema"),
    ("ConformanceLevel", "BASIC", "conformance level of the embedded data"),
)


def embed(pdf: Pdf, xml: bytes, stamp: str) -> None:
    """Attach the data under the name that the standard gives it, and say so in the metadata."""
    spec = AttachedFileSpec(
        pdf,
        xml,
        description="Order-X",
        filename=ORDERX,
        mime_type="text/xml",
        creation_date=stamp,
        mod_date=stamp,
    )
    spec.relationship = Name.Alternative
    pdf.attachments[ORDERX] = spec
    pdf.Root.AF.append(spec.obj)
    packet = pdf.Root.Metadata.read_bytes()
    end = b"</rdf:RDF>"
    pdf.Root.Metadata.write(packet.replace(end, _described().encode() + end))


def _described() -> str:
    """The fields, and their schema as PDF/A asks for those that are not its own."""
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value, _ in _FIELDS)
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, _, about in _FIELDS
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{_SPACE}">{values}</rdf:Description>'
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        f"<pdfaSchema:schema>Order-X</pdfaSchema:schema><pdfaSchema:namespaceURI>{_SPACE}"
        "</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )


def read_orderx(pdf: bytes) -> bytes:
    """The Order-X that a file carries. Raises KeyError where it carries none."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.attachments[ORDERX].get_file().read_bytes()
