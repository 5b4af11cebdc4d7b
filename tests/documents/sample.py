"""One consistent quote of an invented company: sections, options, discounts, a target and three tax rates."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from desktop.documents.clauses import contract_from
from desktop.documents.letterhead import PEAKS
from desktop.documents.readback import printed_texts
from desktop.rules.lines import slabs_of
from desktop.rules.money import allocate, plain, to_minor
from desktop.rules.totals import Document, totals
from desktop.rules.totals_json import read as document
from desktop.rules.totals_json import written

Snapshot = dict[str, Any]


def text(zh: str, en: str = "") -> dict[str, str]:
    """A text in both languages."""
    return {"zh": zh, "en": en}


def tax(rate: str) -> Snapshot:
    """A plain tax at one rate."""
    return {"category": "S", "rates": [rate], "compound": [False]}


def section(zh: str, en: str = "") -> Snapshot:
    """A section header."""
    return {"id": "0" * 32, "kind": "section", "group": "", "chosen": False, "name": text(zh, en)}


def item(
    name: dict[str, str],
    sku: str,
    detail: dict[str, str],
    quantity: str,
    unit: dict[str, str],
    price: str,
    rate: str = "13",
    discount: str = "",
    **more: Any,
) -> Snapshot:
    """A priced line; `more` may make it an option or an alternative."""
    return {
        "id": "0" * 32,
        "kind": "item",
        "group": "",
        "chosen": False,
        "sku": sku,
        "name": name,
        "detail": detail,
        "quantity": quantity,
        "unit": unit,
        "unit_price": price,
        "base_quantity": "1",
        "adjustments": [{"kind": "percent", "value": discount}] if discount else [],
        "tax": tax(rate),
        **more,
    }


SET, PIECE, UNIT = text("套", "set"), text("只", "pc"), text("台", "unit")
METRE, GROUP, LOT = text("米", "m"), text("组", "set"), text("批", "lot")
JOB, DAY = text("项", "job"), text("天", "day")


def _lines() -> list[Snapshot]:
    return [
        section("空压主机", "Compressors"),
        item(
            text("永磁变频两级压缩螺杆机", "Two-stage PM VSD screw compressor"),
            "SAT-75V",
            text("75 kW，13.2 m³/min，0.8 MPa", "75 kW, 13.2 m³/min, 0.8 MPa"),
            "2",
            UNIT,
            "98600.00",
            discount="-5",
        ),
        item(
            text("永磁变频螺杆空压机", "PM VSD screw compressor"),
            "SAT-37V",
            text("37 kW，6.8 m³/min，0.8 MPa", "37 kW, 6.8 m³/min, 0.8 MPa"),
            "1",
            UNIT,
            "46800.00",
            discount="-5",
        ),
        item(
            text("多机联控柜", "Master controller cabinet"),
            "CTL-8",
            text("最多 8 机，压力带 0.02 MPa", "Up to 8 units, 0.02 MPa band"),
            "1",
            SET,
            "12600.00",
        ),
        section("后处理与储气", "Air treatment and storage"),
        item(
            text("冷冻式干燥机", "Refrigerated dryer"),
            "DRY-15A",
            text("15 m³/min，压力露点 3 ℃", "15 m³/min, PDP 3 °C"),
            "2",
            UNIT,
            "14200.00",
        ),
        item(
            text("三级精密过滤器组", "Three-stage filter set"),
            "FLT-150",
            text("1 / 0.01 / 0.003 µm", "1 / 0.01 / 0.003 µm"),
            "2",
            GROUP,
            "3680.00",
        ),
        item(
            text("油水分离器", "Oil-water separator"),
            "OWS-10",
            text("含油量 ≤ 5 mg/L", "Oil ≤ 5 mg/L"),
            "1",
            UNIT,
            "4350.00",
        ),
        item(
            text("储气罐", "Air receiver"),
            "TNK-3.0",
            text("3 m³，1.0 MPa，含安全阀", "3 m³, 1.0 MPa, with safety valve"),
            "2",
            UNIT,
            "7450.00",
        ),
        item(
            text("电子排水阀", "Electronic drain"),
            "DRN-E",
            text("零气损", "Zero air loss"),
            "6",
            PIECE,
            "420.00",
        ),
        section("管路与电气", "Piping and electrical"),
        item(
            text("铝合金快装管路 DN80", "Aluminium pipe DN80"),
            "PIP-AL80",
            text("含支架与快接", "With brackets and fittings"),
            "64",
            METRE,
            "238.50",
            discount="-3",
        ),
        item(
            text("球阀及附件", "Ball valves and fittings"),
            "VLV-80",
            text("DN80，304 不锈钢", "DN80, stainless 304"),
            "1",
            LOT,
            "5860.00",
        ),
        item(
            text("动力电缆", "Power cable"),
            "CBL-450",
            text("4×50 + 1×25 mm²", "4×50 + 1×25 mm²"),
            "45",
            METRE,
            "186.40",
        ),
        section("安装与服务", "Installation and services"),
        item(
            text("现场安装与管路施工", "Installation and pipe work"),
            "SVC-INS",
            text("含吊装就位，7 个工作日", "Incl. rigging, 7 working days"),
            "1",
            JOB,
            "22700.00",
            "9",
        ),
        item(
            text("调试与气量复测", "Commissioning and air audit"),
            "SVC-COM",
            text("出具实测报告", "With measured report"),
            "1",
            JOB,
            "6800.00",
            "6",
        ),
        item(
            text("操作与维保培训", "Operator training"),
            "SVC-TRN",
            text("现场，2 班次", "On site, two shifts"),
            "2",
            DAY,
            "3200.00",
            "6",
        ),
        section("可选项", "Options"),
        item(
            text("云端联控网关", "4G remote gateway"),
            "IOT-4G",
            text("含 3 年流量", "With 3 years of data"),
            "3",
            UNIT,
            "1960.00",
            kind="option",
            chosen=True,
        ),
        item(
            text("余热回收系统", "Heat recovery system"),
            "HRS-75",
            text("回收热功率约 55 kW", "About 55 kW recovered"),
            "1",
            SET,
            "38600.00",
            kind="option",
        ),
    ]


SELLER: Snapshot = {
    "name": text("苏州衡岳工业装备有限公司", "Suzhou Hengyue Industrial Equipment Co., Ltd."),
    "tagline": text(
        "压缩空气系统：设计、供货、安装、维保", "Compressed air: design, supply, installation, service"
    ),
    "address": text("苏州市吴中区越湖路 66 号 3 幢", "Bldg 3, 66 Yuehu Rd, Wuzhong, Suzhou"),
    "person": text("林一鸣 客户经理", "Lin Yiming, Account Manager"),
    "phone": "139 1355 0217",
    "email": "",
    "tax_id": "91320506MA20HY3T8C",
    "bank": text(
        "苏州越湖银行吴中支行 账号 3205 0198 8066 0217",
        "Suzhou Yuehu Bank, Wuzhong. Account 3205 0198 8066 0217",
    ),
    "logo": PEAKS,
}
CUSTOMER: Snapshot = {
    "id": "0" * 32,
    "name": text("苏州星河精密机械有限公司", "Suzhou Xinghe Precision Machinery Co., Ltd."),
    "address": text("苏州工业园区临港路 168 号", "168 Lingang Rd, Suzhou Industrial Park"),
    "person": text("张建国 总经理", "Zhang Jianguo, General Manager"),
    "phone": "138 1290 8866",
    "tax_id": "91320594MA1XH7K26L",
}


def quote(language: str = "zh", **changes: Any) -> Snapshot:
    """The sample quote, its totals computed; `changes` replace top-level keys before that."""
    snapshot: Snapshot = {
        "schema": 1,
        "kind": "quote",
        "number": "Q2611-0187",
        "revision": 2,
        "language": language,
        "issued_on": "2026-11-24",
        "valid_until": "2026-12-24",
        "currency": "CNY",
        "digits": 2,
        "tax_mode": "included",
        "policy": {"tax_scope": "group", "discount_rounding": "amount", "cash_step": None},
        "title": text("二期空压站扩建", "compressor station, phase two"),
        "intro": text("感谢贵司信任，现报价如下：", "Thank you for your trust; we are pleased to offer:"),
        "seller": deepcopy(SELLER),
        "customer": deepcopy(CUSTOMER),
        "lines": _lines(),
        "adjustments": [
            {"kind": "percent", "value": "-1", "tax": None, "label": text("整单折扣", "Discount")},
            {"kind": "target", "value": "369000.00", "tax": None, "label": text("抹零", "Rounding")},
        ],
        "prepaid": "0",
        "milestones": [
            milestone(
                "预付款", "Down payment", "30", "合同签订后 5 个工作日内", "5 working days after signing"
            ),
            milestone("发货款", "Shipment", "60", "发货前", "Before shipment"),
            milestone("质保金", "Retention", "10", "验收满 12 个月", "12 months after acceptance"),
        ],
        "terms": [
            text(
                "交货期：预付款到账后 25 个工作日，送至需方厂内。",
                "Delivery: 25 working days after down payment, to site.",
            ),
            text(
                "质保：整机 24 个月或 8000 小时，主机头 5 年。",
                "Warranty: 24 months or 8,000 h; air end 5 years.",
            ),
            text(
                "以上价格含运费、含税；不含土建与配电增容。",
                "Prices include freight and VAT; civil work and power supply excluded.",
            ),
        ],
        "template": {"name": "standard", "version": 1},
        **changes,
    }
    return settled(snapshot)


def milestone(zh: str, en: str, percent: str, due_zh: str, due_en: str) -> Snapshot:
    """A payment step; its amount is filled in by `settled`."""
    return {"name": text(zh, en), "percent": percent, "due": text(due_zh, due_en)}


def settled(snapshot: Snapshot) -> Snapshot:
    """The snapshot with every computed figure filled in."""
    digits = snapshot["digits"]
    priced = [line for line in snapshot["lines"] if "unit_price" in line]
    counted = [line for line in priced if line["kind"] == "item" or line["chosen"]]
    result = totals(_parted(document(_document(snapshot, counted)), counted))
    for line in priced:
        bare = document({**_document(snapshot, [line]), "adjustments": [], "prepaid": "0"})
        alone = written(totals(_parted(bare, [line])))["lines"][0]
        line["gross"], line["net"], line["tax_amount"] = alone["gross"], alone["net"], alone["tax"]
    snapshot["totals"] = written(result)
    for line, row in zip(counted, snapshot["totals"]["lines"], strict=True):
        line["tax_amount"] = row["tax"]
    for adjustment, done in zip(snapshot["adjustments"], result.adjustments, strict=True):
        adjustment["amount"] = plain(done.amount, digits)
    payable = to_minor(Decimal(snapshot["totals"]["payable"]), digits)
    steps = snapshot["milestones"]
    shares = allocate(payable, [int(step["percent"]) for step in steps]) if steps else []
    for step, share in zip(steps, shares, strict=True):
        step["amount"] = plain(share, digits)
    return snapshot


def _parted(document: Document, lines: list[Snapshot]) -> Document:
    """With the parts at tier prices that the lines name."""
    parted = [
        replace(line, slabs=slabs_of(each.get("slabs"), line.quantity, line.unit_price))
        for line, each in zip(document.lines, lines, strict=True)
    ]
    return replace(document, lines=tuple(parted))


def _document(snapshot: Snapshot, lines: list[Snapshot]) -> Snapshot:
    keys = ("quantity", "unit_price", "base_quantity", "tax", "adjustments")
    return {
        **{key: snapshot[key] for key in ("currency", "digits", "tax_mode", "policy", "prepaid")},
        "lines": [{key: line[key] for key in keys} for line in lines],
        "adjustments": [
            {key: each[key] for key in ("kind", "value", "tax")} for each in snapshot["adjustments"]
        ],
    }


def contract(language: str = "zh", **changes: Any) -> Snapshot:
    """The contract of the sample quote."""
    return contract_from(quote(language, **changes), number="HT-2611-12", issued_on="2026-11-27")


def read(pdf: bytes) -> list[str]:
    """The text of each page of a PDF."""
    pages: dict[int, list[str]] = {}
    for piece in printed_texts(pdf):
        pages.setdefault(piece.page, []).append(piece.text)
    return ["\n".join(pieces) for pieces in pages.values()]
